"""The recipe of the base: every scale on one, every domain heard, and every stage kept."""

import gzip
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.tokens import tokenize
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.optimiser import rating_loss
from tests import make_base
from tests.base.answers import KeptAnswers, digests_of
from tests.base.collection import COLLECTION, Collection, fold, on_five
from tests.base.drawing import DRAWING, EVEN, MOST_READ, Even, Readings
from tests.base.encoder import LEARNING, LEARNING_OF_FEW, LEARNING_OF_SENTENCES
from tests.base.lessons import Lessons, lessons_of, log_shares, soft_targets, whole_ratings
from tests.base.measuring import as_table, scores_by_domain
from tests.base.rating import RatingTrainer, beginner, learn_ratings, soft_loss
from tests.base.settings import Few, RatingSettings
from tests.base.stages import Run
from tests.base.swapping import Swapping, swapped
from tests.base.teaching import OF_REVIEW, Teacher, Teaching
from tests.base.weights import mean_weights
from tests.tiny_encoder import write_encoder

PRAISE, BLAME = "a fine and lovely thing", "an awful and dull thing"
SMALL = ("--units", "6", "--embedding", "4", "--epochs", "1", "1")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the recipe expects it, with sentences of our own."""
    folder = tmp_path_factory.mktemp("data")
    rated = [(f"{PRAISE} {k}", 5) if k % 2 else (f"{BLAME} {k}", 1) for k in range(40)]
    of_ten = [(f"film {text}", 2 * rating) for text, rating in rated]
    write(folder / "imdb" / "train.csv.gz", of_ten * 70)
    unrated = [(f"a film that I saw {k}. we laughed", None) for k in range(30)]
    write(folder / "imdb" / "unlabelled.csv.gz", unrated)
    for name, before in (("train.csv", ""), ("dev.csv", "later "), ("phrases.csv", "")):
        write(folder / "sst5" / name, [(f"{before}{text}", rating) for text, rating in rated])
    for name in ("apps", "hotels", "wine"):
        points = [(f"{name} {text}", 80 + 3 * r if name == "wine" else r) for text, r in rated]
        write(folder / "domains" / f"{name}.csv.gz", points)
    return folder


def write(path: Path, rows: list[tuple[str, int | None]]) -> None:
    """A file of reviews."""
    path.parent.mkdir(exist_ok=True)
    is_rated = rows[0][1] is not None
    lines = [f"{text},{rating}" if is_rated else text for text, rating in rows]
    content = "\n".join(["review,rating" if is_rated else "review", *lines, ""]).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    """The command."""
    monkeypatch.setattr("sys.argv", ["make_base", *map(str, arguments), *SMALL])
    monkeypatch.setattr("lstm_cli.core.compute.Compute.set_up_process", lambda self: None)
    make_base.main()


def test_one_command_makes_a_base_and_nothing_is_made_twice(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was stopped after a stage goes on with the next."""
    asked = (data, "--work", tmp_path / "work", "--base", tmp_path / "base")
    run(monkeypatch, *asked)
    bundle = open_bundle(tmp_path / "base")
    assert bundle.info.stored_as == "int8"
    assert bundle.info.ratings == (1, 2, 3, 4, 5)
    assert bundle.info.provenance.files == (
        "imdb.csv", "sst5.csv", "phrases.csv", "apps.csv", "hotels.csv", "wine.csv",
    )  # fmt: skip
    assert "python -m tests.make_base" in bundle.text("README.md")
    assert bundle.seen is not None
    read = (
        "film " + BLAME + " 0",
        "a film that I saw 3. we laughed",
        PRAISE + " 1",
        "hotels " + BLAME + " 8",
    )
    kept_back = ("hotels " + PRAISE + " 39", "an apple", "")
    tokens = [tokenize(text) for text in (*read, *kept_back)]
    assert bundle.seen.learned(tokens).tolist() == [True] * 4 + [False] * 3
    assert bundle.seen.held_out(tokens[-3:]).tolist() == [True, False, False]
    assert sum(Predictor(bundle).predict(PRAISE).probabilities.values()) == pytest.approx(1)
    assert "language: epoch 1, perplexity" in capsys.readouterr().out
    (ratings,) = (tmp_path / "work").glob(f"ratings-6-4-1-1-*-{DRAWING}.safetensors")
    ratings.unlink()
    run(monkeypatch, *asked)
    assert "language: epoch" not in capsys.readouterr().out
    again = open_bundle(tmp_path / "base")
    assert again.fingerprint == bundle.fingerprint
    assert again.info.seconds > 0
    assert "chose the best epoch" not in again.text("README.md")


