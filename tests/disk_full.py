"""Every way of writing, on a disk that is full sooner or later: what is left behind?

    python -m tests.disk_full FOLDER

FOLDER is an empty one that may be mounted over: run it where that is allowed, as
``unshare -rm`` allows it. Prints how often each way was refused and how often it was done.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.errors import LstmError
from lstm_cli.training.checkpoint import TrainerState, load_checkpoint, save_checkpoint
from tests.helpers import in_case, lstm, new_bundle

SIZE = 512  # KiB of the disk
STEP = 4  # KiB, a page


def main(folder: Path, model: Path) -> None:
    """Fill the disk to every page, and try to write."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}k", "none", str(folder)], check=True)
    bundle = open_bundle(model)
    new = replace(new_bundle(bundle), baseline=None)  # which alone is larger than the disk

    def replaced() -> None:
        write_bundle(new, folder / "models" / "one", replace=True)

    def kept() -> None:
        tensors = {"a": torch.zeros(40_000)}
        save_checkpoint(TrainerState(1, (), tensors), folder / "checkpoint", "it")

    def rated() -> None:
        rows = folder.parent / "rows.csv"
        rows.write_text("review\n" + "a fine film, that one\n".replace(",", "") * 2_000)
        target = folder / "rated.csv"
        done = lstm("-q", "predict", "--input", rows, "--output", target, "--model", model)
        if done.exit_code == 2:
            assert done.stderr.count("\n") == 1, done.stderr
            raise LstmError(done.stderr.strip())
        assert done.exit_code == 0, done.output

    found: dict[str, list[int]] = {}
    ways: tuple[Callable[[], None], ...] = (replaced, kept, rated)
    for way in ways:
        refused = done = 0
        for free in range(0, SIZE - 64, STEP * (1 if way is not rated else 16)):
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            write_bundle(new, folder / "models" / "one")
            old = (folder / "models" / "one" / "weights.safetensors").read_bytes()
            save_checkpoint(TrainerState(0, (), {}), folder / "checkpoint", "it")
            with in_case(f"{way.__name__}, {free} KiB free"):
                before = {path.name for path in folder.rglob("*")}
                _fill(folder / "filler", free)
                try:
                    way()
                except LstmError as error:
                    refused += 1
                    assert "the disk is full" in str(error) or "No space left" in str(error), error
                    left = {path.name for path in folder.rglob("*")} - {"filler"}
                    assert left == before, left ^ before
                    assert load_checkpoint(folder / "checkpoint", "it").step == 0
                else:
                    done += 1
                assert (folder / "models" / "one" / "weights.safetensors").read_bytes() == old
                open_bundle(folder / "models" / "one")
        found[way.__name__] = [refused, done]
    print(json.dumps(found))


def _fill(path: Path, free: int) -> None:
    """Leave so many KiB free."""
    with path.open("wb") as file:
        while shutil.disk_usage(path.parent).free > free * 1_024:
            file.write(b"\0" * STEP * 1_024)
            file.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
