"""What ``lstm models`` shows."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.results import ModelSummary, VersionSummary
from lstm_cli.views.console import percent, plain_table, say, show_table, visible


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


def show_history(console: Console, versions: Sequence[VersionSummary]) -> None:
    """Print a row a version, the oldest at the top."""
    table = plain_table(
        "version", "made", "reviews", "accuracy", "held out", "size", "learned from",
        right=(0, 2, 3, 4, 5),
    )  # fmt: skip
    for version in versions:
        size = f"{version.bytes / 1e6:.1f} MB"
        if version.problem is not None:
            table.add_row("?", Text("cannot be used", style="yellow"), "", "", "", size, "")
            continue
        table.add_row(
            str(version.number),
            version.created[:16].replace("T", " "),
            f"{version.reviews:,}",
            "" if version.accuracy is None else percent(version.accuracy),
            f"{version.held_out:,}",
            size,
            Text(visible(", ".join(version.files), 18)),
            style="bold" if version.in_use else "",
        )
    show_table(console, table)
    in_use = [version.number for version in versions if version.in_use]
    say(console, f"in use: version {in_use[0] or '?'}" if in_use else "none is in use")


def _scale(ratings: Sequence[str]) -> str:
    if not ratings:
        return "none: a language model"
    return f"{ratings[0]} to {ratings[-1]} ({len(ratings)})"
