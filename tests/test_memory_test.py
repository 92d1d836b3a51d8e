"""RNN against LSTM: the experiment is fair, and its gradients are torch's."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_cli.core.cell import CellWeights
from lstm_cli.gates.memory_test import (
    HINTS,
    LITTLE,
    MemoryTestConfig,
    _draw,
    example_scenes,
    gradients_by_distance,
    memory_test,
    num_trainings,
)
from lstm_cli.results import CellMemory, MemoryTest
from lstm_cli.views.memory_verdicts import of_far, of_gradients, of_near
from tests.helpers import lstm

SMALL = MemoryTestConfig(hidden_size=4, steps=3, tested=8, repeats=2)


def test_a_scene_is_a_hint_then_little_then_the_question() -> None:
    """The answer stands at the start and nowhere else."""
    scenes, hints = _draw(7, 50, torch.Generator().manual_seed(0))
    assert scenes.shape == (50, 9)
    assert torch.equal(scenes[:, 0], hints)
    assert set(hints.tolist()) == set(range(len(HINTS)))
    between = scenes[:, 1:-1]
    assert between.min() >= len(HINTS)
    assert between.max() < len(HINTS) + len(LITTLE)
    assert len(set(scenes[:, -1].tolist())) == 1


@pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.RNN])
def test_slopes_are_those_of_torchs_own_cell(kind: type[torch.nn.RNN]) -> None:
    """|dloss/dSTM_t|: a small push on the memory after t moves the loss by gradient times push."""
    torch.manual_seed(0)
    cell = kind(3, 4, batch_first=True).double()
    events = torch.randn(1, 6, 3, dtype=torch.float64)
    weights = CellWeights(
        cell.weight_ih_l0.detach(),
        cell.weight_hh_l0.detach(),
        (cell.bias_ih_l0 + cell.bias_hh_l0).detach(),
    )
    gradients, of_long = gradients_by_distance(events, weights, lambda memories: memories[-1].sum())

    def after(step: int, push: torch.Tensor) -> float:
        """The loss where the short-term memory after ``step`` is pushed."""
        _, state = cell(events[:, : step + 1])
        state = (state[0] + push, state[1]) if kind is torch.nn.LSTM else state + push
        return float(cell(events[:, step + 1 :], state)[0][0, -1].detach().sum())

    for step in range(5):
        pushes = 1e-6 * torch.eye(4, dtype=torch.float64)
        found = [
            (after(step, push[None, None]) - after(step, -push[None, None])) / 2e-6
            for push in pushes
        ]
        assert gradients[5 - step] == pytest.approx(np.linalg.norm(found), rel=1e-4)
    assert (of_long is None) == (kind is torch.nn.RNN)


def test_both_cells_are_asked_at_every_distance() -> None:
    """By both lessons; the same seeds answer the same, on any number of threads."""
    heard: list[None] = []
    found = memory_test(SMALL, lambda: heard.append(None))
    assert len(heard) == num_trainings(SMALL) == 8
    for cells in (found.cells, found.near):
        assert set(cells) == {"rnn", "lstm"}
        for cell in cells.values():
            assert len(cell.accuracies) == len(cell.spreads) == len(found.distances)
            assert all(0 <= share <= 1 for share in (*cell.accuracies, *cell.by_hint))
            assert len(cell.by_hint) == len(HINTS)
            assert len(cell.gradients) == found.distances[-1] + 2
        assert cells["rnn"].long_term_gradients is None
    assert memory_test(SMALL, threads=2) == found


def test_scenes_are_shown_as_they_are_learned_from() -> None:
    """The hint, what passes by, and the question."""
    for scene in example_scenes(3):
        assert scene[0] in HINTS
        assert set(scene[1:-1]) <= set(LITTLE)
        assert scene[-1] == "which?"


def test_memory_test_draws_both_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """For people a table, for scripts JSON."""
    monkeypatch.setattr("lstm_cli.gates.memory_test._train", lambda *_: None)
    shown = lstm("memory-test", "--hidden-size", "3")
    assert shown.exit_code == 0, shown.stderr
    assert "plain RNN" in shown.stdout
    assert "LSTM: LTM" in shown.stdout
    assert "has learned nothing: it guesses at any distance" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    drawn = lstm("memory-test", "--hidden-size", "3", "--html", "memory.html")
    assert drawn.exit_code == 0, drawn.stderr
    page = Path("memory.html").read_text()
    assert "Right answers by distance" in page
    assert "it guesses at any distance" in page
    assert "<script" not in page
    found = json.loads(lstm("memory-test", "--hidden-size", "3", "--json").stdout)
    assert set(found["cells"]) == set(found["near"]) == {"rnn", "lstm"}


@pytest.mark.parametrize(
    "options",
    [
        ("--model", "base", "--hidden-size", "8"),
        ("--model", "base", "--seed", "5"),
        ("--model", "base", "--text-column", "x"),
        ("--sheet", "x"),
        ("--models-dir", "x"),
    ],
)
def test_an_option_without_effect_is_refused(options: tuple[str, ...]) -> None:
    """The experiment reads no file, and a trained model has its size."""
    done = lstm("memory-test", *options)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"lstm: {options[-2]} does not go with ")


def measured(
    *, rnn: tuple[float, ...], lstm: tuple[float, ...], near: tuple[float, ...] = (0.5, 0.5, 0.5),
    named: tuple[int, ...] = (6, 2), fades: float = 0.0,
) -> MemoryTest:  # fmt: skip
    """A result with the right answers at 1, 20 and 100 events; the LTM's gradient is 1 or fades."""
    gone = tuple(10.0**-k for k in range(102))
    stays = tuple(10.0 ** (-fades * k) for k in range(102))

    def cell(shares: tuple[float, ...], named: tuple[int, ...], has_ltm: bool) -> CellMemory:
        by_hint = (1.0 if has_ltm else 0.5,) * 8
        return CellMemory(
            0.005, shares, (0.1,) * 3, None, by_hint, named, gone, stays if has_ltm else None
        )

    return MemoryTest(
        distances=(1, 20, 100),
        cells={"rnn": cell(rnn, (0, 0), False), "lstm": cell(lstm, (8, 8), True)},
        near={"rnn": cell(near, named, False), "lstm": cell((1.0, 1.0, 1.0), (8, 8), True)},
        hints=HINTS, hidden_size=1, steps=10, trained_from=20, trained_up_to=40, seed=3, repeats=2,
    )  # fmt: skip


