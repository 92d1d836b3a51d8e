"""Texts that arrive together are rated together, and none waits for company."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from lstm_cli.server import batching
from lstm_cli.server.batching import Batcher
from lstm_cli.server.limits import RefusedError
from lstm_cli.server.served import Review


class Model:
    """Rates a text by repeating it, once it may."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.began = threading.Event()

    def rate(self, reviews: Sequence[Review]) -> list[Any]:
        self.batches.append([review.text for review in reviews])
        self.began.set()
        self.may_go_on.wait()
        if "fail" in self.batches[-1]:
            raise ValueError("as asked")
        return [review.text for review in reviews]


def reviews(*texts: str) -> list[Review]:
    return [Review(text, text.split()) for text in texts]


def batched(work: Callable[[Batcher, Model], Awaitable[None]]) -> list[list[str]]:
    """The batches that some work made."""
    model, heard = Model(), []

    async def run() -> None:
        batcher = Batcher(heard.append)
        rating = asyncio.ensure_future(batcher.run())
        try:
            await work(batcher, model)
        finally:
            model.may_go_on.set()
            rating.cancel()
            await asyncio.gather(rating, return_exceptions=True)

    asyncio.run(run())
    assert heard == [len(batch) for batch in model.batches if "fail" not in batch]
    return model.batches


async def begin(model: Model, batcher: Batcher) -> "asyncio.Task[Any]":
    """A text that is being rated until the model may go on."""
    model.may_go_on.clear()
    model.began.clear()
    first = asyncio.ensure_future(batcher.rate(model, reviews("first")))
    await asyncio.to_thread(model.began.wait)
    return first


async def asked(batcher: Batcher, model: Model, *texts: str) -> "asyncio.Task[Any]":
    """A request that waits."""
    task = asyncio.ensure_future(batcher.rate(model, reviews(*texts)))
    await asyncio.sleep(0)  # so that it is begun
    return task


def test_a_lone_text_is_rated_at_once() -> None:
    async def work(batcher: Batcher, model: Model) -> None:
        for text in ("a", "b"):
            assert await batcher.rate(model, reviews(text)) == [text]
        assert await batcher.rate(model, []) == []

    assert batched(work) == [["a"], ["b"]]


def test_what_arrives_meanwhile_is_rated_together() -> None:
    async def work(batcher: Batcher, model: Model) -> None:
        waiting = [await begin(model, batcher)]
        waiting += [await asked(batcher, model, text) for text in "abc"]
        model.may_go_on.set()
        assert await asyncio.gather(*waiting) == [["first"], ["a"], ["b"], ["c"]]

    assert batched(work) == [["first"], ["a", "b", "c"]]


def test_many_texts_of_one_request_do_not_hold_up_one_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batching, "TOKENS_OF_A_BATCH", 40)

    async def work(batcher: Batcher, model: Model) -> None:
        first = await begin(model, batcher)
        texts = [f"text {k}" for k in range(100)]
        many, one = await asked(batcher, model, *texts), await asked(batcher, model, "one")
        model.may_go_on.set()
        assert await one == ["one"]
        assert not many.done()
        assert await many == texts
        await first

    batches = batched(work)
    assert "one" in batches[1]
    assert len(batches) > 3


def test_whoever_has_left_is_not_rated_for() -> None:
    async def work(batcher: Batcher, model: Model) -> None:
        first = await begin(model, batcher)
        gone, there = await asked(batcher, model, "gone"), await asked(batcher, model, "there")
        gone.cancel()
        model.may_go_on.set()
        await asyncio.gather(first, there)

    assert batched(work) == [["first"], ["there"]]


def test_a_batch_that_fails_fails_alone() -> None:
    async def work(batcher: Batcher, model: Model) -> None:
        with pytest.raises(ValueError, match="as asked"):
            await batcher.rate(model, reviews("fail"))
        assert await batcher.rate(model, reviews("a")) == ["a"]

    batched(work)


def test_texts_of_two_models_are_never_in_one_batch() -> None:
    async def work(batcher: Batcher, model: Model) -> None:
        other = Model()
        first = await begin(model, batcher)
        order = [(model, "a"), (other, "b"), (model, "c"), (other, "d")]
        waiting = [await asked(batcher, whose, text) for whose, text in order]
        model.may_go_on.set()
        assert await asyncio.gather(first, *waiting) == [["first"], ["a"], ["b"], ["c"], ["d"]]
        assert other.batches == [["b", "d"]]
        model.batches += other.batches

    assert batched(work) == [["first"], ["a", "c"], ["b", "d"]]


def test_too_many_texts_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first request is, however many it has."""
    monkeypatch.setattr(batching, "MOST_TEXTS_WAITING", 3)

    async def work(batcher: Batcher, model: Model) -> None:
        first = await begin(model, batcher)
        waiting = await asked(batcher, model, *"abcde")
        with pytest.raises(RefusedError) as refused:
            await batcher.rate(model, reviews("f"))
        assert refused.value.problem == "5 texts are waiting already; try again soon"
        model.may_go_on.set()
        await asyncio.gather(first, waiting)
        assert await batcher.rate(model, reviews("g")) == ["g"]

    assert batched(work) == [["first"], [*"abcde"], ["g"]]
