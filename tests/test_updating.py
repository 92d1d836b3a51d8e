"""``lstm update``: more reviews, a receipt, and the model that was stays to be had."""

import json
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.claiming import claimed
from lstm_cli.bundle.locating import find_model
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.seen import Seen
from lstm_cli.bundle.versions import save_as_next, versions_of
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.evaluation.receipt import receipt
from lstm_cli.inference.scorer import Scorer
from lstm_cli.pipeline import updating
from lstm_cli.pipeline.update_preparation import PreparedUpdate
from lstm_cli.pipeline.updated import LearnedUpdate
from lstm_cli.pipeline.updating import _receipt
from lstm_cli.results import Receipt
from lstm_cli.text.tokens import tokenize
from tests import to_be_killed
from tests.helpers import BLAME, PRAISE, copied, in_case, lstm, new_bundle, sign, write_info
from tests.to_be_killed import killed_after, started

OLD = range(6)  # of what the tiny model learned, by conftest
HELD_OUT = range(6, 18)
NEW = range(20, 24)


def rows(numbers: range, praise: int = 5, blame: int = 1) -> list[str]:
    """Ten reviews a number, as the tiny model's."""
    return [
        f'"{text} {k}",{rating}'
        for k in numbers
        for rating, texts in ((praise, PRAISE), (blame, BLAME))
        for text in texts
    ]


def written(name: str, *parts: list[str]) -> Path:
    path = Path(name)
    lines = ["review,rating", *(row for part in parts for row in part)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def words_of(numbers: range) -> list[list[str]]:
    """The tokens of the reviews of some numbers."""
    return [tokenize(row.rpartition(",")[0].strip('"')) for row in rows(numbers)]


@pytest.fixture
def hotels(tiny_bundle: Bundle) -> Path:
    """A model of 60 reviews that can be updated; 120 were held out for it."""
    return copied(tiny_bundle, "hotels")


@pytest.fixture
def new() -> Path:
    """Forty reviews that it does not know."""
    return written("new.csv", rows(NEW))


@pytest.fixture
def old() -> Path:
    """All reviews that it knows."""
    return written("old.csv", rows(OLD), rows(HELD_OUT))


def update(*arguments: object, **how: object) -> dict:
    done = lstm("-q", "update", "hotels", *arguments, "--json", **how)
    assert done.exit_code in (0, 1), done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object) -> str:
    done = lstm("-q", *arguments)
    assert done.exit_code == 2, done.stdout
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


# What is learned


