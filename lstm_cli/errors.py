"""Every mistake a user can put right.

    LstmError                 one line for a person; the command exits with 2
    ├── ReviewsError          a file of reviews cannot be used
    │   ├── FileError         it cannot be opened or is not what it claims to be
    │   ├── ColumnError       the text or the rating column is absent or ambiguous
    │   ├── ScaleError        the ratings do not form a scale
    │   └── RowError          rows cannot be used, or too few of them remain
    ├── VectorsError          a file of word vectors cannot be used
    ├── CheckpointError       a training cannot go on from where it was stopped
    ├── BundleError           a saved model cannot be used
    │   ├── NoModelError      there is none under that name, or none at all
    │   └── BundleExistsError there is one already, and nobody said to replace it
    ├── OutputError           the output cannot be written, or would overwrite something
    └── OptionError           options contradict each other or are out of range

A message says what is wrong, where, and what to do, in one line.
"""


class LstmError(Exception):
    """A mistake a user can put right; its text is the whole message."""


class ReviewsError(LstmError):
    """A file of reviews cannot be used."""


class FileError(ReviewsError):
    """The file cannot be opened, or is not what it claims to be."""


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


class OutputError(LstmError):
    """The output cannot be written, or would overwrite something."""


class OptionError(LstmError):
    """Options contradict each other or are out of range."""
