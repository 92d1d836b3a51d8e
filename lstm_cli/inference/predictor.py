"""One review at a time, on numpy alone: the answer is there before torch would be loaded."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.reading import (
    Hold,
    Reading,
    on_one_thread,
    read_to_end,
    run_cell,
    running_logits,
    softmax,
)
from lstm_cli.inference.input_warnings import InputWarning, input_warnings, is_word, script_of
from lstm_cli.results import Prediction
from lstm_cli.text.tokens import tokenize
from lstm_cli.text.vocabulary import UNKNOWN_ID, Vocabulary


class Predictor:
    """A saved model, ready to rate reviews.

    Args:
        bundle: the model; its weights are read and verified here.
        vocabulary: the model's with an index, which is worth making where many are asked;
            otherwise words are looked up in its file.
    """

    def __init__(self, bundle: Bundle, vocabulary: Vocabulary | None = None) -> None:
        self.bundle = bundle
        self.config = bundle.info.model
        self.vocabulary = bundle.lookup if vocabulary is None else vocabulary
        self.weights = bundle.weights
        self.ratings = np.array(bundle.info.ratings)
        self.scale = bundle.info.scale
        self.labels = self.scale.labels
        self.longest = bundle.info.provenance.longest
        self._its_script: str | None = None

    def predict(self, text: str) -> Prediction:
        """Rate one review."""
        return self.predict_cut(text, self.tokenize(text))

    def predict_cut(self, text: str, tokens: Sequence[str]) -> Prediction:
        """Rate one review that was cut into its tokens."""
        token_ids = np.array(self.vocabulary.encode(tokens), dtype=np.int64)
        with on_one_thread():
            logits = read_to_end(token_ids[None], self.weights, self.config)[0]
        return self.describe(text, tokens, softmax(logits))

    def warnings(self, text: str) -> tuple[InputWarning, ...]:
        """Reasons not to believe the rating of a review, as ``predict`` gives them."""
        tokens = self.tokenize(text)
        return self._warnings(tokens, self._unknown(tokens))

    def _unknown(self, tokens: Sequence[str]) -> dict[str, str | None]:
        """Distinct tokens that are not known, in order, and the known word each is read as."""
        unknown = dict.fromkeys(t for t in tokens if self.vocabulary.id(t) == UNKNOWN_ID)
        return {token: self.vocabulary.read_as(token) for token in unknown}

    def _warnings(
        self, tokens: Sequence[str], unknown: Mapping[str, str | None]
    ) -> tuple[InputWarning, ...]:
        # Misspelled words count as known only where every other word is known: in another language
        # some words are nearly spelled as known ones, and seldom all.
        if all(word for token, word in unknown.items() if is_word(token)):
            unknown = {token: word for token, word in unknown.items() if word is None}
        is_known = [token not in unknown for token in tokens]
        return input_warnings(tokens, is_known, self._script, self.longest)

    def _script(self) -> str:
        """The script of most words that the model knows."""
        if self._its_script is None:
            self._its_script = script_of(
                word for word, _ in zip(self.vocabulary, range(1_000), strict=False)
            )
        return self._its_script

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a review, split as they were when the model was trained."""
        return tokenize(text, self.bundle.info.token_pattern)

    def read(
        self, tokens: Sequence[str], hold: Hold | None = None
    ) -> tuple[Reading, NDArray[np.float64]]:
        """Read a review's tokens.

        Args:
            tokens: the tokens of the review.
            hold: an experiment that decides what the gates do at each step.

        Returns:
            What the memories and the gates did, for one review (B = 1), and the
            probability of each rating before the first word and after each of
            them. (T + 1, R)
        """
        token_ids = np.array([self.vocabulary.encode(tokens)], dtype=np.int64)
        # One step of one review is too small a product to split between threads.
        with on_one_thread():
            reading = run_cell(token_ids, self.weights, self.config, hold)
            logits = running_logits(reading.short_term, self.weights, self.config)[0]
        return reading, softmax(np.vstack([self.weights.readout_bias, logits]))

    def describe(
        self, text: str, tokens: Sequence[str], probabilities: NDArray[np.float64]
    ) -> Prediction:
        """Say what probabilities (R,) mean on the user's scale, and what to be wary of."""
        unknown = self._unknown(tokens)
        warnings = self._warnings(tokens, unknown)
        return Prediction(
            text=text,
            rating=self.labels[int(probabilities.argmax())],
            expected_rating=float(probabilities @ self.ratings),
            probabilities=dict(zip(self.labels, map(float, probabilities), strict=True)),
            tokens=len(tokens),
            unknown=tuple(unknown),
            read_as={token: word for token, word in unknown.items() if word is not None},
            warnings=tuple(warning.sentence for warning in warnings),
            model=self.bundle.name,
            num_places=self.scale.num_places,
        )