def test_the_old_model_is_measured_as_it_reads_alone(
    hotels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is misspelled to it may be a word of the new one."""
    monkeypatch.setattr("lstm_cli.text.vocabulary.FEWEST_FOR_SPELLING", 0)
    before = open_bundle(hotels)
    as_it_was = Scorer(before)
    word = next(w for w in before.vocabulary if w.isalpha() and len(w) > 5)
    seen: list[tuple[PreparedUpdate, LearnedUpdate]] = []
    monkeypatch.setattr(updating, "_receipt", lambda *made: seen.append(made) or _receipt(*made))
    new = [row.replace('"', f'"{word}{word[-1]} ', 1) for row in rows(NEW)]
    update(written("new.csv", new, rows(HELD_OUT)), "--accept-worse", "--precision", "float32")
    ((prepared, learned),) = seen
    assert f"{word}{word[-1]}" in prepared.vocabulary.tokens
    held_out = Corpus.of_tokens(prepared.held_out.words(), before.vocabulary)
    np.testing.assert_allclose(learned.before, as_it_was.rate(held_out), atol=1e-5)


def test_a_network_for_a_blackboard_goes_on_in_float32(
    hotels: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it learns, unless a person decides otherwise."""
    monkeypatch.setattr("lstm_cli.core.compute.best_precision", lambda _: "bfloat16")
    units = open_bundle(hotels).info.model.hidden_size
    for few, got in ((units, "float32"), (units - 1, "bfloat16")):
        monkeypatch.setattr("lstm_cli.training.rules.FEW_UNITS", few)
        update(new, "--accept-worse")
        assert open_bundle(hotels).info.training.precision == got
        new = written("more.csv", rows(range(30, 34)))


def test_new_reviews_are_learned_and_counted(hotels: Path, new: Path, old: Path) -> None:
    """Sums of both, and a vocabulary that has grown."""
    before = open_bundle(hotels)
    words, weights = before.vocabulary.tokens, before.arrays["cell.event"]
    made = update(new, "--replay", old, "--accept-worse")
    after = open_bundle(hotels)
    assert (made["learned"], made["replayed"], made["held_out"]) == (36, 36, 4)
    assert made["receipt"]["held_out_before"]["n"] == 120
    assert made["receipt"]["all"]["n"] == after.info.scores["n"] == 124
    origin = after.info.provenance
    assert origin.training == before.info.provenance.training + 36
    assert sum(origin.counts.values()) == origin.training
    assert origin.validation == 124
    assert origin.files == ("lstm.csv", "new.csv")
    assert [u.learned for u in origin.updates] == [36]
    assert after.vocabulary.tokens[: len(words)] == words
    assert {str(k) for k in NEW} <= set(after.vocabulary.tokens[len(words) :])
    assert not np.array_equal(after.arrays["cell.event"], weights)


def test_what_was_held_out_stays_held_out(hotels: Path) -> None:
    """Or the receipt of the next update would flatter it."""
    everything = written("everything.csv", rows(OLD), rows(HELD_OUT), rows(NEW))
    made = update(everything, "--accept-worse")
    assert made["known"] == {"learned": 60, "held_out": 120}
    assert made["replayed"] == 36
    seen = open_bundle(hotels).seen
    assert seen is not None
    assert not seen.learned(words_of(HELD_OUT)).any()
    assert seen.held_out(words_of(HELD_OUT)).all()
    assert seen.learned(words_of(OLD)).all()
    learned, held_out = seen.learned(words_of(NEW)), seen.held_out(words_of(NEW))
    assert (learned ^ held_out).all()
    assert held_out.sum() == made["held_out"]


def test_the_same_file_twice_has_nothing_new(hotels: Path, new: Path, old: Path) -> None:
    """Nothing is learned twice."""
    update(new, "--accept-worse")
    as_it_was = contents(hotels)
    assert refused("update", "hotels", new, "--replay", old) == (
        "lstm: new.csv: holds nothing new to learn from: of 40 reviews hotels has learned from "
        "30, and 10 were held out for it\n"
    )
    assert contents(hotels) == as_it_was


def test_rows_in_both_files_count_once(hotels: Path, old: Path) -> None:
    """Else the intervals would be of reviews that are counted twice."""
    everything = written("everything.csv", rows(OLD), rows(HELD_OUT), rows(NEW))
    made = update(everything, "--replay", old, "--accept-worse")
    assert made["unused_old"] == {"twice": 180, "unknown": 0}
    assert made["receipt"]["held_out_before"]["n"] == 120


def test_old_reviews_that_it_does_not_know_are_passed_over(hotels: Path, new: Path) -> None:
    """They were given as old ones; the command says how to have them learned."""
    strangers = written("strangers.csv", rows(OLD), rows(range(40, 41)))
    done = lstm("update", "hotels", new, "--replay", strangers, "--accept-worse")
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "10 old reviews passed over: hotels neither learned from them" in said
    assert "none of the 120 reviews held out for hotels before is here" in said
    assert said.endswith("; --replay holds none of them")


def test_without_old_reviews_what_cannot_be_measured_stays(hotels: Path, new: Path) -> None:
    """Words, and the regression, which ten reviews could not make."""
    before = open_bundle(hotels)
    words, regression = before.gate_statistics, before.baseline
    answers, agreement = before.held_out_answers, before.info.agreement
    assert answers is not None
    made = update(new, "--accept-worse")
    after = open_bundle(hotels)
    assert made["replayed"] == 0
    assert made["receipt"]["held_out_before"] is None
    assert after.gate_statistics == words
    assert after.baseline is not None
    np.testing.assert_array_equal(after.baseline["weights"], regression["weights"])
    assert after.info.agreement == agreement
    assert len(after.held_out_answers) == len(answers) + 10
    kept = after.held_out_answers.rating_indices[: len(answers)]
    assert kept.tolist() == answers.rating_indices.tolist()
    assert after.info.scores["n"] == 10
    card = (hotels / "README.md").read_text("utf-8")
    assert "## On 10 reviews held out" in card
    assert "It was measured on 10 of 130 held-out reviews" in card
    assert "flatter" not in card


def test_answers_on_reviews_at_hand_are_kept_once(hotels: Path, new: Path) -> None:
    """Half of those held out before are here: they are among the old answers already."""
    some = written("some.csv", rows(range(6, 12)))
    made = update(new, "--replay", some, "--accept-worse")
    assert made["receipt"]["held_out_before"]["n"] == 60
    assert len(open_bundle(hotels).held_out_answers) == 124


def test_few_held_out_reviews_are_said_to_decide(hotels: Path, new: Path, old: Path) -> None:
    hint = "few held-out reviews decided: --replay FILE with the earlier ones makes it surer"
    done = lstm("update", "hotels", new, "--accept-worse")
    assert hint in done.stdout.splitlines()
    few = written("few.csv", rows(range(50, 54)))
    some = written("some.csv", rows(range(6, 11)))
    done = lstm("update", "hotels", few, "--replay", some, "--accept-worse")
    assert "few held-out reviews decided: --replay does not hold all of the earlier ones" in (
        done.stdout.splitlines()
    )
    assert "--replay FILE" not in done.stdout + done.stderr
    assert "is measured on few; --replay holds no more of them" in " ".join(done.stderr.split())
    more = written("more.csv", rows(range(30, 34)))
    all_old = written("all.csv", rows(OLD), rows(HELD_OUT), rows(NEW), rows(range(50, 54)))
    done = lstm("update", "hotels", more, "--replay", all_old, "--accept-worse")
    assert done.exit_code == 0
    assert hint not in done.stdout


def test_one_row_is_no_rows(hotels: Path, old: Path) -> None:
    one = written("one.csv", rows(range(20, 21))[:1])
    said = lstm("update", "hotels", one, "--replay", old, "--accept-worse").stderr
    assert said.startswith("one.csv: 1 row, text in")
    assert "\n1 review, ratings 1, 5\n" in said
    again = refused("update", "hotels", one, "--replay", old)
    assert "of 1 review hotels has learned from" in again


def test_of_few_new_reviews_none_is_held_out(hotels: Path, old: Path) -> None:
    """Where old ones can measure: one of each rating would be too many."""
    few = written("few.csv", rows(range(20, 21)))
    assert update(few, "--replay", old, "--accept-worse")["held_out"] == 0


def test_a_plain_rnn_is_updated_too(tiny_bundles: dict[str, Bundle], new: Path) -> None:
    copied(tiny_bundles["rnn"], "hotels")
    assert update(new, "--accept-worse")["replaced"]
    assert open_bundle(Path("models/hotels")).info.model.cell == "rnn"


def test_the_same_seed_gives_the_same_model(hotels: Path, new: Path, old: Path) -> None:
    """As for a training."""
    found = []
    for _ in range(2):
        update(new, "--replay", old, "--accept-worse")
        found.append(open_bundle(hotels).fingerprint)
        lstm("models", "restore", "hotels", "1")
    assert found[0] == found[1]


def test_a_spoiled_account_of_updates_is_refused(hotels: Path, new: Path) -> None:
    """A model may come from anywhere."""
    update(new, "--accept-worse")
    info = json.loads((hotels / "bundle.json").read_text())
    for spoiled in ([{}], [None], "none", [{**info["data"]["updates"][0], "files": "new.csv"}],
                    [{**info["data"]["updates"][0], "learned": -1}],
                    [{**info["data"]["updates"][0], "more": 1}]):  # fmt: skip
        write_info(hotels, info | {"data": info["data"] | {"updates": spoiled}})
        with in_case(str(spoiled)):
            assert "bundle.json" in refused("predict", "fun", "--model", "hotels")


def test_a_server_does_not_name_the_files(hotels: Path, new: Path) -> None:
    """Whoever may ask it need not know what its owner calls them."""
    from lstm_cli.server.served import _described

    update(new, "--accept-worse")
    described = _described(open_bundle(hotels))
    assert [update["learned"] for update in described["data"]["updates"]] == [30]
    assert "new.csv" not in json.dumps(described)


# The receipt


def test_the_receipt_is_by_its_definition() -> None:
    """Two reviews of 1 and 5: one got right, one lost."""
    before = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
    after = np.array([[0.4, 0.6], [0.2, 0.8], [0.2, 0.8]])
    made = receipt(
        before, after, np.array([0, 1, 1]), np.array([True, True, False]), Scale((1.0, 5.0))
    )
    assert made.held_out_before is not None
    assert made.held_out_before.n == 2
    assert made.held_out_before.accuracy.worth == 0
    assert made.all.mae == (4 / 3, 4 / 3)
    assert made.all.rps == pytest.approx(((0.01 + 0.81 + 0.04) / 3, (0.36 + 0.04 + 0.04) / 3))
    changes = np.array([0.36 - 0.01, 0.04 - 0.81, 0])
    assert made.all.rps_error == pytest.approx(changes.std(ddof=1) / np.sqrt(3))
    assert list(made.per_rating) == ["1", "5"]
    assert made.per_rating["1"].accuracy.worth == -1
    assert made.given == {"1": (2, 0), "5": (1, 3)}
    assert made.lost == ("1",)


def test_a_little_worse_is_by_chance_and_much_worse_is_not() -> None:
    """One standard error on all; two on a part, which may be the old ones alone."""
    rng = np.random.default_rng(0)
    truth = np.zeros(200, dtype=np.int64)
    were = np.arange(200) < 100

    def with_loss(old: float, new: float) -> bool:
        before = np.tile([0.8, 0.2], (200, 1))
        right = 0.8 - np.where(were, old, new) + rng.normal(0, 0.1, 200)
        after = np.stack([right, 1 - right], axis=1)
        return receipt(before, after, truth, were, Scale((1.0, 5.0))).is_worse

    assert not with_loss(0.0 - 0.02, 0.0 - 0.02)
    assert with_loss(0.1, 0.1)
    assert with_loss(0.1, -0.2)  # it forgets


def without_the_middle(given: int, right: int, others: tuple[int, int] = (0, 2)) -> Receipt:
    """Of 100 reviews a little better; of some others that got the middle rating, none gets it."""
    truth = np.array([1] * right + [2] * (given - right) + [*others] * 50)
    ends = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]] * 50)
    before = np.concatenate([np.tile([0.3, 0.4, 0.3], (given, 1)), ends])
    surer = np.where(ends > 0.5, 0.9, 0.05)
    after = np.concatenate([np.tile([0.3, 0.3, 0.4], (given, 1)), surer])
    held_out_before = np.ones(len(truth), dtype=np.bool_)
    return receipt(before, after, truth, held_out_before, Scale((1.0, 2.0, 3.0)))


