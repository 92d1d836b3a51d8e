"""Which of several processes this one is, as torchrun has started them. Light to import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Launch:
    """The place of a process among those that torchrun has started; alone where it has not.

    >>> Launch().is_alone, Launch(rank=1, world_size=2).is_first
    (True, False)
    """

    rank: int = 0  # of this process among all, from 0 ...
    world_size: int = 1  # ... to one less than this
    local_rank: int = 0  # the same among those of its host
    local_world_size: int = 1
    restarts: int = 0  # how often torchrun has started all of them again, because one had ended

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> "Launch":
        """As torchrun's variables have it; the same names set by other programs mean nothing.

        >>> Launch.of_environment({"RANK": "3", "WORLD_SIZE": "4"})
        Launch(rank=0, world_size=1, local_rank=0, local_world_size=1, restarts=0)
        """
        if "TORCHELASTIC_RUN_ID" not in environment:
            return cls()
        return cls(
            rank=int(environment["RANK"]),
            world_size=int(environment["WORLD_SIZE"]),
            local_rank=int(environment["LOCAL_RANK"]),
            local_world_size=int(environment["LOCAL_WORLD_SIZE"]),
            restarts=int(environment["TORCHELASTIC_RESTART_COUNT"]),
        )

    @property
    def is_alone(self) -> bool:
        """Whether there is no other process."""
        return self.world_size == 1

    @property
    def is_first(self) -> bool:
        """Whether this process reads, speaks and saves for all of them."""
        return self.rank == 0


ALONE = Launch()
