"""Many reviews, rated by one model that was loaded once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.evaluation.exam import examine
from lstm_cli.evaluation.files import evaluate_on, mistakes
from lstm_cli.evaluation.reading import read_rated
from lstm_cli.inference import scorer as module
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer
from tests.helpers import PRAISE

TEXTS = ["a fine film", "no fun at all", "", "words nobody knows", "superb! " * 60, *PRAISE]


class Numbered(NamedTuple):
    """A window with something of its own."""

    number: int
    texts: list[str]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read of any model from now on, in order: networks made, and files."""
    heard: list[str] = []
    make, read = ReviewNetwork.from_arrays, Bundle._bytes

    def made(*arguments: object) -> ReviewNetwork:
        heard.append("network")
        return make(*arguments)  # type: ignore[arg-type]

    def read_file(bundle: Bundle, name: str) -> bytes:
        heard.append(name)
        return read(bundle, name)

    monkeypatch.setattr(ReviewNetwork, "from_arrays", made)
    monkeypatch.setattr(Bundle, "_bytes", read_file)
    return heard


@pytest.fixture
def many_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reviews are read in torch, as if there were thousands of them."""
    monkeypatch.setattr(module, "MOST_IN_NUMPY", 0)


@pytest.fixture(params=["some hundred", "thousands"])
def few_or_many(request: pytest.FixtureRequest) -> None:
    """Reviews are read in numpy, then in torch."""
    if request.param == "thousands":
        request.getfixturevalue("many_are_read")


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.usefixtures("few_or_many")
def test_it_says_of_many_what_the_predictor_says_of_each(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """One review, a hundred and a file of a million must not be rated by different models."""
    many = Scorer(tiny_bundles[cell])(TEXTS)
    predictor = Predictor(tiny_bundles[cell])
    for text, expected in zip(TEXTS, many, strict=True):
        alone = list(predictor.predict(text).probabilities.values())
        np.testing.assert_allclose(alone, expected, rtol=0, atol=2e-6)


def test_no_text_has_no_probabilities(tiny_bundle: Bundle) -> None:
    """Of the right shape all the same: what asks may join it to others."""
    assert Scorer(tiny_bundle)([]).shape == (0, 2)


@pytest.mark.usefixtures("few_or_many")
def test_single_words_among_empty_texts_are_read(tiny_bundle: Bundle) -> None:
    """Both take the room of one word; once such words were rated as if nothing were there."""
    texts = ["", "superb", "", "awful", "superb", "", "awful"]
    predictor = Predictor(tiny_bundle)
    expected = [list(predictor.predict(text).probabilities.values()) for text in texts]
    np.testing.assert_allclose(Scorer(tiny_bundle)(texts), expected, rtol=0, atol=2e-6)


def test_torch_is_asked_once_there_is_enough_to_read(
    tiny_bundle: Bundle, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked a thousand times for one review, too; what is said stays the same."""
    scorer = Scorer(tiny_bundle)
    in_numpy = scorer(TEXTS)
    assert "network" not in reads
    monkeypatch.setattr(module, "MOST_IN_NUMPY", 4 * 80)  # some 80 tokens each time
    said = [scorer(TEXTS) for _ in range(8)]
    assert reads.count("network") == 1
    for probabilities in said:
        np.testing.assert_allclose(probabilities, in_numpy, rtol=0, atol=2e-6)


@pytest.mark.usefixtures("many_are_read")
def test_the_weights_are_read_once_however_often_it_is_asked(
    tiny_bundle: Bundle, reads: list[str]
) -> None:
    """A server asks all day."""
    scorer = Scorer(open_bundle(tiny_bundle.path))
    for _ in range(3):
        scorer(TEXTS)
    scorer.shuffled(TEXTS)
    assert sorted(reads) == ["network", "vocabulary.txt", "weights.safetensors"]


@pytest.mark.usefixtures("many_are_read")
def test_an_evaluation_reads_the_weights_once(
    tiny_bundle: Bundle, tiny_reviews: object, reads: list[str]
) -> None:
    """In order, shuffled, and for the words of the mistakes; an exam likewise."""
    bundle = open_bundle(tiny_bundle.path)
    _, rated = evaluate_on(read_rated([bundle], str(tiny_reviews)), bundle)
    assert mistakes(bundle, rated, 5)
    assert reads.count("network") == reads.count("weights.safetensors") == 1
    examine(open_bundle(tiny_bundle.path))
    assert reads.count("network") == reads.count("weights.safetensors") == 2


def test_what_belongs_to_a_window_comes_back_with_it(tiny_bundle: Bundle) -> None:
    """A file's rows are written beside their own ratings, though windows are read ahead."""
    windows = [Numbered(k, TEXTS[k : k + size]) for k, size in enumerate((3, 1, 0, 4, 2))]
    read: list[int] = []

    def reading() -> Iterator[Numbered]:
        for window in windows:
            read.append(window.number)
            yield window

    scorer = Scorer(tiny_bundle)
    scored = scorer.windows(reading())
    first = next(scored)
    assert len(read) < len(windows)  # not all of a long file
    done = [first, *scored]
    assert [scored.window for scored in done] == windows
    for window, probabilities, corpus in done:
        assert len(corpus) == len(window.texts)
        np.testing.assert_allclose(probabilities, scorer(window.texts), rtol=0, atol=2e-6)


def test_texts_are_read_in_windows_and_keep_their_order(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory of a million texts is that of one window."""
    scorer = Scorer(tiny_bundle)
    whole, shuffled = scorer(TEXTS), scorer.shuffled(TEXTS)
    monkeypatch.setattr(module, "WINDOW", 3)
    np.testing.assert_allclose(scorer(TEXTS), whole, rtol=0, atol=2e-6)
    np.testing.assert_allclose(scorer.shuffled(TEXTS), shuffled, rtol=0, atol=2e-6)


def test_shuffled_words_are_the_same_words_in_one_other_order(tiny_bundle: Bundle) -> None:
    """What the order of words is worth must not differ from one measuring to the next."""
    scorer = Scorer(tiny_bundle)
    in_order, shuffled = scorer(TEXTS), scorer.shuffled(TEXTS)
    np.testing.assert_array_equal(shuffled, scorer.shuffled(TEXTS))
    assert np.abs(shuffled - in_order).max() > 1e-3
    # One word, or one word over and over, has no other order.
    alike = ["", "superb", "superb " * 60]
    np.testing.assert_allclose(scorer.shuffled(alike), scorer(alike), rtol=0, atol=2e-6)


@pytest.mark.usefixtures("few_or_many")
def test_threads_share_one_scorer(tiny_bundle: Bundle) -> None:
    """As those of a server do."""
    scorer = Scorer(tiny_bundle)
    expected = scorer(TEXTS)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(scorer, [TEXTS] * 20):
            np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)


@pytest.mark.usefixtures("many_are_read")
def test_it_computes_as_it_is_told(tiny_bundles: dict[str, Bundle]) -> None:
    """A plain RNN computes in bfloat16 everywhere, to two or three decimals."""
    exact = Scorer(tiny_bundles["rnn"])(TEXTS)
    reduced = Scorer(tiny_bundles["rnn"], lambda: Compute(precision="bfloat16"))(TEXTS)
    assert 1e-5 < np.abs(reduced - exact).max() < 0.05