@pytest.mark.parametrize(
    ("given", "right", "is_worse"), [(5, 1, True), (4, 4, False), (5, 0, False)]
)
def test_a_rating_that_is_never_given_any_more_is_a_loss(
    given: int, right: int, is_worse: bool
) -> None:
    """Where the old model gave it to more than a few, and knew it: no score of all tells that."""
    made = without_the_middle(given, right)
    assert made.lost == ("2",)
    assert not made.has_worse_score
    assert made.is_worse == is_worse


def test_a_rating_that_was_given_rightly_by_chance_is_no_loss() -> None:
    """Half of the reviews have it, and of twelve that got it, two: nobody misses that."""
    assert without_the_middle(12, 2, others=(0, 1)).forgotten == ()
    assert without_the_middle(12, 11, others=(0, 1)).forgotten == ("2",)


def test_what_is_never_given_any_more_is_why_the_old_model_stays(
    hotels: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = without_the_middle(7, 3)
    monkeypatch.setattr("lstm_cli.pipeline.updating.receipt", lambda *_: made)
    as_it_was = contents(hotels)
    done = lstm("update", "hotels", new)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-3:] == [
        "a rating is lost: hotels stays as it was",
        "the rating 2 is lost: given 7 times before, 3 of them rightly, and never now",
        "to replace it all the same, add --accept-worse",
    ]
    assert contents(hotels) == as_it_was
    done = lstm("update", "hotels", new, "--accept-worse")
    assert "a rating is lost, as accepted: hotels is replaced" in done.stdout


