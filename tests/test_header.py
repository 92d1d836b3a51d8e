"""Where a table begins and ends in rows of cells, whatever file they come from."""

import pytest

from lstm_cli.data.delimited.footer import find_end, trailing_totals
from lstm_cli.data.delimited.header import find_header, notes_on_names

Rows = list[list[str]]

REVIEWS = [
    ["The kettle leaks from the lid", "1"],
    ["Boils fast and looks good", "5"],
    ["It does what it should", "4"],
    ["Broke after a week of use", "2"],
]
WIDE = [
    [str(k + 1), f"2024-03-0{k + 1}", "Ann", text, rating]
    for k, (text, rating) in enumerate(REVIEWS)
]
WIDE_NAMES = ["id", "date", "author", "review", "rating"]


def padded(rows: Rows, width: int) -> Rows:
    """Rows as workbooks have them, all of one length."""
    return [row + [""] * (width - len(row)) for row in rows]


# Where it begins


@pytest.mark.parametrize("names", [["review", "rating"], ["opinia", "znak"], ["Meinung", ""],
                                   ["", "label"], ["How was it, 1 to 5?", ""]])  # fmt: skip
def test_a_first_row_that_can_be_the_header_is_the_header(names: list[str]) -> None:
    header = find_header([names, *REVIEWS])
    assert (header.skipped, list(header.names), header.rival) == (0, names, None)


def test_a_first_row_of_data_leaves_the_table_without_a_header() -> None:
    assert find_header(REVIEWS).names == ()
    dated = [[text, f"2024-06-0{k + 1}"] for k, (text, _) in enumerate(REVIEWS)]
    assert find_header(dated).names == ()


@pytest.mark.parametrize(
    ("first", "column"),
    [
        (["Lovely", "4"], ["1", "5", "4", "2"]),
        (["4", "Lovely!"], ["1", "5", "4", "2"]),
        (["Lovely", "★★★★"], ["★", "★★★★★", "★★★★", "★★"]),
        (["3005", "Lovely"], ["3001", "3002", "3003", "3004"]),
        (["Lovely", "2024-06-05"], [f"2024-06-0{k}" for k in range(1, 5)]),
        (["Dreadful", "negative"], ["negative", "positive", "positive", "negative"]),
        (["Lovely", "positive"], ["negative", "positive", "positive", "negative"]),
        (["Dreadful", "negative"], ["positive"] * 4),
        (["Lovely thing", "positive"], ["negative", "positive", "positive", "negative"]),
        (["Lovely", "yes"], ["no", "yes", "yes", "no"]),
        (["Dreadful", "Unhappy"], ["Unhappy", "Happy", "Happy", "Unhappy"]),
        (["Recommended!", "5"], ["1", "5", "4", "2"]),
    ],
)
def test_a_short_review_above_others_is_no_header(first: list[str], column: list[str]) -> None:
    """Else it would be lost, and nothing would be said of it."""
    place = 1 - next(k for k, cell in enumerate(first) if cell.startswith(("L", "D", "R")))
    below = [
        [text, cell][:: 2 * place - 1] for (text, _), cell in zip(REVIEWS, column, strict=True)
    ]
    assert find_header([first, *below]).names == ()


def test_a_short_review_below_a_title_is_no_header() -> None:
    header = find_header([["A report"], [], ["Lovely", "4"], *REVIEWS])
    assert (header.skipped, header.names, header.first_row) == (2, (), 2)


