"""The modes of ``lstm inspect-gates``: each asks the core and shows what it answers."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.options import ReadOptions
    from lstm_cli.gates.surgery import Clamp
    from lstm_cli.results import Arithmetic, GateStatistics


@dataclass(frozen=True)
class Showing:
    """How what was found is shown."""

    as_json: bool = False
    brief: bool = False  # without what the columns mean
    all_words: bool = False  # of a long review


def show_traces(
    ctx: typer.Context,
    bundle: "Bundle",
    *,
    texts: Sequence[str],
    ledger: bool,
    routes: bool,
    heat: bool,
    units: bool,
    showing: Showing,
) -> None:
    """TEXT: what the gates did at every word, and why the rating."""
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.gates import following_progress, show_trace
    from lstm_cli.views.heat import show_heat
    from lstm_cli.views.ledger import show_ledger
    from lstm_cli.views.routes import show_words_by_route

    predictor = Predictor(bundle)
    console, notes = results_console(), notes_console(quiet=verbosity(ctx).quiet)
    for place, text in enumerate(texts):
        with following_progress(notes, text) as advance:
            traced = trace(
                predictor,
                text,
                with_units=units,
                with_ledger=ledger or routes,
                with_carrying=heat,
                advance=advance,
            )
        if showing.as_json:
            print_json(traced.to_json())
            continue
        if place:
            console.print()
        show_trace(console, traced, all_words=showing.all_words, brief=showing.brief)
        if heat:
            show_heat(console, traced)
        if routes:
            show_words_by_route(console, traced)
        if ledger:
            show_ledger(console, traced)


def write_page(ctx: typer.Context, bundle: "Bundle", *, texts: Sequence[str], html: str) -> None:
    """``--html``: one review as a page."""
    from lstm_cli.data.writing import write_whole
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.gates import following_progress
    from lstm_cli.views.page import page

    if len(texts) > 1:
        raise OptionError(f"--html: a page shows one review; {len(texts)} were given")
    predictor = Predictor(bundle)
    with following_progress(notes_console(quiet=verbosity(ctx).quiet), texts[0]) as advance:
        traced = trace(predictor, texts[0], with_ledger=True, with_carrying=True, advance=advance)
    write_whole(page(traced, bundle.info.scale), html)
    note(ctx, f"written: {html}")


def write_words(ctx: typer.Context, bundle: "Bundle", *, texts: Sequence[str], file: str) -> None:
    """``--table``: one row per word, of one review or several."""
    import polars as pl

    from lstm_cli.data.writing import check_output, write_table
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.gates import following_progress
    from lstm_cli.views.word_table import word_table

    check_output(file)
    predictor, notes = Predictor(bundle), notes_console(quiet=verbosity(ctx).quiet)
    tables = []
    for number, text in enumerate(texts, 1):
        with following_progress(notes, text) as advance:
            words = word_table(trace(predictor, text, advance=advance))
        places = pl.int_range(1, pl.len() + 1)
        if len(words):
            tables.append(
                words.select(pl.lit(number).alias("review"), places.alias("word"), pl.all())
            )
    if not tables:
        raise OptionError(f"--table {file}: the review contains no words")
    write_table(pl.concat(tables), file)
    if file != "-":
        note(ctx, f"written: {file}")


def write_picture(ctx: typer.Context, bundle: "Bundle", *, texts: Sequence[str], file: str) -> None:
    """``--png`` and ``--svg``: one review as a picture."""
    from lstm_cli.data.whole import check_target, write_bytes
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.gates import following_progress
    from lstm_cli.views.picture import picture
    from lstm_cli.views.rasterizing import as_png, can_rasterize, letters_without_font

    is_png = file.lower().endswith(".png")
    if len(texts) > 1:
        raise OptionError(f"{file}: a picture shows one review; {len(texts)} were given")
    if is_png and not can_rasterize():
        raise OptionError(
            "--png needs what is not installed (resvg_py): pip install 'lstm-cli[pictures]'; "
            "--svg needs nothing"
        )
    check_target(file)
    predictor = Predictor(bundle)
    with following_progress(notes_console(quiet=verbosity(ctx).quiet), texts[0]) as advance:
        traced = trace(predictor, texts[0], advance=advance)
    drawn = picture(traced, bundle.info.scale)
    write_bytes(as_png(drawn) if is_png else drawn.encode("utf-8"), file)
    note(ctx, f"written: {file}")
    missing = letters_without_font(drawn) if is_png else ""
    if missing:
        note(
            ctx,
            f"careful: no font on this machine has {missing[:20]}: boxes stand there; "
            "what --svg writes has the letters",
        )


@dataclass(frozen=True)
class Quiz:
    """What was asked of a quiz."""

    seed: int | None
    only_key: bool


def show_step(
    _: typer.Context,
    bundle: "Bundle",
    *,
    texts: Sequence[str],
    step: int,
    unit: int | None,
    quiz: Quiz | None,
    as_json: bool,
) -> None:
    """``--step``: the arithmetic of one word."""
    from lstm_cli.gates.arithmetic import arithmetic
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.arithmetic import show_arithmetic
    from lstm_cli.views.console import results_console

    predictor = Predictor(bundle)
    for text in texts:
        numbers = arithmetic(predictor, predictor.tokenize(text), step, unit)
        if as_json:
            print_json(numbers.to_json())
        elif quiz is not None:
            _give_quiz(numbers, quiz, bundle.name)
        else:
            show_arithmetic(results_console(), numbers)


def _give_quiz(numbers: "Arithmetic", quiz: Quiz, model: str) -> None:
    """A sheet with blanks, which are asked for on a terminal; or the key to one."""
    from random import randrange

    from lstm_cli.gates.arithmetic import blanks
    from lstm_cli.views.arithmetic import ask, show_arithmetic, show_key
    from lstm_cli.views.console import results_console, say

    seed = randrange(10_000) if quiz.seed is None else quiz.seed
    hidden, console = blanks(numbers, seed), results_console()
    if quiz.only_key:
        show_key(console, numbers, hidden)
        return
    show_arithmetic(console, numbers, hidden)
    if sys.stdin.isatty() and console.is_terminal:
        ask(console, numbers, hidden, input)
    else:
        say(
            console,
            f"\nQuiz {seed} of model {model}. For its key, the same command with",
            style="dim",
        )
        say(console, f"  --model {model} --seed {seed} --key", style="dim")


def hold(
    _: typer.Context,
    bundle: "Bundle",
    *,
    texts: Sequence[str],
    clamps: Sequence["Clamp"],
    at: Sequence[str] | None,
    as_json: bool,
) -> None:
    """``--clamp``: what becomes of a rating when a gate is held."""
    from lstm_cli.gates.surgery import operate
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.surgery import show_operation

    _check_has_gates(bundle)
    predictor = Predictor(bundle)
    for text in texts:
        operation = operate(predictor, text, clamps, at)
        if as_json:
            print_json(operation.to_json())
        else:
            show_operation(results_console(), operation)


def hold_on_file(
    _: typer.Context,
    bundle: "Bundle",
    *,
    file: str,
    clamps: Sequence["Clamp"],
    reading: "ReadOptions",
    as_json: bool,
) -> None:
    """``--input --clamp``: what becomes of a file's scores when a gate is held."""
    from lstm_cli.evaluation.surgery import operate_on_file
    from lstm_cli.views.console import results_console
    from lstm_cli.views.surgery import show_file_operation

    _check_has_gates(bundle)
    operation = operate_on_file(bundle, file, clamps, reading)
    if as_json:
        print_json(operation.to_json())
    else:
        show_file_operation(results_console(), operation)


