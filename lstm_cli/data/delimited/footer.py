"""Where the table ends in rows of cells: the totals and the remarks below the last review.

A row of totals has a word for totals where a review would have its name or its text, and
beside it numbers at most. One that looks like a review in everything else is a review,
whatever its text. A remark, such as who made the report, is set apart by a blank row
and has no rating, or says by itself that it is no review: "(120 rows)".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise

from lstm_cli.data.delimited.body import NOTHING, Body, Row, describe_body, fits, is_blank, is_value
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.scale import MOST_RATINGS

LARGEST_BLOCK = 10  # rows set apart by a blank one
LONGEST_LABEL = 60

# A review may consist of one of these words, if barely: "Average".
_MEANS = frozenset(
    re.findall(
        r"\w+",
        """
        average avg mean durchschnitt durchschnittlich durchschnittliche mittel moyenne moyen
        promedio media medio gemiddelde gemiddeld średnia średnio среднее средний genomsnitt
        ortalama 平均 평균
        """,
    )
)
_TOTALS = frozenset(
    re.findall(
        r"\w+",
        """
        total overall gesamt insgesamt totale geral totaal razem łącznie всего totalt toplam
        合計 总计 總計 합계
        """,
    )
)
# No review consists of one of these.
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        totals subtotal number sum count median minimum maximum min max stdev stddev std variance
        summe anzahl mittelwert gesamtsumme zwischensumme gesamtergebnis standardabweichung
        gesamtzahl gesamtbewertung durchschnittsbewertung durchschnittsnote
        somme nombre médiane suma recuento mediana cuenta somma conteggio soma contagem
        som aantal mediaan liczba ogółem итого сумма количество число медиана antal medelvärde sayı
        """,
    )
)
# What they are said of.
_BESIDE = frozenset(
    re.findall(
        r"\w+",
        """
        grand general final sub no of all the in for per and
        rating ratings review reviews score scores star stars row rows record records entries
        responses comments value points
        aller der des alle bewertung bewertungen rezensionen
        sterne zeilen note notes avis générale général étoiles lignes du de la le les
        calificación calificaciones reseña reseñas puntuación estrellas filas y el los las
        recensioni valutazione voto stelle righe di delle avaliação avaliações nota estrelas linhas
        das dos recensies waardering beoordeling beoordelingen sterren rijen van
        opinii ocena ocen recenzji gwiazdek wierszy ogólna отзывов оценка оценок общий общее строк
        """,
    )
)
_VOCABULARY = _MEANS | _TOTALS | _PLAIN_WORDS
_NUMBER = re.compile(r"\(\d[\d.,]*\)|\d{3,}")
_WITH_VALUE = re.compile(r"(?P<label>[^:=\d]+)[:=]\s*(?P<value>\S.*)")
_DECIMALS = re.compile(r"\d[.,]\d")
_PLAIN_REMARK = re.compile(
    r"\(?\s*\d[\d.,\s]*(?:rows?|records?|reviews?|entries|entry|results?|lines?|items?|zeilen?"
    r"|einträge|datensätze|bewertungen|lignes?|filas?|registros?|righe|linhas?|rijen|wierszy"
    r"|строк[аи]?)(?: (?:in set|affected|selected|returned|exported|found|shown|total)\b.*)?\)?\.?"
    r"|(?:#+|//|--|%+)\s*(?:end|eof|ende|fin|fine|fim|koniec|конец)\b.*"
    r"|<?eof>?|[-*=]*\s*end of (?:the )?(?:file|report|data|export|list|table)\b.*",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:(?:report |data |file |list )?(?:was )?(?:generated|exported|created|produced|prepared"
    r"|printed|downloaded|extracted|retrieved|compiled)\b|last (?:updated?|modified|refreshed)\b"
    r"|(?:report|data|results?|date|time|notes?|sources?|filters?|legend|contact|disclaimer)"
    r"(?:\s?:| (?:from|date|as of|by|applied|for)\b)|applied filters|page \d|seite \d|as of \d"
    r"|powered by|this (?:report|file|export|data)\b|all rights|copyright|©|\(c\)|confidential"
    r"|erstellt|generiert|exportiert|quelle:|stand:|vertraulich|généré|exporté|créé|source :"
    r"|confidentiel|generado|exportado|creado|fuente:|gerado|criado|fonte:|generato|esportato"
    r"|creato|gegenereerd|geëxporteerd|bron:|wygenerowano|wyeksportowano|utworzono|źródło:"
    r"|создано|сформировано|выгружено|источник:|end(?: of\b|\W*$)|https?://|www\."
    r"|(?:#|//|--|%|\*)\W*\w{2}|[-=*_#~]{3,}\s*$)",
    re.IGNORECASE,
)


def trailing_totals(rows: Sequence[Row], above: Sequence[Row] = ()) -> int:
    """How many of the last rows are no rows of the table: totals, remarks, blank rows between.

    Args:
        rows: the last rows of data, a hundred or so, without the header. A row that is
            blank has no cells, or blank ones only.
        above: other rows of data from the same table, to compare with, if there are more.

    >>> trailing_totals([["good", "5"], ["bad", "2"], ["Average", "3.5"], [], ["(2 rows)"]])
    3
    >>> trailing_totals([["good", "5"], ["bad", "1"], ["Total disaster", "1"]])
    0
    """
    return find_end(rows, above).left_out


@dataclass(frozen=True)
class End:
    """Where a table ends."""

    left_out: int = 0  # rows below it
    is_doubtful: bool = False  # its last row, which may be totals, but could be a review


def find_end(rows: Sequence[Row], above: Sequence[Row] = ()) -> End:
    """The same as ``trailing_totals``, and whether there is a doubt.

    >>> find_end([["good", "5"], ["bad", "1"], ["Average", "3"]])
    End(left_out=0, is_doubtful=True)
    """
    places = [k for k, row in enumerate(rows) if not is_blank(row)]
    if not places:
        return End()
    apart = _first_apart(places)
    last = [cell for cell in rows[places[-1]] if cell.strip()]
    if apart == len(places) and len(last) > 1 and not any(map(is_label, last)):
        return End()  # as in most files
    table = _describe([*above, *(rows[k] for k in places[:apart])])
    kept = len(places)
    while kept:
        first = kept - 1  # of the rows that no blank one separates from the last
        while first and places[first] - places[first - 1] == 1:
            first -= 1
        block = [table.judge(rows[k], is_apart=True) for k in places[first:kept]]
        if _is_apart(places, first) and len(block) <= LARGEST_BLOCK and _Verdict.ROW not in block:
            kept = first
            continue
        totals = kept
        for k in reversed(range(first, kept)):
            row = rows[places[k]]
            verdict = table.judge(row)
            if verdict is _Verdict.ROW:
                break
            is_sum = totals == k + 1 < kept and not above and table.adds_up(row)
            if verdict is _Verdict.NONE or is_sum:
                totals = k
        if totals == kept:
            break
        kept = totals
    if not kept:
        return End()
    is_doubtful = table.judge(rows[places[kept - 1]]) is _Verdict.EITHER
    return End(len(rows) - places[kept - 1] - 1 if kept < len(places) else 0, is_doubtful)


def _is_apart(places: Sequence[int], first: int) -> bool:
    """Whether a blank row above a row says anything: not where most rows have one."""
    gaps = sum(places[k] - places[k - 1] > 1 for k in range(1, first))
    return first > 0 and 2 * gaps <= first - 1


def _first_apart(places: Sequence[int]) -> int:
    """The first of the last rows that a blank one sets apart; the number of rows without one."""
    half = (len(places) + 1) // 2  # what is above a gap in the first half may be a title
    for first in range(max(2, half, len(places) - LARGEST_BLOCK), len(places)):
        if places[first] - places[first - 1] > 1 and _is_apart(places, first):
            return first
    return len(places)


class _Verdict(Enum):
    """What a row at the end is."""

    ROW = auto()
    EITHER = auto()  # a row, unless something else tells
    NONE = auto()


@dataclass(frozen=True)
class _Table:
    """What rows have in common."""

    body: Body
    scales: Mapping[int, Sequence[float]]  # the numbers of columns that hold few different ones
    whole: frozenset[int]  # of these columns, those in which none is written with decimals

    def judge(self, row: Row, *, is_apart: bool = False) -> _Verdict:
        """Whether a row is one of the table, as far as it alone can tell."""
        if self.body.width > 1 and (verdict := self._judge_totals(row)) is not _Verdict.ROW:
            return verdict
        return self._judge_remark(row, is_apart)

    def _judge_totals(self, row: Row) -> _Verdict:
        cells = {k: cell.strip() for k, cell in enumerate(row) if cell.strip()}
        place = next((k for k in (min(cells), self.body.text) if is_label(cells.get(k, ""))), None)
        others = {k: cell for k, cell in cells.items() if k != place}
        if place is None or not all(map(_is_beside_totals, others.values())):
            return _Verdict.ROW
        body = self.body
        # What a review has beside its text and its ratings: its number, its date, its author.
        ratings = {k for k, numbers in self.scales.items() if not _are_row_numbers(numbers)}
        usual = body.steady - ratings - {place}
        is_bare = bool(usual) and usual.isdisjoint(cells)
        is_full = place == body.text and body.steady <= set(cells) and bool(usual)
        misplaced = any(
            k in body.used - body.typed and not any(map(str.isalpha, other))
            for k, other in others.items()
        )
        is_off = any(self._is_off(k, other, is_full) for k, other in others.items())
        if is_bare or misplaced or is_off or place in body.typed:
            return _Verdict.NONE
        return _Verdict.NONE if is_plain_label(cells[place]) and not is_full else _Verdict.EITHER

    def adds_up(self, row: Row) -> bool:
        """Whether it says the sum of a column, or how many rows there are."""
        if not any(word in _TOTALS for cell in row if is_label(cell) for word in _words(cell)):
            return False
        for k, numbers in self.scales.items():
            number = parse_rating(row[k]) if k < len(row) else None
            if number is not None and number in (sum(numbers), len(numbers)):
                return True
        return False

    def _is_off(self, column: int, cell: str, is_full: bool = True) -> bool:
        """Whether a number is not among those that a column could hold."""
        if column not in self.scales or cell.casefold() in NOTHING:
            return False
        number = parse_rating(cell)
        if number is None:
            return not _is_rising(self.scales[column], least=4)
        is_spelled = is_full or column not in self.whole or not _DECIMALS.search(cell)
        if not is_spelled:
            return True
        return not is_on(number, self.scales[column])

    def _judge_remark(self, row: Row, is_apart: bool) -> _Verdict:
        body = self.body
        cells = {k: cell.strip() for k, cell in enumerate(row) if cell.strip()}
        place, cell = next(iter(cells.items()))
        is_alone = len(cells) == 1
        if is_alone and (body.width > 1 or is_apart) and _PLAIN_REMARK.fullmatch(cell):
            return _Verdict.NONE
        if not is_apart or body.width == 1 or self._is_row(row):
            return _Verdict.ROW
        is_setting = cell.endswith(":") and len(cell) > 3
        is_misplaced = is_alone and place in body.typed and not is_value(cell)
        if _REMARK.match(cell) or is_setting or is_misplaced:
            return _Verdict.NONE
        return _Verdict.ROW

    def _is_row(self, row: Row) -> bool:
        """Whether a row has what the others have."""
        body = self.body
        if body.typed:
            scales = [k for k in self.scales if k < len(row) and row[k].strip()]
            return body.is_like(row) and not any(self._is_off(k, row[k].strip()) for k in scales)
        return fits(row, body.width) and body.is_covered(row) and not row[0].rstrip().endswith(":")


def _describe(rows: Iterable[Row]) -> _Table:
    """What rows have in common, those aside that may be totals."""
    rows = [row for row in rows if not any(map(is_label, row))]
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda width: (widths[width], width), default=1)
    body = describe_body(rows, width)
    scales = {}
    whole = set()
    for k in body.typed:
        cells = [row[k] for row in rows if fits(row, width) and row[k].strip()]
        numbers = [number for cell in cells if (number := parse_rating(cell)) is not None]
        if len(numbers) >= 0.8 * len(cells) and len(set(numbers)) <= MOST_RATINGS:
            scales[k] = numbers
            if len(cells) > 1 and not any(map(_DECIMALS.search, cells)):
                whole.add(k)
    ratings = {k: numbers for k, numbers in scales.items() if not _is_rising(numbers, least=2)}
    return _Table(body, ratings or scales, frozenset(whole))


