"""``lstm evaluate --errors``: the surest mistakes, as a file like the one that was measured on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands.program import note
from lstm_cli.data.showing import count, show_source
from lstm_cli.errors import RequestError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.kept import KeptRows
    from lstm_cli.evaluation.files import ScoredReviews

MOST_MISTAKES = 100


def check_one_file(file: str) -> None:
    """Refuse a folder or a pattern, whose files may differ in their columns.

    Raises:
        RequestError: it is one.
        FileError: no file matches.
    """
    from lstm_cli.data.sources.patterns import list_files

    listing = list_files(file)
    if not listing.is_single:
        raise RequestError(
            f"the rows are written as they stand in one file, and {show_source(file)} stands for "
            f"{count(len(listing.files), 'file')}; name one, or leave it out",
            parameter="errors",
        )


@contextmanager
def rows_kept(errors: str | None) -> Iterator["KeptRows | None"]:
    """A place for the rows of the file as long as they may be wanted; None if they are not.

    Raises:
        OutputError: the file of mistakes cannot be written.
    """
    if errors is None:
        yield None
        return
    from lstm_cli.data.kept import KeptRows
    from lstm_cli.data.writing import check_output

    check_output(errors)
    with TemporaryDirectory(prefix="lstm-", ignore_cleanup_errors=True) as folder:
        yield KeptRows(Path(folder))


def write_mistakes(
    ctx: typer.Context, bundle: "Bundle", rated: "ScoredReviews", kept: "KeptRows", errors: str
) -> None:
    """Write the rows that were rated wrong, the most confident mistakes first."""
    from lstm_cli.data.formats import FORMATS, by_ending
    from lstm_cli.data.writing import TableWriter
    from lstm_cli.evaluation.files import mistakes
    from lstm_cli.views.mistakes import FORMATS_SHOWN, SHEET, mistakes_as_table

    made = mistakes(bundle, rated, MOST_MISTAKES)
    nested = (FORMATS["jsonl"], FORMATS["parquet"])
    as_text = by_ending(errors).form not in nested
    with TableWriter(errors, like=kept.table, sheet=SHEET, formats=FORMATS_SHOWN) as writer:
        writer.write(mistakes_as_table(made, kept, as_text=as_text))
    note(ctx, f"written: {errors}, {len(made):,} mistake{'s' * (len(made) != 1)}")
