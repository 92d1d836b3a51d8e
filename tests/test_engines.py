"""Ray and Spark rate as one process does: the same rows, columns and types; none is lost."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from lstm_cli.bundle.packing import PackedModel
from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.texts import open_texts
from lstm_cli.errors import (
    BundleError,
    ColumnError,
    FileError,
    LstmError,
    OutputError,
    RequestError,
)
from lstm_cli.inference.cascade import Cascade
from lstm_cli.inference.input_warnings import Doubt, doubts_in
from lstm_cli.inference.rating import FileSummary, rate
from lstm_cli.inference.scorer import MOST_IN_NUMPY, Scorer
from lstm_cli.inference.worker import RatingTask, Worker, are_many
from tests.helpers import BLAME, PRAISE, lstm

# Ray and Spark warn of packages beside them, and Ray leaves sockets to the interpreter's end.
pytestmark = pytest.mark.filterwarnings("ignore")

ODD = ["", None, "affreux et ennuyeux", "плохо", "?!", "a fine film " * 40, "=1+1"]


def reviews(num_rows: int, first: int = 0) -> pl.DataFrame:
    """Numbered rows, some of whose texts are to be doubted."""
    some = [*PRAISE, *BLAME, *ODD]
    rows = range(first, first + num_rows)
    texts = [f"{some[k % 17]} {k % 7}" if k % 17 < 10 else some[k % 17] for k in rows]
    return pl.DataFrame(
        {
            "n": rows,
            "review": texts,
            "votes": [None if k % 3 else 2**60 + k for k in rows],
        },
        schema={"n": pl.Int64, "review": pl.String, "votes": pl.Int64},
    )


# In which answers do not depend on which rows are read together; in bfloat16 the third digit does.
BEST_PRECISION = "lstm_cli.core.compute.best_precision"


def rated_here(bundle: Bundle, frame: pl.DataFrame, **options: bool) -> pl.DataFrame:
    """What the local engine makes of rows, read by torch as those of a long file are."""
    frame.write_parquet("here.parquet")
    scorer = Scorer(bundle)
    scorer.count(MOST_IN_NUMPY + 1)
    with open_texts("here.parquet", ReadOptions(text_columns=("review",))) as opened:
        return pl.concat(rows.with_ratings(**options) for rows in rate(scorer, opened))


def task_of(bundle: Bundle, **options: Any) -> RatingTask:
    return RatingTask(PackedModel.of(bundle), ("review",), "float32", **options)


def in_parts() -> pl.DataFrame:
    """Rows in three files of different sizes, one with an empty column; and all together."""
    frames = [reviews(7_001), reviews(11_000, 7_001), reviews(2_000, 18_001)]
    Path("parts").mkdir()
    for name, frame in zip("abc", frames, strict=True):
        if name == "b":
            frame = frame.with_columns(votes=pl.lit(None, pl.Null))
        frame.write_parquet(f"parts/{name}.parquet")
    frames[1] = frames[1].with_columns(votes=pl.lit(None, pl.Int64))
    return pl.concat(frames)


# What every worker does


def test_a_worker_rates_as_one_process_does(tiny_bundle: Bundle) -> None:
    """From bytes alone: nothing of the model stays on the disk of a worker's machine."""
    frame = reviews(60)
    worker = task_of(tiny_bundle, with_probabilities=True, is_safe=True).worker()
    found = worker.with_ratings(frame)
    expected = rated_here(tiny_bundle, frame, with_probabilities=True, is_safe=True)
    assert found.equals(expected)
    assert found.schema == expected.schema
    assert pl.DataFrame(worker.added(frame.select("review"))).equals(expected[:, 3:])


def test_a_part_without_text_has_the_same_columns(tiny_bundle: Bundle) -> None:
    """Types come from the scale, and not from what a part happens to hold."""
    worker = task_of(tiny_bundle, with_probabilities=True).worker()
    whole = worker.with_ratings(reviews(40))
    for part in (reviews(40).filter(pl.col("review").is_null()), reviews(40).clear()):
        assert worker.with_ratings(part).schema == whole.schema


def test_a_worker_asks_the_regression_first_where_it_should(tiny_bundle: Bundle) -> None:
    threshold = tiny_bundle.agreement.threshold_for(0.5)
    packed = PackedModel.of(tiny_bundle, with_regression=True)
    task = RatingTask(packed, ("review",), "float32", is_fast=True, threshold=threshold)
    frame = reviews(60)
    frame.write_parquet("in.parquet")
    with open_texts("in.parquet", ReadOptions(text_columns=("review",))) as opened:
        [rows] = rate(Cascade.of(Scorer(tiny_bundle), threshold), opened)
    assert (
        task.worker().with_ratings(frame)["answered_by"].equals(rows.with_ratings()["answered_by"])
    )