def test_a_base_learns_further(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is read anew; a base of other words is refused."""
    asked = (data, "--work", tmp_path / "work")
    run(monkeypatch, *asked, "--base", tmp_path / "one")
    capsys.readouterr()
    run(monkeypatch, *asked, "--from", tmp_path / "one", "--base", tmp_path / "two")
    assert "language: epoch" not in capsys.readouterr().out
    one, two = open_bundle(tmp_path / "one"), open_bundle(tmp_path / "two")
    assert two.vocabulary.tokens == one.vocabulary.tokens
    assert two.fingerprint != one.fingerprint
    assert two.info.seconds > one.info.seconds
    assert two.info.training.learning_rate == one.info.training.learning_rate / 2
    assert "So it was in the last pass;" in two.text("README.md")
    assert "and again with `--from`" in two.text("README.md")
    assert "So it was" not in one.text("README.md")
    teachers = (tmp_path / "one", tmp_path / "two")
    run(monkeypatch, *asked, "--from", tmp_path / "one", "--teachers", *teachers,
        "--base", tmp_path / "taught")  # fmt: skip
    taught = open_bundle(tmp_path / "taught")
    assert taught.fingerprint != two.fingerprint
    assert "what the mean of earlier bases said of it" in taught.text("README.md")
    assert "with `--from` and `--teachers`." in taught.text("README.md")
    (answers,) = (tmp_path / "work").glob("answers-*")
    collection = Collection.load(tmp_path / "work" / COLLECTION)
    readings = Readings.of(collection, np.flatnonzero(np.isnan(collection.ratings)))
    sentences = len(collection.lengths) + np.arange(len(readings.turns))
    assert len(sentences) == 60  # those of unrated films; the others are reviews of one
    said = KeptAnswers(answers).of(digests_of(readings.corpus.select(sentences)))
    assert not np.isnan(said).any()
    assert "what the mean of earlier bases" not in two.text("README.md")
    for option in ("--from", "--teachers"):
        with pytest.raises(SystemExit):
            run(monkeypatch, *asked, option, tmp_path / "one", "--leave-out", "A")
        assert "has learned from apps.csv" in capsys.readouterr().err
    monkeypatch.setattr("lstm_cli.bundle.reading.Bundle.vocabulary", Vocabulary(["a"]))
    with pytest.raises(SystemExit, match="was made of other words"):
        run(monkeypatch, *asked, "--from", tmp_path / "one", "--base", tmp_path / "three")


def test_a_base_lies_between_what_it_was_and_what_it_learned(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that is asked for; the card says so."""
    monkeypatch.setattr(RatingSettings, "learning_rate", 2.0)  # few steps are to go far
    asked = (data, "--work", tmp_path / "work")
    run(monkeypatch, *asked, "--base", tmp_path / "one")
    further = (*asked, "--from", tmp_path / "one")
    run(monkeypatch, *further, "--base", tmp_path / "two")
    run(monkeypatch, *further, "--part-way", "0.25", "--base", tmp_path / "between")
    one, two, between = (open_bundle(tmp_path / name) for name in ("one", "two", "between"))
    for name, array in between.arrays.items():  # each rounded to eight or sixteen bits
        expected = one.arrays[name] + 0.25 * (two.arrays[name] - one.arrays[name])
        np.testing.assert_allclose(array, expected, atol=0.01 * np.abs(array).max())
        assert np.abs(one.arrays[name] - two.arrays[name]).max() > 0.06 * np.abs(array).max()
    said = "between what they were before the last pass and after: 25 % of the way."
    assert said in " ".join(between.text("README.md").split())
    assert "of the way" not in two.text("README.md")
    assert "and again with `--from` and `--part-way`" in between.text("README.md")
    capsys.readouterr()
    for options, problem in (
        (("--part-way", "0.5"), "--part-way goes with --from"),
        (("--from", tmp_path / "one", "--part-way", "0"), "more than 0 and at most 1"),
    ):
        with pytest.raises(SystemExit):
            run(monkeypatch, *asked, *options)
        assert problem in capsys.readouterr().err


class Learned(NamedTuple):
    """What a network was about to learn, and how."""

    run: Run
    settings: RatingSettings
    teaching: Teaching | None
    vectors: Float32Array | None


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Learned]:
    """What is learned from now on."""
    every: list[Learned] = []
    learn = Run._learn

    def spy(self: Run, settings: RatingSettings, network: nn.Module, teaching: Teaching | None,
            control: RunControl, vectors: Float32Array | None = None) -> None:  # fmt: skip
        every.append(Learned(self, settings, teaching, vectors))
        learn(self, settings, network, teaching, control, vectors)

    monkeypatch.setattr(Run, "_learn", spy)
    return every


