"""The bar of whatever takes a while: the same everywhere, and none where nobody watches."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def progress_bar(
    console: Console,
    doing: str,
    *,
    rate: str | None = None,
    width: int = 30,
    with_time_left: bool = True,
) -> Progress:
    """A bar that vanishes when all is done; what it is for stands before it.

    Args:
        console: where notes go.
        doing: what is done, in which ``{task.fields[NAME]}`` is a field of the task.
        rate: of what the field ``rate`` of the task counts so many a second, such as "tokens/s".
        width: in columns.
        with_time_left: also guess how long it will take.
    """
    columns: list[ProgressColumn] = [
        TextColumn(doing),
        BarColumn(bar_width=width),
        TextColumn("{task.percentage:>3.0f} %"),
    ]
    if rate is not None:
        columns.append(TextColumn("{task.fields[rate]:>9,.0f} " + rate))
    columns.append(TimeElapsedColumn())
    if with_time_left:
        columns += [TextColumn("left"), TimeRemainingColumn()]
    disable = console.quiet or not console.is_terminal
    return Progress(*columns, console=console, transient=True, disable=disable)
