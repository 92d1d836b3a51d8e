"""What to do about an error, in options of the command line: the errors know none."""

from lstm_cli.errors import LstmError, Remedy, RequestError

HINTS = {
    Remedy.NAME_TEXT_COLUMN: "name it with --text-column ({0})",
    Remedy.CHOOSE_TEXT_COLUMN: "choose one with --text-column",
    Remedy.CORRECT_TEXT_COLUMN: "give --text-column another name",
    Remedy.NAME_RATING_COLUMN: "name it with --rating-column ({0})",
    Remedy.CHOOSE_RATING_COLUMN: "choose one with --rating-column",
    Remedy.CORRECT_RATING_COLUMN: "give --rating-column another name",
    Remedy.WRITE_NUMBERS: "write numbers instead (0 and 1, say), or name another column with "
    "--rating-column",
    Remedy.ROUND_RATINGS: "round them, or name another column with --rating-column",
    Remedy.ADD_OTHER_RATINGS: "add reviews with other ratings, or name another column with "
    "--rating-column",
    Remedy.MEND_OR_SKIP_ROWS: "mend them, or drop --strict",
    Remedy.ADD_OR_GIVE_VALIDATION: "add reviews or give others with --validation FILE",
    Remedy.REMOVE_CHECKPOINT: "remove it, or leave out --resume",
    Remedy.REPEAT_OR_BEGIN_ANEW: "repeat those, or leave out --resume to begin anew",
    Remedy.RENAME_OR_REPLACE: "choose another with --name, or give --replace",
    Remedy.RESUME_OR_REPLACE: "the same command with --resume goes on, with --replace it begins "
    "anew",
    Remedy.WAIT_OR_RENAME: "wait for it, or choose another with --name",
    Remedy.TEACH_RATINGS: "teach it with: lstm train REVIEWS.csv --base {0}",
    Remedy.TRAIN_A_MODEL: "train one with: lstm train REVIEWS.csv (or lstm train --sample)",
    Remedy.LIST_MODELS: "lstm models lists the models there are",
    Remedy.START_FROM_LSTM: "training starts from an LSTM, or --base none",
    Remedy.LEAVE_OUT: "leave the option out",
    Remedy.GIVE_SAME_FILE: "give the same file",
    Remedy.GIVE_SAME_VECTORS: "give the same file with --vectors",
    Remedy.GIVE_SAME_VALIDATION: "give the same file with --validation",
    Remedy.GIVE_BASE: "give the folder where it lies with --base",
}


def with_options(error: LstmError) -> str:
    """The message of an error, with the options that put it right.

    >>> from lstm_cli.errors import ColumnError
    >>> with_options(ColumnError("a.csv: no column", Remedy.CHOOSE_TEXT_COLUMN))
    'a.csv: no column; choose one with --text-column'
    >>> with_options(RequestError("the review has words 1 to 5", parameter="step", value=9))
    '--step 9: the review has words 1 to 5'
    """
    message = error.problem
    if error.remedy is not None:
        message = f"{message}; {HINTS[error.remedy].format(*error.details)}"
    if isinstance(error, RequestError):
        value = "" if error.value is None else f" {error.value}"
        message = f"--{error.parameter.replace('_', '-')}{value}: {message}"
    return message
