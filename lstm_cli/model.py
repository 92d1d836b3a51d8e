"""The interface of Python: ``from lstm_cli import load``.

A model read once and asked many times; on numpy alone unless it is asked to rate many
texts together. What comes back are the dataclasses of ``lstm_cli.results``, which the
commands show.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from lstm_cli.bundle.locating import find_model
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer, in_float32
from lstm_cli.results import GateTrace, Prediction

if TYPE_CHECKING:
    from polars import DataFrame


@dataclass(frozen=True)
class Inspection(GateTrace):
    """A trace that a notebook shows as the page of ``lstm inspect-gates --html``."""

    scale: Scale = field(kw_only=True, repr=False)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, whose script and style cannot reach the notebook."""
        from lstm_cli.views.page import page

        return (
            f'<iframe srcdoc="{escape(page(self, self.scale))}" sandbox="allow-scripts" '
            'title="the review, word by word" width="100%" height="640" frameborder="0"></iframe>'
        )

    def to_polars(self) -> "DataFrame":
        """A row a word: what is in ``words``, ``if_deleted``, and the probability of each rating.

        ``if_deleted`` is the change of the expected rating if the word is left out; null where it
        was not tried.
        """
        from lstm_cli.views.word_table import word_table

        return word_table(self)


class Model:
    """A saved model, ready to rate reviews and to be looked into.

    Attributes:
        name: the model's.
        cell: ``"lstm"`` or ``"rnn"``.
        ratings: its scale, in order, as the scale writes them.
    """

    def __init__(self, predictor: Predictor, device: str | None = None) -> None:
        self._predictor = predictor
        self._compute = None if device is None else in_float32(device)
        self.name = predictor.bundle.name
        self.cell = predictor.config.cell
        self.ratings = predictor.labels

    def predict(self, text: str) -> Prediction:
        """Rate one review; an empty one too.

        Raises:
            TypeError: it is no text.
        """
        return self._predictor.predict(_text(text))

    def predict_many(self, texts: Iterable[str]) -> list[Prediction]:
        """Rate many reviews, in their order: the answers of ``predict``, sooner.

        Probabilities agree with those of ``predict`` to the sixth decimal. Thousands of
        them load torch, which takes two seconds, once.

        Raises:
            TypeError: they are no texts, or one text, or a table.
        """
        texts = _texts(texts)
        describe, tokenize = self._predictor.describe, self._predictor.tokenize
        return [
            describe(text, tokenize(text), probabilities)
            for text, probabilities in zip(texts, self._scorer(texts), strict=True)
        ]

    def __getstate__(self) -> dict[str, Any]:
        """Without what rates many, which holds a lock, and is made anew where it is needed."""
        return {name: value for name, value in vars(self).items() if name != "_scorer"}

    @cached_property
    def _scorer(self) -> Scorer:
        bundle, compute = self._predictor.bundle, self._compute
        if compute is None:
            return Scorer(bundle)
        return Scorer(bundle, lambda: compute, at_once=not compute.is_cpu)

    def inspect(
        self, text: str, *, explanation: bool = True, ledger: bool = False, units: bool = False
    ) -> Inspection:
        """Follow one review through the gates, word by word.

        A notebook shows what comes back as a page, and ``to_polars`` makes a table of it.

        Args:
            text: the review.
            explanation: which words made the rating; it takes a reading for each word.
            ledger: what each word wrote into the long-term memory, and what is left of it.
            units: whole vectors of every word, not only their means.

        Raises:
            TypeError: the review is no text.
        """
        traced = trace(
            self._predictor,
            _text(text),
            with_explanation=explanation,
            with_ledger=ledger,
            with_units=units,
        )
        return Inspection(**vars(traced), scale=self._predictor.scale)


def _text(value: object) -> str:
    """A review.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, str):
        raise TypeError(f"a review is a str, and not {value!r:.40}")
    return value


def _texts(values: Iterable[str]) -> list[str]:
    """Reviews, from whatever lists them.

    Raises:
        TypeError: one of them is no text, or they are a table, whose names it would list.
    """
    if isinstance(values, str):  # a sequence, too: of its letters
        raise TypeError("predict_many takes a list of texts; predict takes one")
    kind = type(values)
    if hasattr(kind, "columns"):
        raise TypeError(
            f"predict_many takes a list of texts, and not a {kind.__name__}; give one column of it"
        )
    if isinstance(values, bytes | Mapping) or not hasattr(kind, "__iter__"):
        raise TypeError(f"predict_many takes a list of texts, and not a {kind.__name__}")
    texts = list(values)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"{text!r:.40} in row {row} is no text")
    return texts


def load(model: str | PathLike[str] | None = None, *, device: str | None = None) -> Model:
    """Read a saved model.

    Args:
        model: its name in the models folder, or its path; otherwise the one the commands
            would use: ``$LSTM_MODEL``, the one trained last, or the base.
        device: where ``predict_many`` computes, as the commands have it: ``"auto"``, ``"cuda:1"``
            ...; where None, on the processor. Another one is looked for here, with torch.

    Raises:
        RequestError: there is no such device.
        NoModelError: there is none.
        BundleError: it cannot be used.
    """
    bundle = find_model(None if model is None else fspath(model)).bundle
    return Model(Predictor(bundle), device)
