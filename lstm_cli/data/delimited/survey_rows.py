"""The rows that tools for surveys write below the names of the columns, and that no person wrote.

SurveyMonkey writes a second row: the parts of a question, or how it is answered. Qualtrics writes
two: the questions, and how it knows them. Its short names stay the names: a person can type
them, and the words of a question say less of what its column holds than the answers do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lstm_cli.data.delimited.body import Row, is_value
from lstm_cli.data.delimited.candidates import could_name, filled, merge_names

_ANSWERS = frozenset({"response", "open-ended response"})  # of a question without parts
_NO_PARTS = _ANSWERS | {"other (please specify)"}
_IMPORTED = '{"ImportId":'


@dataclass(frozen=True)
class SurveyNames:
    """The names of the columns of a survey, and the rows that belong to them."""

    place: int  # of the first of these rows
    names: tuple[str, ...]
    height: int  # rows that hold names
    aside: int  # rows below that hold none


def find_survey_names(rows: Sequence[Row], place: int) -> SurveyNames | None:
    """The names of a survey that begin in a row; None if none do.

    >>> answered = [["id", "Was it good?"], ["", "Response"], ["1", "4"]]
    >>> find_survey_names(answered, 0)
    SurveyNames(place=0, names=('id', 'Was it good?'), height=1, aside=1)
    """
    names, below = tuple(rows[place]), rows[place + 1 : place + 3]
    if aside := _rows_of_qualtrics(names, below):
        return SurveyNames(place, names, 1, aside)
    if not below or not could_name(names) or not _is_row_of_surveymonkey(names, below[0]):
        return None
    merged = merge_names(names, [_part(*cells) for cells in zip(names, below[0], strict=True)])
    return SurveyNames(place, merged, 1, 1) if merged == names else SurveyNames(place, merged, 2, 0)


def _rows_of_qualtrics(names: Row, below: Sequence[Row]) -> int:
    """How many rows below some names Qualtrics wrote: the last says where each is imported."""
    for number, row in enumerate(below, 1):
        cells = filled(row)
        if len(cells) > 1 and all(cell.strip().startswith(_IMPORTED) for cell in cells):
            return number
        if 2 * len(cells) < len(row) or 2 * len(filled(names)) < len(row):
            return 0  # a title
    return 0


def _is_row_of_surveymonkey(upper: Row, lower: Row) -> bool:
    """Whether a row says how some questions are answered, and nothing of who answered them."""
    cells = [cell.strip().casefold() for cell in lower]
    answers = sum(cell in _ANSWERS for cell in cells)
    if len(upper) != len(lower) or not answers:
        return False
    is_below_names = bool(upper[0].strip()) and not cells[0]
    return is_below_names or (answers > 1 and _NO_PARTS.issuperset(filled(cells)))


def _part(name: str, below: str) -> str:
    """The name that a part of a question has; "" if it has none but that of the question."""
    is_part = below.strip().casefold() not in _NO_PARTS and not is_value(below.strip())
    return below if is_part or not name.strip() else ""
