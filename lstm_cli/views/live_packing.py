"""A saved model as text that an HTML page can hold, one character a byte.

The page is served as windows-1252, in which each byte is a character of its own, so nothing is
lost to base64, which would add a third. Only bytes that HTML would change or misread are written
as an escape and another byte: NUL, the carriage return, and a ``<`` that would begin a tag or a
comment. All bytes are shifted by one number, the one with which fewest need an escape.

In the text stand a size of 4 bytes, a description in JSON of that size, the arrays as the model's
file holds them or rounded (``views/live_rounding.py``; the embedding column by column), those of
the epochs of its training where it keeps them (``views/live_epochs.py``), and the vocabulary; that
is how ``views/live/src/engine/packing.ts`` reads it. Numbers of several bytes are stored byte by
byte, first the lowest byte of each number: of float16, the high bytes are alike, and deflate saves
a third of them.
"""

import json
import re
import zlib
from collections.abc import Iterable

import numpy as np

from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import Stored
from lstm_cli.inference.input_warnings import script_of
from lstm_cli.text.javascript import translated
from lstm_cli.text.vocabulary import SPECIAL_TOKENS
from lstm_cli.views import live_epochs
from lstm_cli.views.live_rounding import page_arrays

ESCAPE = b"="
_MOVED = 64  # what an escaped byte is moved by, into the printable ones
_SPECIAL = b"\0\r" + ESCAPE
_OPENS = re.compile(rb"<(?=[/!])")
_WORDS_SEEN = 1_000  # of a vocabulary, to say in which script it is


def packed(bundle: Bundle) -> bytes:
    """A model, as the bytes of an element of a page in windows-1252.

    Raises:
        BundleError: the model cannot be used, or a page could not cut reviews as it does.
    """
    _ = bundle.arrays  # refuses numbers that no training makes, all of them
    arrays, contents = [], []
    stored = page_arrays(bundle) | live_epochs.arrays_of(bundle)
    for name, array in sorted(stored.items()):
        # The numbers of one column of the embedding are more alike than those of one word.
        laid_out = array.T if name == "embedding" else array
        contents.append(_deflated(_byte_by_byte(laid_out)))
        kind, size = array.dtype.name, len(contents[-1])
        arrays.append({"name": name, "kind": kind, "shape": laid_out.shape, "size": size})
    words = bundle.vocabulary.tokens
    vocabulary = _deflated("\n".join(words).encode())
    described = {
        **_description(bundle, words),
        "arrays": arrays,
        "vocabularySize": len(vocabulary),
    }
    head = _deflated(json.dumps(described).encode())
    return as_characters(b"".join([len(head).to_bytes(4, "little"), head, *contents, vocabulary]))


def _description(bundle: Bundle, words: Iterable[str]) -> dict[str, object]:
    """What ``packing.ts`` calls a description, without the arrays."""
    info = bundle.info
    common = [word for word, _ in zip(words, range(_WORDS_SEEN), strict=False)]
    return {
        "name": bundle.name,
        "about": about(bundle),
        "cell": info.model.cell,
        "labels": info.scale.labels,
        "ratings": info.ratings,
        "embeddingSize": info.model.embedding_size,
        "hiddenSize": info.model.hidden_size,
        "pooling": info.model.pooling,
        "pattern": translated(info.token_pattern),
        "longest": info.provenance.longest,
        "script": script_of(common[len(SPECIAL_TOKENS) :]),
        "epochs": live_epochs.described(info.epochs),
    }


def about(bundle: Bundle) -> str:
    """What a model learned from, in a sentence or two."""
    info = bundle.info
    labels = info.scale.labels
    words = info.model.vocab_size - len(SPECIAL_TOKENS)
    return (
        f"It learned the ratings {labels[0]} to {labels[-1]} from {info.provenance.training:,} "
        f"reviews, and knows {words:,} words and signs."
        f"{'' if info.base is None else f' It began as {info.base}.'}"
    )


def as_characters(content: bytes) -> bytes:
    r"""Bytes of which HTML changes none, behind two letters that say by how much they are shifted.

    >>> as_characters(b"\0<a </a")
    b'CA\x02>c">1c'
    """
    counts = np.bincount(np.frombuffer(content, np.uint8), minlength=256)
    escaped = [sum(int(counts[byte - shift & 255]) for byte in _SPECIAL) for shift in range(256)]
    shift = escaped.index(min(escaped))
    moved = bytes((byte + shift) % 256 for byte in range(256))
    characters = content.translate(moved)
    for byte in (ESCAPE[0], *_SPECIAL[:-1]):  # the escape first, for the others bring more of it
        characters = characters.replace(bytes([byte]), ESCAPE + bytes([byte + _MOVED]))
    characters = _OPENS.sub(ESCAPE + bytes([ord("<") + _MOVED]), characters)
    letters = bytes([ord("A") + shift % 16, ord("A") + shift // 16])
    return letters + characters


def _byte_by_byte(array: Stored) -> bytes:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return little.view(np.uint8).reshape(-1, array.dtype.itemsize).T.tobytes()


def _deflated(content: bytes) -> bytes:
    """Without a header. Weights hardly repeat: for them, counting bytes alone is often smaller."""
    return min((_deflate(content, how) for how in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)),
               key=len)  # fmt: skip


def _deflate(content: bytes, strategy: int) -> bytes:
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy)
    return deflating.compress(content) + deflating.flush()
