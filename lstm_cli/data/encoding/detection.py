"""Lines that are not in UTF-8 -> the encoding that they are most likely in.

chardet ranks the encodings: its confidence says how much the pairs of bytes in a text
are like those of a language in an encoding. It is no probability, and it does not look
at single letters, so ``plausibility.py`` looks at them in each reading that comes near
the first. Readings that come to the very same text are one: between those encodings
there is no doubt. The weights were measured on texts of some fifty languages, from one
review to thousands: what would be read wrong must be asked about instead.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import chardet

from lstm_cli.data.encoding.charsets import CHARSETS, Charset
from lstm_cli.data.encoding.decoding import REPLACEMENT
from lstm_cli.data.encoding.plausibility import (
    has_script_of_its_own,
    implausibility,
    num_words_with_letters,
    strange_share,
)

SURE = 0.97

# A candidate far behind the first is none, if there is enough to go by.
_LEAST_CONFIDENCE = 0.3
_FEW_WORDS = 10
_LOWEST_RATIO = 0.05
_CONFIDENCE_WEIGHT = 2.0
_CONFIDENCE_WEIGHT_OF_WORDS = 2.8
_MOST_WORDS_COUNTED = 200
_MOST_WORDS = 1000
_ASCII_BESIDE_OTHER_SCRIPT = 6.0
# With the right encoding of a language that it knows, chardet is seldom less confident.
_CONFIDENCE_OF_A_LANGUAGE = 0.18
_MOST_STRANGE = 0.1
# chardet looks at no more than this when it ranks.
_RANKED_BYTES = 1 << 14
# Of so many lines, one that does not fit may be broken; beside at least so many.
_LINES_PER_BROKEN_ONE = 50
_LINES_BESIDE_A_BROKEN_ONE = 10

_WORD = re.compile(rb"[^\s\",;]*[\x80-\xff][^\s\",;]*")
# Controls, by which chardet recognizes other kinds of files, and digits that are no part of a
# letter, as they may be in Chinese.
_NO_LETTERS = dict.fromkeys(range(0x80, 0xA0), REPLACEMENT)
_NOT_OF_WORDS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|(?<![\x80-\xff])[0-9]+")


@dataclass(frozen=True)
class Reading:
    """One way to read some lines."""

    charset: Charset  # of several that read the lines like this, the commonest
    codecs: tuple[str, ...]  # the first reads the lines; the others read what it may lack
    probability: float
    words: tuple[str, ...]  # those that hold more than ASCII

    @property
    def codec(self) -> str:
        """The encoding, as Python names it."""
        return self.codecs[0]

    @property
    def title(self) -> str:
        """The encoding in words."""
        return self.charset.title

    @property
    def percent(self) -> int:
        """The probability; never 100."""
        return min(99, int(100 * self.probability))


@dataclass(frozen=True)
class _Sample:
    """What of some lines tells their encoding: whatever comes again tells nothing new."""

    text: bytes  # the lines without numbers, each once
    whole: bytes  # of these, those that are not broken
    words: tuple[bytes, ...]  # that hold more than ASCII, each once
    times: tuple[int, ...]  # how often each of them is there
    ascii_share: float  # of all words


@dataclass(frozen=True)
class _Candidate:
    """An encoding that all lines fit."""

    charset: Charset
    codecs: tuple[str, ...]
    confidence: float  # chardet's
    words: tuple[str, ...]


def readings_of(lines: Sequence[bytes]) -> tuple[Reading, ...]:
    """The ways to read lines that are not in UTF-8, the likeliest first.

    Each differs from the others in some letter. There is none if nothing fits.

    >>> readings_of(["Być albo nie być, żółta łódź".encode("cp1250")])[0].codec
    'cp1250'
    """
    sample = _sample_of(lines)
    confidences = _confidences(sample.whole)
    first = max(confidences.values(), default=0.0)
    least = _LEAST_CONFIDENCE * first if len(sample.words) > _FEW_WORDS else 0.0
    candidates = [
        _Candidate(charset, codecs, confidences[name], tuple(read))
        for name, charset in CHARSETS.items()
        if confidences.get(name, -1) >= least
        and (codecs := _fitting(sample, charset))
        and (read := (_read(word, codecs[0]) for word in sample.words))
    ]
    readings = _as_readings(candidates, first, sample.ascii_share)
    if readings and _is_unknown(readings[0].words, sample.times, first):
        # Half of the probability is for what is not known.
        return tuple(replace(one, probability=one.probability / 2) for one in readings)
    return readings


def _sample_of(lines: Sequence[bytes]) -> _Sample:
    found = _WORD.findall(b"\n".join(lines))
    words = {_NOT_OF_WORDS.sub(b"", word): word for word in found}
    times = Counter(_NOT_OF_WORDS.sub(b"", word) for word in found)
    chosen = list(words)[:: max(1, math.ceil(len(words) / _MOST_WORDS))]
    num_words = sum(len(line.split()) for line in lines)
    bare = [_NOT_OF_WORDS.sub(b"", line) for line in lines]
    text, whole = (
        b"\n".join(_spread(list(dict.fromkeys(lines)))) for lines in (bare, _without_broken(bare))
    )
    ascii_share = max(0.0, 1 - len(found) / max(1, num_words))
    return _Sample(
        text,
        whole,
        tuple(words[bare_word] for bare_word in chosen),
        tuple(times[bare_word] for bare_word in chosen),
        ascii_share,
    )


def _spread(lines: Sequence[bytes]) -> list[bytes]:
    """The same lines, such that the first of them come from everywhere."""
    step = max(1, sum(map(len, lines)) // _RANKED_BYTES)
    return [line for start in range(step) for line in lines[start::step]]


def _without_broken(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without those few that spoil an encoding which all others fit."""
    most = max(len(lines) // _LINES_PER_BROKEN_ONE, len(lines) >= _LINES_BESIDE_A_BROKEN_ONE)
    broken: set[bytes] = set()
    for codec in dict.fromkeys(charset.codecs[0] for charset in CHARSETS.values()) if most else ():
        misfits: list[bytes] = []
        for line in lines:
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                misfits.append(line)
                if len(misfits) > most:
                    break
        else:
            broken.update(misfits)
    return [line for line in lines if line not in broken]


def _confidences(text: bytes) -> dict[str, float]:
    """How sure chardet is of each encoding; 0 where nothing in the text speaks for it."""
    # A tag may name an encoding, and the first line of a program: both say nothing of a review.
    shown = b"\n\n" + text.replace(b"<", b" ")
    ranked = chardet.detect_all(
        shown,
        ignore_threshold=True,
        max_bytes=len(shown),
        compat_names=False,
        include_encodings=list(CHARSETS),
        no_match_encoding="cp1252",
        empty_input_encoding="cp1252",
    )
    found = {str(result["encoding"]): result["confidence"] for result in ranked}
    # What it leaves out of those with several bytes a letter cannot be.
    named = (name for name, charset in CHARSETS.items() if name in found or not charset.is_asian)
    return {name: found.get(name, 0.0) for name in named}


def _fitting(sample: _Sample, charset: Charset) -> tuple[str, ...]:
    """The codecs of an encoding from the first on that reads all, or all that is not broken."""
    for text in (sample.text, sample.whole):
        for place, codec in enumerate(charset.codecs):
            try:
                text.decode(codec)
            except UnicodeDecodeError:
                continue
            return charset.codecs[place:]
    return ()


def _read(word: bytes, codec: str) -> str:
    """A word; codes that are no letters count as bytes that do not fit, as they may in others."""
    return word.decode(codec, "replace").translate(_NO_LETTERS)


def _score(candidate: _Candidate, first: float, ascii_share: float) -> float:
    """The logarithm of how likely a candidate is, up to a constant.

    Args:
        candidate: an encoding that fits.
        first: the highest confidence of all.
        ascii_share: of the words.
    """
    words, is_asian = candidate.words, candidate.charset.is_asian
    ratio = max(candidate.confidence / first, _LOWEST_RATIO) if first else 1.0
    seen = math.sqrt(min(len(words), _MOST_WORDS_COUNTED))
    weight = _CONFIDENCE_WEIGHT + _CONFIDENCE_WEIGHT_OF_WORDS * seen
    # Where no language is recognized, what is a little more like one tells little.
    weight *= min(1.0, first / _CONFIDENCE_OF_A_LANGUAGE)
    odd = implausibility(words, has_signs=is_asian)
    if not is_asian and has_script_of_its_own(words):
        odd += _ASCII_BESIDE_OTHER_SCRIPT * ascii_share
    return weight * math.log(ratio) - odd - candidate.charset.rarity


def _as_readings(
    candidates: Sequence[_Candidate], first: float, ascii_share: float
) -> tuple[Reading, ...]:
    """Candidates that read the same put together, and their scores as probabilities."""
    scores: dict[tuple[str, ...], float] = {}
    commonest: dict[tuple[str, ...], _Candidate] = {}
    for candidate in candidates:
        words, score = candidate.words, _score(candidate, first, ascii_share)
        scores[words] = max(score, scores.get(words, score))
        known = commonest.setdefault(words, candidate)
        if candidate.charset.rarity < known.charset.rarity:
            commonest[words] = candidate
    top = max(scores.values(), default=0.0)
    total = sum(math.exp(score - top) for score in scores.values())
    readings = (
        Reading(one.charset, one.codecs, math.exp(scores[words] - top) / total, words)
        for words, one in commonest.items()
    )
    return tuple(sorted(readings, key=lambda reading: -reading.probability))


def _is_unknown(words: Sequence[str], times: Sequence[int], confidence: float) -> bool:
    """Whether the best reading is like no language that is known, so that it may be wrong."""
    seen = num_words_with_letters(words)
    if confidence < min(0.012 * seen, 0.07 + 0.002 * seen, 0.2):  # measured, with a margin
        return True
    return len(words) > _FEW_WORDS and strange_share(words, times) > _MOST_STRANGE
