"""``LSTMRatingClassifier``: what ``lstm train`` does, as an estimator of scikit-learn.

    classifier = LSTMRatingClassifier(random_state=0)
    cross_val_score(classifier, texts, ratings)
    classifier.fit(texts, ratings).save("models/hotels")

Texts are strings, one a review; ratings are whole numbers or words in an order. It learns
as the command does, with the same defaults; the held-out share is taken from what it is fitted
on, so that no file is needed.

Shapes: N texts, R ratings.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.claiming import check_name, check_not_stopped, claimed, forget_training
from lstm_cli.bundle.contents import INFO_FILE
from lstm_cli.bundle.locating import find_model
from lstm_cli.bundle.reading import Bundle, hold_bundle
from lstm_cli.bundle.verifying import verify
from lstm_cli.bundle.writing import contents_of, renamed, save_contents
from lstm_cli.config import (
    AUTO_DEVICE,
    MINIMUM_REVIEWS,
    Cell,
    Pooling,
    Precision,
    TrainConfig,
    VocabularyConfig,
)
from lstm_cli.data.given import given_reviews
from lstm_cli.data.ratings.labels import scale_of_labels
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.errors import LstmError, Remedy
from lstm_cli.inference.scorer import Scorer
from lstm_cli.parameters import request_of

_NAME = "classifier"  # of a model that has not been saved


class LSTMRatingClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # untyped
    """Learns ratings from texts with an LSTM.

    Args:
        base: a model to start from, by name or path; "none" for nothing; None for the base that
            ships with lstm-cli, or for nothing where a size, "rnn" or vectors are given.
        cell: "lstm", or "rnn" to compare with.
        embedding_size: dimensions of a word; those of the base, or 100, where None.
        hidden_size: units; those of the base, or 256, where None.
        pooling: what the rating is read off: "last", "mean", "maximum", several of them, or
            "all"; as the base where None.
        epochs: most passes over the texts; after their number where None.
        learning_rate: its peak; 0.003 from a base, 0.002 without, and 0.1 with eight units or
            fewer, where None.
        max_words: most words that are learned.
        balance: give rare ratings more weight.
        vectors: a file of word vectors to start from, in GloVe's format.
        validation: share of the texts that is held out, in (0, 1): it calibrates the
            probabilities and, without a base, chooses the epoch.
        budget: seconds for trying other settings; none are tried where None.
        time_limit: seconds that a fit may take; less is learned where they are few.
        precision: "float32" or "bfloat16"; what the machine is fastest in where None or "auto".
        device: where it learns, as ``lstm train --device`` has it; it predicts on the processor.
        threads: of the processor; all where None. It stays so for torch in the whole process.
            Give 1 where scikit-learn fits several at a time (``n_jobs``), and let it use
            processes: fits in threads share torch's random numbers.
        with_baseline: whether the saved model has a logistic regression beside it, for
            evaluations to compare with; a fit takes a little longer.
        scale: the ratings in order, the lowest first, where they are words whose order is not
            known.
        random_state: decides what is held out and all else that is drawn. The same number gives
            the same model as the same ``--seed`` of the command.

    Attributes:
        classes_: the ratings, sorted as scikit-learn expects, whatever their order. (R,)
        scale_: the same, the lowest first. (R,)
        held_out_scores_: what ``lstm evaluate --json`` says, on the held-out share, but for what
            it says of texts that the model has seen.
        n_epochs_: passes over the texts that were made.
    """

    def __init__(
        self,
        *,
        base: str | None = None,
        cell: Cell = "lstm",
        embedding_size: int | None = None,
        hidden_size: int | None = None,
        pooling: Pooling | Literal["all"] | Sequence[Pooling] | None = None,
        epochs: int | None = None,
        learning_rate: float | None = None,
        max_words: int = VocabularyConfig.maximum_size,
        balance: bool = False,
        vectors: str | None = None,
        validation: float = TrainConfig.validation_share,
        budget: float | None = None,
        time_limit: float | None = None,
        precision: Precision | Literal["auto"] | None = None,
        device: str = AUTO_DEVICE,
        threads: int | None = None,
        with_baseline: bool = False,
        scale: Sequence[Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.base = base
        self.cell = cell
        self.embedding_size = embedding_size
        self.hidden_size = hidden_size
        self.pooling = pooling
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.max_words = max_words
        self.balance = balance
        self.vectors = vectors
        self.validation = validation
        self.budget = budget
        self.time_limit = time_limit
        self.precision = precision
        self.device = device
        self.threads = threads
        self.with_baseline = with_baseline
        self.scale = scale
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "LSTMRatingClassifier":
        """Learn.

        Args:
            X: texts, in a list, an array or a series. (N,)
            y: the rating of each: whole numbers or words. Half stars are written as words
                ("4.5"), which have the order of their numbers. (N,)

        Returns:
            Itself.

        Raises:
            ValueError: what is given, or a parameter, cannot be used.
        """
        texts = texts_of(X)
        ratings = _ratings_of(y)
        check_consistent_length(texts, ratings)
        if len(texts) < MINIMUM_REVIEWS:
            raise ValueError(
                f"n_samples={len(texts)} are too few to learn from; at least {MINIMUM_REVIEWS} "
                "are needed"
            )
        request = request_of(self.get_params(), _seed_of(self.random_state))
        columns = (_name_of(X, "text"), _name_of(y, "rating"))
        from lstm_cli.pipeline.in_memory import learn_reviews

        try:
            in_order, scale = scale_of_labels(np.unique(ratings).tolist(), self.scale)
            place_of = {rating: place for place, rating in enumerate(in_order)}
            places = np.array([place_of[rating] for rating in ratings.tolist()])
            reviews = given_reviews(texts, places, scale, columns)
            made = learn_reviews(request, reviews, _NAME)
        except LstmError as error:
            raise ValueError(str(error)) from error
        self._take(contents_of(made, _NAME), np.array(in_order, dtype=ratings.dtype))
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable rating of each text. (N,)"""
        most_probable = self._probabilities(X).argmax(axis=1)
        return self.scale_[most_probable]

    def predict_proba(self, X: Any) -> Float64Array:
        """The probability of each rating of ``classes_``, for each text. (N, R)"""
        probabilities = self._probabilities(X)
        return probabilities[:, np.argsort(self.scale_, kind="stable")]

    def save(self, path: str | Path, *, replace: bool = False) -> Path:
        """Write what was learned as a saved model, for every command to use.

        Args:
            path: of its folder, such as "models/hotels"; the model is named after it.
            replace: an older model there may be replaced.

        Returns:
            The path.

        Raises:
            BundleExistsError: there is a model already, or a stopped training of one.
            OutputError: the disk is full, or the folder is not writable.
            RequestError: no model can have that name.
        """
        check_is_fitted(self)
        path = Path(path)
        contents = renamed(self._contents, check_name(path.name))
        if not replace:
            check_not_stopped(path, Remedy.RENAME_OR_REPLACE)
        with claimed(path):
            save_contents(contents, path, replace=replace)
            forget_training(path)
        return path

    @classmethod
    def from_bundle(cls, model: str | Path) -> "LSTMRatingClassifier":
        """A saved model as a fitted estimator.

        ``clone`` of it learns by the settings that the model was made with. Its ratings are whole
        numbers, or else words.

        Args:
            model: its name in the models folder, or its path.

        Raises:
            NoModelError: there is none, or it rates nothing.
            BundleError: it cannot be used.
        """
        bundle = find_model(str(model)).bundle
        verify(bundle)
        info, network = bundle.info, bundle.info.model
        labels = _labels_of(info.scale)
        assert isinstance(info.training, TrainConfig)  # it rates
        made = cls(
            base=info.base or "none",
            cell=network.cell,
            embedding_size=None if info.base else network.embedding_size,
            hidden_size=None if info.base else network.hidden_size,
            pooling=network.pooling,
            epochs=info.training.epochs,
            learning_rate=info.training.learning_rate,
            max_words=info.provenance.max_words or VocabularyConfig.maximum_size,
            balance=info.training.balance,
            validation=info.training.validation_share,
            precision=info.training.precision,
            scale=tuple(labels.tolist()) if info.scale.names else None,
            random_state=info.training.seed,
        )
        files = (*bundle.files, INFO_FILE)
        contents = {name: (bundle.path / name).read_bytes() for name in files}
        made._take(contents, labels)
        return made

    def _take(self, contents: dict[str, bytes], in_order: NDArray[Any]) -> None:
        """Hold a model, whose ratings are ``in_order``, the lowest first."""
        self._contents = contents
        bundle = self._opened()
        self.scale_ = in_order
        self.classes_ = np.sort(in_order, kind="stable")
        self.held_out_scores_ = dict(bundle.info.scores)
        self.n_epochs_ = len(bundle.text("history.jsonl").splitlines())
        self._scorer = Scorer(bundle)

    def _opened(self) -> Bundle:
        return hold_bundle(self._contents, _NAME)

    def _probabilities(self, X: Any) -> Float64Array:
        """Of each rating of ``scale_``. (N, R)"""
        check_is_fitted(self)
        return self._scorer(texts_of(X))

    def __getstate__(self) -> dict[str, Any]:
        # A scorer holds locks and may hold torch's network; it is made again of the files.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_scorer"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_contents" in state:
            self._scorer = Scorer(self._opened())

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_scorer")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags


