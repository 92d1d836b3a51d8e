"""A whole model, checked as a stranger's is: before it is fetched, and before it gets a name."""

from lstm_cli.bundle.contents import CARD_FILE, FILES, INFO_FILE
from lstm_cli.bundle.reading import Bundle, refused

LARGEST_CARD = 2**20  # bytes; a page that people may have written on

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
        if name == CARD_FILE and size > LARGEST_CARD:
            raise refused(bundle.path, name, f"is larger than {LARGEST_CARD:,} bytes")
    bundle.check_sizes()


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
