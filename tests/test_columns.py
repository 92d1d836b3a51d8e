"""Which column is the review, and which its rating."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
import pytest

from lstm_cli.commands.hints import with_options
from lstm_cli.data.chosen import choose_text_columns
from lstm_cli.data.columns import find_rating_column, find_text_column
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import Table
from lstm_cli.errors import ColumnError

TEXT = ["a long and winding review of a thing", "another one of these that goes on"] * 6
OTHER = ["yet another text as long as the first", "and one more of them to be safe"] * 6
SHORT = ["great thing", "bad"] * 6
STARS = [1, 2, 3, 4, 5, 4, 3, 2, 1, 5, 5, 5]
FLAGS = [0, 1] * 6
IDS = [10_000 + 37 * k for k in range(12)]
DATES = ["2024-05-01", "2024-06-02"] * 6
NAMES = ["Ann Lee", "Bo"] * 6


def table(**columns: Sequence[object]) -> Table:
    return named(columns)


def named(columns: Mapping[str, Sequence[object]]) -> Table:
    cells = {name: [str(cell) for cell in column] for name, column in columns.items()}
    return Table("reviews.csv", pl.DataFrame(cells), "csv", ",", "utf-8")


def found(table: Table) -> tuple[str, str]:
    text = find_text_column(table)
    return text, find_rating_column(table, (text,))


@pytest.mark.parametrize(
    ("columns", "text", "rating"),
    [
        ({"review": TEXT, "rating": STARS}, "review", "rating"),
        ({"text": TEXT, "label": STARS}, "text", "label"),
        ({"review": TEXT, "sentiment": ["positive", "negative"] * 6}, "review", "sentiment"),
        ({"reviewerID": IDS, "asin": IDS, "reviewerName": NAMES, "helpful": FLAGS,
          "reviewText": TEXT, "overall": STARS, "summary": SHORT, "unixReviewTime": IDS,
          "reviewTime": DATES}, "reviewText", "overall"),
        ({"review_id": IDS, "user_id": IDS, "stars": STARS, "useful": FLAGS, "funny": FLAGS,
          "cool": FLAGS, "text": TEXT, "date": DATES}, "text", "stars"),
        ({"reviewId": IDS, "userName": NAMES, "content": TEXT, "score": STARS,
          "thumbsUpCount": FLAGS, "reviewCreatedVersion": SHORT, "at": DATES,
          "replyContent": OTHER}, "content", "score"),
        ({"": IDS, "Clothing ID": IDS, "Age": STARS, "Title": SHORT, "Review Text": TEXT,
          "Rating": STARS, "Recommended IND": FLAGS, "Positive Feedback Count": STARS,
          "Division Name": NAMES}, "Review Text", "Rating"),
        ({"rating": STARS, "date": DATES, "variation": SHORT, "verified_reviews": TEXT,
          "feedback": FLAGS}, "verified_reviews", "rating"),
        ({"marketplace": NAMES, "customer_id": IDS, "star_rating": STARS, "helpful_votes": FLAGS,
          "review_headline": SHORT, "review_body": TEXT, "review_date": DATES},
         "review_body", "star_rating"),
        ({"country": NAMES, "description": TEXT, "points": STARS, "price": STARS,
          "title": SHORT}, "description", "points"),
        ({"reviews.rating": STARS, "reviews.text": TEXT, "reviews.title": SHORT,
          "name": NAMES}, "reviews.text", "reviews.rating"),
        ({"Phrase": TEXT, "PhraseId": IDS, "Sentiment": STARS}, "Phrase", "Sentiment"),
        ({" Review ": TEXT, "RATING": STARS}, " Review ", "RATING"),
        ({"Your review": TEXT, "Rating (out of 5)": STARS, "Visits": FLAGS},
         "Your review", "Rating (out of 5)"),
    ],
)  # fmt: skip
def test_files_as_they_are_known_need_no_question(
    columns: Mapping[str, Sequence[object]], text: str, rating: str
) -> None:
    assert found(named(columns)) == (text, rating)


def test_the_stronger_name_is_asked_about_before_a_weaker_one_is_taken() -> None:
    """Of A to F, nobody knows the order; yes and no beside them is another question."""
    grades = ["A", "B", "C", "D", "E", "F"] * 2
    assert found(table(text=TEXT, rating=grades, recommended=["yes", "no"] * 6))[1] == "rating"
    assert found(table(text=TEXT, rating=["meh", "wow"] * 6, notes=STARS))[1] == "rating"
    scores = list(range(30))
    assert found(table(text=TEXT[:1] * 30, rating=scores, label=[0, 1] * 15))[1] == "rating"


def test_a_label_beside_its_confidence_is_the_rating() -> None:
    sure = [0.91, 0.95, 0.99, 0.92] * 3
    words = ["positive", "negative"] * 6
    assert found(table(text=TEXT, sentiment=words, score=sure))[1] == "sentiment"
    assert found(table(text=TEXT, score=sure))[1] == "score"


def test_words_that_judge_other_things_need_a_name() -> None:
    for words in (["up", "down"], ["good", "bad"], ["low", "high"], ["yes", "no"], ["agree",
                  "disagree"]):  # fmt: skip
        with pytest.raises(ColumnError, match="no column looks like ratings"):
            found(table(text=TEXT, weather=words * 6))
        assert found(table(text=TEXT, weather=["x", "y"] * 6, rating=words * 6))[1] == "rating"


@pytest.mark.parametrize(
    "words",
    [
        ["Poor", "Fair", "Good"],
        ["strongly disagree", "agree", "strongly agree"],
        ["unlikely", "likely", "very likely"],
        ["unhappy", "happy", "very happy"],
        ["🙁", "😐", "🙂"],
    ],
)
def test_a_scale_of_words_beside_numbers_is_a_question(words: Sequence[str]) -> None:
    """How many nights a guest stayed would be learned as what they thought of it."""
    form = {"How was your stay?": words * 4, "Nights": STARS, "Anything else?": TEXT}
    with pytest.raises(ColumnError, match=r"stay.` and `Nights` both look like ratings"):
        found(named(form))
    with pytest.raises(ColumnError, match="no column looks like ratings"):
        found(named({**form, "Nights": DATES}))
    assert found(named({**form, "Stars": STARS}))[1] == "Stars"
    assert found(named({**form, "Nights": ["pos", "neg"] * 6}))[1] == "Nights"
    unequal = [words[2]] * 30 + words[:2]
    with pytest.raises(ColumnError, match="both look like ratings"):
        found(table(a=TEXT[:2] * 16, b=unequal, c=[1, 2, 3, 4] * 8))


def test_words_that_tell_of_other_things_leave_numbers_unasked() -> None:
    for words in (["up", "down"], ["good", "bad"], ["low", "medium", "high"], ["no", "maybe",
                  "yes"], ["detractor", "passive", "promoter"], ["false", "true"]):  # fmt: skip
        cells = (words * 6)[:12]
        assert found(table(Meinung=TEXT, Lage=cells, Wert=STARS)) == ("Meinung", "Wert")
    assert found(table(a=TEXT, condition_id=["poor", "fair", "good"] * 4, b=STARS))[1] == "b"


def test_a_rating_beside_the_text_is_that_of_the_text() -> None:
    rows = [{"_score": 1.5, "_source": {"text": text, "stars": stars}}
            for text, stars in zip(TEXT, STARS, strict=True)]  # fmt: skip
    nested = Table("reviews.json", pl.DataFrame(rows), "jsonl")
    assert found(nested) == ("_source.text", "_source.stars")


def test_where_no_name_tells_the_contents_do() -> None:
    assert found(table(a=TEXT, b=STARS)) == ("a", "b")
    assert found(table(a=STARS, b=SHORT)) == ("b", "a")
    assert found(table(Datum=DATES, Meinung=TEXT, Nr=IDS, Wert=STARS)) == ("Meinung", "Wert")
    assert found(table(column_1=["5 stars", "1 star"] * 6, column_2=TEXT)) == (
        "column_2",
        "column_1",
    )


def test_a_helper_does_not_win_by_its_contents() -> None:
    assert found(table(a=TEXT, helpful_votes=FLAGS, b=STARS)) == ("a", "b")
    assert found(table(a=TEXT, summary=OTHER, b=STARS, age=STARS)) == ("a", "b")
    assert found(table(a=TEXT, b=STARS, index=range(12))) == ("a", "b")


def test_a_lone_column_is_the_text() -> None:
    assert find_text_column(table(anything=["4", "5"])) == "anything"


def test_a_promising_name_without_text_in_it_is_not_the_text() -> None:
    assert found(table(review=IDS, comment=TEXT, rating=STARS)) == ("comment", "rating")
    assert found(table(review=TEXT, comment=SHORT, rating=STARS)) == ("review", "rating")


def test_a_promising_name_without_a_scale_in_it_is_not_the_rating() -> None:
    scores = [k / 12 + 0.01 for k in range(24)]
    columns = table(text=TEXT * 2, score=scores, rating=STARS * 2)
    assert find_rating_column(columns, ("text",)) == "rating"


TWICE = {"Rating_2": "Rating", "Comment_2": "Comment"}


def test_columns_of_one_name_are_a_question() -> None:
    """Else the first was read, and the second was as good."""
    columns = {"Rating": STARS, "Comment": TEXT, "Rating_2": STARS[::-1], "Comment_2": OTHER}
    twice = replace(named(columns), renamed=TWICE)
    with pytest.raises(ColumnError) as error:
        find_text_column(twice)
    assert with_options(error.value) == (
        "reviews.csv: `Comment` and `Comment_2` (another `Comment`) both look like reviews; choose "
        "one with --text-column, or join them with --text-column Comment --text-column Comment_2"
    )
    with pytest.raises(ColumnError) as error:
        find_rating_column(twice, ("Comment",))
    assert with_options(error.value) == (
        "reviews.csv: `Rating` and `Rating_2` (another `Rating`) both look like ratings; choose "
        "one with --rating-column"
    )
    assert find_text_column(twice, "Comment_2") == "Comment_2"
    assert find_rating_column(twice, ("Comment",), "rating") == "Rating"


def test_a_column_that_repeats_another_of_its_name_is_no_question() -> None:
    some = [star if k % 3 else "" for k, star in enumerate(STARS)]
    for again in (STARS, [""] * 12, some):
        columns = {"Rating": STARS, "Comment": TEXT, "Rating_2": again, "Comment_2": TEXT}
        twice = replace(named(columns), renamed=TWICE)
        assert found(twice) == ("Comment", "Rating")
    columns = {"Rating": [""] * 12, "Comment": TEXT, "Rating_2": STARS}
    assert found(replace(named(columns), renamed={"Rating_2": "Rating"})) == (
        "Comment", "Rating_2",
    )  # fmt: skip


def test_a_column_that_the_file_calls_so_is_another() -> None:
    """Rating_2 beside Rating is the second of two, as whoever made the file says."""
    columns = {"Rating": STARS, "Comment": TEXT, "Rating_2": STARS[::-1], "Comment_2": OTHER}
    assert found(named(columns)) == ("Comment", "Rating")
    dates = {"Comment": TEXT, "Rating": STARS, "Date": DATES, "Date_2": DATES[::-1]}
    assert found(replace(named(dates), renamed={"Date_2": "Date"})) == ("Comment", "Rating")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (table(review=TEXT, comment=OTHER, rating=STARS),
         "reviews.csv: `review` and `comment` both look like reviews; choose one with "
         "--text-column, or join them with --text-column review --text-column comment"),
        (table(a=TEXT, b=OTHER, rating=STARS),
         "reviews.csv: `a` and `b` both look like reviews; choose one with --text-column, or "
         "join them with --text-column a --text-column b"),
        (table(review=TEXT, rating=STARS, stars=STARS),
         "reviews.csv: `rating` and `stars` both look like ratings; "
         "choose one with --rating-column"),
        (table(review=TEXT, a=STARS, b=FLAGS),
         "reviews.csv: `a` and `b` both look like ratings; choose one with --rating-column"),
        (table(review=TEXT, rating=STARS, stars=STARS, score=STARS),
         "reviews.csv: `rating` and `stars` and `score` all look like ratings; "
         "choose one with --rating-column"),
        (table(review=TEXT, date=DATES, about=OTHER),
         "reviews.csv: no column looks like ratings, nor could one hold them; what takes reviews "
         "without ratings: lstm predict --input FILE, and lstm report FILE"),
        (table(review=TEXT, date=DATES, month=["2025-01", "Feb 2025", "3/2/2025"] * 4,
               hotel=["Quay", "Old Town"] * 6, nights=[2, 3, 150] * 4, id=range(12)),
         "reviews.csv: no column looks like ratings; name it with --rating-column "
         "(`hotel`, `nights`)"),
        (table(review=TEXT, hotel=["Quay", "Old Town"] * 6, Rating=[""] * 12),
         "reviews.csv: no column looks like ratings, for `Rating` is empty; name it with "
         "--rating-column (`hotel`)"),
        (table(a=STARS, b=IDS),
         "reviews.csv: no column looks like reviews; name it with --text-column (`a`, `b`)"),
    ],
)  # fmt: skip
def test_two_plausible_columns_are_a_question(columns: Table, message: str) -> None:
    """A silent guess would train on the wrong column."""
    with pytest.raises(ColumnError) as error:
        found(columns)
    words = with_options(error.value)
    assert sorted(words.split()) == sorted(message.split())


WRITTEN = [f"on day {n} the soup was cold and the room was loud" for n in range(12)]
ANSWERS = [f"dear guest {n}, we are sorry to hear that" for n in range(12)]


@pytest.mark.parametrize(
    "columns",
    [
        {"Guest": NAMES, "What the guest wrote": WRITTEN, "Response": ANSWERS, "Stars": STARS},
        {"Guest feedback text": WRITTEN, "Response": ["thank you"] * 12, "Stars": STARS},
        {"what": WRITTEN, "reply.text": ANSWERS, "stars": STARS},
        {"what": WRITTEN, "Owner's comment": ANSWERS, "stars": STARS},
    ],
)
def test_what_may_be_an_answer_to_another_text_is_a_question(
    columns: Mapping[str, Sequence[object]],
) -> None:
    """Of two columns, the one called Response may be what the owner wrote to the guest."""
    texts = list(columns)[-3:-1]
    with pytest.raises(ColumnError, match=r"^reviews.csv: .* both look like reviews") as error:
        find_text_column(named(columns))
    assert all(f"`{name}`" in str(error.value) for name in texts)
    joined = " ".join(f"--text-column {shlex.quote(name)}" for name in texts)
    assert with_options(error.value).endswith(joined), "in the order of the file"


@pytest.mark.parametrize(
    "beside",
    [
        {"What did you ask for?": NAMES},
        {"Question": ["how did you like your stay with us?", "what could we do better?"] * 6},
        {"prompt": WRITTEN},
        {"title": WRITTEN},
        {"when": [f"{n + 1} Jan 2025 at 3:04:05 PM" for n in range(12)]},
        {"where": ["the big hotel at the old harbour", "the small one in the hills"] * 6},
        {"where": [f"hotel number {n} downtown" for n in range(12)]},
    ],
)
def test_a_response_that_answers_no_other_text_is_the_review(
    beside: Mapping[str, Sequence[object]],
) -> None:
    long = [f"{answer}, and will do what we can, as soon as we can" for answer in ANSWERS]
    assert found(named({**beside, "Response": long, "Stars": STARS})) == ("Response", "Stars")


def test_what_has_the_name_of_a_review_is_not_asked_about_beside_an_answer() -> None:
    columns = {"Review": WRITTEN, "Response": ANSWERS, "what": WRITTEN, "Stars": STARS}
    assert found(named(columns)) == ("Review", "Stars")
    whole = {"response.text": WRITTEN, "response.stars": STARS, "response.place": ANSWERS}
    assert found(named(whole)) == ("response.text", "response.stars")
    long_name = "Any comments on the response of our staff?"
    assert found(named({long_name: ANSWERS, "what": WRITTEN, "Stars": STARS}))[0] == long_name


def test_the_column_asked_for_is_taken() -> None:
    columns = table(review=TEXT, Comment=OTHER, rating=STARS, stars=STARS)
    assert find_text_column(columns, "Comment") == "Comment"
    assert find_text_column(columns, "comment") == "Comment"
    assert find_rating_column(columns, ("review",), " STARS") == "stars"
    assert find_text_column(table(Review=SHORT, review=TEXT), "review") == "review"


def test_a_column_that_is_absent_is_refused_with_the_nearest_name() -> None:
    columns = table(review_text=TEXT, rating=STARS)
    with pytest.raises(ColumnError) as error:
        find_text_column(columns, "reveiw")
    assert with_options(error.value) == (
        "reviews.csv has no column `reveiw`, only `review_text`, `rating`; "
        "did you mean `review_text`?"
    )
    with pytest.raises(ColumnError, match=r"no column `zzz`, only `review_text`, `rating`; name"):
        find_rating_column(columns, ("review_text",), "zzz")


def test_names_in_a_message_have_no_control_codes() -> None:
    columns = named({"a\x1b[31m\nb": TEXT, "rating": STARS})
    with pytest.raises(ColumnError) as error:
        find_text_column(columns, "x\ny")
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("text", "rating", "cells"),
    [
        ("Rezension", "Sterne", ("5 Sterne", "1 Stern")),
        ("Avis", "Étoiles", ("5", "1")),
        ("Reseña", "Calificación", ("4,5", "1")),
        ("レビュー", "評価", ("5", "1")),
        ("Отзыв", "Оценка", ("5", "1")),
    ],
)
def test_columns_are_found_in_other_languages(
    text: str, rating: str, cells: tuple[str, str]
) -> None:
    """Exports carry the names of the shop's country."""
    columns = {"Datum": ["2020", "2021"] * 6, rating: list(cells) * 6, text: TEXT}
    assert found(table(**columns)) == (text, rating)


