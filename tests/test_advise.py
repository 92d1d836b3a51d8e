"""``lstm advise``: whether to rate more reviews, and which."""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.missing import are_missing
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.tables import read_table
from lstm_cli.data.texts import as_strings
from lstm_cli.errors import RequestError, RowError
from lstm_cli.evaluation.contradictions import contradictions
from lstm_cli.pipeline.advising import advice_of, measure_curve
from lstm_cli.pipeline.candidates import read_for_advice
from lstm_cli.pipeline.folding import CurvePlan
from lstm_cli.pipeline.quick import QuickAnswers, QuickTrainer
from lstm_cli.pipeline.requests import AdviseRequest
from lstm_cli.results import (
    Contradictions,
    CurveAdvice,
    CurvePoint,
    NextReview,
    NextReviews,
    Projection,
)
from lstm_cli.views.advising import AdviceProgress, limit, show_advice, show_next, verdict
from tests.helpers import BLAME, PRAISE, lstm

RATED, UNRATED = 120, 30


def write(path: Path, rows: Sequence[Sequence[object]], delimiter: str = ",") -> Path:
    lines = (delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(numbers: range, *, is_rated: bool) -> list[tuple[object, ...]]:
    """Praise is rated 5 and blame 1, five of each in turn."""
    made: list[tuple[object, ...]] = []
    for k in numbers:
        texts = PRAISE if k % 2 else BLAME
        rating = (5 if k % 2 else 1) if is_rated else ""
        made.append((k, f"{texts[k % 5]} {k}", rating, "May"))
    return made


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Reviews with a rating, and others without, two of which say the same."""
    unrated = [
        *rows(range(RATED, RATED + UNRATED), is_rated=False),
        (999, "A FINE  film 5", "", ""),
    ]
    unrated.append((998, unrated[0][1], "n/a", "June"))
    return write(
        tmp_path / "mixed.csv",
        [("id", "review", "Rating", "month"), *rows(range(RATED), is_rated=True), *unrated],
        delimiter=";",
    )


@dataclass
class Pretender:
    """Says of a share of the texts what their first word says, the more the more it has seen."""

    stops_at: int | None = None
    learned: list[int] = field(default_factory=list)

    def __call__(
        self, reviews: Reviews, texts: Sequence[str], seed: int, is_late: object = None
    ) -> QuickAnswers:
        self.learned.append(len(reviews))
        number = int(len(texts) * min(0.5 + len(reviews) / 400, 1.0))
        is_praise = [
            any(text.casefold().startswith(p.casefold()) for p in PRAISE) for text in texts
        ]
        answers = np.array([[0.2, 0.8] if praise else [0.8, 0.2] for praise in is_praise])
        answers[number:] = answers[number:, ::-1]
        memories = np.array([[len(text), text.count("e"), 1] for text in texts], dtype=np.float32)
        return QuickAnswers(answers, memories, completed=len(self.learned) != self.stops_at)


class Quiet:
    """Hears how the trainings go."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def planned(self, plan: CurvePlan) -> None:
        self.plan = plan

    def trained(self, size: int, seconds: float, *, is_limited: bool) -> None:
        self.sizes.append(size)


@pytest.fixture
def pretending(monkeypatch: pytest.MonkeyPatch) -> Pretender:
    """No command of this test trains anything."""
    pretender = Pretender()

    def answer(_: QuickTrainer, *asked: Any) -> QuickAnswers:
        return pretender(*asked)

    monkeypatch.setattr(QuickTrainer, "__call__", answer)
    return pretender


def measure(path: Path, trainer: Callable[..., Any], seconds: float = 1e9) -> tuple[Any, Quiet]:
    listener = Quiet()
    return measure_curve(read_reviews([str(path)]), trainer, listener, 0, seconds), listener


# The curve


def test_each_review_is_measured_once_at_each_size(mixed: Path) -> None:
    measured, listener = measure(mixed, Pretender())
    assert listener.plan == CurvePlan(120, (20, 40, 80), 3)
    assert listener.sizes == [20, 40, 80] * 3
    assert [(p.reviews, p.trainings, p.measured_on) for p in measured.points] == [
        (20, 3, 120),
        (40, 3, 120),
        (80, 3, 120),
    ]
    assert measured.completed


def test_accuracy_and_mean_error_are_those_of_the_held_out_reviews(mixed: Path) -> None:
    measured, _ = measure(mixed, Pretender())
    assert [point.accuracy for point in measured.points] == pytest.approx([0.55, 0.6, 0.7])
    assert [point.mae for point in measured.points] == pytest.approx([1.8, 1.6, 1.2])


def test_where_time_is_short_the_first_fold_tells(mixed: Path) -> None:
    measured, listener = measure(mixed, Pretender(), seconds=0)
    assert listener.sizes == [20]
    assert not measured.completed
    assert advice_of(read_reviews([str(mixed)]), measured, 100).gain.value > 0


def test_the_time_that_is_left_is_said(mixed: Path) -> None:
    """After the first training: not more than the limit leaves."""

    def said(seconds: float, *, is_limited: bool) -> str:
        progress = AdviceProgress(console := Console(file=io.StringIO(), width=80))
        progress.planned(CurvePlan(120, (20, 40, 80), 3))
        progress.trained(20, seconds, is_limited=is_limited)
        progress.trained(40, 1.0, is_limited=is_limited)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue().splitlines()[-1]

    assert said(170.0, is_limited=False) == "about 3 min left"
    assert said(170.0, is_limited=True) == (
        "about 3 min left, in which there is no time for all of it"
    )


def test_a_training_that_lasts_too_long_is_given_up(mixed: Path) -> None:
    """What was measured before is the answer."""
    pretender = Pretender()

    def late(reviews: Reviews, texts: Sequence[str], seed: int, is_late: Any) -> QuickAnswers:
        answers = pretender(reviews, texts, seed)
        return replace(answers, completed=not (len(pretender.learned) == 3 and not is_late()))

    measured, listener = measure(mixed, late)
    assert listener.sizes == [20, 40]
    assert [point.reviews for point in measured.points] == [20, 40]
    assert not measured.completed


def test_a_stopped_training_is_not_measured(mixed: Path) -> None:
    measured, listener = measure(mixed, Pretender(stops_at=3))
    assert listener.sizes == [20, 40]
    assert [point.reviews for point in measured.points] == [20, 40]
    assert not measured.completed


def test_stopped_before_anything_is_measured_there_is_no_advice(mixed: Path) -> None:
    assert measure(mixed, Pretender(stops_at=1))[0] is None


def test_more_labels_are_less_sure(mixed: Path) -> None:
    measured, _ = measure(mixed, Pretender())
    near, far = (advice_of(read_reviews([str(mixed)]), measured, more) for more in (30, 300))
    assert near.now == far.now
    assert near.gain.value < far.gain.value
    assert near.gain.high - near.gain.low < far.gain.high - far.gain.low


@pytest.mark.parametrize(
    ("gain", "expected", "begins"),
    [
        (
            Projection(0.02, 0.004, 0.03),
            "worth it",
            "Rating 300 more is worth it: of 100 ",
        ),
        (Projection(0.005, -0.001, 0.009), "little", "Rating 300 more would change little: "),
        (Projection(0.02, -0.01, 0.05), "cannot tell", "These reviews cannot tell whether "),
        (Projection(0.009, 0.004, 0.016), "little", "Rating 300 more would change little: "),
        (
            Projection(0.008, -0.01, 0.03),
            "cannot tell",
            "These reviews cannot tell whether ",
        ),
    ],
)
def test_one_verdict_by_the_interval(gain: Projection, expected: str, begins: str) -> None:
    level = Projection(0.6, 0.5, 0.7)
    advice = CurveAdvice(700, 300, (), level, level, gain, None, True)
    assert advice.verdict == expected
    assert verdict(advice).startswith(begins)


# What identical texts say


def rated_texts(tmp_path: Path, texts: Sequence[str], ratings: Sequence[int]) -> Reviews:
    path = write(tmp_path / "texts.csv", [("review", "rating"), *zip(texts, ratings, strict=True)])
    return read_reviews([str(path)])


def test_contradicting_texts_leave_a_ceiling(tmp_path: Path) -> None:
    """Twenty texts twice, half of them with two ratings, and sixty others."""
    texts = [f"text {k % 20}" for k in range(40)] + [f"other {k}" for k in range(60)]
    ratings = [1] * 20 + [2] * 10 + [1] * 10 + [1, 2] * 30
    found = contradictions(rated_texts(tmp_path, texts, ratings))
    assert found == Contradictions(10, 0.9, 40, 0.75)
    assert limit(found).startswith("What no label mends: 10 texts have more than one rating. ")


def test_few_identical_texts_say_nothing(tmp_path: Path) -> None:
    texts = [f"text {k % 5}" for k in range(10)] + [f"other {k}" for k in range(60)]
    assert contradictions(rated_texts(tmp_path, texts, [1] * 5 + [2] * 5 + [1, 2] * 30)) is None


# The command


def test_a_curve_and_the_reviews_to_rate_next(mixed: Path, pretending: Pretender) -> None:
    done = lstm("advise", "mixed.csv", "--next", 3, "--output", "to_rate.csv", "--base", "none")
    assert done.exit_code == 0, done.stderr
    assert max(map(len, done.stdout.splitlines() + done.stderr.splitlines())) <= 80
    assert "mixed.csv: 30 reviews without a rating, and 2 whose text is there" in done.stderr
    assert "120 rated reviews: learning from 20, 40 and 80 of them" in done.stderr
    assert "     20  55.0 %        1.80  measured on 120" in done.stdout
    assert "3 reviews to rate next, of 30 without a rating" in done.stdout
    assert done.stdout.splitlines()[-3:] == [
        "written to to_rate.csv: fill in its column 'Rating', and give it to the",
        "model that learned from the earlier ratings, together with these:",
        "  lstm update MODEL to_rate.csv --replay mixed.csv",
    ]
    assert pretending.learned == [20, 40, 80] * 3 + [120]


def test_the_file_to_rate_is_the_file_that_was_given_with_an_empty_rating(
    mixed: Path, pretending: Pretender
) -> None:
    lstm("advise", mixed, "--next", 30, "--output", "to_rate.csv", "--base", "none")
    header, *lines = Path("to_rate.csv").read_text("utf-8").splitlines()
    assert header == "id;review;Rating;month"
    cells = [line.split(";") for line in lines]
    assert sorted(int(cell[0]) for cell in cells) == [*range(RATED, RATED + UNRATED)]
    assert {cell[2] for cell in cells} == {""}
    assert {cell[3] for cell in cells} == {"May"}


@pytest.mark.parametrize("name", ["to_rate.xlsx", "to_rate.jsonl", "to_rate.parquet"])
def test_the_file_may_be_of_another_format(mixed: Path, pretending: Pretender, name: str) -> None:
    done = lstm("advise", mixed, "--next", 4, "--output", name, "--base", "none")
    assert done.exit_code == 0, done.stderr
    written = read_table(name).frame
    assert written.columns == ["id", "review", "Rating", "month"]
    assert are_missing(as_strings(written["Rating"])).to_list() == [True] * 4


def test_a_file_gives_way_where_a_person_says_so(mixed: Path, pretending: Pretender) -> None:
    Path("old.csv").write_text("the list of last week", "utf-8")
    asked = ("--next", 3, "--output", "old.csv", "--replace", "--base", "none")
    assert lstm("advise", mixed, *asked).exit_code == 0
    assert len(Path("old.csv").read_text("utf-8").splitlines()) == 4


def test_the_command_to_type_names_every_file_with_ratings(
    tmp_path: Path, mixed: Path, pretending: Pretender
) -> None:
    """By names that a shell takes for one word; of a file that needs an option, by none."""
    both = [(text, rating) for rating, texts in ((5, PRAISE), (1, BLAME)) for text in texts]
    more = write(tmp_path / "more ratings.csv", [("review", "Rating"), *both])
    asked = ("--next", 3, "--base", "none", "--output")
    done = lstm("advise", "mixed.csv", "--rated", more.name, *asked, "to rate.csv")
    assert done.stdout.splitlines()[-1] == (
        "  lstm update MODEL 'to rate.csv' --replay 'more ratings.csv' --replay mixed.csv"
    )
    done = lstm("advise", "mixed.csv", *asked, "a.csv", "--encoding", "utf-8")
    assert done.stdout.splitlines()[-1] == "  lstm update MODEL a.csv --replay FILE"


def test_what_was_filled_in_can_be_learned_from(mixed: Path, pretending: Pretender) -> None:
    lstm("advise", mixed, "--next", 30, "--output", "to_rate.csv", "--base", "none")
    header, *lines = Path("to_rate.csv").read_text("utf-8").splitlines()
    filled = [line.replace(";;", ";4;") for line in lines]
    Path("filled.csv").write_text("\n".join([header, *filled]) + "\n", "utf-8")
    reviews = read_reviews([str(mixed), "filled.csv"])
    assert len(reviews) == RATED + UNRATED


def test_rated_reviews_may_be_in_another_file(
    tmp_path: Path, mixed: Path, pretending: Pretender
) -> None:
    """The unrated file has no column of ratings: one of the rated file's name is added."""
    unrated = write(
        tmp_path / "unrated.csv",
        [
            ("review", "stay"),
            *((text, month) for _, text, _, month in rows(range(200, 220), is_rated=False)),
        ],
    )
    done = lstm(
        "advise", unrated, "--rated", mixed, "--next", 5, "--output", "a.csv", "--base", "none"
    )
    assert done.exit_code == 0, done.stderr
    written = pl.read_csv("a.csv")
    assert written.columns == ["review", "stay", "Rating"]
    assert done.stdout.endswith(f"\n  lstm update MODEL a.csv --replay {mixed}\n")
    assert written["Rating"].null_count() == 5
    assert written["review"].n_unique() == 5


def test_ratings_of_both_files_are_learned_from(tmp_path: Path, mixed: Path) -> None:
    other = write(
        tmp_path / "other.csv",
        [
            ("review", "rating"),
            *((text, rating) for _, text, rating, _ in rows(range(300, 310), is_rated=True)),
            ("new", ""),
        ],
    )
    read = read_for_advice(AdviseRequest(str(other), Path("models"), rated=(str(mixed),)))
    assert len(read.reviews) == RATED + 10
    assert read.candidates.texts == ["new"]
    assert read.candidates.rating_column == "rating"


def test_rated_reviews_alone_give_a_curve(tmp_path: Path, pretending: Pretender) -> None:
    path = write(
        tmp_path / "rated.csv",
        [("id", "review", "rating", "month"), *rows(range(120), is_rated=True)],
    )
    done = lstm("advise", path, "--base", "none", "--json")
    found = json.loads(done.stdout)
    assert found["more"] == found["rated"] == 120
    assert [point["reviews"] for point in found["curve"]] == [20, 40, 80]
    low, high = found["gain"]["interval"]
    assert low < found["gain"]["value"] < high
    assert found["next"] is None


def test_json_lists_the_chosen(mixed: Path, pretending: Pretender) -> None:
    done = lstm("advise", mixed, "--base", "none", "--json", "--next", 2, "--more", 50)
    found = json.loads(done.stdout)
    assert found["more"] == 50
    assert found["next"]["candidates"] == 30
    assert found["next"]["output"] is None
    for review in found["next"]["reviews"]:
        assert review["line"] > RATED + 1
        assert set(review) == {"line", "text"}


def test_stopped_it_gives_the_answer_so_far(mixed: Path, pretending: Pretender) -> None:
    pretending.stops_at = 3
    done = lstm("advise", mixed, "--base", "none")
    assert "not all that was planned was measured" in done.stdout


def test_stopped_at_once_it_says_that_nothing_is_known(mixed: Path, pretending: Pretender) -> None:
    pretending.stops_at = 1
    done = lstm("advise", mixed, "--base", "none")
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == "lstm: stopped: nothing was measured yet"


def test_it_learns_from_a_base_for_real(mixed: Path, tiny_bundle: Bundle) -> None:
    """Four units that know the words: nearly all is rated right, and the same advice again."""
    asked = ("-q", "advise", mixed, "--base", tiny_bundle.path, "--next", 4, "--json")
    first, again = (lstm(*asked, "--threads", 1) for _ in range(2))
    assert first.exit_code == 0, first.stderr
    assert first.stdout == again.stdout
    found = json.loads(first.stdout)
    assert found["curve"][-1]["accuracy"] > 0.9
    assert len({review["text"] for review in found["next"]["reviews"]}) == 4


def test_a_base_that_has_read_the_reviews_is_said(mixed: Path, pretending: Pretender) -> None:
    """Its scores flatter."""
    small = ("--base", "none", "--epochs", 1, "--embedding-size", 4, "--hidden-size", 4)
    made = lstm("-q", "train", mixed, "--name", "own", "--no-baseline", *small)
    assert made.exit_code == 0, made.stderr
    done = lstm("advise", mixed, "--base", "own")
    assert re.search(r"careful: own has read \d+ of the 120 rated reviews before", done.stderr)
    assert "careful" not in lstm("advise", mixed, "--base", "none").stderr


# What is refused


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--output", "a.csv"), "--output goes with --next N"),
        (
            ("--next", 3, "--output", "own.csv"),
            "exists already; name another file, or give --replace",
        ),
        (("--next", 3, "--output", "mixed.csv", "--replace"), "mixed.csv is read, and would keep"),
        (("--next", 3, "--replace"), "--replace goes with --output FILE"),
        (("--more", 361), "--more 361: 120 rated reviews cannot tell what more than 360 others"),
        (("--time-limit", "soon"), "--time-limit soon: write a time as 90s, 5m or 1h"),
        (("--next", 3, "--output", "a.doc"), "a.doc: the ending must say how to write"),
    ],
)
def test_what_cannot_be_is_one_line(
    mixed: Path, pretending: Pretender, asked: tuple[object, ...], said: str
) -> None:
    Path("own.csv").write_text("mine", "utf-8")
    done = lstm("advise", mixed, "--base", "none", *asked)
    assert done.exit_code == 2
    assert Path("own.csv").read_text("utf-8") == "mine"
    assert done.stderr.startswith("lstm: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert pretending.learned == []


@pytest.mark.parametrize("source", ["stays", "stays/*.csv"])
def test_a_file_of_a_folder_that_is_read_never_gives_way(
    mixed: Path, pretending: Pretender, source: str
) -> None:
    """Nor is it the chosen rows that are kept of it."""
    read = Path("stays") / "one.csv"
    read.parent.mkdir()
    read.write_bytes(mixed.read_bytes())
    asked = ("--next", 3, "--output", read, "--replace", "--base", "none")
    for given in ((source,), (mixed, "--rated", source)):
        done = lstm("advise", *given, *asked)
        assert done.exit_code == 2
        assert "one.csv is read, and would keep" in done.stderr
    assert read.read_bytes() == mixed.read_bytes()
    assert pretending.learned == []


def test_a_file_without_ratings_asks_for_rated_reviews(tmp_path: Path) -> None:
    path = write(
        tmp_path / "unrated.csv", [("review", "stay"), *((f"good {k}", "May") for k in range(99))]
    )
    done = lstm("advise", path)
    assert done.exit_code == 2
    assert "or give rated reviews with --rated FILE" in done.stderr


def test_too_few_ratings_say_how_many_are_missing(tmp_path: Path) -> None:
    path = write(
        tmp_path / "few.csv", [("id", "review", "rating", "month"), *rows(range(80), is_rated=True)]
    )
    with pytest.raises(
        RowError, match=r"80 rated reviews are too few .*; rate 10 more, any of them"
    ):
        read_for_advice(AdviseRequest(str(path), Path("models")))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["good room"] * 100, "100 rated reviews have 1 different text, too few for"),
        (["good room", "Bad  ROOM"] * 50, "have 2 different texts, .* rate 88 more that say"),
        ([f"good {k % 89}" for k in range(200)], "rate 1 more that say something else"),
    ],
)
def test_folds_deal_texts_so_that_texts_are_counted(
    tmp_path: Path, texts: list[str], said: str
) -> None:
    """A hundred rows of one text would leave two folds empty."""
    made = [(k, text, 1 + 4 * (k % 2), "May") for k, text in enumerate(texts)]
    path = write(tmp_path / "same.csv", [("id", "review", "rating", "month"), *made])
    with pytest.raises(RowError, match=said):
        read_for_advice(AdviseRequest(str(path), Path("models")))
    done = lstm("advise", path)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith(f"lstm: {path}: ")
    assert "Traceback" not in done.stderr