def test_a_worse_model_does_not_replace(hotels: Path, old: Path) -> None:
    """Exit code 1, the receipt all the same, and not a byte of the model has changed."""
    upside_down = written("upside-down.csv", rows(range(20, 40), praise=1, blame=5))
    as_it_was = contents(hotels)
    done = lstm("update", "hotels", upside_down, "--replay", old)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-4:] == [
        "worse on the reviews held out before: hotels stays as it was",
        "its probability score is worse by more than two standard errors, which decides;",
        "chance alone makes it so about one time in 44",
        "to replace it all the same, add --accept-worse",
    ]
    assert "held out before (120)" in done.stdout
    assert contents(hotels) == as_it_was
    assert sorted(path.name for path in Path("models").iterdir()) == ["hotels"]
    done = lstm("update", "hotels", upside_down, "--replay", old, "--accept-worse")
    assert done.exit_code == 0
    assert "worse on the reviews held out before, as accepted: hotels is replaced\n" in done.stdout


def test_too_few_held_out_reviews_decide_nothing(hotels: Path) -> None:
    """Then the old model stays, unless a person wants the new one all the same."""
    few = written("few.csv", rows(range(20, 22)))
    as_it_was = contents(hotels)
    done = lstm("update", "hotels", few)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-3:] == [
        "2 held-out reviews cannot tell whether it is worse: hotels stays as it was",
        "10 can; --replay FILE with the earlier reviews brings those held out before",
        "to replace it all the same, add --accept-worse",
    ]
    assert contents(hotels) == as_it_was
    strangers = written("strangers.csv", rows(range(40, 41)))
    done = lstm("update", "hotels", few, "--replay", strangers)
    assert "10 can; --replay with all that it was trained on brings those held out before" in (
        done.stdout.splitlines()
    )
    done = lstm("update", "hotels", few, "--accept-worse")
    assert done.exit_code == 0
    history = lstm("models", "history", "hotels").stdout.splitlines()
    assert history[2].split()[-6:-3] == ["too", "few", "2"]
    assert done.stdout.splitlines()[-3:] == [
        "2 held-out reviews cannot tell whether it is worse: hotels is replaced, as accepted",
        "10 can; --replay FILE with the earlier reviews brings those held out before",
        "to put the old one back: lstm models restore hotels 1",
    ]


