"""How well letters and signs fit where they stand: what tells one reading of bytes from another.

Read in the wrong encoding, a letter becomes a sign in the middle of a word, a capital
after small letters, a letter of another script, or one that no language has beside
the others. The right reading has few of these, however short the text is. Each kind
has a weight, about the logarithm of how much less likely it is in a text that was
read rightly; a kind that comes again tells less each time, as its causes are the same.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# The letters beyond a to z of the languages of a region: they may well share a file, for they
# share an encoding. Each language has an alphabet of its own.
_REGIONS = (
    # Central Europe
    "äöüß ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţ ăâîșț čćđšž čćěłńóřšž "
    "čćěłńŕśšžź",
    # Western Europe and the north
    "äöüßé àâæçéèêëîïôœùûüÿ áéíñóúü àáâãçéêíóôõúüèò àçèéíïòóúü àèéìíîòóùú áâçéèêëïíîóôöûü "
    "åäöéàüè æøåéèêóòôâüöä äöåšžé áðéíóúýþæö áðíóúýæø çë áéíóú àèìòù äëéôöûüè",
    # The Baltic
    "äöõüšž āčēģīķļņšūžōŗ ąčęėįšųūž",
    # Turkey and Azerbaijan
    "çğıöşüâîûİ çəğıöşüİ",
    # Wales
    "âêîôûŵŷáéíóúàèìòùäëïöü",
    # Esperanto
    "ĉĝĥĵŝŭ",
    # Malta
    "ċġħżàèìòù",
    # Vietnam, with tones that are characters of their own
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    "\u0300\u0301\u0303\u0309\u0323",
    # Cyrillic in the east and in Bulgaria, then in the south
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя абвгґдеєжзиіїйклмнопрстуфхцчшщьюя "
    "абвгдежзийклмнопрстуфхцчшщъьюяѝы абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
    # Greece
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
)
_ALPHABETS = tuple(
    frozenset(letters + letters.upper()) for region in _REGIONS for letters in region.split()
)
_ALPHABETS_OF_REGIONS = tuple(frozenset(region + region.upper()) for region in _REGIONS)

# One sign stands for each class of characters: A and a for ASCII letters, L and l for other
# Latin ones, C and c for Cyrillic, G and g for Greek; then scripts without capitals.
_CASED = {"LATIN": "l", "CYRILLIC": "c", "GREEK": "g"}
_UNCASED = {
    "HEBREW": "h", "ARABIC": "r", "THAI": "t", "CJK": "k", "HIRAGANA": "j", "KATAKANA": "j",
    "KATAKANA-HIRAGANA": "j", "HANGUL": "o", "HALFWIDTH": "w",
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("“‘«„‚¿¡‹", "("),  # before a word
    **dict.fromkeys("”’»›´·", ")"),  # after a word, or between letters
    **dict.fromkeys("®™²³", "^"),  # after a word
    **dict.fromkeys("–—−‐‑―…", "-"),
    **dict.fromkeys("€£¥¢°ºª¹№©•×§", "*"),
    **dict.fromkeys("½¼¾", "/"),
    **dict.fromkeys("¤⌐⌠⌡ﬁﬂ◊Ω∂∏π", "b"),
    **dict.fromkeys("µƒ", "#"),
    "\ufffd": "!",  # for bytes that do not fit
    "\xa0": " ",
}
# Mathematics, the lines and blocks of DOS: no review has them.
_NEVER_MEANT = re.compile("[\u2200-\u22ff\u2500-\u259f]")


class _Classes(dict[int, str]):
    """The class of each character; it is found when first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _class_of(chr(code))
        return found


def _class_of(character: str) -> str:
    if character.isascii():
        if character.isalpha():
            return "A" if character.isupper() else "a"
        if character.isdigit():
            return "0"
        return " " if character.isspace() else "." if character.isprintable() else "!"
    if sign := _SIGNS.get(character):
        return sign
    category = unicodedata.category(character)
    if category in ("Cc", "Cn", "Co", "Cs"):
        return "!"
    if _NEVER_MEANT.match(character):
        return "b"
    if category[0] not in "LM":
        return " " if category == "Zs" else "," if "\u3000" <= character < "\uff66" else "#"
    script = unicodedata.name(character, "?").split()[0]
    if script == "COMBINING":
        return "l"
    if cased := _CASED.get(script):
        return cased.upper() if category == "Lu" else cased
    return _UNCASED.get(script, "#")


_CLASSES = _Classes()
_LETTERS = "aAlLcCgGhrt"


class _Oddity(NamedTuple):
    """What a text that was read rightly has seldom."""

    weight: float
    pattern: re.Pattern[str]


