"""A sentence encoder of ten pieces, in a folder as the package of a real one holds it."""

from pathlib import Path

import torch

from tests.base.encoder import MOST_PIECES

PIECES = ("<pad>", "<unk>", "<s>", "</s>", "good", "bad", "##ly", "head", "##phone", "##s")


def write_encoder(folder: Path) -> Path:
    """Write one that has learned nothing, always the same."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import BertProcessing
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=MOST_PIECES + 2,
    )
    BertModel(sizes, add_pooling_layer=False).save_pretrained(folder)
    numbers = {piece: number for number, piece in enumerate(PIECES)}
    tokenizer = Tokenizer(WordPiece(numbers, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = BertProcessing(("</s>", numbers["</s>"]), ("<s>", numbers["<s>"]))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
