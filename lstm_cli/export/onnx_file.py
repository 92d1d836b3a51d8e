"""A saved model as a file of ONNX that has been run, and beside it how reviews are cut for it.

The file is run before it gets its name, on the sample reviews and an empty one, and its answers
are held against the model's own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.threads import granted_threads
from lstm_cli.data.batches import make_batch, plan_batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.whole import write_together
from lstm_cli.errors import BundleError, OutputError
from lstm_cli.export.cutting import cutting
from lstm_cli.export.graph import OPSET, graph
from lstm_cli.inference.scorer import Scorer
from lstm_cli.results import OnnxExport
from lstm_cli.samples import sample_texts

CLOSE = 1e-4  # the most that a probability of the same weights may differ by
MOST_BYTES = 2**31 - 2**24  # of weights and vocabulary; a file of ONNX holds 2 GiB
_SAMPLES = 500
_TOKENS_AT_ONCE = 4_096


def about_file(target: str) -> str:
    """The name of the file beside one of ONNX.

    >>> about_file("reviews.onnx")
    'reviews.onnx.json'
    """
    return f"{target}.json"


def export_onnx(
    bundle: Bundle, target: str, *, quantise: bool = False, replace: bool = False
) -> OnnxExport:
    """Write a model as ONNX, and beside it what ``cutting`` says of it as JSON.

    Args:
        bundle: the model.
        target: the file of ONNX; the other is called ``about_file(target)``.
        quantise: keep all matrices in 8 bits. Without it the answers are the model's own.
        replace: files of these names give way.

    Raises:
        BundleError: the model cannot be used, or would rate otherwise as ONNX.
        OutputError: the files cannot be written, exist already, or would be too large.
    """
    about = cutting(bundle)
    described = json.dumps(about).encode()
    content = onnx_bytes(bundle, about, quantise=quantise)
    texts = [*sample_texts(_SAMPLES), ""]
    ours, theirs = Scorer(bundle)(texts), OnnxScorer(bundle, content)(texts)
    difference = float(np.abs(ours - theirs).max())
    # Written so that NaN, which is not <= anything, is refused too.
    if not quantise and not difference <= CLOSE:
        raise BundleError(
            f"{bundle.path}: as ONNX the model would rate otherwise, by up to {difference:.4f} of "
            "a probability; nothing is written"
        )
    write_together({about_file(target): described, target: content}, replace=replace)
    return OnnxExport(
        model=bundle.name,
        path=target,
        about=about_file(target),
        bytes=len(content),
        about_bytes=len(described),
        opset=OPSET,
        quantised=quantise,
        reviews=len(texts),
        largest_difference=difference,
        same_rating=float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()),
    )


def onnx_bytes(bundle: Bundle, about: Mapping[str, Any], *, quantise: bool) -> bytes:
    """A file of ONNX, of which nobody has seen yet how it rates.

    Args:
        bundle: the model.
        about: what ``cutting`` says of it, for the metadata.
        quantise: keep all matrices in 8 bits.

    Raises:
        BundleError: the model cannot be used.
        OutputError: it is too large for ONNX.
    """
    metadata = {key: json.dumps(value) for key, value in about.items()}
    model = graph(bundle, metadata, quantise=quantise)
    size = sum(len(array.raw_data) for array in model.graph.initializer)
    size += sum(map(len, metadata.values()))
    if size > MOST_BYTES:
        raise OutputError(
            f"{bundle.name}: the network has {size / 1e9:.1f} GB, and a file of ONNX holds 2"
            f"{'' if quantise else '; in 8 bits it may fit'}"
        )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


class OnnxScorer:
    """A file of ONNX, asked as ``Scorer`` asks the network, and cut as the model cuts.

    Args:
        bundle: the model that the file was made from.
        content: the file.
    """

    def __init__(self, bundle: Bundle, content: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = granted_threads()
        options.log_severity_level = 3  # errors; what else it says is not for users
        self._session = onnxruntime.InferenceSession(content, options)
        self._bundle = bundle

    def __call__(self, texts: Sequence[str]) -> Float64Array:
        """The probability of each rating, for each text, in the order of the texts. (N, R)"""
        info = self._bundle.info
        corpus = Corpus.encoded(texts, self._bundle.vocabulary, info.token_pattern)
        found = np.empty((len(texts), info.model.num_ratings))
        for reviews in plan_batches(corpus.lengths, _TOKENS_AT_ONCE):
            batch = make_batch(corpus, reviews)
            asked: dict[str, Any] = {"token_ids": batch.token_ids, "lengths": batch.lengths}
            found[reviews] = self._session.run(["probabilities"], asked)[0]
        return found
