"""The ratings of all domains together, from what the language model knows.

Shares of ratings differ: 85 % fives here, no threes there. What a network says of a review
is therefore the sum of two: its own logits, and the logarithm of the shares of the review's
domain (Ren et al. 2020, "balanced softmax"). The second is left out when the network is
used, so that no domain's skew becomes what it expects of a stranger's file.

Shapes: B reviews in a batch, T tokens, E embedding size, R = 5 ratings, D domains.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstm_cli.arrays import Float32Array
from lstm_cli.config import ModelConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.training.optimiser import AveragedWeights, adversarial_perturbation, rate_factor
from tests.base.collection import FILMS, UNRATED, Collection
from tests.base.precision import autocast, scaler_of
from tests.base.reader import DeviceBatch, Reader
from tests.base.saying import say

NUM_RATINGS = 5
LONGEST, HEAD = 400, 130  # tokens of a review that are read: its first and its last ones
FEWEST_SHARE = 0.02  # of a rating in a domain that has none
EVEN_SIZE = 6_000  # reviews; of larger domains fewer are drawn, by the root of their size
TINY_STEP = 1.0  # length, a word, of the change along which divergence is looked for


@dataclass(frozen=True)
class RatingSettings:
    """How ratings are learned."""

    hidden_size: int
    epochs: int = 4
    tokens_per_batch: int = 24_576
    learning_rate: float = 2e-3
    cell_rate: float = 0.5
    embedding_rate: float = 0.25
    adversary: str = "none"  # or "label", "virtual"
    epsilon: float = 0.5  # in standard deviations of the embedding, a word
    rps_weight: float = 0.5
    average_decay: float = 0.995
    weight_decay: float = 0.01
    warmup: float = 0.06
    seed: int = 0
    limit: int | None = None  # steps, for a trial


def learn_ratings(
    settings: RatingSettings,
    reader: Reader,
    collection: Collection,
    training: NDArray[np.int64],
    start: Mapping[str, Float32Array],
) -> ReviewNetwork:
    """The network that has learned the ratings of some reviews.

    Args:
        settings: how.
        reader: of all reviews.
        collection: their ratings and domains.
        training: places of the reviews; those without a rating help to be steady.
        start: what the language model knows.
    """
    compute = reader.compute
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    network = _network(settings, len(collection.tokens), start, compute)
    optimiser = _optimiser(network, settings)
    rates = [group["lr"] for group in optimiser.param_groups]
    scaler = scaler_of(compute)
    average = AveragedWeights(network.parameters(), settings.average_decay)
    short = reader.of(reader.corpus.shortened(LONGEST, HEAD))
    targets = compute.tensor(soft_targets(collection.ratings))
    priors = compute.tensor(log_shares(collection, training))
    is_rated = ~np.isnan(collection.ratings)
    unrated = training[~is_rated[training] & collection.is_of([UNRATED])[training]]
    plans = [
        _plan(short, draw(collection, training[is_rated[training]], rng), settings, rng)
        for _ in range(settings.epochs)
    ]
    spare = _endless(short, unrated, settings, rng) if settings.adversary == "virtual" else None
    num_steps = min(sum(map(len, plans)), settings.limit or 10**9)
    step, began, tokens = 0, time.perf_counter(), 0
    said = torch.zeros((), device=compute.device)
    for epoch, plan in enumerate(plans, start=1):
        for reviews in plan[: max(num_steps - step, 0)]:
            factor = rate_factor(step, num_steps, settings.warmup)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * factor
            optimiser.zero_grad(set_to_none=True)
            batch = short.batch(reviews)
            domains = torch.from_numpy(collection.domain[reviews].astype(np.int64))
            prior = priors[domains.to(compute.device)]
            places = torch.from_numpy(reviews).to(compute.device)
            loss = _gather(network, batch, targets[places], prior, settings, compute, scaler)
            if spare is not None:
                other = next(spare) if step % 2 else batch
                _stay_steady(network, other, settings, compute, scaler)
            scaler.unscale_(optimiser)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            scaler.step(optimiser)
            scaler.update()
            average.update()
            said = 0.99 * said + 0.01 * loss
            step += 1
            tokens += batch.num_tokens
        speed = tokens / (time.perf_counter() - began)
        say(f"ratings {settings.hidden_size} {settings.adversary}: epoch {epoch}, step {step} of "
            f"{num_steps}, loss {float(said) / (1 - 0.99**step):.4f}, {speed:,.0f} tokens/s")
    average.swap()
    return network.eval()


def _network(
    settings: RatingSettings,
    vocab_size: int,
    start: Mapping[str, Float32Array],
    compute: Compute,
) -> ReviewNetwork:
    config = ModelConfig(
        vocab_size,
        NUM_RATINGS,
        embedding_size=start["embedding"].shape[1],
        hidden_size=settings.hidden_size,
    )
    network = ReviewNetwork(
        config,
        embedding_dropout=0.15,
        word_dropout=0.05,
        blank_review_rate=0.02,
        readout_dropout=0.4,
    )
    network.start_from(start)
    return compute.place(network)


def _optimiser(network: ReviewNetwork, settings: RatingSettings) -> torch.optim.Optimizer:
    rate = settings.learning_rate
    groups = [
        {"params": [network.embedding.weight], "lr": rate * settings.embedding_rate,
         "weight_decay": 0.0},
        {"params": list(network.cell.parameters()), "lr": rate * settings.cell_rate},
        {"params": list(network.readout.parameters()), "lr": rate},
    ]  # fmt: skip
    return torch.optim.AdamW(
        groups, lr=rate, betas=(0.9, 0.99), weight_decay=settings.weight_decay, fused=True
    )


def soft_targets(ratings: Float32Array) -> Float32Array:
    """Probabilities of 1 to 5 whose mean is the rating: at most two of them. (N,) -> (N, R)"""
    known = np.nan_to_num(ratings, nan=3.0)
    return np.clip(1 - np.abs(known[:, None] - np.arange(1, NUM_RATINGS + 1)), 0, 1).astype(
        np.float32
    )


def log_shares(collection: Collection, training: NDArray[np.int64]) -> Float32Array:
    """The logarithm of the share of each rating in each domain, none below a floor. (D, R)"""
    shares = np.full((len(collection.domains), NUM_RATINGS), 1 / NUM_RATINGS)
    rated = training[~np.isnan(collection.ratings[training])]
    targets = soft_targets(collection.ratings[rated])
    for domain in np.unique(collection.domain[rated]):
        shares[domain] = targets[collection.domain[rated] == domain].mean(0)
    shares = shares.clip(min=FEWEST_SHARE)
    return np.log(shares / shares.sum(1, keepdims=True)).astype(np.float32)


def draw(
    collection: Collection, rated: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The reviews of one epoch: all of a small domain, and of larger ones fewer than all.

    Films are the domain with the longest reviews, and all are read.
    """
    drawn = []
    for domain in np.unique(collection.domain[rated]):
        own = rated[collection.domain[rated] == domain]
        size = len(own)
        if size > EVEN_SIZE and collection.domains[domain] != FILMS:
            size = round(np.sqrt(EVEN_SIZE * size))
        drawn.append(rng.permutation(own)[:size])
    return np.concatenate(drawn)