def _is_rising(numbers: Sequence[float], least: int) -> bool:
    """Whether these are the numbers of rows, at ``least`` so many."""
    return len(numbers) >= least and all(one < other for one, other in pairwise(numbers))


def _are_row_numbers(numbers: Sequence[float]) -> bool:
    """The same, or the first few numbers of all."""
    return _is_rising(numbers, least=4) or list(numbers) in ([0, 1], [1, 2], [0, 1, 2], [1, 2, 3])


def is_on(number: float, others: Sequence[float]) -> bool:
    """Whether a number may be one of a column of few different numbers.

    >>> is_on(4, [5, 1]), is_on(12, [5, 1]), is_on(3.4, [5, 1]), is_on(6, [2, 3, 4, 5])
    (True, False, False, True)
    """
    if _is_rising(others, least=4) and 0 < number - others[-1] <= others[-1] - others[-2]:
        return True
    highest = next((top for top in (5, 10, 100) if max(others) <= top), max(others))
    if not min(0, *others) <= number <= highest:
        return False
    steps = (1, 2)  # whole numbers, halves
    step = next((step for step in steps if all(n * step % 1 == 0 for n in others)), None)
    return step is None or number * step % 1 == 0


@lru_cache(maxsize=1 << 10)
def is_label(cell: str) -> bool:
    """Whether a cell is what stands before totals.

    >>> [is_label(cell) for cell in ("TOTAL", "Grand total:", "Average rating: 4.2", "Итого")]
    [True, True, True, True]
    >>> [is_label(cell) for cell in ("Total disaster", "Reviews", "It was average", "")]
    [False, False, False, False]
    """
    if len(cell) > LONGEST_LABEL:
        return False
    if with_value := _WITH_VALUE.fullmatch(cell.strip()):
        return is_label(with_value["label"]) and _is_beside_totals(with_value["value"])
    words = _words(cell)
    return not _VOCABULARY.isdisjoint(words) and all(
        word in _VOCABULARY or word in _BESIDE or _NUMBER.fullmatch(word) for word in words
    )


def is_plain_label(cell: str) -> bool:
    """Whether a label says by itself that it is no review.

    >>> [is_plain_label(cell) for cell in ("Sum", "Average rating", "Total:", "Average")]
    [True, True, True, False]
    """
    words = _words(cell)
    return ":" in cell or "=" in cell or any(w in _PLAIN_WORDS or w in _BESIDE for w in words)


def _is_beside_totals(cell: str) -> bool:
    """Whether a cell holds nothing but numbers and what they count.

    >>> [_is_beside_totals(cell) for cell in ("120 reviews", "4.2", "n/a", "Average", "stars")]
    [True, True, True, True, False]
    """
    if is_value(cell) or cell.strip().casefold() in NOTHING:
        return True
    says = [word in _VOCABULARY or is_value(word) for word in _words(cell)]
    return any(says) and all(s or w in _BESIDE for s, w in zip(says, _words(cell), strict=True))


def _words(cell: str) -> list[str]:
    return cell.casefold().replace("-", "").rstrip(" :.").split()
