"""ONNX against the model itself on real reviews: how far apart, how large and how fast.

``python -m tests.benchmarks.onnx_agreement DATA [MODEL]``; MODEL is the base that ships unless it
is named. 1,000 film reviews; both compute in float32 on as many threads as ``lstm`` takes.
"""

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from lstm_cli.bundle.locating import base_path
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.export.cutting import cutting
from lstm_cli.export.onnx_file import OnnxScorer, onnx_bytes
from lstm_cli.inference.scorer import Scorer

REVIEWS = 1_000


def main(data: str, model: str | None = None) -> None:
    """Print the table."""
    path = base_path() if model is None else Path(model)
    assert path is not None
    bundle = open_bundle(path)
    texts = pl.read_csv(Path(data) / "imdb" / "train.csv.gz")["review"].tail(REVIEWS).to_list()
    scorer = Scorer(bundle)
    began = time.perf_counter()
    ours = scorer(texts)
    print("| | MB | largest difference | same rating | seconds |\n|---|---|---|---|---|")
    print(f"| lstm | | | | {time.perf_counter() - began:.1f} |")
    for name, quantise in (("ONNX", False), ("ONNX, --quantise", True)):
        content = onnx_bytes(bundle, cutting(bundle), quantise=quantise)
        asked = OnnxScorer(bundle, content)
        began = time.perf_counter()
        theirs = asked(texts)
        seconds = time.perf_counter() - began
        alike = (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()
        apart = np.abs(ours - theirs).max()
        size = len(content) / 1e6
        print(f"| {name} | {size:.1f} | {apart:.2g} | {100 * alike:.1f} % | {seconds:.1f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
