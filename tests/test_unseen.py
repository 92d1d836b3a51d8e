"""Models are measured on what they have not seen, and say what that left out."""

import json
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.data.reviews import chosen, read_reviews
from lstm_cli.evaluation.reading import read_rated
from lstm_cli.evaluation.unseen import leave_out_seen
from tests.helpers import TINY, copied, lstm, sign

OTHERS = [f'"a slow start {k} but well worth it",{1 + 2 * (k % 3)}' for k in range(6)]


@pytest.fixture
def one(tiny_reviews: Path) -> Bundle:
    """A model of the tiny reviews, which held out five of the forty."""
    done = lstm("-q", "train", tiny_reviews, "--name", "one", *TINY, "--epochs", 3)
    assert done.exit_code == 0, done.stderr
    return open_bundle(Path("models/one"))


def written(name: str, *rows: str) -> Path:
    """A file of reviews."""
    Path(name).write_text("\n".join(["review,rating", *rows, ""]))
    return Path(name)


def notes(stderr: str) -> list[str]:
    """What was said behind what every command says of a model and a file."""
    return stderr.splitlines()[3:]


def rows_of(file: Path) -> list[str]:
    return file.read_text().splitlines()[1:]


def without_hashes(path: Path) -> None:
    """A model as it was saved before hashes existed."""
    info = json.loads((path / "bundle.json").read_text())
    (path / "seen.safetensors").unlink()
    del info["files"]["seen.safetensors"]
    (path / "bundle.json").write_text(json.dumps(info))
    sign(path)


def test_on_its_own_file_a_model_is_measured_on_what_it_held_out(
    one: Bundle, tiny_reviews: Path
) -> None:
    """So its scores are those that training reported."""
    done = lstm("evaluate", tiny_reviews, "--json")
    assert notes(done.stderr) == [
        "one was trained on this file: measured on the 5 reviews that it held out, the other 35 "
        "are left out (--with-seen keeps them)"
    ]
    found = json.loads(done.stdout)
    assert (found["n"], found["seen"], found["left_out_seen"]) == (5, 35, 35)
    for name in ("accuracy", "mae", "qwk", "confusion"):
        assert found[name] == one.info.scores[name]


def test_with_seen_all_are_measured_and_the_scores_called_flattering(
    one: Bundle, tiny_reviews: Path
) -> None:
    done = lstm("evaluate", tiny_reviews, "--json", "--with-seen")
    assert notes(done.stderr) == [
        "careful: the scores flatter, for one has seen 35 of the 40 reviews in training"
    ]
    found = json.loads(done.stdout)
    assert (found["n"], found["seen"], found["left_out_seen"]) == (40, 35, 0)


def test_reviews_seen_in_another_form_are_left_out(one: Bundle, tiny_reviews: Path) -> None:
    """Whatever their ratings and their file."""
    assert one.seen is not None
    shouted = [
        f'"  <b>{row.rsplit(",", 1)[0][1:-1].upper()}</b> ",1' for row in rows_of(tiny_reviews)
    ]
    mixed = written("mixed.csv", *shouted, *OTHERS)
    done = lstm("evaluate", mixed, "--json")
    assert notes(done.stderr)[-1] == (
        "left out: one has seen 35 of the 46 reviews in training (--with-seen keeps them)"
    )
    assert json.loads(done.stdout)["n"] == 11
    shown = lstm("evaluate", mixed)
    assert "11 reviews of mixed.csv" in shown.stdout


def test_of_unseen_reviews_nothing_is_said(one: Bundle) -> None:
    done = lstm("evaluate", written("new.csv", *OTHERS), "--json")
    assert notes(done.stderr) == []
    found = json.loads(done.stdout)
    assert (found["n"], found["seen"], found["left_out_seen"]) == (6, 0, 0)


