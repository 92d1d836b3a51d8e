"""The bear and the picture: two small cells that ship."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_cli.errors import RequestError
from lstm_cli.gates.story import (
    ALL_HINTS,
    ANIMALS,
    CELLS,
    CHANCES,
    EVENTS,
    LITTLE,
    MEASURED,
    Cut,
    story_cells,
    tell,
)
from tests.helpers import HEAVY, lstm, packages_loaded_by
from tests.make_story import Cell, scenes, share_right

STORY = ("bear", "tree", "squirrel", "fish", "?")


def test_the_hint_lasts_in_one_and_dies_in_the_other() -> None:
    """As the notes have it: dog, says who forgot the bear."""
    told = tell(STORY)
    for cell, animal in (("rnn", "dog"), ("lstm", "wolf")):
        end = told.answers[cell][-1]
        assert max(end, key=lambda name: end[name]) == animal
        assert sum(end.values()) == pytest.approx(1)
    left = {cell: shares[-1] for cell, shares in told.hint_left.items()}
    assert left["rnn"] < 0.1
    assert left["lstm"] > 0.9


def test_the_figures_shown_are_those_of_new_scenes() -> None:
    """Drawn here, by a seed that no training had."""
    found = {name: share_right(name) for name in CELLS}
    assert found == MEASURED
    assert found["lstm"] >= 0.95


def test_the_cells_are_those_of_torch() -> None:
    """Every answer at a picture, read by the kernels that were trained."""
    for name in CELLS:
        network, cell = Cell(name), story_cells()[name]
        kernel = network.cell
        with torch.no_grad():
            network.embedding.weight.copy_(torch.tensor(cell.embedding))
            kernel.weight_ih_l0.copy_(torch.tensor(cell.cell.event))
            kernel.weight_hh_l0.copy_(torch.tensor(cell.cell.short_term))
            kernel.bias_ih_l0.copy_(torch.tensor(cell.cell.bias))
            kernel.bias_hh_l0.zero_()
            network.readout.weight.copy_(torch.tensor(cell.readout))
            network.readout.bias.copy_(torch.tensor(cell.bias))
            ids = torch.tensor([[EVENTS.index(event) for event in STORY]])
            expected = network(ids).softmax(1)[0]
        said = list(tell(STORY).answers[name][-1].values())
        np.testing.assert_allclose(said, expected, atol=1e-5)


def test_scenes_are_drawn_as_it_says() -> None:
    """The picture by itself is a dog in 78 of 100; and the hint that counts is far back."""
    rng = np.random.default_rng(5)
    events, told_by = scenes(rng, 20_000, 30)
    chances = np.array(CHANCES)[told_by].mean(axis=0)
    assert dict(zip(ANIMALS, chances.round(2), strict=True)) == {
        "wolf": pytest.approx(0.14, abs=0.02),
        "dog": pytest.approx(0.78, abs=0.02),
        "goldfish": pytest.approx(0.06, abs=0.02),
        "bear": pytest.approx(0.02, abs=0.01),
    }
    assert (events[:, -1] == EVENTS.index("?")).all()
    assert not (events[:, -21:-1] < 9).any()  # nine hints, none of them in the last 20 events


def test_a_cut_loses_what_was_carried() -> None:
    """Without its long-term memory the LSTM knows less of the bear; before the cut the same."""
    whole, cut = tell(STORY), tell(STORY, [Cut.parse("long-term@3"), Cut.parse("short-term@3")])
    assert cut.answers["lstm"][:3] == whole.answers["lstm"][:3]
    assert cut.answers["lstm"][-1]["wolf"] < 0.5 < whole.answers["lstm"][-1]["wolf"]
    assert cut.hint_left["lstm"][2] > 0.9  # the memory is lost after this event
    assert cut.hint_left["lstm"][3:] == cut.hint_left["rnn"][3:] == (0, 0)
    one = tell(STORY, [Cut.parse("long-term@1")])
    assert one.hint_left["lstm"][0] == 1
    assert 0 < one.hint_left["lstm"][1] < 1  # what the short-term memory carried on
    again = tell(STORY[3:])  # who has lost both has seen nothing
    for cell in CELLS:
        assert cut.answers[cell][-1] == again.answers[cell][-1]


def test_the_command_shows_and_draws_it() -> None:
    """In 80 columns; the page needs no network."""
    shown = lstm("story", *STORY, "--cut", "short-term@2").stdout
    assert "The plain RNN says dog" in shown
    assert "The LSTM says wolf" in shown
    assert "✂ short-term" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert lstm("story").stdout == lstm("story", *STORY).stdout
    done = lstm("story", *STORY, "--html", "story.html")
    assert done.exit_code == 0, done.stderr
    page = Path("story.html").read_text("utf-8")
    assert "What is left of the hint" in page
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://(?!www\.w3\.org)", page)
    found = json.loads(lstm("story", *STORY, "--json").stdout)
    assert found["answers"]["lstm"][-1]["wolf"] == tell(STORY).answers["lstm"][-1]["wolf"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["dragon"], "no event 'dragon'; the cells know bear"),
        (["bear", "--cut", "ltm@1"], "write long-term@3"),
        (["bear", "--cut", "long-term@" + "9" * 5_000], "write long-term@3"),
        (["bear", "?", "--cut", "long-term@2"], "nothing is carried on from the last"),
        (["--html", "x.html", "--json"], "--html goes without --json"),
    ],
)
def test_what_cannot_be_told_is_one_line(arguments: list[str], problem: str) -> None:
    """And says what can."""
    done = lstm("story", *arguments)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_hint_no_trace() -> None:
    """There is nothing to have left of it."""
    told = tell(["tree", "?"])
    assert told.hint is None
    assert told.hint_left == {}
    with pytest.raises(RequestError):
        Cut.parse("long-term@0")


def test_it_answers_without_torch() -> None:
    """In under a second, cold."""
    code = "from lstm_cli.gates.story import tell\ntell(['bear', '?'])"
    assert packages_loaded_by(code).isdisjoint(HEAVY)


def test_who_lost_both_memories_is_not_said_to_carry_anything_on() -> None:
    """Of a hint whose memories were both cut, 0 % is left; of one cut, a part is."""
    both = lstm("story", *STORY, "--cut", "short-term@1", "--cut", "long-term@1").stdout
    assert "loses both memories after event 1" in " ".join(both.split())
    assert "carries on a part" not in " ".join(both.split())
    one = lstm("story", *STORY, "--cut", "long-term@1").stdout
    assert "carries on a part" in " ".join(one.split())


def test_a_second_hint_is_told_of() -> None:
    """What is left is followed of the first alone."""
    said = " ".join(lstm("story", "cat", "bear", "tree", "?").stdout.split())
    assert 'told of the first hint, "cat"; "bear" is a hint, too' in said
    assert "first hint" not in lstm("story", *STORY).stdout


def test_the_rnn_says_what_the_picture_says_by_itself() -> None:
    """From three events after a hint on, whatever it was, as the sentence has it; not before."""
    by_itself, dog = CHANCES[-1][ANIMALS.index("dog")], []
    for hint in sorted(ALL_HINTS):
        for start in range(len(LITTLE) - 2):
            told = tell([hint, *LITTLE[start : start + 3], "?"])
            assert told.answers["rnn"][-1]["dog"] == pytest.approx(by_itself, abs=0.04)
        dog.append(tell([hint, "?"]).answers["rnn"][-1]["dog"])
    assert min(dog) < by_itself - 0.05


def test_an_unknown_event_is_shown_as_it_was_given() -> None:
    """An emoji as well, and nothing that a terminal would interpret."""
    assert "no event '\U0001f43b'" in lstm("story", "\U0001f43b").stderr
    assert "no event '\\x1b'" in lstm("story", "\x1b").stderr
