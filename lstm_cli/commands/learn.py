"""``lstm learn``: one step of learning on one review, shown."""

import math
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.commands.texts import refuse_a_file
from lstm_cli.errors import OptionError

STEPS_OF_A_PAGE = 10


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
    ] = 0.01,
    times: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            help="The number of steps. Default: 1, or 10 with --html.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        str | None,
        options.html_option(
            "Write an HTML page with a button that takes one step after the other."
        ),
    ] = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Show how a model learns from a wrong answer.

    lstm learn "not a bad film at all" --true 4

    lstm learn "not a bad film at all" --true 4 --times 10

    lstm learn "not a bad film at all" --true 4 --html learning.html

    The prediction, the loss, the error of each rating, how it flows back through the memories to
    every word, what becomes of single weights, and what the model says then. The saved model is
    not changed.
    """
    if not math.isfinite(rate):  # which a range admits
        raise OptionError(f"--rate {rate}: give a number")
    if html is not None and as_json:
        raise OptionError("--html goes without --json")
    refuse_a_file(ctx, text)
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.gates.learning import learn as take_steps

    if html is None:
        trace = take_steps(bundle, text, true, rate, times or 1)
        if as_json:
            print_json(trace.to_json())
        else:
            from lstm_cli.views.console import results_console
            from lstm_cli.views.learning import show_learning

            show_learning(results_console(), trace)
        return

    from lstm_cli.data.writing import write_whole
    from lstm_cli.views.learning_page import MOST_STEPS, learning_page

    if times is not None and times > MOST_STEPS:
        raise OptionError(f"--times {times}: a page holds {MOST_STEPS} steps at most")
    trace = take_steps(bundle, text, true, rate, times or STEPS_OF_A_PAGE)
    write_whole(learning_page(trace, bundle.info.scale), html)
    note(ctx, f"written: {html}")
