"""What several processes do together in a test, each of which writes down what came of it.

    torchrun --standalone --nproc-per-node 2 -m tests.in_processes FOLDER

All of it in one start, for a start takes most of the time.
"""

import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import Launch
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.distributed import agreed, from_first, joined, shared_tokens, start_alike
from lstm_cli.training.loop import NetworkStart, Trained, schedule_of
from lstm_cli.training.trainer import Trainer, TrainingTask
from tests.helpers import IN_STEPS, SCALE, eight_reviews, learn, learned

NOTHING_HIDDEN = {"embedding_dropout": 0.0, "word_dropout": 0.0, "blank_review_rate": 0.0,
                  "readout_dropout": 0.0}  # fmt: skip
TOKENS = np.arange(100_000, dtype=np.int32)


def gradients(compute: Compute, tokens_per_batch: int) -> np.ndarray:
    """Of one step over the eight reviews, nothing hidden and an adversary at work."""
    rated, vocabulary = eight_reviews()
    config = TrainConfig(
        epochs=1, tokens_per_batch=tokens_per_batch, clip_norm=1e9, **NOTHING_HIDDEN
    )
    task = TrainingTask(rated, rated, SCALE)
    with compute.seeded(0):
        model = ModelConfig(len(vocabulary), 3, embedding_size=5, hidden_size=6)
        network = NetworkStart(model, vocabulary).network(config)
        start_alike(network, compute)
        trainer = Trainer(network, config, task, compute, num_steps=1)
        trainer.train_step(*next(iter(schedule_of(task, config, compute).batches(0, 0))))
    leaves = [*trainer.dense, trainer.embedding.gradient_holder()]
    return np.concatenate([leaf.grad.flatten().numpy() for leaf in leaves])


def told(trained: Trained) -> dict[str, Any]:
    """All that one training came to but for the time it took."""
    arrays = trained.network.to_arrays()
    return {
        "weights": np.concatenate([array.ravel() for array in arrays.values()]).tolist(),
        "probabilities": trained.probabilities.tolist(),
        "history": [asdict(replace(report, seconds=0.0)) for report in trained.history],
        "completed": trained.completed,
    }


def trainings(compute: Compute, folder: Path) -> dict[str, Any]:
    """The same in one go, once more, in pieces, and in batches of less than a review each."""
    kept = RunControl(folder / "checkpoint", resume=True) if compute.rank == 0 else RunControl()
    found = {
        "whole": learned(RunControl(), compute=compute),
        "repeated": learned(RunControl(), compute=compute),
        # What stops the first one stops the others, who are not asked.
        "stopped": learned(kept, 7 if compute.rank == 0 else None, compute=compute),
        "resumed": learned(kept, compute=compute),
        "single reviews": learned(RunControl(), compute=compute, tokens_per_batch=1, epochs=2),
        "nothing hidden": learn(compute=compute, **(IN_STEPS | NOTHING_HIDDEN))[0],
    }
    return {name: told(trained) for name, trained in found.items()}


def tokens_arrive(launch: Launch, folder: Path) -> dict[str, bool]:
    """Whether the ids of the first are there, mapped, from memory and from a file that it maps."""
    tempfile.tempdir = str(folder)
    kept = folder / "kept"
    if launch.is_first:
        TOKENS.tofile(kept)
    mapped = np.memmap(kept, dtype="<i4", mode="r") if launch.is_first else None
    apart = replace(launch, local_rank=0, local_world_size=1)  # as if on hosts of their own
    given = TOKENS if launch.is_first else None
    found = {
        "from memory": shared_tokens(given, launch),
        "from a file": shared_tokens(mapped, launch),
        "on another host": shared_tokens(mapped, apart),
    }
    assert Path(found["from a file"].filename) == kept  # and no copy of it
    return {
        name: isinstance(array, np.memmap) and np.array_equal(array, TOKENS)
        for name, array in found.items()
    }


def main(folder: Path) -> None:
    """Do all of it, and write it down."""
    launch = Launch.of_environment()
    compute = Compute().as_one_of(launch)
    with joined(launch):
        found = {
            "gradients": {tokens: gradients(compute, tokens).tolist() for tokens in (1, 6, 1_000)},
            "trainings": trainings(compute, folder),
            "tokens": tokens_arrive(launch, folder),
            "agreed": [agreed(launch.is_first, compute), agreed(not launch.is_first, compute)],
            "from the first": from_first({"rank": launch.rank}, compute),
        }
    (folder / f"{launch.rank}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
