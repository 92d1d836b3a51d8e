"""The server's process: its address, its connections, and its end."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lstm_cli.errors import RequestError
from lstm_cli.server.app import Service, make_app
from lstm_cli.server.guard import Guard, Listener
from lstm_cli.server.limits import RefusedError

if TYPE_CHECKING:
    import h11
    from uvicorn import Server

HEAD_SECONDS = 10  # in which the head of a request has to be there
IDLE_SECONDS = 15  # that a connection is kept for the next request
STUCK_SECONDS = 30  # in which whoever asked has to take some of an answer
END_SECONDS = 60  # in which what was begun is answered once the server is to stop
MOST_CONNECTIONS = 1_000
LARGEST_HEAD = 16_384  # bytes


def listen(host: str, port: int) -> socket.socket:
    """The socket of an address, which takes connections from now on.

    Raises:
        RequestError: it cannot be had.
    """
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise RequestError(
            "no such address; 127.0.0.1 is this machine alone", parameter="host", value=host
        ) from error
    try:
        return socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
        if error.errno == errno.EADDRNOTAVAIL:
            raise RequestError(
                f"{reason}; 127.0.0.1 is this machine alone, 0.0.0.0 all its addresses",
                parameter="host",
                value=host,
            ) from error
        raise RequestError(
            f"{reason}; choose another, or 0 for any that is free", parameter="port", value=port
        ) from error


def address_of(listening: socket.socket) -> str:
    """How a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_loopback(listening: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    host = str(listening.getsockname()[0])
    return host.startswith("127.") or host == "::1"


def serve(
    service: Service, listening: socket.socket, listener: Listener, ready: Callable[[], None]
) -> None:
    """Answer requests until Ctrl-C or SIGTERM; then what was begun is answered, and no more.

    Args:
        service: what answers.
        listening: the socket.
        listener: is told what happens.
        ready: is called once requests are answered and both signals are heard.
    """
    server = make_server(make_app(service, listener), ready)
    asyncio.run(server.serve(sockets=[listening]))


def make_server(app: Guard, ready: Callable[[], None] = lambda: None) -> "Server":
    """A server that is not running yet."""
    from uvicorn import Config, Server

    class Ending(Server):
        """A server that ends well when it is asked to: uvicorn's raises the signal once more."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            numbers = (signal.SIGINT, signal.SIGTERM)
            try:
                before = {number: signal.signal(number, self.handle_exit) for number in numbers}
            except ValueError:  # only the main thread hears signals
                before = {}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    config = Config(
        app,
        http=_protocol(),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",  # the guard tells what happens
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )
    return Ending(config)


def _protocol() -> type[asyncio.Protocol]:
    """uvicorn's, with an end to its patience.

    A client that sends a byte of a head now and then, or nothing, or that takes nothing of its
    answer, would hold a connection forever.
    """
    import h11
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _head: asyncio.TimerHandle | None = None
        _stuck: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            # asyncio does this only for sockets of its own making. Without it the body of an answer
            # waits 40 ms until the client has confirmed its head.
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if len(self.connections) > MOST_CONNECTIONS:
                transport.close()
                return
            self._expect_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
                self._expect_head()
            elif self._head is not None:
                self._head.cancel()
                self._head = None

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._stuck is not None:
                self._stuck.cancel()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            for timer in (self._head, self._stuck):
                if timer is not None:
                    timer.cancel()

        def send_400_response(self, msg: str) -> None:
            for event in _no_http():
                self.transport.write(self.conn.send(event) or b"")
            self.transport.close()

        def _expect_head(self) -> None:
            if self._head is None:
                self._head = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    return Impatient


def _no_http() -> "Iterator[h11.Event]":
    """The answer to what is no request at all: every error is JSON, that one, too."""
    import h11

    content = RefusedError(HTTPStatus.BAD_REQUEST, "this is no request of HTTP").content
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(content))),
        ("connection", "close"),
    ]
    yield h11.Response(status_code=400, headers=headers, reason="Bad Request")
    yield h11.Data(data=content)
    yield h11.EndOfMessage()