def test_a_short_review_among_dates_and_people_is_no_header() -> None:
    rows = [[day, who, text, rating] for _, day, who, text, rating in WIDE]
    assert find_header([["2024-03-09", "Cleo", "Marvellous", "5"], *rows]).names == ()


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["", "0"], ["0123", "1542"]),  # as pandas writes tables without names
        (["Machine", "1", "2", "3"], ["abcd", "1542", "1542", "1542"]),
        (["Machine", "5 stars", "4 stars", "3 stars"], ["abcd", "1542", "1542", "1542"]),
        (["Machine", "2023"], ["abcd", "1542"]),
        (["index", "0"], ["0123", "1542"]),
        (["text", "0"], ["abcd", "1542"]),
        (["Meinung", "Happy"], ["abcd", ["Happy", "Unhappy"] * 2]),
        (["Spiel", "Recommended"], ["abcd", ["Recommended", "Not Recommended"] * 2]),
        (["Meinung", "Positive"], ["abcd", "1001"]),
        (["Meinung", "Negative"], ["abcd", ["none", "the lid"] * 2]),
    ],
)
def test_names_that_ratings_could_be_are_names(
    names: list[str], columns: list[list[str] | str]
) -> None:
    header = find_header([names, *map(list, zip(*columns, strict=True))])
    assert (header.skipped, list(header.names)) == (0, names)


@pytest.mark.parametrize("line", ["So good!", "Broken.", "Well…", "とても良い。"])
def test_a_line_that_ends_as_a_sentence_is_no_name_of_a_column(line: str) -> None:
    texts = [[text] for text, _ in REVIEWS]
    assert find_header([[line], *texts]).names == ()
    assert find_header([["Review."], *texts]).names == ("Review.",)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["So so"], ["Never again"]], ("line 1 ('So so') is taken for the name of the column",)),
        ([["Recommended", "5"], ["Too loud for us", "2"]],
         ("line 1 ('Recommended, 5') is taken for the names of the columns",)),
        ([["Spiel", "Happy"], ["abc", "Happy"], ["def", "Unhappy"]],
         ("line 1 ('Spiel, Happy') is taken for the names of the columns",)),
        ([["Your comments"], ["Never again"]],
         ("line 1 ('Your comments') is taken for the name of the column",)),
        ([["Comments"], ["Never again"]], ()),
        ([["review_text"], ["Never again"]], ()),
        ([["free_words"], ["Never again"]], ()),
        ([["Meinung", "Wertung"], ["Never again", "2"]], ()),
        ([["text", "0"], ["Never again", "2"]], ()),
    ],
)  # fmt: skip
def test_a_header_that_may_be_a_review_is_said(rows: Rows, said: tuple[str, ...]) -> None:
    assert notes_on_names(find_header(rows), rows, [1]) == said


@pytest.mark.parametrize("names", [WIDE_NAMES, ["Nr", "Datum", "Wer", "Meinung", "Wertung"]])
@pytest.mark.parametrize(
    "above",
    [
        [["Product reviews"]],
        [["Product reviews"], []],
        [["Reporting Period:", "2024-01-01 to 2024-01-31"], ["Currency:", "USD"]],
        [["Report"], [], ["Total reviews", "4"], ["Shop", "Acme"], []],
        [["# exported 2024-01-01"], ["# by a program", " for a shop"]],
        [["Reviews, all of them\nJanuary 2024"]],
    ],
)
@pytest.mark.parametrize("is_padded", [False, True])
def test_what_stands_above_the_header_is_skipped(
    above: Rows, names: list[str], is_padded: bool
) -> None:
    rows = [*above, names, *WIDE]
    header = find_header(padded(rows, 5) if is_padded else rows)
    assert (header.skipped, list(header.names), header.rival) == (len(above), names, None)


def test_titles_above_data_leave_the_table_without_a_header() -> None:
    header = find_header([["Reviews of May"], [], *REVIEWS])
    assert (header.skipped, header.names, header.first_row) == (2, (), 2)


@pytest.mark.parametrize("above", [["Currency:", "USD"], ["Currency", "USD"],
                                   ["Average rating", "3"], ["# shop", "a"]])  # fmt: skip
def test_a_setting_as_wide_as_the_table_is_no_header(above: list[str]) -> None:
    header = find_header([above, ["review", "rating"], *REVIEWS])
    assert (header.skipped, header.names, header.rival) == (1, ("review", "rating"), None)


