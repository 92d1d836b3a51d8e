"""Scores beside those of simpler models, and the confusion matrix."""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import Difference, Evaluation, Scores, Trust
from lstm_cli.views.console import LINE, percent, plain_table, say, show_table, visible

CURVE_WIDTH = 40
TOO_FEW = "too few"  # the verdict of a ``Trust`` that passes none
UPSIDE_DOWN = -0.3  # kappa, to which no chance leads


def show_evaluation(
    console: Console,
    evaluation: Evaluation,
    cell: str,
    data: str,
    *,
    with_curve: bool = False,
    brief: bool = False,
    flattering: str = "",
) -> None:
    """Print how good the model is on some reviews, and whether a simpler one would do.

    Args:
        console: where results go.
        evaluation: what was measured.
        cell: "lstm" or "rnn", which names the model's row.
        data: what the reviews are, such as "855 held-out reviews".
        with_curve: draw the reliability curve as well, unless the reviews are too few for it.
        brief: leave out what the columns mean.
        flattering: why the scores are better than other reviews will find them, if they are.
    """
    low, high = evaluation.accuracy_interval
    console.print()
    say(console, f"{evaluation.model} on {data}", style="bold")
    table = plain_table(
        "", "accuracy", "within one", "mean error", "kappa", "macro F1", right=(1, 2, 3, 4, 5)
    )
    named = cell.upper() if cell == "lstm" else "plain RNN"
    for name, scores in {named: evaluation.scores, **evaluation.baselines}.items():
        table.add_row(name, *score_cells(scores), style="bold" if name == named else "")
    show_table(console, table)
    if flattering:
        say(console, textwrap.fill(flattering, LINE), "yellow")
    if not brief:
        show_legend(console)
    say(
        console,
        f"accuracy lies between {100 * low:.1f} and {100 * high:.1f} % (95 % interval)\n"
        + _calibration(evaluation.ece, evaluation.ece_by_chance, evaluation.trust),
    )
    if evaluation.scores.qwk < UPSIDE_DOWN:
        say(console, "kappa is far below 0: if 1 is the best rating of these, train with the order "
            'that you mean, such as --scale "5,4,3,2,1"', "yellow")  # fmt: skip
    if evaluation.has_places:
        say(console, "the mean error counts places on the scale")
    if evaluation.word_order is not None and evaluation.trust.verdict != TOO_FEW:
        _say_wrapped(console, _word_order(evaluation.word_order))
    for name, scores in evaluation.baselines.items():
        if _is_as_good(scores, evaluation.scores):
            say(console, f"{name} does as well here: the {named} is not worth its time")
            break
    if evaluation.unseen_ratings:
        unseen = ", ".join(f"{rating} ({n:,})" for rating, n in evaluation.unseen_ratings.items())
        say(console, f"ratings the model has never seen, counted as wrong: {unseen}", "yellow")
    show_confusion(console, evaluation)
    if with_curve and evaluation.trust.verdict != TOO_FEW:
        show_reliability(console, evaluation)
    console.print()
    _say_wrapped(console, _percentages(evaluation.trust))


def show_legend(console: Console) -> None:
    """Print what the columns of scores mean."""
    say(console, _LEGEND, style="dim")


_LEGEND = """\
within one: at most one off. mean error: how far off. kappa: agreement; 0 is
chance, 1 is perfect, and far misses count most. macro F1: how well a rating is
told from the others, on average over the ratings, however rare."""


def _say_wrapped(console: Console, text: str) -> None:
    say(console, textwrap.fill(text, LINE))


# What is added to the calibration error. By the verdict of a ``Trust``.
_ADDED = {
    "as sure as right": "",
    "too sure": "; too sure of itself",
    "not sure enough": "; not sure enough",
    "uneven": ", in parts",
}


def _calibration(error: float, by_chance: float, trust: Trust) -> str:
    """The calibration error beside what chance gives, and the verdict.

    Above what chance gives on average stands how far it goes, or the figures and the verdict
    would seem to contradict each other.

    >>> _calibration(0.092, 0.077, Trust("as sure as right", 0.7, None, 0.1214))
    'calibration error 0.092, no more than chance gives (0.077, seldom over 0.121)'
    >>> _calibration(0.126, 0.151, Trust("as sure as right", 0.7, None, 0.243))
    'calibration error 0.126, no more than chance gives (0.151)'
    >>> _calibration(0.152, 0.077, Trust("too sure", 0.7, None, 0.1214))
    'calibration error 0.152, more than chance gives (0.077, seldom over 0.121); too sure of itself'
    """
    if trust.verdict == TOO_FEW or trust.most_by_chance is None:
        return f"calibration error {error:.3f}; chance alone gives {by_chance:.3f}"
    is_more = error > trust.most_by_chance and trust.verdict != "as sure as right"
    more = "more" if is_more else "no more"
    limit = f", seldom over {trust.most_by_chance:.3f}" if error > by_chance else ""
    chance = f"{more} than chance gives ({by_chance:.3f}{limit})"
    return f"calibration error {error:.3f}, {chance}{_ADDED[trust.verdict]}"


