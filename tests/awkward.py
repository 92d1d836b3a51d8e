"""What other programs must read as Python does: models of every kind, and texts of every kind."""

import html.entities
import random
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lstm_cli.bundle.contents import BundleInfo
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.text.vocabulary import FEWEST_FOR_SPELLING
from tests.helpers import new_bundle

EVERY_VIEW = ("last", "mean", "maximum")

# Cells, and how they are changed.
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("lstm", {}),
    ("lstm", {"pooling": ("last",), "stored_as": "int8"}),
    ("lstm", {"pooling": ("mean",), "stored_as": "float16"}),
    ("lstm", {"pooling": ("maximum", "last")}),
    ("rnn", {"stored_as": "float16"}),
    ("rnn", {"pooling": ("maximum",)}),
]


def changed(bundle: Bundle, name: str, **changes: Any) -> Bundle:
    """The same cell with other views of its memories, or with other types of numbers."""
    pooling = changes.pop("pooling", bundle.info.model.pooling)
    new, size = new_bundle(bundle), bundle.info.model.hidden_size
    views = new.weights["readout.weight"].reshape(-1, len(EVERY_VIEW), size)
    chosen = views[:, [EVERY_VIEW.index(view) for view in pooling]].reshape(len(views), -1)
    info: BundleInfo = replace(
        new.info, model=replace(new.info.model, pooling=tuple(pooling)), **changes
    )
    weights = dict(new.weights) | {"readout.weight": chosen}
    write_bundle(replace(new, info=info, weights=weights), Path(name))
    return open_bundle(Path(name))


# Texts of every kind

PIECES = [
    "don't", "isn't", "film's", "o'clock", "l'amour", ":-)", ";(", "=D", ":'(", "<3", "</3",
    "http://a.b/c", "7/10", "90%", "1,000.5", "...", "....", "!!!", "???", "--", "---", "…",
    "“quoted”", "‘x’", "«y»", "naïve", "CAFÉ", "Straße", "İstanbul", "ISPARTA", "ΟΔΥΣΣΕΥΣ",
    "ΑΣ.", "真好的电影", "とても良い", "한국어", "ดีมาก", "ภาพยนตร์", "مرحبا", "שלום", "हिन्दी",
    "👍🏽",
    "👨‍👩‍👧", "🇩🇪", "❤️", "☕", "😀😀😀", "looooove", "<br/>", "<b>bold</b>", "a<b", "<é>", "<İx>",
    "<ſtrong>", "&amp;", "&lt;b&gt;", "&notit;", "&notin;", "&nbsp;", "&#39;", "&#x27;", "&#0;",
    "&#128;", "&#x110000;", "&#xD800;", "&#11;", "&#xFFFE;", "&#12a;", "&#x;", "&;", "&foo;",
    "&AMP", "&copy2020", "½", "²", "Ⅷ", "ⅷⅷⅷⅷ", "²²²²", "____", "ﬁlm", "ｆｕｌｌ", "１２３", "٣٤",
    "a_b", "x²", "'s", "'re", "n't", "can't've", "'tis", "rock'n'roll", "𝐀𝐁", "𠀀𠀁", "İİİİİ",
    "ẞ", "Ǆ",
]  # fmt: skip
PIECES += ["<!-- c -->", "<a href='x'>", "\ud800", "\udfff\ud800", "\ufeff", "\u200b", "\u200d"]
PIECES += ["\u00ad", "\0", "\x1f", "\x85", "\u2028", "\r\n", "\t", "e\u0301", "Za\u0351\u036bl"]
BLOCKS = [(0x20, 0x250), (0x250, 0x3100), (0, 0x10000), (0x10000, 0x20000), (0x1F000, 0x1FB00)]


def texts_of(bundle: Bundle, number: int, seed: int = 0) -> list[str]:
    """Words of the vocabulary among markup, entities, emoji, marks and other scripts."""
    rng = random.Random(seed)
    words, entities = bundle.vocabulary.tokens[2:], list(html.entities.html5)

    def piece() -> str:
        word = rng.choice(words)
        return rng.choice(
            [
                *[word] * 8,
                *[rng.choice(PIECES)] * 5,
                "&" + rng.choice(entities)[: rng.randint(2, 40)],
                "".join(character(rng) for _ in range(rng.randint(1, 6))),
                rng.choice([word.upper(), word.title(), word + word[-1] * 4, f'"{word}!!",']),
                misspelled(word, rng),
            ]
        )

    texts = ["", "   ", "!!!", "不好看", " ".join(rng.choice(words) for _ in range(3_000))]
    while len(texts) < number:
        joined = rng.choice(["", " ", " ", " "])
        texts.append(joined.join(piece() for _ in range(rng.randint(1, 30))))
    return texts[:number]


def misspelled(word: str, rng: random.Random) -> str:
    """A word with a letter too few, too many, changed, or swapped with the next."""
    place, letter = rng.randrange(len(word)), rng.choice("aeinrst")
    before, after = word[:place], word[place:]
    return rng.choice(
        [
            before + after[1:],
            before + letter + after,
            before + letter + after[1:],
            before + after[1::-1] + after[2:],
        ]
    )


def misspelled_texts(bundle: Bundle, number: int) -> list[str]:
    """One to four words of the vocabulary, most of them misspelled."""
    rng, words = random.Random(0), [word for word in bundle.vocabulary if word.isalpha()]
    return [
        " ".join(misspelled(rng.choice(words), rng) for _ in range(rng.randint(1, 4)))
        for _ in range(number)
    ]


def well_read(bundle: Bundle, name: str) -> Bundle:
    """The same model with so many words that it reads misspelled ones, and words near many."""
    rng, new = random.Random(0), new_bundle(bundle)
    words = dict.fromkeys(new.tokens)
    while len(words) < FEWEST_FOR_SPELLING:
        words["".join(rng.choices("aeinrst", k=rng.randint(5, 8)))] = None
    more = len(words) - len(new.tokens)
    embedding = new.weights["embedding"]
    added = np.random.default_rng(0).normal(size=(more, embedding.shape[1])).astype(np.float32)
    info: BundleInfo = replace(new.info, model=replace(new.info.model, vocab_size=len(words)))
    weights = dict(new.weights) | {"embedding": np.concatenate([embedding, added])}
    write_bundle(replace(new, info=info, tokens=tuple(words), weights=weights), Path(name))
    return open_bundle(Path(name))


def character(rng: random.Random) -> str:
    """Any character that this Python knows; a browser may know newer letters."""
    drawn = chr(rng.randrange(*rng.choice(BLOCKS)))
    return drawn if unicodedata.category(drawn) != "Cn" else " "
