"""What ``lstm doctor`` sees in texts that nobody has rated."""

import json
from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.texts import read_texts
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import RowError
from lstm_cli.evaluation.text_health import UnratedTexts, examine_texts
from lstm_cli.results import TextHealth
from lstm_cli.text.vocabulary import Vocabulary
from tests.helpers import BLAME, PRAISE, copied, lstm

CLEAN = [f"{text} {word}" for text in (*PRAISE, *BLAME) for word in ("indeed", "so", "today")]
# All words of the clean texts, and no others.
KNOWN = Vocabulary.build(tokenize_reviews(CLEAN).all_counts())


def written(*rows: str, name: str = "texts.csv") -> Path:
    """A file of the clean texts and some others."""
    path = Path(name)
    path.write_text(
        "\n".join(["comment", *(f'"{row}"' for row in (*CLEAN, *rows))]) + "\n", "utf-8"
    )
    return path


def health_of(*rows: str) -> TextHealth:
    """Of the clean texts and some others."""
    unrated = UnratedTexts.of([read_texts(str(written(*rows)))])
    return examine_texts(unrated, tokenize_reviews(unrated.texts), KNOWN)


def test_clean_texts_need_nobody() -> None:
    """Exit code 0, and what was not looked at is said."""
    health = health_of()
    assert health.findings == ()
    assert (health.texts, health.empty, health.duplicates, health.unlike) == (30, 0, 0, 0)
    assert health.known_share == 1
    done = lstm("doctor", "texts.csv")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith(
        "texts.csv: no column looks like ratings, nor could one hold them: its texts are examined "
        "alone\ntexts.csv: 30 rows, text in 'comment'\n"
    )
    assert done.stdout.endswith(
        "rows without a text: 0; with the text of an earlier one: 0\n"
        "not examined, for lack of ratings: how often each rating occurs, identical\n"
        "  texts with different ratings, ratings that contradict their words, how well\n"
        "  the words alone predict them\n\nnothing here needs your attention\n"
    )


@pytest.mark.parametrize(
    ("rows", "kinds", "count", "lines"),
    [
        (["a fine film Iâ€™d", "great fun"], ["encoding"], 1, ("32",)),
        (["lost \ufffd fun at all"], ["lost"], 1, ("32",)),
        (["", "n/a"], ["empty"], 2, ("32", "33")),
        ([CLEAN[0]] * 5, ["duplicates"], 5, ()),
        (["Das Zimmer war sehr laut"], ["unlike"], 1, ("32",)),
        (["!!!"], ["unlike"], 1, ("32",)),
    ],
)
def test_what_is_wrong_is_found(
    rows: list[str], kinds: list[str], count: int, lines: tuple[str, ...]
) -> None:
    """By its kind, counted, and where."""
    health = health_of(*rows)
    assert [found.kind for found in health.findings if found.kind in kinds] == kinds
    (finding,) = (found for found in health.findings if found.kind in kinds)
    assert (finding.count, finding.lines) == (count, lines)
    needs_base = kinds == ["unlike"]  # tests have none: nothing is unlike it
    assert lstm("doctor", "texts.csv").exit_code == (0 if needs_base else 1)


def test_other_letters_and_words_are_another_language() -> None:
    """Of the whole file, and of its rows."""
    health = health_of(*["хороший фильм"] * 3, *["плохой вечер дома"] * 12)
    assert {"language", "scripts", "unlike"} <= {found.kind for found in health.findings}
    assert health.unlike == 15


def test_texts_in_two_files_are_named() -> None:
    """Rated files as well, if only their texts are asked for."""
    written("one more")
    Path("rated.csv").write_text(f"review,rating\n{CLEAN[3]},5\nsome other thing,1\n")
    done = lstm("doctor", "texts.csv", "rated.csv", "--no-ratings", "--json")
    assert done.exit_code == 1
    found = {finding["kind"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["overlap"]["lines"] == ["texts.csv:5", "rated.csv:2"]


def test_what_is_said_of_ratings_is_not_ignored() -> None:
    """Who names a column of ratings wants it read."""
    written()
    done = lstm("doctor", "texts.csv", "--rating-column", "stars")
    assert done.exit_code == 2
    done = lstm("doctor", "texts.csv", "--no-ratings", "--bins", "5")
    assert (done.exit_code, done.stderr) == (2, "lstm: --bins does not go with --no-ratings\n")


def test_a_file_without_any_text_is_refused() -> None:
    """In a line, as every mistake."""
    Path("empty.csv").write_text('comment\n"  "\n" "\n')
    with pytest.raises(RowError, match="no row has a text"):
        UnratedTexts.of([read_texts("empty.csv")])


def test_texts_are_examined_by_the_model_that_would_rate_them(tiny_bundle: Bundle) -> None:
    """Of a model of one's own the base knows nothing."""
    copied(tiny_bundle, "hotels")
    path = written("quokka numbat potoroo bilby", "dunnart bandicoot bettong quoll")
    done = lstm("doctor", path)
    assert "\nmodel hotels (trained last in models)\n" in done.stderr
    assert "model hotels knows " in done.stdout
    named = lstm("doctor", path, "--models-dir", "models")
    assert (named.exit_code, named.stdout) == (done.exit_code, done.stdout)
    found = json.loads(lstm("doctor", path, "--model", "hotels", "--json").stdout)
    assert found["model"] == "hotels"
    assert found["unlike"] >= 2
    assert lstm("doctor", path, "--model", "motels").exit_code == 2
    Path("rated.csv").write_text("review,rating\na fine film,5\nawful!,1\n" * 9, "utf-8")
    done = lstm("doctor", "rated.csv", "--model", "hotels")
    assert done.exit_code == 2
    assert done.stderr.endswith("add --no-ratings to examine the texts alone\n")
