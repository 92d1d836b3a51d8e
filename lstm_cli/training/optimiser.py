"""The loss, the steps down it, and the average of where they led."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


def rating_losses(
    logits: Tensor, rating_indices: Tensor, rps_weight: float, weights: Tensor | None = None
) -> Tensor:
    """Cross-entropy, plus a share of the ranked probability score: ratings are ordered.

    The ranked probability score (Epstein 1969) is the squared distance of the
    cumulative distributions, so that naming 4 for a 5 costs less than naming 1.

    Args:
        logits: (B, R)
        rating_indices: (B,)
        rps_weight: share of the ranked probability score; 0 is cross-entropy alone.
        weights: of each rating, (R,); their mean over the training reviews is 1.

    Returns:
        That of each review. (B,)
    """
    loss = functional.cross_entropy(logits, rating_indices, reduction="none")
    if rps_weight:
        reached = logits.softmax(1).cumsum(1)
        passed = torch.arange(logits.shape[1], device=logits.device) >= rating_indices[:, None]
        loss = loss + rps_weight * (reached - passed.float()).square().sum(1)
    if weights is not None:
        loss = loss * weights[rating_indices]
    return loss


def rating_loss(
    logits: Tensor, rating_indices: Tensor, rps_weight: float, weights: Tensor | None = None
) -> Tensor:
    """The mean of ``rating_losses``, a scalar."""
    return rating_losses(logits, rating_indices, rps_weight, weights).mean()


def balancing_weights(counts: Tensor) -> Tensor:
    """A weight a rating, so that rare ones are heard: one over the square root of its share.

    The root is the middle between hearing each review and hearing each rating the
    same; ratings that do not occur weigh nothing. Their mean over the reviews is 1.
    """
    weights = torch.where(counts > 0, counts.clamp(min=1).rsqrt(), 0)
    return weights * counts.sum() / (weights * counts).sum()


def rate_factor(step: int, num_steps: int, warmup: float) -> float:
    """Share of the learning rate at a step, counted from 0.

    It climbs to 1 over the first ``warmup`` of the steps, then follows half a
    cosine down to nothing (Loshchilov and Hutter 2017). The last step has the rate
    of its middle, and not of its end, where it is nothing: an only one is not in vain.

    >>> round(rate_factor(0, 1, warmup=0), 2)
    0.5
    """
    done = min(step + 1, num_steps - 0.5) / num_steps
    if done < warmup:
        return done / warmup
    return 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))


def adversarial_perturbation(gradient: Tensor, size: Tensor, lengths: Tensor) -> Tensor:
    """The change of each review's events that makes the loss grow fastest. (B, T, E)

    To first order that is the direction of the gradient (Goodfellow et al. 2015), here over
    the whole review (Miyato et al. 2017); its length grows with the root of the words, as
    that of a random change would.

    Args:
        gradient: of the loss, over the events; nothing at the padding. (B, T, E)
        size: length of the change of a review of one word.
        lengths: the number of words of each review. (B,)
    """
    gradient = gradient.float()
    norm = gradient.flatten(1).norm(dim=1).clamp(min=1e-20)
    return (size * lengths.sqrt() / norm)[:, None, None] * gradient


class AveragedWeights:
    """An exponential average of a network's weights, whose window grows with the steps.

    Early on the window is a tenth of the steps made, so that the average never
    remembers the random start; ``decay`` is where it stops growing.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], decay: float) -> None:
        self.parameters = list(parameters)
        self.averages = [parameter.detach().clone() for parameter in self.parameters]
        self.decay = decay
        self.steps = 0
        self.follow = 1.0  # share of the way to the weights that the last update went

    @torch.no_grad()
    def update(self) -> None:
        """Let the average follow the weights after a step."""
        self.steps += 1
        self.follow = 1 - min(self.decay, self.steps / (self.steps + 9))
        torch._foreach_lerp_(self.averages, [p.detach() for p in self.parameters], self.follow)

    @torch.no_grad()
    def go_on_from(self, averages: Iterable[Tensor], steps: int) -> None:
        """Go on from averages taken after this many steps."""
        self.steps = steps
        for average, kept in zip(self.averages, averages, strict=True):
            average.copy_(kept)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the weights and their average: before measuring, and again after it."""
        for parameter, average in zip(self.parameters, self.averages, strict=True):
            kept = parameter.clone()
            parameter.copy_(average)
            average.copy_(kept)
