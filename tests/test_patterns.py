"""A folder or a pattern stands for files, here and in buckets."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Never

import fsspec
import pytest
from fsspec.registry import _registry as fsspec_registry

from lstm_cli.data.sources.buckets import INSTALL
from lstm_cli.data.sources.patterns import expand, list_files
from lstm_cli.errors import FileError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.parquet", "a.csv.gz", "c.jsonl", "_SUCCESS", ".hidden.csv", "README.txt",
                 "plot.png", "notes.gz"):  # fmt: skip
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.parquet").write_bytes(b"")
    return tmp_path


@pytest.fixture
def bucket() -> Iterator[str]:
    """A filesystem in memory, which fsspec treats as it treats a bucket."""
    files = fsspec.filesystem("memory")
    for name in ("/shop/b.parquet", "/shop/a.parquet", "/shop/_SUCCESS", "/shop/year=1/c.parquet",
                 "/shop/odd[1].csv"):  # fmt: skip
        files.pipe(name, b"")
    yield "memory://shop"
    files.rm("/shop", recursive=True)


def refusal(source: str) -> str:
    with pytest.raises(FileError) as refused:
        expand(source)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def names(found: tuple[str, ...]) -> list[str]:
    return [Path(name).name for name in found]


def test_a_folder_is_its_tables_in_order(folder: Path) -> None:
    """By ending; what other programs leave beside tables is left out, and said."""
    listing = list_files(str(folder))
    assert names(listing.files) == ["a.csv.gz", "b.parquet", "c.jsonl"]
    assert not listing.is_single
    assert set(listing.left_out) == {
        "_SUCCESS", ".hidden.csv", "README.txt", "plot.png", "notes.gz",
    }  # fmt: skip
    assert listing.notes() == (
        "5 other files left out, being no tables (.hidden.csv, README.txt, _SUCCESS, ...)",
        f"1 folder in it left out (deeper); '{folder}/**/*.gz' would read it, too",
    )


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.parquet", ["b.parquet"]),
        ("**/*.parquet", ["b.parquet", "d.parquet"]),
        ("[bc].*", ["b.parquet", "c.jsonl"]),
        ("?.csv.gz", ["a.csv.gz"]),
        ("*", ["README.txt", "a.csv.gz", "b.parquet", "c.jsonl", "notes.gz", "plot.png"]),
    ],
)
def test_a_pattern_is_what_matches(folder: Path, pattern: str, found: list[str]) -> None:
    """A person who writes a pattern decides on endings; folders and marks are no files."""
    assert names(expand(str(folder / pattern))) == found
    assert names(expand(f"file://{folder / pattern}")) == found


@pytest.mark.parametrize(
    "source",
    [
        "-",
        "reviews.csv",
        "https://example.org/reviews.csv?part=[1]&all=*",
        "sqlite:///shop.db?table=*",
        "s3://bucket/reviews.parquet",
        "hf://datasets/owner/name/train.parquet",
        "two\0names*",
    ],
)
def test_anything_else_is_itself(source: str) -> None:
    assert expand(source) == (source,)
    assert list_files(source).is_single


@pytest.mark.parametrize("name", ["reviews[1].csv", "what*.csv"])
def test_a_file_of_that_very_name_is_itself(tmp_path: Path, name: str) -> None:
    """Browsers name a second download reviews[1].csv or reviews (1).csv."""
    (tmp_path / name).write_text("a")
    (tmp_path / "reviews1.csv").write_text("b")
    assert expand(str(tmp_path / name)) == (str(tmp_path / name),)


def test_no_match_is_one_line(folder: Path) -> None:
    assert refusal(f"{folder}/*.tsv") == f"{folder}/*.tsv: no file matches; check the pattern"
    (folder / "deeper" / "d.parquet").unlink()
    assert refusal(str(folder / "deeper")) == (
        f"{folder}/deeper is a directory that holds no file; name a file, or a pattern such "
        "as FOLDER/**/*.parquet"
    )


def test_a_bucket_is_listed_as_a_folder_is(bucket: str) -> None:
    plain = ("memory:///shop/a.parquet", "memory:///shop/b.parquet")
    assert expand(f"{bucket}/*.parquet") == plain
    assert expand(f"{bucket}/**/*.parquet") == (*plain, "memory:///shop/year=1/c.parquet")
    assert list_files(f"{bucket}/").left_out == ("_SUCCESS",)
    assert expand(bucket) == expand(f"{bucket}/") == (*plain, "memory:///shop/odd[1].csv")
    assert expand(f"{bucket}/odd[1].csv") == (f"{bucket}/odd[1].csv",)
    assert refusal(f"{bucket}/*.csv.gz").endswith("no file matches; check the pattern")
    assert refusal("memory://nowhere/") == (
        "memory://nowhere/: there is nothing; check the address"
    )


def test_what_a_bucket_answers_is_one_line(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drivers raise errors of their own packages, which nobody can list."""

    def refuse(*_: object, **__: object) -> Never:
        raise RuntimeError("Unable to locate credentials\nTraceback")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "glob", refuse)
    assert refusal(f"{bucket}/*.parquet") == (
        f"{bucket}/*.parquet cannot be read: Unable to locate credentials; check the address and "
        "your access to it"
    )


@pytest.mark.parametrize("source", ["s3://bucket/reviews/*.parquet", "hf://datasets/a/b/*.csv"])
def test_without_the_extra_one_line_says_how_to_install_it(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("s3fs", "huggingface_hub"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    for scheme in ("s3", "hf"):
        monkeypatch.delitem(fsspec_registry, scheme, raising=False)
    assert refusal(source) == (
        f"{source}: its files are listed by another package; install it with: {INSTALL}"
    )
    # One file is read by polars, which needs no such package.
    assert expand("s3://bucket/reviews/part-0") == ("s3://bucket/reviews/part-0",)


def test_an_unknown_kind_of_address_is_one_line() -> None:
    assert refusal("nosuch://bucket/*.parquet") == (
        "nosuch://bucket/*.parquet: its files cannot be listed; name them one by one"
    )


def test_folders_of_a_bucket_are_said_too(bucket: str) -> None:
    """Parts by year would go missing in silence."""
    listing = list_files(f"{bucket}/")
    assert listing.folders == ("year=1",)
    assert listing.notes()[-1].startswith("1 folder in it left out (year=1)")