def test_where_none_is_left_it_is_said_in_one_line(one: Bundle, tiny_reviews: Path) -> None:
    reviews = read_rated([one], str(tiny_reviews))
    left = set(leave_out_seen(reviews, [one]).reviews.texts)
    seen = written(
        "seen.csv",
        *(row for row in rows_of(tiny_reviews) if row.rsplit(",", 1)[0][1:-1] not in left),
    )
    for command in (("evaluate", seen), ("compare", seen, "one", "one")):
        done = lstm("-q", *command)
        assert done.exit_code == 2
        assert done.stderr.strip() == (
            "lstm: seen.csv: holds no review that one has not seen in training; give other "
            "reviews, or see the scores on held-out ones with: lstm models show one (--with-seen "
            "measures on these all the same)"
        )
        assert done.stdout == ""
        assert lstm("-q", *command, "--with-seen").exit_code == 0


def test_a_model_saved_before_warns_of_its_own_file_and_of_no_other(
    one: Bundle, tiny_reviews: Path
) -> None:
    without_hashes(one.path)
    warning = (
        "careful: one was trained on these very reviews; for its scores on held-out reviews, see: "
        "lstm models show one"
    )
    done = lstm("evaluate", tiny_reviews, "--json")
    assert notes(done.stderr) == [warning]
    found = json.loads(done.stdout)
    assert (found["n"], found["seen"], found["left_out_seen"]) == (40, None, 0)
    part = written("part.csv", *rows_of(tiny_reviews)[1:])
    assert notes(lstm("evaluate", part).stderr) == []


def test_two_models_are_compared_on_what_neither_has_seen(one: Bundle, tiny_reviews: Path) -> None:
    other = written("other.csv", *OTHERS, *OTHERS, *rows_of(tiny_reviews)[:5])
    done = lstm("-q", "train", other, "--name", "two", *TINY, "--epochs", 1)
    assert done.exit_code == 0, done.stderr
    new = [f'"neither fish nor fowl {k}",3' for k in range(4)]
    file = written("file.csv", *rows_of(tiny_reviews), *OTHERS, *new)
    two = open_bundle(Path("models/two"))
    reviews = read_reviews([str(file)])
    each = [leave_out_seen(reviews, [bundle]) for bundle in (one, two)]
    both = leave_out_seen(reviews, [one, two])
    left = [set(measured.reviews.texts) for measured in each]
    assert set(both.reviews.texts) == left[0] & left[1]
    done = lstm("compare", file, "one", "two", "--json")
    said = done.stderr.splitlines()[-1]
    assert said == (
        f"left out: one ({each[0].seen}) and two ({each[1].seen}) have together seen {both.seen} "
        "of the 50 reviews in training (--with-seen keeps them)"
    )
    found = json.loads(done.stdout)
    assert found["seen"] == [each[0].seen, each[1].seen] == [35, both.seen_of_each[1]]
    assert found["left_out_seen"] == both.seen
    assert [scores["n"] for scores in found["scores"]] == [50 - both.seen] * 2
    kept = lstm("compare", file, "one", "two", "--json", "--with-seen")
    assert kept.stderr.splitlines()[-1] == (
        f"careful: the scores flatter, for one ({each[0].seen}) and two ({each[1].seen}) have "
        f"together seen {both.seen} of the 50 reviews in training"
    )
    assert json.loads(kept.stdout)["left_out_seen"] == 0
    copied(one, "twin")
    assert lstm("compare", file, "one", "twin", "--json").stderr.splitlines()[-1] == (
        "left out: one and twin have each seen 35 of the 50 reviews in training (--with-seen keeps "
        "them)"
    )


