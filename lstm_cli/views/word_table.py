"""What the gates did, as a table for a spreadsheet or a notebook: a row a word, unrounded."""

from typing import TYPE_CHECKING

from lstm_cli.results import GateTrace

if TYPE_CHECKING:
    from polars import DataFrame


def word_table(trace: GateTrace) -> "DataFrame":
    """A row a word: what is in ``words``, ``if_deleted``, and the probability of each rating.

    ``if_deleted`` is the change of the expected rating if the word is left out; null where it
    was not tried.
    """
    from polars import DataFrame

    deleted = {} if trace.explanation is None else {
        word.word: -word.effect for word in trace.explanation.words
    }  # fmt: skip
    return DataFrame(
        [
            {key: value for key, value in vars(word).items() if key != "running"}
            | {"if_deleted": deleted.get(place)}
            | {f"P({rating})": share for rating, share in word.running.items()}
            for place, word in enumerate(trace.words)
        ],
        infer_schema_length=None,
    )