def test_years_are_no_ratings() -> None:
    """Two years look like two classes; a model of them would be nonsense told with confidence."""
    with pytest.raises(ColumnError, match="name the column of ratings"):
        found(table(Text=TEXT, Jahr=["2020", "2021"] * 6))


HEADLINES = [f"great thing number {n}" for n in range(12)]


@pytest.mark.parametrize(
    ("columns", "notes"),
    [
        (
            {"review_headline": HEADLINES, "review_body": TEXT, "stars": STARS},
            ("'review_headline' is not read; name it and 'review_body' as columns of text to join "
             "them",),
        ),
        ({"title": ["Casablanca (1942)", "The Third Man"] * 6, "review": TEXT}, ()),  # films
        ({"title": HEADLINES, "summary": HEADLINES, "review": TEXT}, ()),  # which of them?
        ({"title": [""] * 12, "review": TEXT}, ()),
        ({"review": TEXT}, ()),
    ],
)  # fmt: skip
def test_a_headline_that_is_left_unread_is_named(
    columns: Mapping[str, Sequence[object]], notes: tuple[str, ...]
) -> None:
    """It says much in a few words; who wants it reads both."""
    assert choose_text_columns(named(columns), ReadOptions()).notes == notes


def test_headlines_that_are_read_are_not_named() -> None:
    both = ReadOptions(text_columns=("title", "review"))
    assert choose_text_columns(named({"title": HEADLINES, "review": TEXT}), both).notes == ()
