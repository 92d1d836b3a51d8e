"""The sentence encoder that may teach a base: it reads the words that the base reads."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.training.checkpoint import RunControl
from tests.base.collection import Collection
from tests.base.encoder import (
    LEARNING,
    LEARNING_OF_FEW,
    LEARNING_OF_SENTENCES,
    MOST_PIECES,
    Encoder,
)
from tests.base.lessons import lessons_of
from tests.base.rating import RatingTrainer, learn_ratings
from tests.base.settings import RatingSettings
from tests.tiny_encoder import PIECES, write_encoder

pytest.importorskip("transformers")
Weights = dict[str, torch.Tensor]
TOKENS = ("<padding>", "<unknown>", "good", "badly", "headphones", "zzz")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an encoder is."""
    return write_encoder(tmp_path_factory.mktemp("encoder"))


def test_words_are_read_as_pieces_between_two_ends(folder: Path) -> None:
    """What stands behind the words of a text is not read."""
    encoder = Encoder.read(folder, TOKENS)
    ids = torch.tensor([[2, 4, 3], [1, 2, 2], [5, 0, 0], [0, 0, 0]])
    pieces, is_piece = encoder.in_pieces(ids, torch.tensor([3, 1, 1, 0]))
    said = [
        [PIECES[k] for k, there in zip(row, known, strict=True) if there]
        for row, known in zip(pieces.tolist(), is_piece.tolist(), strict=True)
    ]
    assert said == [
        ["<s>", "good", "head", "##phone", "##s", "bad", "##ly", "</s>"],
        ["<s>", "<unk>", "</s>"],
        ["<s>", "<unk>", "</s>"],
        ["<s>", "</s>"],
    ]
    assert is_piece.tolist()[1] == [True] * 3 + [False] * 5


def test_a_text_of_too_many_pieces_keeps_its_first(folder: Path) -> None:
    """And both ends."""
    encoder = Encoder.read(folder, TOKENS)
    pieces, is_piece = encoder.in_pieces(torch.full((1, 100), 4), torch.tensor([100]))
    assert pieces.shape == (1, MOST_PIECES + 2)
    assert is_piece.all()
    assert (int(pieces[0, 0]), int(pieces[0, -1])) == (2, 3)
    assert encoder(torch.full((1, 100), 4), torch.tensor([100])).shape == (1, 5)


def test_neighbours_in_a_batch_do_not_matter(folder: Path) -> None:
    """Nor does padding."""
    encoder = Encoder.read(folder, TOKENS).eval()
    texts = [[2], [4, 3, 2], [5, 2]]
    corpus = Corpus.of(np.concatenate(texts).astype(np.int32), np.array([1, 3, 2]))
    together = rating_probabilities(cast("ReviewNetwork", encoder), corpus, Compute())
    for text, expected in zip(texts, together, strict=True):
        alone = encoder(torch.tensor([text]), torch.tensor([len(text)])).softmax(1)
        np.testing.assert_allclose(alone[0].detach(), expected, atol=1e-6)


def test_it_begins_with_what_it_knew(folder: Path) -> None:
    """The weights of the package, and always the same readout."""
    one, other = Encoder.read(folder, TOKENS), Encoder.read(folder, TOKENS)
    stored = load_file(folder / "model.safetensors")
    found = {name: weight for name, weight in one.encoder.state_dict().items() if name in stored}
    assert found.keys() == stored.keys()
    assert all(torch.equal(found[name], weight) for name, weight in stored.items())
    assert torch.equal(one.readout.weight, other.readout.weight)


def learned(folder: Path, settings: RatingSettings) -> tuple[Weights, Weights]:
    """The weights of one before and after it has learned what two words are rated."""
    encoder = Encoder.read(folder, TOKENS)
    before = {name: weight.clone() for name, weight in encoder.state_dict().items()}
    collection = Collection(
        tokens=TOKENS,
        domains=("apps",),
        token_ids=np.array([2, 2, 3, 4], dtype=np.uint16),
        lengths=np.full(2, 2),
        domain=np.zeros(2, dtype=np.int8),
        ratings=np.array([5, 1], dtype=np.float32),
        is_held_out=np.zeros(2, dtype=bool),
    )
    lessons = lessons_of(settings, collection, np.arange(2))
    trainer = RatingTrainer(settings, lessons, encoder, Compute())
    assert encoder.training
    learn_ratings(trainer, RunControl(), lambda line: None)
    return before, encoder.state_dict()


def unchanged(before: Weights, after: Weights) -> set[str]:
    """The names of those that are as they were."""
    return {name for name, weight in before.items() if torch.equal(after[name], weight)}


def test_all_of_it_learns(folder: Path) -> None:
    """Not only the readout."""
    before, after = learned(folder, replace(LEARNING, epochs=4))
    # A bias of the keys moves no share of attention.
    assert unchanged(before, after) <= {"encoder.encoder.layer.0.attention.self.key.bias"}


def test_its_layers_have_a_rate_of_their_own(folder: Path) -> None:
    """A large one's are lower than its readout's."""
    assert LEARNING_OF_FEW.encoder_lr_scale < LEARNING.encoder_lr_scale == 1
    before, after = learned(folder, replace(LEARNING, epochs=4, encoder_lr_scale=0.0))
    assert before.keys() - unchanged(before, after) == {"readout.weight", "readout.bias"}


def test_a_large_one_learns_from_few_texts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small one from all."""
    encoder = Encoder.read(folder, TOKENS)
    assert encoder.learning == (LEARNING,)
    monkeypatch.setattr("tests.base.encoder.LARGE", 8)
    assert encoder.learning == (LEARNING_OF_FEW, LEARNING_OF_SENTENCES)


def test_another_vocabulary_makes_another_encoder(folder: Path) -> None:
    """What one has learned is not taken for what the other would have."""
    one, same = Encoder.read(folder, TOKENS), Encoder.read(folder, TOKENS)
    assert one.origin == same.origin
    assert one.origin != Encoder.read(folder, (*TOKENS[:-1], "bad")).origin
