"""What ``lstm update`` shows: what is known already, a bar, and the receipt."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from lstm_cli.data.showing import count
from lstm_cli.results import Change, Receipt
from lstm_cli.results.updating import FEWEST, MOST_ERRORS, MOST_ERRORS_OF_PART
from lstm_cli.views.adding_up import apart, signed
from lstm_cli.views.computing import say_where
from lstm_cli.views.console import LINE, plain_table, say, show_table, visible
from lstm_cli.views.reviews import lines_about
from lstm_cli.views.training import TrainingProgress

if TYPE_CHECKING:
    from lstm_cli.data.reviews import ReviewsSummary
    from lstm_cli.pipeline.update_preparation import PreparedUpdate
    from lstm_cli.pipeline.updating import Updated

# Held-out reviews: of fewer, a change of ten points of accuracy is hardly told from none.
FEW = 100
_REPLACE_ALL_THE_SAME = "to replace it all the same, add --accept-worse"


class UpdateView:
    """Listens to an update.

    Args:
        console: where notes go.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = TrainingProgress(console, with_epochs=False)
        self.begin = self._progress.begin
        self.batch_done = self._progress.batch_done
        self.epoch_done = self._progress.epoch_done

    def read(self, new: "ReviewsSummary", old: "ReviewsSummary | None") -> None:
        """Show what was found in the files."""
        for line in lines_about(new):
            say(self.console, line)
        if old is not None:
            for line in lines_about(old):
                say(self.console, f"old: {line}")

    def prepared(self, prepared: "PreparedUpdate") -> None:
        """Show what the model knows already, and what it will read."""
        for line in lines_about_known(prepared):
            for part in textwrap.wrap(line, LINE):
                say(self.console, part)
        say_where(self.console, prepared.compute)

    @contextmanager
    def training(self) -> Iterator[None]:
        """A context with a bar."""
        with self._progress:
            yield


def lines_about_known(prepared: "PreparedUpdate") -> Iterator[str]:
    """What the model knows of the reviews, and what becomes of each, a sentence a line."""
    known, split = prepared.known, prepared.split
    name = visible(prepared.bundle.name, 24)
    learned, held_out = known.num_known_new
    if learned or held_out:
        yield (
            f"of the new reviews {name} has learned from {learned:,} already, and {held_out:,} "
            "were held out for it and stay held out"
        )
    if split.num_left_out:
        yield (
            f"{count(split.num_left_out, 'review')} left out that would give a held-out one away: "
            "a part of it, or the whole of which it is a part"
        )
    if known.num_twice:
        yield f"{count(known.num_twice, 'old review')} passed over: the new ones hold them too"
    if known.num_strangers:
        yield (
            f"{count(known.num_strangers, 'old review')} passed over: {name} neither learned from "
            "them nor had them held out; to learn from them, give them as new ones"
        )
    if split.num_of_base:
        yield (
            f"{count(split.num_of_base, 'new review')} of {len(known.new):,} not held out: a base "
            f"of {name} has read {'it' if split.num_of_base == 1 else 'them'} before, and would "
            "flatter both models"
        )
    if split.num_edited:
        holds = "it holds or is" if split.num_edited == 1 else "they hold or are"
        yield (
            f"{count(split.num_edited, 'new review')} of {len(known.new):,} not held out: {holds} "
            f"part of a review that {name} has learned from"
        )
    yield (
        f"{prepared.num_fresh:,} to learn from, {len(split.held_out):,} more held out; "
        f"{count(prepared.num_replayed, 'old one')} replayed"
    )
    before = prepared.bundle.info.provenance.validation or 0
    here = int(prepared.were_held_out.sum())
    if before and here < before:
        which = "none" if not here else f"only {here:,}"
        how = "--replay FILE brings them"
        if prepared.old is not None:
            how = f"--replay holds {'no more of them' if here else 'none of them'}"
        yield (
            f"{which} of the {count(before, 'review')} held out for {name} before "
            f"{'are' if here > 1 else 'is'} here, so that what it forgets is "
            f"{'measured on few' if here else 'not measured'}; {how}"
        )


def show_receipt(console: Console, updated: "Updated") -> None:
    """Print old against new, and which of them is in use."""
    receipt, name = updated.receipt, visible(updated.path.name, 24)
    console.print()
    table = plain_table("receipt", "before", "after", "difference (95 % interval)", right=(1, 2))
    parts = {
        "held out before": receipt.held_out_before,
        "held out now": receipt.held_out_now,
    }
    both = {title: part for title, part in parts.items() if part is not None}
    if len(both) == 2:
        both["all held out"] = receipt.all
    for title, change in both.items():
        table.add_row(f"{title} ({change.n:,})", *_accuracy_cells(change))
    for label, change in receipt.per_rating.items():
        table.add_row(
            Text(f"  rating {visible(label, 16)} ({change.n:,})"), *_accuracy_cells(change)
        )
    before, after = receipt.all.mae
    table.add_row("mean error", f"{before:.3f}", f"{after:.3f}", signed(apart(before, after, 3), 3))
    before, after = receipt.all.rps
    error = f"{signed(apart(before, after, 3), 3)} (standard error {receipt.all.rps_error:.3f})"
    table.add_row("probability score", f"{before:.3f}", f"{after:.3f}", error)
    show_table(console, table)
    for line in textwrap.wrap(_legend(updated), LINE):
        say(console, line)
    console.print()
    for line in _verdict(updated, name):
        say(console, line, style="bold")


