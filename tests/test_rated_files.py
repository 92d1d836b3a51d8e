"""``lstm predict --input``: what comes back opens where the file did, and says what to doubt."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import read_table
from lstm_cli.gates.worst import LEAST_SHARE, Low, low_review
from lstm_cli.inference.doubting import Doubter
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.rating import FileSummary
from lstm_cli.results import HarmfulWord, LowReview
from lstm_cli.text.places import places_of
from lstm_cli.views.rated_workbook import mean_line
from lstm_cli.views.worst import marked
from tests.helpers import BLAME, PRAISE, lstm

FOREIGN = "affreux et ennuyeux"
UNKNOWN = "no word of this text is known to the model: do not believe the rating"
EMPTY = "the text is empty: this is what the model says before it reads anything"
ROWS = [("1", "superb!", "9,50"), ("2", FOREIGN, "8,00"), ("3", "", ""), ("4", "awful! dull", "")]


@pytest.fixture
def model(tiny_bundle: Bundle) -> tuple[str, str]:
    return ("--model", str(tiny_bundle.path))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """As Excel writes it in Germany: a mark, semicolons, carriage returns, decimal commas."""
    path = tmp_path / "in.csv"
    lines = ["id;review;paid", *(";".join(row) for row in ROWS)]
    path.write_bytes(("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode())
    return path


def refused(*arguments: object) -> str:
    """The one line of a refusal."""
    done = lstm("-q", "predict", *arguments)
    assert done.exit_code == 2, done.stdout
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line


# Warnings


def test_a_row_says_why_it_is_to_be_doubted(source: Path, model: tuple[str, str]) -> None:
    """In a file as on the screen: French reviews once became five stars in silence."""
    done = lstm("predict", "--input", source, "--output", "o.jsonl", *model)
    assert done.exit_code == 0, done.stderr
    rows = [json.loads(line) for line in Path("o.jsonl").read_text().splitlines()]
    assert [row["warning"] for row in rows] == [None, UNKNOWN, EMPTY, None]
    assert "1 row has no text, rated as an empty review: in no share and no mean\n" in done.stderr
    assert "careful: 2 rows have a warning (1: no text; 1: no known word)\n" in done.stderr


def test_rows_without_text_are_in_no_figure_of_the_summary(model: tuple[str, str]) -> None:
    """A hundred empty cells once made 65 % of the ratings of 300 reviews 5, where 53 % were."""
    texts = ["superb!", "awful! dull", "a fine film"]
    Path("texts.csv").write_text("id,review\n" + "".join(f"1,{text}\n" for text in texts))
    empty = ["1,", "1,   ", "1,<br>"] * 9
    Path("all.csv").write_text(Path("texts.csv").read_text() + "\n".join(empty) + "\n")
    figures = []
    for name in ("texts", "all"):
        asked = ("--input", f"{name}.csv", "--text-column", "review", "--output", "o.xlsx")
        done = lstm("predict", *asked, "--replace", *model)
        assert done.exit_code == 0, done.stderr
        begun = done.stderr.splitlines()
        start = begun.index("3 reviews rated, written to o.xlsx")
        said = [line for line in begun[start:] if "a warning (" not in line and "27 " not in line]
        notes = dict(sheet("notes"))
        figures.append((said, sheet("shares"), notes["mean rating"]))
    assert figures[0] == figures[1]
    assert "27 rows have no text, rated as empty reviews: in no share and no mean" in begun
    assert notes["rows without text"] == "27: rated as empty reviews, in no share and no mean"
    assert notes["warnings"] == "27 rows have a warning (no text)"
    filled = read_table("o.xlsx", ReadOptions(sheet="ratings")).frame["warning"].drop_nulls()
    assert filled.to_list() == [EMPTY] * 27


def test_a_file_without_any_text_has_no_mean(model: tuple[str, str]) -> None:
    Path("in.csv").write_text("id,review\n1,\n2,\n")
    asked = ("--input", "in.csv", "--text-column", "review", "--output", "o.csv")
    done = lstm("predict", *asked, *model)
    assert done.exit_code == 0, done.stderr
    assert "0 reviews rated, written to o.csv\n" in done.stderr
    assert "mean rating of no review: no row has text\n" in done.stderr
    assert len(Path("o.csv").read_text().splitlines()) == 3


def test_the_commonest_reason_is_said(model: tuple[str, str]) -> None:
    """Of two reasons that are as common, the one that says more, in every process the same."""
    Path("in.csv").write_text(f"review\nплохой фильм\nужасно\n{FOREIGN}\nsuperb!\n")
    done = lstm("predict", "--input", "in.csv", "--output", "o.csv", *model)
    assert "careful: 3 rows have a warning (no known word)\n" in done.stderr
    Path("in.csv").write_text("review\nплохой фильм\nужасно\n?!\n")
    done = lstm("predict", "--input", "in.csv", "--output", "p.csv", *model)
    assert "careful: 3 rows have a warning (2: letters of another script)\n" in done.stderr


def test_a_file_with_nothing_to_doubt_has_an_empty_column(model: tuple[str, str]) -> None:
    """A writer of windows cannot know it before the last row."""
    Path("in.csv").write_text("review\nsuperb!\n")
    done = lstm("predict", "--input", "in.csv", "--output", "o.csv", *model)
    assert Path("o.csv").read_text().splitlines()[0].endswith(",confidence,warning")
    assert Path("o.csv").read_text().splitlines()[1].endswith(",")
    assert "careful" not in done.stderr


def test_many_texts_are_doubted_as_each_of_them_is(tiny_bundle: Bundle) -> None:
    """What ids rule out is never what a look at the words would have found."""
    predictor = Predictor(tiny_bundle, tiny_bundle.vocabulary)
    rng = np.random.default_rng(0)
    words = [*" ".join((*PRAISE, *BLAME)).split(), "qwrt", "zxcv", "плохо", "!", "?!", "1", ""]
    texts = [" ".join(rng.choice(words, size)) for size in rng.integers(0, 9, 300)]
    texts += ["a fine film " * 30, FOREIGN, "?!", "", "\u200b"]
    corpus = Corpus.encoded(texts, tiny_bundle.vocabulary, tiny_bundle.info.token_pattern)
    found = Doubter(predictor, tiny_bundle.vocabulary).warnings(texts, corpus)
    assert found == [predictor.warnings(text) for text in texts]
    assert 0 < sum(map(bool, found)) < len(texts)
    for text, warnings in zip(texts, found, strict=True):
        said = tuple(warning.sentence for warning in warnings)
        assert said == predictor.predict(text).warnings


def test_no_text_is_looked_at_word_by_word_that_ids_rule_out(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is what makes it free."""
    predictor = Predictor(tiny_bundle, tiny_bundle.vocabulary)
    looked_at: list[str] = []
    look = predictor.warnings

    def noted(text: str) -> tuple:  # type: ignore[type-arg]
        looked_at.append(text)
        return look(text)

    monkeypatch.setattr(predictor, "warnings", noted)
    texts = [*PRAISE, FOREIGN, *BLAME, ""]
    corpus = Corpus.encoded(texts, tiny_bundle.vocabulary, tiny_bundle.info.token_pattern)
    Doubter(predictor, tiny_bundle.vocabulary).warnings(texts, corpus)
    assert looked_at == [FOREIGN, ""]


