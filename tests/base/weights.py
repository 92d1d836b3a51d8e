"""The weights of the networks that learn and teach, by name."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from lstm_cli.arrays import Float32Array


def arrays_of(network: nn.Module) -> dict[str, Float32Array]:
    """The weights of any network."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}


def digest_of(arrays: Mapping[str, Float32Array]) -> str:
    """The sha256 of weights."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + arrays[name].tobytes())
    return digest.hexdigest()


def mean_weights(bases: Sequence[Mapping[str, Float32Array]]) -> dict[str, Float32Array]:
    """A network between others of its kind. One that is given twice counts twice."""
    return {
        name: np.mean([arrays[name] for arrays in bases], axis=0, dtype=np.float32)
        for name in bases[0]
    }


def part_way(
    before: Mapping[str, Float32Array], after: Mapping[str, Float32Array], share: float
) -> dict[str, Float32Array]:
    """A network on the line from one to another: 0 is the first, 1 the second."""
    return {name: (1 - share) * before[name] + share * after[name] for name in before}
