"""What files of reviews contain, a line per fact."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lstm_cli.data.chosen import join_names
from lstm_cli.data.said_sources import as_said
from lstm_cli.data.showing import count
from lstm_cli.views.console import visible

if TYPE_CHECKING:
    from lstm_cli.data.chosen import TextColumns
    from lstm_cli.data.partly_rated import PartlyRated
    from lstm_cli.data.ratings.scale import Scale
    from lstm_cli.data.reviews import Reviews, ReviewsSummary
    from lstm_cli.data.said_sources import Source
    from lstm_cli.data.tables import Table
    from lstm_cli.evaluation.unseen import Known, MeasuredOn


def places_of(scale: "Scale") -> str:
    """What the numbers of a scale of words are."""
    lowest, highest = (visible(name, 30) for name in (scale.names[0], scale.names[-1]))
    return f"places on this scale: 1 is {lowest}, {scale.num_places} is {highest}"


def lines_about_texts(table: "Table", columns: "TextColumns", num_rows: int) -> Iterator[str]:
    """Where texts without ratings came from, and which columns were taken."""
    rows = _counted(table.num_files, num_rows)
    yield visible(f"{table.source}: {rows}, text in {join_names(columns.names)}")
    for note in (*table.notes, *columns.notes):
        yield f"  {visible(note)}"


def lines_about_partly_rated(rows: "PartlyRated") -> Iterator[str]:
    """Where the rows came from, which columns were taken, and how many people rated."""
    texts = join_names(rows.text_columns.names)
    counted = _counted(rows.table.num_files, len(rows))
    yield visible(f"{rows.table.source}: {counted}, text in {texts}")
    rated = int(rows.is_rated.sum())
    if rows.rating_column is None:
        yield "  no ratings are used: the model rates all rows"
    else:
        said = f"{rated:,} are rated in {rows.rating_column!r}"
        is_whole = rated == len(rows) or rows.by_people_alone
        others = "" if is_whole else ", the model rates the others"
        yield visible(f"  {said}{others}")
    for note in rows.notes:
        yield f"  {visible(note)}"


def line_about_scales(found: "Scale", scale: "Scale", model: str) -> str:
    """That a file seems to be rated on another scale than a model's, and what that means.

    Args:
        found: the ratings of the file.
        scale: those of the model.
        model: its name.
    """
    ends = [f"{visible(s.labels[0], 30)} to {visible(s.labels[-1], 30)}" for s in (found, scale)]
    return (
        f"careful: these ratings go from {ends[0]}, those of {visible(model)} from {ends[1]}: if "
        f"that is another scale, the same number means something else, and low figures say nothing "
        "of the model"
    )


def lines_about_seen(measured: "MeasuredOn") -> Iterator[str]:
    """How many reviews were seen in training, and what became of them; nothing if none was."""
    for known in measured.known:
        if known.seen is None and known.is_own_file:
            name = visible(known.model)
            yield (
                f"careful: {name} was trained on these very reviews; for its scores on held-out "
                f"reviews, see: lstm models show {name}"
            )
    if not measured.seen:
        return
    seers = [known for known in measured.known if known.seen]
    total = f"{measured.seen:,} of the {count(measured.num_reviews, 'review')}"
    if not measured.left_out:
        yield f"careful: the scores flatter, for {_seen_by(seers, measured)} {total} in training"
    elif len(seers) == len(measured.known) == 1 and seers[0].is_own_file:
        yield (
            f"{visible(seers[0].model)} was trained on this file: measured on the "
            f"{len(measured.reviews):,} reviews that it held out{_and_base(seers[0])}, the other "
            f"{measured.seen:,} are left out (--with-seen keeps them)"
        )
    else:
        yield f"left out: {_seen_by(seers, measured)} {total} in training (--with-seen keeps them)"


def _and_base(known: "Known") -> str:
    """That a base has not seen reviews either, where there is one."""
    return "" if known.base is None else f" and {visible(known.base)} has not read"


def _seen_by(seers: "Sequence[Known]", measured: "MeasuredOn") -> str:
    """Who has seen reviews; of several models, how many each, unless it is all of these."""
    if len({known.model for known in seers}) == 1:
        model, base = seers[0].model, seers[0].base
        or_base = "" if base is None else f", or {visible(base)} before it,"
        return f"{visible(model)}{or_base} has seen"
    if all(known.seen == measured.seen for known in seers):
        return f"{' and '.join(visible(known.model) for known in seers)} have each seen"
    shown = " and ".join(f"{visible(known.model)} ({known.seen:,})" for known in seers)
    return f"{shown} have together seen"


def rows_of(source: "Source") -> str:
    """How much there is; of a folder or a pattern, in how many files."""
    return _counted(None if source.pattern is None else source.num_files, source.rows)


def _counted(num_files: int | None, num_rows: int) -> str:
    rows = count(num_rows, "row")
    return rows if num_files is None else f"{count(num_files, 'file')}, {rows}"


def lines_about(reviews: "Reviews | ReviewsSummary") -> Iterator[str]:
    """Where the reviews came from, which columns were taken, what was skipped and why."""
    for source in as_said(reviews.sources):
        yield visible(
            f"{source.name}: {rows_of(source)}, text in {join_names(source.text_columns)}, "
            f"rating in {source.rating_column!r}"
        )
        for note in source.notes:
            yield f"  {visible(note)}"
    scale = reviews.scale
    yield visible(f"{count(len(reviews), 'review')}, ratings {scale.in_order}")
    if scale.has_places:
        yield f"the mean error and the expected rating count {places_of(scale)}"
    for skipped in reviews.skipped:
        lines = ", ".join(skipped.first_lines)
        more = ", ..." if skipped.count > len(skipped.first_lines) else ""
        yield visible(f"skipped {skipped.count:,} with {skipped.reason} (line {lines}{more})")
    if reviews.duplicates:
        yield f"{count(reviews.duplicates, 'row')} with the text and rating of an earlier row, kept"
    if reviews.conflicts:
        yield f"{count(reviews.conflicts, 'text')} with more than one rating"
