"""What is saved of an update: what the old model knew and the new reviews, added up.

What can be measured again on the reviews at hand is; what cannot stays as the old model had it.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.contents import NewBundle, network_weights
from lstm_cli.bundle.held_out import HeldOutAnswers
from lstm_cli.bundle.provenance import Provenance, Update
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.words import gather_gate_statistics
from lstm_cli.metrics.agreement import Agreement
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always, drawn
from lstm_cli.metrics.calibration import (
    apply_cross_fitted_temperature,
    apply_temperature,
    fit_temperature,
)
from lstm_cli.pipeline.origin import file_name, now, versions
from lstm_cli.pipeline.training import calibrated
from lstm_cli.pipeline.update_preparation import PreparedUpdate
from lstm_cli.results import EpochReport, Evaluation, GateStatistics

# The temperature of a network that begins calibrated, before a review is looked at.
CALIBRATED = 1.0


@dataclass(frozen=True)
class LearnedUpdate:
    """The new network, and what both say of the held-out reviews. H of them, R ratings."""

    arrays: Mapping[str, Float32Array]
    history: tuple[EpochReport, ...]
    before: Float64Array  # (H, R)
    after: Float64Array  # at no temperature yet. (H, R)


def describe_update(prepared: PreparedUpdate, learned: LearnedUpdate, seconds: float) -> NewBundle:
    """All that is saved.

    Args:
        prepared: the old model and the reviews.
        learned: the new network and its answers.
        seconds: that the update took.
    """
    info, held_out = prepared.bundle.info, prepared.held_out
    answers, truth = _answers(prepared, learned)
    temperature = fit_temperature(answers, truth, CALIBRATED)
    arrays = calibrated(learned.arrays, temperature)
    regression = _regression(prepared)
    said = None if regression is None else regression.probabilities(held_out.words())
    provenance = _provenance(prepared)
    new = replace(
        info,
        created=now(),
        model=replace(info.model, vocab_size=len(prepared.vocabulary)),
        training=prepared.config,
        scores=_evaluation(prepared, learned, provenance, said).to_json(),
        provenance=provenance,
        versions=versions(),
        seconds=info.seconds + seconds,
        stored_as="float32",
        temperature=temperature,
        agreement=_agreement(prepared, learned, said),
        epochs=None,
    )
    assert prepared.bundle.seen is not None
    return NewBundle(
        info=new,
        tokens=prepared.vocabulary.tokens,
        weights=arrays,
        gate_statistics=_statistics(prepared, arrays),
        history=tuple(map(asdict, learned.history)),
        baseline=None if regression is None else regression.to_arrays(),
        seen=prepared.bundle.seen.with_more(
            prepared.fresh.words(),
            held_out.select(np.flatnonzero(~prepared.were_held_out)).words(),
        ),
        base_answers=prepared.bundle.base_answers,
        held_out_answers=HeldOutAnswers.drawn(
            apply_temperature(answers, temperature), truth, prepared.config.seed
        ),
    )


def _answers(
    prepared: PreparedUpdate, learned: LearnedUpdate
) -> tuple[Float64Array, NDArray[np.int64]]:
    """What calibrates the model and is kept of it: answers (N, R), and the true ratings (N,).

    On the held-out reviews at hand. Where the old model's are not all here, what it said of them
    stands for what the new one would say: it has gone a part of a way from there, and a dozen
    new reviews alone would say little.
    """
    answers, truth = learned.after, prepared.held_out.rating_indices
    before = prepared.bundle.held_out_answers
    if before is None or prepared.knows_old_held_out:
        return answers, truth
    is_new = ~prepared.were_held_out  # the others are among those that it answered before
    return (
        np.concatenate([before.probabilities.astype(np.float64), answers[is_new]]),
        np.concatenate([before.rating_indices, truth[is_new]]),
    )


def _agreement(
    prepared: PreparedUpdate, learned: LearnedUpdate, said: Float64Array | None
) -> Agreement | None:
    """How often the regression and the network agree.

    Counted on the held-out reviews at hand; what was counted before stays where it was counted
    on more, of the same regression: no dozen of reviews could promise anything.

    Args:
        prepared: the old model and the reviews.
        learned: the new network's answers.
        said: what the regression says of the held-out reviews, if there is one. (H, R)
    """
    if said is None:
        return None
    before = prepared.bundle.info.agreement
    is_same = not (prepared.knows_old_held_out or _can_fit_again(prepared))
    if before is not None and is_same and before.reviews > len(prepared.held_out):
        return before
    return Agreement.measured(said, learned.after)


def _can_fit_again(prepared: PreparedUpdate) -> bool:
    """Whether all reviews are here that the regression is to learn from."""
    old = len(prepared.at_hand) - prepared.num_fresh
    return old >= prepared.bundle.info.provenance.training


def _regression(prepared: PreparedUpdate) -> WordRegression | None:
    """The baseline: fitted again where all is here that it is to learn from, else the old one."""
    stored, at_hand = prepared.bundle.baseline, prepared.at_hand
    if stored is None:
        return None
    if not _can_fit_again(prepared):
        return WordRegression.from_arrays(stored)
    some = at_hand.select(drawn(len(at_hand)))
    return WordRegression.fit(some.words(), some.rating_indices, len(prepared.ratings))


def _evaluation(
    prepared: PreparedUpdate,
    learned: LearnedUpdate,
    provenance: Provenance,
    said: Float64Array | None,
) -> Evaluation:
    """The new model on the held-out reviews at hand, beside simpler ones.

    On no others, however few these are: a score is of answers that this very model gave.
    """
    held_out, scale = prepared.held_out, prepared.bundle.info.scale
    commonest = provenance.commonest(scale.labels)
    answers = {always(scale.labels[commonest]): np.full(len(held_out), commonest)}
    if said is not None:
        answers[REGRESSION] = said.argmax(axis=1)
    return evaluate(
        apply_cross_fitted_temperature(learned.after, held_out.rating_indices, CALIBRATED),
        held_out.rating_indices,
        scale,
        model=prepared.bundle.name,
        baselines=answers,
        text_of=prepared.held_out.text_of,
    )


def _statistics(prepared: PreparedUpdate, arrays: dict[str, Float32Array]) -> GateStatistics:
    """Of the words of the held-out reviews, where as many are here as the old model had."""
    if not prepared.knows_old_held_out:
        return prepared.bundle.gate_statistics
    model = replace(prepared.bundle.info.model, vocab_size=len(prepared.vocabulary))
    return gather_gate_statistics(
        prepared.held_out.corpus,
        network_weights(arrays),
        model,
        prepared.vocabulary,
        prepared.ratings,
    )


def _provenance(prepared: PreparedUpdate) -> Provenance:
    """What the old model learned from and the new reviews: counts are sums."""
    before, new, split = prepared.bundle.info.provenance, prepared.new, prepared.split
    fresh = prepared.fresh
    lengths = fresh.corpus.lengths
    shortest, longest = int(lengths.min()), int(lengths.max())
    if before.lengths is not None:
        shortest, longest = min(shortest, before.lengths[0]), max(longest, before.lengths[1])
    counted = np.bincount(fresh.rating_indices, minlength=len(prepared.ratings)).tolist()
    labels = prepared.bundle.info.scale.labels
    added = dict(zip(labels, counted, strict=True))
    counts = Counter(before.counts)
    counts.update(added)
    offered = Counter(before.offered)
    offered.update(added)
    skipped = Counter(before.skipped or {})
    skipped.update({one.reason: one.count for one in new.skipped})
    files = tuple(file_name(source.name) for source in new.sources)
    columns = [
        (s.text_columns[0] if len(s.text_columns) == 1 else s.text_columns) for s in new.sources
    ]
    fingerprints = f"{before.fingerprint} {new.fingerprint}"
    update = Update(files, now(), len(fresh), prepared.num_replayed, len(split.held_out))
    return replace(
        before,
        files=(*before.files, *files),
        text_columns=(*before.text_columns, *columns),
        rating_columns=(*before.rating_columns, *(s.rating_column for s in new.sources)),
        fingerprint=hashlib.sha256(fingerprints.encode()).hexdigest(),
        training=before.training + len(fresh),
        counts={label: counts[label] for label in labels},
        offered=None if before.offered is None else {label: offered[label] for label in labels},
        reviews=(before.reviews or 0) + len(fresh) + len(split.held_out) + split.num_left_out,
        validation=(before.validation or 0) + len(split.held_out),
        read_by_base=prepared.num_read_by_base,
        left_out=(before.left_out or 0) + split.num_left_out,
        skipped=dict(skipped),
        lengths=(shortest, longest),
        updates=(*before.updates, update),
    )