def test_groups_above_the_names_are_skipped() -> None:
    header = find_header([["", "", "", "Ratings", ""], WIDE_NAMES, *WIDE])
    assert (header.skipped, list(header.names), header.height) == (1, WIDE_NAMES, 1)


def test_names_that_stand_in_two_rows_are_put_together() -> None:
    """So are the cells below merged ones."""
    rows = [["date", "review", "ratings", ""], ["", "", "room", "food"],
            *[["2024-03-01", text, rating, "3"] for text, rating in REVIEWS]]  # fmt: skip
    header = find_header(rows)
    assert header.names == ("date", "review", "room", "food")
    assert (header.skipped, header.height, header.first_row) == (0, 2, 2)
    assert find_header([["A report"], *rows]).first_row == 3


ASKED = ["Respondent ID", "Start Date", "How was it?", "Anything else?"]
ANSWERED = [[str(k + 501), "2024-05-01", rating, text] for k, (text, rating) in enumerate(REVIEWS)]
IMPORTED = [f'{{"ImportId":"QID{k}","timeZone":"UTC"}}' for k in range(4)]


@pytest.mark.parametrize("answers", [["", "", "Response", "Open-Ended Response"],
                                     ["", "", "", "Open-Ended Response"]])  # fmt: skip
@pytest.mark.parametrize("above", [[], [["A survey"], []]])
def test_how_a_survey_was_answered_is_no_review(answers: list[str], above: Rows) -> None:
    header = find_header([*above, ASKED, answers, *ANSWERED])
    assert list(header.names) == ASKED
    assert (header.skipped, header.aside) == (len(above), 1)
    assert header.first_row == len(above) + 2
    assert find_header([ASKED[2:], ["Response", "Open-Ended Response"], *REVIEWS]).first_row == 2


def test_parts_of_questions_are_names() -> None:
    asked = ["Respondent ID", "Please rate", "", "", "What was missing?", "", "Anything else?"]
    parts = ["", "Noise", "Heat", "1", "Lid", "Other (please specify)", "Open-Ended Response"]
    answered = [["501", "2", "4", "3", "Lid", "", text] for text, _ in REVIEWS]
    header = find_header([asked, parts, *answered])
    assert list(header.names) == ["Respondent ID", "Noise", "Heat", "1", "Lid",
                                  "Other (please specify)", "Anything else?"]  # fmt: skip
    assert (header.first_row, header.aside) == (2, 0)


@pytest.mark.parametrize("above", [[], [["A survey", "", "", ""], []]])
def test_questions_below_their_short_names_are_no_reviews(above: Rows) -> None:
    short = ["id", "StartDate", "Q1", "Q12"]
    header = find_header([*above, short, ASKED, IMPORTED, *ANSWERED])
    assert (header.skipped, list(header.names), header.aside) == (len(above), short, 2)
    header = find_header([*above, short, IMPORTED, *ANSWERED])
    assert (header.skipped, list(header.names), header.aside) == (len(above), short, 1)


@pytest.mark.parametrize(
    "row",
    [
        ["501", "", "5", "Response"],
        ["", "", "5", "No response"],
        ["", "", "", "The response was slow"],
        ["501", "2024-05-01", "5", IMPORTED[0]],
        ["", "", "5", "Other (please specify)"],
    ],
)
def test_a_row_like_those_of_surveys_is_a_row(row: list[str]) -> None:
    header = find_header([ASKED, row, *ANSWERED])
    assert (list(header.names), header.first_row) == (ASKED, 1)


def test_a_short_row_below_the_header_is_a_row() -> None:
    header = find_header([["Report"], ["review", "rating"], ["So so"], *REVIEWS])
    assert (header.skipped, header.first_row) == (1, 2)


