"""The routes: each asks the model that is served now, and hands on what it says."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from lstm_cli.core.reading import on_one_thread
from lstm_cli.server.batching import Batcher
from lstm_cli.server.bodies import InspectAsked, check_words, inspect_asked, predict_asked
from lstm_cli.server.described import ABOUT, of_asking, of_showing
from lstm_cli.server.guard import Guard, Listener
from lstm_cli.server.limits import (
    FAILED,
    MOST_INSPECTIONS_WAITING,
    MOST_WORDS_TO_INSPECT,
    Limits,
    RefusedError,
    too_busy,
)
from lstm_cli.server.metrics import Metrics
from lstm_cli.server.reloading import Holder, Watcher
from lstm_cli.server.served import Review, ServedModel

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

Found = TypeVar("Found")

PAGE_TYPE = "text/html; charset=windows-1252"  # as the page says of itself
# Fewer characters are cut into words in less time than it takes to hand them to a thread.
READ_AT_ONCE = 20_000
PATHS = frozenset(
    ("/", "/v1/predict", "/v1/inspect", "/v1/model", "/healthz", "/metrics", "/openapi.json")
)


@dataclass
class Service:
    """What the routes share.

    Args:
        holder: of the model that is served.
        limits: what one request may ask for.
        watcher: replaces the model, if anything does.
        reload_seconds: how often it looks.
    """

    holder: Holder
    limits: Limits = field(default_factory=Limits)
    watcher: Watcher | None = None
    reload_seconds: float = 1

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.batcher = Batcher(self.metrics.rated)
        self._inspector = ThreadPoolExecutor(1, thread_name_prefix="inspecting")
        self._num_inspections = 0

    @asynccontextmanager
    async def running(self, _: object = None) -> AsyncIterator[None]:
        """The context in which requests are answered."""
        tasks = [asyncio.ensure_future(self.batcher.run())]
        if self.watcher is not None:
            tasks.append(asyncio.ensure_future(self.watcher.run(self.reload_seconds)))
        try:
            with on_one_thread():  # for all the time: to set it takes as long as a short text
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._inspector.shutdown(wait=False, cancel_futures=True)

    async def predict(self, body: bytes) -> bytes:
        """The answer of ``/v1/predict``.

        Raises:
            RefusedError: it has none.
        """
        asked = await _beside(len(body), partial(predict_asked, body, self.limits))
        model = self.holder.model
        reviews = await _cut(model, asked.texts)
        for place, review in enumerate(reviews):
            where = f"texts[{place}]" if asked.is_list else "text"
            check_words(len(review.tokens), self.limits.max_words, where)
        rated = [found.to_json() for found in await self.batcher.rate(model, reviews)]
        return json.dumps(rated if asked.is_list else rated[0]).encode()

    async def inspect(self, body: bytes) -> bytes:
        """The answer of ``/v1/inspect``; one after the other, beside the ratings.

        Raises:
            RefusedError: it has none.
        """
        asked = await _beside(len(body), partial(inspect_asked, body, self.limits))
        model = self.holder.model
        (review,) = await _cut(model, (asked.text,))
        check_words(len(review.tokens), min(MOST_WORDS_TO_INSPECT, self.limits.max_words))
        if self._num_inspections > MOST_INSPECTIONS_WAITING:
            raise too_busy(f"{self._num_inspections} reviews are looked into already")
        self._num_inspections += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._inspector, _inspected, model, asked)
        finally:
            self._num_inspections -= 1


async def _cut(model: ServedModel, texts: Sequence[str]) -> list[Review]:
    """Cut texts into tokens."""
    return await _beside(sum(map(len, texts)), lambda: [model.cut(text) for text in texts])


async def _beside(size: int, work: Callable[[], Found]) -> Found:
    """Read through what was sent; through much of it while others are answered."""
    return work() if size <= READ_AT_ONCE else await asyncio.to_thread(work)


def _inspected(model: ServedModel, asked: InspectAsked) -> bytes:
    return json.dumps(model.inspect(asked)).encode()


def make_app(service: Service, listener: Listener) -> Guard:
    """The app of a server."""
    from fastapi import FastAPI

    routes = FastAPI(
        title="lstm serve",
        version="1",
        description=ABOUT,
        docs_url=None,  # they load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # it would believe the Host header
        lifespan=service.running,
    )
    _add_asking(routes, service)
    _add_showing(routes, service)
    _answer_errors(routes)
    return Guard(routes, PATHS, service.limits, service.metrics, listener)


def _add_asking(routes: "FastAPI", service: Service) -> None:
    from fastapi import Request, Response

    def add(what: str, answer: Callable[[bytes], Any], about: str) -> None:
        async def asked(request: Request) -> Response:
            if not _is_json(request.headers.get("content-type", "")):
                raise RefusedError(
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                    "send JSON, with the header Content-Type: application/json",
                )
            return Response(await answer(await request.body()), media_type="application/json")

        described = {"summary": about, **of_asking(what, service.limits)}
        routes.post(f"/v1/{what}", response_class=Response, response_model=None, **described)(asked)

    add("predict", service.predict, "Rate a review, or several.")
    add("inspect", service.inspect, "Show what the gates do at every word of a review.")


def _add_showing(routes: "FastAPI", service: Service) -> None:
    from fastapi import Response

    async def page() -> Response:
        shown = service.holder.model.page
        if shown is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, service.holder.model.no_page_because)
        headers = {"content-security-policy": shown.policy, "content-type": PAGE_TYPE}
        return Response(shown.content, headers={**headers, "cache-control": "no-cache"})

    async def model() -> Response:
        described = json.dumps(service.holder.model.described)
        return Response(described, media_type="application/json")

    async def health() -> Response:
        said = json.dumps({"status": "ok", "model": service.holder.model.name})
        return Response(said, media_type="application/json")

    async def metrics() -> Response:
        content, content_type = service.metrics.shown()
        return Response(content, headers={"content-type": content_type})

    for path, show, what, content_type in (
        ("/", page, "page", PAGE_TYPE),
        ("/v1/model", model, "model", "application/json"),
        ("/healthz", health, "health", "application/json"),
        ("/metrics", metrics, "metrics", "text/plain"),
    ):
        described = of_showing(what, content_type, may_lack=path == "/")
        routes.get(path, response_class=Response, response_model=None, **described)(show)


def _is_json(content_type: str) -> bool:
    """Whether a body is said to be JSON.

    >>> _is_json("application/json; charset=utf-8"), _is_json("text/plain")
    (True, False)
    """
    return content_type.split(";")[0].strip().lower() == "application/json"


def _answer_errors(routes: "FastAPI") -> None:
    """Every error is an object with one sentence; the guard tells of those nobody expected."""
    from fastapi import Response
    from starlette.exceptions import HTTPException

    def show(refusal: RefusedError) -> Response:
        return Response(refusal.content, refusal.status, refusal.headers, "application/json")

    async def no_route(request: "Request", error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
        if status == HTTPStatus.NOT_FOUND:
            problem = "there is nothing here; see /openapi.json"
        elif status == HTTPStatus.METHOD_NOT_ALLOWED:
            problem = f"this path answers {headers.get('Allow', 'another method')}"
        else:
            problem = status.phrase
        return show(RefusedError(status, problem, headers))

    async def refused(request: "Request", error: Exception) -> Response:
        assert isinstance(error, RefusedError)
        return show(error)

    async def failed(request: "Request", error: Exception) -> Response:
        return show(FAILED)

    routes.add_exception_handler(HTTPException, no_route)
    routes.add_exception_handler(RefusedError, refused)
    routes.add_exception_handler(Exception, failed)