def _verdict(evaluation: Evaluation) -> str:
    """What the reliability chart shows, in a sentence."""
    trust = evaluation.trust
    sure, right = 100 * trust.confidence, 100 * evaluation.scores.accuracy
    said = f"on average it says {sure:.1f} % and is right on {right:.1f} %"
    return {
        "as sure as right": f"It seems as sure as it is right: {said}; chance alone may explain "
        "the gap.",
        "too sure": f"It is too sure of itself: {said}, more than chance explains.",
        "not sure enough": f"It is right more often than it says: {said}, more than chance "
        "explains.",
        "uneven": f"On the whole it is as sure as it is right ({said}), but in some parts surer or "
        "less sure, by more than chance explains.",
    }[trust.verdict]


def _percentages(trust: Trust) -> str:
    """``When it says 80 %, it is right 76 to 84 times of 100``, or that nobody can tell.

    >>> from lstm_cli.results import StatedPercentage
    >>> checked = StatedPercentage(stated=0.8, n=400, right=0.8, interval=(0.758, 0.836))
    >>> _percentages(Trust("as sure as right", 0.7, checked))
    'When it says 80 %, it is right 76 to 84 times of 100 (95 % interval, 400 such answers).'
    """
    checked = trust.checked
    if trust.verdict == TOO_FEW:
        return "These are too few reviews to check its percentages."
    if checked is None:
        return "Too few of its answers are near 60, 70, 80 or 90 % to check any of these figures."
    low, high = (round(100 * bound) for bound in checked.interval)
    return (
        f"When it says {percent(checked.stated)}, it is right {low} to {high} times of 100 "
        f"(95 % interval, {checked.n:,} such answers)."
    )


def _is_as_good(scores: Scores, others: Scores) -> bool:
    """Whether accuracy and kappa are both as high.

    Where most ratings are the same, always predicting that one is accurate, and worthless.

    >>> import dataclasses
    >>> model = Scores(n=100, accuracy=0.70, within_one=0.8, mae=0.5, qwk=0.6, macro_f1=0.5)
    >>> _is_as_good(dataclasses.replace(model, accuracy=0.72, qwk=0.0), model)
    False
    """
    return scores.accuracy >= others.accuracy and scores.qwk >= others.qwk


def show_confusion(console: Console, evaluation: Evaluation) -> None:
    """Print counts, a row per true rating and a column per predicted one, and scores per rating."""
    console.print()
    say(console, "true rating down, predicted rating across")
    num_ratings = len(evaluation.ratings)
    columns = range(1, num_ratings + 4)
    names = [visible(rating, 16) for rating in evaluation.ratings]
    table = plain_table("", *names, "precision", "recall", "F1", right=(0, *columns))
    for place, (rating, row) in enumerate(
        zip(evaluation.per_rating, evaluation.confusion, strict=True)
    ):
        cells = [
            Text(f"{count:,}", style="bold" if column == place else "")
            for column, count in enumerate(row)
        ]
        shares = (percent(share) for share in (rating.precision, rating.recall, rating.f1))
        table.add_row(Text(visible(rating.rating, 24), style="dim"), *cells, *shares)
    show_table(console, table)


def show_reliability(console: Console, evaluation: Evaluation) -> None:
    """Print the reliability curve: confidence and accuracy in ten parts of equal size."""
    console.print()
    say(console, "from the least sure tenth of the answers to the surest: ░ how sure, █ how right")
    for part in evaluation.reliability:
        say(
            console,
            f"{percent(part.confidence):>6} sure  {_beside(part.confidence, part.accuracy)}  "
            f"{percent(part.accuracy):>5} right",
        )
    _say_wrapped(console, _verdict(evaluation))


def _beside(sure: float, right: float) -> str:
    """Draw confidence and accuracy on one line, in fortieths: accuracy solid, the excess dotted.

    >>> _beside(0.5, 0.25).rstrip()
    '██████████░░░░░░░░░░'
    """
    full, reach = round(CURVE_WIDTH * right), round(CURVE_WIDTH * max(sure, right))
    mark = round(CURVE_WIDTH * sure)
    line = "█" * full + "░" * (reach - full)
    # Where accuracy exceeds confidence, a mark inside the bar shows the confidence.
    if mark < full:
        line = line[:mark] + "│" + line[mark + 1 :]
    return line.ljust(CURVE_WIDTH)


def _word_order(difference: Difference) -> str:
    low, high = (100 * end for end in difference.interval)
    interval = f"(95 % interval {low:+.1f} to {high:+.1f})"
    if low > 0:
        worth = f"{100 * difference.worth:.1f} points"
        return f"word order is worth {worth} here, which shuffling the words costs {interval}"
    costs = "shuffling the words costs too little"
    return f"word order is worth nothing measurable here: {costs} {interval}"


def score_cells(scores: Scores) -> tuple[str, ...]:
    """The cells that follow the name in a table of scores."""
    return (
        f"{100 * scores.accuracy:.1f} %",
        f"{100 * scores.within_one:.1f} %",
        f"{scores.mae:.3f}",
        f"{scores.qwk:.3f}",
        f"{scores.macro_f1:.3f}",
    )
