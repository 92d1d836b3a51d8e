"""Arrays of a saved model: what is no such thing is refused by name."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from safetensors.numpy import save

from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import EmbeddingRows, load_arrays, to_float32
from lstm_cli.errors import BundleError

SHAPES = {"weight": (2, 3), "bias": (2,)}
ARRAYS = {name: np.ones(shape, dtype=np.float16) for name, shape in SHAPES.items()}


def declared_as(kind: str) -> bytes:
    """A file in whose header the weights have another type of as many bytes."""
    content = save(ARRAYS)
    assert content.count(b'"F16"') == 2
    return content.replace(b'"F16"', json.dumps(kind).encode())


def test_rows_of_the_embedding_are_those_of_the_whole(tiny_bundle: Bundle) -> None:
    """A model is one model, whoever reads it."""
    whole = tiny_bundle.arrays["embedding"]
    places = np.array([[3, 1], [3, 0]])
    assert np.array_equal(tiny_bundle.weights.embedding[places], whole[places])


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_no_training_makes_are_refused_where_they_are_used(wrong: float) -> None:
    """Anything computed with them would be as wrong as they are."""
    stored = np.zeros((4, 2), dtype=np.float32)
    stored[1, 1] = wrong
    rows = EmbeddingRows(stored, BundleError)
    assert not rows[np.array([0, 2, 3])].any()
    with pytest.raises(BundleError, match="numbers in 'embedding'"):
        rows[np.array([[0, 1]])]
    with pytest.raises(BundleError, match="numbers in 'x'"):
        to_float32(stored, "x", BundleError)


def test_halves_are_loaded_as_they_are_stored() -> None:
    """Only what is used of them takes twice the room."""
    loaded = load_arrays(save(ARRAYS), SHAPES, "float16", BundleError)
    assert {array.dtype for array in loaded.values()} == {np.dtype(np.float16)}
    assert to_float32(loaded["bias"], "bias", BundleError).dtype == np.float32


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: b"", "not a safetensors file"),
        (lambda: save(ARRAYS)[:-1], "not a safetensors file"),
        (lambda: declared_as("BF16"), "not a safetensors file"),  # numpy has no such type
        (lambda: declared_as("I16"), "should hold 'weight' as float16"),
        (lambda: save({"weight": ARRAYS["weight"]}), "should hold 'bias'"),
        (lambda: save(ARRAYS | {"bias": np.ones(3, np.float16)}), r"'bias' as .* shape \(2,\)"),
        (lambda: save(ARRAYS | {"more": np.ones(1, np.float16)}), "belong to no model"),
    ],
    ids=["empty", "cut", "bfloat16", "integers", "missing", "shape", "more"],
)
def test_other_arrays_are_refused(content: Callable[[], bytes], reason: str) -> None:
    """Whoever can make the checksum fit can write anything."""
    with pytest.raises(BundleError, match=reason):
        load_arrays(content(), SHAPES, "float16", BundleError)
