"""Arrays of a saved model: what is no such thing is refused by name."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from safetensors.numpy import save

from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import (
    EmbeddingRows,
    Layout,
    load_arrays,
    rows_as_integers,
    to_float32,
)
from lstm_cli.errors import BundleError

LAYOUTS = {"weight": Layout("float16", (2, 3)), "bias": Layout("float16", (2,))}
ARRAYS = {name: np.ones(layout.shape, dtype=np.float16) for name, layout in LAYOUTS.items()}


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
    loaded = load_arrays(save(ARRAYS), LAYOUTS, BundleError)
    assert {array.dtype for array in loaded.values()} == {np.dtype(np.float16)}
    assert to_float32(loaded["bias"], "bias", BundleError).dtype == np.float32


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: b"", "not a safetensors file"),
        (lambda: save(ARRAYS)[:-1], "not a safetensors file"),
        (lambda: save(ARRAYS)[:20], "not a safetensors file"),
        (lambda: declared_as("BF16"), "should hold 'weight' as float16"),
        (lambda: declared_as("I16"), "should hold 'weight' as float16"),
        (lambda: save({"weight": ARRAYS["weight"]}), "should hold 'bias'"),
        (lambda: save(ARRAYS | {"bias": np.ones(3, np.float16)}), r"'bias' as .* shape \(2,\)"),
        (lambda: save(ARRAYS | {"more": np.ones(1, np.float16)}), "belong to no model"),
    ],
    ids=["empty", "cut", "cut in its header", "bfloat16", "integers", "missing", "shape", "more"],
)
def test_other_arrays_are_refused(content: Callable[[], bytes], reason: str) -> None:
    """Whoever can make the checksum fit can write anything."""
    with pytest.raises(BundleError, match=reason):
        load_arrays(content(), LAYOUTS, BundleError)


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"weight": []},
        {"weight": {"dtype": "F16", "shape": 6, "data_offsets": [0, 12]}},
        {"weight": {"dtype": "F16", "shape": [2, 3]}},
        *(
            {"weight": {"dtype": "F16", "shape": [2, 3], "data_offsets": offsets}}
            for offsets in ([], [0], [0, 11], [0, 14], [4, 16], [0, 24, 2], [0.0, 12.0], "ab", None)
        ),
    ],
    ids=str,
)
def test_a_header_that_describes_no_arrays_is_refused(said: object) -> None:
    """It points to bytes, and whoever can make the checksum fit can let it point anywhere."""
    header = json.dumps(said).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(14)
    with pytest.raises(BundleError, match="not a safetensors file"):
        load_arrays(content, {"weight": Layout("float16", (2, 3))}, BundleError)


def test_what_safetensors_wrote_is_read_as_it_was_written() -> None:
    """The file is the library's; only the reading of it is not."""
    drawn = np.random.default_rng(0)
    for kind in ("float32", "float16"):
        arrays = {
            name: drawn.normal(size=shape).astype(kind)
            for name, shape in {"b": (3, 4), "a": (5,), "none": (0, 7), "c": (2, 3, 2)}.items()
        }
        content = save(arrays, {"a key": "that nobody reads"})
        layouts = {name: Layout(kind, array.shape) for name, array in arrays.items()}
        held = load_arrays(content, layouts, BundleError)
        assert all(np.array_equal(held[name], array) for name, array in arrays.items())
        assert all(held[name].dtype == kind for name in arrays)


def test_rows_of_integers_are_near_what_they_stand_for() -> None:
    """Half of a row's scale is the most that is lost, and nothing of a row of zeros."""
    rows = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    rows[3] = 0
    rows[4] *= 1e-6
    integers, scales = rows_as_integers(rows)
    read = EmbeddingRows(integers, BundleError, scales)
    off = np.abs(read[:] - rows)
    assert (off <= scales[:, None] * 0.5001).all()
    assert not read[np.array([3])].any()
    assert read[np.array([[4, 0]])].shape == (1, 2, 8)
    with pytest.raises(BundleError, match=r"numbers in 'embedding\.scale'"):
        EmbeddingRows(integers, BundleError, np.full(50, np.nan, np.float32))[np.array([1])]
    with pytest.raises(BundleError, match="numbers in 'embedding'"):
        EmbeddingRows(integers, BundleError, np.full(50, 1e9, np.float32))[np.array([1])]


def test_rows_of_the_smallest_numbers_are_rows_of_zeros() -> None:
    """Their scale is no number to divide by."""
    integers, scales = rows_as_integers(np.full((1, 3), 2e-43, dtype=np.float32))
    assert not integers.any()
    assert not scales.any()