def test_texts_of_one_rating_alone_teach_nothing(tmp_path: Path) -> None:
    made = [(k, f"good {k}", 1 if k < 2 else 5, "May") for k in range(120)]
    path = write(tmp_path / "one.csv", [("id", "review", "rating", "month"), *made])
    with pytest.raises(RowError, match="118 of 120 different texts have one rating, and a"):
        read_for_advice(AdviseRequest(str(path), Path("models")))


def test_nothing_to_choose_from_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rated.csv",
        [("id", "review", "rating", "month"), *rows(range(120), is_rated=True)],
    )
    with pytest.raises(RequestError, match="has no review without a rating to choose from"):
        read_for_advice(AdviseRequest(str(path), Path("models"), number=5))


def test_standard_input_is_refused() -> None:
    done = lstm("advise", "-")
    assert done.exit_code == 2
    assert "standard input is read once" in done.stderr


# What is shown


def show(view: Callable[..., None], *shown: object) -> str:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    view(console, *shown)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_the_verdict_comes_first_and_the_curve_below_it() -> None:
    points = tuple(
        CurvePoint(size, accuracy, mae, 3, 700)
        for size, accuracy, mae in ((116, 0.581, 0.62), (233, 0.61, 0.57), (466, 0.634, 0.53))
    )
    now, then = Projection(0.638, 0.603, 0.672), Projection(0.653, 0.613, 0.69)
    found = Contradictions(31, 0.978, 96, 0.84)
    advice = CurveAdvice(700, 300, points, now, then, Projection(0.015, 0.004, 0.027), found, False)
    assert show(show_advice, advice) == (
        "Rating 300 more is worth it: of 100 reviews, about 1.5 more would be rated\n"
        "right (0.4 to 2.7).\n"
        "\n"
        "reviews   right  mean error\n"
        "    116  58.1 %        0.62  measured on 700\n"
        "    233  61.0 %        0.57  measured on 700\n"
        "    466  63.4 %        0.53  measured on 700\n"
        "    700  63.8 %              expected, 60.3 to 67.2 with 95 % probability\n"
        "  1,000  65.3 %              expected, 61.3 to 69.0 with 95 % probability\n"
        "measured: each review by a network that has not learned from it\n"
        "not all that was planned was measured: the ranges are wider for it\n"
        "\n"
        "What no label mends: 31 texts have more than one rating. Of the 96 reviews\n"
        "whose text occurs more than once, a model can be right on at most 84 %; of all,\n"
        "on at most 98 %."
    )


def test_a_long_list_that_is_in_a_file_shows_its_first_ten() -> None:
    chosen = tuple(NextReview(line, f"text of line {line}") for line in range(2, 14))
    shown = show(show_next, NextReviews(chosen, 1_000, "to_rate.csv", "stars")).splitlines()
    assert shown[-4:] == [
        "... and 2 more",
        "written to to_rate.csv: fill in its column 'stars', and give it to the",
        "model that learned from the earlier ratings, together with these:",
        "  lstm update MODEL to_rate.csv --replay FILE",
    ]
    assert "  11  text of line 11" in shown
    assert "  12  text of line 12" not in shown
    alone = show(show_next, NextReviews(chosen, 1_000, None, "stars"))
    assert alone.splitlines()[-1] == "  13  text of line 13"
