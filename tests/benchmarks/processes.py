"""Several processes against one: how fast, how good, and what becomes of it when one is killed.

    python -m tests.benchmarks.processes speed REVIEWS.csv [OPTIONS of lstm train]
    python -m tests.benchmarks.processes kill REVIEWS.csv [OPTIONS of lstm train]

``speed`` trains by turns with one process and with two, one thread each, with seeds 0 to 2: the
tokens a second are those of training alone, and the accuracy that of the held-out reviews. The
file should be large (a million tokens at least: batches are small for few reviews), and
``--epochs 1`` is enough where only the speed is asked for.

``kill`` ends one of two processes with kill -9 at ten random moments, and does so again where
torchrun may start them anew. Each time it wants the reason, and the model that comes of an
undisturbed training. The file should be small: what is learned is kept at every step.
"""

import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from joblib import cpu_count

from tests.benchmarks.accuracy import SEEDS
from tests.benchmarks.tables import alternately, show_table

TIMES = 10
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
SURROUNDINGS = os.environ | {
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "OMP_NUM_THREADS": "1",
}
LONGEST = 3_600.0  # seconds after which a run counts as hanging


def speed(reviews: Path, options: Sequence[str]) -> None:
    """Print a table of the speed, and the accuracies."""
    starts = {"two processes": TORCHRUN, "one process": (sys.executable,)}
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in starts}

    def tokens_per_second(name: str) -> float:
        seed = SEEDS[len(made[name])]
        with tempfile.TemporaryDirectory() as models:
            command = (
                *starts[name], "-m", "lstm_cli", "-q", "train", str(reviews), "--json",
                "--no-baseline", "--models-dir", models, "--seed", str(seed), *options,
            )  # fmt: skip
            printed = subprocess.run(
                command, env=SURROUNDINGS, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        made[name].append(json.loads(printed))
        return made[name][-1]["tokens_per_second"]

    sides = {name: lambda name=name: tokens_per_second(name) for name in starts}
    print(f"One thread each, {cpu_count(only_physical_cores=True)} physical cores, "
          f"{reviews.name} {' '.join(options)}, medians of {len(SEEDS)}\n")  # fmt: skip
    show_table("tokens/s", alternately(sides, len(SEEDS)), first="two processes")
    print("\n| | held-out accuracy, seed by seed | mean |\n|---|---|---|")
    for name, runs in made.items():
        accuracies = [100 * run["validation"]["accuracy"] for run in runs]
        listed = ", ".join(f"{accuracy:.1f}" for accuracy in accuracies)
        print(f"| {name} | {listed} | {statistics.mean(accuracies):.2f} % |")


def kill(reviews: Path, options: Sequence[str]) -> None:
    """Print a line a moment, and how many ended well."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run = ("-m", "tests.to_lose_a_process", "-q", "train", str(reviews), *options)
        began = time.perf_counter()
        code, said, _ = watched((*TORCHRUN, *run, "--name", "whole"))
        assert code == 0, said
        whole, lasts = weights("whole"), time.perf_counter() - began
        print(f"undisturbed it takes {lasts:.0f} s\n")
        ended = resumed = restarted = 0
        for number in range(TIMES):
            moment, which = rng.uniform(0, lasts), rng.randrange(2)
            name, again = f"killed-{number}", f"restarted-{number}"
            code, said, is_killed = watched((*TORCHRUN, *run, "--name", name), moment, which)
            is_clean = not is_killed or (code == 1 and is_told(said))
            ended += is_clean
            finished = 0
            if not Path("models", name).exists():
                finished, said_then, _ = watched((*TORCHRUN, *run, "--name", name, "--resume"))
                said += said_then
            is_same = finished == 0 and weights(name) == whole
            resumed += is_same
            command = (*TORCHRUN, "--max-restarts", "1", *run, "--name", again)
            code, said_again, _ = watched(command, moment, which)
            is_same_again = code == 0 and weights(again) == whole
            restarted += is_same_again
            print(f"{moment:5.1f} s, process {which}{'' if is_killed else ' (had ended)'}: "
                  f"clean end {is_clean}, resumed {is_same}, restarted {is_same_again}",
                  flush=True)  # fmt: skip
            if not (is_clean and is_same and is_same_again):
                print(said, said_again, sep="\n----\n")
        print(f"\nof {TIMES}: {ended} clean ends with the reason, {resumed} resumed to the same "
              f"model, {restarted} started again by torchrun to the same model")  # fmt: skip


def watched(
    command: Sequence[str], moment: float | None = None, which: int = 0
) -> tuple[int, str, bool]:
    """Run torchrun; kill one of its processes after so many seconds, if it still runs.

    Returns:
        The exit code, what was said on standard error, and whether anything was killed.
    """
    run = subprocess.Popen(
        command, env=SURROUNDINGS, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    is_killed = False
    if moment is not None:
        began = time.perf_counter()
        process = processes_of(run)[which]
        time.sleep(max(0.0, moment - (time.perf_counter() - began)))
        with suppress(ProcessLookupError):  # it has ended
            os.kill(process, signal.SIGKILL)
            is_killed = True
    _, said = run.communicate(timeout=LONGEST)
    return run.returncode, said, is_killed


def processes_of(run: subprocess.Popen[str]) -> dict[int, int]:
    """The two that torchrun starts, by rank, once they are there."""
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    ranks: dict[int | None, int] = {}
    while not {0, 1} <= set(ranks):
        time.sleep(0.05)
        ranks = {rank_of(int(pid)): int(pid) for pid in children.read_text().split()}
    return {rank: pid for rank, pid in ranks.items() if rank is not None}


def rank_of(pid: int) -> int | None:
    """The rank of a process; None if it has none."""
    surroundings = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    ranks = [int(entry[5:]) for entry in surroundings if entry.startswith(b"RANK=")]
    return ranks[0] if ranks else None


def is_told(said: str) -> bool:
    """The reason is there, and nothing of ours but a line or none of it."""
    ours = re.findall("^lstm: .*", said, re.MULTILINE)
    is_brief = not ours or (len(ours) == 1 and "another process of this training" in ours[0])
    return "Signal 9 (SIGKILL)" in said and is_brief and said.count("Traceback") == 1


def weights(name: str) -> bytes:
    """Of a model in the current folder."""
    return Path("models", name, "weights.safetensors").read_bytes()


def main(kind: str, reviews: str, *options: str) -> None:
    """Do what was asked for."""
    {"speed": speed, "kill": kill}[kind](Path(reviews).resolve(), options)


if __name__ == "__main__":
    main(*sys.argv[1:])