def test_a_cascade_warns_of_the_same_rows(source: Path, model: tuple[str, str]) -> None:
    lstm("predict", "--input", source, "--output", "plain.jsonl", *model)
    lstm("predict", "--input", source, "--output", "fast.jsonl", "--fast", "--agree", 0.5, *model)
    plain, fast = (
        [json.loads(line)["warning"] for line in Path(name).read_text().splitlines()]
        for name in ("plain.jsonl", "fast.jsonl")
    )
    assert plain == fast


# The text that comes out


def test_a_text_comes_back_in_its_own_style(source: Path, model: tuple[str, str]) -> None:
    """Mark, delimiter, line ends and decimal commas: what opened it opens it again."""
    done = lstm("predict", "--input", source, "--output", "o.csv", *model)
    content = Path("o.csv").read_bytes().decode()
    assert content.startswith("\ufeffid;review;paid;predicted_rating;expected_rating;")
    assert content.count("\r\n") == content.count("\n") == 5
    rows = list(csv.DictReader(io.StringIO(content[1:]), delimiter=";"))
    assert [tuple(row.values())[:3] for row in rows] == ROWS
    assert all("," in row["expected_rating"] and "," in row["confidence"] for row in rows)
    assert "numbers are written with a decimal comma, as in the file\n" in done.stderr


def test_a_text_with_points_keeps_points(model: tuple[str, str]) -> None:
    Path("in.csv").write_bytes(b"review;paid\r\nsuperb!;9.50\r\n")
    done = lstm("predict", "--input", "in.csv", "--output", "o.csv", *model)
    content = Path("o.csv").read_bytes()
    assert b"\r\nsuperb!;9.50;5;4." in content
    assert "comma" not in done.stderr


