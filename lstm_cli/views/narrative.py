"""An explanation in sentences, each of which was measured."""

import textwrap

from rich.console import Console

from lstm_cli.gates.counterfactuals import DRAWS, MOST_TRIED
from lstm_cli.results import GateTrace, ImportantWord
from lstm_cli.views.console import percent, say, visible

LEAST_EFFECT = 0.05  # in rating points; a smaller effect gets no sentence
MOST_TURNS = 3
WIDTH = 79
FORGETS = 0.5  # share of the memory kept, on average over the units that have a say


def narrative(trace: GateTrace) -> list[str]:
    """The sentences: where the rating turned, which words made it, and how far to trust that."""
    if trace.explanation is None:
        return []
    sentences = [*_turns(trace), *_words(trace), *_forgetting(trace), *_faithfulness(trace)]
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
        return []
    last = turns[-MOST_TURNS:]
    listed = ", ".join(
        f"from {turn.before} to {turn.after} at {quoted(trace, turn.word)}" for turn in last
    )
    earlier = len(turns) - len(last)
    return [
        f"The rating turned {listed}"
        + (f", after {earlier} earlier turn{'s' * (earlier > 1)}." if earlier else ".")
    ]


def _words(trace: GateTrace) -> list[str]:
    assert trace.explanation is not None
    named, words = trace.explanation.named, trace.explanation.words
    against = [important.word for important in words if important.word not in named][:1]
    mentioned = [important for important in words if important.word in (*named, *against)]
    sentences = [
        _word(trace, important) for important in mentioned if abs(important.effect) >= LEAST_EFFECT
    ]
    if trace.words and not sentences:
        sentences.append(
            "No single word made this rating: without any one of them it stays the same."
        )
    return sentences


def _word(trace: GateTrace, important: ImportantWord) -> str:
    verb = "raised" if important.effect > 0 else "lowered"
    prediction = trace.prediction
    sentence = (
        f"{quoted(trace, important.word)} {verb} the rating by {abs(important.effect):.2f}: "
        f"without it the expected rating would be {important.expected_without:.2f} "
        f"instead of {prediction.expected_rating:.2f}"
    )
    if important.rating_without != prediction.rating:
        sentence += f", and the rating {important.rating_without} instead of {prediction.rating}"
    word = trace.words[important.word]
    if word.forget is None or word.retained is None:
        return sentence + "."
    if important.word:
        sentence += f". It kept {percent(word.forget)} of the memory it found"
    if important.word < len(trace.words) - 1:
        sentence += f"; {percent(word.retained)} of what it wrote is there at the end"
    return sentence + "."


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
        f"Deleting {', '.join(names[:-1])} and {names[-1]} moves the rating by "
        f"{explanation.moved:.2f}; three words at random move it by "
        f"{explanation.moved_at_random:.2f} (mean of {DRAWS} draws)."
    ]
