"""The ratings of all domains together, from what the language model knows.

Shares of ratings differ: 85 % fives here, no threes there. What a network says of a review
is therefore the sum of two: its own logits, and the logarithm of the shares of the review's
domain (Ren et al. 2020, "balanced softmax"). The second is left out when the network is
used, so that no domain's skew becomes what it expects of a stranger's file.

Shapes: B reviews in a batch, N reviews, R = 5 ratings, D domains.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstm_cli.arrays import Float32Array
from lstm_cli.config import ModelConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.batches import Batch, make_batch, plan_batches, prefetch
from lstm_cli.training.checkpoint import (
    CheckpointKeeper,
    RunControl,
    TrainerState,
    put_back,
    tensors_of,
)
from lstm_cli.training.optimiser import AveragedWeights, rate_factor
from tests.base.collection import NUM_RATINGS, Collection
from tests.base.drawing import EVEN, EVEN_TAUGHT, LONGEST, Even, Readings
from tests.base.teaching import Teaching
from tests.base.weights import arrays_of, digest_of

FEWEST_SHARE = 0.02  # of a rating in a domain that has none
CLIP_NORM = 1.0
NOTHING = np.empty(0, np.int64)


@dataclass(frozen=True)
class RatingSettings:
    """How ratings are learned.

    Small batches make more steps of short reviews: before sentences were read, those of phrases
    were 127 of 1,627 in an epoch, where batches of 24,576 tokens, however many reviews, made 11 of
    636. An epoch on two thirds of the domains (a network of 256 units that had learned for one
    epoch) took the kappa on the other third from 0.392 to 0.573, and to 0.485 with those of 24,576
    tokens.

    Tried on thirteen domains left out, one seed: an adversary by the rating's gradient (Miyato
    et al. 2017; half a standard deviation a word) gave 57.4 % and a kappa of 0.696 where it was
    57.3 and 0.693, at twice the time; a virtual one, also on unrated films, 51.5 and 0.523.
    """

    epochs: int = 4
    tokens_per_batch: int = 12_288
    most_reviews: int = 256  # in a batch: short ones by the thousand would make few steps
    learning_rate: float = 2e-3
    cell_lr_scale: float = 0.5
    embedding_lr_scale: float = 0.25
    rps_weight: float = 0.5
    average_decay: float = 0.995
    weight_decay: float = 0.01
    warmup: float = 0.06
    embedding_dropout: float = 0.15
    word_dropout: float = 0.05
    blank_review_rate: float = 0.02
    readout_dropout: float = 0.4
    seed: int = 0
    longest: int = LONGEST  # words of what is learned from, once shortened


class RatingTrainer:
    """A network that learns ratings.

    Args:
        settings: how.
        collection: reviews, their ratings and domains.
        training: places of those it learns from, each with a rating.
        network: what learns; ``beginner`` makes one.
        compute: where it learns.
        teaching: who says what texts are rated, beside those who wrote them.
        unrated: places of reviews without a rating, of whose sentences only teachers are asked.
    """

    def __init__(
        self,
        settings: RatingSettings,
        collection: Collection,
        training: NDArray[np.int64],
        network: nn.Module,
        compute: Compute,
        teaching: Teaching | None = None,
        unrated: NDArray[np.int64] = NOTHING,
    ) -> None:
        self.settings, self.collection, self.compute = settings, collection, compute
        self.network = compute.place(network).train()
        self.optimiser = _optimiser(self.network, settings)
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.average = AveragedWeights(self.network.parameters(), settings.average_decay)
        self.readings = Readings.of(collection, np.concatenate([training, unrated]))
        self.corpus = self.readings.corpus
        self.targets = soft_targets(collection.ratings)[self.readings.review]
        self.priors = log_shares(collection, training)
        even = EVEN_TAUGHT if teaching else EVEN
        self.plans = [
            self._plan(training, even, np.random.default_rng((settings.seed, epoch)))
            for epoch in range(settings.epochs)
        ]
        self.belongs_to = self._fingerprint(teaching)
        if teaching:
            drawn = np.unique(np.concatenate([batch for plan in self.plans for batch in plan]))
            self.targets = teaching.labels(self.targets, self.readings, drawn, self.priors)
        self.step = 0
        self.history: list[dict[str, Any]] = []

    @property
    def num_steps(self) -> int:
        """Batches of all epochs."""
        return sum(map(len, self.plans))

    def _plan(
        self, training: NDArray[np.int64], even: Even, rng: np.random.Generator
    ) -> list[NDArray[np.int64]]:
        reviews = self.readings.draw(training, rng, even)
        reviews = reviews[self.corpus.lengths[reviews] <= self.settings.longest]
        lengths = self.corpus.lengths[reviews]
        parts = [
            part
            for some in plan_batches(lengths, self.settings.tokens_per_batch, rng)
            for part in np.array_split(reviews[rng.permutation(some)],
                                       math.ceil(len(some) / self.settings.most_reviews))
        ]  # fmt: skip
        return [parts[k] for k in rng.permutation(len(parts))]

    def _fingerprint(self, teaching: Teaching | None) -> str:
        """Of all that decides what is learned."""
        taught = teaching.digest if teaching else ""
        decided = (self.settings, self.collection.fingerprint, taught)
        digest = hashlib.sha256(repr(decided).encode())
        for plan in self.plans:
            for batch in plan:
                digest.update(batch.tobytes() + b"|")
        digest.update(digest_of(arrays_of(self.network)).encode())
        return digest.hexdigest()

    def epoch(self) -> None:
        """Read the reviews of the next epoch."""
        began, tokens = time.perf_counter(), 0
        loss = torch.zeros((), device=self.compute.device)
        plan = self.plans[len(self.history)]
        for batch in self._batches(plan):
            loss += self.train_step(batch)
            tokens += batch.num_tokens
        self.history.append(
            {
                "epoch": len(self.history) + 1,
                "loss": float(loss) / len(plan),
                "tokens_per_second": tokens / (time.perf_counter() - began),
            }
        )

    def _batches(self, plan: list[NDArray[np.int64]]) -> Iterator[Batch]:
        yield from prefetch(make_batch(self.corpus, reviews) for reviews in plan)

    def train_step(self, batch: Batch) -> Tensor:
        """Learn from one batch; its loss."""
        settings, tensor = self.settings, self.compute.tensor
        torch.manual_seed(settings.seed * 1_000_003 + self.step)  # the same after a resumption
        factor = rate_factor(self.step, self.num_steps, settings.warmup)
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor
        with self.compute.autocast():
            logits = self.network(tensor(batch.token_ids), tensor(batch.lengths))
        reviews = self.readings.review[batch.reviews]
        expected = tensor(self.priors[self.collection.domain[reviews]])
        targets = tensor(self.targets[batch.reviews])
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
    while len(trainer.history) < len(trainer.plans):
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
    rate = settings.learning_rate
    parts = {network: (1.0, settings.weight_decay)}
    if isinstance(network, ReviewNetwork):
        parts = {
            network.embedding: (settings.embedding_lr_scale, 0.0),
            network.cell: (settings.cell_lr_scale, settings.weight_decay),
            network.readout: (1.0, settings.weight_decay),
        }
    groups = [
        {"params": list(part.parameters()), "lr": rate * scale, "weight_decay": decay}
        for part, (scale, decay) in parts.items()
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99), fused=True)


def soft_targets(ratings: Float32Array) -> Float32Array:
    """Probabilities of 1 to 5 whose mean is the rating: at most two of them. (N,) -> (N, R)

    >>> soft_targets(np.array([4.25], dtype=np.float32)).tolist()
    [[0.0, 0.0, 0.0, 0.75, 0.25]]
    """
    known = np.nan_to_num(ratings, nan=3.0)
    near = 1 - np.abs(known[:, None] - np.arange(1, NUM_RATINGS + 1))
    return np.clip(near, 0, 1).astype(np.float32)


def whole_ratings(ratings: Float32Array) -> NDArray[np.int64]:
    """Places of ratings on the scale of five; halves go down: 4.5 becomes 4. (N,)"""
    return np.clip(np.ceil(ratings - 0.5 - 1e-6), 1, NUM_RATINGS).astype(np.int64) - 1


def log_shares(collection: Collection, training: NDArray[np.int64]) -> Float32Array:
    """The logarithm of the share of each rating in each domain, none below a floor. (D, R)"""
    shares = np.full((len(collection.domains), NUM_RATINGS), 1 / NUM_RATINGS)
    targets = soft_targets(collection.ratings[training])
    for domain in np.unique(collection.domain[training]):
        shares[domain] = targets[collection.domain[training] == domain].mean(0)
    shares = shares.clip(min=FEWEST_SHARE)
    return np.log(shares / shares.sum(1, keepdims=True)).astype(np.float32)


def soft_loss(logits: Tensor, targets: Tensor, rps_weight: float) -> Tensor:
    """Cross-entropy and a share of the ranked probability score, the mean of the reviews.

    As ``rating_losses`` of the program, of probabilities instead of one rating. (B, R), (B, R)
    """
    log_probabilities = logits.log_softmax(1)
    losses = -(targets * log_probabilities).sum(1)
    passed = (log_probabilities.exp() - targets).cumsum(1)
    return (losses + rps_weight * passed.square().sum(1)).mean()
