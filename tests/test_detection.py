"""The encoding of a text is found, or asked for: no review is read wrong without a word.

Every language is saved in every encoding that people save it in, as a small file of
reviews and as single ones. The weights of the detection were chosen with more texts than
these; a change of them that reads one of these wrong breaks a test.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_cli.data.encoding.detection import SURE, readings_of
from lstm_cli.data.encoding.encodings import to_utf8
from lstm_cli.data.encoding.plausibility import implausibility
from lstm_cli.errors import FileError
from tests.languages import ENCODINGS, REVIEWS

CASES = [(language, codec) for language in REVIEWS for codec in ENCODINGS[language].split()]
# Few of whose letters are not ASCII, so that a file of these reviews tells too little.
TOO_FEW_LETTERS = {
    ("english", "cp437"), ("english", "cp850"), ("italian", "cp437"), ("italian", "cp850"),
    ("danish", "cp437"),
}  # fmt: skip
# Some encodings lack a sign that another has in its place; these are read as the other one.
SAME = str.maketrans("～－∥￠￡￢―", "〜−‖¢£¬—")


def reviews_in(language: str, codec: str) -> list[str]:
    """Those that can be written in an encoding."""

    def fits(review: str) -> bool:
        try:
            return bool(review.encode(codec))
        except UnicodeEncodeError:
            return False

    return list(filter(fits, REVIEWS[language].splitlines()))


def read(folder: Path, text: str, codec: str) -> str | None:
    """A text that was saved in an encoding, as it is read; None if the encoding is asked for."""
    path = folder / "reviews.csv"
    path.write_bytes(text.encode(codec))
    try:
        decoded = to_utf8(path, folder, "reviews.csv")
    except FileError as error:
        assert "its encoding is unclear" in str(error)
        return None
    assert any("not UTF-8, read as" in note for note in decoded.notes) or text.isascii() or (
        decoded.encoding in ("utf-8", "utf-16")
    )  # fmt: skip
    return decoded.path.read_bytes().decode()


@pytest.mark.parametrize(("language", "codec"), CASES)
def test_a_small_file_is_read_as_it_was_written(tmp_path: Path, language: str, codec: str) -> None:
    reviews = reviews_in(language, codec)
    assert len(reviews) > 8
    rows = (f'"{review} {k}",{k % 5 + 1}\n' for k, review in enumerate(reviews * 3))
    text = "review,rating\n" + "".join(rows)
    found = read(tmp_path, text, codec)
    if (language, codec) in TOO_FEW_LETTERS:
        assert found in (text, None)
    else:
        assert found is not None
        assert found.translate(SAME) == text.translate(SAME)


def some_lines(reviews: list[str], seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    for number in (1, 1, 2, 4, 8):
        yield "".join(f"{review}\n" for review in rng.sample(reviews, number))


@pytest.mark.parametrize("language", REVIEWS)
def test_few_reviews_are_read_right_or_asked_about(tmp_path: Path, language: str) -> None:
    read_right = 0
    for codec in ENCODINGS[language].split():
        for text in some_lines(reviews_in(language, codec), len(codec)):
            found = read(tmp_path, text, codec)
            assert found is None or found.translate(SAME) == text.translate(SAME), codec
            read_right += found is not None
    assert read_right >= len(ENCODINGS[language].split())


@pytest.mark.parametrize(
    ("signs", "codec"),
    [
        ("don’t it’s I’m you’ll", "cp1252"), ("“great” “wow” “never again”", "cp1252"),
        ("£40 £9.99 £5", "cp1252"), ("1½ 2½", "latin_1"), ("20° 350°F", "cp1252"),
        ("Apple® Lego™", "cp1252"), ("10× 5×", "latin_1"), ("don´t it´s", "cp1252"),
        ("good.\xa0 fine,\xa0", "cp1252"), ("• •", "cp1252"), ("– —", "cp1252"),
        ("café fiancé Zoë crème", "cp1252"), ("“great” “wow” “never again”", "mac_roman"),
    ],
)  # fmt: skip
def test_english_with_few_signs(tmp_path: Path, signs: str, codec: str) -> None:
    """What a word processor puts into English tells its encoding by where it stands."""
    words = signs.split(" ")
    reviews = REVIEWS["english"].encode("ascii", "ignore").decode().splitlines()
    lines = (
        f"{review} {words[k % len(words)]} really,{k % 5 + 1}\n"
        for k, review in enumerate(reviews * 2)
    )
    text = "".join(lines)
    assert read(tmp_path, text, codec) == text


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
def test_several_languages_in_one_file(tmp_path: Path, codec: str) -> None:
    """No alphabet has all of their letters, but one region has."""
    lines = [
        review
        for language in ("german", "french", "spanish", "portuguese", "swedish", "danish")
        for review in reviews_in(language, codec)
    ]
    random.Random(0).shuffle(lines)
    text = "\n".join(lines)
    assert read(tmp_path, text, codec) == text


def test_a_language_that_nothing_is_known_of_is_asked_about(tmp_path: Path) -> None:
    """Random words of Latin letters, half of them with letters of anywhere."""
    rng = random.Random(1)
    letters = "aeioubcdfgklmnprstþðøýāőžŋ"
    codec = "iso8859_10"
    letters = letters.encode(codec, "ignore").decode(codec)
    words = ("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(400))
    text = "\n".join(f"{' '.join(line)},3" for line in zip(*[words] * 8, strict=True))
    assert read(tmp_path, text, codec) in (None, text)


def test_readings_are_probabilities_of_different_texts() -> None:
    readings = readings_of([b"fa\xe7ade", b"d\xe9j\xe0 vu"])
    assert len({reading.words for reading in readings}) == len(readings)
    probabilities = [reading.probability for reading in readings]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert readings[0].codec == "cp1252"
    assert readings[0].percent <= 99


def test_lines_that_nothing_reads_have_no_reading() -> None:
    assert all(reading.probability < SURE for reading in readings_of([b"\xff\xfe\x80\x81"]))
    assert readings_of([b"good"]) == () or readings_of([b"good"])[0].words == ()


def test_numbers_and_repetition_tell_nothing() -> None:
    """Twenty copies of a line are one line."""
    line = "Pokój był miły i duży, świetny".encode("cp1250")
    once = readings_of([line])
    often = readings_of([line + b" %d" % k for k in range(20)])
    assert [one.codec for one in once[:3]] == [one.codec for one in often[:3]]
    assert once[0].probability == pytest.approx(often[0].probability, abs=0.01)


def test_a_tag_in_a_review_names_no_encoding() -> None:
    """chardet believes what a page says of itself."""
    reviews = [review.encode("cp1251") for review in reviews_in("russian", "cp1251")]
    tag = b'<meta charset="iso-8859-1"><?xml version="1.0" encoding="utf-8"?>'
    assert readings_of([tag + reviews[0], *reviews])[0].codec == "cp1251"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("słaby", "s³aby"), ("zwykły", "zwyk│y"), ("don’t", "donÕt"), ("città", "citt…a"),
        ("größer", "grцяer"), ("l’été", "l�été"), ("cœur", "c½ur"), ("£5", "œ5"),
        ("“good”", "ÒgoodÓ"), ("тёмный", "тёмнyй"), ("3 €", "3 ¤"), ("Ksiażka", "Ksi\x81ażka"),
    ],
)  # fmt: skip
def test_the_right_reading_is_less_odd(right: str, wrong: str) -> None:
    def oddity(text: str) -> float:
        return implausibility(text.split(" "), has_signs=False)

    assert oddity(right) < oddity(wrong)