GUESSED = (0.12, 0.13, 0.12)


@pytest.mark.parametrize(("shares", "said"), [
    ((0.81, 1.0, 1.0), "The LSTM knows the animal at every distance (81 % to 100 %)."),
    ((0.43, 0.76, 0.8), "The LSTM knows the animal from 20 events on (76 % to 80 %), and less of "
     "it nearer: it was never asked before 20 events."),
    ((0.9, 0.7, 0.5), "The LSTM falls under 60 % at 100 events."),
    ((0.3, 0.7, 0.5), "The LSTM reaches 60 % only at 20 events (70 %)."),
    ((0.3, 0.5, 0.4), "The LSTM has learned little: it is best at 20 events, with 50 % right."),
    (GUESSED, "The LSTM has learned nothing: it guesses at any distance, even the shortest."),
])  # fmt: skip
def test_what_is_said_of_learning_from_far_is_what_the_table_shows(
    shares: tuple[float, ...], said: str
) -> None:
    """Also where a cell is too small, or does better far away than near."""
    of_rnn, of_lstm = of_far(measured(rnn=GUESSED, lstm=shares))
    assert of_lstm == said
    assert "because what would have taught it was gone on the way" in of_rnn


def test_what_is_said_of_the_rnn_from_near_on_is_what_the_table_shows() -> None:
    """It tells groups apart and keeps them, or loses, or has learned nothing."""
    found = measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0))
    assert of_near(found) == [
        "The plain RNN tells 6 and 2 groups of the 8 animals apart 50 events later (seeds 3 and "
        "4): whichever animal of a group it was, it names the same.",
        "The LSTM knows all 8 animals 50 events later (seeds 3 and 4).",
        "What the plain RNN knows after 20 events it knows after 100 (50 % and 50 %): an RNN can "
        "keep, like a switch that stays where it was put.",
        "But it cannot learn that at long distances, as the gradients show.",
    ]
    assert len(of_near(measured(rnn=(0.5, 0.5, 0.5), lstm=(1.0, 1.0, 1.0)))) == 3
    loses = of_near(measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0), near=(0.9, 0.8, 0.5)))
    assert loses[-1] == (
        "Of what the plain RNN knows after 20 events (80 %) it loses some on the way: 50 % are "
        "left after 100."
    )
    none = of_near(measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0), near=GUESSED))
    assert none[0] == (
        "The plain RNN has learned nothing from short distances either: it guesses, however near "
        "the hint."
    )
    assert len(none) == 2
    unsure = of_near(measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0), named=(0, 0)))
    assert unsure[0] == "The plain RNN is right about 50 % of the animals 50 events later."


def test_the_lstm_is_said_to_carry_its_gradient_only_where_it_does() -> None:
    """A forget gate may close."""
    carries = of_gradients(measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0)))
    assert "The LSTM carries its gradient in the long-term memory" in carries[2]
    fades = of_gradients(measured(rnn=GUESSED, lstm=(1.0, 1.0, 1.0), fades=0.2))
    assert "lets the gradient of the long-term memory fade as well: 1e-04 of it is" in fades[2]


@pytest.mark.slow
def test_the_lstm_learns_from_far_and_the_rnn_does_not() -> None:
    """The experiment as it ships, with one seed."""
    found = memory_test(MemoryTestConfig(repeats=1), threads=2)
    fifty = found.distances.index(50)
    assert found.cells["lstm"].accuracies[fifty] >= 0.95
    assert found.cells["rnn"].accuracies[fifty] < 0.25
    assert found.cells["lstm"].gradients[0] > 0
    # How many the RNN tells apart hangs on the processor's rounding: with another seed it is all.
    assert found.near["lstm"].named == (8,)