def test_a_packed_model_that_changed_on_the_way_is_refused(tiny_bundle: Bundle) -> None:
    packed = PackedModel.of(tiny_bundle)
    spoiled = dict(packed.files) | {"weights.safetensors": b"\0" * 8}
    with pytest.raises(BundleError):
        PackedModel(packed.name, spoiled).unpack()


def test_few_rows_are_read_in_numpy_and_many_in_torch(tiny_bundle: Bundle) -> None:
    """As when one process reads all of them."""
    task = task_of(tiny_bundle)
    assert not are_many(task, tiny_bundle, reviews(60), 60)
    assert are_many(task, tiny_bundle, reviews(60), 61)
    long = pl.DataFrame({"review": ["fun " * MOST_IN_NUMPY, "fun"]})
    assert are_many(task, tiny_bundle, long, 2)


def test_a_summary_of_what_was_written_is_that_of_what_was_rated(tiny_bundle: Bundle) -> None:
    """But for the least certain rows; each doubt is found again in its sentence."""
    frame = reviews(60)
    frame.write_parquet("in.parquet")
    rated, written = (FileSummary(tiny_bundle.info.scale.labels) for _ in range(2))
    with open_texts("in.parquet", ReadOptions(text_columns=("review",))) as opened:
        for rows in rate(Scorer(tiny_bundle), opened):
            rated.add(rows)
            written.add_written(rows.with_ratings(), tiny_bundle.info.scale)
            said = [warning for row in rows.warnings for warning in row]
    assert {warning.doubt for warning in said} >= {Doubt.EMPTY, Doubt.NO_WORD, Doubt.TOO_LONG}
    assert all(doubts_in(warning.sentence) == {warning.doubt} for warning in said)
    assert written.counts == rated.counts
    assert written.doubts == rated.doubts
    assert (written.num_rows, written.num_empty) == (rated.num_rows, rated.num_empty)
    assert written.num_warned == rated.num_warned
    assert written.mean_predicted == pytest.approx(rated.mean_predicted)
    assert written.mean_expected == pytest.approx(rated.mean_expected, abs=1e-4)


# What a cluster reads, and where it writes


def test_files_are_one_table_whose_types_all_of_them_decide() -> None:
    """The first file's empty column is a column of numbers."""
    pytest.importorskip("pyarrow")
    from lstm_cli.data.parquet_parts import look_at_parts

    whole = in_parts()
    parts = look_at_parts("parts/*.parquet")
    assert parts.num_rows == len(whole) == 20_001
    assert parts.head.frame.equals(whole.head(5_000))
    assert look_at_parts("parts").schema == parts.schema


