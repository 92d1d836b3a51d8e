"""``lstm inspect-gates``: what the gates do with long-term and short-term memory at every word."""

from dataclasses import asdict
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.commands.texts import texts_given


def inspect_gates(
    ctx: typer.Context,
    texts: options.Texts = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
    units: Annotated[
        bool,
        typer.Option("--units", help="With --json: whole vectors of every word, not only means."),
    ] = False,
) -> None:
    """Show, word by word, what the gates kept, learned and used, and how the rating ran.

    lstm inspect-gates "not a bad film at all"

    Without TEXT: which words open the gates, as the held-out reviews showed.
    """
    from lstm_cli.bundle.locating import find_model
    from lstm_cli.errors import OptionError

    if units and not as_json:
        raise OptionError("--units goes with --json")
    given = texts_given(texts)
    found = find_model(model, models_dir)
    bundle = found.bundle
    note(ctx, f"model {bundle.name} ({found.why})")
    if given is None:
        words = bundle.words
        if as_json:
            for word in words:
                print_json(asdict(word))
            return
        from lstm_cli.views.console import results_console
        from lstm_cli.views.gates import show_words

        show_words(results_console(), words, bundle.info.model.cell, bundle.name)
        return

    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.gates import show_trace

    predictor = Predictor(bundle)
    console = results_console()
    for place, text in enumerate(given):
        traced = trace(predictor, text, with_units=units)
        if as_json:
            print_json(traced.to_json())
            continue
        if place:
            console.print()
        show_trace(console, traced)