def test_another_encoding_becomes_utf8(model: tuple[str, str]) -> None:
    Path("in.csv").write_bytes("review;who\r\nsuperb!;Jürgen\r\n".encode("cp1252"))
    lstm("predict", "--input", "in.csv", "--encoding", "cp1252", "--output", "o.csv", *model)
    assert "\r\nsuperb!;Jürgen;5;4," in Path("o.csv").read_bytes().decode("utf-8")


def test_each_rating_gets_a_column(source: Path, model: tuple[str, str]) -> None:
    lstm("predict", "--input", source, "--output", "o.parquet", "--probabilities", *model)
    rated = pl.read_parquet("o.parquet")
    assert rated.columns == [
        "id", "review", "paid", "predicted_rating", "expected_rating", "confidence", "p(1)",
        "p(5)", "warning",
    ]  # fmt: skip
    total = rated.select(pl.sum_horizontal("p(1)", "p(5)"))["p(1)"]
    assert total.to_list() == pytest.approx([1] * 4, abs=2e-4)
    expected = rated["p(1)"] + 5 * rated["p(5)"]
    assert rated["expected_rating"].to_list() == pytest.approx(expected.to_list(), abs=1e-3)


def test_the_summary_says_which_column_to_average(source: Path, model: tuple[str, str]) -> None:
    """The mean of what is most probable was 4.22 where 4.07 was true, and 4.08 was expected."""
    done = lstm("predict", "--input", source.name, "--output", "o.parquet", *model)
    rated = pl.read_parquet("o.parquet").filter(pl.col("review").fill_null("") != "")
    expected, predicted = rated["expected_rating"].mean(), rated["predicted_rating"].mean()
    assert (
        f"mean rating {expected:.2f}: average expected_rating, not predicted_rating "
        f"({predicted:.2f})\n"
    ) in done.stderr
    assert "each with an interval: lstm report FILE\n" in done.stderr
    assert all(len(line) <= 80 for line in done.stderr.splitlines())


def test_of_words_the_mean_is_a_place(tiny_bundle: Bundle) -> None:
    """Nothing there could be averaged but places on their scale."""
    worded = replace(tiny_bundle.info, labels=("bad", "good"), ratings=(1.0, 2.0))
    summary = FileSummary(("bad", "good"), num_rows=2, sum_expected=3.5, sum_predicted=4.0)
    assert mean_line(worded, summary) == "1.75 of 2 places, by expected_rating"


def test_json_keeps_the_other_cells(source: Path, model: tuple[str, str]) -> None:
    """Flat they would meet the names of what is predicted."""
    done = lstm("predict", "--input", source, "--json", *model)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["superb!", FOREIGN, "", "awful! dull"]
    assert [row["row"] for row in rows][:2] == [
        {"id": "1", "paid": "9,50"},
        {"id": "2", "paid": "8,00"},
    ]
    Path("in.csv").write_text("review\nsuperb!\n")
    [only] = lstm("predict", "--input", "in.csv", "--json", *model).stdout.splitlines()
    assert json.loads(only)["row"] == {}


def test_joined_columns_stay_in_the_row(model: tuple[str, str]) -> None:
    Path("in.csv").write_text("title,body\nsuperb,a fine film\n")
    joined = ("--text-column", "title", "--text-column", "body")
    done = lstm("predict", "--input", "in.csv", "--json", *joined, *model)
    assert json.loads(done.stdout)["text"] == "superb. a fine film"
    assert json.loads(done.stdout)["row"] == {"title": "superb", "body": "a fine film"}


def test_an_output_gives_way_only_if_that_was_said(source: Path, model: tuple[str, str]) -> None:
    Path("o.csv").write_text("before")
    asked = ("--input", source, "--output", "o.csv", *model)
    assert refused(*asked) == "lstm: o.csv exists already; name another file, or give --replace"
    assert Path("o.csv").read_text() == "before"
    assert lstm("predict", *asked, "--replace").exit_code == 0
    assert Path("o.csv").read_text("utf-8-sig").startswith("id;review;paid;predicted_rating")
    assert (
        lstm("predict", "--input", source, "--output", source, "--replace", *model).exit_code == 0
    )
    assert b"predicted_rating" in source.read_bytes()


