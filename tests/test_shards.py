"""``predict --shard``: what the parts of a run write, joined, is what one run writes."""

from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.shards import Shard
from lstm_cli.data.texts import WINDOW_ROWS, open_texts
from lstm_cli.inference import scorer as scorer_module
from lstm_cli.inference.rating import RatedRows
from lstm_cli.inference.scorer import Scorer
from tests.helpers import BLAME, PRAISE, lstm

NUM_ROWS, WINDOW = 1_201, 500  # three windows
SHARDS = 4


@pytest.fixture(autouse=True)
def short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a real one, for speed."""
    monkeypatch.setattr("lstm_cli.data.texts.open_texts", partial(open_texts, rows=WINDOW))


@pytest.fixture
def model(tiny_bundle: Bundle) -> tuple[str, str]:
    return ("--model", str(tiny_bundle.path))


@pytest.fixture
def source() -> Path:
    """Texts of all lengths; what decides on style and quotes stands at one end of the file."""
    words = " ".join((*PRAISE, *BLAME)).split()
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(words, size)) for size in rng.integers(0, 14, NUM_ROWS)]
    texts[7] = 'with "quotes"; and\r\na break'
    texts[-1] = "affreux et ennuyeux"
    rows = pl.DataFrame({"id": range(NUM_ROWS), "review": texts, "paid": ["9,50"] * NUM_ROWS})
    path = Path("in.csv")
    path.write_bytes(
        b"\xef\xbb\xbf" + rows.write_csv(separator=";", line_terminator="\r\n").encode()
    )
    return path


def rated(source: Path, model: tuple[str, str], target: str, *more: object) -> tuple[bytes, str]:
    """What a run writes, and what it says."""
    done = lstm("predict", "--input", source, "--output", target, *model, *more)
    assert done.exit_code == 0, done.stderr
    return Path(target).read_bytes(), done.stderr


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "csv.gz", "tsv.zst"])
def test_the_outputs_of_all_shards_joined_are_that_of_one_run(
    source: Path, model: tuple[str, str], ending: str
) -> None:
    """Byte for byte; delimiter, mark and decimal commas are the whole file's, the header is one."""
    whole, _ = rated(source, model, f"whole.{ending}")
    parts = [
        rated(source, model, f"{k}.{ending}", "--shard", f"{k}/{SHARDS}")[0]
        for k in range(1, SHARDS + 1)
    ]
    assert b"".join(parts) == whole
    assert sum(map(bool, parts)) == 3  # of four shards, for there are three windows


