"""A saved model of any size, untrained: what a benchmark needs of a bundle is its weight."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from lstm_cli.bundle.contents import NewBundle, weight_shapes
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.config import ModelConfig
from lstm_cli.text.vocabulary import SPECIAL_TOKENS

COMMITTED = Path(__file__).parents[1] / "data" / "format-1"


def made_up_word(number: int) -> str:
    """A word of letters alone, so that it is one token.

    >>> made_up_word(0), made_up_word(27)
    ('aaaa', 'aabb')
    """
    letters = []
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters.append(chr(ord("a") + letter))
    return "".join(reversed(letters))


def write_big_bundle(path: Path, vocab_size: int, embedding_size: int, hidden_size: int) -> None:
    """Write a model of random weights that knows "great", "movie" and made-up words."""
    shutil.rmtree(path, ignore_errors=True)
    small = open_bundle(COMMITTED)
    model = ModelConfig(
        vocab_size,
        small.info.model.num_ratings,
        embedding_size=embedding_size,
        hidden_size=hidden_size,
    )
    rng = np.random.default_rng(0)
    words = ("great", "movie", *map(made_up_word, range(vocab_size)))
    bundle = NewBundle(
        info=replace(small.info, model=model),
        tokens=(*SPECIAL_TOKENS, *words)[:vocab_size],
        weights={
            name: rng.normal(0, 0.1, shape).astype(np.float32)
            for name, shape in weight_shapes(model).items()
        },
        gate_statistics=small.gate_statistics,
        history=(),
    )
    write_bundle(bundle, path)
