"""What stands above and below the table of a delimited text is skipped, and said."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.data.tables import open_table, read_table
from lstm_cli.errors import FileError
from tests.files import Read, refusal, rows, write_and_read

BODY = "good value for the price,5\nthe lid broke in a week,1\nit does what it should,4\n"
READ = [
    ("good value for the price", "5"),
    ("the lid broke in a week", "1"),
    ("it does what it should", "4"),
]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write some bytes to a file and read it."""
    return partial(write_and_read, tmp_path)


def test_the_lines_skipped_are_named(read: Read) -> None:
    table = read(f"Shop report\nCurrency:,USD\n\nreview,rating\n{BODY}")
    assert rows(table) == READ
    assert table.frame.columns == ["review", "rating"]
    assert table.notes == ("2 lines above the header skipped (lines 1-2: 'Shop report' ...)",)
    assert table.line_numbers([0, 2]).tolist() == [5, 7]


def test_the_delimiter_is_that_of_the_table(read: Read) -> None:
    table = read(f"Reviews, January, all shops\nreview;rating\n{BODY.replace(',', ';')}")
    assert (rows(table), table.delimiter) == (READ, ";")


def test_a_title_above_rows_without_a_header(read: Read) -> None:
    table = read(f"Reviews of May\n\n{BODY}")
    assert rows(table) == READ
    assert table.notes == (
        "1 line above the table skipped (line 1: 'Reviews of May')",
        "no header was found, so the columns are called column_1, column_2",
    )


def test_a_quoted_title_of_several_lines_with_a_stray_quote_in_it(read: Read) -> None:
    table = read(f'"Reviews, ""all"" of them\nin January"\n27" screens\nreview,rating\n{BODY}')
    assert rows(table) == READ
    assert table.line_numbers([0]).tolist() == [5]


def test_a_header_with_commas_and_newlines_below_a_title(read: Read) -> None:
    table = read(f'Report\n"What, in your words,\nwas good?","Rating, 1 to 5"\n{BODY}')
    assert table.frame.columns == ["What, in your words,\nwas good?", "Rating, 1 to 5"]
    assert rows(table) == READ


def test_excels_line_about_the_delimiter_and_a_title(read: Read) -> None:
    table = read("sep=;\nReport\nreview;rating\n" + BODY.replace(",", ";"))
    assert rows(table) == READ
    assert table.line_numbers([0]).tolist() == [4]


def test_names_in_two_rows_are_said(read: Read) -> None:
    body = "".join(f"{line},3\n" for line in BODY.splitlines())
    table = read(f"Report\nreview,ratings,\n,room,food\n{body}")
    assert table.frame.columns == ["review", "room", "food"]
    assert table.frame.height == 3
    assert "the names of the columns stand in lines 2 and 3" in table.notes


def test_how_a_survey_was_answered_is_skipped_and_said(read: Read) -> None:
    """Where both names are known, too: such a header is certain by itself."""
    for names in ("Anything else?,How was it?", "review,rating"):
        table = read(f"{names}\nOpen-Ended Response,Response\n{BODY}")
        assert (rows(table), table.frame.columns) == (READ, names.split(","))
        assert table.line_numbers([0, 2]).tolist() == [3, 5]
        assert table.notes == (
            "1 line below the header skipped (line 2: 'Open-Ended Response,Response')",
        )


def test_the_questions_of_a_survey_are_skipped_and_said(read: Read) -> None:
    asked = '"What was good,\nor bad?",How was it?\n'
    imported = '"{""ImportId"":""QID1"",""x"":1}","{""ImportId"":""QID2"",""x"":1}"\n'
    table = read(f"Q1,Q2\n{asked}{imported}{BODY}")
    assert (rows(table), table.frame.columns) == (READ, ["Q1", "Q2"])
    assert table.line_numbers([0]).tolist() == [5]
    assert table.notes == ("3 lines below the header skipped (lines 2-4: '\"What was good,' ...)",)


def test_broken_quotes_below_a_title_are_repaired_in_place(read: Read) -> None:
    table = read(f'Report\n\nreview,rating\n{BODY}"never closed,2\nso so,3\n\nTotal,15\n')
    assert [text for text, _ in rows(table)][3:] == ['"never closed', "so so"]
    assert table.line_numbers([3, 4]).tolist() == [7, 8]
    assert table.notes == (
        "1 line above the header skipped (line 1: 'Report')",
        "1 row with unbalanced quotes read as they stand (line 7)",
        "1 line below the table skipped (line 10: 'Total,15')",
    )


def test_a_short_first_row_is_a_row(read: Read) -> None:
    """It was taken for a table of one column by what reads it."""
    table = read(f"review,rating\nso so\n{BODY}")
    assert rows(table) == [("so so", None), *READ]
    assert rows(read(f"Report\n\nreview,rating\nso so\n{BODY}"))[0] == ("so so", None)


@pytest.mark.parametrize(
    ("below", "note"),
    [
        ("Total,10\n", "1 line below the table skipped (line 5: 'Total,10')"),
        ("Total,10\nAverage,3.3\n", "2 lines below the table skipped (lines 5-6: 'Total,10' ...)"),
        ("\n(3 rows)\n\n", "1 line below the table skipped (line 6: '(3 rows)')"),
        ("\nMade, by hand,\nGenerated by X, in May, for Y\n", None),
        ("\nGenerated by X, in May, for Y\n",
         "1 line below the table skipped (line 6: 'Generated by X, in May, for Y')"),
    ],
)  # fmt: skip
def test_what_is_below_is_skipped_and_said(read: Read, below: str, note: str | None) -> None:
    table = read(f"review,rating\n{BODY}{below}")
    assert rows(table)[:3] == READ
    if note is not None:
        assert len(rows(table)) == 3
        assert table.notes == (note,)


