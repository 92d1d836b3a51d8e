"""Reviews as flat token ids, and how they are read together."""

import threading
from concurrent.futures import process
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing import Pipe, active_children, get_context, queues
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import lstm_cli.data.tokenizing as tokenizing_module
from lstm_cli.data.batches import Batch, batches, compact_ids, make_batch, plan_batches, prefetch
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.text.vocabulary import PADDING_ID, Vocabulary

LENGTHS = st.lists(st.integers(0, 60), min_size=1, max_size=80).map(np.array)


def corpus_of(*reviews: list[int]) -> Corpus:
    """A corpus of these ids."""
    lengths = np.array([len(review) for review in reviews])
    return Corpus.of(np.array(list(chain(*reviews)), dtype=np.int32), lengths)


@given(LENGTHS, st.integers(1, 200), st.booleans())
def test_every_review_is_in_exactly_one_batch(
    lengths: np.ndarray, tokens_per_batch: int, is_shuffled: bool
) -> None:
    """A review that is left out or read twice would bend every figure."""
    rng = np.random.default_rng(0) if is_shuffled else None
    plan = plan_batches(lengths, tokens_per_batch, rng)
    assert sorted(np.concatenate(plan)) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 200))
def test_a_batch_holds_at_most_so_many_tokens_with_its_padding(
    lengths: np.ndarray, tokens_per_batch: int
) -> None:
    """Memory and time a step stay constant; only a review longer than that stands alone."""
    for reviews in plan_batches(lengths, tokens_per_batch, np.random.default_rng(1)):
        size = len(reviews) * max(lengths[reviews].max(), 1)
        assert size <= tokens_per_batch or len(reviews) == 1


def test_padding_stands_behind_the_words() -> None:
    """A forward cell must not meet it before the last word."""
    corpus = corpus_of([5, 6, 7], [], [8])
    batch = make_batch(corpus, np.array([2, 0, 1]))
    pad = PADDING_ID
    assert batch.token_ids.tolist() == [[8, pad, pad], [5, 6, 7], [pad, pad, pad]]
    assert batch.lengths.tolist() == [1, 3, 0]
    assert batch.num_tokens == 4


def test_the_plan_of_a_seed_is_always_the_same() -> None:
    """Training again must read the same batches."""
    corpus = corpus_of(*([k] * (k % 7) for k in range(40)))
    first, again = (
        [b.token_ids.tolist() for b in batches(corpus, 16, np.random.default_rng(3))]
        for _ in range(2)
    )
    assert first == again


@given(LENGTHS, st.integers(1, 200), st.integers(1, 9))
@example(np.array([1, 0]), 9, 1)
def test_a_plan_without_chance_goes_by_length(
    lengths: np.ndarray, tokens_per_batch: int, fewest: int
) -> None:
    """What reads step by step stops at the first review that has ended: an empty one is first."""
    order = np.concatenate(plan_batches(lengths, tokens_per_batch, fewest=fewest))
    assert (np.diff(lengths[order]) >= 0).all()


def test_reviews_are_selected_in_any_order_and_cut() -> None:
    """Splits select, training cuts; both must keep each review's words."""
    corpus = corpus_of([1, 2, 3], [4], [5, 6])
    cut = corpus.shortened(2, head=2)
    for chosen in (cut.select(np.array([2, 0])), corpus.select(np.array([2, 0])).shortened(2, 2)):
        assert [chosen[k].tolist() for k in range(2)] == [[5, 6], [1, 2]]
        assert chosen.gather(np.array([1, 0])).tolist() == [1, 2, 5, 6]


@given(
    st.lists(st.lists(st.integers(0, 99), max_size=9), min_size=1, max_size=9),
    st.integers(1, 9),
    st.data(),
)
def test_a_shortened_review_keeps_its_beginning_and_its_end(
    reviews: list[list[int]], longest: int, data: st.DataObject
) -> None:
    """In a corpus, and in any choice of its reviews."""
    head = data.draw(st.integers(0, longest))
    corpus = corpus_of(*reviews).shortened(longest, head)
    order = np.array(data.draw(st.permutations(range(len(reviews)))))
    tail = longest - head
    expected = [
        review if len(review) <= longest else review[:head] + review[len(review) - tail :]
        for review in (reviews[k] for k in order)
    ]
    chosen = corpus.select(order)
    assert [chosen[k].tolist() for k in range(len(order))] == expected
    assert corpus.gather(order).tolist() == list(chain(*expected))


