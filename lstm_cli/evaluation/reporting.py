"""What a file of reviews says of its groups and periods, by people's ratings and a model's.

Shapes: N rows, R ratings, D draws.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.seen import Seen
from lstm_cli.data.partly_rated import PartlyRated
from lstm_cli.evaluation.figures import Estimator, Pair, SaidByBase, ScoredRows
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.answer_kinds import FEWEST_KNOWN, AnswerKinds, fit_kinds
from lstm_cli.metrics.shares import Bends, KnownAnswers, fit_bends
from lstm_cli.results import Contrast, Report, ReportCell
from lstm_cli.text.tokens import tokenize
from lstm_cli.training.base import on_scale

MOST_CELLS = 600  # groups in periods; some tenths of a second each
MOST_COMPARED = 40  # groups, the largest
WINDOW = 1_000  # texts that are rated between two words on how far it is


def score_rows(
    rows: PartlyRated,
    bundle: Bundle,
    base: Bundle | None = None,
    advance: Callable[[int], None] = lambda _: None,
    scorer_of: Callable[[Bundle], Scorer] = Scorer,
) -> ScoredRows:
    """Rate what people did not, and gather what says how well the model does it.

    Reviews that people rated and the model has not learned from count there as well as those it
    held out.

    Args:
        rows: of the file.
        bundle: the model.
        base: what it started from, if that is to say something, too.
        advance: hears of how many more texts have been read; each is read twice with a base.
        scorer_of: makes what rates them; on the processor where left out.
    """
    is_rated, has_text = rows.is_rated, rows.has_text
    probabilities = np.zeros((len(rows), len(rows.scale)))
    probabilities[is_rated, rows.rating_indices[is_rated]] = 1
    if rows.by_people_alone:
        nothing = KnownAnswers(np.empty((0, len(rows.scale))), np.empty(0, dtype=np.int64))
        return ScoredRows(rows, probabilities, nothing, rows.scale)
    scorer = scorer_of(bundle)
    is_asked = has_text & ~is_rated
    probabilities[is_asked] = _score(scorer, rows, is_asked, advance)
    is_unseen = has_text & is_rated
    if bundle.seen is not None and is_unseen.any():
        # What the model held out is among the answers that it was saved with.
        learned, held_out = _seen(bundle, bundle.seen, rows, is_unseen)
        is_unseen &= ~(learned | held_out)
    elif bundle.seen is None:
        is_unseen[:] = False
    answers = [_score(scorer, rows, is_unseen, advance)]
    truth = [rows.rating_indices[is_unseen]]
    if bundle.held_out_answers is not None:
        answers.append(np.asarray(bundle.held_out_answers.probabilities, dtype=np.float64))
        truth.append(bundle.held_out_answers.rating_indices)
    return ScoredRows(
        rows,
        probabilities,
        KnownAnswers(np.concatenate(answers), np.concatenate(truth)),
        bundle.info.scale,
        None
        if base is None
        else _by_base(rows, (is_asked, is_unseen), bundle, base, scorer_of, advance),
    )


def _seen(
    bundle: Bundle, seen: Seen, rows: PartlyRated, which: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of some rows a model has learned from, and which were held out. (N,) each"""
    places = np.flatnonzero(which)
    tokens = [tokenize(rows.texts[place], bundle.info.token_pattern) for place in places]
    learned, held_out = np.zeros_like(which), np.zeros_like(which)
    learned[places], held_out[places] = seen.learned(tokens), seen.held_out(tokens)
    return learned, held_out


def _by_base(
    rows: PartlyRated,
    which: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    bundle: Bundle,
    base: Bundle,
    scorer_of: Callable[[Bundle], Scorer],
    advance: Callable[[int], None],
) -> SaidByBase | None:
    """What the base says of the file and of the reviews of the model; None where that is little.

    A row that it has read in its own training tells nothing of the others.

    Args:
        rows: of the file.
        which: those that are asked about, and those with a rating that the model has not seen.
        bundle: the model.
        base: what it started from.
        scorer_of: makes what rates by it, where that is to say something.
        advance: hears of how many more texts have been read.
    """
    is_asked, is_unseen = which
    if bundle.base_answers is None:
        return None
    if base.seen is not None and is_unseen.any():
        is_unseen = is_unseen & ~_seen(base, base.seen, rows, is_unseen)[0]
    if len(bundle.base_answers) + int(is_unseen.sum()) < FEWEST_KNOWN:
        return None
    scorer, ratings = scorer_of(base), bundle.info.ratings
    known = on_scale(_score(scorer, rows, is_unseen, advance), base.info.ratings, ratings)
    probabilities = np.zeros((len(rows), len(ratings)))
    said = _score(scorer, rows, is_asked, advance)
    probabilities[is_asked] = on_scale(said, base.info.ratings, ratings)
    before = bundle.base_answers
    return SaidByBase(
        probabilities,
        KnownAnswers(
            np.concatenate([known, before.probabilities.astype(np.float64)]),
            np.concatenate([rows.rating_indices[is_unseen], before.rating_indices]),
        ),
    )


def _score(
    scorer: Scorer, rows: PartlyRated, which: NDArray[np.bool_], advance: Callable[[int], None]
) -> Float64Array:
    """The probabilities of some rows. (n, R)"""
    parts = [np.empty((0, len(scorer.bundle.info.ratings)))]
    places = np.flatnonzero(which)
    for first in range(0, len(places), WINDOW):
        texts = [rows.texts[place] for place in places[first : first + WINDOW]]
        parts.append(scorer(texts))
        advance(len(texts))
    return np.concatenate(parts)


