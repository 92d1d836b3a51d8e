"""The words a model knows, each with its id.

Ids are ordered by how often a token occurs, and ties by spelling, so that the same
reviews in any order build the same vocabulary. The first two ids are not words:
0 pads a batch, 1 stands for every token that is not in the vocabulary.

A vocabulary that is large reads a misspelled word as the known one that is meant. To a small one
most words are unknown, and what is spelled alike is another word: exports and experts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from lstm_cli.text.spelling import Spelling

PADDING_ID = 0
UNKNOWN_ID = 1
SPECIAL_TOKENS = ("<padding>", "<unknown>")
FEWEST_FOR_SPELLING = 20_000  # tokens


class KnownTokens(Protocol):
    """What knows tokens, and numbers them."""

    def __len__(self) -> int:
        """Known tokens, with the special ones."""

    def __iter__(self) -> Iterator[str]:
        """Known tokens, without the special ones."""

    def id(self, token: str) -> int:
        """The id of a token; ``UNKNOWN_ID`` if it is not known, misspelled or not."""


class _Reader:
    """Reads misspelled tokens as known ones, where there are enough of these.

    Args:
        known: the known tokens.
    """

    def __init__(self, known: KnownTokens) -> None:
        self._known = known

    @cached_property
    def spelling(self) -> Spelling | None:
        return Spelling(self._known) if len(self._known) >= FEWEST_FOR_SPELLING else None

    def read_as(self, token: str) -> str | None:
        """The known word as which an unknown one is read; None if there is none, or it is known."""
        if self.spelling is None or self._known.id(token) != UNKNOWN_ID:
            return None
        return self.spelling.meant(token, lambda word: self._known.id(word) != UNKNOWN_ID)

    def read(self, tokens: Sequence[str], ids: list[int], added: int = 0) -> list[int]:
        """Ids of tokens, those of misspelled ones put in the place of ``UNKNOWN_ID``.

        Args:
            tokens: as they are written.
            ids: of those that are known.
            added: to the ids of words that are read for misspelled ones.
        """
        if UNKNOWN_ID not in ids or self.spelling is None:
            return ids
        unknown = {t for t, token_id in zip(tokens, ids, strict=True) if token_id == UNKNOWN_ID}
        read_as = {token: self.read_as(token) for token in unknown}
        meant = {t: added + self._known.id(word) for t, word in read_as.items() if word is not None}
        return [meant.get(t, token_id) for t, token_id in zip(tokens, ids, strict=True)]


class Vocabulary:
    """An ordered list of distinct tokens; the id of a token is its place in it.

    >>> vocabulary = Vocabulary.build({"good": 3, "dull": 2, "bad": 2, "odd": 1}, minimum_count=2)
    >>> vocabulary.tokens
    ('<padding>', '<unknown>', 'good', 'bad', 'dull')
    >>> vocabulary.encode(["bad", "odd", "good"])
    [3, 1, 2]
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = tuple(tokens)

    @classmethod
    def build(
        cls,
        counts: Mapping[str, int],
        *,
        minimum_count: int = 1,
        maximum_size: int | None = None,
    ) -> "Vocabulary":
        """Keep the commonest tokens.

        Args:
            counts: how often each token occurs in the training reviews.
            minimum_count: a token that occurs less often is not kept.
            maximum_size: the number of tokens to keep at most, not counting the two special ones.
        """
        known = [token for token, count in counts.items() if count >= minimum_count]
        known.sort(key=lambda token: (-counts[token], token))
        return cls((*SPECIAL_TOKENS, *known[:maximum_size]))

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens[len(SPECIAL_TOKENS) :])

    def id(self, token: str) -> int:
        """The id of a token; ``UNKNOWN_ID`` if the vocabulary does not hold it."""
        return self._ids.get(token, UNKNOWN_ID)

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """The ids of tokens, in their order; of a misspelled one that of the word it is read as."""
        return self._reader.read(tokens, self._known_ids(tokens))

    def encode_apart(self, tokens: Sequence[str]) -> list[int]:
        """The same, with misspelled words told apart: theirs have ``len(self)`` added."""
        return self._reader.read(tokens, self._known_ids(tokens), len(self))

    def read_as(self, token: str) -> str | None:
        """The known word as which an unknown one is read; None if there is none, or it is known."""
        return self._reader.read_as(token)

    @property
    def corrects(self) -> bool:
        """Whether misspelled words are read as others."""
        return self._reader.spelling is not None

    def _known_ids(self, tokens: Sequence[str]) -> list[int]:
        ids = self._ids
        return [ids.get(token, UNKNOWN_ID) for token in tokens]

    @cached_property
    def _reader(self) -> _Reader:
        return _Reader(self)

    @cached_property
    def _ids(self) -> dict[str, int]:
        first_word = len(SPECIAL_TOKENS)
        words = self.tokens[first_word:]
        return {token: i for i, token in enumerate(words, start=first_word)}


class WrittenVocabulary:
    """A vocabulary as its file holds it, one token per line, for looking up a few tokens.

    >>> vocabulary = WrittenVocabulary(b"<padding>\\n<unknown>\\ngood\\nbad\\n")
    >>> vocabulary.encode(["bad", "odd", "good"])
    [3, 1, 2]
    """

    def __init__(self, content: bytes) -> None:
        self._content = b"\n" + content
        self._ids: dict[str, int] = {}  # of the tokens looked up so far

    def __len__(self) -> int:
        return self._content.count(b"\n") - 1

    def id(self, token: str) -> int:
        """The id of a token; ``UNKNOWN_ID`` if the vocabulary does not hold it."""
        if token not in self._ids:
            line = b"\n" + token.encode("utf-8", "surrogatepass") + b"\n"
            place = self._content.find(line)
            number = self._content.count(b"\n", 0, place) if place >= 0 else UNKNOWN_ID
            self._ids[token] = number if number >= len(SPECIAL_TOKENS) else UNKNOWN_ID
        return self._ids[token]

    def __iter__(self) -> Iterator[str]:
        words = self._content.decode("utf-8", "replace").split("\n")
        return iter(words[1 + len(SPECIAL_TOKENS) : -1])

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """The ids of tokens, in their order; of a misspelled one that of the word it is read as."""
        return self._reader.read(tokens, [self.id(token) for token in tokens])

    def read_as(self, token: str) -> str | None:
        """The known word as which an unknown one is read; None if there is none, or it is known."""
        return self._reader.read_as(token)

    @cached_property
    def _reader(self) -> _Reader:
        return _Reader(self)
