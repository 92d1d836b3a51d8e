"""``lstm advise``: whether to rate more reviews, and which."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import note_device
from lstm_cli.commands.program import EXIT_INTERRUPTED, note, print_json, verbosity
from lstm_cli.commands.stopping import Interrupt, interruptible
from lstm_cli.config import AUTO_DEVICE
from lstm_cli.errors import OptionError, Remedy

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.reviews import Reviews
    from lstm_cli.data.unrated import Candidates
    from lstm_cli.pipeline.candidates import ReadAdvice
    from lstm_cli.pipeline.quick import QuickTrainer
    from lstm_cli.pipeline.requests import AdviseRequest
    from lstm_cli.results import NextReviews
    from lstm_cli.views.advising import AdviceProgress


def advise(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A file of reviews, in any format lstm train reads: without ratings, with them, "
            "or with some.",
        ),
    ],
    rated: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="A file of rated reviews; give it several times for several."
        ),
    ] = None,
    more: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="How many more ratings to ask about. Default: as many again, or as many as FILE "
            "has without a rating.",
            show_default=False,
        ),
    ] = None,
    next_: Annotated[
        int | None,
        typer.Option("--next", min=1, metavar="N", help="Choose this many reviews to rate next."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="With --next: write these rows to a file, their rating empty, for lstm update "
            "once it is filled in.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file of --output if there is one.")
    ] = False,
    time_limit: Annotated[
        str,
        typer.Option(
            "--time-limit",
            metavar="TIME",
            help="Finish within about this long (90s, 5m, 1h), with fewer trainings if need be.",
        ),
    ] = "10m",
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    scale: options.Scale = None,
    bins: options.Bins = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH|none",
            help="The model that trainings start from, as for lstm train.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Random seed: the same seed, the same advice.")
    ] = 0,
    device: options.Device = AUTO_DEVICE,
    threads: options.Threads = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Say whether rating more reviews is worth it, and which to rate next.

    lstm advise reviews.csv

    lstm advise unrated.csv --rated rated.csv --next 20 --output to_rate.csv

    Trains on ever more of the rated reviews, a few minutes for a few hundred, and says how many
    more reviews a model would rate right if you rated more of them. Ctrl-C gives the answer so
    far.
    """
    began = time.perf_counter()
    if output is not None and next_ is None:
        raise OptionError("--output goes with --next N, which says how many reviews to choose")
    if replace and output in (None, "-"):
        raise OptionError("--replace goes with --output FILE")

    from lstm_cli.bundle.locating import find_base, models_folder
    from lstm_cli.pipeline.candidates import read_for_advice
    from lstm_cli.pipeline.requests import AdviseRequest
    from lstm_cli.views.reviews import lines_about

    if output is not None:
        _check_target(output, (file, *(rated or ())), replace=replace)
    request = AdviseRequest(
        file=file,
        folder=models_folder(models_dir),
        rated=tuple(rated or ()),
        reading=options.read_options(ctx),
        base=base,
        more=more,
        number=next_,
        output=output,
        replace=replace,
        time_limit=options.seconds_of(time_limit, "time-limit"),
        seed=seed,
        device=device,
        threads=threads,
    )
    bundle = None if base == "none" else find_base(base, request.folder)
    read = read_for_advice(request)
    for line in lines_about(read.reviews):
        note(ctx, line)
    if bundle is not None:
        _note_read_before(ctx, bundle, read.reviews)
    _note_unrated(ctx, read.candidates)

    from lstm_cli.core.compute import Compute
    from lstm_cli.pipeline.quick import QuickTrainer
    from lstm_cli.training.base import Base
    from lstm_cli.views.advising import AdviceProgress
    from lstm_cli.views.console import notes_console

    compute = Compute.of_machine(threads=threads, device=device)
    compute.set_up_process()
    note_device(ctx, compute)
    listener = AdviceProgress(notes_console(quiet=verbosity(ctx).quiet))
    with interruptible() as is_stopped:
        start = None if bundle is None else Base.from_bundle(bundle)
        trainer = QuickTrainer(start, compute, is_stopped, listener)
        _advise(ctx, request, read, trainer, listener, is_stopped, began)


