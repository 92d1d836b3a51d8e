"""``lstm inspect-gates``: what the gates do with long-term and short-term memory at every word."""

from dataclasses import replace
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.inspect_request import GateRequest, check, mode_of
from lstm_cli.commands.texts import texts_given


def inspect_gates(
    ctx: typer.Context,
    texts: options.Texts = None,
    ledger: Annotated[
        bool,
        typer.Option("--ledger", help="What each word wrote, and what is left of it at the end."),
    ] = False,
    step: Annotated[
        int | None,
        typer.Option(min=1, help="The arithmetic of one word, counted from 1.", show_default=False),
    ] = None,
    unit: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --step: which hidden unit; otherwise the one with most say in the rating.",
            show_default=False,
        ),
    ] = None,
    quiz: Annotated[
        bool, typer.Option("--quiz", help="With --step: blanks to fill in, and the key at the end.")
    ] = False,
    clamp: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GATE=VALUE",
            help="Hold a gate: forget=1, learn=0, use=0.5. With --input: what becomes of the "
            "accuracy.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD", help="With --clamp: only where this word stands.", show_default=False
        ),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The review as one page to open in a browser: gates, memories, ledger.",
            show_default=False,
        ),
    ] = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="What the gates do with the words of these reviews; - is standard input.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="With --input: the trace of every review, one JSON object a line (.jsonl).",
            show_default=False,
        ),
    ] = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
    units: Annotated[
        bool,
        typer.Option("--units", help="With --json: whole vectors of every word, not only means."),
    ] = False,
) -> None:
    """Show, word by word, what the gates kept, learned and used, and why the rating.

    lstm inspect-gates "not a bad film at all"

    lstm inspect-gates "not a bad film at all" --ledger

    lstm inspect-gates "not a bad film at all" --step 3

    lstm inspect-gates "not a bad film at all" --clamp forget=1

    lstm inspect-gates "not a bad film at all" --html film.html

    Without TEXT: which words write, erase and flip the memory, how long it lasts, and
    which units tell the rating, as the held-out reviews showed, or those of --input.
    """
    asked = GateRequest(
        texts=texts,
        ledger=ledger,
        step=step,
        unit=unit,
        quiz=quiz,
        clamp=clamp,
        at=at,
        html=html,
        input_file=input_file,
        output=output,
        text_column=text_column,
        rating_column=rating_column,
        as_json=as_json,
        units=units,
    )
    check(asked)
    if input_file is None:
        asked = replace(asked, texts=texts_given(texts))
    show = mode_of(asked)
    show(ctx, options.chosen_bundle(ctx, model, models_dir))