@pytest.mark.parametrize(
    ("above", "below"), [("Guests of May\n\n", ""), ("", "Total,,36\n")], ids=["title", "total"]
)
def test_a_file_gives_way_to_its_rows_only_if_it_is_all_rows(
    model: tuple[str, str], above: str, below: str
) -> None:
    """What stands above or below its table would be in no row that comes out."""
    rows = "".join(f"Quay,a fine film {k},{k % 5}\n" for k in range(12))
    table = f"hotel,review,stars\n{rows}"
    for content, is_lost in ((table, False), (above + table + below, True)):
        Path("in.csv").write_text(content)
        done = lstm("predict", "--input", "in.csv", "--output", "in.csv", "--replace", *model)
        assert done.exit_code == (2 if is_lost else 0), done.stderr
        if is_lost:
            said = "in.csv is read, and would be left as it was understood (1 line "
            assert said in done.stderr
            assert Path("in.csv").read_text() == content


@pytest.mark.parametrize(
    ("source", "output", "said"),
    [
        ("book.xlsx", "book.xlsx", "would keep the rated rows alone"),
        ("stays", "stays/a.csv", "would hold the rows of every file that is read"),
        ("stays/*.csv", "stays/b.csv", "would hold the rows of every file that is read"),
    ],
)
def test_what_is_read_is_not_replaced_by_less_or_by_others(
    model: tuple[str, str], source: str, output: str, said: str
) -> None:
    Path("stays").mkdir()
    rows = pl.DataFrame({"review": ["superb!", "awful!"], "stay": ["May", "June"]})
    for name in ("stays/a.csv", "stays/b.csv"):
        rows.write_csv(name)
    rows.write_excel("book.xlsx")
    before = Path(output).read_bytes()
    line = refused("--input", source, "--output", output, "--replace", *model)
    assert line == f"lstm: {output} is read, and {said}; name another file"
    assert Path(output).read_bytes() == before
    beside = output.replace(".", "-rated.")
    done = lstm("predict", "--input", source, "--output", beside, *model)
    assert done.exit_code == 0, done.stderr


def test_a_shard_does_not_replace_the_file_that_it_is_of(
    source: Path, model: tuple[str, str]
) -> None:
    before = source.read_bytes()
    asked = ("--input", source.as_uri(), "--output", source, "--replace", "--shard", "1/2")
    assert "is read, and would keep the rows of one shard alone" in refused(*asked, *model)
    assert source.read_bytes() == before


def test_a_refused_file_leaves_the_old_one(model: tuple[str, str]) -> None:
    """It is replaced when all rows are there, not before."""
    long = pl.DataFrame({"review": ["superb!", "x" * 40_000]})
    long.write_csv("in.csv")
    Path("o.xlsx").write_text("before")
    asked = ("--input", "in.csv", "--output", "o.xlsx", "--replace", *model)
    assert "40,000 letters" in refused(*asked)
    assert Path("o.xlsx").read_text() == "before"


# Workbooks


def sheet(name: str) -> list[tuple[object, ...]]:
    return read_table("o.xlsx", ReadOptions(sheet=name)).frame.rows()


def test_a_workbook_has_rows_shares_and_notes(
    source: Path, model: tuple[str, str], tiny_bundle: Bundle
) -> None:
    """A colleague who gets nothing else knows what it is and how far to believe it."""
    done = lstm("predict", "--input", source, "--output", "o.xlsx", "--probabilities", *model)
    assert done.exit_code == 0, done.stderr
    ratings = read_table("o.xlsx", ReadOptions(sheet="ratings")).frame
    assert ratings.height == 4
    assert ratings["expected_rating"].dtype == ratings["p(5)"].dtype == pl.Float64
    of_texts = ratings.filter(pl.col("warning").fill_null("") != EMPTY)["predicted_rating"]
    counts = [of_texts.to_list().count(rating) for rating in (1, 5)]
    assert sheet("shares") == [(1, counts[0], counts[0] / 3), (5, counts[1], counts[1] / 3)]
    notes = dict(sheet("notes"))
    assert list(notes) == [
        "reviews", "date", "model", "learned from", "how good", "mean rating", "shares",
        "warnings", "rows without text", "column predicted_rating", "column expected_rating",
        "column confidence", "column p(1)", "column p(5)", "column warning",
    ]  # fmt: skip
    assert notes["reviews"] == f"4 rows of {source}"
    assert str(notes["model"]).startswith("lstm, an LSTM made on 2")
    assert notes["learned from"] == "60 reviews of lstm.csv"
    low, high = (100 * end for end in tiny_bundle.info.scores["accuracy_interval"])
    reached = 100 * tiny_bundle.info.scores["accuracy"]
    assert str(notes["how good"]).startswith(
        f"{reached:.1f} % of 120 held-out reviews rated exactly as their writers did "
        f"(95 % interval {low:.1f} to {high:.1f} %), on average "
    )
    assert notes["warnings"] == "2 rows have a warning (1: no text; 1: no known word)"
    assert notes["column p(5)"] == "the probability of the rating 5"