# Of reviews that the base has read


def with_base_that_read(path: Path, *numbers: range) -> None:
    """Let a base of the model have read the reviews of some numbers."""
    from lstm_cli.bundle.seen import SeenPart
    from lstm_cli.bundle.writing import write_bundle

    bundle = open_bundle(path)
    assert bundle.seen is not None
    read = [words for some in numbers for words in words_of(some)]
    seen = Seen((*bundle.seen.parts, SeenPart.of("base", read, [])))
    write_bundle(replace(new_bundle(bundle), seen=seen), path, replace=True)


def test_what_the_base_has_read_is_not_held_out_and_said_to_be(hotels: Path) -> None:
    """Of what it has not read enough is held out in its place, at most half."""
    with_base_that_read(hotels, range(20, 22))
    new = written("new.csv", rows(range(20, 25)))
    done = lstm("update", "hotels", new, "--accept-worse")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.splitlines()[2:6] == [
        "20 new reviews of 50 not held out: a base of hotels has read them before, and",
        "would flatter both models",
        "40 to learn from, 10 more held out; 0 old ones replayed",
        "none of the 120 reviews held out for hotels before is here, so that what it",
    ]
    seen = open_bundle(hotels).seen
    assert seen is not None
    assert not seen.held_out(words_of(range(20, 22))).any()
    assert open_bundle(hotels).info.provenance.read_by_base == 0
    with_base_that_read(hotels, range(40, 43))
    more = written("more.csv", rows(range(40, 44)))
    assert update(more, "--accept-worse")["held_out"] <= 6
    with_base_that_read(hotels, range(50, 54))
    said = refused("update", "hotels", written("read.csv", rows(range(50, 54))), "--accept-worse")
    assert "no review can be held out, for a base of the model has learned from them, so" in said


def test_scores_on_what_the_base_has_read_are_said_to_flatter(hotels: Path, new: Path) -> None:
    """In the receipt, the list, the history, the card and what a workbook notes."""
    from lstm_cli.views.rated_workbook import model_facts

    with_base_that_read(hotels, range(6, 14))
    old = written("old.csv", rows(OLD), rows(HELD_OUT))
    done = lstm("update", "hotels", new, "--replay", old, "--accept-worse")
    said = " ".join(done.stdout.split())
    assert "Careful: of these 124 a base of both has read 80 before, so that both scores" in said
    assert "neither has learned from" not in said
    flatters = "its accuracy flatters, for a base has read 80 of its 124 held-out reviews before"
    listed = " ".join(lstm("models").stdout.split())
    assert f"hotels: {flatters}" in listed
    assert f"version 2: {flatters}" in " ".join(lstm("models", "history", "hotels").stdout.split())
    before = "a base has read 80 of these 124 held-out reviews before, so that the scores flatter"
    assert f"Careful: {before}." in lstm("models", "show", "hotels").stdout
    facts = dict(model_facts(open_bundle(hotels).info, date(2026, 11, 26)))
    assert facts["how good"].endswith(f"; careful: {before}")


def test_what_is_shown_fits_a_terminal(hotels: Path, new: Path, old: Path) -> None:
    """80 columns, and no line more than is needed."""
    done = lstm("update", "hotels", new, "--replay", old, "--accept-worse")
    assert max(map(len, done.stdout.splitlines())) <= 80
    said = done.stderr.splitlines()
    assert max(map(len, said)) <= 80
    assert said == [
        "new.csv: 40 rows, text in 'review', rating in 'rating'",
        "40 reviews, ratings 1, 5",
        "old: old.csv: 180 rows, text in 'review', rating in 'rating'",
        "old: 180 reviews, ratings 1, 5",
        "36 to learn from, 4 more held out; 36 old ones replayed",
    ]
    shown = [line.rstrip() for line in done.stdout.splitlines()]
    assert shown[:2] == ["", shown[1]]
    assert shown[1].startswith("receipt ")
    assert [line.split("  ")[0] for line in shown[2:5]] == [
        "held out before (120)",
        "held out now (4)",
        "all held out (124)",
    ]
    assert all(line.endswith("(too few)") for line in shown[2:] if line.startswith("held out now"))
    assert "(too few)" not in shown[2]
    assert shown[-3:] == [
        "not worse, as far as 124 held-out reviews can tell: hotels is replaced",
        "how much better it rates new reviews is unknown: only 4 were held out",
        "to put the old one back: lstm models restore hotels 1",
    ]


