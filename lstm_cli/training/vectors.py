"""Word vectors from a text file, as GloVe writes them: a word and its numbers a line."""

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.errors import VectorsError
from lstm_cli.text.vocabulary import PADDING_ID, Vocabulary

SPREAD = 0.2  # standard deviation of the numbers of a vector at the start


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the words that were asked for and found."""

    name: str
    rows: dict[str, int]  # word -> its row in ``values``
    values: NDArray[np.float32]  # (words, size)

    @property
    def size(self) -> int:
        """Dimensions of a vector."""
        return int(self.values.shape[1])

    def fill(self, embedding: NDArray[np.float32], vocabulary: Vocabulary) -> None:
        """Write the vectors into the rows of the words that have one.

        They are brought to one spread, whatever set they come from, so that the
        first events are as large as the cell expects them.

        Args:
            embedding: (vocabulary, size), changed in place.
            vocabulary: whose words the rows stand for.
        """
        scale = SPREAD / max(float(self.values.std()), 1e-8)
        for k, token in enumerate(vocabulary.tokens):
            if token in self.rows and k != PADDING_ID:
                embedding[k, : self.size] = self.values[self.rows[token]] * scale


def read_vectors(path: str, wanted: Container[str]) -> WordVectors:
    """Read the vectors of some words; a first line that holds only two counts is passed over.

    Args:
        path: the file.
        wanted: the words to look for.

    Raises:
        VectorsError: the file cannot be read, or a line does not fit the others.
    """
    rows: dict[str, int] = {}
    values: list[NDArray[np.float32]] = []
    size = 0
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                word, _, rest = line.rstrip().partition(" ")
                if number == 1 and word.isdigit() and rest.strip().isdigit():
                    continue
                if not size:
                    size = len(rest.split())
                if word not in wanted or word in rows:
                    continue
                # From the right: a few sets have words with a space in them.
                cells = rest.split()
                vector = np.array(cells, dtype=np.float32) if len(cells) == size else None
                if vector is None or not size or not np.isfinite(vector).all():
                    raise ValueError(f"line {number}: expected a word and {size} numbers")
                rows[word] = len(values)
                values.append(vector)
    except OSError as error:
        raise VectorsError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        reason = str(error) if str(error).startswith("line ") else f"line {number}: not numbers"
        raise VectorsError(
            f"{path}: {reason}; word vectors are a text file with a word and its numbers a line, "
            "separated by spaces"
        ) from error
    if not values:
        raise VectorsError(f"{path}: holds no word of the reviews; is it the same language?")
    return WordVectors(Path(path).name, rows, np.stack(values))