_ODDITIES = tuple(
    _Oddity(weight, re.compile(pattern))
    for weight, pattern in (
        (4, "!"),  # a control code, or no character at all
        (4, "b"),
        (3, "#"),
        (1, f"(?<=[{_LETTERS}])#(?=[{_LETTERS}])"),
        # Two scripts in one word.
        (5, "(?<=[aAlL])[cCgGhrtw]|[cCgGhrtw](?=[aAlL])|(?<=[cC])[gGhrtkjow]|(?<=[gG])[cChrtkjow]"
            "|(?<=h)[cCgGrtkjow]|(?<=r)[cCgGhtkjow]|(?<=t)[cCgGhrkjow]|(?<=[kjow])[cCgGhrt]"
            "|(?<=[kj])o|(?<=o)[kj]|(?<=[aAlL])[kjo](?=[aAlL])"),
        # A capital after a small letter, and the other way round among capitals.
        (2, "(?<=[al])L|(?<=l)A|(?<=c)C|(?<=g)G|(?<=[AL])l(?=[AL])"),
        # Signs in the middle of a word, or on the wrong side of it.
        (2, f"(?<=[{_LETTERS}])[*(^](?=[{_LETTERS}])"),
        (1, f"(?<=[{_LETTERS}])-(?=[{_LETTERS}])"),
        (4, f"(?<=[{_LETTERS}])/(?=[{_LETTERS}])"),
        (1, f"(?<=[{_LETTERS}])[*(/](?![{_LETTERS}])"),
        (0.5, f"(?<![{_LETTERS}0.)(*-])\\)(?=[aA])"),
        (3, f"(?<![{_LETTERS}0.)(*-])\\)(?=[lLcCgGhrt])"),
        # A letter beside a digit, or after a full stop without a space.
        (1.5, "[lLcCgG](?=0)"),
        (1.5, "(?<= )[lcg](?=0)"),
        (1, "(?<=0)[lLcCgG]"),
        (1.5, r"(?<=\.)[lL]"),
    )
)  # fmt: skip
_FOREIGN_LETTERS = 3  # the weight of a word that no alphabet has together with the others

# Signs where only they belong: don’t, l’été, “good”, £5, 20 °, and spaces that do not break.
_IN_PLACE = re.compile(
    "(?<=[A-Za-z])[’´](?=(?:[sdmtSDMT]|ll|re|ve|LL|RE|VE)(?![A-Za-z]))"
    r"|(?<![A-Za-z])(?:[CDJLMNSTcdjlmnst]|[Qq]u)[’´](?=[^\W\d])"
    r"|(?<![^\W\d])[“„](?=[^\W\d])|(?<=[^\W\d])”(?![^\W\d])"
    r"|(?<= )[–—•½](?= )|(?<=\d)–(?=\d)|[€£©](?=\d)|(?<=\d)[€£°½¼¾×](?![^\W\d])"
    r"|(?<=[^\W\d])[®™](?![^\W\d])|(?<=[.,;:!?])\xa0"
)
_IN_PLACE_WEIGHT = 1.5
_MOST_COUNTED = 50


def implausibility(words: Sequence[str], *, has_signs: bool) -> float:
    """How unlikely it is that words were meant to read like this; 0 and less are fine.

    Args:
        words: those that hold more than ASCII, each once.
        has_signs: whether their encoding has signs such as ★, so that they may be meant.

    >>> implausibility(["città"], has_signs=False), implausibility(["citt╖"], has_signs=False)
    (0.0, 4.0)
    """
    text = f" {' '.join(words)} "
    classes = text.translate(_CLASSES)
    odd = sum(
        oddity.weight * _times(len(oddity.pattern.findall(classes)))
        for oddity in _ODDITIES
        if not (has_signs and oddity.pattern.pattern in ("b", "#"))
    )
    foreign = _FOREIGN_LETTERS * _times(_foreign_words(words, _ALPHABETS))
    return odd + foreign - _IN_PLACE_WEIGHT * _times(len(_IN_PLACE.findall(text)))


def num_words_with_letters(words: Sequence[str]) -> int:
    """How many words have a letter beyond a to z of a script with few letters."""
    return sum(not set(word.translate(_CLASSES)).isdisjoint("lLcCgGhrt") for word in words)


def has_script_of_its_own(words: Sequence[str]) -> bool:
    """Whether most words are in a script other than that of ASCII's letters."""
    classes = [set(word.translate(_CLASSES)) for word in words]
    latin, others = (
        sum(not found.isdisjoint(letters) for found in classes) for letters in ("lL", "cCgGhrt")
    )
    return others > latin


def strange_share(words: Sequence[str], times: Sequence[int]) -> float:
    """The share of words that no language has: their letters are of no one region, or none.

    Args:
        words: each once.
        times: how often each of them is there; what is broken is so once.
    """
    foreign = _foreign_words(words, _ALPHABETS_OF_REGIONS) / max(1, len(words))
    broken = sum(
        number for word, number in zip(words, times, strict=True) if "!" in word.translate(_CLASSES)
    )
    return foreign + broken / max(1, sum(times))


def _foreign_words(words: Sequence[str], alphabets: Sequence[frozenset[str]]) -> int:
    """How many words have letters that the alphabet which suits the words best lacks."""
    letters = [
        frozenset(
            character
            for character in word
            if not character.isascii() and _CLASSES[ord(character)] in "lLcCgG"
        )
        for word in words
    ]
    return min(sum(not found <= alphabet for found in letters) for alphabet in alphabets)


def _times(number: int) -> float:
    return math.sqrt(min(number, _MOST_COUNTED))