def test_a_last_review_that_could_be_totals_is_kept_and_said(read: Read) -> None:
    table = read(f"review,rating\n{BODY}Total,1\n")
    assert rows(table)[-1] == ("Total", "1")
    assert table.notes == ("line 5 ('Total,1') is read as a review, not as totals",)


def test_totals_between_reviews_are_reviews(read: Read) -> None:
    assert rows(read(f"review,rating\nAverage,3\n{BODY}"))[0] == ("Average", "3")


def test_a_quoted_review_that_ends_like_a_table_stays_whole(read: Read) -> None:
    table = read(f'review,rating\n{BODY}"It says\n\nTotal,4\n(2 rows)\n",3\n')
    assert rows(table)[-1] == ("It says\n\nTotal,4\n(2 rows)\n", "3")
    assert table.notes == ()


def test_windows_end_where_the_table_ends(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("Report\n\nreview,rating\n" + BODY * 300 + "\nTotal,3000\n")
    with open_table(str(path), rows=7) as opened:
        assert (opened.num_rows, sum(len(window) for window in opened.windows)) == (900, 900)


def test_texts_one_a_line_are_no_table_with_a_title(read: Read) -> None:
    lines = ["Good", "Well, it broke", "Nice, cheap, small", "review", "No, thanks", "5, at most"]
    table = read("\n".join(lines))
    assert [text for (text,) in rows(table)] == lines[1:]
    assert table.notes == ("line 1 ('Good') is taken for the name of the column",)


@pytest.mark.parametrize(
    ("above", "says"),
    [
        ("Report\nShop,Acme\nMeinung,Wertung\n", ("line 2 ('Shop, Acme')", "line 3")),
        ("Not so good.\n", ("line 1 ('Not so good.')", "line 2")),
        ("review\n", ("line 1 ('review')", "line 2")),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, above: str, says: tuple[str, str]) -> None:
    path = tmp_path / "doubtful.csv"
    path.write_text(above + BODY)
    message = refusal(str(path))
    assert all(part in message for part in says)
    assert "delete what stands above the table, and call its columns review and rating" in message
    path.write_text(f"review,rating\n{BODY}")
    assert rows(read_table(str(path))) == READ


# By construction


WORDS = ["kettle", "lid", "broke", "after", "week", "good", "value", "would", "buy", "again"]
texts = st.builds(
    "{} {}{}{}".format,
    st.lists(st.sampled_from(WORDS), min_size=3, max_size=9).map(" ".join),
    st.sampled_from(WORDS),
    st.sampled_from(["", ", really", "; no", "\nand more", ' "so"', " | \t"]),
    st.sampled_from(["", ".", "!", "?"]),
)
KINDS = {
    "review": texts,
    "rating": st.sampled_from("12345"),
    "date": st.dates().map(str),
    "author": st.sampled_from(["Ann", "Bo Lee", "u7"]),
}
SETTINGS = [["Period:", "2024-01-01 to 2024-01-31"], ["Currency:", "USD"], ["Total reviews", "9"]]


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str], list[list[str]]]:
    """A file, the names of its columns and its rows."""
    names = draw(st.sampled_from([
        ["review", "rating"], ["rating", "review"], ["date", "author", "review", "rating"],
        ["author", "rating", "date", "review"],
    ]))  # fmt: skip
    table = draw(
        st.lists(st.tuples(*(KINDS[name] for name in names)).map(list), min_size=3, max_size=12)
    )
    delimiter, newline = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n"]))
    is_quoted = draw(st.booleans())
    pad = draw(st.booleans())

    def line(cells: list[str]) -> str:
        return delimiter.join(
            '"' + cell.replace('"', '""') + '"'
            if is_quoted or any(letter in cell for letter in f'{delimiter}"\n')
            else cell
            for cell in cells
        )

    def partial_line(cells: list[str]) -> str:
        return line(cells + [""] * (len(names) - len(cells)) if pad else cells)

    above = draw(st.sampled_from([
        [], ["A report"], ["# made by hand", "# in May, for all"],
        ['"A report,\nof May"'], [partial_line(["A report"]), *map(partial_line, SETTINGS)],
        ["A report", partial_line(SETTINGS[0])], [line(["", *["Group"] * (len(names) - 1)])],
    ]))  # fmt: skip
    above = above + [""] * draw(st.integers(0, 2))
    total = [""] * len(names)
    total[names.index("rating")] = "97"
    total[0 if names[0] != "rating" else 1] = draw(st.sampled_from(["Total", "Summe", "Итого"]))
    below = draw(st.sampled_from([
        [], [line(total)], ["", line(total)], ["", "Generated by hand"], ["(12 rows)"],
        [line(total), "", "# end"],
    ]))  # fmt: skip
    lines = [*above, line(names), *map(line, table), *below]
    if draw(st.booleans()):
        lines = [f"sep={delimiter}", *lines]
    return newline.join(lines) + draw(st.sampled_from(["", newline])), names, table


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
@given(files())
def test_a_table_is_read_as_it_was_built_or_refused(
    tmp_path: Path, built: tuple[str, list[str], list[list[str]]]
) -> None:
    text, names, table = built
    path = tmp_path / "built.csv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        read = read_table(str(path))
    except FileError as error:
        assert "cannot be told" in str(error)
        return
    assert read.frame.columns == names
    assert [list(row) for row in read.frame.rows()] == table
    lines = text.split("\n")
    for row, number in zip(table, read.line_numbers(range(len(table))), strict=True):
        assert row[0].split("\n")[0].replace('"', '""') in lines[number - 1]