def test_what_a_base_has_seen_is_left_out_too(one: Bundle, tiny_reviews: Path) -> None:
    """Also where the base has learned no ratings from it."""
    texts = [row.replace('",', ' and so on",') for row in rows_of(tiny_reviews)]
    read = written("read.csv", *texts)
    done = lstm("-q", "pretrain", read, "--embedding-size", 3, "--hidden-size", 4, "--epochs", 1,
                "--name", "words")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    for base in ("one", "words"):
        done = lstm(
            "-q", "train", tiny_reviews, "--base", base, "--name", f"of-{base}", "--epochs", 1
        )
        assert done.exit_code == 0, done.stderr
    bundles = {name: open_bundle(Path("models", name)) for name in ("of-one", "words", "of-words")}
    for name in ("words", "of-words"):
        measured = leave_out_seen(read_reviews([str(read)]), [bundles[name]])
        # One in ten was held out, to measure on; it tells of no rating.
        assert measured.seen == 36
    assert leave_out_seen(read_reviews([str(read)]), [bundles["of-one"]]).seen == 0


def test_a_model_that_would_forget_says_so_and_trains(one: Bundle, tiny_reviews: Path) -> None:
    few = written("few.csv", *OTHERS, *rows_of(tiny_reviews)[:9])
    done = lstm("train", few, "--base", "one", "--name", "again", "--epochs", 1)
    assert done.exit_code == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "forgets" in line]
    assert said == [
        "careful: one learned from 35 reviews and forgets much of them while it learns from 15 "
        "others; what keeps them: lstm update one few.csv"
    ]
    more = lstm("train", tiny_reviews, "--base", "one", "--name", "more", "--epochs", 1)
    assert "forgets" not in more.stderr


def test_some_of_the_reviews_are_counted_anew() -> None:
    """Places, ratings off the scale, repetitions: of those that stay."""
    file = written("some.csv", "good,5", "good,5", "good,1", "bad,1", "odd,3", "odd,3", "well,5")
    reviews = read_reviews([str(file)])
    some = chosen(reviews, np.array([0, 2, 3, 4]))
    assert some.texts == ["good", "good", "bad", "odd"]
    assert some.ratings.tolist() == [5, 1, 1, 3]
    assert some.lines.tolist() == [2, 4, 5, 6]
    assert (some.duplicates, some.conflicts) == (0, 1)
    assert (reviews.duplicates, reviews.conflicts) == (2, 1)
    alone = written("alone.csv", "good,5", "good,1", "bad,1", "odd,3")
    assert some.fingerprint == read_reviews([str(alone)]).fingerprint
    on = read_reviews(
        [str(file)], scale=read_reviews([str(written("two.csv", "a b,1", "c d,5"))]).scale
    )
    assert on.unseen_ratings == {"3": 2}
    assert chosen(on, np.array([0, 4])).unseen_ratings == {"3": 1}
    assert chosen(on, np.array([0, 3])).unseen_ratings == {}


def test_training_says_what_its_base_has_read_of_the_held_out_reviews(
    tiny_reviews: Path, tmp_path: Path
) -> None:
    """Or the scores of a model of public reviews would seem to be those of any other's."""
    models = ("--models-dir", tmp_path / "models")
    small = ("--embedding-size", "3", "--hidden-size", "4", "--epochs", "1", "--no-baseline")
    first = lstm("train", tiny_reviews, "--name", "first", *models, *small)
    assert first.exit_code == 0, first.stderr
    assert "has read" not in first.stderr
    again = lstm(
        "train", tiny_reviews, "--name", "second", "--base", "first", "--seed", "1",
        "--epochs", "1", *models,
    )  # fmt: skip
    assert again.exit_code == 0, again.stderr
    careful = (
        "careful: first has read 5 of these 5 held-out reviews before, so that the scores flatter; "
        "--base none measures without it"
    )
    assert careful in " ".join(again.stdout.split())
    assert "careful" not in again.stderr  # on one terminal it is said once
    options = ("--name", "second", "--replace", "--base", "first", "--seed", "1", "--epochs", "1")
    brief = lstm("-q", "train", tiny_reviews, *options, "--brief", *models)
    assert careful in " ".join(brief.stdout.split())
    found = json.loads(lstm("train", tiny_reviews, *options, "--json", *models).stdout)
    assert found["read_by_base"] == found["validation"]["n"] == 5
