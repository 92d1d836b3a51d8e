"""What files of reviews contain, a line per fact."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstm_cli.data.showing import count
from lstm_cli.views.console import visible

if TYPE_CHECKING:
    from lstm_cli.data.reviews import Reviews, ReviewsSummary


def lines_about(reviews: "Reviews | ReviewsSummary") -> Iterator[str]:
    """Where the reviews came from, which columns were taken, what was skipped and why."""
    for source in reviews.sources:
        yield visible(
            f"{source.name}: {source.rows:,} rows, text in {source.text_column!r}, "
            f"rating in {source.rating_column!r}"
        )
        for note in source.notes:
            yield visible(f"  {note}")
    labels = reviews.scale.labels
    yield f"{len(reviews):,} reviews, ratings {', '.join(labels)}"
    for skipped in reviews.skipped:
        lines = ", ".join(skipped.first_lines)
        more = ", ..." if skipped.count > len(skipped.first_lines) else ""
        yield visible(f"skipped {skipped.count:,} with {skipped.reason} (line {lines}{more})")
    if reviews.duplicates:
        yield f"{count(reviews.duplicates, 'row')} with the text and rating of an earlier row, kept"
    if reviews.conflicts:
        yield f"{count(reviews.conflicts, 'text')} with more than one rating"
