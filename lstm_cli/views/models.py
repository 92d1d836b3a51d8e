"""What ``lstm models`` shows."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.data.showing import count
from lstm_cli.results import ModelSummary, VersionSummary
from lstm_cli.results.updating import FEWEST
from lstm_cli.views.console import LINE, percent, plain_table, say, show_table, visible


def show_models(console: Console, models: Sequence[ModelSummary], folder: str) -> None:
    """Print a row per model, the one trained last at the bottom."""
    if not models:
        say(console, f"no model in {folder} yet; train one with: lstm train REVIEWS.csv")
        return
    table = plain_table("model", "cell", "ratings", "reviews", "accuracy", "trained", right=(3, 4))
    for model in models:
        if model.problem is not None:
            table.add_row(Text(visible(model.name, 24)), Text("cannot be used", style="yellow"))
            continue
        table.add_row(
            Text(visible(model.name, 24)),
            model.cell,
            _scale(model.ratings),
            f"{model.reviews:,}",
            "" if model.accuracy is None else percent(model.accuracy),
            model.created[:16].replace("T", " "),
        )
    show_table(console, table)
    for model in models:
        _say_flattering(console, visible(model.name, 24), model)


def _say_flattering(console: Console, name: str, model: ModelSummary | VersionSummary) -> None:
    """Add why an accuracy is better than other reviews will find it, if it is."""
    if model.read_by_base:
        line = (
            f"{name}: its accuracy flatters, for a base has read {model.read_by_base:,} of its "
            f"{count(model.held_out, 'held-out review')} before"
        )
        say(console, textwrap.fill(line, LINE, subsequent_indent="  "))


def show_history(console: Console, versions: Sequence[VersionSummary]) -> None:
    """Print one row per version, oldest first; what it learned from below, if it is long."""
    heads = ("version", "made", "reviews", "accuracy", "held out", "size")
    rows = [_history_cells(version) for version in versions]
    files = [visible(", ".join(version.files)) for version in versions]
    # What these columns leave of a line, two blanks after each.
    taken = sum(max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True))
    is_beside = taken + max(map(len, files), default=0) <= console.width
    table = plain_table(*heads, *(["learned from"] if is_beside else []), right=(0, 2, 3, 4, 5))
    for version, cells, names in zip(versions, rows, files, strict=True):
        style = "bold" if version.in_use else ""
        if version.problem is not None:
            style = "yellow"
        table.add_row(*cells, *([Text(names)] if is_beside else []), style=style)
    show_table(console, table)
    if not is_beside:
        for version, names in zip(versions, files, strict=True):
            if version.problem is None:
                line = f"version {version.number} learned from {names}"
                say(console, textwrap.fill(line, LINE, subsequent_indent="  "))
    for version in versions:
        _say_flattering(console, f"version {version.number}", version)
    in_use = [version.number for version in versions if version.in_use]
    say(console, f"in use: version {in_use[0] or '?'}" if in_use else "none is in use")


def _history_cells(version: VersionSummary) -> tuple[str, ...]:
    """All but the files that it learned from."""
    size = f"{version.bytes / 1e6:.1f} MB"
    if version.problem is not None:
        return ("?", "cannot be used", "", "", "", size)
    return (
        str(version.number),
        version.created[:16].replace("T", " "),
        f"{version.reviews:,}",
        _accuracy(version),
        f"{version.held_out:,}",
        size,
    )


def _accuracy(version: VersionSummary) -> str:
    """On its held-out reviews; of fewer than a receipt decides on it would say nothing."""
    if version.accuracy is None:
        return ""
    return percent(version.accuracy) if version.held_out >= FEWEST else "too few"


def _scale(ratings: Sequence[str]) -> str:
    if not ratings:
        return "none: a language model"
    return f"{ratings[0]} to {ratings[-1]} ({len(ratings)})"
