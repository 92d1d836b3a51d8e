"""What learns ratings from a frame of reviews, ours and simpler ones, measured on another.

A learner takes reviews to learn from, others to measure on, and a seed. fastText is to be installed
(pip install fasttext), and so are scikit-learn and, for a sentence encoder, transformers.
"""

import importlib.util
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.metrics.baselines import WordRegression
from lstm_cli.metrics.scores import scores_of
from lstm_cli.text.tokens import tokenize
from tests.benchmarks.accuracy import run

Figures = dict[str, Any]
Learner = Callable[[pl.DataFrame, pl.DataFrame, int], Figures]

MOST_PIECES = 256  # of a review that all-MiniLM-L6-v2 reads, as its makers have it
TEXTS_PER_BATCH = 32
FOLDS = 3  # in which a peer's strength of regularization is chosen
STRENGTHS = (1.0, 10.0, 100.0)


def ours(train: pl.DataFrame, dev: pl.DataFrame, seed: int, base: str, tries: int = 1) -> Figures:
    """``lstm train`` and ``lstm evaluate``, with a budget where there is to be more than a try."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: f"{folder}/{name}.csv" for name in ("train", "dev")}
        train.write_csv(files["train"])
        dev.write_csv(files["dev"])
        line = ["train", files["train"], "--seed", str(seed), "--base", base, "--no-baseline"]
        at = ("--models-dir", f"{folder}/models")
        made = run(*line, "--name", "one", *at)
        if tries > 1:
            history = Path(folder, "models", "one", "history.jsonl").read_text("utf-8")
            budget = f"{round(tries * json.loads(history.splitlines()[-1])['seconds'])}s"
            made = run(*line, "--name", "one", "--replace", *at, "--budget", budget)
        scores = run("evaluate", files["dev"], "--model", f"{folder}/models/one")
    best = [tried for tried in made["tried"] if tried["is_best"]]
    return {
        **{name: scores[name] for name in ("accuracy", "mae", "qwk", "ece")},
        "ece_of_chance": scores["ece_by_chance"],
        **({"tried": len(made["tried"]), "changes": best[-1]["changes"]} if best else {}),
    }


def regression(train: pl.DataFrame, dev: pl.DataFrame, _seed: int) -> Figures:
    """The logistic regression that ``lstm train`` fits, on words and pairs."""
    ratings = np.unique(train["rating"].to_numpy())
    places = np.searchsorted(ratings, train["rating"].to_numpy())
    fitted = WordRegression.fit(map(tokenize, train["review"]), places, len(ratings))
    return scores(ratings[fitted.predict(map(tokenize, dev["review"]))], dev)


def has_fast_text() -> bool:
    return importlib.util.find_spec("fasttext") is not None


def fast_text(train: pl.DataFrame, dev: pl.DataFrame, seed: int) -> Figures:
    """Words and pairs, 25 passes, one thread so that the seed decides: as its tutorial ends."""
    import fasttext

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for review, rating in train.select("review", "rating").iter_rows():
            file.write(f"__label__{rating} {' '.join(tokenize(review))}\n")
        file.flush()
        model = fasttext.train_supervised(
            file.name, lr=0.5, epoch=25, wordNgrams=2, dim=50, thread=1, seed=seed, verbose=0
        )
    answers = []
    for review in dev["review"]:
        # Its own predict breaks on numpy 2; what it calls does not.
        ((_, label),) = model.f.predict(" ".join(tokenize(review)) + "\n", 1, 0.0, "strict")
        answers.append(float(label.removeprefix("__label__")))
    return scores(np.array(answers), dev)


def weighted_words(train: pl.DataFrame, dev: pl.DataFrame, seed: int) -> Figures:
    """TF-IDF of words and pairs, and the logistic regression of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    weigh = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = weigh.fit_transform(train["review"])
    return scores(_chosen(features, train, seed).predict(weigh.transform(dev["review"])), dev)


class SentenceEncoder:
    """A sentence encoder that stays as it is, and a logistic regression on what it makes of texts.

    Args:
        folder: its weights, configuration and tokenizer, for example all-MiniLM-L6-v2.
    """

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModel, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()
        self._known: dict[str, Float32Array] = {}

    def __call__(self, train: pl.DataFrame, dev: pl.DataFrame, seed: int) -> Figures:
        fitted = _chosen(self.read(train["review"]), train, seed)
        return scores(fitted.predict(self.read(dev["review"])), dev)

    def read(self, texts: pl.Series) -> Float32Array:
        """Vectors of length 1, of texts that were read before or not. (N, D)"""
        new = sorted({*texts} - {*self._known}, key=len)
        for begin in range(0, len(new), TEXTS_PER_BATCH):
            some = new[begin : begin + TEXTS_PER_BATCH]
            self._known |= dict(zip(some, self._read(some), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _read(self, texts: list[str]) -> Float32Array:
        import torch

        cut = self._tokenizer(
            texts, padding=True, truncation=True, max_length=MOST_PIECES, return_tensors="pt"
        )
        with torch.inference_mode():
            read = self._model(**cut).last_hidden_state
        is_piece = cut["attention_mask"][..., None]
        mean = (read * is_piece).sum(1) / is_piece.sum(1)
        return torch.nn.functional.normalize(mean).numpy()


def _chosen(features: Any, train: pl.DataFrame, seed: int) -> Any:
    """A logistic regression whose strength of regularization reviews that it has not seen chose."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, KFold

    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    search = GridSearchCV(LogisticRegression(max_iter=1_000), {"C": STRENGTHS}, cv=folds)
    return search.fit(features, train["rating"].cast(pl.String)).best_estimator_


def scores(answers: NDArray[Any], dev: pl.DataFrame) -> Figures:
    """Of ratings that were answered, as numbers or as they are written. (N,)"""
    given = answers.astype(float)
    true = dev["rating"].cast(pl.Float64).to_numpy()
    scale: Float64Array = np.unique(np.concatenate([true, given]))
    places = (np.searchsorted(scale, ratings) for ratings in (true, given))
    found = scores_of(*places, scale)
    return {"accuracy": found.accuracy, "mae": found.mae, "qwk": found.qwk}
