"""What the gates did, as a table for a spreadsheet or a notebook: one row per word, unrounded."""

from dataclasses import fields
from typing import TYPE_CHECKING

from lstm_cli.results import GateTrace
from lstm_cli.results.trace import WordTrace

if TYPE_CHECKING:
    from polars import DataFrame

_TEXTS, _TRUTHS, _WHOLE = ("token", "read_as", "rating"), ("known",), "running"


def word_table(trace: GateTrace) -> "DataFrame":
    """A row a word: what is in ``words``, ``if_deleted``, and the probability of each rating.

    ``if_deleted`` is the change of the expected rating if the word is left out; null where it
    was not tried. Columns and types are the same for every review of a model, so that the tables
    of several can be stacked.
    """
    from polars import Boolean, DataFrame, Float64, String

    deleted = {} if trace.explanation is None else {
        word.word: -word.effect for word in trace.explanation.words
    }  # fmt: skip
    names = [field.name for field in fields(WordTrace) if field.name != _WHOLE]
    names += ["if_deleted", *(f"P({rating})" for rating in trace.start)]
    rows = [
        {key: value for key, value in vars(word).items() if key != _WHOLE}
        | {"if_deleted": deleted.get(place)}
        | {f"P({rating})": share for rating, share in word.running.items()}
        for place, word in enumerate(trace.words)
    ]
    types = {
        name: String if name in _TEXTS else Boolean if name in _TRUTHS else Float64
        for name in names
    }
    return DataFrame(rows, schema=types)
