"""What the rating would be without some of its words: read again, not estimated.

The model itself is asked which words made a rating. A word is left out, the rest
is read from the beginning, and what the expected rating loses is the word's
*effect*. An explanation is worth what it predicts, so the words it names are also
deleted together, and compared with deleting as many at random (DeYoung et al. 2020
call it comprehensiveness).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import on_one_thread, read_to_end, softmax
from lstm_cli.gates.ledger import Account
from lstm_cli.gates.routes import margins_of
from lstm_cli.gates.turns import turns_of, undone_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Explanation, IdleWord, ImportantWord

MOST_TRIED = 40  # words of one review; in a longer one those whose reading moved the rating most
MOST_FOLLOWED = 100  # words of a review in which each is asked what it adds because of another: 1 s
NAMED = 3
DRAWS = 20
FEWEST_WORDS = 2 * NAMED  # with fewer, three random words are almost those named
# As shares of the scale's span: the least change that is a turn, how little an idle word moves,
# and how much it says by itself.
LEAST_TURN, IDLE, SAYS_MUCH = 1 / 16, 1 / 40, 1 / 5
_NUMBERS_AT_ONCE = 1 << 18  # variants times units


def probabilities_without(
    predictor: Predictor,
    tokens: Sequence[str],
    removed: NDArray[np.int64],
    advance: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    """What the model says of a review without some of its words. (B, R)

    Args:
        predictor: the model.
        tokens: the review, T words.
        removed: each row holds the places of the words that one variant lacks. (B, n)
        advance: is told how many more words have been read, in all variants.
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
                variants[start : start + rows], predictor.weights, predictor.config, advance
            )
            parts.append(softmax(logits))
    return np.concatenate(parts)


def explain(
    predictor: Predictor,
    tokens: Sequence[str],
    running: NDArray[np.float64],
    account: Account | None = None,
    advance: Callable[[float], None] | None = None,
) -> Explanation:
    """Which words made the rating, by reading the review without them.

    Args:
        predictor: the model.
        tokens: the review, T words.
        running: the probability of each rating before the first word and after each. (T + 1, R)
        account: of what the words wrote, which tells their routes; a plain RNN has none.
        advance: is told the share of all readings that is done.
    """
    read = None if advance is None else _counting(_words_to_read(len(tokens)), advance)
    span = predictor.ratings[-1] - predictor.ratings[0]
    expected = running @ predictor.ratings
    changes = np.abs(np.diff(expected))
    words = _without_each(predictor, tokens, running, account, read)
    ranked = tuple(sorted(words, key=lambda important: -abs(important.effect)))
    named = _pulling_together(ranked)
    mentioned = _worth_a_sentence(ranked, named, changes, IDLE * span)
    if account is not None and len(tokens) <= MOST_FOLLOWED:
        own = _margins(predictor, account)
        ranked = tuple(
            replace(word, through=_through(predictor, tokens, own, word.word))
            if word.word in mentioned
            else word
            for word in ranked
        )
    moved = at_random = None
    if len(tokens) >= FEWEST_WORDS:
        moved = float(moves(predictor, tokens, expected[-1], np.array([named]), read)[0])
        drawn = random_draws(len(tokens), DRAWS)
        at_random = float(moves(predictor, tokens, expected[-1], drawn, read).mean())
    turns = turns_of(expected, LEAST_TURN * span)
    return Explanation(
        turns=turns,
        undone=undone_of(expected, LEAST_TURN * span, turns),
        words=ranked,
        mentioned=mentioned,
        named=named,
        idle=_idle_words(predictor, tokens, expected, words),
        moved=moved,
        moved_at_random=at_random,
        is_exact=len(tokens) <= MOST_TRIED,
    )


def _words_to_read(num_words: int) -> int:
    """How many words are read to explain a review of so many, about."""
    together = DRAWS + 1 if num_words >= FEWEST_WORDS else 0
    return max(1, num_words * (min(num_words, MOST_TRIED) + together))


