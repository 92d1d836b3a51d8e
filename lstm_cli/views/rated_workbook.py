"""What a colleague finds in a workbook of rated reviews, beside the rows: shares, and notes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from lstm_cli.bundle.card import read_before
from lstm_cli.data.workbooks.sheets import PERCENT_TENTHS, TWO_DECIMALS, Sheet
from lstm_cli.inference.input_warnings import Doubt

if TYPE_CHECKING:
    from lstm_cli.bundle.contents import BundleInfo
    from lstm_cli.inference.rating import FileSummary

ROWS_SHEET = "ratings"
MOST_FILES = 3
REPORT = "for shares and means of groups, each with an interval: lstm report FILE"


def formats_of(columns: Sequence[str]) -> dict[str, str]:
    """How the numbers in the added columns are shown."""
    shares = {name: PERCENT_TENTHS for name in columns if name.startswith("p(")}
    return {"expected_rating": TWO_DECIMALS, "confidence": PERCENT_TENTHS} | shares


def sheets_beside(
    info: "BundleInfo", summary: "FileSummary", source: str, columns: Sequence[str], made: date
) -> list[Sheet]:
    """The sheets after that of the rows.

    Args:
        info: of the model.
        summary: of all rows.
        source: the file, as messages show it.
        columns: the names of the added columns.
        made: today.
    """
    import polars as pl

    from lstm_cli.results import as_json_rating

    counts = summary.by_rating()
    total = max(sum(counts.values()), 1)
    numbers = [as_json_rating(label) for label in counts]
    are_numbers = not any(isinstance(number, str) for number in numbers)
    shares = pl.DataFrame(
        {
            "rating": numbers if are_numbers else list(counts),
            "reviews": list(counts.values()),
            "share": [count / total for count in counts.values()],
        },
        strict=False,
    )
    lines = list(_notes(info, summary, source, columns, made))
    notes = pl.DataFrame(lines, schema={"what": pl.String, "note": pl.String}, orient="row")
    return [Sheet("shares", shares, {"share": PERCENT_TENTHS}), Sheet("notes", notes)]


def _notes(
    info: "BundleInfo", summary: "FileSummary", source: str, columns: Sequence[str], made: date
) -> Iterator[tuple[str, str]]:
    """What each is, and what there is to say of it."""
    yield "reviews", f"{summary.num_rows:,} rows of {source}"
    yield from model_facts(info, made)
    yield "mean rating", mean_line(info, summary)
    yield "shares", f"count predicted_rating; {REPORT}"
    yield "warnings", warnings_line(summary) or "none: all rows read like the training reviews"
    if summary.num_empty:
        said = "rated as empty reviews, in no share and no mean"
        yield "rows without text", f"{summary.num_empty:,}: {said}"
    for name in columns:
        yield f"column {name}", _meaning(name)


def model_facts(info: "BundleInfo", made: date) -> Iterator[tuple[str, str]]:
    """Of the model that rated a file: what each is, and what there is to say of it.

    Args:
        info: of the model.
        made: today.
    """
    from importlib.metadata import version

    origin = info.provenance
    yield "date", f"rated on {made.isoformat()} with lstm-cli {version('lstm-cli')}"
    yield "model", f"{info.name}, an {info.model.cell.upper()} made on {info.created[:10]}"
    start = f", starting from {info.base}" if info.base else ""
    yield "learned from", f"{origin.training:,} reviews of {_some(origin.files)}{start}"
    yield "how good", _how_good(info)


def _some(files: Sequence[str]) -> str:
    """The first files of many."""
    if len(files) <= MOST_FILES + 1:
        return ", ".join(files)
    return f"{', '.join(files[:MOST_FILES])} and {len(files) - MOST_FILES} other files"


def _how_good(info: "BundleInfo") -> str:
    """What the model reached on reviews that it did not learn from."""
    scores = info.scores
    low, high = (100 * end for end in scores["accuracy_interval"])
    unit = "places" if info.scale.has_places else "points"
    return (
        f"{100 * scores['accuracy']:.1f} % of {scores['n']:,} held-out reviews rated exactly as "
        f"their writers did (95 % interval {low:.1f} to {high:.1f} %), on average "
        f"{scores['mae']:.2f} {unit} off"
        + (f"; careful: {before}" if (before := read_before(info)) else "")
    )


def mean_line(info: "BundleInfo", summary: "FileSummary") -> str:
    """The mean rating, and which column to average for it; of texts, if there are any."""
    if not summary.num_texts:
        return "of no review: no row has text"
    mean = f"{summary.mean_expected:.2f}"
    if info.scale.has_places:
        return f"{mean} of {info.scale.num_places} places, by expected_rating"
    return f"{mean}: average expected_rating, not predicted_rating ({summary.mean_predicted:.2f})"


def warnings_line(summary: "FileSummary") -> str:
    """How many rows have a warning, and the commonest reason; nothing where none has.

    How many have no text is said, too, for it says nothing of the other rows.
    """
    if not summary.num_warned:
        return ""
    others = [doubt for doubt in Doubt if doubt is not Doubt.EMPTY]
    commonest = max(others, key=lambda doubt: summary.doubts[doubt])  # of equals, the first
    numbers = {doubt: summary.doubts[doubt] for doubt in (Doubt.EMPTY, commonest)}
    said = "; ".join(
        doubt.value if number == summary.num_warned else f"{number:,}: {doubt.value}"
        for doubt, number in numbers.items()
        if number
    )
    have = "row has" if summary.num_warned == 1 else "rows have"
    return f"{summary.num_warned:,} {have} a warning ({said})"


def _meaning(column: str) -> str:
    """What an added column holds."""
    if column.startswith("p("):
        return f"the probability of the rating {column[2:-1]}"
    return {
        "predicted_rating": "the most probable rating",
        "expected_rating": "the mean of all ratings, weighted by their probabilities",
        "confidence": "the probability of predicted_rating",
        "warning": "why a rating is not to be believed: the text is unlike those learned from",
        "answered_by": "whether the network or the regression beside it gave the rating",
    }[column]
