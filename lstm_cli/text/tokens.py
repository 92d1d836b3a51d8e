"""One pattern that cuts a review into tokens.

A review is first tidied (HTML removed, lower-cased, long runs of a letter
shortened), then cut by ``TOKEN_PATTERN``. A saved model keeps the pattern it
was trained with, so that prediction needs only ``re`` and an upgrade of a
library can never change the tokens of a saved model. The vocabulary is built
with the same pattern through NLTK's ``RegexpTokenizer``.

>>> tokenize("Don't miss it... <br />It's SOOOOO good :-)")
['do', "n't", 'miss', 'it', '...', 'it', "'s", 'sooo', 'good', ':-)']
"""

import html
import re
import unicodedata
from functools import lru_cache

# Scripts that put no space between words: one token a character.
UNSPACED = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002fa1f"
)
# Characters that are never part of a word, as ranges, because ``\w`` differs between ``re`` and
# the ``regex`` that NLTK compiles with, and from one version of Unicode to the next. So vowel
# signs and joiners (U+200C, U+200D) belong to the word in which they stand.
_NO_LETTER = (
    r"\s\x00-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf×÷"
    "\u037e\u0387\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4"
    "\u0609-\u060d\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965"
    "\u2000-\u200b\u200e-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe00-\ufe1f\ufe30-\ufe6f"
    "\U0001f000-\U0001faff"
)
_LETTER = f"[^{_NO_LETTER}{UNSPACED}]"
_LETTER_OR_DIGIT = f"(?:{_LETTER}|[0-9])"
EMOJI = "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2763\u2764]"

_CLITIC = f"'(?:s|re|ve|ll|d|m)(?!{_LETTER_OR_DIGIT})"

TOKEN_PATTERN = "|".join(
    (
        # Emoticons with the eyes first: :-) ;( =D :'( and <3; a letter is a mouth only where no
        # word touches it, and the slash of http:// is not one
        r"<3|</3|[:;=][-o*']?[()\[\]|}{@*\\]|[:;=][-o*']?/(?!/)",
        f"(?<!{_LETTER})(?<![0-9])[:;=][-o*']?[dp3](?!{_LETTER_OR_DIGIT})",
        # An emoji with its skin tone, its variation selector and what is joined to it
        rf"{EMOJI}(?:[\U0001f3fb-\U0001f3ff\ufe0f]|\u200d{EMOJI})*",
        # don't -> do n't; film's -> film 's: split as pretrained vectors have them
        f"{_LETTER}+?(?=n't(?!{_LETTER_OR_DIGIT}))",
        f"n't(?!{_LETTER_OR_DIGIT})",
        f"(?<={_LETTER}){_CLITIC}|(?<=[0-9]){_CLITIC}",
        # Words; an apostrophe inside (o'clock, l'amour) stays inside
        f"{_LETTER}+(?:(?!{_CLITIC})'{_LETTER}+)*",
        # Numbers: 3, 4.5, 1,000, 7/10, 90%
        "[0-9]+(?:[.,/:][0-9]+)*%?",
        # Punctuation that expresses feeling: a run of it is one token
        r"\.{2,}|!+|\?+|--+",
        # Any other visible character is a token of its own
        r"\S",
    )
)

# What runs without this package replaces by the same patterns: ``export/cutting.py`` tells them.
# The last four letters are what Python takes for i, s and k where it ignores case.
TAG = re.compile(r"</?[a-zA-Z\u0130\u0131\u017f\u212a][^<>]{0,300}>")
TAG_OR_COMMENT = re.compile(rf"<!--.*?-->|{TAG.pattern}", re.DOTALL)
# html.unescape would raise ValueError: Python makes no integer of so many digits.
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{4301,};?")
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069"
    r"\ud800-\udfff\ufeff]+"
)
_LONG_RUN = re.compile(r"([^\W\d_])\1{3,}")
_MANY_MARKS = re.compile(r"([!?])\1+|\.{4,}|…")
QUOTES = str.maketrans("’‘‛ʼ＇“”„«»", "'''''\"\"\"\"\"")


def tidy(text: str) -> str:
    """A review without markup, in lower case, with long runs of a letter shortened to three.

    >>> tidy("Loooooove it!!!!! &amp; <b>more</b>")
    'looove it!! &  more '
    """
    if "&" in text:
        text = unescaped(text)
    if "<" in text:
        text = without_markup(text)
    if not text.isascii():
        # One spelling for each accented letter; full-width forms become plain ones.
        text = unicodedata.normalize("NFKC", text.replace("…", "...")).translate(QUOTES)
    text = CONTROL.sub(" ", text).lower()
    text = _LONG_RUN.sub(r"\1\1\1", text)
    return _MANY_MARKS.sub(lambda marks: marks[1] * 2 if marks[1] else "...", text)


def unescaped(text: str) -> str:
    """A text whose characters are written as themselves.

    >>> unescaped("caf&eacute; &#9786;")
    'café ☺'
    """
    return html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))


def without_markup(text: str) -> str:
    """A text whose tags and comments are spaces.

    >>> without_markup("so <b>so</b><!-- not <i> --> 1 < 2 <!-- left open")
    'so  so   1 < 2 <!-- left open'
    """
    # Behind the last end of a comment none begins: looked for to the end of the text from each
    # "<!--" there, a page of these would take minutes.
    end = text.rfind("-->") + len("-->") if "-->" in text else 0
    return TAG_OR_COMMENT.sub(" ", text[:end]) + TAG.sub(" ", text[end:])


@lru_cache(maxsize=8)
def compiled(pattern: str) -> "re.Pattern[str]":
    """The pattern, compiled with NLTK's flags, and only once per process."""
    return re.compile(pattern, re.UNICODE | re.MULTILINE | re.DOTALL)


def tokenize(text: str, pattern: str = TOKEN_PATTERN) -> list[str]:
    """The tokens of a review, in reading order.

    >>> tokenize("7/10, isn't it? 真好 👍🏽")
    ['7/10', ',', 'is', "n't", 'it', '?', '真', '好', '👍🏽']
    """
    return compiled(pattern).findall(tidy(text))