def _legend(updated: "Updated") -> str:
    """What the receipt is of, and how to read it."""
    read, n = updated.prepared.num_read_by_base, updated.receipt.all.n
    measured = "Accuracy on reviews that neither has learned from."
    if read:
        measured = (
            "Accuracy on reviews that neither was trained or updated with. Careful: of these "
            f"{n:,} a base of both has read {read:,} before, so that both scores flatter, while "
            "their difference is of the same reviews."
        )
    return (
        f"{measured} The probability score is 0 for answers that are sure and right; it decides "
        "which of the two is better."
    )


def _accuracy_cells(change: Change) -> tuple[str, str, str]:
    accuracy = change.accuracy
    low, high = (100 * bound for bound in accuracy.interval)
    interval = "too few" if change.is_of_few else f"{low:+.1f} to {high:+.1f}"
    before, after = 100 * accuracy.second, 100 * accuracy.first
    moved = signed(apart(before, after, 1), 1)
    return f"{before:.1f} %", f"{after:.1f} %", f"{moved} ({interval})"


def _verdict(updated: "Updated", name: str) -> Iterator[str]:
    """Which of the two is in use, why, and how to have it otherwise: a command on its own line."""
    receipt = updated.receipt
    if not receipt.can_decide:
        number = count(receipt.all.n, "held-out review")
        became = "is replaced, as accepted" if updated.is_replaced else "stays as it was"
        yield f"{number} cannot tell whether it is worse: {name} {became}"
        yield f"{FEWEST} can; {_more_to_measure_on(updated)}"
        yield _put_back(updated, name) if updated.is_replaced else _REPLACE_ALL_THE_SAME
        return
    if not updated.is_replaced:
        yield f"{_judged(receipt)}: {name} stays as it was"
        yield from _why_worse(receipt)
        yield from _few_decided(updated)
        yield _REPLACE_ALL_THE_SAME
        return
    judged = "not worse"
    if receipt.is_worse:
        judged = f"{_judged(receipt)}, as accepted"
    elif receipt.all.accuracy.interval[0] <= 0:
        judged = f"not worse, as far as {count(receipt.all.n, 'held-out review')} can tell"
    yield f"{judged}: {name} is replaced"
    for label in receipt.lost:
        before = receipt.given[label][0]
        are = receipt.per_rating[label].n if label in receipt.per_rating else 0
        yield (
            f"careful: it no longer rates any held-out review {visible(label, 16)} (before: "
            f"{before:,}; true rating of {are:,})"
        )
    if not receipt.can_tell_better:
        held_out = receipt.num_held_out_now
        number = "none" if not held_out else f"only {held_out}"
        were = "was" if held_out < 2 else "were"
        yield f"how much better it rates new reviews is unknown: {number} {were} held out"
    yield from _few_decided(updated)
    yield _put_back(updated, name)


def _few_decided(updated: "Updated") -> Iterator[str]:
    """That few reviews decided where there are more, and how they are brought."""
    prepared = updated.prepared
    if updated.receipt.all.n >= FEW or prepared.knows_old_held_out:
        return
    if prepared.old is None:
        yield "few held-out reviews decided: --replay FILE with the earlier ones makes it surer"
    else:
        yield "few held-out reviews decided: --replay does not hold all of the earlier ones"


def _more_to_measure_on(updated: "Updated") -> str:
    """Where more held-out reviews could come from."""
    if updated.prepared.knows_old_held_out:
        return "of more new reviews more are held out"
    if updated.prepared.old is None:
        return "--replay FILE with the earlier reviews brings those held out before"
    return "--replay with all that it was trained on brings those held out before"


def _why_worse(receipt: Receipt) -> Iterator[str]:
    """What a worse one lost, and how often one as good would seem as much worse by chance."""
    for label in receipt.forgotten:
        before, right = receipt.given[label][0], receipt.num_right_before(label)
        yield (
            f"the rating {visible(label, 16)} is lost: given {before:,} times before, {right:,} of "
            "them rightly, and never now"
        )
    if not receipt.has_worse_score:
        return
    errors, times = "two standard errors", "44"
    if receipt.all.errors_worse > MOST_ERRORS:
        errors, times = "one standard error", "six"
    yield f"its probability score is worse by more than {errors}, which decides;"
    yield f"chance alone makes it so about one time in {times}"


def _put_back(updated: "Updated", name: str) -> str:
    number = "" if updated.version is None else f" {updated.version.number}"
    return f"to put the old one back: lstm models restore {name}{number}"


def _judged(receipt: Receipt) -> str:
    """That it is worse, and on which reviews; or that it lost a rating, and is not."""
    if receipt.has_worse_score:
        return f"worse {_where(receipt)}"
    return "a rating is lost" if len(receipt.forgotten) == 1 else "ratings are lost"


def _where(receipt: Receipt) -> str:
    """On which reviews its score is worse."""
    if receipt.all.errors_worse > MOST_ERRORS:
        return "on the held-out reviews"
    before = receipt.held_out_before
    if before is not None and before.errors_worse > MOST_ERRORS_OF_PART:
        return "on the reviews held out before"
    return "on the reviews held out now"
