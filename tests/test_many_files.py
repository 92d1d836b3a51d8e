"""Several files as one: of a folder or a pattern, here and in buckets."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import polars as pl
import pytest

from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.tables import open_tables, read_table
from lstm_cli.data.texts import open_texts, read_many
from lstm_cli.errors import ColumnError, FileError
from lstm_cli.views.reviews import lines_about
from tests.helpers import BLAME, PRAISE, lstm

ROWS = pl.DataFrame(
    {
        "review": [f"{text} {n}" for n, text in enumerate((PRAISE * 3)[:12] + (BLAME * 3)[:12])],
        "stars": ["5"] * 12 + ["1"] * 12,
    }
)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Twenty-four reviews in three files of three kinds."""
    folder = tmp_path / "hotels"
    folder.mkdir()
    ROWS[:10].write_csv(folder / "a.csv")
    ROWS[10:16].write_parquet(folder / "b.parquet")
    ROWS[16:].write_ndjson(folder / "c.jsonl")
    (folder / "_SUCCESS").touch()
    return folder


@pytest.fixture
def bucket(shards: Path) -> Iterator[str]:
    """The same in a filesystem that only fsspec reaches."""
    files = fsspec.filesystem("memory")
    files.put(f"{shards}/*", "/bucket/")
    yield "memory://bucket"
    files.rm("/bucket", recursive=True)


def test_a_folder_a_pattern_and_its_files_are_the_same_reviews(shards: Path, bucket: str) -> None:
    """Whoever named them: the fingerprint says so."""
    one_by_one = [str(shards / name) for name in ("a.csv", "b.parquet", "c.jsonl")]
    expected = read_reviews(one_by_one)
    assert expected.texts == ROWS["review"].to_list()
    for source in (str(shards), f"{shards}/*", f"file://{shards}/*", bucket, f"{bucket}/*"):
        found = read_reviews([source])
        assert found.fingerprint == expected.fingerprint
        assert found.line_of(23).endswith("c.jsonl:8")


def test_a_folder_is_said_in_one_line(shards: Path) -> None:
    """A thousand files would be a thousand lines."""
    reviews = read_reviews([str(shards)])
    assert list(lines_about(reviews)) == list(lines_about(reviews.summary())) == [
        f"{shards}: 3 files, 24 rows, text in 'review', rating in 'stars'",
        "  1 other file left out, being no tables (_SUCCESS)",
        "24 reviews, ratings 1, 5",
    ]  # fmt: skip
    assert [source.rows for source in reviews.sources] == [10, 6, 8]
    assert [source.num_files for source in reviews.summary().sources] == [3]


def test_a_note_says_which_of_the_files_it_is_about(tmp_path: Path) -> None:
    """Of one file its name, of several how many."""
    for name, end in (("a", ""), ("b", "\n\nTotal,,\n"), ("c", "\n\nTotal,,\n")):
        text = ROWS.with_columns(pl.lit("x").alias("by")).write_csv()
        (tmp_path / f"{name}.csv").write_text(text.rstrip("\n") + end)
    (source,) = read_reviews([str(tmp_path)]).summary().sources
    (note,) = source.notes
    assert note.startswith("2 files: ")


def test_the_columns_of_the_first_file_are_those_of_all(tmp_path: Path) -> None:
    """One shard may hold what looks more like a review in another column."""
    ROWS.with_columns(pl.lit("").alias("reply")).write_csv(tmp_path / "a.csv")
    long = pl.lit("We thank you for staying with us, and hope to see you again soon. ")
    ROWS.with_columns((long + long).alias("reply")).write_csv(tmp_path / "b.csv")
    assert {source.text_columns for source in read_reviews([str(tmp_path)]).sources} == {
        ("review",)
    }
    texts, sources = read_many([str(tmp_path)])
    assert len(texts) == 48
    assert {source.text_columns for source in sources} == {("review",)}


def test_a_file_is_not_read_twice(shards: Path) -> None:
    """Neither by its name nor by a pattern that it matches."""
    with pytest.raises(FileError, match=r"a\.csv is named twice"):
        read_reviews([str(shards), str(shards / "a.csv")])


def test_files_are_one_table(shards: Path, bucket: str) -> None:
    """In windows, with the number of all rows ahead; in a bucket they are fetched."""
    for source in (str(shards), f"{bucket}/*"):
        with open_tables(source, rows=4) as opened:
            assert opened.num_rows == 24
            assert opened.head.num_files == 3
            assert opened.head.line_numbers([0, 23]).tolist() == [1, 24]
            windows = list(opened.windows)
        assert max(map(len, windows)) <= 10
        assert pl.concat(windows).equals(ROWS)
        assert read_table(source).frame.equals(ROWS)


