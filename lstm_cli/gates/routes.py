"""By which route a review reached its rating: through the last, the mean, or the highest memory.

The readout is linear over the views of the short-term memories that it joins. So each logit is
its bias plus one part a view, exactly; and a word's contribution (gates/ledger.py) splits in the
same way. In one number: the *margin*, the logit of the highest rating less that of the lowest.

Shapes: T words, H units, R ratings, P poolings.
"""

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.core.cell import pool
from lstm_cli.core.reading import Reading
from lstm_cli.gates.ledger import Account, views_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Routes


def routes_of(predictor: Predictor, reading: Reading) -> Routes:
    """The routes of one whole review; of an empty one they add nothing."""
    short_term, pooling = reading.short_term[0].astype(np.float64), predictor.config.pooling
    views = views_of(predictor.weights, pooling)  # (R, P, H)
    parts = np.zeros((len(pooling), len(views)))
    if len(short_term):
        pooled = pool(short_term, pooling, np).reshape(len(pooling), -1)
        parts = np.einsum("rph,ph->pr", views, pooled)
    bias = predictor.weights.readout_bias.astype(np.float64)
    return Routes(by_rating(predictor, bias), by_route(predictor, parts))


def margins_of(predictor: Predictor, account: Account, word: int) -> dict[str, float]:
    """What one word wrote adds to the margin, by route."""
    parts = account.contribution(word, account.fading(word))  # (P, R)
    return dict(zip(predictor.config.pooling, map(float, parts[:, -1] - parts[:, 0]), strict=True))


def by_route(predictor: Predictor, parts: Float64Array) -> dict[str, dict[str, float]]:
    """Parts of the logits (P, R) by route and rating."""
    rows = (by_rating(predictor, row) for row in parts)
    return dict(zip(predictor.config.pooling, rows, strict=True))


def by_rating(predictor: Predictor, logits: Float64Array) -> dict[str, float]:
    """Logits (R,) by rating."""
    return dict(zip(predictor.labels, map(float, logits), strict=True))
