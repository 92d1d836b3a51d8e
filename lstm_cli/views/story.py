"""The story of the bear and the picture: two cells side by side, event by event."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.gates.story import ALL_HINTS
from lstm_cli.results import StoryTold
from lstm_cli.views.adding_up import percents
from lstm_cli.views.charts import Chart, curve, render, up, words_below
from lstm_cli.views.console import bar, percent, plain_table, say, show_table

NAMES = {"rnn": "plain RNN", "lstm": "LSTM"}
SHOWN = ("wolf", "dog")  # the two that the story is about
KINDS = ("first", "second", "third")
BAR_WIDTH = 3


def show_story(console: Console, told: StoryTold) -> None:
    """Print what both cells say after each event, and what is left of the hint."""
    say(console, "A picture that could be a dog or a wolf: what would it show now?", style="bold")
    say(console, f"The picture by itself: {_listed(told.picture)}.")
    console.print()
    headers = [f"{NAMES[cell]}: {animal}" for cell in told.answers for animal in SHOWN]
    shares = {cell: [percents(answer) for answer in answers] for cell, answers in
              told.answers.items()}  # fmt: skip
    lefts = [f"{NAMES[cell]}: hint left" for cell in told.hint_left]
    table = plain_table("event", *(_split(header) for header in (*headers, *lefts)))
    for place, event in enumerate(told.events):
        cells = [
            _bar(answers[place][animal], shares[cell][place][animal])
            for cell, answers in told.answers.items()
            for animal in SHOWN
        ]
        lasting = [left[place] for left in told.hint_left.values()]
        cells += ["" if share is None else _bar(share, percent(share)) for share in lasting]
        table.add_row(Text(event), *cells)
        for cut in told.cuts:
            memory, _, after = cut.partition("@")
            if int(after) == place + 1:
                table.add_row(Text(f"✂ {memory}", style="bold"))
    show_table(console, table)
    console.print()
    for sentence in sentences(told):
        say(console, textwrap.fill(sentence, 79))


def sentences(told: StoryTold) -> list[str]:
    """What both say at the end, why, and how that was measured."""
    ends = {cell: answers[-1] for cell, answers in told.answers.items()}
    said = [
        f"The {NAMES[cell]} says {max(end, key=lambda animal: end[animal])}: {_listed(end)}."
        for cell, end in ends.items()
    ]
    if told.hint is not None:
        hint = told.events[told.hint]
        left = {cell: shares[-1] or 0.0 for cell, shares in told.hint_left.items()}
        said.append(
            f'Of what "{hint}" left in memory, {percent(left["rnn"])} is there at the end in the '
            f"RNN, {percent(left['lstm'])} in the LSTM. (Hint left: how far the memory is from "
            "that of the same story with a tree in the hint's place, against right after it; all "
            "of it is 100 %, even where a cell strengthens it.)"
        )
    said += _others(told)
    said += _of_cuts(told.cuts)
    said.append(
        "Both have learned from the same scenes, with the hint 20 to 60 events back. The RNN "
        "learned nothing from so far back (see lstm memory-test): three or more events after a "
        "hint, it says nearly what the picture says by itself, whatever the hint was; with fewer, "
        "which it never learned from, it may say something else. On 1,000 new scenes with 21 to "
        "60 events after the hint, the "
        f"LSTM names the animal hinted at in {percent(told.measured['lstm'])}, the RNN in "
        f"{percent(told.measured['rnn'])}; always saying dog reaches a third."
    )
    return said


def _others(told: StoryTold) -> list[str]:
    """That what is said of the hint is said of the first of several."""
    if told.hint is None:
        return []
    later = [f'"{event}"' for event in told.events[told.hint + 1 :] if event in ALL_HINTS]
    if not later:
        return []
    are = "is a hint, too" if len(later) == 1 else "are hints, too"
    return [
        f'What is left is told of the first hint, "{told.events[told.hint]}"; '
        f"{' and '.join(later)} {are}, and can change what the picture is taken for."
    ]


def _of_cuts(cuts: Sequence[str]) -> list[str]:
    """What cutting the long-term memory takes from each cell."""
    long_term = {cut.partition("@")[2] for cut in cuts if cut.startswith("long-term")}
    if not long_term:
        return []
    both = {place for place in long_term if f"short-term@{place}" in cuts}
    said = "The RNN has no long-term memory to lose"
    if both:
        events = " and ".join(sorted(both, key=int))
        said += f"; the LSTM loses both memories after event {events}, and carries nothing on"
    if long_term - both:
        said += (
            "; in the LSTM, the short-term memory carries on a part of what the long-term memory "
            "held"
        )
    return [f"{said}."]


def story_page(told: StoryTold) -> str:
    """The story as one page of HTML."""
    charts = [_answers_chart(told, cell) for cell in told.answers]
    if told.hint is not None:
        charts.append(_left_chart(told))
    rows = [
        (
            event,
            *(share for answers in told.answers.values()
              for share in percents(answers[place]).values()),
            *("" if left[place] is None else percent(left[place] or 0.0)
              for left in told.hint_left.values()),
        )
        for place, event in enumerate(told.events)
    ]  # fmt: skip
    animals = list(told.picture)
    return render(
        "memory_page.html.j2",
        "",
        title="A dog or a wolf",
        lead=(
            f"The picture by itself: {_listed(told.picture)}. After each event both cells are "
            "asked what a picture would show now.",
            *(f"Lost on the way: {cut.replace('@', ' memory after event ')}." for cut in told.cuts),
            *sentences(told),
        ),
        charts=tuple(charts),
        headers=(
            "event",
            *(f"{NAMES[cell]}: {animal}" for cell in told.answers for animal in animals),
            *(f"{NAMES[cell]}: hint left" for cell in told.hint_left),
        ),
        rows=rows,
    )


def _answers_chart(told: StoryTold, cell: str) -> Chart:
    return Chart(
        f"answers-{cell}",
        f"What the {NAMES[cell]} would say",
        "The probability of each animal, if the picture came after this event; at the left, what "
        "the picture says by itself.",
        f"Probabilities by the {NAMES[cell]} after each event",
        tuple((round(up(share, 0, 1)), percent(share)) for share in (0, 0.5, 1)),
        tuple(
            curve(
                animal,
                KINDS[k],
                [told.picture[animal], *(answer[animal] for answer in told.answers[cell])],
                (0, 1),
            )
            for k, animal in enumerate(list(told.picture)[:3])
        ),
        words_below(told.events),
        has_marker=False,
    )


def _left_chart(told: StoryTold) -> Chart:
    return Chart(
        "hint-left",
        "What is left of the hint",
        "How far the memory that is carried on differs from that of the same story without the "
        "hint, as a share of the difference right after it.",
        "The share of the hint left in both cells after each event",
        tuple((round(up(share, 0, 1)), percent(share)) for share in (0, 0.5, 1)),
        tuple(
            curve(NAMES[cell], KINDS[k], [share or 0.0 for share in (0.0, *shares)], (0, 1))
            for k, (cell, shares) in enumerate(told.hint_left.items())
        ),
        words_below(told.events),
        has_marker=False,
    )


def _listed(chances: dict[str, float]) -> str:
    return ", ".join(f"{animal} {share}" for animal, share in percents(chances).items())


def _bar(share: float, shown: str) -> str:
    return f"{bar(min(share, 1.0), BAR_WIDTH)} {shown:>5}"


def _split(header: str) -> str:
    return header.replace(": ", "\n")