def trace_file(
    ctx: typer.Context, bundle: "Bundle", *, file: str, output: str, reading: "ReadOptions"
) -> None:
    """``--input --output``: the trace of every review, a line of JSON each."""
    from lstm_cli.data.formats import FORMATS
    from lstm_cli.data.texts import open_texts
    from lstm_cli.data.writing import TableWriter, check_output
    from lstm_cli.gates.trace import trace
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress
    from lstm_cli.views.reviews import lines_about_texts

    if output != "-" and not output.endswith(FORMATS["jsonl"].endings):
        raise OptionError(f"--output {output}: traces are JSON lines; name the file .jsonl")
    check_output(output)
    predictor = Predictor(bundle)
    console = notes_console(quiet=verbosity(ctx).quiet)
    with (
        open_texts(file, replace(reading, learned=bundle.learned_columns)) as opened,
        TableWriter(output) as writer,
        rating_progress(console, opened.num_rows) as advance,
    ):
        for line in lines_about_texts(opened.table, opened.columns, opened.num_rows):
            note(ctx, line)
        for window in opened.windows:
            for text in window.texts:
                writer.write_json(trace(predictor, text, with_explanation=False).to_json())
                advance(1)


def show_statistics_of_file(
    ctx: typer.Context, bundle: "Bundle", *, file: str, reading: "ReadOptions", showing: Showing
) -> None:
    """``--input``: what the gates do with the words of a file."""
    from lstm_cli.data.texts import read_texts
    from lstm_cli.gates.words import gate_statistics_on
    from lstm_cli.views.reviews import lines_about_texts

    table, columns, texts = read_texts(file, replace(reading, learned=bundle.learned_columns))
    for line in lines_about_texts(table, columns, len(texts)):
        note(ctx, line)
    statistics = gate_statistics_on(bundle, texts)
    _show_statistics(bundle, statistics, f"the reviews of {table.source}", showing)


def describe_unit_of(
    ctx: typer.Context,
    bundle: "Bundle",
    *,
    file: str,
    unit: int,
    reading: "ReadOptions",
    as_json: bool,
) -> None:
    """``--input --unit``: what switches a hidden unit on and off."""
    from lstm_cli.data.texts import read_texts
    from lstm_cli.gates.units import describe_unit
    from lstm_cli.views.console import results_console
    from lstm_cli.views.reviews import lines_about_texts
    from lstm_cli.views.units import show_unit

    table, columns, texts = read_texts(file, replace(reading, learned=bundle.learned_columns))
    for line in lines_about_texts(table, columns, len(texts)):
        note(ctx, line)
    report = describe_unit(bundle, texts, unit)
    if as_json:
        print_json(asdict(report))
    else:
        show_unit(results_console(), report, bundle.name)


def show_statistics(_: typer.Context, bundle: "Bundle", *, showing: Showing) -> None:
    """Without TEXT and ``--input``: what the gates did with the held-out reviews."""
    _show_statistics(bundle, bundle.gate_statistics, "the held-out reviews", showing)


def _show_statistics(
    bundle: "Bundle", statistics: "GateStatistics", whose: str, showing: Showing
) -> None:
    from lstm_cli.views.console import results_console
    from lstm_cli.views.gate_statistics import show_gate_statistics

    if showing.as_json:
        print_json(asdict(statistics))
        return
    cell = bundle.info.model.cell
    show_gate_statistics(
        results_console(), statistics, cell, bundle.name, whose, brief=showing.brief
    )


def _check_has_gates(bundle: "Bundle") -> None:
    if bundle.info.model.cell == "rnn":
        raise OptionError(f"--clamp: model {bundle.name} is a plain RNN, which has no gates")