def report_on(
    scored: ScoredRows,
    bundle: Bundle,
    *,
    by: str | None,
    over: str | None,
    num_low: int,
    advance: Callable[[float], None] = lambda _: None,
) -> Report:
    """Shares and means by group and period.

    Args:
        scored: the rows.
        bundle: the model.
        by: the name of the column of groups, if there is one.
        over: that of periods.
        num_low: how many ratings count as low, the lowest first; at least 1.
        advance: hears of which share of the work has been done.
    """
    rows, scale = scored.rows, scored.scale
    counts = {} if rows.by_people_alone else bundle.info.provenance.counts
    expected = np.array([counts.get(label, 0) for label in scale.labels]) + 0.5
    expected /= expected.sum()
    errors: Bends | AnswerKinds
    if scored.by_base is None:
        known = scored.known
        errors = fit_bends(known, expected, np.random.default_rng(0))
    else:
        known = scored.by_base.known
        errors = fit_kinds(known, expected, np.random.default_rng(0))
    is_there = rows.is_rated | rows.has_text
    estimator = Estimator(scored, errors, np.array(scale.ratings), scale.labels, num_low)
    sets = [(group, period, is_there & chosen) for group, period, chosen in _cells(rows)]
    pairs = list(_pairs(rows, is_there))
    cells: list[ReportCell] = []
    contrasts: list[Contrast] = []
    for done, (group, period, chosen) in enumerate(sets, 1):
        if chosen.any():
            cells.append(estimator.cell(group, period, chosen))
        advance(done / (len(sets) + len(pairs)))
    for done, pair in enumerate(pairs, 1 + len(sets)):
        contrasts += estimator.contrasts(pair)
        advance(done / (len(sets) + len(pairs)))
    return Report(
        model=bundle.name,
        by=by,
        over=over,
        ratings=scale.labels,
        low_ratings=scale.labels[:num_low],
        has_places=scale.has_places,
        reviews=int(is_there.sum()),
        rated=int(rows.is_rated.sum()),
        empty=int((~is_there).sum()),
        not_understood=rows.not_understood,
        known=len(known),
        is_crossed=_are_crossed(rows),
        cells=tuple(cells),
        contrasts=tuple(contrasts),
    )


def _cells(rows: PartlyRated) -> Iterator[tuple[str | None, str | None, NDArray[np.bool_]]]:
    """Group, period and rows of all together, each group, each period, and each of both."""
    everywhere = np.ones(len(rows), dtype=np.bool_)
    groups: dict[str | None, NDArray[np.bool_]] = {None: everywhere}
    if rows.groups is not None:
        of_rows = np.array(rows.groups, dtype=object)
        groups |= {group: of_rows == group for group in sorted(set(rows.groups))}
    periods: dict[str | None, NDArray[np.bool_]] = {None: everywhere}
    if rows.periods is not None:
        in_periods = np.array(rows.periods.of_rows, dtype=object)
        periods |= {period: in_periods == period for period in rows.periods.in_order}
    are_crossed = _are_crossed(rows)
    for group, is_in_group in groups.items():
        for period, is_in_period in periods.items():
            if are_crossed or group is None or period is None:
                yield group, period, is_in_group & is_in_period


def _are_crossed(rows: PartlyRated) -> bool:
    """Whether each group is reported in each period; not where that would take minutes."""
    if rows.groups is None or rows.periods is None:
        return False
    return len(set(rows.groups)) * len(rows.periods.in_order) <= MOST_CELLS


def _pairs(rows: PartlyRated, is_there: NDArray[np.bool_]) -> Iterator[Pair]:
    """Each group and the others, and its earlier and its later periods; of the largest groups."""
    everything: list[str | None] = [None]
    of_rows = np.array(rows.groups if rows.groups else [None] * len(rows), dtype=object)
    largest = sorted(Counter(rows.groups or ()).items(), key=lambda item: (-item[1], item[0]))
    groups = everything + sorted(group for group, _ in largest[:MOST_COMPARED])
    halves = _halves(rows)
    for group in groups:
        is_in = is_there if group is None else is_there & (of_rows == group)
        if group is not None and len(largest) > 1:
            yield Pair("group", group, ("the others", group), (is_there & ~is_in, is_in))
        if halves is not None:
            names, (early, late) = halves
            yield Pair("later", group, names, (is_in & early, is_in & late))


def _halves(
    rows: PartlyRated,
) -> tuple[tuple[str, str], tuple[NDArray[np.bool_], NDArray[np.bool_]]] | None:
    """The earlier and the later periods, by their names, and which rows are of them.

    Each half has about as many reviews; there are none of less than two periods, or if nobody
    knows which of them are later.
    """
    if rows.periods is None or len(rows.periods.in_order) < 2 or not rows.periods.is_in_time:
        return None
    places: dict[str | None, int] = {
        period: place for place, period in enumerate(rows.periods.in_order)
    }
    of_rows = np.array([places.get(period, -1) for period in rows.periods.of_rows])
    reached = np.cumsum(np.bincount(of_rows[of_rows >= 0], minlength=len(places)))
    cut = 1 + int(np.abs(2 * reached[:-1] - reached[-1]).argmin())
    parts = rows.periods.in_order[:cut], rows.periods.in_order[cut:]
    early, late = (f"{part[0]} to {part[-1]}" if len(part) > 1 else part[0] for part in parts)
    return (early, late), ((of_rows >= 0) & (of_rows < cut), of_rows >= cut)