def test_outputs_are_so_in_windows_of_the_usual_size(
    model: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default is what people run."""
    monkeypatch.setattr("lstm_cli.data.texts.open_texts", open_texts)
    Path("many.csv").write_text("review\n" + "superb\nawful\n" * (WINDOW_ROWS // 2) + "fun\n")
    whole, _ = rated(Path("many.csv"), model, "whole.csv")
    parts = [rated(Path("many.csv"), model, f"{k}.csv", "--shard", f"{k}/2")[0] for k in (1, 2)]
    assert b"".join(parts) == whole
    assert parts[1].startswith(b"fun,")


@pytest.mark.parametrize("more", [("--probabilities", "--safe-csv"), ("--fast",)])
def test_so_they_are_with_any_other_columns(
    source: Path, model: tuple[str, str], more: tuple[str, ...]
) -> None:
    whole, _ = rated(source, model, "whole.csv", *more)
    parts = [rated(source, model, f"{k}.csv", "--shard", f"{k}/2", *more)[0] for k in (1, 2)]
    assert b"".join(parts) == whole


@pytest.mark.parametrize("most", [0, 5_000, 10**9])
@pytest.mark.parametrize("fast", [(), ("--fast", "--agree", "0.5")])
def test_each_shard_reads_a_window_as_the_run_of_all_does(
    source: Path,
    model: tuple[str, str],
    most: int,
    fast: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In numpy or in torch, which differ in the sixth decimal: what was read before decides it.

    The columns round that away nearly always; so the probabilities are compared.
    """
    monkeypatch.setattr(scorer_module, "MOST_IN_NUMPY", most)
    readers: list[bool] = []
    found: list[np.ndarray] = []  # type: ignore[type-arg]
    rate, with_ratings = Scorer.rate, RatedRows.with_ratings

    def noted_rate(self: Scorer, corpus: object) -> object:
        probabilities = rate(self, corpus)  # type: ignore[arg-type]
        readers.append(self.reads_many)
        return probabilities

    def noted(self: RatedRows, **options: bool) -> pl.DataFrame:
        found.append(self.probabilities)
        return with_ratings(self, **options)

    monkeypatch.setattr(Scorer, "rate", noted_rate)
    monkeypatch.setattr(RatedRows, "with_ratings", noted)
    rated(source, model, "whole.csv", *fast)
    whole, in_torch = np.concatenate(found), readers.copy()
    found.clear()
    readers.clear()
    for k in (1, 2, 3):
        rated(source, model, f"{k}.csv", "--shard", f"{k}/3", *fast)
    np.testing.assert_array_equal(np.concatenate(found), whole)
    assert readers == in_torch
    if most == 5_000 and not fast:
        assert in_torch == [False, True, True]


def test_a_shard_says_which_rows_it_has_and_names_lines_of_the_file(
    source: Path, model: tuple[str, str]
) -> None:
    content, said = rated(source, model, "2.csv", "--shard", "2/3")
    no_text = content.count(b"the text is empty")
    assert "shard 2 of 3: rows 501 to 1,000 of 1,201;" in said
    assert f"{500 - no_text} reviews rated, written to 2.csv\n" in said
    table = said.partition("least certain:\n")[2].splitlines()[2:]
    lines = [int(row.split()[0].replace(",", "")) for row in table if row.split()[0][0].isdigit()]
    assert lines
    assert all(501 < line <= 1_003 for line in lines)  # below a header, one cell of two lines


def test_a_shard_without_rows_writes_nothing_where_others_follow(model: tuple[str, str]) -> None:
    """A header in the middle would be a review."""
    Path("few.csv").write_text("review\nsuperb!\nawful!\n")
    written, said = rated(Path("few.csv"), model, "1.csv", "--shard", "1/3")
    assert written.count(b"\n") == 3
    assert "shard 1 of 3: rows 1 to 2 of 2;" in said
    written, said = rated(Path("few.csv"), model, "2.csv", "--shard", "2/3")
    assert written == b""
    assert "shard 2 of 3: no row, for 2 rows are too few to give each shard some\n" in said
    assert "rated, written" not in said
    assert rated(Path("few.csv"), model, "3.csv.gz", "--shard", "3/3")[0] == b""


def test_shards_of_parquet_are_read_as_one_folder(source: Path, model: tuple[str, str]) -> None:
    """Their bytes cannot be joined; a folder of them is one table, those without rows included."""
    rated(source, model, "whole.parquet")
    Path("parts").mkdir()
    for k in range(1, SHARDS + 1):
        _, said = rated(source, model, f"parts/{k}.parquet", "--shard", f"{k}/{SHARDS}")
        assert "each shard is a Parquet file of its own: keep all of them in one folder\n" in said
    parts = [pl.read_parquet(f"parts/{k}.parquet") for k in range(1, SHARDS + 1)]
    assert min(map(len, parts)) == 0
    assert pl.concat(parts).equals(pl.read_parquet("whole.parquet"))
    assert pl.read_parquet("parts").equals(pl.read_parquet("whole.parquet"))


def test_lines_of_json_are_dealt_out_too(source: Path, model: tuple[str, str]) -> None:
    printed = ("-q", "predict", "--json", "--input", source, *model)
    whole = lstm(*printed).stdout
    assert whole == "".join(lstm(*printed, "--shard", f"{k}/2").stdout for k in (1, 2))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "o.csv", "--shard", "0/3"), "--shard 0/3: write which part"),
        (("--output", "o.csv", "--shard", "third"), "--shard third: write which part"),
        (("--output", "o.xlsx", "--shard", "1/3"), "parts of Excel cannot be put together"),
        (("--worst", "3", "--shard", "1/3"), "--worst looks at a whole file"),
    ],
)
def test_what_cannot_be_a_shard_is_refused(
    source: Path, model: tuple[str, str], arguments: tuple[str, ...], said: str
) -> None:
    done = lstm("-q", "predict", "--input", source, *arguments, *model)
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert said in line
    assert not Path("o.xlsx").exists()


def test_every_row_is_in_exactly_one_shard() -> None:
    """However many of either there are, in order, the first row in the first."""
    for num_rows, step, total in ((1, 5, 7), (23, 5, 4), (100, 5, 3), (12, 1, 12), (7, 2, 5)):
        starts = range(0, num_rows, step)
        holders = [
            [k for k in range(1, total + 1) if Shard(k, total).holds(row, num_rows)]
            for row in starts
        ]
        assert all(len(holder) == 1 for holder in holders)
        assert sorted(holders) == holders
        assert holders[0] == [1]
