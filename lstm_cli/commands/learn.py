"""``lstm learn``: one step of learning on one review, shown."""

import math
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json
from lstm_cli.errors import OptionError


def learn(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A review.")],
    true: Annotated[
        str, typer.Option("--true", metavar="RATING", help="The rating it should have got.")
    ],
    rate: Annotated[
        float,
        typer.Option(
            min=1e-6, max=100.0, help="The learning rate: how far weights move along gradients."
        ),
    ] = 0.05,
    times: Annotated[int, typer.Option(min=1, max=1000, help="The number of steps.")] = 1,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Show how a model learns from a wrong answer.

    lstm learn "not a bad film at all" --true 4

    lstm learn "not a bad film at all" --true 4 --times 10

    The prediction, the loss, the error of each rating, how it flows back through the memories to
    every word, what becomes of single weights, and what the model says then. The saved model is
    not changed.
    """
    if not math.isfinite(rate):  # which a range admits
        raise OptionError(f"--rate {rate}: give a number")
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.gates.learning import learn as take_steps
    from lstm_cli.views.console import results_console
    from lstm_cli.views.learning import show_learning

    trace = take_steps(bundle, text, true, rate, times)
    if as_json:
        print_json(trace.to_json())
    else:
        show_learning(results_console(), trace)