def _check_target(output: str, read: Sequence[str], *, replace: bool) -> None:
    """Refuse before any work what could not be written, or would be lost.

    Raises:
        OutputError: the file is there and may not be replaced, or is one of those that are read.
        FileError: a source stands for no file.
    """
    from lstm_cli.data.targets import check_not_read
    from lstm_cli.data.writing import check_output

    check_not_read(output, read, "would keep the chosen rows alone")
    check_output(output, replace=replace, remedy=Remedy.RENAME_OR_REPLACE_FILE)


def _note_read_before(ctx: typer.Context, base: "Bundle", reviews: "Reviews") -> None:
    """Say if what the curve is measured on flatters."""
    from lstm_cli.text.tokens import tokenize

    if base.seen is None:
        return
    tokens = (tokenize(text, base.info.token_pattern) for text in reviews.texts)
    if number := int(base.seen.learned(tokens).sum()):
        note(
            ctx,
            f"careful: {base.name} has read {number:,} of the {len(reviews):,} rated reviews "
            "before, so that the scores flatter; --base none measures without it",
        )


def _note_unrated(ctx: typer.Context, candidates: "Candidates") -> None:
    """Say how many reviews could be rated next."""
    from lstm_cli.views.advising import line_about_candidates

    note(ctx, line_about_candidates(candidates.table.source, len(candidates), candidates.repeated))


def _advise(
    ctx: typer.Context,
    request: "AdviseRequest",
    read: "ReadAdvice",
    trainer: "QuickTrainer",
    listener: "AdviceProgress",
    is_stopped: Interrupt,
    began: float,
) -> None:
    """Measure the curve and choose reviews, and show both."""
    from lstm_cli.pipeline.advising import advice_of, measure_curve
    from lstm_cli.views.advising import show_advice, show_next
    from lstm_cli.views.console import results_console

    rated = len(read.reviews)
    more = request.more or min(len(read.candidates) or rated, rated)
    with listener.working():
        measured = measure_curve(
            read.reviews,
            trainer,
            listener,
            request.seed,
            request.time_limit - (time.perf_counter() - began),
            will_choose=request.number is not None,
        )
    if measured is None:
        raise KeyboardInterrupt("nothing was measured yet")
    advice = advice_of(read.reviews, measured, more)
    as_json = ctx.params["as_json"]
    if not as_json:
        show_advice(results_console(), advice)
    chosen = None
    if request.number is not None and not is_stopped.is_asked:
        chosen = _choose(request, request.number, read, trainer, listener)
    if as_json:
        nothing = None if chosen is None else chosen.to_json()
        print_json(advice.to_json() | {"next": nothing})
    elif chosen is not None:
        show_next(results_console(), chosen)
    if is_stopped.is_asked:  # said to the shell as well
        raise typer.Exit(EXIT_INTERRUPTED)


def _choose(
    request: "AdviseRequest",
    number: int,
    read: "ReadAdvice",
    trainer: "QuickTrainer",
    listener: "AdviceProgress",
) -> "NextReviews | None":
    """The reviews to rate next, written where they should be; None if somebody stopped it."""
    from lstm_cli.data.writing import write_table
    from lstm_cli.pipeline.advising import choose_next
    from lstm_cli.results import NextReviews

    with listener.choosing():
        chosen = choose_next(read.reviews, read.candidates, number, trainer, request.seed)
    if chosen is None:
        return None
    if request.output is not None:
        frame = read.candidates.to_rate(chosen.places)
        write_table(frame, request.output, read.candidates.table, replace=request.replace)
    return NextReviews(
        chosen.reviews,
        len(read.candidates),
        request.output,
        read.candidates.rating_column,
        read.rated_files(request),
    )
