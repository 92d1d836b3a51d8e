"""An explanation in sentences, each of which was measured."""

import textwrap

from rich.console import Console

from lstm_cli.gates.counterfactuals import DRAWS, MOST_TRIED
from lstm_cli.results import GateTrace, ImportantWord
from lstm_cli.views.console import percent, say, visible
from lstm_cli.views.routes import ROUTES, ends_of

LEAST_EFFECT = 0.05  # in rating points; a smaller effect gets no sentence
LEAST_MARGIN = 0.1  # of what a word wrote; a smaller one gets no route
DRIFT = 0.25  # in rating points; who has no turn and went further is told so
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
        say(console, textwrap.fill(sentence, WIDTH, subsequent_indent="  "))


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
        if abs(moved) < DRIFT:
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
    return [f"The rating turned {_joined(listed)}, and never went all the way back."]


def _words(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    words = trace.explanation.words
    named = [important for important in words if important.word in trace.explanation.named]
    pull = sum(important.effect for important in named)
    against = [important for important in words if important.effect * pull < 0][:1]
    mentioned = [important for important in words if important in (*named, *against)]
    sentences = [
        _word(trace, important) for important in mentioned if abs(important.effect) >= LEAST_EFFECT
    ]
    if trace.words and not sentences:
        sentences.append(
            "No single word made this rating: without any one of them it stays the same."
        )
    return sentences


def _word(trace: GateTrace, important: ImportantWord) -> str:
    """One word: what reading it did, what leaving it out does, and the way it took."""
    word, prediction = trace.words[important.word], trace.prediction
    name = quoted(trace, important.word)
    whole, without = prediction.expected_rating, important.expected_without
    read, deleted = word.contribution, -important.effect
    if abs(read) < LEAST_EFFECT:
        sentence = f"{name} moved nothing when it was read; without it the rating would be "
    else:
        sentence = f"{name} {_moved(read)} the rating by {abs(read):.2f} when it was read"
        sentence += ", and yet " if read * deleted > 0 else "; "
        sentence += "without it the rating would be "
    sentence += f"{'higher' if deleted > 0 else 'lower'}, {without:.2f} instead of {whole:.2f}"
    if important.rating_without != prediction.rating:
        sentence += f" ({important.rating_without} instead of {prediction.rating})"
    if read * deleted > 0 and abs(read) >= LEAST_EFFECT:
        sentence += ": it also changes how the words around it are read"
    return f"{sentence}.{_way(trace, important)}"


def _way(trace: GateTrace, important: ImportantWord) -> str:
    """What became of what a word wrote, and by which route the readout sees most of it."""
    word, routes = trace.words[important.word], important.routes
    if word.retained is None or routes is None:
        return ""
    is_last = important.word == len(trace.words) - 1
    left = "" if is_last else f" {percent(word.retained)} of what it wrote is there at the end."
    whole = sum(routes.values())
    if abs(whole) < LEAST_MARGIN:
        return left
    highest, lowest = ends_of(trace)
    # The route that says most in the direction of the whole.
    route = max(routes, key=lambda name: routes[name] * whole)
    part = routes[route]
    share = "" if len(routes) == 1 else f" ({part:+.2f} of {whole:+.2f})"
    return (
        f"{left} What it wrote speaks for {highest if whole > 0 else lowest}, mostly through "
        f"{ROUTES[route]}{share}."
    )


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
            f"{quoted(trace, idle.word)} moved nothing here, where the rating was {at:.2f} "
            f"already; as the only word it would make it {idle.alone:.2f}."
        )
    return sentences


def _forgetting(trace: GateTrace) -> list[str]:
    later = [
        (word.forget, place) for place, word in enumerate(trace.words) if place and word.forget
    ]
    if not later:
        return []
    kept, place = min(later)
    if kept > FORGETS:
        return []
    return [
        f"{quoted(trace, place)} made it forget most: "
        f"{percent(1 - kept)} of the long-term memory went."
    ]


def _faithfulness(trace: GateTrace) -> list[str]:
    explanation = trace.explanation
    if explanation is None or explanation.moved is None or explanation.moved_at_random is None:
        return []
    names = [quoted(trace, word) for word in explanation.named]
    return [
        f"Deleting {_joined(names)} together moves the rating by {explanation.moved:.2f}; three "
        f"words at random move it by {explanation.moved_at_random:.2f} (mean of {DRAWS} draws)."
    ]
