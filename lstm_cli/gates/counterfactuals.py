"""What the rating would be without some of its words: read again, not estimated.

The model itself is asked which words made a rating. A word is left out, the rest
is read from the beginning, and what the expected rating loses is the word's
*effect*. An explanation is worth what it predicts, so the words it names are also
deleted together, and compared with deleting as many at random (DeYoung et al. 2020
call it comprehensiveness).
"""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from lstm_cli.core.reading import on_one_thread, read_to_end, softmax
from lstm_cli.gates.ledger import Account
from lstm_cli.gates.routes import margins_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Explanation, IdleWord, ImportantWord, Turn

MOST_TRIED = 40  # words of one review; in a longer one those whose reading moved the rating most
NAMED = 3
DRAWS = 20
FEWEST_WORDS = 2 * NAMED  # with fewer, three random words are almost those named
# As shares of the scale's span: the least change that is a turn, how little an idle word moves,
# and how much it says by itself.
LEAST_TURN, IDLE, SAYS_MUCH = 1 / 16, 1 / 40, 1 / 5
_NUMBERS_AT_ONCE = 1 << 18  # variants times units


def probabilities_without(
    predictor: Predictor, tokens: Sequence[str], removed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What the model says of a review without some of its words. (B, R)

    Args:
        predictor: the model.
        tokens: the review, T words.
        removed: each row holds the places of the words that one variant lacks. (B, n)
    """
    token_ids = np.array(predictor.vocabulary.encode(tokens), dtype=np.int64)
    keep = np.ones((len(removed), len(tokens)), dtype=bool)
    np.put_along_axis(keep, removed, values=False, axis=1)
    left = max(0, len(tokens) - removed.shape[1])
    variants = np.broadcast_to(token_ids, keep.shape)[keep].reshape(len(removed), left)
    rows = max(1, _NUMBERS_AT_ONCE // predictor.config.hidden_size)
    parts = [np.zeros((0, len(predictor.ratings)))]
    with on_one_thread():
        for start in range(0, len(variants), rows):
            logits = read_to_end(
                variants[start : start + rows], predictor.weights, predictor.config
            )
            parts.append(softmax(logits))
    return np.concatenate(parts)


def explain(
    predictor: Predictor,
    tokens: Sequence[str],
    running: NDArray[np.float64],
    account: Account | None = None,
) -> Explanation:
    """Which words made the rating, by reading the review without them.

    Args:
        predictor: the model.
        tokens: the review, T words.
        running: the probability of each rating before the first word and after each. (T + 1, R)
        account: of what the words wrote, which tells their routes; a plain RNN has none.
    """
    ratings = predictor.ratings
    expected = running @ ratings
    changes = np.abs(np.diff(expected))
    tried = np.sort(np.argsort(-changes, kind="stable")[:MOST_TRIED])
    without = probabilities_without(predictor, tokens, tried[:, None])
    effects = expected[-1] - without @ ratings
    words = tuple(
        ImportantWord(
            word=int(word),
            effect=float(effect),
            rating_without=predictor.labels[int(odds.argmax())],
            expected_without=float(odds @ ratings),
            routes=None if account is None else margins_of(predictor, account, int(word)),
        )
        for word, effect, odds in zip(tried, effects, without, strict=True)
    )
    ranked = tuple(sorted(words, key=lambda important: -abs(important.effect)))
    # Words that pull the same way: if one of them pulled the other way, deleting them together
    # would show nothing.
    sides = [
        [important.word for important in ranked if sign * important.effect > 0][:NAMED]
        for sign in (-1, 1)
    ]
    pulls = {important.word: abs(important.effect) for important in ranked}
    side = max(sides, key=lambda side: sum(pulls[word] for word in side))
    others = [important.word for important in ranked if important.word not in side]
    named = np.array([*side, *others][:NAMED], dtype=np.int64)
    moved = at_random = None
    if len(tokens) >= FEWEST_WORDS:
        moved = float(moves(predictor, tokens, expected[-1], named[None])[0])
        drawn = random_draws(len(tokens), DRAWS)
        at_random = float(moves(predictor, tokens, expected[-1], drawn).mean())
    return Explanation(
        turns=turns_of(expected, LEAST_TURN * (ratings[-1] - ratings[0])),
        words=ranked,
        named=tuple(map(int, named)),
        idle=_idle_words(predictor, tokens, expected, words),
        moved=moved,
        moved_at_random=at_random,
        is_exact=len(tokens) <= MOST_TRIED,
    )


def turns_of(expected: NDArray[np.float64], least: float) -> tuple[Turn, ...]:
    """The words at which the expected rating moved, and that no later word took back.

    Args:
        expected: before the first word and after each. (T + 1,)
        least: how much of the change has to last.

    >>> [(turn.word, round(turn.lasting, 2)) for turn in turns_of(np.array([3, 1, 2, 4, 3.5]), 0.4)]
    [(1, 1.0), (2, 1.5), (3, -0.5)]
    """
    # From each word to the last: the lowest and the highest expected rating.
    lowest = np.minimum.accumulate(expected[::-1])[::-1][1:]
    highest = np.maximum.accumulate(expected[::-1])[::-1][1:]
    before, after = expected[:-1], expected[1:]
    lasting = np.clip(lowest - before, 0, None) - np.clip(before - highest, 0, None)
    return tuple(
        Turn(int(word), float(before[word]), float(after[word]), float(lasting[word]))
        for word in np.flatnonzero(np.abs(lasting) >= least)
    )


def _idle_words(
    predictor: Predictor,
    tokens: Sequence[str],
    expected: NDArray[np.float64],
    words: Sequence[ImportantWord],
) -> tuple[IdleWord, ...]:
    """The words that moved nothing here, read or deleted, and say much where they stand alone."""
    span = predictor.ratings[-1] - predictor.ratings[0]
    changes = np.diff(expected)
    quiet = [
        word.word for word in words if max(abs(changes[word.word]), abs(word.effect)) < IDLE * span
    ]
    if not quiet or len(tokens) == 1:
        return ()
    token_ids = np.array(predictor.vocabulary.encode([tokens[k] for k in quiet]), dtype=np.int64)
    with on_one_thread():
        logits = read_to_end(token_ids[:, None], predictor.weights, predictor.config)
    alone = softmax(logits) @ predictor.ratings
    found = [
        IdleWord(word, float(says))
        for word, says in zip(quiet, alone, strict=True)
        if abs(says - expected[0]) >= SAYS_MUCH * span
    ]
    return tuple(sorted(found, key=lambda idle: -abs(idle.alone - expected[0])))


def moves(
    predictor: Predictor, tokens: Sequence[str], expected: float, removed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How far deleting words together moves the expected rating. (B,)

    Args:
        predictor: the model.
        tokens: the review, T words.
        expected: the expected rating with all of them.
        removed: as in ``probabilities_without``. (B, n)
    """
    without = probabilities_without(predictor, tokens, removed)
    return np.abs(without @ predictor.ratings - expected)


def random_draws(num_words: int, draws: int, seed: int = 0) -> NDArray[np.int64]:
    """The places of three random words of a review, ``draws`` times. (draws, 3)"""
    rng = Random(seed)  # numpy's takes as long to load as the rest of an explanation
    return np.array([rng.sample(range(num_words), NAMED) for _ in range(draws)])
