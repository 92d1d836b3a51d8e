"""What ``lstm inspect-gates`` was asked for: which options go together, and which mode answers.

--input FILE   --unit      what switches a hidden unit on and off
               --clamp     the scores of the file's reviews with a gate held
               --output    the traces of its reviews, as JSON lines
               otherwise   gate statistics of its reviews
TEXT           --html      the review as a page
               --png       the review as a picture; --svg as well
               --step      the arithmetic of one word
               --clamp     the rating with a gate held
               otherwise   the trace, with --ledger, --routes, --heat those as well
neither                    gate statistics of the model's held-out reviews
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands import inspect_modes as modes
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.options import ReadOptions
    from lstm_cli.gates.surgery import Clamp

Mode = Callable[[typer.Context, "Bundle"], None]

VIEWS = (
    "step",
    "clamp",
    "html",
    "png",
    "svg",
    "table",
)  # of one review: each is an output of its own


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """The options of ``lstm inspect-gates`` as a person gave them."""

    texts: Sequence[str] | None
    ledger: bool
    routes: bool
    heat: bool
    step: int | None
    unit: int | None
    quiz: bool
    key: bool
    seed: int | None
    clamp: Sequence[str] | None
    at: Sequence[str] | None
    html: str | None
    png: str | None
    svg: str | None
    table: str | None
    input_file: str | None
    output: str | None
    reading: "ReadOptions"
    as_json: bool
    units: bool
    all_words: bool
    brief: bool

    @property
    def showing(self) -> modes.Showing:
        """How what was found is shown."""
        return modes.Showing(self.as_json, self.brief, self.all_words)

    @property
    def given(self) -> frozenset[str]:
        """The names of the options that were given."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return frozenset(
            name
            for name, value in values.items()
            # Zero is a number that was given, though it equals False.
            if value is not None and value is not False and value not in ([], ())
        )


@dataclass(frozen=True)
class Rule:
    """What some options need beside them, and what they exclude."""

    options: frozenset[str]
    problem: str
    needs: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()

    def is_broken_by(self, given: frozenset[str]) -> bool:
        """Whether one of the options was given without what it needs, or with what it excludes."""
        return bool(given & self.options) and not (
            given >= self.needs and given.isdisjoint(self.excludes)
        )


def _rule(options: str, problem: str, *, needs: str = "", excludes: str = "") -> Rule:
    return Rule(
        frozenset(options.split()), problem, frozenset(needs.split()), frozenset(excludes.split())
    )


RULES = (
    _rule("units", "--units goes with --json", needs="as_json"),
    _rule(
        "units",
        "--units goes with TEXT, and without --step and --clamp",
        excludes="input_file step clamp",
    ),
    _rule("quiz", "--quiz goes with --step", needs="step"),
    _rule("unit", "--unit and --output show different things", excludes="output"),
    _rule("unit", "--unit goes with --step, or with --input", excludes="clamp html png svg table"),
    _rule("quiz", "--quiz goes without --json", excludes="as_json"),
    _rule("seed", "--seed goes with --quiz", needs="quiz"),
    _rule("key", "--key goes with --quiz and --seed", needs="quiz seed"),
    _rule("at", "--at goes with --clamp", needs="clamp"),
    _rule(
        "at",
        "--at goes with one review; on a file a gate is held at every word",
        excludes="input_file",
    ),
    _rule(
        "output",
        "--output goes with --input, and without --clamp",
        needs="input_file",
        excludes="clamp",
    ),
    _rule(
        "input_file",
        "--input FILE goes without TEXT, --ledger, --routes, --heat, --step, --html, --png, --svg "
        "and --table",
        excludes="texts ledger routes heat step html png svg table",
    ),
    _rule(
        "html",
        "--html goes without --json, --ledger, --routes and --heat: the page shows them",
        excludes="as_json ledger routes heat",
    ),
    _rule(
        "png svg table",
        "--png, --svg and --table go without --json, --ledger, --routes and --heat",
        excludes="as_json ledger routes heat",
    ),
    _rule(
        "all_words",
        "--all goes with TEXT, and without --step, --clamp, --html, --png, --svg and --table",
        excludes="input_file step clamp html png svg table",
    ),
    _rule(
        "ledger routes heat",
        "--ledger, --routes and --heat go without --step and --clamp",
        excludes="step clamp",
    ),
)


def check(asked: GateRequest) -> None:
    """Refuse options that do not go together.

    Raises:
        OptionError: they break a rule, or ask for two views at once.
    """
    for rule in RULES:
        if rule.is_broken_by(asked.given):
            raise OptionError(rule.problem)
    if "unit" in asked.given and asked.given.isdisjoint(("step", "input_file")):
        raise OptionError("--unit goes with --step, or with --input")
    views = [f"--{view}" for view in VIEWS if view in asked.given]
    if len(views) > 1:
        raise OptionError(f"{' and '.join(views)} are outputs of their own; give one of them")


def mode_of(asked: GateRequest) -> Mode:
    """The mode that answers, with the options it needs.

    Args:
        asked: checked; its texts may have come through a pipe.

    Raises:
        OptionError: a view of one review was asked for, without a review.
        RequestError: a gate cannot be held like that.
    """
    clamps = _clamps_of(asked.clamp or ())
    if asked.input_file is not None:
        return _mode_for_file(asked, asked.input_file, clamps)
    if asked.texts is not None:
        return _mode_for_texts(asked, asked.texts, clamps)
    if not asked.given.isdisjoint((*VIEWS, "ledger", "routes", "heat", "units")):
        raise OptionError("give a review to look at, as: lstm inspect-gates TEXT")
    return partial(modes.show_statistics, showing=asked.showing)


def _clamps_of(asked: Sequence[str]) -> list["Clamp"]:
    if not asked:  # and nothing is loaded to read them
        return []
    from lstm_cli.gates.surgery import parse_clamps

    return parse_clamps(asked)


def _mode_for_file(asked: GateRequest, file: str, clamps: Sequence["Clamp"]) -> Mode:
    if asked.unit is not None:
        return partial(
            modes.describe_unit_of,
            file=file,
            unit=asked.unit,
            reading=asked.reading,
            as_json=asked.as_json,
        )
    if clamps:
        return partial(
            modes.hold_on_file,
            file=file,
            clamps=clamps,
            reading=asked.reading,
            as_json=asked.as_json,
        )
    if asked.output is not None:
        return partial(modes.trace_file, file=file, output=asked.output, reading=asked.reading)
    return partial(
        modes.show_statistics_of_file,
        file=file,
        reading=asked.reading,
        showing=asked.showing,
    )


def _mode_for_texts(asked: GateRequest, texts: Sequence[str], clamps: Sequence["Clamp"]) -> Mode:
    if asked.html is not None:
        return partial(modes.write_page, texts=texts, html=asked.html)
    picture_file = asked.png or asked.svg
    if picture_file is not None:
        return partial(modes.write_picture, texts=texts, file=picture_file)
    if asked.table is not None:
        return partial(modes.write_words, texts=texts, file=asked.table)
    if asked.step is not None:
        return partial(
            modes.show_step,
            texts=texts,
            step=asked.step,
            unit=asked.unit,
            quiz=modes.Quiz(asked.seed, asked.key) if asked.quiz else None,
            as_json=asked.as_json,
        )
    if clamps:
        return partial(modes.hold, texts=texts, clamps=clamps, at=asked.at, as_json=asked.as_json)
    return partial(
        modes.show_traces,
        texts=texts,
        ledger=asked.ledger,
        routes=asked.routes,
        heat=asked.heat,
        units=asked.units,
        showing=asked.showing,
    )