@given(LENGTHS, st.integers(1, 200), st.integers(1, 20))
def test_no_batch_has_fewer_reviews_than_asked_for(
    lengths: np.ndarray, tokens_per_batch: int, fewest: int
) -> None:
    """However long they are; only where there are fewer in all. Short ones fill the tokens."""
    plan = plan_batches(lengths, tokens_per_batch, np.random.default_rng(1), fewest=fewest)
    assert sorted(np.concatenate(plan)) == list(range(len(lengths)))
    assert min(map(len, plan)) >= min(fewest, len(lengths))
    for reviews in plan:
        size = len(reviews) * max(lengths[reviews].max(), 1)
        assert size <= tokens_per_batch or len(reviews) < 2 * fewest


def test_reviews_are_encoded_by_the_words_of_a_vocabulary() -> None:
    """What is counted, built and encoded is one chain."""
    tokenized = tokenize_reviews(["Good film", "bad, bad film", ""])
    assert tokenized.counts(np.array([0, 1])) == {"good": 1, "film": 2, "bad": 2, ",": 1}
    vocabulary = Vocabulary.build(tokenized.counts(np.array([1])))
    corpus = tokenized.encode(vocabulary)
    decoded = [[vocabulary.tokens[i] for i in corpus[k]] for k in range(3)]
    assert decoded == [["<unknown>", "film"], ["bad", ",", "bad", "film"], []]


def test_pieces_and_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model must not depend on how many cores made it."""
    texts = [f"word{k % 7} and word{k % 3} {'again ' * (k % 4)}" for k in range(40)] + [""]
    whole = tokenize_reviews(texts)
    monkeypatch.setattr(tokenizing_module, "PIECE", 9)
    for processes in (1, 2):
        found = tokenize_reviews(texts, processes=processes)
        assert found.types == whole.types
        assert np.array_equal(found.corpus.token_ids, whole.corpus.token_ids)
        assert np.array_equal(found.corpus.lengths, whole.corpus.lengths)


@pytest.mark.parametrize(
    ("owner", "begins"),
    [(queues.Queue, "_start_thread"), (process._ExecutorManagerThread, "start")],
    ids=["its thread ends", "its thread does not begin"],
)
def test_a_pool_without_its_thread_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, owner: type, begins: str
) -> None:
    """As where there is no memory for a thread. Its processes are ended, and nobody else's."""

    def no_thread(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading, "excepthook", lambda ended: None)
    monkeypatch.setattr(tokenizing_module, "PIECE", 9)
    monkeypatch.setattr(tokenizing_module, "PATIENCE", 0.01)
    reads, writes = Pipe()
    foreign = get_context("spawn").Process(target=reads.recv, daemon=True)
    foreign.start()
    monkeypatch.setattr(owner, begins, no_thread)
    with pytest.raises(BrokenProcessPool):
        tokenize_reviews(["a good film"] * 100, processes=2)
    assert active_children() == [foreign]
    writes.send("end")
    foreign.join()
    assert foreign.exitcode == 0


def test_a_thread_of_somebody_elses_may_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool has nothing to do with it, also while it is at work."""
    submit = tokenizing_module._submit

    def beside_one_that_ends(*asked: Any) -> Any:
        ended = threading.Thread(target=lambda: 1 / 0)
        ended.start()
        ended.join()
        return submit(*asked)

    monkeypatch.setattr(threading, "excepthook", lambda ended: None)
    monkeypatch.setattr(tokenizing_module, "_submit", beside_one_that_ends)
    monkeypatch.setattr(tokenizing_module, "PIECE", 9)
    monkeypatch.setattr(tokenizing_module, "PATIENCE", 0.01)
    assert len(tokenize_reviews(["a good film"] * 100, processes=2).corpus) == 100


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20))
def test_localized_ids_are_places_of_the_ids(ids: list[int]) -> None:
    """The padding and the unknown word keep theirs."""
    batch = Batch(np.array([0]), np.array([ids]), np.array([len(ids)]))
    local, rows = compact_ids(batch)
    assert rows[local.token_ids].tolist() == [ids]
    assert rows[:2].tolist() == [0, 1]
    assert set(rows[2:]) == set(ids) - {0, 1}


def test_items_made_ahead_come_in_order_and_with_their_mistakes() -> None:
    """A mistake in the thread is one of the program."""
    assert list(prefetch(iter(range(10)))) == list(range(10))
    with pytest.raises(ZeroDivisionError):
        list(prefetch(1 // k for k in (1, 0)))
