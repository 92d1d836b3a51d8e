"""Spark rates the rows of a table: ``from lstm_cli.spark import rate``.

The model travels to the executors with the query, so that no disk is shared; lstm-cli has to be
installed on each. A Python worker loads it once, and computes on one thread, for Spark runs as
many workers as there are cores.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lstm_cli.bundle.locating import find_model
from lstm_cli.data.column_names import listed
from lstm_cli.errors import ColumnError, OutputError, RequestError

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructField

    from lstm_cli.data.ratings.scale import Scale
    from lstm_cli.inference.worker import Worker

Batches = Iterable["RecordBatch"]

# What this Python worker loaded last: Spark uses a process for one task after the other.
_LOADED: "dict[str, Worker]" = {}


def rate(
    frame: "DataFrame",
    model: str | PathLike[str] | None = None,
    text_column: str | Sequence[str] = "text",
    *,
    probabilities: bool = False,
) -> "DataFrame":
    """Every row and column of a table, and the columns that ``lstm predict --output`` adds.

    Nothing is computed before Spark is asked for rows. The columns and their types are those of
    the model's scale, whatever rows a partition holds: ``predicted_rating`` (bigint, or double or
    string as the scale has it), ``expected_rating`` and ``confidence`` (double), with
    ``probabilities`` one ``p(...)`` a rating (double), and ``warning`` (string, mostly null).

    >>> rated = rate(spark.read.parquet("reviews"), "films", "review")  # doctest: +SKIP

    Args:
        frame: the rows; a null text is rated as an empty one, and ``warning`` says so.
        model: its name in the models folder, or its path; otherwise the one the commands would
            use.
        text_column: the column that holds the text; several are joined in their order.
        probabilities: add one column per rating.

    Raises:
        NoModelError: there is no such model.
        BundleError: it cannot be used.
        ColumnError: the frame has no such column.
        OutputError: it has one of the columns that would be added.
        RequestError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise RequestError(
            "pyarrow is missing: pip install 'lstm-cli[spark]'", parameter="engine", value="spark"
        )
    from pyspark.sql.types import StructType

    from lstm_cli.bundle.packing import PackedModel
    from lstm_cli.core.compute import best_precision
    from lstm_cli.inference.worker import RatingTask

    bundle = find_model(None if model is None else fspath(model)).bundle
    texts = (text_column,) if isinstance(text_column, str) else tuple(text_column)
    added = added_fields(bundle.info.scale, with_probabilities=probabilities)
    _check_columns(frame.columns, texts, [field.name for field in added])
    packed, precision = PackedModel.of(bundle), best_precision()
    task = RatingTask(packed, texts, precision, with_probabilities=probabilities)
    context = frame.sparkSession.sparkContext
    rated = rating(context.broadcast(task), uuid4().hex)
    return frame.mapInArrow(rated, StructType([*frame.schema.fields, *added]))


def added_fields(scale: "Scale", *, with_probabilities: bool) -> "list[StructField]":
    """The columns that are added, with their types, all of which may be null."""
    from pyspark.sql.types import DoubleType, LongType, StringType, StructField

    from lstm_cli.inference.rating import PREDICTED, WARNING, added_columns, written_ratings

    kind = written_ratings(scale).dtype.kind
    types: dict[str, Any] = {WARNING: StringType()}
    types[PREDICTED] = {"i": LongType, "f": DoubleType}.get(kind, StringType)()
    names = added_columns(scale.labels, with_probabilities=with_probabilities)
    return [StructField(name, types.get(name, DoubleType())) for name in names]


def rating(shared: Any, key: str) -> Callable[[Batches], "Iterator[RecordBatch]"]:
    """What Spark runs on the batches of each partition.

    Args:
        shared: the task, as Spark broadcasts it.
        key: of this task among others that the same process may get.
    """

    def rated(batches: Batches) -> "Iterator[RecordBatch]":
        # Of the module, for Spark sends each task a copy of what this function names itself.
        from lstm_cli.spark import _LOADED as loaded

        if key not in loaded:
            loaded.clear()
            loaded[key] = shared.value.worker()
        worker, texts = loaded[key], list(shared.value.text_columns)
        for batch in batches:
            yield with_added(batch, worker, texts)

    return rated


def with_added(batch: "RecordBatch", worker: "Worker", texts: list[str]) -> "RecordBatch":
    """A batch, its own columns untouched, and the added ones after them.

    Args:
        batch: some rows.
        worker: who rates them.
        texts: the columns that are read.
    """
    import polars as pl
    import pyarrow as pa

    frame = pl.DataFrame({name: pl.from_arrow(batch.column(name)) for name in texts})
    columns, names = list(batch.columns), list(batch.schema.names)
    for series in worker.added(frame):
        array = series.to_arrow(compat_level=pl.CompatLevel.oldest())
        columns.append(array.cast(pa.string()) if series.dtype == pl.String else array)
        names.append(series.name)
    return pa.RecordBatch.from_arrays(columns, names=names)


def _check_columns(columns: Sequence[str], texts: Sequence[str], added: Sequence[str]) -> None:
    if missing := [name for name in texts if name not in columns]:
        raise ColumnError(
            f"the frame has no column {listed(missing)}, only {listed(columns)}; name another as "
            "text_column"
        )
    if taken := [name for name in added if name in columns]:
        raise OutputError(
            f"the frame has {', '.join(taken)} already; rename them first, so that nothing is "
            "overwritten"
        )
