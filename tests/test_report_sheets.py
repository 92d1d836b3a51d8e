"""The tables of a report: every number as it is in the report, and as a number."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import read_table
from lstm_cli.data.workbooks.sheets import PERCENT_TENTHS, TWO_DECIMALS, WHOLE
from lstm_cli.data.workbooks.workbook_output import write_sheets
from lstm_cli.results import Quote
from lstm_cli.views.report_sheets import (
    changes_frame,
    notes_frame,
    periods_frame,
    report_sheets,
    shares_frame,
    words_frame,
)
from lstm_cli.views.report_words import LONGEST_QUOTE, low_name, marked
from tests.reports import contrast, report, words_of

SHARES = [f"share_{rating}{end}" for rating in "12345" for end in ("", "_from", "_to")]


EVERY = ["summary", "low ratings by period", "mean by period", "shares", "changes", "words",
         "ratings", "notes"]  # fmt: skip


def test_a_row_of_shares_is_a_cell() -> None:
    made = report()
    frame = shares_frame(made)
    assert frame.columns == [
        "group", "period", "reviews", "rated_by_people", "mean", "mean_from", "mean_to",
        "low_share", "low_from", "low_to", *SHARES,
    ]  # fmt: skip
    assert frame.height == len(made.cells) == 1 + 3 + 3 + 8
    for row, cell in zip(frame.iter_rows(named=True), made.cells, strict=True):
        assert (row["group"], row["period"]) == (cell.group or "(all)", cell.period or "(all)")
        assert (row["reviews"], row["rated_by_people"]) == (cell.reviews, cell.rated)
        assert (row["mean"], row["mean_from"], row["mean_to"]) == tuple(vars(cell.mean).values())
        assert (row["low_share"], row["low_from"], row["low_to"]) == tuple(vars(cell.low).values())
        for rating, estimate in cell.shares.items():
            found = [row[f"share_{rating}{end}"] for end in ("", "_from", "_to")]
            assert found == list(vars(estimate).values())


def test_counted_ratings_are_shown_only_if_asked() -> None:
    """They are biased: whoever sees both will take the wrong one."""
    plain, both = (shares_frame(report(), with_counted=asked) for asked in (False, True))
    assert set(both.columns) - set(plain.columns) == {
        "counted_mean",
        *(f"counted_{rating}" for rating in "12345"),
    }
    assert both.row(0, named=True)["counted_1"] == 0.05
    assert both.row(0, named=True)["counted_mean"] == 4.15


def test_a_row_of_changes_is_a_pair() -> None:
    """Points of rating and percentages are in columns of their own, which a format needs."""
    frame = changes_frame(
        report(
            contrasts=(
                contrast("Airport", "low", (0.043, 0.012, 0.076)),
                contrast("Airport", "mean", (-0.1, -0.3, 0.1)),
                contrast(None, "low", (0.01, -0.02, 0.04)),
            )
        )
    )
    assert frame.select("what", "group", "first", "second").rows() == [
        ("later against earlier", "Airport", "2025-01 to 2025-06", "2025-07 to 2025-12"),
        ("later against earlier", "(all)", "2025-01 to 2025-06", "2025-07 to 2025-12"),
    ]
    airport, together = frame.iter_rows(named=True)
    ends = ("", "_from", "_to")
    assert [airport[f"low_share_difference{end}"] for end in ends] == [0.043, 0.012, 0.076]
    assert [airport[f"mean_first{end}"] for end in ends] == [4.0, 3.8, 4.2]
    assert (airport["low_share_is_sure"], airport["mean_is_sure"]) == (True, False)
    assert (together["mean_difference"], together["mean_is_sure"]) == (None, None)


def test_a_row_of_words_has_three_reviews_in_which_it_is_marked() -> None:
    frame = words_frame(report(words=(words_of("Airport"), words_of("Harbour"))))
    assert frame.select("group", "it", "term").rows()[:3] == [
        ("Airport", "lowers", "dirty"),
        ("Airport", "lowers", "lift was slow"),
        ("Airport", "raises", "so kind"),
    ]
    first = frame.row(0, named=True)
    assert (first["effect"], first["reviews"], first["share"]) == (-0.082, 34, 0.12)
    assert (first["line_2"], first["said_with"]) == ("line 14", "room (2)")
    assert first["review_2"] == (
        "we found the room [dirty] and the lift was slow, but the people were so kind to us 2"
    )


def test_a_word_with_one_review_leaves_the_others_empty() -> None:
    group = words_of("Airport")
    term = replace(group.lowering[0], quotes=group.lowering[0].quotes[:1])
    row = words_frame(report(words=(replace(group, lowering=(term,)),))).row(0, named=True)
    assert row["review_1"] is not None
    assert (row["line_2"], row["review_2"], row["line_3"], row["review_3"]) == (None,) * 4


def test_the_notes_say_what_the_columns_are_and_how_to_read_them() -> None:
    made = report(words=(words_of("Airport"),))
    notes = dict(notes_frame(made, [("date", "rated on 2026-01-02")]).iter_rows())
    assert next(iter(notes)) == "date"
    assert notes["model of the report"] == "hotels"
    people = f"{made.rated:,} rated by people, {made.reviews - made.rated:,} by the model"
    assert notes["reviews"] == f"{made.reviews:,}: {people}"
    assert notes["rows in no figure"] == "2, which have neither text nor rating"
    assert notes["column low_share"] == "the share of 1 or 2"
    assert "212 reviews with known ratings" in notes["why predicted ratings are not just counted"]


def test_notes_of_ratings_that_people_gave_speak_of_no_model_that_errs() -> None:
    made = report((), ())
    notes = dict(notes_frame(replace(made, rated=made.reviews, empty=0)).iter_rows())
    assert notes["reviews"].endswith("all rated by people")
    assert "model errs" not in notes["interval"]
    assert not {"why predicted ratings are not just counted", "column group"} & set(notes)
    assert "rows in no figure" not in notes


def test_words_as_ratings_are_places() -> None:
    made = replace(report(), ratings=("bad", "fair", "good"), low_ratings=("bad",), has_places=True)
    notes = dict(notes_frame(made).iter_rows())
    assert notes["mean rating"].endswith("a place on their scale: 1 is bad, 3 is good.")
    assert low_name(made) == "bad"
    assert low_name(replace(made, low_ratings=("bad", "fair", "good"))) == "bad, fair or good"


def test_a_workbook_has_a_sheet_for_all_there_is() -> None:
    rows = pl.DataFrame({"review": ["a"], "expected_rating": [4.1], "p(1)": [0.2]})
    made = report(
        contrasts=(contrast("Airport", "low", (0.1, 0.0, 0.2)),), words=(words_of("Airport"),)
    )
    sheets = {sheet.name: sheet for sheet in report_sheets(made, (), rows)}
    assert list(sheets) == EVERY
    rated = sheets["ratings"].formats
    assert (rated["p(1)"], rated["expected_rating"]) == (PERCENT_TENTHS, TWO_DECIMALS)
    formats = sheets["shares"].formats
    assert (formats["reviews"], formats["mean_to"]) == (WHOLE, TWO_DECIMALS)
    assert {formats[name] for name in (*SHARES, "low_share", "low_from")} == {PERCENT_TENTHS}
    changes = sheets["changes"].formats
    assert (changes["mean_difference"], changes["low_share_difference"]) == (
        TWO_DECIMALS,
        PERCENT_TENTHS,
    )
    assert [sheet.name for sheet in report_sheets(report(periods=()))] == [
        "summary", "shares", "notes",
    ]  # fmt: skip


def test_the_workbook_opens_with_numbers_as_numbers(tmp_path: Path) -> None:
    made = report(words=(words_of("Airport"),))
    write_sheets(report_sheets(made, facts=[("date", "today")]), str(tmp_path / "report.xlsx"))
    for name, frame in (("shares", shares_frame(made)), ("words", words_frame(made))):
        read = read_table(str(tmp_path / "report.xlsx"), ReadOptions(sheet=name)).frame
        assert read.columns == frame.columns
        first, expected = read.row(0), frame.row(0)
        assert [type(value) is str for value in first] == [type(v) is str for v in expected]
        numbers = [value for value in expected if type(value) is not str]
        assert [v for v in first if type(v) is not str] == pytest.approx(numbers)


def test_a_sheet_by_period_has_the_figures_and_behind_them_what_they_are_of() -> None:
    """Side by side they make a chart; none stands without its interval and its reviews."""
    made = report(groups=("Airport",), periods=("2025-01", "2025-02"))
    for figure in ("low", "mean"):
        frame = periods_frame(made, figure)
        assert frame.columns == [
            "group", "2025-01", "2025-02", "2025-01_from", "2025-01_to", "2025-01_reviews",
            "2025-02_from", "2025-02_to", "2025-02_reviews",
        ]  # fmt: skip
        assert frame["group"].to_list() == ["(all)", "Airport"]
        found = {(cell.group or "(all)", cell.period): cell for cell in made.cells}
        for row in frame.iter_rows(named=True):
            for period in ("2025-01", "2025-02"):
                cell = found[row["group"], period]
                assert row[f"{period}_reviews"] == cell.reviews
                ends = [row[period + end] for end in ("", "_from", "_to")]
                assert ends == list(vars(getattr(cell, figure)).values())
    assert periods_frame(report(periods=()), "mean").height == 0


def test_periods_may_be_called_anything() -> None:
    made = report(groups=("a",), periods=("x", "x_from", "group"))
    assert len(set(periods_frame(made, "mean").columns)) == 1 + 4 * 3


def test_sentences_are_wrapped_and_not_cut(tmp_path: Path) -> None:
    """A column of 100 digits, and every cell on as many lines as it needs."""
    target = tmp_path / "report.xlsx"
    sheets = report_sheets(report(), ["A long sentence. " * 20])
    write_sheets(sheets, str(target))
    with zipfile.ZipFile(target) as book:
        styles = book.read("xl/styles.xml").decode()
        shown = [book.read(f"xl/worksheets/sheet{k + 1}.xml").decode() for k in range(len(sheets))]
    cells = re.search(r"<cellXfs.*?</cellXfs>", styles, re.DOTALL)
    assert cells is not None
    are_wrapped = ['wrapText="1"' in one for one in re.findall(r"<xf .*?(?:/>|</xf>)", cells[0])]
    for name, column in (("findings", "A"), ("notes", "B")):
        page = shown[[sheet.name for sheet in sheets].index(name)]
        place = "AB".index(column) + 1
        width = re.search(rf'<col min="{place}" max="{place}" width="([0-9.]+)"', page)
        assert width is not None
        assert float(width[1]) >= 100
        style = re.search(rf'<c r="{column}2" s="([0-9]+)"', page)
        assert style is not None
        assert are_wrapped[int(style[1])]


def test_the_notes_explain_an_interval_of_this_very_report() -> None:
    made = report()
    low = made.whole.low
    shown = f"“{100 * low.low:.1f} to {100 * low.high:.1f} %”, of 1 or 2 among all these reviews"
    notes = dict(notes_frame(made).iter_rows())
    assert notes["interval"].startswith(shown)


def test_words_of_a_single_group_are_nowhere_else() -> None:
    alone = replace(words_of("Airport"), others=0)
    assert words_frame(report(words=(alone,)))["share_elsewhere"].null_count() == 3
    notes = dict(notes_frame(report(words=(alone,))).iter_rows())
    assert "others" not in notes["words"]


def test_ratings_named_like_others_do_not_meet() -> None:
    """A scale of words may hold any word."""
    made = report((), ())
    cell = made.whole
    odd = ("mean", "low", "from")
    shares = dict(zip(odd, cell.shares.values(), strict=False))
    made = replace(made, ratings=odd, low_ratings=("low",), cells=(replace(cell, shares=shares),))
    assert shares_frame(made).row(0, named=True)["share_low"] == shares["low"].value


def test_a_long_review_is_cut_around_the_term() -> None:
    text = "before " * 200 + "dirty" + " after" * 200
    first = text.index("dirty")
    pieces = marked(Quote(text, "9", ((first, first + 5),), 1.5))
    assert [piece.text for piece in pieces if piece.is_term] == ["dirty"]
    whole = "".join(piece.text for piece in pieces)
    assert whole.startswith("… before")
    assert whole.endswith("after …")
    assert len(whole) <= LONGEST_QUOTE + 4


def test_places_that_overlap_or_end_beyond_the_text_spoil_nothing() -> None:
    quote = Quote("so dirty a room", "9", ((3, 8), (5, 10), (12, 99)), 1.5)
    assert "".join(piece.text for piece in marked(quote)) == "so dirty a room"