def test_a_header_that_comes_again_is_no_other_header() -> None:
    names = ["review", "rating"]
    assert find_header([names, *REVIEWS, names, *REVIEWS]).skipped == 0


def test_a_single_column_is_named_by_its_first_row_or_by_a_known_name_set_apart() -> None:
    texts = [[text] for text, _ in REVIEWS]
    assert find_header([["text"], *texts]).names == ("text",)
    assert find_header([["A report"], [], ["review"], *texts]).skipped == 2
    assert find_header([["# a report"], ["review"], *texts]).skipped == 1
    assert find_header([*texts, ["review"], *texts]).names == ()


def test_where_two_rows_could_be_the_header_it_has_a_rival() -> None:
    assert find_header([["Report"], ["Shop", "Acme"], ["Meinung", "Wertung"], *REVIEWS]).rival == 1
    assert find_header([REVIEWS[0], ["review", "rating"], *REVIEWS]).rival == 0


# Where it ends


@pytest.mark.parametrize(
    "below",
    [
        [["Total", "12"]],
        [["Grand total:", ""]],
        [["Average", "3.0"]],
        [["Total", "12"], ["Average", "3"]],
        [["Summe", "12"]], [["Mittelwert", "3,0"]], [["Moyenne", "3,0"]], [["Suma", "12"]],
        [["Media", "3.0"]], [["Total geral", "12"]], [["Gemiddelde", "3.0"]], [["Razem", "12"]],
        [["Итого", "12"]], [["合計", "12"]], [["Count", "4"]], [["Median", "3"]],
        [["Number of reviews: 4"]],
        [[], ["Average", "3"]],
        [["(4 rows)"]],
        [[], ["4 rows selected"]],
        [["# end"]],
        [[], ["Generated by Shopkeeper on 2024-04-01", ""]],
        [[], ["Exported on:", "2024-04-01"], ["Source: Shopkeeper"]],
        [[], ["Total", "12"], [], ["Erstellt am 1. April"], []],
    ],
)  # fmt: skip
def test_totals_and_remarks_below_the_rows_are_left_out(below: Rows) -> None:
    assert trailing_totals([*REVIEWS, *below]) == len(below)


@pytest.mark.parametrize(
    "last",
    [
        ["Total disaster, never again", "1"],
        ["Total", "1"],
        ["Average", "3"],
        ["Mean", ""],
        ["Total waste of money"],
        ["End of story", "2"],
        ["5 stars, 3 rows of teeth", "5"],
    ],
)
def test_a_last_review_is_never_left_out(last: list[str]) -> None:
    assert trailing_totals([*REVIEWS, last]) == 0


def test_a_review_set_apart_is_a_review() -> None:
    assert trailing_totals([*REVIEWS, [], ["Reads like a report", "3"]]) == 0
    assert trailing_totals([*REVIEWS, [], ["Good"]]) == 0
    spaced = [cells for row in [*REVIEWS, ["Average", "3"]] for cells in (row, [])]
    assert trailing_totals(spaced) == 0


def test_a_row_with_all_a_review_has_is_a_review_whatever_its_text() -> None:
    for text in ("Total", "Average", "Sum"):
        assert trailing_totals([*WIDE, ["5", "2024-03-05", "Bo", text, "3"]]) == 0
        assert trailing_totals([*WIDE, ["", "", "", text, "3"]]) == 1
    assert trailing_totals([*WIDE, ["Total", "", "", "", "5"]]) == 1


def test_a_doubt_about_the_last_row_is_reported() -> None:
    assert find_end([*REVIEWS, ["Total", "1"]]).is_doubtful
    assert find_end([*REVIEWS, ["Average", "3"], ["(5 rows)"]]).is_doubtful
    assert not find_end(REVIEWS).is_doubtful


def test_a_table_of_nothing_but_totals_is_a_table() -> None:
    assert trailing_totals([["Total", "5"], ["Average", "2.5"]]) == 0
