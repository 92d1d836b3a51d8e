"""Texts that are more than memory should hold."""

import gc
import os
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Never

import numpy as np
import polars as pl
import pytest

from lstm_cli.data.reviews import chosen, read_reviews
from lstm_cli.data.spilled import SpilledTexts, TextStore, joined, select
from lstm_cli.data.texts import read_many
from lstm_cli.data.unnamed_file import UnnamedFile
from lstm_cli.errors import FileError
from lstm_cli.evaluation.health import quick_findings, scripts_of

TEXTS = ["A good film", None, "schön, 真好 👍", "bad", None, "so so " * 40]
FILLED = [text for text in TEXTS if text]


def stored(texts: Sequence[str | None]) -> TextStore:
    """As a file of two windows would be read."""
    store = TextStore()
    for part in (texts[:2], texts[2:]):
        store.add(pl.Series(part, dtype=pl.String))
    return store


@pytest.fixture
def spilling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A few letters are too many; temporary files lie in a folder of their own."""
    monkeypatch.setattr("lstm_cli.data.spilled.SPILL_BYTES", 8)
    monkeypatch.setattr("lstm_cli.data.spilled._READ_AT_ONCE", 2)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))


def open_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.usefixtures("spilling")
def test_spilled_texts_are_what_a_list_would_be() -> None:
    """One by one, in slices with and without gaps, and in any order."""
    places = np.array([0, 2, 3, 5])
    texts = stored(TEXTS).chosen(places)
    assert isinstance(texts, SpilledTexts)
    assert list(texts) == [texts[k] for k in range(4)] == FILLED
    assert texts[-1] == FILLED[-1]
    for part in (slice(1, 3), slice(None, None, 3), slice(None, None, -1), slice(9, 12)):
        assert texts[part] == FILLED[part]
    order = np.array([3, 0, 0])
    assert list(select(texts, order)) == list(select(FILLED, order)) == [FILLED[k] for k in order]
    assert list(stored(TEXTS).all()) == [text or "" for text in TEXTS]
    both = joined(texts, ["more"])
    assert list(both) == both[:] == [*FILLED, "more"]
    assert (len(both), both[-1], both[1]) == (5, "more", FILLED[1])


@pytest.mark.usefixtures("spilling")
def test_texts_of_two_files_are_sliced_as_a_list_would_be() -> None:
    """Wherever the slice begins and ends, and however far it steps."""
    spilled = stored(TEXTS).all()
    both, whole = joined(["first", "second"], spilled), ["first", "second", *spilled]
    ends = (None, -9, -3, 0, 1, 2, 3, 8, 9)
    for begin, end, step in product(ends, ends, (None, 1, 2, -1)):
        assert list(both[begin:end:step]) == whole[begin:end:step], (begin, end, step)


def test_few_texts_stay_a_list() -> None:
    """No disk is used for them."""
    assert stored(TEXTS).chosen(np.array([0, 2, 3, 5])) == FILLED
    assert stored(TEXTS).all() == [text or "" for text in TEXTS]
    assert stored([]).all() == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files")  # noqa: PTH112
@pytest.mark.usefixtures("spilling")
def test_the_file_has_no_name_and_goes_with_its_last_view(tmp_path: Path) -> None:
    """So that it is gone even after a process was killed."""
    before = open_files()
    texts = stored(TEXTS).all()
    view = select(texts, np.array([0]))
    del texts
    gc.collect()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert open_files() == before + 1
    assert list(view) == ["A good film"]
    del view
    gc.collect()
    assert open_files() == before


@pytest.mark.usefixtures("spilling")
def test_a_disk_without_room_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is full, and where the system says so."""
    file = UnnamedFile()

    def full(*_: object, **__: object) -> Never:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("lstm_cli.data.unnamed_file.SPARED_DISK_BYTES", 1 << 60)
        with pytest.raises(FileError, match=r"no room for more than the 0 MiB .* set TMPDIR"):
            stored(TEXTS)
    with monkeypatch.context() as patch:
        patch.setattr(file, "_file", SimpleNamespace(seek=lambda *_: 0, write=full))
        with pytest.raises(FileError, match="No space left on device"):
            file.append(b"text")
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.TemporaryFile", full)
        with pytest.raises(FileError, match="No space left on device"):
            stored(TEXTS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Reviews of which some repeat, contradict each other, or cannot be used."""
    rows = [("fine", 5), ("fine", 5), ("fine", 1), ("", 4), ("dull", ""), ("bad Ã© one", 1)]
    lines = [f"{text},{rating}" for text, rating in rows * 3]
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["review,stars", *lines, *(f"text {n},3" for n in range(40))]))
    return path


def test_reviews_are_the_same_in_memory_and_in_a_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit: texts, ratings, what was skipped, and what is said of them."""
    plain = read_reviews([str(file)])
    assert isinstance(plain.texts, list)
    monkeypatch.setattr("lstm_cli.data.spilled.SPILL_BYTES", 8)
    spilled = read_reviews([str(file)])
    assert isinstance(spilled.texts, SpilledTexts)
    assert list(spilled.texts) == plain.texts
    assert spilled.summary() == plain.summary()
    assert np.array_equal(spilled.lines, plain.lines)
    assert list(quick_findings(spilled)) == list(quick_findings(plain))
    assert scripts_of(spilled.texts) == scripts_of(plain.texts)
    some = np.array([0, 1, 2, 5])
    assert chosen(spilled, some).summary() == chosen(plain, some).summary()
    assert list(read_many([str(file)]).texts) == pl.read_csv(file)["review"].fill_null("").to_list()
