"""A network as a graph of ONNX, of operators that every runtime has.

The recurrent cell is the standard's own LSTM or RNN; around it stand the embedding, the views of
the memories and the readout, as ``core/cell.py`` has them. Numbers are kept as the saved model
stores them, or smaller; what is smaller than float32 becomes float32 in the graph.

Shapes: B reviews, T tokens in the longest, E embedding size, H hidden size, P poolings, R ratings.
Behind every review stands one token of padding more, so that none is too short to be read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import EMBEDDING_SCALE, Stored, rows_as_integers
from lstm_cli.text.vocabulary import PADDING_ID

# Old enough for the runtimes of the last years: onnxruntime has read this since version 1.12.
OPSET = 17
_FORMAT = 8  # of the file, from the same time
_LOWER_THAN_ANY = -2.0  # short-term memory, which is a tanh
# torch stacks the rows of the gates i, f, g, o, and ONNX i, o, f, g.
_GATES = (0, 3, 1, 2)


class Matrix(NamedTuple):
    """A matrix as the file holds it."""

    numbers: Stored  # float32, float16 or int8
    scales: Float32Array | None = None  # of each row, where the numbers are integers

    def of_gates(self) -> "Matrix":
        """The rows of a cell in the order of ONNX, of which it may have one or four a unit."""
        units = len(self.numbers) // len(_GATES)
        rows = np.concatenate([np.arange(units) + gate * units for gate in _GATES])
        return Matrix(self.numbers[rows], None if self.scales is None else self.scales[rows])


def graph(bundle: Bundle, metadata: Mapping[str, str], *, quantise: bool) -> ModelProto:
    """The network of a saved model.

    Its inputs are ``token_ids`` (B, T) and ``lengths`` (B,), both int64. Its outputs are
    ``probabilities`` (B, R) and ``expected_rating`` (B,), float32, and ``rating_index`` (B,),
    int64: the place of the most probable rating, from 0.

    Args:
        bundle: the model.
        metadata: what else the file is to hold.
        quantise: make all matrices integers of 8 bits, with a scale for each row.

    Raises:
        BundleError: the model cannot be used.
    """
    config, made = bundle.info.model, _Graph()
    matrices = _matrices(bundle, quantise=quantise)
    events = _add_events(made, matrices["embedding"])
    memories = _add_cell(made, events, matrices, bundle.arrays["cell.bias"])
    views = _add_views(made, *memories)
    pooled = made.add("Concat", *(views[name] for name in config.pooling), axis=1)
    is_read = made.add("Unsqueeze", made.add("Greater", "lengths", made.integers(0)),
                       made.integers([1]))  # fmt: skip
    seen = made.add("Where", is_read, pooled, made.floats(0))  # of an empty review nothing
    readout = made.add_matrix(matrices["readout.weight"])
    bias = made.floats(bundle.arrays["readout.bias"])
    logits = made.add("Gemm", seen, readout, bias, transB=1)
    made.add("Softmax", logits, axis=1, output="probabilities")
    ratings = made.floats(bundle.info.ratings)
    made.add("MatMul", "probabilities", ratings, output="expected_rating")
    made.add("ArgMax", "probabilities", axis=1, keepdims=0, output="rating_index")
    return _model(made, config.num_ratings, metadata)


def _model(made: "_Graph", num_ratings: int, metadata: Mapping[str, str]) -> ModelProto:
    """The graph with its inputs and outputs, in a file's frame."""
    value = helper.make_tensor_value_info
    ids, numbers = TensorProto.INT64, TensorProto.FLOAT
    described = helper.make_graph(
        made.nodes,
        "lstm",
        [value("token_ids", ids, ["reviews", "tokens"]), value("lengths", ids, ["reviews"])],
        [
            value("probabilities", numbers, ["reviews", num_ratings]),
            value("expected_rating", numbers, ["reviews"]),
            value("rating_index", ids, ["reviews"]),
        ],
        made.constants,
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        described, producer_name="lstm-cli", opset_imports=[opset], ir_version=_FORMAT
    )
    helper.set_model_props(model, dict(metadata))
    return model


def _matrices(bundle: Bundle, *, quantise: bool) -> dict[str, Matrix]:
    """The matrices of a network by their names, those of the cell in the order of ONNX."""
    checked = bundle.arrays  # refuses numbers that no training makes
    if quantise:
        # With recurrent weights and readout in float32, 8 of 2,800 reviews of four kinds got
        # another rating, and 10 like this: what is lost is lost in the embedding.
        found = {name: Matrix(*rows_as_integers(rows)) for name, rows in checked.items()
                 if rows.ndim == 2}  # fmt: skip
    else:
        stored = bundle.stored_arrays()
        scales = stored.pop(EMBEDDING_SCALE, None)
        found = {name: Matrix(rows) for name, rows in stored.items()}
        if scales is not None:
            found["embedding"] = Matrix(stored["embedding"], scales.astype(np.float32))
    if bundle.weights.cell.has_gates:
        for name in ("cell.event", "cell.short_term"):
            found[name] = found[name].of_gates()
    return found