# What is refused


def test_what_cannot_be_updated_is_refused_in_a_line(
    hotels: Path, new: Path, tmp_path: Path
) -> None:
    """What is wrong, where, and what to do."""
    off = written("off.csv", ["fine,5", "awful,1", "so so,3", "meh,7"])
    assert refused("update", "hotels", off) == (
        "lstm: off.csv: has ratings that are not on the scale of hotels (1, 5): 3, 7; leave those "
        "rows out, or train a new model on all reviews\n"
    )
    copied(open_bundle(hotels), "base")
    assert "lstm train new.csv --base base" in refused("update", "base", new)
    assert "no model 'motels'" in refused("update", "motels", new)
    lonely = written("lonely.csv", ['"a view of the sea",5'])
    said = refused("update", "hotels", lonely)
    assert "no review can be held out" in said
    assert "--replay FILE" in said
    with claimed(hotels):
        assert "wait for it" in refused("update", "hotels", new)
        assert "wait for it" in refused("models", "restore", "hotels")
    (hotels.parent / ".hotels.checkpoint").touch()
    assert "was stopped; finish it" in refused("update", "hotels", new)


def test_a_model_that_does_not_know_what_it_read_is_refused(hotels: Path, new: Path) -> None:
    """Saved before models kept count: anything in the file might have been learned from."""
    info = json.loads((hotels / "bundle.json").read_text())
    del info["files"]["seen.safetensors"]
    (hotels / "bundle.json").write_text(json.dumps(info))
    sign(hotels)
    said = refused("update", "hotels", new)
    assert "nobody knows which of these are new; train it again" in said


def test_an_updated_model_is_made_by_no_one_training(hotels: Path, new: Path, old: Path) -> None:
    """So its settings are nothing to repeat."""
    update(new, "--accept-worse")
    assert "has been updated since" in refused("train", old, "--config", "hotels")


# Versions


def test_a_version_keeps_its_number(hotels: Path, old: Path) -> None:
    """Whichever is in use, 1 is the oldest; so restore is undone by restore."""
    made = [contents(hotels)]
    for number in (20, 30):
        more = written(f"{number}.csv", rows(range(number, number + 4)))
        assert update(more, "--replay", old, "--accept-worse")["version"] == len(made)
        made.append(contents(hotels))
    for number, as_was in ((2, made[1]), (1, made[0]), (3, made[2])):
        done = lstm("models", "restore", "hotels", number)
        assert done.exit_code == 0, done.stderr
        assert done.stderr.startswith(f"hotels is version {number} now, made ")
        assert contents(hotels) == as_was
        found = [v for v in versions_of(hotels) if v.is_in_use]
        assert [v.number for v in found] == [number]
    made_on = open_bundle(hotels).info.created[:10]
    assert lstm("models", "restore", "hotels").stderr == (
        f"hotels is version 2 now, made {made_on}, which learned last from 20.csv; version 3 is "
        "kept\n"
    )
    assert "no version 4; there are: 1, 2 (in use), 3; " in refused(
        "models", "restore", "hotels", "4"
    )
    assert "in use already" in refused("models", "restore", "hotels", "2")


def test_history_lists_the_versions(hotels: Path, new: Path, old: Path) -> None:
    """Which is in use, when it was made, of how many reviews, how good and how large."""
    assert lstm("models", "history", "hotels").stdout.endswith("in use: version 1\n")
    update(new, "--replay", old, "--accept-worse")
    done = lstm("models", "history", "hotels")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    heads = "version made reviews accuracy held out size learned from"
    assert lines[0].split() == heads.split()
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert [line.split()[-1] for line in lines[1:3]] == ["lstm.csv", "new.csv"]
    assert lines[3] == "in use: version 2"
    first, second = map(
        json.loads, lstm("models", "history", "hotels", "--json").stdout.splitlines()
    )
    assert (first["number"], first["in_use"], first["reviews"]) == (1, False, 60)
    assert (second["number"], second["in_use"], second["reviews"]) == (2, True, 96)
    assert second["held_out"] == 124


