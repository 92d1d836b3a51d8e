"""What to do about an error, in terms of command-line options, which the errors do not know."""

from lstm_cli.errors import LstmError, Remedy, RequestError

HINTS = {
    Remedy.NAME_TEXT_COLUMN: "name it with --text-column ({0})",
    Remedy.CHOOSE_TEXT_COLUMN: "choose one with --text-column",
    Remedy.CORRECT_TEXT_COLUMN: "name another with --text-column",
    Remedy.NAME_RATING_COLUMN: "name it with --rating-column ({0})",
    Remedy.CHOOSE_RATING_COLUMN: "choose one with --rating-column",
    Remedy.CORRECT_RATING_COLUMN: "name another with --rating-column",
    Remedy.ORDER_RATINGS: "say their order with --scale LOWEST,...,HIGHEST (of {0}), or name "
    "another column with --rating-column",
    Remedy.LEAVE_OUT_WORDS: '--scale "{0}" orders those that are known and skips the others; or '
    "name another column with --rating-column",
    Remedy.FIT_SCALE: "name another column with --rating-column, or use a model that learned such "
    "ratings",
    Remedy.FIT_OR_IGNORE: "name another column with --rating-column, use a model that learned such "
    "ratings, or let the model rate all of them with --no-ratings",
    Remedy.CORRECT_ORDER: "say other labels with --scale, or leave it out",
    Remedy.LEAVE_OUT_BINS: "leave out --bins, or name another column with --rating-column",
    Remedy.CUT_RATINGS: "cut them into bins with --bins 5, or name another column with "
    "--rating-column",
    Remedy.JOIN_TEXT_COLUMNS: "choose one with --text-column, or join them with "
    "--text-column {0} --text-column {1}",
    Remedy.ADD_OTHER_RATINGS: "add reviews with other ratings, or name another column with "
    "--rating-column",
    Remedy.NAME_ENCODING: "name it with --encoding ({0})",
    Remedy.CORRECT_ENCODING: "name another with --encoding ({0}), or leave it out",
    Remedy.MEND_OR_SKIP_ROWS: "mend them, or drop --strict",
    Remedy.ADD_OR_GIVE_VALIDATION: "add reviews, or give held-out ones with --validation FILE",
    Remedy.REMOVE_CHECKPOINT: "remove it, or leave out --resume",
    Remedy.REPEAT_OR_BEGIN_ANEW: "repeat those, or leave out --resume to start over",
    Remedy.RENAME_OR_REPLACE: "choose another with --name, or give --replace",
    Remedy.RESUME_OR_REPLACE: "run the same command with --resume to continue, or with "
    "--replace to start over",
    Remedy.WAIT_OR_RENAME: "wait for it, or choose another with --name",
    Remedy.WAIT: "wait for it",
    Remedy.CHOOSE_DEVICE: "choose another with --device, such as cpu",
    Remedy.TEACH_RATINGS: "teach it with: lstm train REVIEWS.csv --base {0}",
    Remedy.TRAIN_A_MODEL: "train one with: lstm train REVIEWS.csv (or lstm train --sample)",
    Remedy.LIST_MODELS: "see the available models with: lstm models",
    Remedy.START_FROM_LSTM: "start from an LSTM, or give --base none",
    Remedy.LEAVE_OUT: "leave the option out",
    Remedy.GIVE_SAME_FILE: "give the same file",
    Remedy.GIVE_SAME_VECTORS: "give the same file with --vectors",
    Remedy.GIVE_SAME_VALIDATION: "give the same file with --validation",
    Remedy.GIVE_BASE: "give its folder with --base",
    Remedy.CHOOSE_SHEET: "choose one with --sheet ({0})",
    Remedy.RENAME_OR_REMOVE_FILE: "name another file, or remove it first",
    Remedy.RENAME_OR_REPLACE_FILE: "name another file, or give --replace",
    Remedy.RENAME_OR_REPLACE_PLACE: "name another address, or give --replace",
    Remedy.LEAVE_OUT_ENCODING: "leave out --encoding",
    Remedy.LEAVE_OUT_SHEET: "leave out --sheet",
    Remedy.LEAVE_OUT_QUERY: "leave out --query",
    Remedy.LIST_VERSIONS: "see them with: lstm models history {0}",
    Remedy.RESTORE: "put it into use first with: lstm models restore {0} {1}",
    Remedy.ADD_OR_GIVE_OLD: "add reviews, or give those that it was trained on with --replay FILE",
    Remedy.TRAIN_FROM_IT: "train one that starts from it with: lstm train {0} --base {1}",
    Remedy.TRAIN_AGAIN: "train it again on all of its reviews, with: lstm train ... --replace",
    Remedy.GIVE_UNSEEN: "give other reviews, or see the scores on held-out ones with: "
    "lstm models show {0} (--with-seen measures on these all the same)",
    Remedy.GIVE_RATED: "name it with --rating-column ({0}), or give rated reviews with "
    "--rated FILE",
    Remedy.GIVE_RATED_ALONE: "give rated reviews with --rated FILE",
    Remedy.RATE_INSTEAD: "what takes reviews without ratings: lstm predict --input FILE, and "
    "lstm report FILE",
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
