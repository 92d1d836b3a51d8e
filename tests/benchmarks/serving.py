"""``lstm serve`` as programs ask it: how many reviews a second, and how long one waits.

``python -m tests.benchmarks.serving [SECONDS]``, on the base, by HTTP on this machine, which the
clients share. ``python -m tests.benchmarks.serving storm [SECONDS] [CLIENTS]`` sends good and bad
requests of every size, and looks at each answer and at the server's memory.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np

from lstm_cli.bundle.locating import base_path
from lstm_cli.bundle.reading import open_bundle
from tests.serving import JSON, client_of, resident_bytes, serving, storm

WORDS = 27  # of a review, as many as a sentence or two have
CLIENTS, TEXTS = 16, 64
MAX_BODY = 200_000


def base() -> Path:
    """The base that ships."""
    path = base_path()
    assert path is not None
    return path


def reviews() -> Iterator[str]:
    """Reviews without end, of common words; none comes twice."""
    bundle = open_bundle(base())
    words = np.array([word for word in bundle.vocabulary.tokens[2:5_000] if word.isalpha()])
    rng = np.random.default_rng(0)
    while True:
        for row in rng.choice(words, (1_000, WORDS)):
            yield " ".join(row)


def asked(address: str, clients: int, texts: int, seconds: float) -> tuple[float, list[float]]:
    """Clients that ask one after the other.

    Args:
        address: of the server.
        clients: side by side.
        texts: in one request; a lone one goes as ``text``.
        seconds: for which they ask.

    Returns:
        Reviews a second, and the seconds that each request took.
    """
    source, lock = reviews(), threading.Lock()

    def ask(_: int) -> list[float]:
        took = []
        with client_of(address) as client:
            while time.perf_counter() < end:
                with lock:
                    some = [next(source) for _ in range(texts)]
                body = json.dumps({"texts": some} if texts > 1 else {"text": some[0]})
                began = time.perf_counter()
                client.post("/v1/predict", content=body, headers=JSON).raise_for_status()
                took.append(time.perf_counter() - began)
        return took

    next(source)
    began = time.perf_counter()
    end = began + seconds
    with ThreadPoolExecutor(clients) as pool:
        took = [second for found in pool.map(ask, range(clients)) for second in found]
    return len(took) * texts / (time.perf_counter() - began), took


def main(seconds: float = 10) -> None:
    """Print the table of speeds."""
    sides: dict[str, tuple[int, int]] = {
        "one client, one text at a time": (1, 1),
        f"{CLIENTS} clients, one text each": (CLIENTS, 1),
        f"one client, {TEXTS} texts at a time": (1, TEXTS),
    }
    print(f"Reviews of {WORDS} words, each side for {seconds:g} seconds\n")
    print(
        "| | median, ms | 99th percentile, ms | reviews/s | the server's processor, ms a review |"
    )
    print("|---|---|---|---|---|")
    with serving(base()) as (process, address):
        asked(address, 1, 1, 1)
        for name, (clients, texts) in sides.items():
            before = processor_seconds(process.pid)
            speed, took = asked(address, clients, texts, seconds)
            work = (processor_seconds(process.pid) - before) / (len(took) * texts) * 1e3
            middle, late = np.percentile(took, (50, 99)) * 1e3
            print(f"| {name} | {middle:,.1f} | {late:,.1f} | {speed:,.0f} | {work:.1f} |")


def processor_seconds(process: int) -> float:
    """What a process has computed so far, on all cores: a busy machine changes it less."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rage(seconds: float = 300, clients: int = 50) -> None:
    """Print what became of a storm: requests, wrong answers, and memory by the minute."""
    seeds, end = count(), time.perf_counter() + seconds
    with serving(base(), "--max-body", str(MAX_BODY)) as (process, address):

        def ask(_: int) -> tuple[int, list[str]]:
            rounds, wrong = 0, []
            with client_of(address) as client:
                while time.perf_counter() < end:
                    wrong += storm(client, next(seeds), 20, MAX_BODY)
                    rounds += 1
            return 20 * rounds, wrong

        held = [resident_bytes(process.pid)]
        watch(lambda: held.append(resident_bytes(process.pid)), seconds / 10, 10)
        with ThreadPoolExecutor(clients) as pool:
            found = list(pool.map(ask, range(clients)))
    wrong = [problem for _, problems in found for problem in problems]
    print(f"{sum(requests for requests, _ in found):,} requests, {len(wrong)} answered wrongly")
    print("memory, MiB:", *(f"{size / 2**20:.0f}" for size in held))
    print(*wrong[:10], sep="\n")


def watch(look: Callable[[], None], seconds: float, times: int) -> None:
    """Look now and then, beside everything else."""
    if times:
        timer = threading.Timer(seconds, lambda: (look(), watch(look, seconds, times - 1)))
        timer.daemon = True
        timer.start()


if __name__ == "__main__":
    if sys.argv[1:2] == ["storm"]:
        rage(*map(float, sys.argv[2:3]), *map(int, sys.argv[3:4]))
    else:
        main(*map(float, sys.argv[1:2]))
