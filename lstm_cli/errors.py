"""Every mistake a user can put right.

    LstmError                 one line for a person; the command exits with 2
    ├── ReviewsError          a file of reviews cannot be used
    │   ├── FileError         it cannot be opened or is not what it claims to be
    │   │   └── NoRowsError   it is a table, and there is nothing in it
    │   ├── ColumnError       the text or the rating column is absent or ambiguous
    │   ├── ScaleError        the ratings do not form a scale
    │   └── RowError          rows cannot be used, or too few of them remain
    ├── VectorsError          a file of word vectors cannot be used
    ├── CheckpointError       a training cannot go on from where it was stopped
    ├── BundleError           a saved model cannot be used
    │   ├── NoModelError      there is none under that name, or none at all
    │   └── BundleExistsError there is one already, and nobody said to replace it
    ├── TransferError         a model cannot be brought to or from a hub or another place
    ├── OutputError           the output cannot be written, or would overwrite something
    ├── EventError            a story has an event that its cells have never seen
    ├── ProcessError          another of the processes that train together has ended
    ├── RequestError          what is asked for does not fit the model, the review or the data
    └── OptionError           options contradict each other; commands alone raise it

A message says what is wrong, where, and what to do, in one line. No message names an
option of the command line, for a server or a notebook shows it too: what to do is a
``Remedy``, and ``commands/hints.py`` knows the option for each.
"""

from collections.abc import Callable
from enum import Enum, unique
from functools import partial


@unique  # two of the same words would be one, with one hint
class Remedy(Enum):
    """What to do about an error, in words that hold for every interface.

    ``{0}`` and ``{1}`` stand for details that the error carries.
    """

    NAME_TEXT_COLUMN = "name the column of reviews ({0})"
    CHOOSE_TEXT_COLUMN = "choose one of them as the column of reviews"
    CORRECT_TEXT_COLUMN = "name another column of reviews"
    NAME_RATING_COLUMN = "name the column of ratings ({0})"
    CHOOSE_RATING_COLUMN = "choose one of them as the column of ratings"
    CORRECT_RATING_COLUMN = "name another column of ratings"
    ORDER_RATINGS = "say their order, the lowest first ({0}), or name another column of ratings"
    LEAVE_OUT_WORDS = "say which of them are ratings, the lowest first ({0})"
    FIT_SCALE = "name another column of ratings, or use a model that learned such ratings"
    FIT_OR_IGNORE = (
        "name another column of ratings, use a model that learned such ratings, or let it rate all"
    )
    CORRECT_ORDER = "say other labels, or leave the order out"
    LEAVE_OUT_BINS = "leave out the bins, or name another column of ratings"
    CUT_RATINGS = "cut them into bins, or name another column of ratings"
    JOIN_TEXT_COLUMNS = "choose one of them as the column of reviews, or join them"
    ADD_OTHER_RATINGS = "add reviews with other ratings, or name another column of ratings"
    NAME_ENCODING = "name the encoding ({0})"
    CORRECT_ENCODING = "name another encoding ({0})"
    MEND_OR_SKIP_ROWS = "mend them, or let them be skipped"
    ADD_OR_GIVE_VALIDATION = "add reviews, or give held-out ones"
    REMOVE_CHECKPOINT = "remove it, or start over"
    REPEAT_OR_BEGIN_ANEW = "repeat those, or start over"
    RENAME_OR_REPLACE = "choose another name, or say that it may be replaced"
    RESUME_OR_REPLACE = "resume it, or replace it to start over"
    WAIT_OR_RENAME = "wait for it, or choose another name"
    WAIT = "wait for it"
    CHOOSE_DEVICE = "compute on another device"
    TEACH_RATINGS = "train a model that starts from it"
    TRAIN_A_MODEL = "train one"
    LIST_MODELS = "look at the list of models"
    START_FROM_LSTM = "training starts from an LSTM, or from nothing"
    LEAVE_OUT = "leave it out"
    GIVE_SAME_FILE = "give the same file"
    GIVE_SAME_VECTORS = "give the same file of vectors"
    GIVE_SAME_VALIDATION = "give the same held-out file"
    GIVE_BASE = "give its folder"
    CHOOSE_SHEET = "choose one of them ({0})"
    RENAME_OR_REMOVE_FILE = "name another file, or remove it first"
    RENAME_OR_REPLACE_FILE = "name another file, or say that it may be replaced"
    RENAME_OR_REPLACE_PLACE = "name another address, or say that it may be replaced"
    LEAVE_OUT_ENCODING = "name no encoding"
    LEAVE_OUT_SHEET = "name no table in it"
    LEAVE_OUT_QUERY = "give no query"
    LIST_VERSIONS = "look at the list of its versions"
    RESTORE = "put it into use first"
    ADD_OR_GIVE_OLD = "add reviews, or give those that it was trained on"
    TRAIN_FROM_IT = "train another model that starts from it"
    TRAIN_AGAIN = "train it again on all of its reviews"
    GIVE_UNSEEN = "give other reviews, or look at what it reached on held-out ones"
    GIVE_RATED = "name the column of ratings ({0}), or give a file of rated reviews besides"
    GIVE_RATED_ALONE = "give a file of rated reviews besides"
    RATE_INSTEAD = "give a file of rated reviews, or have a model rate these"