def test_what_does_not_fit_together_is_refused() -> None:
    pytest.importorskip("pyarrow")
    from lstm_cli.data.parquet_parts import look_at_parts

    in_parts()
    Path("odd").mkdir()
    Path("odd/a.csv").write_text("review\nfine\n")
    with pytest.raises(FileError, match=r"a\.csv: a cluster reads Parquet alone"):
        look_at_parts("odd")
    Path("odd/a.csv").unlink()
    shutil.copy("parts/a.parquet", "odd/a.parquet")
    reviews(3).rename({"votes": "stars"}).write_parquet("odd/b.parquet")
    with pytest.raises(FileError, match=r"b\.parquet has the columns .*stars"):
        look_at_parts("odd")
    reviews(3).with_columns(votes=pl.lit("many")).write_parquet("odd/b.parquet")
    with pytest.raises(FileError, match="do not fit together"):
        look_at_parts("odd")
    Path("odd/b.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(FileError, match=r"b\.parquet cannot be read"):
        look_at_parts("odd")
    reviews(0).write_parquet("none.parquet")
    with pytest.raises(FileError, match="no rows"):
        look_at_parts("none.parquet")


def written(folder: Any, text: str = "rows") -> None:
    """Write one file as a cluster does."""
    with folder.writing() as working:
        stream = folder.filesystem.open_output_stream(f"{working}/0.parquet")
        with stream:
            stream.write(text.encode())


def test_a_folder_has_its_name_when_all_of_it_is_there() -> None:
    pytest.importorskip("pyarrow")
    from lstm_cli.data.rated_folder import RatedFolder

    folder = RatedFolder("rated")
    with folder.writing() as working:
        assert Path(working).is_dir()
        assert not Path("rated").exists()
    assert Path("rated").is_dir()
    with pytest.raises(OutputError, match="rated exists already"):
        RatedFolder("rated")
    written(RatedFolder("rated", replace=True), "new")
    assert Path("rated/0.parquet").read_text() == "new"
    with pytest.raises(ZeroDivisionError), RatedFolder("rated", replace=True).writing():
        _ = 1 / 0
    assert Path("rated/0.parquet").read_text() == "new"
    assert sorted(path.name for path in Path().iterdir()) == ["rated"]


def test_a_folder_of_other_things_is_never_replaced() -> None:
    """Somebody's home, given by mistake."""
    pytest.importorskip("pyarrow")
    from lstm_cli.data.rated_folder import RatedFolder

    Path("home").mkdir()
    Path("home/thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match=r"holds more than Parquet files \(thesis.docx\)"):
        RatedFolder("home", replace=True)
    with pytest.raises(OutputError, match=r"there is no folder .*nowhere"):
        RatedFolder("nowhere/rated")
    Path("rated.parquet").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        RatedFolder("rated.parquet", replace=True)


def test_in_a_bucket_a_mark_comes_last_and_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket renames nothing."""
    fs = pytest.importorskip("pyarrow.fs")
    from lstm_cli.data import rated_folder

    Path("bucket").mkdir()
    bucket = fs.SubTreeFileSystem(str(Path("bucket").absolute()), fs.LocalFileSystem())
    monkeypatch.setattr(rated_folder, "locate", lambda _: (bucket, "rated/"))
    bucket.create_dir("rated")
    folder = rated_folder.RatedFolder("s3://bucket/rated/")
    with folder.writing() as working:
        bucket.open_output_stream(f"{working}/0.parquet").close()
        assert not Path("bucket/rated/_SUCCESS").exists()
    assert Path("bucket/rated/_SUCCESS").read_bytes() == b""
    with pytest.raises(OutputError, match="s3://bucket/rated/ exists already"):
        rated_folder.RatedFolder("s3://bucket/rated/")
    again = rated_folder.RatedFolder("s3://bucket/rated/", replace=True)
    with pytest.raises(ZeroDivisionError), again.writing() as working:
        assert not Path("bucket/rated/_SUCCESS").exists()
        bucket.open_output_stream(f"{working}/1.parquet").close()
        assert again.written(working) == ["rated/1.parquet"]
        _ = 1 / 0
    # What was there is there, and complete.
    assert sorted(path.name for path in Path("bucket/rated").iterdir()) == ["0.parquet", "_SUCCESS"]
    with again.writing() as working:
        bucket.open_output_stream(f"{working}/2.parquet").close()
    assert sorted(path.name for path in Path("bucket/rated").iterdir()) == ["2.parquet", "_SUCCESS"]


def test_the_reviews_that_are_read_are_not_replaced() -> None:
    pytest.importorskip("pyarrow")
    from lstm_cli.data.rated_folder import RatedFolder

    Path("reviews").mkdir()
    Path("reviews/0.parquet").write_text("")
    folder = RatedFolder("./reviews/", replace=True)
    folder.check_apart([str(Path("elsewhere/0.parquet").absolute())])
    with pytest.raises(OutputError, match="holds the reviews that are read"):
        folder.check_apart([str(Path("reviews/0.parquet").absolute())])


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "ray", "--output", "o", "--worst", "3"), "--worst does not go with"),
        (("--engine", "ray", "--output", "o", "--shard", "1/2"), "--shard does not go with"),
        (("--engine", "ray", "--output", "o", "--encoding", "gbk"), "--encoding does not go with"),
        (("--engine", "ray"), "--engine ray writes a folder of Parquet files"),
        (("--engine", "ray", "--output", "o.csv"), "a folder of Parquet files, and no .csv: name"),
        (("--output", "o.csv", "--workers", "3"), "--address and --workers go with --engine ray"),
        (("--engine", "ray", "--output", "o"), "pip install 'lstm-cli[cluster]'"),
    ],
)
def test_what_an_engine_cannot_do_is_one_line(
    tiny_bundle: Bundle, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:

    def found(name: str, package: str | None = None) -> object:
        return None if name == "ray" else find_spec(name, package)

    monkeypatch.setattr("importlib.util.find_spec", found)
    done = lstm("-q", "predict", "--input", "r.parquet", *arguments, "--model", tiny_bundle.path)
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert said in line


def test_a_worker_that_says_what_is_wrong_is_quoted() -> None:
    """Not Ray's traceback through three processes."""
    from lstm_cli.inference.ray_engine import _told

    wrapped = RuntimeError("ray::MapWorker() failed")
    wrapped.cause = BundleError("tiny/weights.safetensors: has changed")  # type: ignore[attr-defined]
    outer = RuntimeError("user code")
    outer.__cause__ = wrapped
    assert str(_told(outer, "rated")) == "tiny/weights.safetensors: has changed"
    assert "rated was not written, for the cluster failed: lost" in str(
        _told(RuntimeError("ray::Write()\nline 3\nlost"), "rated")
    )


# Ray itself


@dataclass(frozen=True)
class DyingTask(RatingTask):
    """A task whose worker is killed in the middle, once."""

    mark: str = ""

    def worker(self) -> Worker:
        return DyingWorker(self)


class DyingWorker(Worker):
    """Killed with rows in its hands."""

    def __init__(self, task: DyingTask) -> None:
        super().__init__(task)
        self._mark = Path(task.mark)

    def with_ratings(self, frame: pl.DataFrame) -> pl.DataFrame:
        rated = super().with_ratings(frame)
        if frame["n"][0] == 10_000 and not self._mark.exists():
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return rated


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """One Ray with two workers for all tests."""
    module = pytest.importorskip("ray")
    from lstm_cli.inference import ray_engine

    with pytest.MonkeyPatch.context() as patch:
        # Ray's processes yield to all others, and other tests may keep every core busy.
        patch.setenv("RAY_worker_niceness", "0")
        # A file a window: of one file alone, none could be lost, doubled or misplaced.
        patch.setattr(ray_engine, "ROWS_PER_FILE", ray_engine.WINDOW_ROWS)
        # And the windows of one process, whose digits are the same to the last.
        patch.setattr(ray_engine, "_FEWEST_ROWS", ray_engine.WINDOW_ROWS)
        with ray_engine.connected(None, 2) as cluster:
            assert cluster.num_workers == 2
            yield module


def in_order(folder: str) -> pl.DataFrame:
    """What was written, by the names of the files."""
    return pl.concat(pl.read_parquet(path) for path in sorted(Path(folder).glob("*.parquet")))


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_ray_rates_as_one_process_does(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row for row and in order, with one display, nothing on standard output, nothing left over."""
    monkeypatch.setattr(BEST_PRECISION, lambda *device: "float32")
    whole = in_parts()
    options = ("--model", tiny_bundle.path, "--probabilities", "--engine", "ray")
    done = lstm("predict", "--input", "parts/*.parquet", "--output", "rated", *options)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    expected = rated_here(tiny_bundle, whole, with_probabilities=True)
    found = in_order("rated")
    assert found.schema == expected.schema
    assert found.equals(expected)
    assert "parts/*.parquet: 20,001 rows, text in 'review'\n" in done.stderr
    assert "2 workers on a running Ray\n" in done.stderr
    no_text = expected["warning"].str.starts_with("the text is empty").sum()
    assert no_text > 1
    assert f"{20_001 - no_text:,} reviews rated, written to rated\n" in done.stderr
    assert f"{no_text:,} rows have no text, rated as empty reviews: in no share" in done.stderr
    assert not [path for path in Path().iterdir() if path.name.startswith(".")]
    done = lstm("-q", "predict", "--input", "parts", "--output", "rated", *options)
    assert done.exit_code == 2
    assert done.stderr == "lstm: rated exists already; name another file, or give --replace\n"


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_a_worker_that_is_killed_loses_no_row_and_doubles_none(tiny_bundle: Bundle) -> None:
    from lstm_cli.data.parquet_parts import look_at_parts
    from lstm_cli.data.rated_folder import RatedFolder
    from lstm_cli.inference.ray_engine import Cluster, rate_parts

    whole = in_parts()
    mark = str(Path("killed").absolute())
    task = DyingTask(PackedModel.of(tiny_bundle), ("review",), "float32", mark=mark)
    told: list[int] = []
    folder, scale = RatedFolder("rated"), tiny_bundle.info.scale
    parts, cluster = look_at_parts("parts"), Cluster(2, "a test")
    summary = rate_parts(parts, task, scale, folder, cluster, told.append)
    assert Path(mark).exists()
    assert len(list(Path("rated").iterdir())) > 1
    assert in_order("rated").equals(rated_here(tiny_bundle, whole))
    assert summary.num_rows == len(whole) >= sum(told)


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_what_a_worker_refuses_is_one_line_and_leaves_nothing(tiny_bundle: Bundle) -> None:
    from lstm_cli.data.parquet_parts import look_at_parts
    from lstm_cli.data.rated_folder import RatedFolder
    from lstm_cli.inference.ray_engine import Cluster, rate_parts

    reviews(10).write_parquet("in.parquet")
    packed = PackedModel.of(tiny_bundle)
    spoiled = PackedModel(packed.name, dict(packed.files) | {"vocabulary.txt": b"fun"})
    task = RatingTask(spoiled, ("review",), "float32")
    parts, scale = look_at_parts("in.parquet"), tiny_bundle.info.scale
    with pytest.raises(LstmError) as refused:
        rate_parts(parts, task, scale, RatedFolder("rated"), Cluster(1, "a test"), print)
    assert "vocabulary.txt" in str(refused.value)
    assert sorted(path.name for path in Path().iterdir()) == ["in.parquet"]


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_more_workers_than_cores_are_refused() -> None:
    from lstm_cli.inference.ray_engine import connected

    with pytest.raises(RequestError, match="2 are left to rate"), connected(None, 3):
        pass


# Spark


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A Spark of two workers for all tests."""
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None:
        pytest.skip("there is no Java")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 500).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.mark.slow
def test_spark_rates_as_one_process_does(
    spark: Any, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row for row, whole numbers with nulls among them still whole."""
    monkeypatch.setattr(BEST_PRECISION, lambda *device: "float32")
    from lstm_cli.spark import rate as rate_frame

    frame = reviews(1_201)
    frame.write_parquet("in.parquet")
    source = spark.read.parquet(str(Path("in.parquet").absolute())).repartition(3)
    rated = rate_frame(source, tiny_bundle.path, "review", probabilities=True)
    rated.write.parquet(str(Path("rated").absolute()))
    expected = rated_here(tiny_bundle, frame, with_probabilities=True)
    found = in_order("rated").sort("n")
    assert dict(found.schema) == dict(expected.schema)
    # Batches are Spark's, and so are the last digits.
    shares = [name for name, kind in expected.schema.items() if kind == pl.Float64]
    assert found.drop(shares).equals(expected.drop(shares))
    difference = (found.select(shares) - expected.select(shares)).to_numpy()
    assert abs(difference).max() < 1.5e-4


def test_frames_that_cannot_be_rated_are_refused(tiny_bundle: Bundle) -> None:
    """Before Spark is asked for anything."""
    pytest.importorskip("pyspark")
    from lstm_cli.spark import rate as rate_frame

    frame: Any = SimpleNamespace(columns=["review", "warning"])
    with pytest.raises(ColumnError, match="no column `text`, only `review`"):
        rate_frame(frame, tiny_bundle.path)
    with pytest.raises(OutputError, match="has warning already"):
        rate_frame(frame, tiny_bundle.path, "review")


def test_a_cluster_that_does_not_answer_is_refused_at_once() -> None:
    """Ray itself goes on asking."""
    from lstm_cli.inference.ray_engine import _knock

    for address in ("127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:99999"):
        with pytest.raises(RequestError, match="no cluster answers"):
            _knock(address)
    _knock("auto")


def test_a_worker_of_spark_loads_the_model_once() -> None:
    """Though it is sent the function anew with each task."""
    cloudpickle = pytest.importorskip("cloudpickle")
    from lstm_cli.spark import _LOADED, rating

    task = SimpleNamespace(worker=object, text_columns=("review",))
    sent = cloudpickle.dumps(rating(SimpleNamespace(value=task), "a task"))
    workers = []
    for _ in range(2):
        assert list(cloudpickle.loads(sent)([])) == []
        workers.append(_LOADED["a task"])
    assert workers[0] is workers[1]


def test_a_batch_of_spark_keeps_its_own_columns(tiny_bundle: Bundle) -> None:
    """Whatever types they have, they are handed through."""
    arrow = pytest.importorskip("pyarrow")
    from lstm_cli.spark import with_added

    batch = arrow.RecordBatch.from_pydict(
        {"review": ["superb!", None], "map": [[("a", 1)], None]},
        schema=arrow.schema(
            {"review": arrow.string(), "map": arrow.map_(arrow.string(), arrow.int32())}
        ),
    )
    rated = with_added(batch, task_of(tiny_bundle).worker(), ["review"])
    assert rated.schema.names == ["review", "map", "predicted_rating", "expected_rating",
                                  "confidence", "warning"]  # fmt: skip
    assert rated.column("map").equals(batch.column("map"))
    assert rated.column("predicted_rating").to_pylist()[0] == 5
    assert rated.column("warning").type == arrow.string()
    assert rated.column("warning")[1].as_py().startswith("the text is empty")
