"""The interface of Python: ``from lstm_cli import load``.

A model read once and asked many times; on numpy alone unless it is asked to rate many
texts together. What comes back are the dataclasses of ``lstm_cli.results``, which the
commands show.
"""

from collections.abc import Sequence
from functools import cached_property
from os import PathLike, fspath

from lstm_cli.bundle.locating import find_model
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer
from lstm_cli.results import GateTrace, Prediction


class Model:
    """A saved model, ready to rate reviews and to be looked into.

    Attributes:
        name: the model's.
        cell: ``"lstm"`` or ``"rnn"``.
        ratings: its scale, in order, as the scale writes them.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self.name = predictor.bundle.name
        self.cell = predictor.config.cell
        self.ratings = predictor.labels

    def predict(self, text: str) -> Prediction:
        """Rate one review; an empty one too."""
        return self._predictor.predict(text)

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """Rate many reviews, in their order: the answers of ``predict``, sooner.

        Probabilities agree with those of ``predict`` to the sixth decimal. Thousands of
        them load torch, which takes two seconds, once.

        Raises:
            TypeError: ``texts`` is one text.
        """
        if isinstance(texts, str):  # a sequence, too: of its letters
            raise TypeError("predict_many takes a list of texts; predict takes one")
        describe, tokenize = self._predictor.describe, self._predictor.tokenize
        return [
            describe(text, tokenize(text), probabilities)
            for text, probabilities in zip(texts, self._scorer(texts), strict=True)
        ]

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self._predictor.bundle)

    def inspect(
        self, text: str, *, explanation: bool = True, ledger: bool = False, units: bool = False
    ) -> GateTrace:
        """Follow one review through the gates, word by word.

        Args:
            text: the review.
            explanation: which words made the rating; it takes a reading for each word.
            ledger: what each word wrote into the long-term memory, and what is left of it.
            units: whole vectors of every word, not only their means.
        """
        return trace(
            self._predictor,
            text,
            with_explanation=explanation,
            with_ledger=ledger,
            with_units=units,
        )


def load(model: str | PathLike[str] | None = None) -> Model:
    """Read a saved model.

    Args:
        model: its name in the models folder, or its path; otherwise the one the commands
            would use: ``$LSTM_MODEL``, the one trained last, or the base.

    Raises:
        NoModelError: there is none.
        BundleError: it cannot be used.
    """
    return Model(Predictor(find_model(None if model is None else fspath(model)).bundle))
