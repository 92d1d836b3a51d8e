"""The same reviews rated by one process, by Ray and by Spark: the same ratings, and how fast.

``python -m tests.benchmarks.engines REVIEWS [MODEL] [ROWS] [WORKERS] [ROUNDS]``

The reviews are any file that ``lstm predict`` reads; they are rated from four Parquet files into
Parquet. Each side runs in a process of its own, on as many cores as there are workers. Its time
begins when its engine has started (seconds, once) and the model is not yet read. The machine
must have nothing else to do: two threads of one process wait for each other at every step.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import polars as pl

from lstm_cli.bundle.locating import find_model
from lstm_cli.bundle.packing import PackedModel
from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.compute import best_precision
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.texts import open_texts, read_texts
from lstm_cli.data.writing import TableWriter
from lstm_cli.inference.rating import rate
from lstm_cli.inference.scorer import Scorer, as_the_machine_can
from lstm_cli.inference.worker import RatingTask
from tests.benchmarks.tables import show_table

SIDES = ("local", "ray", "spark")
TEXT, PLACE = "review", "place"


def local(bundle: Bundle, folder: Path) -> float:
    """What ``lstm predict --input --output`` does."""
    began = time.perf_counter()
    scorer, target = (
        Scorer(bundle, partial(as_the_machine_can, "cpu")),
        str(folder / "local.parquet"),
    )
    with (
        open_texts(str(folder / "all.parquet"), ReadOptions(text_columns=(TEXT,))) as opened,
        TableWriter(target, opened.table, replace=True) as writer,
    ):
        for rows in rate(scorer, opened):
            writer.write(rows.with_ratings())
    return time.perf_counter() - began


def ray(bundle: Bundle, folder: Path, workers: int) -> float:
    """What ``--engine ray`` does, once Ray has started."""
    from lstm_cli.data.parquet_parts import look_at_parts
    from lstm_cli.data.rated_folder import RatedFolder
    from lstm_cli.inference.ray_engine import connected, rate_parts

    with connected(None, workers) as cluster:
        began = time.perf_counter()
        task = RatingTask(PackedModel.of(bundle), (TEXT,), best_precision())
        target = RatedFolder(str(folder / "ray"), replace=True)
        parts = look_at_parts(str(folder / "parts"))
        rate_parts(parts, task, bundle.info.scale, target, cluster, lambda _: None)
        return time.perf_counter() - began


def spark(bundle: Bundle, folder: Path, workers: int) -> float:
    """What ``lstm_cli.spark.rate`` does, once Spark has started."""
    from pyspark.sql import SparkSession

    from lstm_cli.spark import rate as rate_frame

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    began = time.perf_counter()
    # Two tasks a worker: so the last one does not rate alone for long.
    frame = session.read.parquet(str(folder / "parts")).repartition(2 * workers)
    rated = rate_frame(frame, bundle.path, TEXT)
    rated.write.mode("overwrite").parquet(str(folder / "spark"))
    taken = time.perf_counter() - began
    session.stop()
    return taken


def written(side: str, folder: Path) -> pl.DataFrame:
    """What a side wrote, in the order of the rows."""
    found = folder / f"{side}.parquet"
    return pl.read_parquet(found if found.exists() else folder / side / "*.parquet").sort(PLACE)


def prepare(source: str, folder: Path, rows: int) -> int:
    """The reviews as one file and as four of different sizes; how many there are."""
    texts = read_texts(source).texts[:rows]
    frame = pl.DataFrame({PLACE: range(len(texts)), TEXT: texts})
    frame.write_parquet(folder / "all.parquet")
    (folder / "parts").mkdir()
    ends = [0, *(len(texts) * tenths // 10 for tenths in (1, 4, 6)), len(texts)]
    for k in range(4):
        frame[ends[k] : ends[k + 1]].write_parquet(folder / "parts" / f"{k}.parquet")
    return len(texts)


def run(side: str, model: str, folder: Path, workers: int) -> float:
    """The seconds that one side takes, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.engines", "--side", side, model]
    # Ray's processes would yield to all others, those of the other sides would not.
    surroundings = os.environ | {"OMP_NUM_THREADS": str(workers), "RAY_worker_niceness": "0"}
    done = subprocess.run(
        [*command, str(folder), str(workers)],
        env=surroundings, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return float(json.loads(done.stdout.splitlines()[-1]))


def main(
    source: str, model: str = "base", rows: int = 10**9, workers: int = 2, rounds: int = 3
) -> None:
    """Print what agrees, and the table of speeds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        num_rows = prepare(source, folder, rows)
        speeds: dict[str, list[float]] = {side: [] for side in SIDES}
        for k in range(rounds):
            for side in SIDES:
                speeds[side].append(num_rows / run(side, model, folder, workers))
                print(f"round {k + 1}, {side}: {speeds[side][-1]:,.4g} reviews/s", flush=True)
        expected = written("local", folder)
        for side in SIDES[1:]:
            found = written(side, folder)
            assert found[PLACE].equals(expected[PLACE]), f"{side} lost or doubled rows"
            other = int((found["predicted_rating"] != expected["predicted_rating"]).sum())
            far = float((found["expected_rating"] - expected["expected_rating"]).abs().max() or 0)
            same = int((found["expected_rating"] == expected["expected_rating"]).sum())
            print(
                f"{side}: {num_rows:,} rows, {other:,} with another rating than the local engine; "
                f"expected_rating the same in {same:,}, at most {far:.4f} off"
            )
        print(f"\n{num_rows:,} reviews, {workers} workers, {best_precision()}, {rounds} rounds\n")
        show_table("reviews/s", speeds, first="local")


if __name__ == "__main__":
    if sys.argv[1] == "--side":
        side, model, where, workers = sys.argv[2:]
        bundle, folder = find_model(model).bundle, Path(where)
        if side == "local":
            print(local(bundle, folder))
        else:
            print({"ray": ray, "spark": spark}[side](bundle, folder, int(workers)))
    else:
        main(*sys.argv[1:3], *map(int, sys.argv[3:]))