def test_a_workbook_is_read_again_by_its_rows(source: Path, model: tuple[str, str]) -> None:
    lstm("predict", "--input", source, "--output", "o.xlsx", *model)
    assert read_table("o.xlsx").frame.columns[:3] == ["id", "review", "paid"]


# The worst


def test_the_lowest_come_first_and_are_believed(source: Path, model: tuple[str, str]) -> None:
    """Neither praise, an empty text nor one in French is a surely low review."""
    plain = lstm("predict", "--input", source, "--json", *model).stdout.splitlines()
    warned = json.loads(plain[1])["expected_rating"] < 3
    done = lstm("-q", "predict", "--input", source, "--worst", 2, *model)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "the surest low review, the words that lower it most in brackets"
    assert lines[1].startswith("line 5: 1 (expected 1.")
    assert lines[2].strip() in ("[awful]! [dull]", "[awful]! dull", "awful! [dull]")
    assert len(lines) == 4 - (not warned)
    assert lines[3:] == ["left out: 1 low row has a warning"] * warned
    assert not Path("o.csv").exists()


def test_the_lowest_stand_before_the_least_certain(source: Path, model: tuple[str, str]) -> None:
    """They were asked for."""
    asked = ("predict", "--input", source, "--output", "o.csv", "--worst", 2, *model)
    done = lstm(*asked)
    assert done.exit_code == 0, done.stderr
    assert done.output.index("surest low review") < done.output.index("least certain")


def test_the_worst_as_json_beside_the_rows(source: Path, model: tuple[str, str]) -> None:
    done = lstm("predict", "--input", source, "--output", "o.csv", "--worst", 1, "--json", *model)
    assert done.exit_code == 0, done.stderr
    [low] = map(json.loads, done.stdout.splitlines())
    assert list(low) == ["line", "text", "rating", "expected_rating", "confidence", "words"]
    assert (low["line"], low["text"], low["rating"]) == (5, "awful! dull", 1)
    assert all(low["text"][w["start"] : w["stop"]] == w["token"] for w in low["words"])
    assert all(word["contribution"] < 0 for word in low["words"])
    assert len(Path("o.csv").read_text().splitlines()) == 5


def test_the_lowest_of_many_windows_are_those_of_the_file(model: tuple[str, str]) -> None:
    texts = [f"{text} {k}" for k in range(700) for text in (*PRAISE, *BLAME)]
    pl.DataFrame({"review": texts}).write_csv("in.csv")
    lstm("predict", "--input", "in.csv", "--output", "o.csv", *model)
    done = lstm("predict", "--input", "in.csv", "--worst", 20, "--json", *model)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    rated = pl.read_csv("o.csv").with_row_index("line", 2)
    rated = rated.filter(pl.col("warning").is_null())
    lowest = rated.sort("expected_rating", maintain_order=True)["expected_rating"].head(20)
    assert [low["expected_rating"] for low in found] == lowest.to_list()
    by_line = dict(rated.select("line", "expected_rating").iter_rows())
    assert all(by_line[low["line"]] == low["expected_rating"] for low in found)


