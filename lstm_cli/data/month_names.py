"""What the months are called: in English, German, French, Spanish and Italian."""

import polars as pl

# As polars reads them.
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = (
    "jan january januar jän jänner janvier janv ene enero gen gennaio",
    "feb february februar février fevrier févr fevr fév febrero febbraio",
    "mar march märz maerz mär mrz mars marzo",
    "apr april avril avr abr abril aprile",
    "may mai mayo mag maggio",
    "jun june juni juin junio giu giugno",
    "jul july juli juillet juil julio lug luglio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre setiembre set settembre",
    "oct october okt oktober octobre octubre ott ottobre",
    "nov november novembre noviembre",
    "dec december dez dezember décembre decembre déc dic diciembre dicembre",
)
_PLACES = {name: place for place, names in enumerate(_NAMES) for name in names.split()}
_BY_NAME = {name: _SHORT[place] for name, place in _PLACES.items()}
# What stands before the name, the name, and what stands behind it.
_PARTS = r"^(.*?)(\p{L}{3,})\.?(.*)$"
_AROUND = (
    (r"(\d)(?:st|nd|rd|th|er|º|°)\b", "${1}"),  # 1st January, 1er janvier
    (r"(?i)\s+(?:de|del)\s+", " "),  # 1 de enero de 2024
    ("’", "'"),
)


def with_short_names(texts: pl.Series) -> pl.Series:
    """Dates whose months are called as in short English, and other texts as they are. (N,)

    >>> with_short_names(pl.Series(["1. Januar 2024", "Sept. 24", "2024-05", "soon"])).to_list()
    ['1. Jan 2024', 'Sep 24', '2024-05', 'soon']
    """
    plain = texts
    for pattern, said in _AROUND:
        plain = plain.str.replace_all(pattern, said)
    before, name, behind = (
        plain.str.extract_groups(_PARTS).struct.field(part) for part in ("1", "2", "3")
    )
    short = name.str.to_lowercase().replace_strict(_BY_NAME, default=None, return_dtype=pl.String)
    return (before + short + behind).fill_null(texts).alias(texts.name)


def month_of(cell: str) -> int | None:
    """The place in the year of a month that stands alone; None of anything else.

    >>> month_of("January"), month_of("Sept."), month_of("March 2025")
    (0, 8, None)
    """
    return _PLACES.get(cell.lower().removesuffix("."))
