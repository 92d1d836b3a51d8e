"""Parquet as other programs write it: objects, lists, categories, bytes."""

from pathlib import Path

import polars as pl

from lstm_cli.data.nested import addresses, column_at
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.tables import open_table, read_table
from lstm_cli.data.texts import as_strings
from lstm_cli.data.writing import write_table
from tests.files import rows


def test_objects_and_lists_are_read(tmp_path: Path) -> None:
    path = str(tmp_path / "t.parquet")
    frame = pl.DataFrame(
        {
            "tokens": [["a", "fine", "film"], ["dull"]],
            "of.two": pl.Series([["so", "so"], ["no", "!"]], dtype=pl.Array(pl.String, 2)),
            "by": [{"name": "Ann", "stars": 5}, {"name": "Bo", "stars": 1}],
        }
    )
    frame.write_parquet(path)
    read = read_table(path).frame
    assert read.equals(frame)
    assert addresses(read) == ["tokens", "of.two", "by.name", "by.stars"]
    assert as_strings(column_at(read, "tokens")).to_list() == ["a fine film", "dull"]
    assert as_strings(column_at(read, "of.two")).to_list() == ["so so", "no !"]
    write_table(read, str(tmp_path / "t.jsonl"))
    assert read_table(str(tmp_path / "t.jsonl")).frame["by"].equals(frame["by"])


def test_categories_are_read_as_text(tmp_path: Path) -> None:
    path = str(tmp_path / "t.parquet")
    texts, stars = [f"film {k % 7} was fine" for k in range(30)], [str(k % 5) for k in range(30)]
    frame = pl.DataFrame({"review": texts, "stars": stars}).with_columns(
        pl.col("review").cast(pl.Categorical), pl.col("stars").cast(pl.Enum(sorted(set(stars))))
    )
    frame.write_parquet(path, row_group_size=4)
    assert read_reviews([path]).texts == texts


def test_bytes_that_are_text_are_read_as_text(tmp_path: Path) -> None:
    """Some programs store no other; pictures stay what they are, and so do numbers."""
    path = str(tmp_path / "t.parquet")
    texts = [f"it was très bien {k}" for k in range(2_000)]
    frame = pl.DataFrame(
        {
            "review": [text.encode() for text in texts],
            "picture": [b"\x89PNG\xff"] * 2_000,
            "late": [b"x"] * 1_999 + [b"\xff"],
            "number": [b"\0\1"] * 2_000,
        }
    )
    frame.write_parquet(path)
    table = read_table(path)
    assert table.frame["review"].to_list() == texts
    assert table.frame.dtypes == [pl.String, pl.Binary, pl.Binary, pl.Binary]
    assert table.notes == ("column 'review': bytes read as text",)
    with open_table(path, rows=7) as opened:
        assert rows(opened.head)[3][0] == texts[3]
