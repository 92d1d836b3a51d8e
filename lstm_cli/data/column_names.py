"""The names of columns: which promise reviews, which ratings, and which neither."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from lstm_cli.data.showing import escape

LONGEST_NAME = 60  # letters of one that is known

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
     "opinia", "opinie", "tresc", "trescopinii", "komentarz", "textrecenze", "recenze", "velemeny",
     "yorumlar", "yorummetni", "κριτική", "σχόλιο", "відгук", "коментар", "ביקורת", "مراجعة",
     "评论", "评价", "評論", "內容", "内容", "评论内容", "レビュー", "レビュー本文", "口コミ",
     "感想", "리뷰", "후기", "내용", "degerlendirme"),
    ("sentence", "phrase", "feedback", "message", "opinion", "tweet", "post", "response",
     "reviewdescription", "description", "remark", "remarks", "document"),
)  # fmt: skip
RATING_NAMES = (
    ("rating", "ratings", "stars", "star", "starrating", "reviewrating", "reviewsrating",
     "reviewstars", "score", "reviewscore", "overall", "overallrating", "userrating", "rate",
     "grade", "points",
     "bewertung", "schulnote", "npsscore", "nps",
     "sterne", "sternebewertung", "punkte", "etoiles", "notation", "estrellas", "puntuacion",
     "calificacion", "valoracion", "estrelas", "nota", "stelle", "punteggio", "voto", "sterren",
     "waardering", "betyg", "ocena", "puan", "yildiz", "yıldız", "оценка", "рейтинг",
     "reviewerscore", "starratings", "overallscore", "ratingvalue", "ratingscore", "ratingstars",
     "bubblerating", "gwiazdki", "hodnoceni", "ertekeles", "βαθμολογία", "оцінка",
     "评分", "評分", "打分", "星级", "星級", "評価", "평점", "별점"),
    ("label", "labels", "sentiment", "target", "class", "note", "notes", "polarity", "feedback",
     "airlinesentiment", "sentimentlabel", "satisfaction", "verdict", "情感", "标签", "標籤"),
    # Columns of two answers, which no other name would make ratings.
    ("recommended", "recommend", "recommends", "isrecommended", "dorecommend", "wouldrecommend",
     "reviewsdorecommend", "recommendation", "recommendedind", "votedup", "liked", "isliked",
     "thumbsup", "thumbs", "thumb", "ispositive", "positive", "isgood", "satisfied", "vote"),
)  # fmt: skip
# Of short texts that people write above a review.
HEADLINES = frozenset({"title", "reviewtitle", "headline", "reviewheadline", "summary", "subject",
                       "reviewsummary", "heading", "reviewheading", "titel", "titre", "titulo",
                       "titolo"})  # fmt: skip
ALL_TEXT_NAMES = frozenset(name for group in TEXT_NAMES for name in group)
ALL_RATING_NAMES = frozenset(name for group in RATING_NAMES for name in group)
# Words in a name that promise part of it: "Rating (out of 5)", "Your review".
TEXT_WORDS = frozenset({"review", "reviews", "text", "comment", "comments", "feedback", "opinion"})
RATING_WORDS = frozenset({"rating", "ratings", "stars", "star", "score", "grade"})
# Words in the names of columns that accompany reviews, some of which look like them.
HELPERS = frozenset(
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
# Words in the names of what holds somebody's answer to a review, and of what holds a whole row.
_ANSWERS = frozenset({"developer", "owner", "seller", "merchant", "reply", "response", "answer"})
_HOLDERS = frozenset({"row"})
# What is answered by the texts beside it, so that these are no answers to a review.
_QUESTIONS = frozenset({"question", "questiontext", "prompt", "instruction"})
# What JSON puts around a value, and around a text; with $, MongoDB, with one letter, DynamoDB.
_WRAPPERS = frozenset(
    {"label", "value", "$t", "#text", "@value", "_value", "s", "n", "$numberint", "$numberlong",
     "$numberdouble", "$numberdecimal"}
)  # fmt: skip
_BODIES = frozenset({"text", "content", "body", "plain", "raw"})
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name for one more column, with a number behind it if another column has it.

    >>> free_name("file", ["id", "review"]), free_name("file", ["File", "file_2"])
    ('file', 'file_3')
    """
    small = {other.lower() for other in taken}
    numbered = (f"{name}_{number}" for number in range(2, len(small) + 3))
    return next(free for free in (name, *numbered) if free not in small)


