"""What a server takes on, and how it says no: every refusal is a status and one sentence."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus

# Inspecting reads a review once more for many of its words: 27 words take 0.3 s, 100 take 2 s and
# 500 four (the base, AVX2).
MOST_WORDS_TO_INSPECT = 500
# Beyond these the next to ask is told to come back. A text waits for those before it: 2,000 of 27
# words take five to ten seconds (the base, AVX2).
MOST_WAITING = 128  # requests
MOST_HALF_READ = 128  # bodies of the largest size, that are still being sent: what all hold
MOST_TEXTS_WAITING = 2_000  # and always those of one request
MOST_INSPECTIONS_WAITING = 4
# One text is cut into words in one go, in which nothing else moves: a megabyte takes a second.
CHARACTERS_A_WORD = 30
# Accents one upon the other are sorted, in a time that grows with their square: 150,000 take a
# minute. No script piles up ten.
MOST_MARKS = 200


@dataclass(frozen=True)
class Limits:
    """How much one request may ask for."""

    max_body: int = 1_000_000  # bytes
    max_texts: int = 1_000  # of one request
    max_words: int = 5_000  # of one text
    body_seconds: float = 30  # in which a body has to be there

    @property
    def max_characters(self) -> int:
        """Of one text; words of this length are none."""
        return self.max_words * CHARACTERS_A_WORD


@dataclass(eq=False)  # as exceptions are told apart
class RefusedError(Exception):
    """A request that is not answered, and why, in words for whoever sent it."""

    status: HTTPStatus
    problem: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """As the body of an answer."""
        return json.dumps({"error": self.problem}).encode()

    @property
    def ends_connection(self) -> bool:
        """Whether the rest of the body is not waited for."""
        return self.status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT)


def too_busy(problem: str) -> RefusedError:
    """The refusal of what might be answered a second later."""
    return RefusedError(
        HTTPStatus.SERVICE_UNAVAILABLE, f"{problem}; try again soon", {"Retry-After": "1"}
    )


FAILED = RefusedError(
    HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed to answer; whoever runs it has been told"
)
