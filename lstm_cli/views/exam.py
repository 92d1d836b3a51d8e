"""A report card: how many pairs each model ranks correctly, by subject."""

import textwrap
from itertools import groupby

from rich.console import Console

from lstm_cli.results import ExamReport
from lstm_cli.views.console import LINE, bar, plain_table, say, show_table, visible

WIDTH = 12


def show_exam(console: Console, report: ExamReport, *, with_mistakes: bool = False) -> None:
    """Print a row per subject and a column for the model and each baseline.

    Args:
        console: where results go.
        report: the answers.
        with_mistakes: list the pairs that the model got wrong.
    """
    table = plain_table("", *report.answers)
    for subject in report.subjects:
        cells = (f"{bar(right / n, WIDTH)} {right:>2} of {n}" for right, n in report.row(subject))
        table.add_row(subject, *cells)
    cells = (f"{bar(right / n, WIDTH)} {right:>2} of {n}" for right, n in report.row(None))
    table.add_row("all", *cells, style="bold")
    show_table(console, table)
    said = (
        "Right: the sentence that praises more is rated higher; half would be chance. Where a "
        "name must not matter: the two are rated within a sixteenth of the scale."
    )
    say(console, textwrap.fill(said, LINE), style="dim")
    if with_mistakes:
        _show_mistakes(console, report)


def _show_mistakes(console: Console, report: ExamReport) -> None:
    """Print both sentences of each pair in full: they often differ only at the end."""
    answers = report.answers[report.model]
    wrong = [answer for answer in answers if not answer.is_right]
    console.print()
    said = f"{visible(report.model, 40)} gets {len(wrong)} of {len(answers)} wrong."
    if wrong:
        said += " Before each sentence stands the rating that it got."
    say(console, textwrap.fill(said, LINE), style="bold")
    for subject, pairs in groupby(wrong, key=lambda answer: answer.subject):
        for place, answer in enumerate(pairs):
            if not place:
                should = "rated alike" if answer.must_be_alike else "the second rated higher"
                say(console, f"\n{subject}, where right is: {should}")
            for mark, rating, text in zip("• ", answer.ratings, answer.texts, strict=True):
                say(console, f"  {mark} {rating:5.2f}  {visible(text)}")
