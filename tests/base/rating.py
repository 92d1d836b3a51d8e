"""The ratings of all domains together, from what the language model knows.

Shares of ratings differ: 85 % fives here, no threes there. What a network says of a review
is therefore the sum of two: its own logits, and the logarithm of the shares of the review's
domain (Ren et al. 2020, "balanced softmax"). The second is left out when the network is
used, so that no domain's skew becomes what it expects of a stranger's file.

Shapes: B reviews in a batch, R = 5 ratings.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from lstm_cli.arrays import Float32Array
from lstm_cli.config import ModelConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.batches import Batch, make_batch, prefetch
from lstm_cli.training.checkpoint import (
    CheckpointKeeper,
    RunControl,
    TrainerState,
    put_back,
    tensors_of,
)
from lstm_cli.training.optimiser import AveragedWeights, rate_factor
from tests.base.collection import NUM_RATINGS
from tests.base.lessons import Lessons, Plan
from tests.base.settings import RatingSettings
from tests.base.weights import arrays_of, digest_of

CLIP_NORM = 1.0


class RatingTrainer:
    """A network that learns ratings.

    Args:
        settings: rates, dropouts and the like.
        lessons: what it reads, with its labels.
        network: what learns; ``beginner`` makes one.
        compute: where it learns.
    """

    def __init__(
        self, settings: RatingSettings, lessons: Lessons, network: nn.Module, compute: Compute
    ) -> None:
        self.settings, self.lessons, self.compute = settings, lessons, compute
        self.network = compute.place(network).train()
        self.optimiser = _optimiser(self.network, settings)
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.average = AveragedWeights(self.network.parameters(), settings.average_decay)
        self.belongs_to = self._fingerprint()
        self.step = 0
        self.history: list[dict[str, Any]] = []

    @property
    def num_steps(self) -> int:
        """Batches of all lessons."""
        return sum(map(len, self.lessons.plans))

    def _fingerprint(self) -> str:
        """Of all that decides what is learned."""
        lessons = self.lessons
        decided = (self.settings, lessons.readings.collection.fingerprint)
        digest = hashlib.sha256(repr(decided).encode())
        digest.update(lessons.targets.tobytes())
        for plan in lessons.plans:
            for batch in plan:
                digest.update(batch.tobytes() + b"|")
        digest.update(digest_of(arrays_of(self.network)).encode())
        return digest.hexdigest()

    def epoch(self) -> None:
        """Read what the next epoch, or part of one, has."""
        began, tokens = time.perf_counter(), 0
        loss = torch.zeros((), device=self.compute.device)
        plan = self.lessons.plans[len(self.history)]
        for batch in self._batches(plan):
            loss += self.train_step(batch)
            tokens += batch.num_tokens
        self.history.append(
            {
                "part": len(self.history) + 1,
                "loss": float(loss) / len(plan),
                "tokens_per_second": tokens / (time.perf_counter() - began),
            }
        )

    def _batches(self, plan: Plan) -> Iterator[Batch]:
        corpus = self.lessons.readings.corpus
        yield from prefetch(make_batch(corpus, places) for places in plan)

    def train_step(self, batch: Batch) -> Tensor:
        """Learn from one batch; its loss."""
        settings, lessons, tensor = self.settings, self.lessons, self.compute.tensor
        torch.manual_seed(settings.seed * 1_000_003 + self.step)  # the same after a resumption
        factor = rate_factor(self.step, self.num_steps, settings.warmup)
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        with self.compute.autocast():
            logits = self.network(tensor(batch.token_ids), tensor(batch.lengths))
        expected = tensor(lessons.priors[lessons.readings.domain[batch.reviews]])
        targets = tensor(lessons.targets[batch.reviews])
        loss = soft_loss(logits.float() + expected, targets, settings.rps_weight)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP_NORM)
        self.optimiser.step()
        self.average.update()
        self.step += 1
        return loss.detach()

    def state_dict(self) -> TrainerState:
        """All that the next epoch depends on."""
        averages = {f"average:{k}": a for k, a in enumerate(self.average.averages)}
        tensors = tensors_of(self.network, self.optimiser) | averages
        return TrainerState(self.step, tuple(self.history), tensors)

    def load_state_dict(self, state: TrainerState) -> None:
        """Take the place of the trainer whose state it is."""
        put_back(state.tensors, self.network, self.optimiser)
        averages = [state.tensors[f"average:{k}"] for k in range(len(self.average.averages))]
        self.average.go_on_from(averages, state.step)
        self.step, self.history = state.step, list(state.history)


def learn_ratings(
    trainer: RatingTrainer, control: RunControl, say: Callable[[str], None]
) -> nn.Module:
    """The network after all epochs, its weights averaged over the last steps."""
    keeper = CheckpointKeeper(control, lambda: trainer.belongs_to)
    keeper.resume(trainer)
    while len(trainer.history) < len(trainer.lessons.plans):
        trainer.epoch()
        say(f"ratings: {json.dumps(trainer.history[-1])}")
        keeper.keep_epoch(trainer)
    trainer.average.swap()
    return trainer.network.eval()


def config_of(arrays: Mapping[str, Float32Array]) -> ModelConfig:
    """The sizes of a network whose arrays these are, with or without a readout."""
    return ModelConfig(
        vocab_size=len(arrays["embedding"]),
        num_ratings=NUM_RATINGS,
        embedding_size=arrays["embedding"].shape[1],
        hidden_size=arrays["cell.short_term"].shape[1],
    )


def beginner(settings: RatingSettings, start: Mapping[str, Float32Array]) -> ReviewNetwork:
    """A network that begins with these weights, those of a language model or of a base."""
    torch.manual_seed(settings.seed)
    network = ReviewNetwork(
        config_of(start),
        embedding_dropout=settings.embedding_dropout,
        word_dropout=settings.word_dropout,
        blank_review_rate=settings.blank_review_rate,
        readout_dropout=settings.readout_dropout,
    )
    network.start_from(start)
    return network


def _optimiser(network: nn.Module, settings: RatingSettings) -> torch.optim.AdamW:
    rates = {
        "embedding": (settings.embedding_lr_scale, 0.0),
        "cell": (settings.cell_lr_scale, settings.weight_decay),
        "encoder": (settings.encoder_lr_scale, settings.weight_decay),
        "readout": (1.0, settings.weight_decay),
    }
    groups = []
    for name, part in network.named_children():
        if weights := list(part.parameters()):
            scale, decay = rates[name]
            rate = settings.learning_rate * scale
            groups.append({"params": weights, "lr": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.99), fused=True)


def soft_loss(logits: Tensor, targets: Tensor, rps_weight: float) -> Tensor:
    """Cross-entropy and a share of the ranked probability score, the mean of the reviews.

    As ``rating_losses`` of the program, of probabilities instead of one rating. (B, R), (B, R)
    """
    log_probabilities = logits.log_softmax(1)
    losses = -(targets * log_probabilities).sum(1)
    passed = (log_probabilities.exp() - targets).cumsum(1)
    return (losses + rps_weight * passed.square().sum(1)).mean()
