"""What ``lstm models`` shows."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.results import ModelSummary
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


def _scale(ratings: Sequence[str]) -> str:
    if not ratings:
        return "none: a language model"
    return f"{ratings[0]} to {ratings[-1]} ({len(ratings)})"