def test_types_that_go_together_are_one(tmp_path: Path) -> None:
    """A column that is empty in one file, or of smaller numbers in one."""
    first = pl.DataFrame({"a": ["x"], "n": [1], "f": [0.1], "e": [None]})
    first.write_parquet(tmp_path / "1.parquet")
    types = {"n": pl.Int8, "f": pl.Float32}
    other = pl.DataFrame({"a": ["y"], "n": [2], "f": [0.5], "e": ["z"]}, schema_overrides=types)
    other.write_parquet(tmp_path / "2.parquet")
    table = read_table(str(tmp_path))
    assert table.frame.rows() == [("x", 1, 0.1, None), ("y", 2, 0.5, "z")]
    assert table.notes == ()


def test_numbers_that_no_type_holds_are_kept_as_they_are_written(tmp_path: Path) -> None:
    """An id is no fraction, though another file has gaps and so fractions."""
    large, huge = 2**53 + 1, 2**63 + 5
    pl.DataFrame({"id": [large], "n": [-1]}).write_parquet(tmp_path / "1.parquet")
    other = pl.DataFrame({"id": [2.5], "n": [huge]}, schema_overrides={"n": pl.UInt64})
    other.write_parquet(tmp_path / "2.parquet")
    pl.DataFrame({"id": [7], "n": [None]}).write_parquet(tmp_path / "3.parquet")
    table = read_table(str(tmp_path))
    assert table.frame.rows() == [(str(large), "-1"), ("2.5", str(huge)), ("7", None)]
    assert table.notes == (
        "column 'id': numbers of several kinds, kept as they are written",
        "column 'n': numbers of several kinds, kept as they are written",
    )
    pl.DataFrame({"id": ["x"], "n": [1]}).write_parquet(tmp_path / "4.parquet")
    with pytest.raises(FileError, match="String in column 'id'"):
        read_table(str(tmp_path))


def test_a_folder_with_brackets_is_meant_by_its_name(tmp_path: Path) -> None:
    """In a pattern, too; and the one that is proposed can be typed."""
    folder = tmp_path / "hotels [2024]"
    (folder / "more").mkdir(parents=True)
    ROWS[:14].write_csv(folder / "a.csv")
    ROWS[14:].write_csv(folder / "more" / "b.csv")
    assert len(read_reviews([f"{folder}/*.csv"])) == 14
    assert len(read_reviews([f"{folder}/**/*.csv"])) == 24
    (note,) = read_reviews([str(folder)]).sources[0].pattern_notes
    proposed = note.split("'")[1]
    assert len(read_reviews([proposed])) == 24


