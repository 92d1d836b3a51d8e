"""``lstm train``: from a file of reviews to a saved model."""

import time
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import EXIT_INTERRUPTED, note, print_json, verbosity
from lstm_cli.commands.stopping import interruptible
from lstm_cli.config import ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.errors import OptionError
from lstm_cli.pipeline.requests import TrainRequest

# What a model decides that is trained like another.
DECIDED_BY_CONFIG = ("cell", "embedding_size", "hidden_size", "epochs", "learning_rate",
                     "max_words", "balance", "seed", "precision", "budget")  # fmt: skip
# Options that a request holds in another form.
_TRANSLATED = ("validation", "base", "cell", "budget", "precision")


def train(
    ctx: typer.Context,
    reviews: options.Reviews = None,
    sample: Annotated[bool, typer.Option("--sample", help="Train on the sample reviews.")] = False,
    name: options.NewName = None,
    replace: options.Replace = False,
    resume: options.Resume = False,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse unusable rows.")] = False,
    validation: Annotated[
        str,
        typer.Option(
            metavar="FILE|SHARE", help="A file of held-out reviews, or the share to hold out."
        ),
    ] = str(TrainConfig.validation_share),
    base: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH|none",
            help="The model to start from, or none to start from nothing. Default: the base that "
            "ships with lstm.",
            show_default=False,
        ),
    ] = None,
    cell: Annotated[
        options.CellChoice, typer.Option(help="An LSTM, or a plain RNN to compare it with.")
    ] = options.CellChoice.lstm,
    embedding_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help="Embedding dimensions. Default: those of the base or of --vectors, else "
            f"{ModelConfig.embedding_size}.",
            show_default=False,
        ),
    ] = None,
    hidden_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help=f"Units of each memory. Default: the base's, else {ModelConfig.hidden_size}.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Passes over the reviews, at most. Default: 4 to 30, from a base 4 to 8; more "
            "for fewer reviews.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=1e-7,
            max=10.0,
            help=f"The highest step size. Default: {TrainConfig.learning_rate:g}, from a base half "
            "of it for a few hundred sentences.",
            show_default=False,
        ),
    ] = None,
    max_words: Annotated[
        int,
        typer.Option(
            "--max-words",
            min=0,
            max=10_000_000,
            help="Words learned from the reviews, at most; the commonest, beside those of the "
            "base.",
        ),
    ] = VocabularyConfig.maximum_size,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Spend this long (90s, 5m, 1h) on trying other settings. They seldom beat the "
            "default by more than chance, and replace it only then.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Take settings, seed and start from another model; on the same reviews this "
            "makes the same model.",
            show_default=False,
        ),
    ] = None,
    balance: Annotated[bool, typer.Option("--balance", help="Weigh rare ratings more.")] = False,
    vectors: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Word vectors to start from, as GloVe's text files."),
    ] = None,
    seed: options.Seed = TrainConfig.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    threads: options.Threads = None,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Do not train a logistic regression beside it.")
    ] = False,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Learn ratings from a file of reviews.

    lstm train reviews.csv

    Columns and scale are detected and reported. A tenth of the reviews is held out to
    measure the model; at the end its scores stand beside those of simpler models. Ctrl-C
    saves the best so far; after that, or after a crash, the same command with --resume goes on.
    """
    began = time.perf_counter()
    if sample == bool(reviews):
        raise OptionError("give files of reviews, or --sample (and not both)")
    if budget is not None and resume:
        raise OptionError("--resume does not go with --budget, whose tries are not kept")
    against = _against_a_base(ctx)
    if against is not None and config is None and base not in (None, "none"):
        raise OptionError(f"{against} does not go with --base {base}; leave one of them out")
    held_out = options.share_or_file(validation)
    seconds = None if budget is None else options.seconds_of(budget)
    if config is not None:
        options.check_not_given(ctx, DECIDED_BY_CONFIG, "--config, which decides it")

    from lstm_cli.bundle.locating import find_base, models_folder
    from lstm_cli.samples import sample_file

    folder = models_folder(models_dir)
    if against is not None and base is None and config is None:
        if find_base(None, folder) is not None:
            note(ctx, f"{against}: training starts from nothing, as --base none has it")
        base = "none"
    request = TrainRequest(
        **options.named_as_fields(ctx, TrainRequest, but=_TRANSLATED),
        sources=(str(sample_file()),) if sample else tuple(reviews or ()),
        folder=folder,
        is_sample=sample,
        validation=held_out if options.is_given(ctx, "validation") else None,
        base=base,
        repeat=config,
        cell=cell.value,
        budget=seconds,
        precision=precision.asked,
        with_baseline=not no_baseline,
    )
    _run(ctx, request, began, as_json=as_json)


def _against_a_base(ctx: typer.Context) -> str | None:
    """The first option, as it is written, that leaves nothing of a base."""
    for name in ("cell", "embedding_size", "hidden_size", "vectors"):
        if ctx.params[name] not in (None, options.CellChoice.lstm):
            return "--cell rnn" if name == "cell" else f"--{name.replace('_', '-')}"
    return None


def _run(ctx: typer.Context, request: TrainRequest, began: float, *, as_json: bool) -> None:
    """Train, and show what came of it."""
    from lstm_cli.pipeline.training import run_training
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.training import TrainingView, show_trained

    console = notes_console(quiet=verbosity(ctx).quiet)
    made = run_training(request, TrainingView(console, request, interruptible))
    seconds = time.perf_counter() - began
    if as_json:
        print_json(made.to_json(seconds))
    else:
        show_trained(results_console(), made, seconds)
    if not made.completed:  # said to the shell as well
        raise typer.Exit(EXIT_INTERRUPTED)
