"""Training on a corpus several times as large as the memory that the process may have.

``python -m tests.benchmarks.memory [LIMIT TIMES SENTENCES]``: 1,200 MiB, 4 times as much, 72
sentences a review where left out, which takes hours. A sentence is nine random words, some 60
letters. The reviews stand in shards of Parquet and of gzipped CSV; ``tests/limited.py`` says what
the limit counts. The corpus is the UTF-8 of the texts, without ratings and other columns.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tests.limited import MIB

WORDS, SHORTEST, LONGEST = 30_000, 3, 9  # and letters of the shortest and the longest
SENTENCES = 5_000  # different ones
OF_REVIEW = 24  # sentences: as long as a film review of IMDB
SHARD_ROWS = 1_000
LIMIT, TIMES, SENTENCES_OF_EACH = 1_200, 4, 72


def write_shards(folder: Path, num_bytes: int, *, sentences: int = OF_REVIEW, seed: int = 0) -> int:
    """Reviews in files of two kinds, by turns; the bytes of their texts.

    Args:
        folder: where they go.
        num_bytes: of texts, at least.
        sentences: of each review, some 60 letters each.
        seed: decides which.
    """
    rng = np.random.default_rng(seed)
    letters = rng.integers(ord("a"), ord("z") + 1, (WORDS, LONGEST), dtype=np.uint8)
    sizes = rng.integers(SHORTEST, LONGEST + 1, WORDS).tolist()
    words = [bytes(row[:size]).decode() for row, size in zip(letters, sizes, strict=True)]
    of_sentence = rng.integers(0, WORDS, (SENTENCES, 9)).tolist()
    said = [" ".join([words[k] for k in row]) + "." for row in of_sentence]
    written, shard = 0, 0
    while written < num_bytes:
        chosen = rng.integers(0, SENTENCES, (SHARD_ROWS, sentences)).tolist()
        texts = [" ".join([said[k] for k in row]) for row in chosen]
        stars = rng.integers(1, 6, SHARD_ROWS)
        frame = pl.DataFrame({"review": texts, "stars": stars}).with_columns(shop=pl.lit("here"))
        if shard % 4 == 3:
            frame.write_csv(folder / f"part-{shard:04}.csv.gz", compression="gzip")
        else:
            frame.write_parquet(folder / f"part-{shard:04}.parquet")
        written += sum(map(len, texts))
        shard += 1
    return written


@dataclass(frozen=True)
class Run:
    """A command that has ended."""

    exit_code: int
    said: str  # on standard error
    data: int  # MiB that the limit counts, at the peak
    anonymous: int  # MiB of these that were in memory, at the peak
    seconds: float


def run(
    limit: int, *arguments: str, folder: Path, at_most: float | None = None, **variables: str
) -> Run:
    """Run ``lstm`` in a folder of its own, where also its temporary files and its cache are.

    Args:
        limit: MiB of memory; 0 for none.
        arguments: of ``lstm``.
        folder: where it works.
        at_most: seconds, after which it is killed; it may take any time if None.
        variables: of the environment.
    """
    tree = str(Path(__file__).parents[2])
    env = (
        os.environ
        | variables
        | {
            "PYTHONPATH": tree,
            "TMPDIR": str(folder),
            "LSTM_CACHE_DIR": str(folder / "cache"),
            "OMP_NUM_THREADS": "1",
        }
    )
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.limited", str(limit), *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            errors = process.communicate(timeout=at_most)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with the processes that it has begun
            errors = process.communicate()[1]
    seconds = time.perf_counter() - began
    said, _, last = errors.rstrip().rpartition("\n")
    numbers = last.split()
    if len(numbers) != 2 or not all(map(str.isdigit, numbers)):  # the process was killed
        said, numbers = errors, ["0", "0"]
    return Run(process.returncode, said, int(numbers[0]), int(numbers[1]), seconds)


def training(source: Path) -> tuple[str, ...]:
    """All reviews are read, cut, counted, split and held out, and learned from once."""
    return ("train", str(source), "--base", "none", "--epochs", "1", "--threads", "2",
            "--embedding-size", "16", "--hidden-size", "16", "--no-baseline", "--name", "trained",
            "--replace")  # fmt: skip


def main(limit: int = LIMIT, times: int = TIMES, sentences: int = SENTENCES_OF_EACH) -> None:
    """Print the limit, the corpus and the peak."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, size in (("small", MIB), ("large", times * limit * MIB)):
            source = folder / part
            source.mkdir()
            corpus = write_shards(source, size, sentences=sentences)
            work = folder / f"{part}-work"
            work.mkdir()
            ended = run(limit, *training(source), folder=work)
            print(
                f"{part}: corpus {corpus / MIB:,.0f} MiB, limit {limit} MiB, "
                f"peak {ended.data} MiB ({ended.anonymous} MiB of it in memory), "
                f"exit code {ended.exit_code}, {ended.seconds:,.0f} s"
            )
            if ended.exit_code:
                print(ended.said)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