def test_a_version_can_be_named(hotels: Path, new: Path, old: Path) -> None:
    """What an update changed can be measured on any file, by the names of both."""
    update(new, "--replay", old, "--accept-worse")
    other = written("other.csv", rows(range(60, 64)))
    shown = json.loads(lstm("compare", other, "hotels@1", "hotels", "--json").stdout)
    assert shown["models"] == ["hotels@1", "hotels"]
    for asked, size in (("hotels@1", 60), ("hotels@2", 96), ("models/hotels@1", 60)):
        found = find_model(asked).bundle
        assert (found.name, found.info.provenance.training) == (asked.split("/")[-1], size)
    assert lstm("predict", "fine", "--model", "hotels@1").stderr.startswith("model hotels@1 (")
    assert refused("predict", "fine", "--model", "hotels@3") == (
        "lstm: hotels: no version 3; there are: 1, 2 (in use); see them with: "
        "lstm models history hotels\n"
    )
    assert "no model 'motels'" in refused("predict", "fine", "--model", "motels@1")
    assert refused("update", "hotels@1", written("more.csv", rows(range(30, 34)))) == (
        "lstm: hotels@1: is a version that is not in use, and only the one in use is updated; put "
        "it into use first with: lstm models restore hotels 1\n"
    )
    assert "learned from 60 reviews of lstm.csv" in lstm("models", "show", "hotels@1").stdout


def test_history_names_what_was_learned_from_whole(hotels: Path, old: Path) -> None:
    """Beside the rest where it fits in 80 columns, below where it does not."""
    name = "reviews-of-all-three-hotels-2026-11.csv"
    update(written(name, rows(range(20, 24))), "--replay", old, "--accept-worse")
    lines = lstm("models", "history", "hotels").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split()[-1] == "size"
    assert lines[3:] == [
        "version 1 learned from lstm.csv",
        f"version 2 learned from {name}",
        "in use: version 2",
    ]


def test_versions_are_no_models_of_their_own(hotels: Path, new: Path) -> None:
    """No list has them, and a removed model takes them along, and says so."""
    update(new, "--accept-worse")
    assert lstm("models").stdout.count("hotels") == 1
    assert refused("models", "history", "nobody").startswith("lstm: no model 'nobody'")
    done = lstm("models", "remove", "hotels", stdin="n\n")
    assert "Remove models/hotels and 1 other version of it?" in done.stderr
    assert lstm("models", "remove", "hotels", "--yes").stderr == (
        "removed models/hotels and 1 other version of it\n"
    )
    assert not list(Path("models").iterdir())


def test_a_person_s_file_in_a_version_is_not_removed(hotels: Path, new: Path) -> None:
    update(new, "--accept-worse")
    mine = Path("models/.hotels.versions/1/thesis.txt")
    mine.write_text("mine", "utf-8")
    assert "thesis.txt" in refused("models", "remove", "hotels", "--yes")
    assert mine.exists()
    assert hotels.exists()


def test_a_broken_version_hides_no_other(hotels: Path, new: Path) -> None:
    """And one that is in use and broken can be got rid of by restoring another."""
    update(new, "--accept-worse")
    (hotels / "bundle.json").write_text("{}", "utf-8")
    done = lstm("models", "history", "hotels")
    assert "cannot be used" in done.stdout
    assert "does not describe a model" in done.stderr
    assert lstm("models", "restore", "hotels").exit_code == 0
    assert open_bundle(hotels).info.provenance.training == 60


