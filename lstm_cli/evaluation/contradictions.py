"""What identical texts with different ratings leave a model to be right on."""

from collections import Counter

from lstm_cli.data.reviews import Reviews
from lstm_cli.results import Contradictions

FEWEST_ROWS = 30  # whose text occurs more than once; the share of fewer says little
TOLERATED = 0.01  # share of all rows; what less of them costs is not worth a line


def contradictions(reviews: Reviews) -> Contradictions | None:
    """How far identical texts contradict each other; None where too few are there to tell."""
    if not reviews.conflicts:
        return None
    pairs = Counter(zip(reviews.texts, reviews.rating_indices.tolist(), strict=True))
    rows, most = Counter[str](), Counter[str]()
    kinds = Counter(text for text, _ in pairs)
    for (text, _), number in pairs.items():
        rows[text] += number
        most[text] = max(most[text], number)
    repeated = {text: number for text, number in rows.items() if number > 1}
    repeated_rows = sum(repeated.values())
    right = sum(most[text] for text in repeated)
    ceiling = 1 - (repeated_rows - right) / len(reviews)
    if repeated_rows < FEWEST_ROWS or ceiling > 1 - TOLERATED:
        return None
    return Contradictions(
        texts=sum(number > 1 for number in kinds.values()),
        ceiling=ceiling,
        repeated_rows=repeated_rows,
        repeated_ceiling=right / repeated_rows,
    )
