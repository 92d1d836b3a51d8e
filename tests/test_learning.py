"""One step of learning, against finite differences and a training step of torch."""

import io
import json
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.gates.learning import Lesson, learn, loss_with
from lstm_cli.inference.predictor import Predictor
from lstm_cli.views.learning import show_learning
from tests.helpers import lstm

TEXT = "a fine film , no fun at all , no fun"
CELLS = pytest.mark.parametrize("cell", ["lstm", "rnn"])


@CELLS
def test_gradients_are_what_finite_differences_say(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """Twenty weights of each matrix, to four digits."""
    bundle = tiny_bundles[cell]
    lesson = Lesson(bundle, Predictor(bundle).tokenize(TEXT), 0)
    weights = lesson.start()
    rng = np.random.default_rng(0)
    for field, gradient in zip(fields(weights), lesson.gradients(weights), strict=True):
        for flat in rng.integers(0, gradient.numel(), 20):
            place = np.unravel_index(int(flat), gradient.shape)
            losses = [loss_with(lesson, weights, field.name, place, h) for h in (1e-4, -1e-4)]
            difference = (losses[0] - losses[1]) / 2e-4
            assert difference == pytest.approx(float(gradient[place]), rel=1e-4, abs=1e-8)


@CELLS
def test_a_step_is_a_training_step(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """Of the network that training trains, by torch's own gradient descent."""
    bundle = tiny_bundles[cell]
    found = learn(bundle, TEXT, "1", rate=0.1, times=2)
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays).double()
    ids = torch.tensor([bundle.vocabulary.encode(Predictor(bundle).tokenize(TEXT))])
    lengths = torch.tensor([ids.shape[1]])
    # Two biases of torch's are one of ours: only one of them moves.
    frozen = network.cell.bias_ih_l0
    moving = [weight for weight in network.parameters() if weight is not frozen]
    optimiser = torch.optim.SGD(moving, lr=0.1)
    for step in found.history:
        chances = network(ids, lengths).softmax(1)[0]
        np.testing.assert_allclose(
            list(step.probabilities.values()), chances.detach(), rtol=0, atol=1e-6
        )
        loss = -chances[0].log()
        assert step.loss == pytest.approx(loss.item(), abs=1e-6)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def test_what_is_printed_can_be_checked(tiny_bundle: Bundle) -> None:
    """Errors are probabilities less the truth; weights move by rate times gradient."""
    found = learn(tiny_bundle, TEXT, "5", rate=0.05)
    before = found.history[0]
    assert before.errors == pytest.approx(
        {rating: chance - (rating == "5") for rating, chance in before.probabilities.items()}
    )
    assert len(found.weights) == 6
    for change in found.weights:
        assert change.after == pytest.approx(change.before - 0.05 * change.gradient)
        assert change.difference == pytest.approx(change.gradient, rel=1e-4)
    after = found.history[1]
    assert after.loss < before.loss
    assert after.weights == pytest.approx([change.after for change in found.weights])
    assert before.gradients == pytest.approx([change.gradient for change in found.weights])
    assert [word.token for word in before.words] == Predictor(tiny_bundle).tokenize(TEXT)


def test_the_model_stays_as_it_is(tiny_bundle: Bundle) -> None:
    """It is a demonstration."""
    before = Predictor(tiny_bundle).predict(TEXT).probabilities
    learn(tiny_bundle, TEXT, "5", rate=1.0, times=3)
    assert Predictor(tiny_bundle).predict(TEXT).probabilities == before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((TEXT, "--true", "7"), "--true 7: the model rates 1, 5"),
        (("", "--true", "5"), "a lesson has 1 to 300 words, this review 0"),
        (("fun " * 301, "--true", "5"), "this review 301"),
        ((TEXT, "--true", "5", "--rate", "nan"), "--rate nan: give a number"),
    ],
)
def test_what_cannot_be_learned_is_one_line(
    tiny_bundle: Bundle, arguments: tuple[str, ...], problem: str
) -> None:
    """And says why."""
    done = lstm("-q", "learn", *arguments, "--model", str(tiny_bundle.path))
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert problem in done.stderr


@CELLS
def test_the_command_shows_it(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """In 80 columns."""
    learned = ("-q", "learn", TEXT, "--true", "5", "--model", str(tiny_bundles[cell].path))
    shown = lstm(*learned, "--times", "25").stdout
    assert ("|dloss/dLTM|" in shown) == (cell == "lstm")
    assert "After 25 steps" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert json.loads(lstm(*learned, "--json").stdout)["true"] == "5"


def test_a_step_that_goes_too_far_is_said_to(tiny_bundle: Bundle) -> None:
    """The loss rose."""
    trace = learn(tiny_bundle, TEXT, "5", rate=0.05)
    for history, is_said in ((trace.history, False), (trace.history[::-1], True)):
        console = Console(file=io.StringIO(), width=80)
        show_learning(console, replace(trace, history=history))
        assert ("went too far" in console.file.getvalue()) == is_said  # type: ignore[attr-defined]
