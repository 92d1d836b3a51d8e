"""UTF-16 and UTF-32 without a byte order mark: known by their NUL bytes, and by what they read as.

NUL bytes alone prove nothing, for they also pad other texts. But the letters that two
bytes of another text happen to make are of many scripts, and there are few newlines.
"""

import unicodedata
from collections import Counter

from lstm_cli.data.encoding.probing import is_binary

# Scripts that are found together, as the names of their letters begin.
_TOGETHER = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "HANGUL": "CJK",
    "FULLWIDTH": "CJK",
    "HALFWIDTH": "CJK",
}
_LETTERS_LOOKED_AT = 4000
_LEAST_SHARE = 0.95
_NULS_OF_UTF32 = 0.5  # at least: a letter takes four bytes, and few letters need three


def wide_without_mark(head: bytes) -> str | None:
    """The encoding of a text whose letters take two or four bytes each; None for any other.

    >>> wide_without_mark("review,rating".encode("utf-16-be"))
    'utf-16-be'
    >>> wide_without_mark("评论,评分\\n不错,4\\n".encode("utf-16-le"))
    'utf-16-le'
    >>> wide_without_mark(b"review,rating\\nfine,4\\0\\n")
    """
    nuls = head.count(0)
    if not nuls:
        return None
    if nuls >= _NULS_OF_UTF32 * len(head):
        for codec in ("utf-32-le", "utf-32-be"):
            if _share_of_one_script(head, codec, 4) >= _LEAST_SHARE:
                return codec
    shares = {codec: _share_of_one_script(head, codec, 2) for codec in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda codec: shares[codec])
    return best if shares[best] >= _LEAST_SHARE else None


def belies(start: bytes, codec: str) -> bool:
    """Whether a text is hardly in UTF-16 or UTF-32: no end of a line in it is one so read.

    (A single line in a script whose letters hold such bytes, as those of Malayalam do, is belied
    wrongly.) Other text would come out as a single line of Chinese, in which hardly any byte does
    not fit.

    >>> belies(b"review,rating\\nfine,4\\n", "utf-16-le")
    True
    >>> belies("评论,评分\\n不错,4\\n".encode("utf-16-be"), "utf-16-be")
    False

    Args:
        start: the first bytes of the text, more than one line of it if it has more.
        codec: with its order of bytes.
    """
    bare = start.replace(b"\0", b"")
    if is_binary(bare):  # as bytes of scripts are that have their letters where ASCII has signs
        return False
    if b"\n" in start or b"\r" in start:
        text = start.decode(codec, "replace")
        return "\n" not in text and "\r" not in text
    return start != b"" and start.isascii() and start.decode().isprintable()


def _share_of_one_script(head: bytes, codec: str, size: int) -> float:
    """How much of a text is ASCII or of its commonest other script; 0 if it is no text."""
    whole = head[: len(head) // size * size]
    try:
        text = whole.decode(codec)
    except UnicodeDecodeError as error:
        if error.end < len(whole):  # the last letter may be half of a pair
            return 0.0
        text = whole[: error.start].decode(codec)
    has_newlines = b"\n" in head or b"\r" in head
    if has_newlines and "\n" not in text and "\r" not in text:
        return 0.0
    kinds = Counter(map(_kind_of, text[:_LETTERS_LOOKED_AT]))
    if not kinds["ASCII"]:
        return 0.0
    usual = kinds.pop("ASCII") + kinds.pop("sign", 0)
    odd = kinds.pop("?", 0)
    return (usual + max(kinds.values(), default=0)) / (usual + odd + sum(kinds.values()))


def _kind_of(letter: str) -> str:
    """ASCII, a sign that goes with any script, the script of a letter, or a question mark."""
    if letter.isascii():
        return "ASCII" if letter.isprintable() or letter.isspace() else "?"
    category = unicodedata.category(letter)
    if category[0] in "PSZ":
        return "sign"
    # Rare Chinese letters are what pairs of ASCII signs make.
    if category[0] not in "LM" or "\u3400" <= letter < "\u4dc0":
        return "?"
    script = unicodedata.name(letter, "?").split()[0]
    return _TOGETHER.get(script, script)