def test_files_without_rows_are_passed_over(shards: Path) -> None:
    """Clusters write them, and shards of fewer windows than machines; a lone one is refused."""
    ROWS[:0].write_parquet(shards / "0.parquet")
    (shards / "z.csv").write_text("review,stars\n")
    (shards / "zz.csv").touch()
    said = "3 files without rows passed over (0.parquet, z.csv, zz.csv)"
    reviews = read_reviews([str(shards)])
    assert reviews.texts == ROWS["review"].to_list()
    assert f"  {said}" in list(lines_about(reviews))
    assert read_many([str(shards)]).sources[0].pattern_notes[0] == said
    table = read_table(str(shards))
    assert table.frame.equals(ROWS)
    assert table.notes[0] == said
    for read in (read_table, lambda name: read_reviews([name]), lambda name: read_many([name])):
        with pytest.raises(FileError, match="columns but no rows; add reviews"):
            read(str(shards / "0.parquet"))
        with pytest.raises(FileError, match="no file in it has rows; add reviews"):
            read(f"{shards}/z*.csv")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"review": ["fine"], "sterne": [4]}, "has other columns than .* [(]stars, sterne in one"),
        ({"review": ["fine"], "stars": ["4"]}, "String in column 'stars', and .* before it Int64"),
    ],
)
def test_other_columns_are_refused_before_a_row_is_rated(
    tmp_path: Path, other: dict[str, list[object]], message: str
) -> None:
    pl.DataFrame({"review": ["good"], "stars": [5]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame(other).write_parquet(tmp_path / "2.parquet")
    with pytest.raises(FileError, match=message):
        read_table(str(tmp_path))


def test_what_a_person_said_holds_in_a_bucket(bucket: str) -> None:
    """And is refused before anything is fetched."""
    with pytest.raises(FileError, match="has no encoding to choose"):
        read_reviews([f"{bucket}/b.parquet"], ReadOptions(encoding="cp1250"))
    table = read_table(f"{bucket}/a.csv", ReadOptions(encoding="cp1250"))
    assert table.encoding == "cp1250"


def test_what_names_the_files_is_no_column_of_theirs_and_no_text(tmp_path: Path) -> None:
    """It stands in every part of the output, whichever shard writes it."""
    for name, texts in (("a", ["fine", "dull"]), ("b", ["good"])):
        rows = {"review": texts, "File": [f"a long text, of nothing {k}" for k in texts]}
        pl.DataFrame(rows).write_csv(tmp_path / f"{name}.csv")
    source = f"{tmp_path}/?.csv"
    with open_texts(source) as opened:
        assert opened.columns.names == ("review",)
        assert opened.table.frame.columns == ["review", "File", "file_2"]
        windows = list(opened.windows)
    assert pl.concat(window.frame for window in windows)["file_2"].to_list() == [
        f"{tmp_path}/a.csv", f"{tmp_path}/a.csv", f"{tmp_path}/b.csv",
    ]  # fmt: skip
    assert read_table(source).frame.columns == ["review", "File"]
    with pytest.raises(ColumnError), open_texts(source, ReadOptions(text_columns=("file_2",))):
        pass


def test_the_commands_take_folders_and_patterns(shards: Path) -> None:
    """Training names the model after the folder; rating writes the rows of all files into one."""
    trained = lstm("train", f"{shards}/*", "--epochs", "1", "--base", "none", "--no-baseline")
    assert trained.exit_code == 0, trained.output
    assert f"{shards}/*: 3 files, 24 rows" in trained.stderr
    assert Path("models/hotels/bundle.json").exists()
    model = ("--model", "hotels")
    rated = lstm("predict", "--input", str(shards), "--output", "rated.csv", *model)
    assert rated.exit_code == 0, rated.output
    assert f"{shards}: 3 files, 24 rows" in rated.stderr
    assert pl.read_csv("rated.csv")["review"].equals(ROWS["review"])
    names = [f"{shards}/a.csv"] * 10 + [f"{shards}/b.parquet"] * 6 + [f"{shards}/c.jsonl"] * 8
    assert pl.read_csv("rated.csv")["file"].to_list() == names
    assert pl.read_csv("rated.csv").columns[: ROWS.width + 2] == [
        *ROWS.columns, "file", "predicted_rating",
    ]  # fmt: skip
    again = lstm("predict", "--input", f"{shards}/a.csv", "--output", "one.csv", *model)
    assert again.exit_code == 0, again.output
    assert "file" not in pl.read_csv("one.csv").columns
    evaluated = lstm("evaluate", f"{shards}/*", "--with-seen", *model)
    assert evaluated.exit_code == 0, evaluated.output
    assert lstm("doctor", str(shards)).exit_code in (0, 1)
    assert "3 files" in lstm("doctor", str(shards), "--no-ratings").stderr
    refused = lstm("evaluate", str(shards), "--errors", "errors.csv", *model)
    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-1].startswith("lstm: --errors: the rows are written")
    reported = lstm("report", str(shards), *model)
    assert reported.exit_code == 0, reported.output
    assert "3 files, 24 rows" in reported.stderr


def test_one_file_in_memory_and_several_that_are_not_give_the_same_model(
    shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit: nothing of a model depends on where its reviews were while they were read."""
    ROWS.write_csv("whole.csv")
    options = ("--base", "none", "--epochs", "2", "--embedding-size", "4", "--hidden-size", "4")
    assert lstm("train", "whole.csv", "--name", "whole", *options).exit_code == 0
    monkeypatch.setattr("lstm_cli.data.spilled.SPILL_BYTES", 100)
    monkeypatch.setattr("lstm_cli.data.tokenizing.WORTH_KEEPING", 0)
    monkeypatch.setattr("lstm_cli.data.corpus._IN_MEMORY", 0)
    monkeypatch.setattr("lstm_cli.data.corpus._BLOCK", 5)
    monkeypatch.setenv("LSTM_CACHE_DIR", "cache")
    assert lstm("train", shards, "--name", "parts", *options).exit_code == 0
    assert list(Path("cache").iterdir())
    for name in ("weights.safetensors", "vocabulary.txt", "seen.safetensors", "words.json"):
        assert Path("models/whole", name).read_bytes() == Path("models/parts", name).read_bytes()


def test_pretraining_reads_folders(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts in a file or not: the same language, and one line of what was read."""
    options = ("--epochs", "1", "--embedding-size", "4", "--hidden-size", "4", "--words", "20")
    made = lstm("pretrain", f"{shards}/*", *options)
    assert made.exit_code == 0, made.output
    assert f"{shards}/*: 3 files, 24 rows, text in 'review'" in made.stderr
    monkeypatch.setattr("lstm_cli.data.spilled.SPILL_BYTES", 100)
    ROWS.write_csv("whole.csv")
    assert lstm("pretrain", "whole.csv", *options).exit_code == 0
    weights = [Path("models", name, "weights.safetensors").read_bytes()
               for name in ("hotels-language", "whole-language")]  # fmt: skip
    assert weights[0] == weights[1]