def _counting(total: int, advance: Callable[[float], None]) -> Callable[[int], None]:
    """What counts words that are read, and tells the share of them all."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        advance(done / total)

    return count


def _without_each(
    predictor: Predictor,
    tokens: Sequence[str],
    running: NDArray[np.float64],
    account: Account | None,
    read: Callable[[int], None] | None,
) -> tuple[ImportantWord, ...]:
    """What the review loses without each of its words, or each of those that were tried.

    Arguments as those of ``explain``; ``read`` counts the words.
    """
    ratings = predictor.ratings
    expected = running @ ratings
    tried = np.sort(np.argsort(-np.abs(np.diff(expected)), kind="stable")[:MOST_TRIED])
    without = probabilities_without(predictor, tokens, tried[:, None], read)
    return tuple(
        ImportantWord(
            word=int(word),
            effect=float(expected[-1] - odds @ ratings),
            rating_without=predictor.labels[int(odds.argmax())],
            expected_without=float(odds @ ratings),
            margin=margin_of(running[-1]) - margin_of(odds),
            routes=None if account is None else margins_of(predictor, account, int(word)),
        )
        for word, odds in zip(tried, without, strict=True)
    )


def _pulling_together(ranked: Sequence[ImportantWord]) -> tuple[int, ...]:
    """The places of three words that pull furthest one way.

    If one of them pulled the other way, deleting them together would show nothing.

    Args:
        ranked: the most important first.
    """
    sides = [
        [important.word for important in ranked if sign * important.effect > 0][:NAMED]
        for sign in (-1, 1)
    ]
    pulls = {important.word: abs(important.effect) for important in ranked}
    side = max(sides, key=lambda side: sum(pulls[word] for word in side))
    others = [important.word for important in ranked if important.word not in side]
    return tuple([*side, *others][:NAMED])


def _worth_a_sentence(
    ranked: Sequence[ImportantWord],
    named: Sequence[int],
    changes: NDArray[np.float64],
    least: float,
) -> tuple[int, ...]:
    """The places of the words to tell of, in their order.

    Those that are named, the first that pulls against them, and the one whose reading moved the
    rating furthest; none that hardly moved it, read or deleted.

    Args:
        ranked: the words that were left out, the most important first.
        named: places of three.
        changes: how far reading each word moved the rating, without a sign. (T,)
        least: how far that has to be.
    """
    pull = sum(word.effect for word in ranked if word.word in named)
    against = [word.word for word in ranked if word.effect * pull < 0][:1]
    movers = [int(changes.argmax())] if len(changes) else []
    return tuple(
        sorted(
            word.word
            for word in ranked
            if word.word in (*named, *against, *movers)
            and max(abs(word.effect), changes[word.word]) >= least
        )
    )


def margin_of(probabilities: NDArray[np.float64]) -> float:
    """The logit of the highest rating less that of the lowest. Probabilities: (R,)"""
    likely = np.maximum(probabilities, 1e-300)  # softmax may round to nothing
    return float(np.log(likely[-1]) - np.log(likely[0]))


def _margins(predictor: Predictor, account: Account) -> Float64Array:
    """What each word wrote adds to the margin. (T,)"""
    words = range(len(account.learned))
    return np.array([sum(margins_of(predictor, account, word).values()) for word in words])


def _through(
    predictor: Predictor, tokens: Sequence[str], own: Float64Array, word: int
) -> tuple[tuple[int, float], ...]:
    """How much more each other word adds to the margin because one word is there.

    Args:
        predictor: the model, an LSTM.
        tokens: the review, T words.
        own: what each word adds in the whole review. (T,)
        word: the place of the one.

    Returns:
        Places and changes, the furthest first; at most ``NAMED``.
    """
    rest = [*tokens[:word], *tokens[word + 1 :]]
    if not rest:
        return ()
    gates = predictor.read(rest)[0].gates
    assert gates is not None
    account = Account(
        Gates(*(values[0] for values in gates)), predictor.weights, predictor.config.pooling
    )
    more = np.delete(own, word) - _margins(predictor, account)
    furthest = np.argsort(-np.abs(more), kind="stable")[:NAMED]
    return tuple((int(k) + int(k >= word), float(more[k])) for k in furthest)


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
    predictor: Predictor,
    tokens: Sequence[str],
    expected: float,
    removed: NDArray[np.int64],
    advance: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    """How far deleting words together moves the expected rating. (B,)

    Args:
        predictor: the model.
        tokens: the review, T words.
        expected: the expected rating with all of them.
        removed: as in ``probabilities_without``. (B, n)
        advance: as there.
    """
    without = probabilities_without(predictor, tokens, removed, advance)
    return np.abs(without @ predictor.ratings - expected)


def random_draws(num_words: int, draws: int, seed: int = 0) -> NDArray[np.int64]:
    """The places of three random words of a review, ``draws`` times. (draws, 3)"""
    rng = Random(seed)  # numpy's takes as long to load as the rest of an explanation
    return np.array([rng.sample(range(num_words), NAMED) for _ in range(draws)])
