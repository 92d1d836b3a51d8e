"""An explanation in sentences, each of which was measured."""

import textwrap

from rich.console import Console

from lstm_cli.gates.counterfactuals import DRAWS, MOST_TRIED
from lstm_cli.results import GateTrace, ImportantWord, Turn
from lstm_cli.views.adding_up import apart, signed, together
from lstm_cli.views.console import LINE, percent, say, visible
from lstm_cli.views.routes import SHORT, ends_of

# As shares of the scale's span, 4 where ratings go from 1 to 5: the least effect that is told as
# one, and how far a rating that turned at no word has to go to be told so.
LEAST_EFFECT, DRIFT = 1 / 40, 1 / 16
LEAST_MARGIN = 0.1  # logits; what a word adds to less is not followed further
WHOLLY = 0.75  # share of what a word adds that it wrote itself
STANDS_IN = 1.5  # times as far as words move the rating one by one: they stand in for each other
FOR_GOOD = 0.8  # share of a turn that no later word took back
MOST_TURNS, MOST_UNDONE, MOST_IDLE, MOST_NAMED = 3, 2, 2, 2
FORGETS = 1 / 3  # share of the memory kept, on average over the units that have a say


def narrative(trace: GateTrace) -> list[str]:
    """The sentences: where the rating turned, which words made it, and how far to trust that."""
    if trace.explanation is None:
        return []
    sentences = [
        *_deciding(trace),
        *_turns(trace),
        *_words(trace),
        *_idle(trace),
        *_forgetting(trace),
        *_faithfulness(trace),
    ]
    if sentences and not trace.explanation.is_exact:
        sentences.append(
            f"Of this long review, the {MOST_TRIED} words whose reading moved the rating most "
            "were left out in turn."
        )
    return sentences


def show_narrative(console: Console, trace: GateTrace) -> None:
    """Print each sentence on a line of its own."""
    for sentence in narrative(trace):
        say(console, textwrap.fill(sentence, LINE, subsequent_indent="  ", break_on_hyphens=False))


def quoted(trace: GateTrace, word: int) -> str:
    """A word of the review in quotes, with its position from 1 if it occurs more than once."""
    token = trace.words[word].token
    is_twice = sum(other.token == token for other in trace.words) > 1
    return f'"{visible(token, 24)}"' + (f" (word {word + 1})" if is_twice else "")


def _deciding(trace: GateTrace) -> list[str]:
    """The word without which the rating would be furthest off, or that there is none."""
    explanation = trace.explanation
    assert explanation is not None
    if not explanation.words:
        return []
    first = explanation.words[0]
    if _decides(trace, first):
        return [
            f"The rating depends most on {quoted(trace, first.word)}: {_without(trace, first)}."
        ]
    moved, named = explanation.moved, explanation.named
    if moved is not None and moved >= DRIFT * trace.span:
        names = _joined([quoted(trace, word) for word in named])
        alone = sum(abs(word.effect) for word in explanation.words if word.word in named)
        stands_in = " Each stands in for the others." if moved > STANDS_IN * alone else ""
        return [
            f"No single word decides: without {names} together the rating would move by "
            f"{moved:.2f}.{stands_in}"
        ]
    if abs(first.effect) < LEAST_EFFECT * trace.span:
        return ["No single word decides: without any one of them the rating hardly changes."]
    return [
        "No single word decides: without any one of them the rating changes by at most "
        f"{abs(_if_deleted(trace, first)):.2f}."
    ]


def _decides(trace: GateTrace, important: ImportantWord) -> bool:
    """Whether a word is the one on which the rating depends most, and by far enough."""
    assert trace.explanation is not None
    is_first = important.word == trace.explanation.words[0].word
    return is_first and abs(important.effect) >= DRIFT * trace.span


