"""``lstm predict --input --engine ray``: many files, rated by many processes, into a folder."""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, verbosity
from lstm_cli.commands.rate_file import say_agreement, threshold_for
from lstm_cli.data.showing import count
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.parquet_parts import ParquetParts
    from lstm_cli.inference.worker import RatingTask
    from lstm_cli.metrics.agreement import Threshold

# What a cluster has no use for: it reads Parquet, and writes a folder of it.
_NOT_THERE = ("worst", "as_json", "shard", "sheet", "query", "encoding")
_OF_FILES = (".csv", ".tsv", ".json", ".jsonl", ".xlsx", ".gz", ".zst")  # that others write


@dataclass(frozen=True)
class ClusterRequest:
    """What a person wants of many files."""

    source: str
    output: str
    replace: bool  # a folder of that name gives way
    address: str | None  # of a cluster; None starts a Ray on this machine
    workers: int | None  # processes that rate; None for as many as there are cores for
    agree: float | None  # as in ``FileRequest``
    is_safe: bool
    with_probabilities: bool


def check_cluster_options(ctx: typer.Context) -> None:
    """Refuse what only another engine can do, or what is not installed.

    Raises:
        OptionError: something is.
    """
    from importlib.util import find_spec

    given = ctx.params
    engine = f"--engine {given['engine']}"
    for name in _NOT_THERE:
        if given[name] not in (None, False):
            option = "json" if name == "as_json" else name
            raise OptionError(f"--{option} does not go with {engine}")
    if options.is_given(ctx, "device"):
        raise OptionError(f"--device does not go with {engine}: its workers compute on processors")
    if given["output"] in (None, "-"):
        raise OptionError(f"{engine} writes a folder of Parquet files: name it with --output")
    if (ending := PurePath(given["output"]).suffix).lower() in _OF_FILES:
        raise OptionError(
            f"{engine} writes a folder of Parquet files, and no {ending}: name a folder"
        )
    if not find_spec("ray"):
        raise OptionError(
            f"{engine} needs what is not installed (ray): pip install 'lstm-cli[cluster]'"
        )


def rate_on_cluster(ctx: typer.Context, bundle: "Bundle", request: ClusterRequest) -> None:
    """Rate every row of many files."""
    from lstm_cli.data.parquet_parts import look_at_parts
    from lstm_cli.data.rated_folder import RatedFolder
    from lstm_cli.inference.ray_engine import connected, rate_parts
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress, show_file_summary

    folder = RatedFolder(request.output, replace=request.replace)
    parts = look_at_parts(request.source)
    folder.check_apart(parts.files)
    columns = _columns(ctx, bundle, request, parts)
    threshold = None if request.agree is None else threshold_for(ctx, bundle, request.agree)
    task = _task(bundle, request, columns, threshold, parts)
    console, scale = notes_console(quiet=verbosity(ctx).quiet), bundle.info.scale
    with connected(request.address, request.workers) as cluster:
        note(ctx, f"{count(cluster.num_workers, 'worker')} on {cluster.where}")
        with rating_progress(console, parts.num_rows) as advance:
            summary = rate_parts(parts, task, scale, folder, cluster, advance)
    show_file_summary(console, request.output, summary, bundle.info, [])
    say_agreement(ctx, bundle, threshold, summary)


def _columns(
    ctx: typer.Context, bundle: "Bundle", request: ClusterRequest, parts: "ParquetParts"
) -> tuple[str, ...]:
    """The columns of text, chosen by the first rows of all, as for a single file."""
    from lstm_cli.data.chosen import choose_text_columns
    from lstm_cli.inference.rating import added_columns, check_columns_free
    from lstm_cli.views.reviews import lines_about_texts, places_of

    columns = choose_text_columns(parts.head, options.read_options(ctx, bundle))
    for line in lines_about_texts(parts.head, columns, parts.num_rows):
        note(ctx, line)
    scale = bundle.info.scale
    if scale.has_places:
        note(ctx, f"expected_rating counts {places_of(scale)}")
    is_fast, shows = request.agree is not None, request.with_probabilities
    added = added_columns(scale.labels, is_fast=is_fast, with_probabilities=shows)
    check_columns_free(parts.head, added)
    return columns.names


def _task(
    bundle: "Bundle",
    request: ClusterRequest,
    columns: tuple[str, ...],
    threshold: "Threshold | None",
    parts: "ParquetParts",
) -> "RatingTask":
    """What all workers are told."""
    from lstm_cli.bundle.packing import PackedModel
    from lstm_cli.core.compute import best_precision
    from lstm_cli.inference.worker import RatingTask, are_many

    is_fast = request.agree is not None
    task = RatingTask(
        PackedModel.of(bundle, with_regression=is_fast),
        columns,
        best_precision(),
        is_fast=is_fast,
        threshold=threshold,
        is_safe=request.is_safe,
        with_probabilities=request.with_probabilities,
    )
    return replace(task, reads_many=are_many(task, bundle, parts.head.frame, parts.num_rows))
