"""What the gates did, word by word."""

import numpy as np
import pytest
import torch

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.cell import Gates
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.gates.trace import retained_shares, trace
from lstm_cli.gates.words import gather_gate_statistics
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import GateStatistics

TEXT = "a fine film , no fun at all"
CELLS = pytest.mark.parametrize("cell", ["lstm", "rnn"])


@CELLS
def test_trace_agrees_with_training_forward(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """Every running rating is what the trained network says of the text up to there."""
    bundle = tiny_bundles[cell]
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    traced = trace(Predictor(bundle), TEXT)
    ids = torch.tensor([bundle.vocabulary.encode([word.token for word in traced.words])])
    for count, word in enumerate(traced.words, start=1):
        with torch.no_grad():
            expected = network(ids[:, :count], torch.tensor([count])).softmax(1)[0]
        np.testing.assert_allclose(list(word.running.values()), expected, rtol=0, atol=2e-6)


@CELLS
def test_contributions_add_up_to_the_rating(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """From what is said before the first word to what is said after the last."""
    traced = trace(Predictor(tiny_bundles[cell]), TEXT)
    total = traced.start_expected_rating + sum(word.contribution for word in traced.words)
    assert total == pytest.approx(traced.prediction.expected_rating)


@CELLS
def test_the_last_running_rating_is_the_prediction(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """One story, whichever command tells it."""
    predictor = Predictor(tiny_bundles[cell])
    traced = trace(predictor, TEXT)
    predicted = predictor.predict(TEXT)
    assert traced.prediction.rating == predicted.rating
    assert traced.prediction.probabilities == pytest.approx(predicted.probabilities, abs=1e-6)
    assert traced.words[-1].running == traced.prediction.probabilities


def test_factors_and_retained_are_shares(tiny_bundle: Bundle) -> None:
    """They are drawn as percentages."""
    for word in trace(Predictor(tiny_bundle), TEXT).words:
        for share in (word.forget, word.learn, word.use, word.retained):
            assert share is not None
            assert 0 <= share <= 1 + 1e-6


def test_the_last_word_is_retained_whole(tiny_bundle: Bundle) -> None:
    """Nothing came after it that could have erased it."""
    assert trace(Predictor(tiny_bundle), TEXT).words[-1].retained == pytest.approx(1)


def test_what_is_retained_unrolls_the_memory() -> None:
    """LTM_T is the sum over the words of what each wrote, times what is retained of it."""
    rng = np.random.default_rng(0)
    forget, learn, use = (rng.random((6, 3)) for _ in range(3))
    candidate = rng.normal(size=(6, 3))
    long_term = np.zeros(3)
    for f, i, g in zip(forget, learn, candidate, strict=True):
        long_term = f * long_term + i * g
    retained = retained_shares(Gates(forget, learn, candidate, use))
    np.testing.assert_allclose((retained * learn * candidate).sum(axis=0), long_term)


def test_the_plain_rnn_has_no_gates_to_show(tiny_bundles: dict[str, Bundle]) -> None:
    """It has one memory and a running rating; inventing gates would be a lie."""
    traced = trace(Predictor(tiny_bundles["rnn"]), TEXT, with_units=True)
    for word in traced.words:
        assert word.forget is word.learn is word.use is word.long_term is word.retained is None
    assert traced.units is not None
    assert set(traced.units[0]) == {"short_term"}


def test_whole_vectors_come_only_when_asked_for(tiny_bundle: Bundle) -> None:
    """They are long."""
    assert "units" not in trace(Predictor(tiny_bundle), TEXT).to_json()["tokens"][0]
    units = trace(Predictor(tiny_bundle), TEXT, with_units=True).to_json()["tokens"][0]["units"]
    assert {name: len(vector) for name, vector in units.items()} == dict.fromkeys(
        ("short_term", "long_term", "forget_factor", "learn_factor", "candidate", "use_factor"), 4
    )


def test_an_empty_text_can_be_traced(tiny_bundle: Bundle) -> None:
    """There is a rating before the first word."""
    traced = trace(Predictor(tiny_bundle), "")
    assert traced.words == ()
    assert traced.start == traced.prediction.probabilities


@CELLS
def test_statistics_of_words_are_means_over_their_traces(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """What is shown without TEXT must be what is shown with it, on average."""
    bundle = tiny_bundles[cell]
    texts = [TEXT, "great fun", "no fun", "fun fun and no fun", "a film"]
    corpus = tokenize_reviews(texts).encode(bundle.vocabulary)
    predictor = Predictor(bundle)
    gate_statistics = gather_gate_statistics(
        corpus, bundle.weights, bundle.info.model, bundle.vocabulary, predictor.ratings
    )
    found = {word.word: word for word in gate_statistics.words}
    seen = [w for text in texts for w in trace(predictor, text).words if w.token == "fun"]
    assert found["fun"].count == len(seen) == 6
    assert found["fun"].contribution == pytest.approx(
        np.mean([word.contribution for word in seen]), abs=1e-5
    )
    assert (found["fun"].learn is None) == (cell == "rnn")
    assert "fine" not in found  # seen once
    if cell == "lstm":
        _check_memory(bundle, texts, gate_statistics)


def _check_memory(bundle: Bundle, texts: list[str], gate_statistics: GateStatistics) -> None:
    """What "fun" wrote and erased, and the half-lives, by a loop over every word."""
    say = np.linalg.norm(bundle.weights.readout.reshape(-1, 3, 4), axis=(0, 1))
    say = say / say.sum()
    written, erased, lives = [], [], []
    for text in texts:
        tokens = Predictor(bundle).tokenize(text)
        units = trace(Predictor(bundle), text, with_units=True).units
        assert units is not None
        gates = [{name: np.array(values) for name, values in unit.items()} for unit in units]
        for place, (token, gate) in enumerate(zip(tokens, gates, strict=True)):
            learned = np.abs(gate["learn_factor"] * gate["candidate"]) * say
            left, life = learned, float("inf")
            for later, other in enumerate(gates[place + 1 :], start=1):
                left = left * other["forget_factor"]
                if left.sum() < 0.5 * learned.sum():
                    life = later
                    break
            lives.append(life)
            if token == "fun":
                before = np.abs(gates[place - 1]["long_term"] if place else np.zeros(4)) * say
                kept = before @ gate["forget_factor"]
                written.append(learned.sum())
                erased.append(1 - kept / before.sum() if place else 0)
    fun = next(word for word in gate_statistics.words if word.word == "fun")
    assert fun.writes == pytest.approx(np.mean(written), abs=1e-5)
    assert fun.erases == pytest.approx(np.mean(erased), abs=1e-5)
    assert gate_statistics.followed == len(lives)
    middle = np.quantile(lives, 0.5, method="inverted_cdf")
    assert gate_statistics.half_life[2] == (middle if np.isfinite(middle) else None)