def _without(trace: GateTrace, important: ImportantWord) -> str:
    """``without it the rating would be lower, 3.30 instead of 4.22 (likeliest 3)``"""
    prediction, without = trace.prediction, important.expected_without
    least = LEAST_EFFECT * trace.span
    if abs(important.effect) < least:
        said = f"without it the rating would hardly differ ({without:.2f})"
    else:
        said = f"without it the rating would be {'lower' if important.effect > 0 else 'higher'}, "
        said += f"{without:.2f} instead of {prediction.expected_rating:.2f}"
    if important.rating_without != prediction.rating:
        labels = list(trace.start)
        is_higher = labels.index(important.rating_without) > labels.index(prediction.rating)
        is_against = is_higher == (important.effect > 0) and abs(important.effect) >= least
        likeliest = "though the likeliest is" if is_against else "likeliest"
        said += f" ({likeliest} {important.rating_without} instead of {prediction.rating})"
    return said


def _if_deleted(trace: GateTrace, important: ImportantWord) -> float:
    """How the rating moves without a word, as the two are shown."""
    return apart(trace.prediction.expected_rating, important.expected_without)


def _turns(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    turns, undone = trace.explanation.turns, trace.explanation.undone
    sentences = []
    if turns:
        most = sorted(turns, key=lambda turn: -abs(turn.lasting))[:MOST_TURNS]
        listed = [_turned(trace, turn) for turn in turns if turn in most]
        sentences.append(f"The rating {_joined(listed)}.")
    elif trace.words:
        sentences.append(_turned_nowhere(trace))
    furthest = sorted(undone, key=lambda turn: -abs(turn.after - turn.before))[:MOST_UNDONE]
    if furthest:
        listed = [_turned(trace, turn, told_lasting=False) for turn in undone if turn in furthest]
        also = "also " if turns else ""
        sentences.append(f"It {also}{_joined(listed)}, most of which later words took back.")
    return sentences


def _turned_nowhere(trace: GateTrace) -> str:
    """Where it went if no word's change lasted, though one may have moved it far."""
    assert trace.explanation is not None
    start, end = trace.start_expected_rating, trace.prediction.expected_rating
    went = f"it went from {start:.2f} to {end:.2f}"
    if trace.explanation.undone:
        return f"No change of the rating at a single word lasted: {went}."
    by_little = " little by little" if abs(end - start) >= DRIFT * trace.span else ""
    return f"The rating turned at no single word: {went}{by_little}."


def _turned(trace: GateTrace, turn: Turn, *, told_lasting: bool = True) -> str:
    """``rose at "joy" (2.82 to 3.27, which lasted)``"""
    change = turn.after - turn.before
    lasting = ""
    if told_lasting:
        is_whole = abs(turn.lasting) >= FOR_GOOD * abs(change)
        lasting = ", which lasted" if is_whole else f", {abs(turn.lasting):.2f} of which lasted"
    return (
        f"{'rose' if change > 0 else 'fell'} at {quoted(trace, turn.word)} "
        f"({turn.before:.2f} to {turn.after:.2f}{lasting})"
    )


def _words(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    words = {important.word: important for important in trace.explanation.words}
    return [_word(trace, words[word]) for word in trace.explanation.mentioned]


def _word(trace: GateTrace, important: ImportantWord) -> str:
    """One word: what reading it did, what leaving it out does, and by what way."""
    name = quoted(trace, important.word)
    read, deleted = trace.words[important.word].contribution, -important.effect
    least = LEAST_EFFECT * trace.span
    if abs(read) < least:
        sentence = f"{name} hardly moved the rating when it was read"
    else:
        before, after = trace.expected_ratings[important.word : important.word + 2]
        by = abs(apart(before, after))
        sentence = f"{name} {_moved(read)} the rating by {by:.2f} when it was read"
    is_parted = read * deleted > 0 and min(abs(read), abs(deleted)) >= least
    if not _decides(trace, important):  # else it has been said
        sentence += f"{', and yet' if is_parted else ';'} {_without(trace, important)}"
    return f"{sentence}.{_way(trace, important)}"


def _way(trace: GateTrace, important: ImportantWord) -> str:
    """What a word adds by what it wrote, and what by how others are read because of it."""
    routes, whole = important.routes, important.margin
    if routes is None or abs(whole) < LEAST_MARGIN:
        return ""
    highest, lowest = ends_of(trace)
    written = sum(routes.values())
    # What raises the rating may speak against the highest, where those between the ends win.
    is_against = whole * important.effect < 0 and abs(important.effect) >= LEAST_EFFECT * trace.span
    alone = f"Between {lowest} and {highest} alone it" if is_against else "It"
    speaks = f" {alone} favours {highest if whole > 0 else lowest} ({signed(whole)})"
    if len(trace.words) == 1 or WHOLLY <= written / whole <= 2 - WHOLLY:
        mostly = "" if len(trace.words) == 1 else ", nearly all"
        return f"{speaks}{mostly} from what it wrote{_route(routes, written)}."
    own, rest = together([written, whole - written], whole)
    through = important.through[:MOST_NAMED]
    if len(trace.words) == 2:  # all of the rest is through the other one
        through = tuple((place, rest) for place, _ in through)
    others = _joined([f"{quoted(trace, place)} ({signed(more)})" for place, more in through])
    most = f", most of all {others}" if others else ""
    return (
        f"{speaks}: {signed(own)} from what it wrote{_route(routes, written)}, and {signed(rest)} "
        f"from how it changes the reading of other words{most}."
    )


def _route(routes: dict[str, float], written: float) -> str:
    """The memory through which the largest part of what a word wrote is seen."""
    if len(routes) == 1 or abs(written) < LEAST_MARGIN:
        return ""
    route = max(routes, key=lambda name: routes[name] * written)
    if routes[route] / written > 1:  # the others pull the other way
        return f" (through {SHORT[route]} alone it would be {signed(routes[route])})"
    share = "most of it" if routes[route] / written > 1 / 2 else "the largest part"
    return f" ({share} through {SHORT[route]}, {signed(routes[route])})"


def _moved(change: float) -> str:
    return "raised" if change > 0 else "lowered"


def _joined(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _idle(trace: GateTrace) -> list[str]:
    """Words that say much, and came when all was said."""
    assert trace.explanation is not None
    sentences = []
    for idle in trace.explanation.idle[:MOST_IDLE]:
        before = trace.words[idle.word - 1].expected_rating if idle.word else None
        at = trace.start_expected_rating if before is None else before
        sentences.append(
            f"{quoted(trace, idle.word)} hardly moved the rating, which was {at:.2f} before it; a "
            f"review of this word alone would be rated {idle.alone:.2f}."
        )
    return sentences


def _forgetting(trace: GateTrace) -> list[str]:
    later = [
        (word.forget, place)
        for place, word in enumerate(trace.words)
        if place and word.forget is not None
    ]
    if not later:
        return []
    kept, place = min(later)
    if kept > FORGETS:
        return []
    name, shown = quoted(trace, place), percent(kept)
    alike = sum(percent(other) == shown for other, _ in later)
    if alike > 1:
        return [
            f"The forget gate cleared most at {alike:,} words, {name} among them: it kept {shown} "
            "of the long-term memory."
        ]
    return [f"At {name} the forget gate cleared most: it kept {shown} of the long-term memory."]


def _faithfulness(trace: GateTrace) -> list[str]:
    explanation = trace.explanation
    if explanation is None or explanation.moved is None or explanation.moved_at_random is None:
        return []
    names = [quoted(trace, word) for word in explanation.named]
    effects = [word.effect for word in explanation.words if word.word in explanation.named]
    moves = "lowers" if min(effects) >= 0 else "raises" if max(effects) <= 0 else "moves"
    verdict = (
        ""
        if explanation.moved > explanation.moved_at_random
        else (" So no three words explain this rating.")
    )
    return [
        f"To check: deleting the three words that pull furthest one way, {_joined(names)}, {moves} "
        f"the rating by {explanation.moved:.2f}; three words at random move it by "
        f"{explanation.moved_at_random:.2f} (mean of {DRAWS} draws).{verdict}"
    ]