def test_a_base_learns_from_few_texts_and_rehearses_reviews(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said of these is their label, or part of it; the card counts texts and swaps."""
    asked = (data, "--work", tmp_path / "work")
    run(monkeypatch, *asked, "--base", tmp_path / "one")
    further = (*asked, "--from", tmp_path / "one")
    run(monkeypatch, *further, "--base", tmp_path / "two")
    every_kind = Few(sentences=9, phrases=8, reviews=7, longer=6, rated_sentences=5)
    monkeypatch.setattr(make_base, "FEW", every_kind)
    monkeypatch.setattr(make_base, "SWAPPING", Swapping(times=1, common=2, frequent=2))
    every = watched(monkeypatch)
    few = (*further, "--few", "--teachers", tmp_path / "two")
    run(monkeypatch, *few, "--part-way", "0.5", "--base", tmp_path / "few")
    ((made, settings, teaching, vectors),) = every
    assert vectors is not None
    assert teaching
    lessons = lessons_of(settings, made.collection, made.rated, teaching, made.unrated, vectors)
    places = np.concatenate(lessons.plans[0])
    assert made.collection.is_held_out[made.collection.is_of(["sst5-dev"])].sum() == 40
    assert not made.collection.is_held_out[lessons.readings.review[places]].any()
    is_sentence = lessons.readings.is_sentence(places)
    rare = [token for token in made.collection.tokens[2:] if token.isalpha() and len(token) > 2]
    assert [is_sentence.sum(), (~is_sentence).sum()] == [9 + len(rare), 8 + 7 + 5]  # none is longer
    assert [(one.of, one.longest) for one in teaching.teachers] == [
        ("parts", 400),
        ("reviews", 400),
    ]
    assert teaching.of_longer == 1
    itself, _ = made.teaching([open_bundle(tmp_path / "one")], None)
    assert itself
    assert teaching.teachers[1].digest == itself.teachers[0].digest
    assert teaching.teachers[0].digest != itself.teachers[0].digest
    card = " ".join(open_bundle(tmp_path / "few").text("README.md").split())
    for said in (
        "at most 9 sentences out of reviews, 8 phrases, 5 sentences of the treebank, 7 reviews of",
        "at most 40 words and 6 longer ones were read",
        "what the base before had said of it; so was 40 % of a shorter one's label, and the rest",
        "every word of 3 letters or more but the most frequent ones was also put into 1 other",
    ):
        assert said in card
    assert "and again with `--from`, `--part-way`, `--few` and `--teachers`." in card
    run(monkeypatch, *few, "--base", tmp_path / "again")
    assert len(every) == 1
    monkeypatch.setattr(make_base, "FEW", Few(sentences=9, phrases=8, reviews=6))
    run(monkeypatch, *few, "--base", tmp_path / "fewer")
    assert len(every) == 2


def test_few_texts_need_a_base_and_a_teacher(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said before anything is read."""
    for option in ("--from", "--teachers"):
        with pytest.raises(SystemExit):
            run(monkeypatch, data, option, tmp_path, "--few")
        assert "--few goes with --from, and with --teachers" in capsys.readouterr().err


def test_an_encoder_learns_once_and_teaches(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sentences and short reviews; the card says so, and that it is no part of the base."""
    pytest.importorskip("transformers")
    folder = write_encoder(tmp_path)
    asked = (data, "--work", tmp_path / "work")
    run(monkeypatch, *asked, "--base", tmp_path / "alone")
    capsys.readouterr()
    run(monkeypatch, *asked, "--encoder", folder, "--base", tmp_path / "taught")
    assert capsys.readouterr().out.count("ratings: ") > 1  # its own parts, and the base's pass
    alone, taught = open_bundle(tmp_path / "alone"), open_bundle(tmp_path / "taught")
    assert taught.fingerprint != alone.fingerprint
    card = taught.text("README.md")
    assert "The label of a sentence out of a review was what a sentence encoder said of it" in card
    assert "of the same reviews and treebank.\nIt was asked only about texts of at most 40" in card
    assert "40 words; longer reviews kept their own rating." in card
    assert "DATA`, with `--encoder`." in card
    assert "encoder" not in alone.text("README.md")
    for path in (tmp_path / "work").glob("ratings-*taught*"):
        path.unlink()
    run(monkeypatch, *asked, "--encoder", folder, "--base", tmp_path / "again")
    assert capsys.readouterr().out.count("ratings: ") == 1
    assert open_bundle(tmp_path / "again").fingerprint == taught.fingerprint
    teachers = ("--from", tmp_path / "alone", "--teachers", tmp_path / "alone")
    run(monkeypatch, *asked, *teachers, tmp_path / "alone", "--base", tmp_path / "mean")
    assert "was what the mean of earlier bases said" in open_bundle(tmp_path / "mean").text(
        "README.md"
    )
    run(monkeypatch, *asked, *teachers, "--encoder", folder, "--base", tmp_path / "both")
    card = open_bundle(tmp_path / "both").text("README.md")
    assert "was the mean of what an earlier base and a sentence encoder said of it" in card
    assert "about texts of at most 40 words; about longer ones only an earlier base was." in card
    assert "DATA`, and again with `--from`, `--teachers` and `--encoder`." in card
    capsys.readouterr()
    run(monkeypatch, *asked, "--encoder", folder, "--leave-out", "A")
    assert capsys.readouterr().out.count("ratings: ") > 1  # one that has not learned of A


def test_a_large_encoder_learns_otherwise(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two passes. It is not taken for a small one, and can teach few texts; so the card."""
    pytest.importorskip("transformers")
    asked = (data, "--work", tmp_path / "work", "--encoder", write_encoder(tmp_path))
    every = watched(monkeypatch)
    run(monkeypatch, *asked, "--base", tmp_path / "small")
    monkeypatch.setattr("tests.base.encoder.LARGE", 8)
    run(monkeypatch, *asked, "--from", tmp_path / "small", "--few", "--base", tmp_path / "few")
    small, _, *large, base = every
    assert small.settings == LEARNING
    assert [one.settings for one in large] == [LEARNING_OF_FEW, LEARNING_OF_SENTENCES]
    assert base.settings.few == make_base.FEW
    card = open_bundle(tmp_path / "few").text("README.md")
    assert "of the same reviews and treebank.\nSo it was in the last pass. Of what" in card
    assert "40 % of the label of a treebank's phrase or sentence\nwas such an answer" in card
    *_, second = sorted(tmp_path.glob("work/encoder-*"), key=lambda path: path.stat().st_mtime_ns)
    for path in (second, *tmp_path.glob("work/ratings-*-taught*")):
        path.unlink()
    every.clear()
    run(monkeypatch, *asked, "--from", tmp_path / "small", "--few", "--base", tmp_path / "again")
    assert [one.settings for one in every] == [LEARNING_OF_SENTENCES, base.settings]
    one, again = open_bundle(tmp_path / "few"), open_bundle(tmp_path / "again")
    assert again.fingerprint == one.fingerprint
    monkeypatch.setattr("tests.base.encoder.LEARNING_OF_FEW", replace(LEARNING_OF_FEW, seed=2))
    every.clear()
    run(monkeypatch, *asked, "--from", tmp_path / "small", "--few", "--base", tmp_path / "other")
    assert len(every) == 3


@pytest.mark.parametrize(("large", "stopped"), [(768, LEARNING), (8, LEARNING_OF_SENTENCES)])
def test_an_encoder_goes_on_where_it_was_stopped(
    large: int,
    stopped: RatingSettings,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What it had learned is kept until it is done; a large one's second pass goes on, too."""
    pytest.importorskip("transformers")
    monkeypatch.setattr("tests.base.encoder.LARGE", large)
    monkeypatch.setattr("lstm_cli.training.checkpoint.SECONDS_WORTH_KEEPING", 0.0)
    asked = (data, "--encoder", write_encoder(tmp_path), "--work")
    run(monkeypatch, *asked, tmp_path / "straight", "--base", tmp_path / "one")
    every = capsys.readouterr().out.count("ratings: ")
    learn = RatingTrainer.epoch

    def stop_at_second(self: RatingTrainer) -> None:
        if self.history and self.settings == stopped:
            raise KeyboardInterrupt
        learn(self)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(RatingTrainer, "epoch", stop_at_second)
        run(monkeypatch, *asked, tmp_path / "stopped", "--base", tmp_path / "two")
    work = tmp_path / "stopped"
    assert len(list(work.glob("encoder-*.checkpoint"))) == 1
    done = capsys.readouterr().out.count("ratings: ")
    assert done > 0
    run(monkeypatch, *asked, work, "--base", tmp_path / "two")
    assert capsys.readouterr().out.count("ratings: ") == every - done
    assert not list(work.glob("*.checkpoint"))
    one, two = open_bundle(tmp_path / "one"), open_bundle(tmp_path / "two")
    assert one.fingerprint == two.fingerprint


def test_an_encoder_has_a_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said before anything is read."""
    with pytest.raises(SystemExit):
        run(monkeypatch, data, "--encoder", tmp_path / "nowhere")
    assert "there is no tokenizer.json in" in capsys.readouterr().err


def test_a_base_without_a_source_does_not_replace_the_one_that_ships(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is for measuring; and a source that is not there cannot be left out."""
    work = ("--work", tmp_path / "work")
    for asked in (("--without", "imdb"), ("--without", "ships", "--base", tmp_path / "base")):
        with pytest.raises(SystemExit):
            run(monkeypatch, data, *work, *asked)
    said = capsys.readouterr().err
    assert "--without goes with --base" in said
    assert "there is no ships in" in said
    run(monkeypatch, data, *work, "--without", "imdb", "--base", tmp_path / "base")
    assert "imdb.csv" not in open_bundle(tmp_path / "base").info.provenance.files


def test_domains_left_out_are_measured_and_not_learned(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A base of the others is written only where one is asked for."""
    asked = (data, "--work", tmp_path / "work", "--leave-out", "A")
    monkeypatch.setattr("tests.make_base.ROOT", tmp_path)
    run(monkeypatch, *asked)
    said = capsys.readouterr().out
    assert "| apps |" in said
    assert "| hotels |" not in said
    assert not (tmp_path / "models").exists()
    run(monkeypatch, *asked, "--base", tmp_path / "base")
    files = open_bundle(tmp_path / "base").info.provenance.files
    assert "hotels.csv" in files
    assert "apps.csv" not in files
    seen = open_bundle(tmp_path / "base").seen
    assert seen is not None
    asked = [tokenize(f"{name} {BLAME} 8") for name in ("hotels", "apps")]
    assert seen.learned(asked).tolist() == [True, False]


def reviews_of(domains: dict[str, list[float]]) -> Collection:
    """Reviews of two words each, with ratings."""
    ratings = np.concatenate([np.array(r, dtype=np.float32) for r in domains.values()])
    return Collection(
        tokens=("<padding>", "<unknown>", "good", "bad"),
        domains=tuple(domains),
        token_ids=np.where(np.repeat(ratings, 2) > 3, 2, 3).astype(np.uint16),
        lengths=np.full(len(ratings), 2),
        domain=np.repeat(np.arange(len(domains)), [len(r) for r in domains.values()]).astype(
            np.int8
        ),
        ratings=ratings,
        is_held_out=np.zeros(len(ratings), dtype=bool),
    )


START = {
    "embedding": np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32),
    "cell.event": np.random.default_rng(1).normal(size=(16, 3)).astype(np.float32),
    "cell.short_term": np.random.default_rng(2).normal(size=(16, 4)).astype(np.float32),
    "cell.bias": np.zeros(16, dtype=np.float32),
}


def test_a_skewed_domain_does_not_decide_what_is_expected() -> None:
    """One has nine fives in ten, the other a half: what words say is learned of both."""
    collection = reviews_of({"shops": [5.0] * 180 + [1.0] * 20, "apps": [5.0, 1.0] * 50})
    settings = RatingSettings(epochs=40, tokens_per_batch=64, learning_rate=0.03)
    lessons = lessons_of(settings, collection, np.arange(300))
    trainer = RatingTrainer(settings, lessons, beginner(settings, START), Compute())
    network = learn_ratings(trainer, RunControl(), lambda line: None)
    scores = scores_by_domain(collection, ("shops", "apps"), network, np.full(5, 0.2), Compute())
    assert scores["apps"][0] == scores["shops"][0] == 1
    assert "| mean | 100.0 % |" in as_table(scores)


def test_a_batch_of_short_reviews_is_no_larger_than_asked_for() -> None:
    """And every review is in one."""
    collection = reviews_of({"shops": [5.0, 4.0, 1.0, 2.5] * 30})
    settings = RatingSettings(epochs=1, most_reviews=7)
    (plan,) = lessons_of(settings, collection, np.arange(120)).plans
    assert max(map(len, plan)) <= 7
    assert sorted(np.concatenate(plan).tolist()) == list(range(120))


def test_who_goes_on_arrives_where_who_never_stopped_does(tmp_path: Path) -> None:
    """Another process takes the checkpoint, wherever it computes."""
    collection = reviews_of({"shops": [5.0, 4.0, 1.0, 2.5] * 30})
    settings = RatingSettings(epochs=2, parts=2, tokens_per_batch=64)
    lessons = lessons_of(settings, collection, np.arange(120))

    def trainer() -> RatingTrainer:
        return RatingTrainer(settings, lessons, beginner(settings, START), Compute())

    assert len(lessons.plans) == 4
    for epoch in (lessons.plans[:2], lessons.plans[2:]):
        places = [place for plan in epoch for batch in plan for place in batch]
        assert sorted(places) == list(range(120))
    straight = learn_ratings(trainer(), RunControl(), lambda line: None).to_arrays()
    stopped, other = trainer(), trainer()
    stopped.epoch()
    other.load_state_dict(stopped.state_dict())
    assert (other.step, len(other.history)) == (stopped.step, 1)
    resumed = learn_ratings(other, RunControl(), lambda line: None).to_arrays()
    assert all(np.array_equal(straight[name], resumed[name]) for name in straight)


def test_ratings_of_every_scale_become_one_to_five() -> None:
    """The ends stay the ends; points go by rank, since 80 of 100 is a low one."""
    assert on_five("imdb", np.array([1.0, 10.0])).tolist() == [1, 5]
    assert on_five("tv_series", np.array([0.0, 5.0, 10.0])).tolist() == [1, 3, 5]
    assert on_five("beer", np.array([0.5, 4.5])).tolist() == [1, 4.5]
    wine = on_five("wine", np.array([80.0, 85, 90, 95, 100]))
    assert wine.tolist() == pytest.approx([1, 2, 3, 4, 5])


@given(st.floats(1, 5, width=32))
def test_a_soft_target_has_its_rating_for_a_mean(rating: float) -> None:
    """And adds up to one."""
    (target,) = soft_targets(np.array([rating], dtype=np.float32))
    assert target.sum() == pytest.approx(1, abs=1e-6)
    assert target @ np.arange(1, 6) == pytest.approx(rating, abs=1e-5)
    assert abs(whole_ratings(np.array([rating], dtype=np.float32))[0] + 1 - rating) <= 0.5001


def test_the_soft_loss_of_whole_ratings_is_the_programs() -> None:
    """So that what is said of one holds for the other."""
    logits = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    places = torch.tensor([0, 1, 2, 3, 4, 4, 0])
    soft = torch.from_numpy(soft_targets(places.numpy().astype(np.float32) + 1))
    assert soft_loss(logits, soft, 0.5) == pytest.approx(float(rating_loss(logits, places, 0.5)))


def test_large_domains_do_not_drown_small_ones() -> None:
    """All of a small one is read in each epoch."""
    collection = reviews_of({"gadgets": [3.0] * 4 * EVEN.reviews, "plugins": [3.0] * 50})
    training = np.arange(4 * EVEN.reviews + 50)
    drawn = Readings.of(collection, training).draw(training, np.random.default_rng(0))
    counts = np.bincount(collection.domain[drawn])
    assert counts.tolist() == [2 * EVEN.reviews, 50]
    assert len(np.unique(drawn)) == len(drawn)


def test_no_more_phrases_are_read_than_asked_for() -> None:
    """They are ten times as many as sentences, and say the same."""
    most = MOST_READ["phrases"]
    training = np.arange(most + 9)
    readings = Readings.of(reviews_of({"phrases": [3.0] * (most + 9)}), training)
    assert len(readings.draw(training, np.random.default_rng(0))) == most


def test_all_sentences_of_a_treebank_are_read() -> None:
    """Also where no teacher is asked."""
    training = np.arange(EVEN.reviews + 9)
    readings = Readings.of(reviews_of({"sst5": [3.0] * len(training)}), training)
    assert len(readings.draw(training, np.random.default_rng(0))) == len(training)


def written(domains: dict[str, list[str]]) -> Collection:
    """Reviews of these tokens, of which those of "apps" are rated 4 and the others 2."""
    words = [text.split() for texts in domains.values() for text in texts]
    tokens = ("<padding>", "<unknown>", *sorted({word for text in words for word in text}))
    of = np.repeat(np.arange(len(domains)), list(map(len, domains.values()))).astype(np.int8)
    return Collection(
        tokens=tokens,
        domains=tuple(domains),
        token_ids=np.array([tokens.index(w) for text in words for w in text], dtype=np.uint16),
        lengths=np.array(list(map(len, words))),
        domain=of,
        ratings=np.where(of == list(domains).index("apps"), 4, 2).astype(np.float32),
        is_held_out=np.zeros(len(words), dtype=bool),
    )


def start_of(collection: Collection) -> dict[str, Float32Array]:
    """Weights of a network that knows these words, all alike."""
    return START | {"embedding": np.ones((len(collection.tokens), 3), dtype=np.float32)}


def sentences_in(readings: Readings) -> list[str]:
    """What can be read of reviews but they themselves."""
    tokens, num_reviews = readings.collection.tokens, len(readings.collection.lengths)
    places = range(num_reviews, len(readings.review))
    return [" ".join(tokens[k] for k in readings.corpus[place]) for place in places]


def test_sentences_are_read_with_the_rating_of_their_review() -> None:
    """A treebank's texts are not cut: their parts were rated, too. Nor is what is held out."""
    collection = written(
        {
            "apps": ["it is not bad . i like it ! !", "no end in sight", "held out . all of it ."],
            "phrases": ["not good . not bad ."],
            "sst5": ["not so good . not so bad ."],
        }
    )
    training = np.array([0, 1, 3, 4])
    readings = Readings.of(collection, training)
    assert sentences_in(readings) == ["it is not bad .", "i like it ! !"]
    assert readings.turns.tolist() == [True, False]
    assert readings.review.tolist() == [0, 1, 2, 3, 4, 0, 0]
    drawn = readings.draw(training, np.random.default_rng(0))
    assert sorted(drawn.tolist()) == [0, 1, 3, 4, 5, 6]
    settings = RatingSettings(epochs=1)
    lessons = lessons_of(settings, collection, training)
    assert sorted(np.concatenate(lessons.plans[0]).tolist()) == sorted(drawn.tolist())
    trainer = RatingTrainer(settings, lessons, beginner(settings, start_of(collection)), Compute())
    trainer.epoch()
    assert np.isfinite(trainer.history[0]["loss"])


TWO_REVIEWS = {"apps": ["it is not bad . i like it ! !", "no end in sight"]}  # the first: 9 words


def saying(said: list[float], collection: Collection, longest: int = 400) -> Teacher:
    """One that says the same whatever it reads."""
    bias = np.log(np.array(said) + 1e-20).astype(np.float32)
    ends = {"readout.weight": np.zeros((5, 12), dtype=np.float32), "readout.bias": bias}
    return Teacher(beginner(RatingSettings(), start_of(collection) | ends), longest)


ONE, TWO = [1.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0]


def taught_by(folder: Path, teachers: list[Teacher]) -> Lessons:
    """An epoch's lessons of two reviews."""
    collection = written(TWO_REVIEWS)
    teaching = Teaching(teachers, folder, Compute()) if teachers else None
    return lessons_of(RatingSettings(epochs=1), collection, np.arange(2), teaching)


def test_labels_are_partly_what_teachers_say(tmp_path: Path) -> None:
    """Of sentences wholly, of reviews partly, and of what is not drawn not at all."""
    collection = written(TWO_REVIEWS)
    alone, one = taught_by(tmp_path, []), taught_by(tmp_path, [saying(ONE, collection)])
    assert alone.targets[:, 3].tolist() == [1] * 4
    np.testing.assert_allclose(one.targets[:2, [0, 3]], [[OF_REVIEW, 1 - OF_REVIEW]] * 2)
    np.testing.assert_allclose(one.targets[2:], np.eye(5)[[0, 0]], atol=1e-6)
    network = beginner(RatingSettings(), start_of(collection))
    trainers = (RatingTrainer(RatingSettings(), made, network, Compute()) for made in (alone, one))
    assert len({trainer.belongs_to for trainer in trainers}) == 2
    teaching = Teaching([saying(ONE, collection)], tmp_path, Compute())
    labels = teaching.labels(alone.targets, alone.readings, np.array([3]), alone.priors)
    assert np.array_equal(labels[:3], alone.targets[:3])
    assert labels[3].sum() == pytest.approx(1)


def test_one_that_is_not_sure_says_more_of_what_is_common_in_a_domain(tmp_path: Path) -> None:
    """Its answer was given without the domain's shares, and labels have them."""
    unsure, collection = np.array([0.4, 0.3, 0.1, 0.1, 0.1]), written(TWO_REVIEWS)
    lessons = taught_by(tmp_path, [saying(unsure.tolist(), collection)])
    said = unsure * np.exp(log_shares(collection, np.arange(2))[0])
    np.testing.assert_allclose(lessons.targets[2], said / said.sum(), rtol=1e-5)


def test_what_is_kept_belongs_to_who_was_asked_of_what(tmp_path: Path) -> None:
    """Other labels are not taken for those."""
    one = saying(ONE, written(TWO_REVIEWS))
    plain = Teaching([one], tmp_path, Compute())
    others = [
        replace(plain, swapping=Swapping()),
        replace(plain, swapping=Swapping(times=3)),
        replace(plain, of_longer=1.0),
        replace(plain, teachers=[replace(one, longest=8)]),
        replace(plain, teachers=[replace(one, of="reviews")]),
    ]
    assert len({each.digest for each in (plain, *others)}) == 6


def test_longer_reviews_have_a_share_of_their_own(tmp_path: Path) -> None:
    """A base that rehearses them is to say what it said."""
    collection = written({"apps": ["a b " * 20, "a b " * 21]})
    teaching = Teaching([saying(ONE, collection)], tmp_path, Compute(), of_longer=1.0)
    lessons = lessons_of(RatingSettings(epochs=1), collection, np.arange(2), teaching)
    assert lessons.targets[0, 0] == pytest.approx(OF_REVIEW)
    assert lessons.targets[1, 0] == pytest.approx(1)


def test_the_mean_of_those_who_read_a_text_counts(tmp_path: Path) -> None:
    """What one has said of texts that it is no longer asked of does not."""
    collection = written(TWO_REVIEWS)
    alone, one = taught_by(tmp_path, []), taught_by(tmp_path, [saying(ONE, collection)])
    other = saying(TWO, collection, longest=8)
    both = taught_by(tmp_path, [saying(ONE, collection), other])
    np.testing.assert_allclose(both.targets[0], one.targets[0], atol=1e-6)
    np.testing.assert_allclose(both.targets[2, :2], [0.5, 0.5], rtol=1e-5)
    few = taught_by(tmp_path, [other])
    np.testing.assert_allclose(few.targets[0], alone.targets[0])
    np.testing.assert_allclose(few.targets[1, [1, 3]], [OF_REVIEW, 1 - OF_REVIEW], rtol=1e-5)
    each = taught_by(tmp_path, [replace(saying(ONE, collection), of="reviews"), other])
    np.testing.assert_allclose(each.targets[0], one.targets[0], atol=1e-6)
    np.testing.assert_allclose(each.targets[1:, 1], [OF_REVIEW / 2, 1, 1], atol=1e-6)


def test_sentences_of_unrated_reviews_have_the_labels_of_teachers(tmp_path: Path) -> None:
    """Nothing else says what they are rated; whole, such a review is not read."""
    unrated = written({"apps": ["it is bad . i like it !", "this is good . it is not"]})
    collection = replace(unrated, ratings=np.array([5, np.nan], np.float32))
    settings = RatingSettings(epochs=1)
    teaching = Teaching([saying(ONE, collection)], tmp_path, Compute())
    lessons = lessons_of(settings, collection, np.array([0]), teaching, np.array([1]))
    assert sentences_in(lessons.readings) == [
        "it is bad .", "i like it !", "this is good .", "it is not"
    ]  # fmt: skip
    assert sorted(np.concatenate(lessons.plans[0]).tolist()) == [0, 2, 3, 4, 5]
    np.testing.assert_allclose(lessons.targets[2:], [ONE] * 4, atol=1e-6)
    trainer = RatingTrainer(settings, lessons, beginner(settings, start_of(collection)), Compute())
    trainer.epoch()
    assert np.isfinite(trainer.history[0]["loss"])


def test_a_teacher_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has said of a text is kept, wherever the text stands, also by one that is stopped."""
    monkeypatch.setattr("tests.base.teaching.ASKED_AT_ONCE", 1)
    asked_of: list[int] = []
    stopped = [1]

    def spy(network: ReviewNetwork, corpus: Corpus, compute: Compute) -> Float64Array:
        if len(asked_of) in stopped:
            stopped.pop()
            raise KeyboardInterrupt
        asked_of.append(len(corpus))
        return rating_probabilities(network, corpus, compute)

    monkeypatch.setattr("tests.base.teaching.rating_probabilities", spy)
    collection = written({"apps": ["it is bad . i like it !", "it is bad . it is not"]})
    readings = Readings.of(collection, np.arange(2))
    teacher = Teacher(beginner(RatingSettings(), start_of(collection)), 4)
    teaching = Teaching([teacher], tmp_path, Compute())
    places = np.array([4, 0, 2, 3, 5])
    with pytest.raises(KeyboardInterrupt):
        teaching.answers(readings, places)
    said, is_read = teaching.answers(readings, places)
    assert is_read.tolist() == [True, False, True, True, True]
    assert np.array_equal(said[0], said[2])  # "it is bad ." stands in both
    assert asked_of == [1] * 3
    (path,) = tmp_path.iterdir()
    again, _ = teaching.answers(Readings.of(collection, np.arange(1)), np.array([2, 3]))
    assert np.array_equal(again, said[[2, 3]])
    longer = replace(teaching, teachers=[replace(teacher, longest=9)])
    assert longer.answers(readings, np.array([0, 2]))[1].all()
    assert teaching.answers(readings, np.array([0, 2]))[1].tolist() == [False, True]
    assert asked_of == [1] * 4
    assert list(tmp_path.iterdir()) == [path]
    in_halves = replace(teaching, compute=replace(Compute(), precision="bfloat16"))
    in_halves.answers(readings, np.array([2]))
    assert asked_of == [1] * 5
    assert len(list(tmp_path.iterdir())) == 2


@given(words=st.lists(st.lists(st.integers(0, 99), max_size=4).map(tuple), unique=True, max_size=9))
def test_what_was_said_is_found_again(words: list[tuple[int, ...]]) -> None:
    """Of every text, in whatever order it is kept; of no other."""
    corpus = Corpus.of(
        np.array([k for text in [*words, (100,)] for k in text], np.int32),
        np.array([len(text) for text in [*words, (100,)]]),
    )
    *texts, other = digests_of(corpus)
    said = np.random.default_rng(0).random((len(texts), 5), dtype=np.float32)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.npy"
        half = len(texts) // 2
        KeptAnswers(path).add(np.array(texts[:half], np.uint64), said[:half])
        KeptAnswers(path).add(np.array(texts[half:], np.uint64), said[half:])
        found = KeptAnswers(path).of(np.array([*texts, other], np.uint64))
    assert np.array_equal(found[:-1], said)
    assert np.isnan(found[-1]).all()


ALIKE = (("dull", "drab"), ("good", "fine"), ("was", "glad"), ("film", "ended"))
ALONE = Swapping(neighbours=1, others=0)


def swapped_in(how: Swapping, stays: str = "<unknown>") -> tuple[Readings, list[str]]:
    """Sentences with "drab" and "fine", which no review has, each put twice.

    Tokens up to ``stays`` are too common to be replaced.
    """
    texts = ["it was so dull . i was glad .", "a good film . it ended ! !"]
    collection = written({"apps": texts, "books": ["it is not dull . or so ."]})
    tokens = (*collection.tokens, "drab", "fine", "ok", "7up")
    vectors = np.array([[token in pair for pair in ALIKE] for token in tokens], np.float32)
    how = how._replace(common=tokens.index(stays) + 1, frequent=len(collection.tokens))
    readings = Readings.of(replace(collection, tokens=tokens), np.arange(2))
    some, places = swapped(readings, vectors, how, np.random.default_rng(0))
    assert places.tolist() == list(range(len(readings.review), len(some.review)))
    texts = sentences_in(some)
    assert texts[: len(readings.turns)] == sentences_in(readings)
    return some, texts[len(readings.turns) :]


def test_rare_words_are_put_where_words_like_them_stood() -> None:
    """In sentences of what may be read; short words, and tokens that are no words, are not put."""
    some, texts = swapped_in(ALONE)
    assert texts == ["it was so drab ."] * 2 + ["a fine film ."] * 2
    assert some.review[-4:].tolist() == [0, 0, 1, 1]


def test_words_are_put_into_sentences_of_some_lengths() -> None:
    """One has five tokens, the others four."""
    _, texts = swapped_in(ALONE._replace(longest=4))
    assert [len(text.split()) for text in texts] == [4] * 4
    _, texts = swapped_in(ALONE._replace(shortest=5))
    assert [len(text.split()) for text in texts] == [5] * 4


def test_other_words_of_a_sentence_are_swapped_too() -> None:
    """For those nearest to them; short ones and common ones stay."""
    _, texts = swapped_in(ALONE._replace(others=1))
    assert texts == ["it glad so drab ."] * 2 + ["a fine ended ."] * 2
    _, texts = swapped_in(ALONE._replace(others=1), stays="film")
    assert texts[2:] == ["a fine film ."] * 2
    assert not any(text.endswith("drab .") and "so" in text.split() for text in texts)


def test_where_no_word_is_rare_nothing_is_swapped() -> None:
    """As in a small collection; nor where no sentence has a word that may go."""
    readings = Readings.of(written(TWO_REVIEWS), np.arange(2))
    vectors = np.ones((len(readings.collection.tokens), 2), np.float32)
    # Of the words of three letters in sentences, "not" alone comes after "like".
    all_but_one = readings.collection.tokens.index("like") + 1
    for how in (Swapping(), Swapping(frequent=2), Swapping(frequent=2, common=all_but_one)):
        same, places = swapped(readings, vectors, how, np.random.default_rng(0))
        assert same is readings
        assert not len(places)


def test_words_are_swapped_anew_in_each_epoch_where_a_teacher_is_asked(tmp_path: Path) -> None:
    """Without one, their label would be the rating of a review that they do not stand in."""
    collection = written(TWO_REVIEWS)
    vectors = np.random.default_rng(0).random((len(collection.tokens), 2), dtype=np.float32)
    settings = RatingSettings(epochs=2)
    how = Swapping(times=1, common=2, frequent=2)
    teaching = Teaching([saying(TWO, collection)], tmp_path, Compute(), swapping=how)
    never = replace(teaching, swapping=None)
    taught, *others = (
        lessons_of(settings, collection, np.arange(2), who, vectors=given)
        for who, given in ((teaching, vectors), (never, vectors), (teaching, None), (None, vectors))
    )
    rare = [token for token in collection.tokens[2:] if token.isalpha() and len(token) > 2]
    num_cut = len(Readings.of(collection, np.arange(2)).review)
    one, two = ([k for batch in plan for k in batch if k >= num_cut] for plan in taught.plans)
    assert len(one) == len(two) == len(rare)
    assert not set(one) & set(two)
    np.testing.assert_allclose(taught.targets[[*one, *two]], [TWO] * 2 * len(rare), atol=1e-6)
    for lessons in others:
        assert max(np.concatenate([*lessons.plans[0], *lessons.plans[1]])) < num_cut


def test_one_is_asked_of_parts_and_another_of_reviews(tmp_path: Path) -> None:
    """A treebank's texts are parts, though they have ratings of their own."""
    collection = written(TWO_REVIEWS | {"phrases": ["no end"], "sst5": ["no end of it ."]})
    parts, reviews = saying(ONE, collection), saying(TWO, collection)
    teachers = [replace(parts, of="parts"), replace(reviews, of="reviews")]
    teaching = Teaching(teachers, tmp_path, Compute())
    lessons = lessons_of(RatingSettings(epochs=1), collection, np.arange(4), teaching)
    of_review, *of_treebank, of_sentence = lessons.targets[[0, 2, 3, 4]]
    np.testing.assert_allclose(of_review[[0, 1, 3]], [0, OF_REVIEW, 1 - OF_REVIEW], atol=1e-6)
    for labels in of_treebank:
        np.testing.assert_allclose(labels[:2], [OF_REVIEW, 1 - OF_REVIEW], atol=1e-6)
    np.testing.assert_allclose(of_sentence, ONE, atol=1e-6)


def test_more_sentences_are_drawn_where_teachers_rate_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the ratings of their reviews, so many would teach that these say the same."""
    monkeypatch.setattr("tests.base.lessons.EVEN", Even(9, 9, 0))
    monkeypatch.setattr("tests.base.lessons.EVEN_TAUGHT", Even(9, 9, 2))
    collection = written({"apps": ["i saw it . i like it .", "no end . i liked it ."]})
    settings, both = RatingSettings(epochs=1), np.arange(2)
    teacher = Teacher(beginner(settings, start_of(collection)), 400)
    teaching = Teaching([teacher], tmp_path, Compute())
    counts = []
    for who in (None, teaching):
        (plan,) = lessons_of(settings, collection, both, who).plans
        counts.append(len(np.concatenate(plan)))
    assert counts == [3, 5]  # of three sentences without such a word, the root of 2 times 3 is 2


def test_what_is_too_long_for_a_learner_is_not_drawn() -> None:
    """An encoder learns of sentences and short reviews."""
    collection = written({"apps": ["one two three", "one two", "one"]})
    (plan,) = lessons_of(RatingSettings(epochs=1, longest=2), collection, np.arange(3)).plans
    assert sorted(np.concatenate(plan).tolist()) == [1, 2]


def test_few_of_each_kind_are_learned_from() -> None:
    """Sentences, phrases, reviews short and longer, and a treebank's sentences, of all domains."""
    texts = ["no end of it . i like it ."] * 20
    longer = ["a b " * 21] * 5
    page = longer[0]  # of a treebank: of no kind
    alone = {"phrases": ["a b", page] * 5, "wine": longer, "sst5": ["a b . c d .", page] * 4}
    collection = written({"apps": texts, "books": texts, **alone})
    few = Few(sentences=30, phrases=6, reviews=20, longer=3, rated_sentences=9)
    lessons = lessons_of(RatingSettings(epochs=1, few=few), collection, np.arange(63))
    places = np.concatenate(lessons.plans[0])
    domains = lessons.readings.domain[places]
    assert len(set(places.tolist())) == 62
    assert [(domains == number).sum() for number in (2, 3, 4)] == [5, 3, 4]
    for kind in (places >= 63, places < 63):
        assert min(np.bincount(domains[kind])[:2]) >= 5


def test_a_mean_of_weights_lies_between() -> None:
    """One that is given twice counts twice."""
    low, high = {"a": np.zeros(2, np.float32)}, {"a": np.full(2, 3, np.float32)}
    assert mean_weights([low, high, high])["a"].tolist() == [2, 2]


def test_a_small_part_of_a_review_is_not_read_alone() -> None:
    """It says little of what the whole is rated, and neither does a word, or a page."""
    long = " ".join(["word"] * 41)
    collection = written({"apps": [f"too short . {long} . a part of it .", "one . two words"]})
    readings = Readings.of(collection, np.arange(2))
    assert sentences_in(readings) == ["a part of it .", "one .", "two words"]


def test_what_never_occurs_is_still_thought_possible() -> None:
    """Books without a three do not teach that there is none."""
    shares = np.exp(log_shares(reviews_of({"books": [1.0, 5.0]}), np.arange(2)))
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0.01).all()


def test_three_folds_hold_each_domain_once() -> None:
    """Except films and phrases, which no fold leaves out."""
    names = ("imdb", "phrases", "a", "b", "c", "d")
    collection = replace(reviews_of({"a": [1.0]}), domains=names)
    assert [fold(collection, name) for name in ("A", "B", "C", "")] == [
        ("a", "d"),
        ("b",),
        ("c",),
        (),
    ]
