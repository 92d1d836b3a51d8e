"""``lstm export``: a model for runtimes that know nothing of this package."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.errors import OptionError, Remedy

if TYPE_CHECKING:
    from lstm_cli.results import OnnxExport

ENOUGH = 0.99  # of the ratings should survive 8 bits


class FormatChoice(StrEnum):
    """What a model can be written as."""

    onnx = "onnx"


def _onnx_file(file: str | None) -> str | None:
    """The name of a file of ONNX.

    Raises:
        OptionError: it ends as another kind of file.
    """
    if file is not None and not file.lower().endswith(".onnx"):
        raise OptionError(f"{file}: name a file that ends in .onnx")
    return file


def export(
    ctx: typer.Context,
    # The one format so far. Named, so that what is typed today means the same when there are more.
    file_format: Annotated[
        FormatChoice, typer.Option("--format", help="What the model is written as.")
    ] = FormatChoice.onnx,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            callback=_onnx_file,
            help="The file to write. Default: the name of the model, and .onnx, in this folder.",
            show_default=False,
        ),
    ] = None,
    quantise: Annotated[
        bool,
        typer.Option(
            "--quantise", help="Keep the weights in 8 bits: a smaller file that rates nearly alike."
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace existing files of these names.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Write a model as ONNX, for programs without this package.

    lstm export

    lstm export --model films --quantise --output films.onnx

    One file has the network, from token ids to probabilities. FILE.json beside it has the words
    and the patterns by which a program cuts a review into token ids; lstm_cli/SCALE.md shows one
    in Python and one in JavaScript. Needs pip install 'lstm-cli[export]'.
    """
    _check_installed()
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.data.whole import check_target
    from lstm_cli.export.onnx_file import about_file, export_onnx

    target = f"{bundle.name}.{file_format.value}" if output is None else output
    for file in (target, about_file(target)):  # said before the work, and not after it
        check_target(file, replace=replace, remedy=Remedy.RENAME_OR_REPLACE_FILE)
    exported = export_onnx(bundle, target, quantise=quantise, replace=replace)
    if as_json:
        print_json(asdict(exported))
    _tell(ctx, exported)


def _tell(ctx: typer.Context, exported: "OnnxExport") -> None:
    """What was written, and what it is worth."""
    note(
        ctx,
        f"onnxruntime rates {100 * exported.same_rating:.1f} % of {exported.reviews} sample "
        f"reviews as {exported.model} does; no probability differs by more than "
        f"{exported.largest_difference:.2g}",
    )
    if exported.same_rating < ENOUGH:
        note(ctx, "careful: that is too few; leave out --quantise")
    note(
        ctx,
        f"written: {exported.path} ({exported.bytes / 1e6:,.1f} MB) and {exported.about} "
        f"({exported.about_bytes / 1e6:,.1f} MB)",
    )


def _check_installed() -> None:
    """Refuse in one line what would be a traceback.

    Raises:
        OptionError: a package is missing.
    """
    from importlib.util import find_spec

    missing = [name for name in ("onnx", "onnxruntime") if not find_spec(name)]
    if missing:
        raise OptionError(
            f"lstm export needs what is not installed ({', '.join(missing)}): "
            "pip install 'lstm-cli[export]'"
        )
