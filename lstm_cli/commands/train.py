"""``lstm train``: from a file of reviews to a saved model."""

import time
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import EXIT_INTERRUPTED, note, print_json, verbosity
from lstm_cli.commands.stopping import interruptible
from lstm_cli.config import AUTO_DEVICE, ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.errors import OptionError

# What a model decides that is trained like another.
DECIDED_BY_CONFIG = ("cell", "embedding_size", "hidden_size", "pooling", "epochs",
                     "learning_rate", "max_words", "balance", "seed", "precision",
                     "budget")  # fmt: skip
# Options that a request holds in another form.
_TRANSLATED = ("validation", "base", "cell", "pooling", "budget", "time_limit", "precision")


def train(
    ctx: typer.Context,
    reviews: options.Reviews = None,
    sample: Annotated[bool, typer.Option("--sample", help="Train on the sample reviews.")] = False,
    name: options.NewName = None,
    replace: options.Replace = False,
    resume: options.Resume = False,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    scale: options.Scale = None,
    bins: options.Bins = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse files with unusable rows.")
    ] = False,
    validation: Annotated[
        str,
        typer.Option(
            metavar="FILE|SHARE", help="Held-out reviews: a file of them, or the share to hold out."
        ),
    ] = str(TrainConfig.validation_share),
    base: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH|none",
            help="The model to start from; none starts from nothing. Default: the base that ships "
            "with lstm.",
            show_default=False,
        ),
    ] = None,
    cell: options.Cell = options.CellChoice.lstm,
    embedding_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help="Embedding dimensions. Default: those of the base or of --vectors, or else "
            f"{ModelConfig.embedding_size}.",
            show_default=False,
        ),
    ] = None,
    hidden_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help=f"Hidden units. Default: the base's, or else {ModelConfig.hidden_size}.",
            show_default=False,
        ),
    ] = None,
    pooling: options.PoolingOption = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Maximum number of passes over the reviews. Default: 4 to 30, or 3 to 8 from a "
            "base; more for few reviews, fewer for very many.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=1e-7,
            max=10.0,
            help=f"The peak learning rate. Default: {TrainConfig.learning_rate:g}, or 0.003 from a "
            "base, or 0.1 for eight units or fewer.",
            show_default=False,
        ),
    ] = None,
    max_words: Annotated[
        int,
        typer.Option(
            "--max-words",
            min=0,
            max=10_000_000,
            help="Maximum number of words to learn from the reviews, the most frequent first, in "
            "addition to those of the base.",
        ),
    ] = VocabularyConfig.maximum_size,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Spend this long (90s, 5m, 1h) trying other settings; one replaces the default "
            "only if it is better by more than chance. Expect no change: in the project's own "
            "benchmark, none of 15 to 29 tries was. Meant for unusual data.",
            show_default=False,
        ),
    ] = None,
    time_limit: Annotated[
        str | None,
        typer.Option(
            "--time-limit",
            metavar="TIME",
            help="Finish within about this long (90s, 5m, 1h): where it is too short, train for "
            "fewer epochs, or on fewer reviews, and measure on fewer.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Take the settings, seed and starting point of another model; on the same "
            "reviews, this makes the same model.",
            show_default=False,
        ),
    ] = None,
    balance: Annotated[
        bool, typer.Option("--balance", help="Give rare ratings more weight.")
    ] = False,
    vectors: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Word vectors to start from, in GloVe's text format."),
    ] = None,
    seed: options.Seed = TrainConfig.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    device: options.Device = AUTO_DEVICE,
    threads: options.Threads = None,
    keep_epochs: Annotated[
        bool,
        typer.Option(
            "--keep-epochs",
            help="Keep the network of every epoch in the model; lstm live replays the training.",
        ),
    ] = False,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Train no baseline.")] = False,
    models_dir: options.ModelsFolder = None,
    brief: options.Brief = False,
    as_json: options.Json = False,
) -> None:
    """Learn ratings from a file of reviews.

    lstm train reviews.csv

    The columns and the rating scale are detected and reported. A tenth of the reviews is held
    out to measure the model, and its scores are shown beside those of simpler models. Ctrl-C
    saves the best model so far; to continue after that, or after a crash, run the same command
    with --resume.
    """
    began = time.perf_counter()
    against = _check(ctx)
    held_out = options.share_or_file(validation)

    from lstm_cli.bundle.locating import find_base, models_folder
    from lstm_cli.core.launch import Launch
    from lstm_cli.pipeline.requests import TrainRequest
    from lstm_cli.samples import sample_file

    folder = models_folder(models_dir)
    if against is not None and base is None:
        if find_base(None, folder) is not None:
            note(ctx, f"{against}: training starts from nothing, as with --base none")
        base = "none"
    request = TrainRequest(
        **options.named_as_fields(ctx, TrainRequest, but=_TRANSLATED),
        reading=options.read_options(ctx),
        sources=(str(sample_file()),) if sample else tuple(reviews or ()),
        folder=folder,
        is_sample=sample,
        validation=held_out if options.is_given(ctx, "validation") else None,
        base=base,
        cell=cell.value,
        pooling=None if pooling is None else pooling.views,
        budget=None if budget is None else options.seconds_of(budget, "budget"),
        time_limit=None if time_limit is None else options.seconds_of(time_limit, "time-limit"),
        precision=precision.asked,
        with_baseline=not no_baseline,
    )

    from lstm_cli.pipeline.run import run_training
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.training import TrainingView, show_trained

    console = notes_console(quiet=verbosity(ctx).quiet)
    view = TrainingView(console, request, interruptible)
    made = run_training(request, view, Launch.of_environment())
    seconds = time.perf_counter() - began
    if as_json:
        print_json(made.to_json(seconds))
    else:
        show_trained(results_console(), made, seconds, brief=brief)
    if not made.completed:  # said to the shell as well
        raise typer.Exit(EXIT_INTERRUPTED)


def _check(ctx: typer.Context) -> str | None:
    """Refuse contradictions; the first option, as it is written, that leaves nothing of a base."""
    given = ctx.params
    if given["sample"] == bool(given["reviews"]):
        raise OptionError("give files of reviews, or --sample (and not both)")
    if given["budget"] is not None and given["resume"]:
        raise OptionError("--resume does not go with --budget, whose tries are not kept")
    if given["budget"] is not None and given["keep_epochs"]:
        raise OptionError("--keep-epochs does not go with --budget, whose tries are not kept")
    if given["time_limit"] is not None:
        options.check_not_given(
            ctx, ("epochs", "budget", "resume", "config"), "--time-limit, which decides the epochs"
        )
    if given["config"] is not None:
        options.check_not_given(ctx, DECIDED_BY_CONFIG, "--config, which decides it")
        return None
    against = None
    for name in ("vectors", "hidden_size", "embedding_size", "cell"):
        if given[name] not in (None, options.CellChoice.lstm):
            against = "--cell rnn" if name == "cell" else f"--{name.replace('_', '-')}"
    if against is not None and given["base"] not in (None, "none"):
        raise OptionError(f"{against} does not go with --base {given['base']}; leave one out")
    return against
