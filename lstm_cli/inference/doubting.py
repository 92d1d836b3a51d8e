"""Which of many texts are to be doubted, found in the ids that a network reads anyway.

A text is looked at word by word, as ``input_warnings`` does it, only where its ids do not rule
every warning out. Of reviews like those that were learned from, that is one in a thousand.

Shapes: N texts.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.corpus import Corpus
from lstm_cli.inference.input_warnings import LONGER, InputWarning, is_word
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, UNKNOWN_ID, Vocabulary


class Doubter:
    """Says of many texts what ``Predictor.warnings`` says of each.

    Args:
        predictor: the model.
        vocabulary: the words of the model, in whose ids the texts come.
    """

    def __init__(self, predictor: Predictor, vocabulary: Vocabulary) -> None:
        self._predictor = predictor
        self._is_known_word = np.array([is_word(token) for token in vocabulary.tokens])
        self._is_known_word[: len(SPECIAL_TOKENS)] = False

    def warnings(self, texts: Sequence[str], corpus: Corpus) -> list[tuple[InputWarning, ...]]:
        """What is to be said of each text; mostly nothing. (N,)

        Args:
            texts: as they were read.
            corpus: the same in the ids of the vocabulary, as ``Corpus.of_tokens`` makes them.
        """
        found: list[tuple[InputWarning, ...]] = [()] * len(texts)
        for k in np.flatnonzero(self._may_be_doubted(corpus)).tolist():
            found[k] = self._predictor.warnings(texts[k])
        return found

    def _may_be_doubted(self, corpus: Corpus) -> NDArray[np.bool_]:
        """Where a warning cannot be ruled out. (N,)"""
        # Misspelled words are unknown, whatever they are read as.
        ids = replace(corpus, read_as=None).gather(np.arange(len(corpus)))
        is_unknown = (ids == UNKNOWN_ID) | (ids >= len(self._is_known_word))
        is_known_word = self._is_known_word[np.where(is_unknown, UNKNOWN_ID, ids)]
        known, unknown = (_in_each(flags, corpus.lengths) for flags in (is_known_word, is_unknown))
        # No more than all unknown tokens are words: with a third of the words unknown, twice
        # their number is at least that of the known ones. Without any token that holds, too.
        doubted: NDArray[np.bool_] = 2 * unknown >= known
        if self._predictor.longest is not None:
            doubted |= corpus.lengths > LONGER * self._predictor.longest
        return doubted


def _in_each(flags: NDArray[np.bool_], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the flags of each text are set. (N,)"""
    sums = np.concatenate([[0], np.cumsum(flags)])
    ends = np.cumsum(lengths)
    counts: NDArray[np.int64] = sums[ends] - sums[ends - lengths]
    return counts
