"""What ``lstm doctor`` finds, and that it finds nothing where nothing is."""

import json
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.evaluation.health import examine
from lstm_cli.results import DataHealth
from tests.helpers import BLAME, PRAISE, TINY, lstm

CLEAN = [
    f"{text} {'very ' * k}{word},{rating}"
    for rating, texts in ((5, PRAISE), (1, BLAME))
    for text in (texts[0], texts[1], texts[2], texts[4])
    for k, word in enumerate(("indeed", "much", "so", "today", "again"))
]

MORE = [
    f"{text} {word} {k},{rating}"
    for rating, texts in ((5, PRAISE), (1, BLAME))
    for text in texts
    for k, word in enumerate(("really", "for sure", "to me", "by far", "in all") * 3)
]


def health_of(*rows: str, more: list[str] | None = None) -> DataHealth:
    """Of the clean rows and some others, and of another file if there is one."""
    files = [Path("one.csv")]
    files[0].write_text("\n".join(["review,rating", *CLEAN, *rows]) + "\n", encoding="utf-8")
    if more is not None:
        files.append(Path("two.csv"))
        files[1].write_text("\n".join(["review,rating", *more]) + "\n", encoding="utf-8")
    reviews = read_reviews([str(file) for file in files])
    return examine(reviews, tokenize_reviews(reviews.texts))


def test_a_clean_file_needs_nobody(tiny_reviews: Path) -> None:
    """Exit code 0, and the words alone say the ratings."""
    health = health_of()
    assert health.findings == ()
    assert health.suspects == ()
    assert health.regression_accuracy == 1
    assert health.ceiling == 1
    done = lstm("doctor", "one.csv")
    assert done.exit_code == 0, done.stderr
    assert "nothing here needs your attention" in done.stdout
    assert "predict 100.0 % of the ratings" in done.stdout
    commonest = max(health.counts.values()) / health.reviews
    assert f"is right on {100 * commonest:.1f} %" in done.stdout


def test_a_file_joined_to_itself_teaches_no_more_than_once() -> None:
    """Its words say nothing of the ratings; to have learned a row's copy is not to know them."""
    draw = np.random.default_rng(0)
    rows = [f"guest {draw.integers(10**9)} wrote {k},{draw.integers(1, 6)}" for k in range(100)]
    Path("joined.csv").write_text("\n".join(["review,rating", *rows, *rows]) + "\n")
    reviews = read_reviews(["joined.csv"])
    health = examine(reviews, tokenize_reviews(reviews.texts))
    assert health.regression_accuracy is not None
    assert health.regression_accuracy < 0.35
    assert not health.words_teach


def test_words_that_teach_nothing_are_said_to() -> None:
    """A share means little without what always saying the commonest reaches."""
    rows = [f"{'the room and the staff ' * (k % 3 + 1)}{k},{1 if k % 2 else 5}" for k in range(40)]
    Path("same.csv").write_text("\n".join(["review,rating", *rows]) + "\n")
    said = (
        "the words alone teach hardly anything here, so that no row is suspected of a wrong "
        "rating\n"
        "by them; a base knows words already"
    )
    shown = lstm("doctor", "same.csv").stdout
    assert said in shown
    assert "contradict their rating" not in shown
    assert json.loads(lstm("doctor", "same.csv", "--json").stdout)["suspects"] == []
    health_of()
    assert said not in lstm("doctor", "one.csv").stdout


FIVES, ONES = ["Iâ€™d see it again,5"], ["lost \ufffd letters,1"]


@pytest.mark.parametrize(
    ("rows", "kind", "count", "lines"),
    [
        (FIVES, "encoding", 1, ("42",)),
        (ONES, "lost", 1, ("42",)),
        (["a bell \x07 rings,5", "turned \u202e round,1"], "control", 2, ("42", "43")),
        (["so so,1"] * 2 + ["so so,5"] * 2, "conflicts", 1, ()),
        (["neither,3"], "rare", 1, ()),
        (["no rating,"] * 3, "skipped", 3, ("42", "43", "44")),
        (["it is fine,5"] * 8, "duplicates", 7, ()),
        (["хороший фильм,5"] * 2, "scripts", 1, ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_found(
    rows: list[str], kind: str, count: int, lines: tuple[str, ...]
) -> None:
    """By its kind, counted, and where."""
    (finding,) = health_of(*rows).findings
    assert (finding.kind, finding.count, finding.lines) == (kind, count, lines)
    done = lstm("doctor", "one.csv")
    assert done.exit_code == 1
    assert "needs your attention" in done.stdout
    assert not any(ord(c) < 32 and c != "\n" for c in done.stdout)


def test_the_ceiling_is_that_of_the_commonest_answers() -> None:
    """Five rows of one text: two 1s and three 5s; two of 45 rows must be wrong."""
    health = health_of(*["so so,1"] * 2, *["so so,5"] * 3)
    assert health.conflicts == 1
    assert health.ceiling == pytest.approx(43 / 45)


def test_texts_in_two_files_are_named() -> None:
    """A test set that was trained on measures nothing."""
    health = health_of(more=[CLEAN[3], "something else entirely,5"])
    (finding,) = health.findings
    assert (finding.kind, finding.count) == ("overlap", 1)
    assert finding.lines == ("one.csv:5", "two.csv:2")


def test_a_rating_that_contradicts_its_words_is_suspected() -> None:
    """Rated by a regression that has not seen it."""
    health = health_of(*MORE, "superb! great fun and so great fun,1")
    assert [(s.rating, s.expected, s.text) for s in health.suspects] == [
        ("1", "5", "superb! great fun and so great fun")
    ]
    assert 0.75 <= health.suspects[0].confidence < 1
    found = json.loads(lstm("doctor", "one.csv", "--json").stdout)
    assert found["suspects"][0]["line"] == str(1 + health.reviews)
    assert "contradict their rating" in lstm("doctor", "one.csv").stdout


def test_how_common_a_rating_is_contradicts_nothing() -> None:
    """A 1 of unknown words, or of one that speaks for it, is no 5 for there being many fives."""
    fives = [f"{PRAISE[k % 5]} best game ever {k},5" for k in range(300)]
    ones = ["Dctcrct,1", "awful game ever,1", "stupid,1", "superb! great fun and so great fun,1"]
    health = health_of(*MORE, *fives, *ones)
    assert health.commonest_share > 0.75
    assert [s.text for s in health.suspects] == ["superb! great fun and so great fun"]


def test_neighbours_on_the_scale_contradict_nothing() -> None:
    """Nobody can tell a 4 from a 5 by its words, and a rating of few reviews teaches none."""
    fours = [f"so good {'very ' * k}{word},4" for k in range(5) for word in ("it", "now", "then")]
    health = health_of(*MORE, *fours, "superb! great fun and so great fun,4", "so good now,2")
    assert health.suspects == ()
    assert health.words_teach


def test_training_says_what_is_wrong_before_it_begins() -> None:
    """In short: the file may have been waiting for hours."""
    health_of(*FIVES)
    done = lstm("train", "one.csv", *TINY)
    assert done.exit_code == 0, done.stderr
    assert "! 1 text with letters from a wrong encoding" in done.stderr
