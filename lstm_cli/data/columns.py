"""Which column is the review, and which its rating.

Names are trusted before contents. If two names are equally good and both columns
hold what they promise, a person has to choose, and the error says how. Contents
decide where no name does.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import polars as pl

from lstm_cli.data.scale import MOST_RATINGS, parse_rating
from lstm_cli.data.showing import escape
from lstm_cli.data.tables import Table
from lstm_cli.errors import ColumnError, Remedy

CELLS_LOOKED_AT = 5000

# Strongest first; names in one group are as good as each other. Compared without case,
# spaces, underscores and the like.
TEXT_NAMES = (
    ("reviewtext", "reviewbody", "reviewcontent", "fullreview", "textreview", "reviewstext",
     "review", "reviews", "verifiedreviews", "text", "fulltext", "body", "content", "comment",
     "comments", "reviewcomment", "customerreview", "userreview",
     "rezension", "rezensionen", "bewertungstext", "kommentar", "avis", "commentaire",
     "commentaires", "texte", "resena", "resenas", "comentario", "comentarios", "texto",
     "recensione", "recensioni", "commento", "testo", "recensie", "resenha", "avaliacaotexto",
     "recension", "recenzja", "yorum", "отзыв", "отзывы", "комментарий", "текст",
     "评论", "评价", "內容", "内容", "レビュー", "口コミ", "感想", "리뷰", "후기", "내용"),
    ("sentence", "phrase", "feedback", "message", "opinion", "tweet", "post", "response",
     "reviewdescription", "description", "remark", "remarks", "document"),
)  # fmt: skip
RATING_NAMES = (
    ("rating", "ratings", "stars", "star", "starrating", "reviewrating", "reviewsrating",
     "reviewstars", "score", "reviewscore", "overall", "overallrating", "userrating", "rate",
     "grade", "points",
     "sterne", "sternebewertung", "punkte", "etoiles", "notation", "estrellas", "puntuacion",
     "calificacion", "valoracion", "estrelas", "nota", "stelle", "punteggio", "voto", "sterren",
     "waardering", "betyg", "ocena", "puan", "yildiz", "оценка", "рейтинг",
     "评分", "評分", "星级", "星級", "評価", "평점", "별점"),
    ("label", "labels", "sentiment", "target", "class", "note", "notes", "polarity", "feedback"),
)  # fmt: skip
# Words in a name that promise part of it: "Rating (out of 5)", "Your review".
_TEXT_WORDS = frozenset({"review", "reviews", "text", "comment", "comments", "feedback", "opinion"})
_RATING_WORDS = frozenset({"rating", "ratings", "stars", "star", "score", "grade"})
# Words in the names of columns that accompany reviews, some of which look like them.
_HELPERS = frozenset(
    re.findall(
        r"\w+",
        """
        id ids uid uuid index idx row key number no num n count counts total length size len words
        date time timestamp datetime year month day hour created updated at version
        helpful helpfulness votes vote up down thumbs likes like useful funny cool useless
        title headline summary subject user users username author reviewer name names nickname
        profile email url link image images photo product asin sku brand category department
        class division price age location country city state language lang verified purchase
        variation reply replied answer ind unnamed average avg mean median
        confidence predicted expected source clean cleaned processed
        """,
    )
)
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@dataclass(frozen=True)
class _Column:
    """What a column holds, from a sample of it."""

    name: str
    words: float  # in a cell, on average
    numbers: float  # share of filled cells that are ratings or numbers
    distinct: int  # how many different cells make up 95 % of the column
    filled: int
    largest: float = 0.0  # of the ratings or numbers, sign aside

    @property
    def is_text(self) -> bool:
        """Whether it may hold reviews."""
        return self.filled > 0 and self.numbers < 0.5

    @property
    def is_rating(self) -> bool:
        """Whether it may hold ratings."""
        return self.is_label and self.numbers > 0.5

    @property
    def is_label(self) -> bool:
        """Whether it tells a few kinds of reviews apart, in numbers or not."""
        return self.filled > 0 and self.distinct <= MOST_RATINGS

    @property
    def is_key(self) -> bool:
        """Whether it has a different value on almost every row, as row numbers do."""
        return self.filled >= 8 and self.distinct > 0.9 * self.filled


def find_text_column(table: Table, asked: str | None = None) -> str:
    """The column of reviews.

    Args:
        table: the file as it was read.
        asked: the column a person named.

    Raises:
        ColumnError: it is absent, or two columns are equally plausible.
    """
    names = table.frame.columns
    if asked is not None:
        return _asked(table, asked, Remedy.CORRECT_TEXT_COLUMN)
    if len(names) == 1:
        return names[0]
    columns = [_describe(table.frame[name]) for name in names]
    texts = [column for column in columns if column.is_text]
    for group in TEXT_NAMES:
        named = [column for column in texts if key(column.name) in group]
        if named:
            return _longest(table, named, factor=3.0)
    promising = [c for c in texts if _promises(c.name, _TEXT_WORDS)]
    if promising:
        return _longest(table, promising, factor=3.0)
    others = [column for column in texts if not _is_helper(column.name)]
    if others:
        return _longest(table, others, factor=2.0)
    empty = [c for c in columns if not c.filled and key(c.name) in TEXT_NAMES[0]]
    if len(empty) == 1:
        return empty[0].name  # that no row has a text is reported later
    raise ColumnError(
        f"{table.source}: no column looks like reviews", Remedy.NAME_TEXT_COLUMN, _listed(names)
    )


def find_rating_column(table: Table, text_column: str, asked: str | None = None) -> str:
    """The column of ratings.

    Args:
        table: the file as it was read.
        text_column: the column of reviews, which is not considered.
        asked: the column a person named.

    Raises:
        ColumnError: it is absent, or two columns are equally plausible.
    """
    names = table.frame.columns
    if asked is not None:
        return _asked(table, asked, Remedy.CORRECT_RATING_COLUMN)
    columns = [_describe(table.frame[name]) for name in names if name != text_column]
    ratings = [column for column in columns if column.is_rating]
    # A column of the right name without ratings is still a better guess than none; what is
    # wrong with it is reported later.
    named_otherwise = [c for c in columns if c.is_label or c.numbers > 0.5]
    choices = [
        *([c for c in ratings if key(c.name) in group] for group in RATING_NAMES),
        *([c for c in named_otherwise if key(c.name) in group] for group in RATING_NAMES),
        [c for c in ratings if _promises(c.name, _RATING_WORDS)],
        # Where the name says nothing: no years, no row numbers.
        [
            c
            for c in ratings
            if c.name.strip() and not _is_helper(c.name) and not c.is_key and c.largest <= 100
        ],
    ]
    for choice in choices:
        if choice:
            return _only(table, choice)
    raise ColumnError(
        f"{table.source}: no column looks like ratings", Remedy.NAME_RATING_COLUMN, _listed(names)
    )


def key(name: str) -> str:
    """A name as it is compared: without case, accents, spaces and the like.

    >>> key("Review Text"), key("review_text"), key(" RATING "), key("Étoiles")
    ('reviewtext', 'reviewtext', 'rating', 'etoiles')
    """
    # Accents only: in other scripts a mark makes a different letter.
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", name.casefold()))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", plain)))


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}


def _promises(name: str, wanted: frozenset[str]) -> bool:
    words = _words(name)
    return bool(words & wanted) and not words & _HELPERS


def _is_helper(name: str) -> bool:
    """Whether a column of this name only accompanies the reviews.

    >>> _is_helper("reviewerID"), _is_helper("unixReviewTime"), _is_helper("helpful_votes")
    (True, True, True)
    """
    return bool(_words(name) & _HELPERS)


def _describe(column: pl.Series) -> _Column:
    filled = column.drop_nulls()
    is_other = filled.dtype.is_nested() or filled.dtype.is_temporal()
    if is_other or filled.dtype in (pl.Boolean, pl.Binary):
        return _Column(column.name, 0.0, 1.0, MOST_RATINGS + 1, len(filled))
    cells = filled.gather_every(max(1, len(filled) // CELLS_LOOKED_AT)).cast(pl.String)
    cells = cells.filter(cells.str.strip_chars() != "")
    if cells.is_empty():
        return _Column(column.name, 0.0, 0.0, 0, 0)
    words = cells.str.count_matches(r"\S+").mean()
    by_kind = cells.alias("cell").value_counts(sort=True, name="rows")
    counts, kinds = by_kind["rows"].to_numpy(), by_kind["cell"].to_list()
    parsed = [parse_rating(cell) for cell in kinds]
    is_number = np.array([rating is not None for rating in parsed])
    largest = max((abs(rating) for rating in parsed if rating is not None), default=0.0)
    numbers = float(counts[is_number].sum()) / len(cells)
    distinct = int(np.searchsorted(np.cumsum(counts), 0.95 * len(cells))) + 1
    average = float(words) if isinstance(words, int | float) else 0.0
    return _Column(column.name, average, numbers, distinct, len(cells), largest)


def _longest(table: Table, columns: Sequence[_Column], factor: float) -> str:
    """The column with by far the longest cells."""
    if len(columns) == 1:
        return columns[0].name
    first, second, *_ = sorted(columns, key=lambda column: column.words, reverse=True)
    if first.words < factor * second.words:
        raise ColumnError(
            f"{table.source}: {_listed((first.name, second.name), ' and ')} both look like reviews",
            Remedy.CHOOSE_TEXT_COLUMN,
        )
    return first.name


def _only(table: Table, columns: Sequence[_Column]) -> str:
    if len(columns) > 1:
        listed = _listed([column.name for column in columns[:4]], " and ")
        raise ColumnError(
            f"{table.source}: {listed} {'all' if len(columns) > 2 else 'both'} look like ratings",
            Remedy.CHOOSE_RATING_COLUMN,
        )
    return columns[0].name


def _asked(table: Table, asked: str, otherwise: Remedy) -> str:
    names = table.frame.columns
    for same in (str, str.strip, lambda name: name.strip().casefold(), key):
        matching = [name for name in names if same(name) == same(asked)]
        if len(matching) == 1:
            return matching[0]
    near = get_close_matches(key(asked), [key(name) for name in names], n=1)
    hint = next((name for name in names if near and key(name) == near[0]), None)
    problem = f"{table.source} has no column {_listed([asked])}, only {_listed(names)}"
    if hint:
        raise ColumnError(f"{problem}; did you mean {_listed([hint])}?")
    raise ColumnError(problem, otherwise)


def _listed(names: Iterable[str], joint: str = ", ") -> str:
    shown = [f"`{escape(name[:60])}`" for name in names]
    if len(shown) > 30:
        shown[30:] = [f"... ({len(shown) - 30} more)"]
    return joint.join(shown)