def _add_events(made: "_Graph", embedding: Matrix) -> str:
    """The embedded tokens, word by word. (T + 1, B, E)"""
    pads = made.integers([0, 0, 0, 1])  # one more token behind each review
    padded = made.add("Pad", "token_ids", pads, made.integers(PADDING_ID))
    by_step = made.add("Transpose", padded, perm=[1, 0])
    rows = made.as_floats(made.add("Gather", made.constant(embedding.numbers), by_step),
                          embedding.numbers)  # fmt: skip
    if embedding.scales is None:
        return rows
    scales = made.add("Gather", made.floats(embedding.scales[:, None]), by_step)
    return made.add("Mul", rows, scales)


def _add_cell(
    made: "_Graph", events: str, matrices: Mapping[str, Matrix], bias: Float32Array
) -> tuple[str, str]:
    """The short-term memory after each word, (T + 1, B, H), and after the last one, (B, H)."""
    hidden_size = matrices["cell.short_term"].numbers.shape[1]
    has_gates = len(bias) != hidden_size
    ordered = Matrix(bias).of_gates().numbers if has_gates else bias
    # ONNX has two biases, which it adds.
    both = made.floats(np.concatenate([ordered, np.zeros_like(ordered)])[None])
    directions = made.integers([0])  # the axis; there is one direction
    weights = [
        made.add("Unsqueeze", made.add_matrix(matrices[name]), directions)
        for name in ("cell.event", "cell.short_term")
    ]
    # The runtimes do not agree on what a review of no words is; it is read as one of padding.
    is_empty = made.add("Equal", "lengths", made.integers(0))
    read = made.add("Where", is_empty, made.integers(1), "lengths")
    read = made.add("Cast", read, to=TensorProto.INT32)
    every, last = "memory_after_each_word", "memory_after_the_last_word"
    made.add_node("LSTM" if has_gates else "RNN", [events, *weights, both, read], [every, last],
                  hidden_size=hidden_size)  # fmt: skip
    along = made.integers([1])
    return made.add("Squeeze", every, along), made.add("Squeeze", last, directions)


def _add_views(made: "_Graph", every: str, last: str) -> dict[str, str]:
    """What the readout may see of the memories, by the names of the poolings. (B, H) each"""
    steps = made.add("Gather", made.add("Shape", every), made.integers(0))
    steps = made.add("Range", made.integers(0), steps, made.integers(1))
    is_word = made.add("Less", made.add("Unsqueeze", steps, made.integers([1])), "lengths")
    is_word = made.add("Unsqueeze", is_word, made.integers([2]))  # (T + 1, B, 1)
    of_words = made.add("Where", is_word, every, made.floats(0))
    total = made.add("ReduceSum", of_words, made.integers([0]), keepdims=0)
    count = made.add("Max", "lengths", made.integers(1))
    count = made.add("Unsqueeze", made.add("Cast", count, to=TensorProto.FLOAT), made.integers([1]))
    highest = made.add("Where", is_word, every, made.floats(_LOWER_THAN_ANY))
    return {
        "last": last,
        "mean": made.add("Div", total, count),
        "maximum": made.add("ReduceMax", highest, axes=[0], keepdims=0),
    }


class _Graph:
    """A graph that grows from its inputs to its outputs; every value is known by its name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """One operator more; the name of what it computes."""
        name = output or f"{operator.lower()}_{len(self.nodes)}"
        self.add_node(operator, inputs, [name], **attributes)
        return name

    def add_node(self, operator: str, inputs: Any, outputs: Any, **attributes: Any) -> None:
        """The same for an operator with several outputs, whose names are given."""
        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))

    def add_matrix(self, matrix: Matrix) -> str:
        """A matrix in float32."""
        numbers = self.as_floats(self.constant(matrix.numbers), matrix.numbers)
        if matrix.scales is None:
            return numbers
        # Not DequantizeLinear: onnxruntime would compute that at each call, and this once.
        return self.add("Mul", numbers, self.floats(matrix.scales[:, None]))

    def as_floats(self, name: str, numbers: Stored) -> str:
        """Numbers of the file's type in float32."""
        if numbers.dtype == np.float32:
            return name
        return self.add("Cast", name, to=TensorProto.FLOAT)

    def constant(self, array: Any) -> str:
        """An array that is part of the file."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def integers(self, numbers: Any) -> str:
        """Whole numbers that are part of the file: one, or a list."""
        return self.constant(np.array(numbers, np.int64))

    def floats(self, numbers: Any) -> str:
        """The same in float32."""
        return self.constant(np.array(numbers, np.float32))
