"""``lstm explain``: the cell, drawn and written out."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.texts import refuse_a_file
from lstm_cli.errors import OptionError


def explain(
    ctx: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT",
            help="A review. The equations are then also worked out for one of its words.",
            show_default=False,
        ),
    ] = None,
    cell: Annotated[
        options.CellChoice | None,
        typer.Option(
            help="The cell to draw. Default: the model's with TEXT or --model, else an LSTM."
        ),
    ] = None,
    step: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With TEXT: the word to show, counted from 1. Default: the last.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With TEXT: the hidden unit to show, counted from 1. Default: the one with the "
            "most say in the rating.",
            show_default=False,
        ),
    ] = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
) -> None:
    """Draw the cell and explain what each gate computes.

    lstm explain

    lstm explain --cell rnn

    lstm explain --model films

    lstm explain "not a bad film at all" --step 3
    """
    from lstm_cli.views.console import results_console
    from lstm_cli.views.explain import show_cell

    console = results_console()
    if text is None:
        if step is not None or unit is not None:
            raise OptionError("--step and --unit go with TEXT")
        if model is None and models_dir is None:
            show_cell(console, (cell or options.CellChoice.lstm).value)
            return
        network = options.chosen_bundle(ctx, model, models_dir).info.model
        show_cell(console, network.cell if cell is None else cell.value, network.pooling)
        return

    refuse_a_file(ctx, text)

    from lstm_cli.gates.arithmetic import arithmetic
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.arithmetic import show_arithmetic

    bundle = options.chosen_bundle(ctx, model, models_dir)
    actual = bundle.info.model.cell
    if cell is not None and cell.value != actual:
        raise OptionError(f"--cell {cell.value}: model {bundle.name} has an {actual} cell")
    predictor = Predictor(bundle)
    tokens = predictor.tokenize(text)
    if not tokens:
        raise OptionError("TEXT contains no words")
    numbers = arithmetic(predictor, tokens, step or len(tokens), unit)
    show_cell(console, actual, bundle.info.model.pooling)
    console.print()
    show_arithmetic(console, numbers)