def test_a_file_without_believed_reviews_says_so(model: tuple[str, str]) -> None:
    Path("in.csv").write_text(f"review\n{FOREIGN}\n")
    done = lstm("predict", "--input", "in.csv", "--worst", 3, *model)
    assert done.stdout.splitlines()[0] == (
        "no review is surely low: none below the middle of the scale is believed"
    )


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_harmful_words_are_named_of_either_cell(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    predictor = Predictor(tiny_bundles[cell])
    text = "I hated every minute, cold and stupid"
    found = low_review(predictor, Low(1.0, 0.1, 0, text, "1"), line=7)
    assert (found.line, found.confidence) == (7, 0.9)
    assert 0 < len(found.words) <= 5
    assert [word.contribution for word in found.words] == sorted(
        w.contribution for w in found.words
    )


def test_a_word_that_is_not_bad_by_itself_is_not_to_blame(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``They`` and ``and`` once stood in brackets, for they came after an insult."""
    predictor = Predictor(tiny_bundle)

    def odds(text: str) -> float:
        low, high = predictor.predict(text).probabilities.values()
        return float(np.log((high + 1e-4) / (low + 1e-4)))

    def named(text: str) -> list[str]:
        words = low_review(predictor, Low(1.0, 0.1, 0, text, "1"), line=1).words
        return [word.token for word in words]

    text = "film cold every"
    falls = np.diff([odds(" ".join(text.split()[:num_words])) for num_words in range(4)])
    assert falls.max() < LEAST_SHARE * falls.min()  # each of the three does its share there
    assert odds("every") > odds("") > max(odds("film"), odds("cold")) + np.log(2)
    assert named(text) == ["film", "cold"]
    # Of a review without a word that is bad by itself, the worst there are.
    monkeypatch.setattr("lstm_cli.gates.worst.HALVED", -100.0)
    assert named(text) == ["film", "cold", "every"]


def test_marks_are_brackets_in_what_was_written() -> None:
    text = "The ROOM was Dirty\nand\x1b[31m cold"
    words = (HarmfulWord("dirty", -1.0, 13, 18), HarmfulWord("coold", -0.9, None, None))
    shown = marked(LowReview(1, text, "1", 1.0, 0.9, words))
    assert shown.plain == r"The ROOM was [Dirty] and\x1b[31m cold [coold]"


def test_a_long_review_is_shown_around_its_marks() -> None:
    before, after = "one two three four " * 30, " five six seven eight" * 30
    start = len(before)
    words = (HarmfulWord("dirty", -1.0, start, start + 5),)
    shown = marked(LowReview(1, before + "dirty" + after, "1", 1.0, 0.9, words))
    assert shown.plain == (
        "… two three four one two three four [dirty] five six seven eight five six seven …"
    )


def test_the_most_harmful_word_is_shown_wherever_it_stands() -> None:
    """An excerpt once had marks from the beginning on, and stopped before the strongest."""
    filler = "one two three four " * 5
    text = "".join(f"{word} {filler}" for word in ("walked", "and", "food", "said", "rude"))
    words = tuple(
        HarmfulWord(word, -contribution, start := text.index(word), start + len(word))
        for word, contribution in [("rude", 5.0), ("said", 4.0), ("walked", 3.0), ("food", 2.0)]
    )
    shown = marked(LowReview(1, text, "1", 1.0, 0.9, words)).plain
    order = [shown.index(f"[{word}]") for word in ("walked", "said", "rude")]
    assert order == sorted(order)
    assert "food" not in shown
    first = marked(LowReview(1, text, "1", 1.0, 0.9, words[:1])).plain
    assert first == "… two three four one two three four [rude] one two three four one two three …"


def test_tokens_are_found_where_they_stand() -> None:
    text = "It isn’t GOOD, İ said: baaaaad"
    tokens = ["it", "is", "n't", "good", ",", "i̇", "said", ":", "baaad"]
    spelled = [place and text[place.start : place.stop] for place in places_of(text, tokens)]
    assert spelled == ["It", "is", "n’t", "GOOD", ",", None, "said", ":", None]


# Options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("superb", "--worst", 3), "--worst: only with --input FILE"),
        (("superb", "--probabilities", "--safe-csv"), "--probabilities, --safe-csv: only with"),
        (("--input", "in.csv", "--replace"), "--replace goes with --output FILE"),
        (("--input", "in.csv", "--worst", 3, "--output", "-"), "name a file with --output"),
        (("--input", "in.csv", "--json", "--output", "o.csv"), "leave out --output"),
        (("--input", "in.csv", "--json", "--probabilities"), "--probabilities: only with rows"),
    ],
)
def test_options_that_do_not_go_together(
    source: Path, options: tuple[object, ...], said: str
) -> None:
    assert said in refused(*options)


def test_a_column_of_the_file_is_never_overwritten(model: tuple[str, str]) -> None:
    Path("in.csv").write_text("review,warning,p(5)\nsuperb!,mine,x\n")
    asked = ("--input", "in.csv", "--output", "o.csv", *model)
    assert refused(*asked) == (
        "lstm: in.csv: has warning already; rename them first, so that nothing is overwritten"
    )
    assert "has p(5), warning already" in refused(*asked, "--probabilities")
