"""``lstm inspect-gates``: what the gates do with the two memories at every word."""

from dataclasses import replace
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.texts import texts_given


def inspect_gates(
    ctx: typer.Context,
    texts: options.Texts = None,
    ledger: Annotated[
        bool,
        typer.Option(
            "--ledger",
            help="Also show what each word wrote into the long-term memory and how much of it is "
            "left at the end.",
        ),
    ] = False,
    routes: Annotated[
        bool,
        typer.Option(
            "--routes",
            help="Also show through which memory each word counts: the last, the mean, or the "
            "highest.",
        ),
    ] = False,
    heat: Annotated[
        bool,
        typer.Option(
            "--heat", help="Also show the hidden units with most say in the rating, a row each."
        ),
    ] = False,
    step: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Show the arithmetic of one word; words are counted from 1.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --step: the hidden unit to show, counted from 1. Default: the one with the "
            "most say in the rating. With --input: what switches this unit on and off.",
            show_default=False,
        ),
    ] = None,
    quiz: Annotated[
        bool,
        typer.Option(
            "--quiz",
            help="With --step: leave blanks, one in each gate. On a terminal your answers are "
            "checked; otherwise a sheet is printed.",
        ),
    ] = False,
    key: Annotated[
        bool,
        typer.Option("--key", help="With --quiz and --seed: print only the values of the blanks."),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="With --quiz: the number of the quiz, which decides the blanks. Default: drawn "
            "at random, and printed.",
            show_default=False,
        ),
    ] = None,
    clamp: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GATE=VALUE",
            help="Hold a gate at a value, such as forget=1, learn=0 or use=0.5, and show how the "
            "rating changes. With --input: how the accuracy changes.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="With --clamp: hold the gate only at this word.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        str | None,
        options.html_option(
            "Write the review, with its gates, memories and ledger, as an HTML page."
        ),
    ] = None,
    png: Annotated[
        str | None,
        options.picture_option(
            "png",
            "Write one picture of the review, 1,200 pixels wide, for a mail. It needs: pip install "
            "'lstm-cli[pictures]'",
        ),
    ] = None,
    svg: Annotated[
        str | None, options.picture_option("svg", "Write the same picture as SVG, for a document.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write one row per word, unrounded, for a spreadsheet: .csv, .xlsx and others; - "
            "is standard output.",
            show_default=False,
        ),
    ] = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Show what the gates do with the words of the reviews in this file; - is "
            "standard input.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="With --input: write the trace of every review to this file, one JSON object per "
            "line (.jsonl); - is standard output.",
            show_default=False,
        ),
    ] = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    all_words: Annotated[
        bool,
        typer.Option("--all", help="Show every word of a long review, not only the most telling."),
    ] = False,
    brief: options.Brief = False,
    as_json: options.Json = False,
    units: Annotated[
        bool,
        typer.Option("--units", help="With --json: include the values of every unit."),
    ] = False,
) -> None:
    """Show what the gates kept, learned and used at every word.

    lstm inspect-gates "not a bad film at all"

    lstm inspect-gates "not a bad film at all" --ledger --routes

    lstm inspect-gates "not a bad film at all" --step 3

    lstm inspect-gates "not a bad film at all" --clamp forget=1

    lstm inspect-gates "not a bad film at all" --html film.html

    lstm inspect-gates "not a bad film at all" --png film.png

    lstm inspect-gates "not a bad film at all" --table film.xlsx

    Sentences say which words made the rating, and how far to trust that. Of a review of more than
    25 words they come first, and the table has the words that moved the rating most.

    Without TEXT, shows which words write to, erase and flip the memory, how long it lasts, and
    which units track the rating: measured on the model's held-out reviews, or on those of --input.
    """
    # Here, because no other command needs them, and every command imports this module.
    from lstm_cli.commands.inspect_request import GateRequest, check, mode_of

    asked = GateRequest(
        texts=texts,
        ledger=ledger,
        routes=routes,
        heat=heat,
        step=step,
        unit=unit,
        quiz=quiz,
        key=key,
        seed=seed,
        clamp=clamp,
        at=at,
        html=html,
        png=png,
        svg=svg,
        table=table,
        input_file=input_file,
        output=output,
        reading=options.read_options(ctx),
        as_json=as_json,
        units=units,
        all_words=all_words,
        brief=brief,
    )
    check(asked)
    if input_file is None:
        file_only = ("encoding", "sheet", "query", "text_column", "rating_column")
        options.check_not_given(ctx, file_only, "anything but --input FILE")
        asked = replace(asked, texts=texts_given(ctx, texts))
    show = mode_of(asked)
    show(ctx, options.chosen_bundle(ctx, model, models_dir))