def texts_of(X: Any) -> list[str]:
    """Texts, of a list, an array, a series, or a table of one column.

    Args:
        X: N of them.

    Raises:
        ValueError: they are no texts, or there are none.
    """
    if isinstance(X, str):
        raise ValueError("X is one text; give a list of texts")
    values = np.asarray(X, dtype=object)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(
            f"X has {values.ndim} dimensions, of the shape {values.shape}; give a list of texts"
        )
    if not len(values):
        raise ValueError("X has 0 samples; give a text or more")
    texts = values.tolist()
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"X has {text!r:.40} in row {row}, which is no text")
    return [_in_letters(text) for text in texts]


def _in_letters(text: str) -> str:
    """A text without halves of surrogate pairs, which are no letters and no file can hold."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _ratings_of(y: Any) -> NDArray[Any]:
    """The ratings as an array. (N,)

    Raises:
        ValueError: they are none that a classifier learns.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    ratings = column_or_1d(y, warn=True)
    if ratings.dtype == object and None in (listed := ratings.tolist()):
        raise ValueError(f"y has None in row {listed.index(None)}, which is no rating")
    for row, rating in enumerate(ratings.tolist() if ratings.dtype.kind in "OU" else ()):
        if isinstance(rating, str) and (not rating.strip() or _in_letters(rating) != rating):
            raise ValueError(f"y has {rating!r} in row {row}, which is no rating")
    check_classification_targets(ratings)
    if ratings.dtype == object and all(isinstance(rating, str) for rating in ratings):
        ratings = ratings.astype(str)
    return ratings


def _labels_of(scale: Scale) -> NDArray[Any]:
    """The ratings of a saved model, the lowest first: whole numbers, or words. (R,)"""
    is_whole = all(re.fullmatch("0|-?[1-9][0-9]{0,17}", label) for label in scale.labels)
    return np.array([int(r) for r in scale.labels] if is_whole else scale.labels)


def _seed_of(random_state: Any) -> int:
    """The number that decides all that is drawn.

    Raises:
        ValueError: it is nothing that random numbers are made from.
    """
    generator = check_random_state(random_state)
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return int(generator.randint(2**31 - 1))
    return int(random_state)


def _name_of(values: Any, otherwise: Literal["text", "rating"]) -> str:
    """What a series is called."""
    name = getattr(values, "name", None)
    return name if isinstance(name, str) and name else otherwise
