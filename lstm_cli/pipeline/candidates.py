"""Files -> the reviews that are rated, and those that could be rated next. Needs no torch."""

from collections import Counter
from dataclasses import dataclass, replace

from lstm_cli.bundle.seen import text_key
from lstm_cli.data.chosen import choose_text_columns
from lstm_cli.data.options import LearnedColumns, ReadOptions
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.said_sources import names_of
from lstm_cli.data.showing import count
from lstm_cli.data.tables import read_table
from lstm_cli.data.unrated import Candidates, find_candidates, has_no_rating, spelled_in
from lstm_cli.errors import (
    OF_NO_RATINGS,
    ColumnError,
    FileError,
    Remedy,
    RequestError,
    RowError,
)
from lstm_cli.pipeline.folding import FEWEST_TEXTS, FOLDS
from lstm_cli.pipeline.requests import AdviseRequest
from lstm_cli.text.tokens import tokenize

MOST_TIMES = 3  # as many more as are rated; what others would add, these cannot tell


@dataclass(frozen=True)
class ReadAdvice:
    """What advice is made of."""

    reviews: Reviews  # the rated ones, of all files
    candidates: Candidates

    def rated_files(self, request: AdviseRequest) -> tuple[str, ...]:
        """The files with ratings; none where one may not be found again without options."""
        reading = request.reading
        if reading.encoding or reading.sheet or reading.query:
            return ()
        has_ratings = any(
            self.candidates.table.source in (s.pattern, s.name) for s in self.reviews.sources
        )
        return (*request.rated, request.file) if has_ratings else request.rated


def read_for_advice(request: AdviseRequest) -> ReadAdvice:
    """Read the rated reviews of all files, and the unrated ones of the one that is asked about.

    Raises:
        ReviewsError: a file cannot be used, or too few reviews are rated.
        RequestError: more is asked for than the reviews can tell, or there is nothing to choose.
    """
    if "-" in (request.file, *request.rated):
        raise FileError("standard input is read once, and advice reads it twice: name a file")
    found = _of_one_file(request) if not request.rated else _of_several(request)
    _check(request, found)
    return found


def _of_one_file(request: AdviseRequest) -> ReadAdvice:
    """A file that has reviews with ratings, and perhaps others without."""
    try:
        reviews = read_reviews([request.file], request.reading)
    except ColumnError as error:
        if error.remedy not in OF_NO_RATINGS:
            raise
        remedy = Remedy.GIVE_RATED if error.details else Remedy.GIVE_RATED_ALONE
        raise ColumnError(error.problem, remedy, *error.details) from error
    source = reviews.sources[0]
    table = read_table(request.file, request.reading)
    return ReadAdvice(
        reviews, find_candidates(table, source.text_columns, source.rating_column, reviews.texts)
    )


def _of_several(request: AdviseRequest) -> ReadAdvice:
    """A file beside files of rated reviews, whose columns are looked for in it."""
    reviews = read_reviews(request.rated, request.reading)
    learned = tuple(LearnedColumns(s.text_columns, s.rating_column) for s in reviews.sources)
    reading: ReadOptions = replace(request.reading, rating_column=None, learned=learned)
    table = read_table(request.file, reading)
    texts = choose_text_columns(table, reading).names
    column = spelled_in(table, reviews.sources[0].rating_column)
    if not has_no_rating(table, column).all():
        reviews = read_reviews((*request.rated, request.file), reading)
    return ReadAdvice(reviews, find_candidates(table, texts, column, reviews.texts))


def _check(request: AdviseRequest, found: ReadAdvice) -> None:
    """Refuse what these reviews cannot tell, before anything is learned."""
    rated = len(found.reviews)
    _check_texts(found.reviews)
    if request.more is not None and request.more > MOST_TIMES * rated:
        raise RequestError(
            f"{rated:,} rated reviews cannot tell what more than {MOST_TIMES * rated:,} others "
            "would add",
            parameter="more",
            value=request.more,
        )
    if request.number is not None and not len(found.candidates):
        raise RequestError(
            f"{found.candidates.table.source} has no review without a rating to choose from",
            parameter="next",
            value=request.number,
        )


def _check_texts(reviews: Reviews) -> None:
    """Refuse reviews whose folds would be empty, or would have one rating: folds deal texts."""
    names = names_of(reviews.sources)
    if len(reviews) < FEWEST_TEXTS:
        raise RowError(
            f"{names}: {len(reviews)} rated reviews are too few for a learning curve; rate "
            f"{FEWEST_TEXTS - len(reviews)} more, any of them"
        )
    rating_of: dict[bytes, int] = {}
    for text, rating in zip(reviews.texts, reviews.rating_indices.tolist(), strict=True):
        rating_of.setdefault(text_key(tokenize(text)), rating)
    if len(rating_of) < FEWEST_TEXTS:
        raise RowError(
            f"{names}: {len(reviews):,} rated reviews have "
            f"{count(len(rating_of), 'different text')}, too few for a learning curve; rate "
            f"{FEWEST_TEXTS - len(rating_of)} more that say something else"
        )
    (_, most), *_ = Counter(rating_of.values()).most_common(1)
    if len(rating_of) - most < FOLDS:
        raise RowError(
            f"{names}: {most:,} of {len(rating_of):,} different texts have one rating, and a "
            f"learning curve needs {FOLDS} of others; rate reviews that deserve another rating"
        )