# What is to be done about a file without ratings.
OF_NO_RATINGS = frozenset((Remedy.NAME_RATING_COLUMN, Remedy.RATE_INSTEAD))


class LstmError(Exception):
    """A mistake a user can put right.

    >>> str(ColumnError("a.csv: no column looks like reviews", Remedy.NAME_TEXT_COLUMN, "a, b"))
    'a.csv: no column looks like reviews; name the column of reviews (a, b)'

    Args:
        problem: what is wrong, and where; with what to do, where no interface needs other words.
        remedy: what to do about it.
        details: what the remedy names.
    """

    def __init__(self, problem: str, remedy: Remedy | None = None, *details: object) -> None:
        super().__init__(problem, remedy, *details)
        self.problem = problem
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        if self.remedy is None:
            return self.problem
        return f"{self.problem}; {self.remedy.value.format(*self.details)}"


class ReviewsError(LstmError):
    """A file of reviews cannot be used."""


class FileError(ReviewsError):
    """The file cannot be opened, or is not what it claims to be."""


class NoRowsError(FileError):
    """The file has columns, or nothing at all; among the files of a folder it is passed over."""


class ColumnError(ReviewsError):
    """The text or the rating column is absent or ambiguous."""


class ScaleError(ReviewsError):
    """The ratings do not form a scale."""


class RowError(ReviewsError):
    """Rows cannot be used, or too few of them remain."""


class VectorsError(LstmError):
    """A file of word vectors cannot be used."""


class CheckpointError(LstmError):
    """A training cannot go on from where it was stopped."""


class BundleError(LstmError):
    """A saved model cannot be used."""


class NoModelError(BundleError):
    """There is no model under that name, or none at all."""


class BundleExistsError(BundleError):
    """There is a model of that name already, and nobody said to replace it."""


class TransferError(LstmError):
    """A model cannot be brought to or from a hub or another place."""


class OutputError(LstmError):
    """The output cannot be written, or would overwrite something."""


class EventError(LstmError):
    """A story has an event that its cells have never seen."""


class ProcessError(LstmError):
    """Another of the processes that train one model together has ended, and so does this one.

    Args:
        is_said: it has said why.
    """

    def __init__(self, *, is_said: bool = False) -> None:
        where = "its reason stands above" if is_said else "torchrun says which, and why"
        super().__init__(f"another process of this training has ended; {where}")
        self.is_said = is_said


class RequestError(LstmError):
    """What is asked for does not fit the model, the review or the data.

    >>> str(RequestError("the review has words 1 to 5", parameter="step", value=9))
    'step 9: the review has words 1 to 5'

    Args:
        problem: why it does not fit.
        remedy: what to do about it.
        parameter: what was asked, by its name in Python.
        value: what was asked for; None where the name alone says it.
    """

    def __init__(
        self,
        problem: str,
        remedy: Remedy | None = None,
        *,
        parameter: str,
        value: object = None,
    ) -> None:
        super().__init__(problem, remedy)
        self.parameter = parameter
        self.value = value

    def __reduce__(self) -> tuple[Callable[..., "RequestError"], tuple[object, ...]]:
        made = partial(type(self), parameter=self.parameter, value=self.value)
        return made, (self.problem, self.remedy)

    def __str__(self) -> str:
        asked = self.parameter.replace("_", " ")
        return f"{asked}{'' if self.value is None else f' {self.value}'}: {super().__str__()}"


class OptionError(LstmError):
    """Options contradict each other or are out of range."""
