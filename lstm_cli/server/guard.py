"""What stands before the routes: limits, the clock, and the last word on every error.

A body is read here, whole, before a route sees the request; so the routes know nothing of sizes
and slow senders. Nothing in an answer is about the machine: an error that nobody expected is one
line for whoever runs the server, and "it failed" for whoever asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from lstm_cli.server.limits import (
    FAILED,
    MOST_HALF_READ,
    MOST_WAITING,
    Limits,
    RefusedError,
    too_busy,
)
from lstm_cli.server.metrics import Metrics

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

ASKING = "/v1/"  # routes under it compute
NOBODY_WAITED = 499
DRAINED = 16  # times the largest body: of a larger one the rest is not even thrown away
PIECE = 262_144  # bytes of an answer that are sent at once
LONGEST_NUMBER = 18  # digits: Python reads no number of thousands
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


@dataclass(frozen=True)
class Listener:
    """What is told to whoever runs the server."""

    say: Callable[[str], None]  # each request
    complain: Callable[[str, Exception], None]  # what went wrong, and what Python says of it


class _Gone(Exception):
    """Nobody waits for the answer."""


@dataclass
class _Answer:
    """What was sent so far."""

    send: Send
    status: int | None = None
    is_complete: bool = False

    async def __call__(self, message: Message) -> None:
        """Send on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *_SECURITY]
            if all(name != _NO_PAGE[0] for name, _ in headers):
                headers.append(_NO_PAGE)
            message = {**message, "headers": headers}
        else:
            # The next piece waits until its reader has taken the last: otherwise each reader that
            # takes nothing would cost the memory of a whole page.
            body, start = message.get("body", b""), 0
            while len(body) - start > PIECE:
                piece = body[start : start + PIECE]
                await self.send({**message, "body": piece, "more_body": True})
                start += PIECE
            message = {**message, "body": body[start:]}
            self.is_complete = not message.get("more_body", False)
        await self.send(message)


class Guard:
    """An app that answers what the app behind it is not to see.

    Args:
        app: the routes.
        paths: of the routes; others are counted together.
        limits: what is taken on.
        metrics: count every answer.
        listener: hears of them.
    """

    def __init__(
        self,
        app: App,
        paths: frozenset[str],
        limits: Limits,
        metrics: Metrics,
        listener: Listener,
    ) -> None:
        self._app, self._paths, self._limits = app, paths, limits
        self._metrics, self._listener = metrics, listener
        self._num_inside = 0
        self._num_half_read = 0  # bytes of bodies that are still being sent

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _Answer(send)
        try:
            await self._answer(scope, receive, answer)
        except RefusedError as refusal:
            await _refuse(answer, refusal, receive, DRAINED * self._limits.max_body)
        except _Gone:
            answer.status = NOBODY_WAITED
        except Exception as error:  # whatever it is, it must not be shown to whoever asked
            self._listener.complain(f"a request failed: {type(error).__name__}: {error}", error)
            if answer.status is None:
                await _refuse(answer, FAILED)
        finally:
            path, seconds = scope["path"], time.perf_counter() - began
            status = answer.status or NOBODY_WAITED
            self._metrics.answered(path if path in self._paths else "other", status, seconds)
            self._listener.say(f"{scope['method']} {path} {status} {seconds * 1e3:.1f} ms")

    async def _answer(
        self, scope: MutableMapping[str, Any], receive: Receive, answer: _Answer
    ) -> None:
        # Counted before that, those who send a head and no more would keep all others out.
        body = await self._body(scope, receive)
        if not scope["path"].startswith(ASKING):
            await self._pass_on(scope, body, receive, answer)
            return
        if self._num_inside >= MOST_WAITING:
            raise too_busy(f"{self._num_inside} requests are waiting already")
        self._num_inside += 1
        try:
            await self._pass_on(scope, body, receive, answer)
        finally:
            self._num_inside -= 1

    async def _pass_on(
        self, scope: MutableMapping[str, Any], body: bytes, receive: Receive, answer: _Answer
    ) -> None:
        """Let the routes answer, for as long as somebody waits for it."""
        is_read = False

        async def replay() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        answering = asyncio.ensure_future(self._app(scope, replay, answer))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            # After an answer the server says that its reader has left, too.
            if not answering.done() and not answer.is_complete:
                raise _Gone
            await answering
        finally:
            for task in (answering, leaving):
                task.cancel()

    async def _body(self, scope: MutableMapping[str, Any], receive: Receive) -> bytes:
        """The whole body of a request.

        Raises:
            RefusedError: it is too large, which is known before it is read whole, or too slow, or
                too much is being sent at once.
        """
        most = self._limits.max_body
        too_large = RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is larger than {most:,} bytes; send the texts in several requests",
        )
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and (len(said) > LONGEST_NUMBER or int(said) > most):
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    body += (piece := message.get("body", b""))
                    self._num_half_read += len(piece)
                    if len(body) > most:
                        raise too_large
                    if self._num_half_read > MOST_HALF_READ * most:
                        raise too_busy(f"{self._num_half_read:,} bytes are being sent already")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT,
                f"the body was not there within {self._limits.body_seconds:g} seconds",
            ) from None
        finally:
            self._num_half_read -= len(body)


async def _left(receive: Receive) -> None:
    """Wait until whoever asked has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(
    answer: _Answer, refusal: RefusedError, receive: Receive | None = None, most: int = 0
) -> None:
    """Send an error.

    Args:
        answer: to whom.
        refusal: the error. Where the body was not read to its end, the connection ends with it.
        receive: the rest of that body.
        most: bytes of it that are thrown away. Closed at once, the connection would be reset, and
            a client that is still sending would never see the answer.
    """
    headers = {
        "content-type": "application/json",
        "content-length": str(len(refusal.content)),
        **{name.lower(): value for name, value in refusal.headers.items()},
        **({"connection": "close"} if refusal.ends_connection else {}),
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    start = {"type": "http.response.start", "status": int(refusal.status), "headers": encoded}
    await answer(start)
    body = {"type": "http.response.body", "body": refusal.content}
    if receive is None or refusal.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        await answer(body)
        return
    await answer({**body, "more_body": True})
    try:
        async with asyncio.timeout(2):
            while most > 0:
                message = await receive()
                most -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await answer({"type": "http.response.body", "body": b""})
