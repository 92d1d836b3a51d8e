"""A whole model, checked as a stranger's is: before it is fetched, and before it gets a name."""

from lstm_cli.bundle.contents import (
    CARD_FILE,
    FILES,
    HISTORY_FILE,
    INFO_FILE,
    VOCABULARY_FILE,
    WORDS_FILE,
)
from lstm_cli.bundle.held_out import BASE_ANSWERS_FILE, HELD_OUT_FILE, MOST_ANSWERS
from lstm_cli.bundle.reading import Bundle, refused
from lstm_cli.bundle.seen import SEEN_FILE

LARGEST_CARD = 2**20  # bytes; a page that people may have written on
_LARGEST_HISTORY = 4 * 2**20  # a thousand epochs
_LARGEST_SEEN = 2**30  # a hundred million reviews
_OF_WORD, _OF_ANY = 1_024, 2**20  # bytes: of a word and what is said of it, of what is around

_PARTS = (
    "vocabulary", "weights", "arrays", "baseline", "gate_statistics", "seen", "held_out_answers",
    "base_answers", "stored_epochs",
)  # fmt: skip


def check_listing(bundle: Bundle) -> None:
    """Refuse a model by what its ``bundle.json`` says of the other files; none of them is read.

    Raises:
        BundleError: one is listed that no model has, or is larger than it can be.
    """
    for name, (size, _) in bundle.files.items():
        if name not in FILES or name == INFO_FILE:
            raise refused(bundle.path, INFO_FILE, f"lists {name!a:.60}, which no model has")
        largest = _largest(bundle).get(name, size)
        if size > largest:
            raise refused(bundle.path, name, f"is larger than {largest:,} bytes")
    bundle.check_sizes()


def _largest(bundle: Bundle) -> dict[str, int]:
    """The bytes that a file can have which is read whole, and whose size no shape decides."""
    model = bundle.info.model
    words = _OF_WORD * model.vocab_size + _OF_ANY
    answers = (8 * model.num_ratings + 8) * MOST_ANSWERS + _OF_ANY
    return {
        CARD_FILE: LARGEST_CARD,
        HISTORY_FILE: _LARGEST_HISTORY,
        SEEN_FILE: _LARGEST_SEEN,
        VOCABULARY_FILE: words,
        WORDS_FILE: words,
        HELD_OUT_FILE: answers,
        BASE_ANSWERS_FILE: answers,
    }


def verify(bundle: Bundle) -> None:
    """Check every byte and every number of a model.

    Raises:
        BundleError: it names the file that cannot be used, and says why.
    """
    check_listing(bundle)
    for part in _PARTS:
        getattr(bundle, part)  # what is read is checked; what is wrong is refused
    for name in bundle.files:
        bundle.text(name)