def _plan(
    short: Reader, reviews: NDArray[np.int64], settings: RatingSettings, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    from lstm_cli.data.batches import plan_batches

    lengths = short.corpus.lengths[reviews]
    return [reviews[some] for some in plan_batches(lengths, settings.tokens_per_batch, rng)]


def _endless(
    short: Reader, reviews: NDArray[np.int64], settings: RatingSettings, rng: np.random.Generator
):  # type: ignore[no-untyped-def]
    while True:
        for some in _plan(short, reviews, settings, rng):
            yield short.batch(some)


def _loss(logits: Tensor, targets: Tensor, rps_weight: float) -> Tensor:
    """Cross-entropy and a share of the ranked probability score. (B, R), (B, R) -> (B,)"""
    log_probabilities = logits.log_softmax(1)
    loss = -(targets * log_probabilities).sum(1)
    passed = (log_probabilities.exp() - targets).cumsum(1)
    return loss + rps_weight * passed.square().sum(1)


def _gather(
    network: ReviewNetwork,
    batch: DeviceBatch,
    targets: Tensor,
    prior: Tensor,
    settings: RatingSettings,
    compute: Compute,
    scaler: torch.amp.GradScaler,
) -> Tensor:
    """The gradients of a batch; its loss as it is read."""
    size = settings.epsilon * network.embedding.weight.detach().std()

    def backward(perturbation: Tensor | None) -> Tensor:
        with autocast(compute):
            logits = network(batch.token_ids, batch.lengths, perturbation)
        logits = logits[: len(batch.reviews)].float()
        loss = _loss(logits + prior, targets, settings.rps_weight).mean()
        scaler.scale(loss).backward()
        return loss.detach()

    if settings.adversary != "label":
        return backward(None)
    shape = (*batch.token_ids.shape, network.config.embedding_size)
    nothing = torch.zeros(shape, device=prior.device, requires_grad=True)
    loss = backward(nothing)
    assert nothing.grad is not None
    backward(adversarial_perturbation(nothing.grad, size, batch.lengths))
    return loss


def _stay_steady(
    network: ReviewNetwork,
    batch: DeviceBatch,
    settings: RatingSettings,
    compute: Compute,
    scaler: torch.amp.GradScaler,
) -> None:
    """Add the gradients of virtual adversarial training (Miyato et al. 2017).

    The small change that moves what the network says furthest is looked for, and what it
    says then is drawn to what it says without. No rating is needed.
    """
    size = settings.epsilon * network.embedding.weight.detach().std()
    kept = network.embedding_dropout, network.word_dropout, network.dropout.p
    network.embedding_dropout = network.word_dropout = network.dropout.p = 0.0

    def read(perturbation: Tensor | None) -> Tensor:
        with autocast(compute):
            logits: Tensor = network(batch.token_ids, batch.lengths, perturbation)
        return logits[: len(batch.reviews)].float().log_softmax(1)

    with torch.no_grad():
        said = read(None)
    shape = (*batch.token_ids.shape, network.config.embedding_size)
    noise = torch.randn(shape, device=said.device)
    tiny = adversarial_perturbation(noise, size * 0.2, batch.lengths).requires_grad_()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    scaler.scale(_divergence(said, read(tiny)).sum()).backward()
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    assert tiny.grad is not None
    worst = adversarial_perturbation(tiny.grad, size, batch.lengths)
    scaler.scale(_divergence(said, read(worst)).mean()).backward()
    network.embedding_dropout, network.word_dropout, network.dropout.p = kept


def _divergence(said: Tensor, now: Tensor) -> Tensor:
    return (said.exp() * (said - now)).sum(1)