def test_ctrl_c_leaves_the_model_as_it_was(
    hotels: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    as_it_was = contents(hotels)
    monkeypatch.setattr("lstm_cli.pipeline.updating.train", stopped)
    done = lstm("-q", "update", "hotels", new)
    assert (done.exit_code, done.stderr) == (130, "lstm: stopped: hotels is as it was\n")
    assert contents(hotels) == as_it_was
    assert sorted(path.name for path in Path("models").iterdir()) == ["hotels"]


@pytest.mark.parametrize("step", ["exchange", "fsync_folder", "open_bundle"])
def test_a_death_on_the_way_loses_neither(
    tiny_bundle: Bundle, hotels: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before they change places the new one is a version; afterwards the old one is."""

    class DeathError(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise DeathError

    first = new_bundle(tiny_bundle)
    later = replace(first, info=replace(first.info, created="2999-01-01T00:00:00+00:00"))
    with monkeypatch.context() as patch:
        patch.setattr(f"lstm_cli.bundle.versions.{step}", dies)
        if step == "open_bundle":
            save_as_next(later, hotels)
        else:
            with pytest.raises(DeathError):
                save_as_next(later, hotels)
    found = versions_of(hotels)
    assert [version.number for version in found] == [1, 2]
    assert [version.is_in_use for version in found] == [step == "exchange", step != "exchange"]


def test_where_folders_cannot_be_exchanged_three_steps_lose_none(
    tiny_bundle: Bundle, hotels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only Linux exchanges; and if nothing but versions is left, one is put back."""
    monkeypatch.setattr("lstm_cli.bundle.versions.exchange", lambda *_: False)
    first = new_bundle(tiny_bundle)
    later = replace(first, info=replace(first.info, created="2999-01-01T00:00:00+00:00"))
    save_as_next(later, hotels)
    assert [v.is_in_use for v in versions_of(hotels)] == [False, True]
    hotels.rename("models/.hotels.versions/2")  # as after a death between the steps
    assert "none is in use" in lstm("models", "history", "hotels").stdout
    assert lstm("models", "restore", "hotels").stderr == (
        "hotels is version 2 now, made 2999-01-01, which learned last from lstm.csv\n"
    )
    assert open_bundle(hotels).info.created.startswith("2999")


@pytest.mark.slow
def test_killed_at_twenty_moments_every_version_is_whole(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """kill -9 while one model after another is put into use."""
    path = tmp_path / "models" / "one"
    bundle = new_bundle(tiny_bundle)
    to_be_killed.save(path, bundle, bundle, times=1)
    least = 1
    for moment in np.linspace(0.05, 1.0, 20):
        process = started(to_be_killed.save_versions, path, bundle)
        with in_case(f"killed after {moment:.3f} s"):
            assert killed_after(float(moment), process) == -signal.SIGKILL
            found = versions_of(path)
            assert all(version.problem is None for version in found)
            assert sum(version.is_in_use for version in found) == 1
            assert len(found) >= least
            least = len(found)
    assert least > 20


def test_hashes_of_both_are_united() -> None:
    """Under the salt of the first, which the others cannot be hashed with again."""
    from lstm_cli.bundle.seen import SeenPart

    seen = Seen((SeenPart.of("", [["a"]], [["b"]]), SeenPart.of("base", [["c"]], [])))
    more = seen.with_more([["d"], ["a"]], [["e"]])
    assert more.learned([["a"], ["b"], ["c"], ["d"], ["e"]]).tolist() == [1, 0, 1, 1, 0]
    assert more.held_out([["a"], ["b"], ["c"], ["d"], ["e"]]).tolist() == [0, 1, 0, 0, 1]
    assert len(more.parts[0].learned) == 2


def test_only_learned_reviews_are_nothing_new(hotels: Path) -> None:
    """Nor is there anything to hold out or to measure on."""
    assert refused("update", "hotels", written("learned.csv", rows(OLD))) == (
        "lstm: learned.csv: holds nothing new to learn from: of 60 reviews hotels has learned from "
        "60, and 0 were held out for it\n"
    )


def edited() -> list[str]:
    """Learned reviews of more than four words, which no other holds by chance, with a line more."""
    long = [row for row, words in zip(rows(OLD), words_of(OLD), strict=True) if len(words) > 4]
    return [row.replace('",', ' and it was so again in the spring",') for row in long]


def test_a_learned_review_with_a_line_more_is_not_held_out(hotels: Path, old: Path) -> None:
    """People edit what they wrote: the model would be measured on what it has learned by heart."""
    everything = written("edited.csv", edited(), rows(NEW))
    done = lstm("update", "hotels", everything, "--replay", old, "--accept-worse")
    assert done.exit_code == 0, done.stderr
    assert (
        f"{len(edited())} new reviews of {len(edited()) + 40} not held out: they hold or are part "
        "of a review that hotels has learned from"
    ) in " ".join(done.stderr.split())
    seen = open_bundle(hotels).seen
    assert seen is not None
    of_edited = [tokenize(row.rpartition(",")[0].strip('"')) for row in edited()]
    assert seen.learned(of_edited).all()
    assert seen.held_out(words_of(NEW)).any()


def test_where_all_are_edited_none_can_be_held_out(hotels: Path) -> None:
    """And nothing says whether the model gets worse."""
    given = written("edited.csv", edited(), rows(OLD))
    assert "no review can be held out, for they hold or are part of reviews that the model" in (
        refused("update", "hotels", given)
    )


def test_a_part_of_a_held_out_review_is_left_out(hotels: Path, old: Path) -> None:
    """It would tell what the held-out review says."""
    parts = written("parts.csv", ['"it was I loved every minute 7 of it",5'], rows(range(20, 21)))
    made = update(parts, "--replay", old, "--accept-worse")
    assert (made["left_out"], made["learned"]) == (1, 10)
