"""``lstm inspect-gates``: what the gates do with long-term and short-term memory at every word."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.commands.texts import texts_given
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.gates.surgery import Clamp
    from lstm_cli.results import GateStatistics


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
    _check(texts, ledger, step, unit, quiz, clamp, at, html, input_file, output, as_json, units)

    from lstm_cli.bundle.locating import find_model
    from lstm_cli.gates.surgery import Clamp

    given = None if input_file is not None else texts_given(texts)
    clamps = [Clamp.parse(asked) for asked in clamp or []]
    if given is None and input_file is None and (ledger or step or clamps or html):
        raise OptionError("give a review to look at, as: lstm inspect-gates TEXT")
    found = find_model(model, models_dir)
    bundle = found.bundle
    note(ctx, f"model {bundle.name} ({found.why})")
    if clamps and bundle.info.model.cell == "rnn":
        raise OptionError(f"--clamp: model {bundle.name} is a plain RNN, which has no gates")
    if input_file is not None:
        if clamps:
            _hold_on_file(ctx, bundle, clamps, input_file, text_column, rating_column, as_json)
        elif output is not None:
            _trace_file(ctx, bundle, input_file, output, text_column)
        else:
            _words_of_file(ctx, bundle, input_file, text_column, as_json)
    elif given is None:
        _show_words(bundle, as_json)
    elif html is not None:
        _write_page(ctx, bundle, given, html)
    elif step is not None:
        _show_step(bundle, given, step, unit, quiz, as_json)
    elif clamps:
        _hold(bundle, given, clamps, at, as_json)
    else:
        _show_traces(bundle, given, ledger, units, as_json)


def _check(
    texts: list[str] | None,
    ledger: bool,
    step: int | None,
    unit: int | None,
    quiz: bool,
    clamp: list[str] | None,
    at: list[str] | None,
    html: str | None,
    input_file: str | None,
    output: str | None,
    as_json: bool,
    units: bool,
) -> None:
    """Refuse options that do not go together."""
    if units and not as_json:
        raise OptionError("--units goes with --json")
    if step is None and (quiz or unit is not None):
        raise OptionError("--unit and --quiz go with --step")
    if at and not clamp:
        raise OptionError("--at goes with --clamp")
    if at and input_file is not None:
        raise OptionError("--at goes with one review; on a file a gate is held at every word")
    if output is not None and (input_file is None or clamp):
        raise OptionError("--output goes with --input, and without --clamp")
    if input_file is not None and (texts or ledger or html or step is not None):
        raise OptionError("--input FILE goes without TEXT, --ledger, --step and --html")
    if html is not None and (as_json or ledger):
        raise OptionError("--html goes without --json and --ledger: the page shows the ledger")
    named = (("--ledger", ledger), ("--step", step), ("--clamp", clamp), ("--html", html))
    kinds = [name for name, given in named if given]
    if len(kinds) > 1:
        raise OptionError(f"{' and '.join(kinds)} show different things; give one of them")


def _show_traces(
    bundle: "Bundle", texts: Sequence[str], ledger: bool, units: bool, as_json: bool
) -> None:
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.gates import show_trace

    predictor = Predictor(bundle)
    console = results_console()
    for place, text in enumerate(texts):
        traced = trace(predictor, text, with_units=units, with_ledger=ledger)
        if as_json:
            print_json(traced.to_json())
            continue
        if place:
            console.print()
        show_trace(console, traced)
        if ledger:
            from lstm_cli.views.ledger import show_ledger

            show_ledger(console, traced)


def _write_page(ctx: typer.Context, bundle: "Bundle", texts: Sequence[str], html: str) -> None:
    from lstm_cli.data.writing import write_whole
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.page import page

    if len(texts) > 1:
        raise OptionError(f"--html: a page shows one review; {len(texts)} were given")
    traced = trace(Predictor(bundle), texts[0], with_ledger=True)
    write_whole(page(traced, bundle.info.ratings), html)
    note(ctx, f"written: {html}")


def _show_step(
    bundle: "Bundle",
    texts: Sequence[str],
    step: int,
    unit: int | None,
    quiz: bool,
    as_json: bool,
) -> None:
    from lstm_cli.gates.arithmetic import arithmetic
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.arithmetic import show_arithmetic
    from lstm_cli.views.console import results_console

    predictor = Predictor(bundle)
    for text in texts:
        found = arithmetic(predictor, predictor.tokenize(text), step, unit)
        if as_json:
            print_json(found.to_json())
        else:
            show_arithmetic(results_console(), found, quiz=quiz)


def _hold(
    bundle: "Bundle",
    texts: Sequence[str],
    clamps: Sequence["Clamp"],
    at: Sequence[str] | None,
    as_json: bool,
) -> None:
    from lstm_cli.gates.surgery import operate
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.surgery import show_operation

    predictor = Predictor(bundle)
    for text in texts:
        found = operate(predictor, text, clamps, at)
        if as_json:
            print_json(found.to_json())
        else:
            show_operation(results_console(), found)


def _hold_on_file(
    ctx: typer.Context,
    bundle: "Bundle",
    clamps: Sequence["Clamp"],
    file: str,
    text_column: str | None,
    rating_column: str | None,
    as_json: bool,
) -> None:
    from lstm_cli.evaluation.surgery import operate_on_file
    from lstm_cli.views.console import results_console
    from lstm_cli.views.surgery import show_file_operation

    found = operate_on_file(bundle, file, clamps, text_column, rating_column)
    if as_json:
        print_json(found.to_json())
    else:
        show_file_operation(results_console(), found)


def _trace_file(
    ctx: typer.Context, bundle: "Bundle", file: str, output: str, text_column: str | None
) -> None:
    from lstm_cli.data.formats import FORMATS
    from lstm_cli.data.reviews import open_texts
    from lstm_cli.data.writing import TableWriter, check_output
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress

    if output != "-" and not output.endswith(FORMATS["jsonl"].endings):
        raise OptionError(f"--output {output}: traces are JSON lines; name the file .jsonl")
    check_output(output)
    predictor = Predictor(bundle)
    console = notes_console(quiet=verbosity(ctx).quiet)
    with (
        open_texts(file, text_column=text_column) as opened,
        TableWriter(output) as writer,
        rating_progress(console, opened.num_rows) as heard,
    ):
        note(ctx, f"{opened.table.source}: {opened.num_rows:,} rows, text in {opened.column!r}")
        for window in opened.windows:
            for text in window.texts:
                writer.write_json(trace(predictor, text, with_explanation=False).to_json())
                heard(1)


def _words_of_file(
    ctx: typer.Context, bundle: "Bundle", file: str, text_column: str | None, as_json: bool
) -> None:
    from lstm_cli.data.reviews import read_texts
    from lstm_cli.gates.words import gate_statistics_on

    table, column, texts = read_texts(file, text_column=text_column)
    note(ctx, f"{table.source}: {len(texts):,} rows, text in {column!r}")
    gate_statistics = gate_statistics_on(bundle, texts)
    _show_gate_statistics(bundle, gate_statistics, f"the reviews of {table.source}", as_json)


def _show_words(bundle: "Bundle", as_json: bool) -> None:
    _show_gate_statistics(bundle, bundle.gate_statistics, "the held-out reviews", as_json)


def _show_gate_statistics(
    bundle: "Bundle", gate_statistics: "GateStatistics", whose: str, as_json: bool
) -> None:
    from lstm_cli.views.console import results_console
    from lstm_cli.views.gate_statistics import show_gate_statistics

    if as_json:
        print_json(asdict(gate_statistics))
        return
    show_gate_statistics(
        results_console(), gate_statistics, bundle.info.model.cell, bundle.name, whose
    )
