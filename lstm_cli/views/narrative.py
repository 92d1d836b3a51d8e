"""An explanation in sentences, each of which was measured."""

import textwrap

from rich.console import Console

from lstm_cli.gates.counterfactuals import DRAWS, MOST_TRIED
from lstm_cli.results import GateTrace, ImportantWord
from lstm_cli.views.console import percent, say, visible
from lstm_cli.views.routes import ROUTES, SHORT, ends_of

# As shares of the scale's span, 4 where ratings go from 1 to 5: the least effect that gets a
# sentence, and how far a rating that turned at no word has to go to be told so.
LEAST_EFFECT, DRIFT = 1 / 40, 1 / 16
LEAST_MARGIN = 0.1  # of what a word wrote; a smaller one gets no route
MOSTLY = 0.6  # share of it by one route
MOST_TURNS = 3
MOST_IDLE = 2
WIDTH = 79
FORGETS = 0.5  # share of the memory kept, on average over the units that have a say


def narrative(trace: GateTrace) -> list[str]:
    """The sentences: where the rating turned, which words made it, and how far to trust that."""
    if trace.explanation is None:
        return []
    sentences = [
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
        say(console, textwrap.fill(sentence, WIDTH, subsequent_indent="  ", break_on_hyphens=False))


def quoted(trace: GateTrace, word: int) -> str:
    """A word of the review in quotes, with its position from 1 if it occurs more than once."""
    token = trace.words[word].token
    is_twice = sum(other.token == token for other in trace.words) > 1
    return f'"{visible(token, 24)}"' + (f" (word {word + 1})" if is_twice else "")


def _turns(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    turns = trace.explanation.turns
    if not turns:
        moved = trace.prediction.expected_rating - trace.start_expected_rating
        if abs(moved) < DRIFT * trace.span:
            return []
        return [
            f"The rating turned at no single word: it went from {trace.start_expected_rating:.2f} "
            f"to {trace.prediction.expected_rating:.2f} little by little."
        ]
    most = sorted(turns, key=lambda turn: -abs(turn.lasting))[:MOST_TURNS]
    listed = [
        f"{'up' if turn.lasting > 0 else 'down'} at {quoted(trace, turn.word)} "
        f"({turn.before:.2f} to {turn.after:.2f})"
        for turn in turns
        if turn in most
    ]
    return [f"The rating turned {_joined(listed)}; no later word took that back."]


def _words(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    words = trace.explanation.words
    named = [important for important in words if important.word in trace.explanation.named]
    pull = sum(important.effect for important in named)
    against = [important for important in words if important.effect * pull < 0][:1]
    # A word that moved the rating furthest is asked for, even if its deletion changes little.
    movers = sorted(words, key=lambda word: -abs(trace.words[word.word].contribution))[:1]
    mentioned = sorted(
        (important for important in words if important in (*named, *against, *movers)),
        key=lambda important: important.word,
    )
    sentences = [
        _word(trace, important)
        for important in mentioned
        if max(abs(important.effect), abs(trace.words[important.word].contribution))
        >= LEAST_EFFECT * trace.span
    ]
    if trace.words and not sentences:
        sentences.append(
            "No single word made this rating: without any one of them it hardly changes."
        )
    return sentences


def _word(trace: GateTrace, important: ImportantWord) -> str:
    """One word: what reading it did, what leaving it out does, and the way it took."""
    word, prediction = trace.words[important.word], trace.prediction
    name = quoted(trace, important.word)
    whole, without = prediction.expected_rating, important.expected_without
    read, deleted = word.contribution, -important.effect
    least = LEAST_EFFECT * trace.span
    if abs(read) < least:
        sentence = f"{name} hardly moved the rating when it was read"
    else:
        sentence = f"{name} {_moved(read)} the rating by {abs(read):.2f} when it was read"
    is_parted = read * deleted > 0 and min(abs(read), abs(deleted)) >= least
    if abs(deleted) < least:
        sentence += f"; without it the rating would hardly differ ({without:.2f})"
    else:
        sentence += ", and yet " if is_parted else "; "
        sentence += f"without it the rating would be {'higher' if deleted > 0 else 'lower'}, "
        sentence += f"{without:.2f} instead of {whole:.2f}"
    if important.rating_without != prediction.rating:
        sentence += f" (likeliest {important.rating_without} instead of {prediction.rating})"
    if is_parted:
        sentence += ": it also changes how the words around it are read"
    return f"{sentence}.{_way(trace, important)}"


def _way(trace: GateTrace, important: ImportantWord) -> str:
    """What became of what a word wrote, and by which route the readout sees it."""
    word, routes = trace.words[important.word], important.routes
    if word.retained is None or routes is None:
        return ""
    is_last = important.word == len(trace.words) - 1
    left = (
        ""
        if is_last
        else f" {percent(word.retained)} of what it wrote is left in the long-term memory."
    )
    whole = sum(routes.values())
    highest, lowest = ends_of(trace)
    if abs(whole) < LEAST_MARGIN:
        return f"{left} It wrote little that speaks for {highest} or {lowest}."
    for_which = highest if whole > 0 else lowest
    if abs(important.effect) >= LEAST_EFFECT * trace.span and whole * important.effect < 0:
        return (
            f"{left} What it wrote speaks for {for_which} ({whole:+.2f}): so it works by what the "
            "gates do with other words because of it."
        )
    if len(routes) == 1:
        return f"{left} What it wrote speaks for {for_which} ({whole:+.2f})."
    route = max(routes, key=lambda name: routes[name] * whole)
    if MOSTLY <= routes[route] / whole <= 1:
        how = f"mostly through {ROUTES[route]} ({routes[route]:+.2f} of {whole:+.2f})"
    else:
        parts = [f"{SHORT[name]} ({part:+.2f})" for name, part in routes.items()]
        how = f"through {_joined(parts)}"
    return f"{left} What it wrote speaks for {for_which}, {how}."


def _moved(change: float) -> str:
    return "raised" if change > 0 else "lowered"


def _joined(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _idle(trace: GateTrace) -> list[str]:
    """Words that say much, and came when all was said."""
    assert trace.explanation is not None
    sentences = []
    for idle in trace.explanation.idle[:MOST_IDLE]:
        before = trace.words[idle.word - 1].expected_rating if idle.word else None
        at = trace.start_expected_rating if before is None else before
        sentences.append(
            f"{quoted(trace, idle.word)} hardly moved the rating, which was {at:.2f} before it; as "
            f"the only word it would make it {idle.alone:.2f}."
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
    return [f"At {quoted(trace, place)} it kept least of the long-term memory: {percent(kept)}."]


def _faithfulness(trace: GateTrace) -> list[str]:
    explanation = trace.explanation
    if explanation is None or explanation.moved is None or explanation.moved_at_random is None:
        return []
    names = [quoted(trace, word) for word in explanation.named]
    effects = [word.effect for word in explanation.words if word.word in explanation.named]
    moves = "lowers" if min(effects) >= 0 else "raises" if max(effects) <= 0 else "moves"
    return [
        f"Deleting {_joined(names)} together {moves} the rating by {explanation.moved:.2f}; three "
        f"words at random move it by {explanation.moved_at_random:.2f} (mean of {DRAWS} draws)."
    ]
