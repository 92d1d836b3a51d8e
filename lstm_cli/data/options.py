"""What a person says of how files are to be read; the files themselves answer the rest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LearnedColumns:
    """The columns of one of the files that a model learned from."""

    texts: tuple[str, ...]  # joined in this order
    rating: str


@dataclass(frozen=True)
class ReadOptions:
    """How files are read. What is left out is found in each file."""

    encoding: str | None = None  # of texts, as Python names it
    sheet: str | None = None  # which table, where a file holds several
    query: str | None = None  # in SQL, for a database
    text_columns: tuple[str, ...] = ()  # several are joined into one text, in this order
    rating_column: str | None = None
    labels: tuple[str, ...] = ()  # of the ratings, the lowest first
    bins: int | tuple[float, ...] | None = None  # how many of one width, or their edges
    learned: tuple[LearnedColumns, ...] = ()  # what a model learned from: these are looked for


DETECT_ALL = ReadOptions()  # nothing was said
