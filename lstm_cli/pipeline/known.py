"""What a model knows of reviews already: which it learned from, which were held out for it.

People export everything. So the rows of one file may be new, or be known and serve as old ones;
and what was once held out stays held out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.seen import Seen, text_key
from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.splits import hold_out, split_at
from lstm_cli.results.updating import FEWEST

# Of fewer new reviews none is held out where old ones can measure: one of each rating would be
# a quarter of twenty.
FEWEST_TO_HOLD_OUT_OF = 30
# Of the new reviews that no base has read, where there are others: the rest has to teach.
MOST_HELD_OUT = 0.5


@dataclass(frozen=True)
class KnownReviews:
    """Rows of new and old files, by what a model knows of them. Places in all rows, in order."""

    new: NDArray[np.int64]  # of new files, not known to the model
    learned: NDArray[np.int64]  # it learned from, whichever file they stand in
    held_out: NDArray[np.int64]  # were held out for it
    num_twice: int  # rows of old files whose text stands in a new file, too; passed over
    num_strangers: int  # rows of old files that are not known to the model; passed over
    num_known_new: tuple[int, int]  # rows of new files: learned from already, held out already
    is_of_base: NDArray[np.bool_]  # a base of the model learned from the row's text. (all rows,)

    @classmethod
    def of(cls, tokenized: TokenizedReviews, num_new: int, seen: Seen) -> "KnownReviews":
        """Sort the rows.

        Args:
            tokenized: the rows of new files, then those of old ones.
            num_new: how many are of new files.
            seen: what the model knows.
        """
        keys = list(map(text_key, tokenized.words()))
        is_new_file = np.arange(len(keys)) < num_new
        was_learned = Seen(seen.parts[:1]).learned_keys(keys)
        was_held_out = seen.held_out_keys(keys) & ~was_learned
        in_new_files = set(keys[:num_new])
        is_twice = np.array([key in in_new_files for key in keys]) & ~is_new_file
        is_known = was_learned | was_held_out
        return cls(
            new=np.flatnonzero(is_new_file & ~is_known),
            learned=np.flatnonzero(was_learned & ~is_twice),
            held_out=np.flatnonzero(was_held_out & ~is_twice),
            num_twice=int(is_twice.sum()),
            num_strangers=int((~is_new_file & ~is_known & ~is_twice).sum()),
            num_known_new=(
                int((was_learned & is_new_file).sum()),
                int((was_held_out & is_new_file).sum()),
            ),
            is_of_base=seen.learned_keys(keys) & ~was_learned,
        )


@dataclass(frozen=True)
class NewSplit:
    """The new reviews: places in all rows."""

    training: NDArray[np.int64]
    held_out: NDArray[np.int64]
    num_left_out: int  # tell of a review that is held out, of which they are a part or a whole
    num_of_base: int  # are not held out, for a base of the model has learned from them
    num_edited: int  # are not held out, for they hold one that was learned from, or are part of it


def split_new(
    known: KnownReviews,
    tokenized: TokenizedReviews,
    rating_indices: NDArray[np.int64],
    share: float,
    seed: int,
) -> NewSplit:
    """Hold a share of the new reviews out, and enough to decide where no old ones are at hand.

    Nothing is held out that a base of the model learned from, or that holds or is part of a review
    at hand that the model learned from, as one does to which its writer has added a line: what
    others there are is held out in its place, at most half of it. And nothing is learned that a
    held-out review at hand tells of.

    Args:
        known: which are new.
        tokenized: all rows.
        rating_indices: places of their ratings. (all rows,)
        share: to hold out, 0..1.
        seed: decides which.
    """
    corpus = tokenized.corpus
    beside = np.concatenate([known.new, known.held_out])
    free = known.new[split_at(corpus.select(beside), len(known.new)).training]
    is_of_base = known.is_of_base[free]
    is_edited = np.zeros(len(free), dtype=bool)
    beside = np.concatenate([free, known.learned])
    is_edited[split_at(corpus.select(beside), len(free)).left_out] = True
    is_edited &= ~is_of_base
    is_read = is_of_base | is_edited
    unread, read = free[~is_read], free[is_read]
    why_read = int(is_of_base.sum()), int(is_edited.sum())
    are_few = len(free) < FEWEST_TO_HOLD_OUT_OF
    if not len(unread) or (are_few and len(known.held_out)):
        return NewSplit(free, free[:0], len(known.new) - len(free), *why_read)
    wanted = share * len(free)
    if not (are_few or len(known.held_out)):
        wanted = max(wanted, FEWEST)
    if len(read):
        wanted = min(wanted, MOST_HELD_OUT * len(unread))
    rng = np.random.default_rng(seed)
    split = hold_out(corpus.select(unread), rating_indices[unread], wanted / len(unread), rng)
    training, held_out = unread[split.training], unread[split.validation]
    if len(read):
        training = np.sort(np.concatenate([training, read]))
        both = corpus.select(np.concatenate([training, held_out]))
        training = training[split_at(both, len(training)).training]
    num_left_out = len(known.new) - len(training) - len(held_out)
    return NewSplit(training, held_out, num_left_out, *why_read)