def key(name: str) -> str:
    """A name as it is compared: without case, accents, spaces and the like.

    >>> key("Review Text"), key("review_text"), key(" RATING "), key("Étoiles")
    ('reviewtext', 'reviewtext', 'rating', 'etoiles')
    """
    # Accents only: in other scripts a mark makes a different letter.
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", name.casefold()))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", plain)))


def keys(name: str) -> set[str]:
    """What a name is compared by: as a whole, and by what is innermost in a dotted one.

    >>> sorted(keys("im:rating.label")), sorted(keys("review.text")), keys("Review Text")
    (['imratinglabel', 'rating'], ['review', 'reviewtext', 'text'], {'reviewtext'})
    """
    parts = [part.rpartition(":")[2] for part in name.split(".")]
    while parts[-1].casefold() in _WRAPPERS and parts[-2:-1] and parts[-2] not in _HOLDERS:
        parts.pop()
    inner = {parts[-1]}
    if len(parts) > 1 and parts[-1].casefold() in _BODIES:
        inner.add(parts[-2])
    return {key(name), *map(key, inner)}


def is_beside(name: str) -> bool:
    """Whether a column is inside something that accompanies the reviews.

    >>> is_beside("author.rating"), is_beside("ratings.overall"), is_beside("rating")
    (True, False, False)
    >>> is_beside("userComment.text"), is_beside("developerComment.text"), is_beside("row.text")
    (False, True, False)
    """
    above = [words_of(part) - _HOLDERS for part in name.split(".")[:-1]]
    return any(words & _ANSWERS or (words & HELPERS and not words & TEXT_WORDS) for words in above)


def may_be_answer(name: str) -> bool:
    """Whether a column, or what it is inside, may hold somebody's answer to a review.

    A name of more than three words is rather a question that people were asked.

    >>> may_be_answer("Response"), may_be_answer("reply.text"), may_be_answer("Owner's comment")
    (True, True, True)
    >>> may_be_answer("Review"), may_be_answer("Any comments on the response you got?")
    (False, False)
    """
    parts = map(words_of, name.split("."))
    return any(words & _ANSWERS and len(words) <= 3 for words in parts)


def is_question(name: str) -> bool:
    """Whether a column of this name holds what people were asked.

    >>> is_question("Prompt"), is_question("Question 2: what could be better?")
    (True, False)
    """
    return key(name) in _QUESTIONS


def words_of(name: str) -> set[str]:
    """The words of a name, however they are joined.

    >>> sorted(words_of("reviewText_v2"))
    ['2', 'review', 'text', 'v']
    """
    return {word.casefold() for word in _WORD.findall(name)}


def promises(name: str, wanted: frozenset[str]) -> bool:
    """Whether a part of a name says what a column holds.

    >>> promises("Rating (out of 5)", RATING_WORDS), promises("review_date", TEXT_WORDS)
    (True, False)
    """
    words = words_of(name)
    return bool(words & wanted) and not words & HELPERS


def is_helper(name: str) -> bool:
    """Whether a column of this name only accompanies the reviews.

    >>> is_helper("reviewerID"), is_helper("unixReviewTime"), is_helper("helpful_votes")
    (True, True, True)
    """
    return bool(words_of(name) & HELPERS)


def has_known_names(names: Sequence[str]) -> bool:
    """Whether a header has the name of a column of texts and that of one of ratings.

    >>> has_known_names(["id", "Review Text", "STARS"]), has_known_names(["Rating", "all"])
    (True, False)
    """
    keys = {key(cell) for cell in names if len(cell) < LONGEST_NAME}
    return bool(keys & ALL_TEXT_NAMES and keys & ALL_RATING_NAMES)


def count_columns(names: Sequence[str]) -> int:
    """How many names are ones that texts or ratings have.

    >>> count_columns(["date", "Review Text", "STARS"])
    2
    """
    both = ALL_TEXT_NAMES | ALL_RATING_NAMES
    return sum(key(cell) in both for cell in names if len(cell) < LONGEST_NAME)


def count_known(names: Sequence[str]) -> int:
    """How many names are ones that occur beside reviews, or theirs."""
    both = ALL_TEXT_NAMES | ALL_RATING_NAMES
    return sum(
        key(cell) in both or (len(cell.split()) <= 3 and bool(words_of(cell) & HELPERS))
        for cell in names
        if len(cell) < LONGEST_NAME
    )


def listed(names: Iterable[str], joint: str = ", ") -> str:
    """Names in a message; at most thirty of them."""
    shown = [f"`{escape(name[:60])}`" for name in names]
    if len(shown) > 30:
        shown[30:] = [f"... ({len(shown) - 30} more)"]
    return joint.join(shown)
