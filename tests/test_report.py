"""``lstm report``: what people rated, what the model rates, and how sure each figure is."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import read_table
from tests.helpers import BLAME, PRAISE, lstm

FIELDS = ("hotel", "month", "review", "rating")


def write(path: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([FIELDS, *rows])
    return path


@pytest.fixture
def stays(tmp_path: Path) -> Path:
    """Two hotels in four months; the reviews of Quay get worse, and nobody rated the last."""
    rows = []
    for month in range(4):
        for k in range(10):
            good, bad = PRAISE[k % len(PRAISE)], BLAME[k % len(BLAME)]
            for hotel in ("Quay", "Hill"):
                is_bad = k < (2 if hotel == "Hill" or month < 2 else 9)
                text = f"{bad if is_bad else good} {100 * month + k}"
                rating = "" if month == 3 else ("1" if is_bad else "5")
                rows.append((hotel, f"2025-0{month + 1}", text, rating))
    return write(tmp_path / "stays.csv", rows)


def reported(model: Bundle, *arguments: object) -> dict[str, object]:
    done = lstm("report", *arguments, "--model", model.path, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_ratings_of_people_are_counted_and_the_others_are_rated(
    stays: Path, tiny_bundle: Bundle
) -> None:
    found = reported(tiny_bundle, stays, "--by", "hotel", "--over", "month")
    assert (found["reviews"], found["rated"], found["empty"]) == (80, 60, 0)
    cells = {(cell["group"], cell["period"]): cell for cell in found["cells"]}
    assert len(cells) == 15  # all, two hotels, four months, and each in each
    assert cells["Quay", "2025-01"]["counted"] == {"1": 0.2, "5": 0.8}
    early, late = cells["Quay", "2025-01"]["low"], cells["Quay", "2025-03"]["low"]
    assert early["low"] < 0.2 < early["high"]
    assert late["low"] < 0.9 < late["high"]
    for cell in found["cells"]:
        assert sum(share["value"] for share in cell["shares"].values()) == pytest.approx(1)
        assert cell["mean"]["low"] <= cell["mean"]["value"] <= cell["mean"]["high"]


def test_what_rose_is_said_and_what_did_not_is_not(stays: Path, tiny_bundle: Bundle) -> None:
    found = reported(tiny_bundle, stays, "--by", "hotel", "--over", "month")
    said = " ".join(found["findings"])
    assert "Quay, 2025-03 to 2025-04 against 2025-01 to 2025-02: the mean rating fell by" in said
    assert "cannot tell whether the ratings of Hill changed over time." in said


def test_periods_without_an_order_in_time_are_not_compared(
    stays: Path, tiny_bundle: Bundle
) -> None:
    done = lstm("report", stays, "--over", "hotel", "--model", tiny_bundle.path, "--json")
    assert done.exit_code == 0, done.stderr
    assert "'hotel' holds no dates that are understood ('Quay', 'Hill')" in done.stderr
    found = json.loads(done.stdout)
    assert [cell["period"] for cell in found["cells"]] == [None, "Hill", "Quay"]
    assert found["contrasts"] == []
    assert "against" not in " ".join(found["findings"])


def test_a_column_that_is_partly_dates_is_refused(tmp_path: Path, tiny_bundle: Bundle) -> None:
    whens = ["Jan-24"] * 4 + ["soon"] * 5
    rows = [("Quay", when, f"{PRAISE[0]} {k}", "") for k, when in enumerate(whens)]
    done = lstm(
        "-q", "report", write(tmp_path / "r.csv", rows), "--over", "month", "--model",
        tiny_bundle.path,
    )  # fmt: skip
    assert done.exit_code == 2
    assert "5 of 9 cells in column 'month' hold no date that is understood ('soon')" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_same_file_gives_the_same_report(stays: Path, tiny_bundle: Bundle) -> None:
    assert reported(tiny_bundle, stays) == reported(tiny_bundle, stays)


def test_known_reviews_are_those_the_model_has_not_learned_from(
    tmp_path: Path, tiny_bundle: Bundle
) -> None:
    held_out = tiny_bundle.held_out_answers
    assert held_out is not None
    learned = [("", "", f"{PRAISE[0]} {k}", "5") for k in range(6)]
    others = [("", "", f"{PRAISE[0]} {k}", "5") for k in range(100, 103)]
    file = write(tmp_path / "some.csv", learned + others)
    assert reported(tiny_bundle, file)["known"] == len(held_out) + 3


def test_a_column_of_small_numbers_is_no_rating(tmp_path: Path, tiny_bundle: Bundle) -> None:
    file = tmp_path / "nights.csv"
    rows = [f"{text},{k % 5 + 1}" for k, text in enumerate(PRAISE + BLAME)]
    file.write_text("\n".join(["review,nights", *rows]) + "\n", encoding="utf-8")
    done = lstm("report", file, "--model", tiny_bundle.path)
    assert done.exit_code == 0, done.stderr
    assert "no ratings are used: the model rates all rows" in done.stderr


def test_rows_with_nothing_are_in_no_figure(tmp_path: Path, tiny_bundle: Bundle) -> None:
    rows = [("Quay", "", text, "") for text in PRAISE] + [("Quay", "", "", "")]
    rows += [("Quay", "", "", "1")]
    found = reported(tiny_bundle, write(tmp_path / "few.csv", rows), "--by", "hotel")
    assert (found["reviews"], found["rated"], found["empty"]) == (len(PRAISE) + 1, 1, 1)


def test_a_workbook_holds_rows_shares_changes_and_notes(
    stays: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    book, page = tmp_path / "out.xlsx", tmp_path / "out.html"
    options = ("--by", "hotel", "--over", "month", "--output", book, "--html", page)
    done = lstm("report", stays, "--model", tiny_bundle.path, *options)
    assert done.exit_code == 0, done.stderr
    names = ["findings", "summary", "low ratings by period", "mean by period", "shares", "changes"]
    names += ["ratings", "notes"]
    assert CalamineWorkbook.from_path(book).sheet_names == names
    sheets = {name: read_table(str(book), ReadOptions(sheet=name)).frame for name in names}
    rows = sheets["ratings"]
    assert rows.columns == [*FIELDS, "rated_by", "rating_used", "expected_rating"]
    assert rows["rated_by"].to_list()[-20:] == ["model"] * 20
    assert rows.height == 80
    assert sheets["shares"].height == 15
    assert sheets["summary"]["group"].to_list() == ["(all)", "Hill", "Quay"]
    by_period = sheets["low ratings by period"]
    months = [f"2025-0{month}" for month in range(1, 5)]
    behind = [month + end for month in months for end in ("_from", "_to", "_reviews")]
    assert by_period.columns == ["group", *months, *behind]
    assert by_period["2025-01_reviews"].to_list() == [20, 10, 10]
    assert by_period["2025-01"].to_list() == [0.2, 0.2, 0.2]
    assert "<title>Ratings of " in page.read_text(encoding="utf-8")
    again = lstm("report", stays, "--model", tiny_bundle.path, *options)
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert lstm("report", stays, "--model", tiny_bundle.path, *options, "--replace").exit_code == 0


@pytest.mark.parametrize("name", ["stays.csv", "stays.html"])
def test_a_report_never_replaces_the_reviews(stays: Path, tiny_bundle: Bundle, name: str) -> None:
    """Sixty reviews were once a table of shares."""
    read = stays.rename(name)
    before = read.read_bytes()
    option = "--html" if name.endswith("html") else "--output"
    asked = ("--by", "hotel", option, name, "--replace", "--model", tiny_bundle.path)
    done = lstm("-q", "report", read, *asked)
    assert done.exit_code == 2
    assert done.stderr == (
        f"lstm: {name} is read, and would keep the report alone; name another file\n"
    )
    assert read.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--by", "hotle"), "did you mean `hotel`?"),
        (("--by", "hotel", "--by", "month"), "--by is given 2 times: one column at a time"),
        (("--over", "hotel", "--over", "month"), "--over is given 2 times: one column at a time"),
        (("--every", "month"), "--every goes with --over COLUMN"),
        (("--low", "5"), "--low 5: choose a rating below the highest of 1, 5"),
        (("--over", "hotel", "--every", "week"), "column 'hotel' holds 'Quay', not dates"),
        (("--output", "report.png"), "the ending must say how to write"),
        (("--html", "report.png"), "a page is HTML"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_a_line(
    stays: Path, tiny_bundle: Bundle, options: tuple[str, ...], said: str
) -> None:
    done = lstm("-q", "report", stays, "--model", tiny_bundle.path, *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_lines_fit_a_terminal(stays: Path, tiny_bundle: Bundle) -> None:
    done = lstm(
        "-q", "report", stays, "--model", tiny_bundle.path, "--by", "hotel", "--over", "month",
        "--words", "--counted",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_ratings_that_people_gave_are_used_as_they_are(tmp_path: Path, tiny_bundle: Bundle) -> None:
    rows = [("Quay", "", f"{PRAISE[0]} {k}", "5") for k in range(5)]
    found = reported(tiny_bundle, write(tmp_path / "five.csv", rows))
    (cell,) = found["cells"]
    assert (cell["mean"]["value"], cell["low"]["value"]) == (5, 0)
    assert cell["mean"]["low"] < 4.9  # five reviews do not say that there is no other


def test_groups_that_do_not_differ_seldom_seem_to(tmp_path: Path, tiny_bundle: Bundle) -> None:
    """Each set has its own noise of sampling: shared, it would cancel in the difference."""
    rng = np.random.default_rng(0)
    rows = [
        (f"h{k % 40}", "", PRAISE[0], str(rng.choice([1, 5], p=[0.3, 0.7]))) for k in range(4_000)
    ]
    found = reported(tiny_bundle, write(tmp_path / "alike.csv", rows), "--by", "hotel")
    low = [one["change"] for one in found["contrasts"] if one["figure"] == "low"]
    sure = sum(change["low"] > 0 or change["high"] < 0 for change in low)
    assert len(low) == 40
    assert sure <= 5


def test_ratings_of_another_scale_are_refused_where_some_are_missing(
    tmp_path: Path, tiny_bundle: Bundle
) -> None:
    rows = [("Quay", "", PRAISE[0], str(k % 10 + 1) if k else "") for k in range(40)]
    done = lstm("-q", "report", write(tmp_path / "ten.csv", rows), "--model", tiny_bundle.path)
    assert done.exit_code == 2
    assert "the scale of the model is 1, 5, but column 'rating' holds" in done.stderr
    assert "or let the model rate all of them with --no-ratings" in done.stderr
    at = ("--model", tiny_bundle.path, "--no-ratings")
    found = json.loads(lstm("-q", "report", tmp_path / "ten.csv", *at, "--json").stdout)
    assert (found["ratings"], found["reviews"], found["rated"]) == (["1", "5"], 40, 0)
    both = lstm("report", tmp_path / "ten.csv", *at, "--rating-column", "rating")
    assert both.exit_code == 2
    words = lstm("report", write(tmp_path / "w.csv", [("Quay", "", PRAISE[0], "x stars")] * 9), *at)
    assert words.exit_code == 0, words.stderr


def test_where_people_rated_every_text_another_scale_is_reported_as_it_is(
    tmp_path: Path, tiny_bundle: Bundle
) -> None:
    """Then there is nothing for the model to rate; a text without a rating would need it."""
    texts = [*[""] * 10, *[PRAISE[0]] * 30]
    rows = [("Quay", "", text, str(k % 11)) for k, text in enumerate(texts)]
    file = write(tmp_path / "nps.csv", rows)
    at = ("--model", tiny_bundle.path)
    done = lstm("report", file, "--by", "hotel", *at, "--json")
    assert done.exit_code == 0, done.stderr
    assert (
        "40 are rated in 'rating'\n  people rated on 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, on which the"
        in (done.stderr)
    )
    found = json.loads(done.stdout)
    assert found["ratings"] == list(map(str, range(11)))
    assert (found["reviews"], found["rated"], found["known"]) == (40, 40, 0)
    mean = np.mean([k % 11 for k in range(40)])
    assert found["cells"][0]["mean"]["value"] == pytest.approx(mean)
    assert json.loads(lstm("report", file, *at, "--low", 6, "--json").stdout)["low_ratings"] == (
        list(map(str, range(7)))
    )
    page = tmp_path / "report.html"
    assert lstm("report", file, *at, "--html", page, "--output", tmp_path / "r.xlsx").exit_code == 0
    assert "Made by the model" not in page.read_text("utf-8")
    assert (
        "--words: lstm finds the words, and rates 1, 5"
        in lstm("report", file, *at, "--words").stderr
    )
    wrong = [*rows[:3], *[("Quay", "", PRAISE[0], str(1 + 4 * (k % 2))) for k in range(40)]]
    typing_errors = write(tmp_path / "wrong.csv", [*wrong, *[("Quay", "", PRAISE[0], "55")] * 5])
    assert "the scale of the model is 1, 5" in lstm("-q", "report", typing_errors, *at).stderr
    unrated = write(tmp_path / "more.csv", [*rows, ("Quay", "", PRAISE[1], "")])
    assert "the scale of the model is 1, 5" in lstm("-q", "report", unrated, *at).stderr


def test_no_group_s_name_is_run_by_a_spreadsheet(tmp_path: Path, tiny_bundle: Bundle) -> None:
    """The file of figures is made to be opened by one; other formats run nothing."""
    file = write(tmp_path / "in.csv", [("=1+1", "", text, "") for text in PRAISE])
    made = {}
    for ending in ("csv", "tsv", "jsonl"):
        target = tmp_path / f"out.{ending}"
        options = ("--by", "hotel", "--output", target, "--model", tiny_bundle.path)
        assert lstm("-q", "report", file, *options).exit_code == 0
        made[ending] = target.read_text("utf-8")
    assert [line.split(",")[0] for line in made["csv"].splitlines()] == ["group", "(all)", "'=1+1"]
    assert "\n'=1+1\t" in made["tsv"]
    assert '"group":"=1+1"' in made["jsonl"].replace(": ", ":")


def test_a_name_with_blanks_and_no_quotes_is_told_to_have_some(stays: Path) -> None:
    """Else the second word is an argument that nobody expects."""
    for order in ((stays, "--over", "stay", "month"), ("--over", "stay", "month", stays)):
        done = lstm("report", *order)
        assert done.exit_code == 2
        assert done.stderr.endswith('; a name with blanks needs quotes: --over "stay month"\n')
    assert f"argument(s) ({stays}); see lstm report" in lstm("report", stays, stays).stderr


def test_columns_of_the_file_stay_beside_those_that_are_added(
    tmp_path: Path, tiny_bundle: Bundle
) -> None:
    file, book = tmp_path / "in.csv", tmp_path / "out.xlsx"
    file.write_text(f"review,expected_rating\n{PRAISE[0]},mine\n", encoding="utf-8")
    done = lstm("report", file, "--model", tiny_bundle.path, "--output", book)
    assert done.exit_code == 0, done.stderr
    rows = read_table(str(book), ReadOptions(sheet="ratings")).frame
    assert rows["expected_rating"].to_list() == ["mine"]
    assert "expected_rating (report)" in rows.columns
