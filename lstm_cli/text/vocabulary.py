"""The words a model knows, each with its id.

Ids are ordered by how often a token occurs, and ties by spelling, so that the same
reviews in any order build the same vocabulary. The first two ids are not words:
0 pads a batch, 1 stands for every token that is not in the vocabulary.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

PADDING_ID = 0
UNKNOWN_ID = 1
SPECIAL_TOKENS = ("<padding>", "<unknown>")


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
            minimum_count: a token that occurs less often stays unknown.
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

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """The ids of tokens, in their order."""
        ids = self._ids
        return [ids.get(token, UNKNOWN_ID) for token in tokens]

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
        return iter(words[1 + len(SPECIAL_TOKENS) :])

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """The ids of tokens, in their order."""
        return [self.id(token) for token in tokens]
