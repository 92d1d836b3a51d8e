"""A report card: how many pairs each model ranks correctly, by subject."""

from rich.console import Console
from rich.text import Text

from lstm_cli.results import ExamReport
from lstm_cli.views.console import bar, plain_table, say, show_table, visible

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
    say(
        console,
        "Right: the sentence that praises more is rated higher; half would be chance. Where a\n"
        "name must not matter: the two are rated within a sixteenth of the scale.",
        style="dim",
    )
    if not with_mistakes:
        return
    console.print()
    table = plain_table("rating", "that should be lower", "rating", "higher", right=(0, 2))
    for answer in report.answers[report.model]:
        if not answer.is_right:
            lower, higher = answer.texts
            low, high = (f"{rating:.2f}" for rating in answer.ratings)
            table.add_row(low, Text(visible(lower, 32)), high, Text(visible(higher, 32)))
    show_table(console, table)
