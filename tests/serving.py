"""A server on a free port of this machine, in a thread or a process; and clients for it."""

import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_cli.server.app import Service, make_app
from lstm_cli.server.guard import Listener
from lstm_cli.server.running import address_of, listen, make_server

if TYPE_CHECKING:
    import httpx

JSON = {"content-type": "application/json"}


def client_of(address: str) -> "httpx.Client":
    """What programs ask a server with; loaded here, for who has no server has no need of it."""
    import httpx

    return httpx.Client(base_url=address, trust_env=False, timeout=120)


@dataclass
class Running:
    """A server that answers."""

    address: str
    port: int
    said: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)

    def client(self) -> "httpx.Client":
        """What programs ask with."""
        return client_of(self.address)

    def connection(self) -> socket.socket:
        """What asks byte by byte."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@contextmanager
def running(service: Service) -> Iterator[Running]:
    """The context in which a server answers; no request waits for it to begin."""
    with listen("127.0.0.1", 0) as listening:
        told = Running(address_of(listening), listening.getsockname()[1])
        listener = Listener(told.said.append, lambda line, _: told.complained.append(line))
        server = make_server(make_app(service, listener))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            yield told
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def serving(model: Path | str, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``lstm serve`` as a process, and its address; it is stopped, and has ended well."""
    command = [sys.executable, "-m", "lstm_cli", "serve", "--port", "0", "--model", str(model)]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found, said = None, " "
        while said and found is None:
            said = process.stderr.readline()
            found = re.search(r"^serving model .* at (http://\S+); Ctrl-C ends it$", said)
        assert found, "it did not begin"
        try:
            yield process, found[1]
        finally:
            process.terminate()
            assert process.wait(120) == 0
            assert process.stderr.read() == ""


def head(path: str, *fields: str, method: str = "POST") -> bytes:
    """The head of a request."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: here", *fields, "", "")).encode()


def answer_on(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """The next answer on a connection: its status, and the JSON in it."""
    with connection.makefile("rb") as read:
        status = int(read.readline().split()[1])
        length = 0
        while line := read.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, json.loads(read.read(length) or b"{}")


# A storm: requests of every size, most of them good ones

TEXTS = ("a fine film", "no fun at all", "", "superb! " * 30, "words nobody knows", "über ❤")


def storm(client: "httpx.Client", seed: int, requests: int, max_body: int) -> Iterator[str]:
    """Send requests and look at each answer.

    Args:
        client: of a server whose largest body is ``max_body``.
        seed: which requests.
        requests: how many.
        max_body: in bytes.

    Yields:
        What was wrong.
    """
    rng = random.Random(seed)
    for _ in range(requests):
        kind = rng.choice(("one", "one", "several", "broken", "past the limit", "binary"))
        texts = [f"{rng.choice(TEXTS)} {rng.random()}" for _ in range(rng.choice((1, 3, 40)))]
        good = json.dumps({"texts": texts} if kind == "several" else {"text": texts[0]}).encode()
        body, expected = good, 200
        if kind == "broken":
            body, expected = good[: rng.randrange(len(good))], 400
        elif kind == "past the limit":
            body, expected = b" " * (max_body + rng.choice((1, 1000, max_body))), 413
        elif kind == "binary":
            body, expected = b"\xff\xfe" + rng.randbytes(rng.randrange(2, 2_000)), 400
        elif rng.random() < 0.1:  # up to the limit
            body = good + b" " * (max_body - len(good))
        answer = client.post("/v1/predict", content=body, headers=JSON)
        said = answer.json()
        if answer.status_code != expected:
            yield f"{kind}: {answer.status_code} {said}"
        elif expected != 200:
            if set(said) != {"error"}:
                yield f"{kind}: {said}"
        elif [rated["text"] for rated in (said if kind == "several" else [said])] != (
            texts if kind == "several" else texts[:1]
        ):
            yield f"{kind}: the answer to another request"


def resident_bytes(process: int) -> int:
    """Memory that a process holds now; 0 where the system does not say."""
    held = Path(f"/proc/{process}/statm")
    return int(held.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if held.exists() else 0
