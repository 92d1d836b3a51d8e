"""A file of reviews rated, file to file, against others on the same reviews; and its memory.

``python -m tests.benchmarks.scoring [REVIEWS] [ROUNDS] [LENGTHS]``; with ``memory``, the second
table.

Sizes are those of the base that ships; reviews of made-up words, as long as film reviews
(``imdb``) or single sentences (``sst5``).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import torch
from torch import nn

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.batches import batches, make_batch
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.texts import open_texts
from lstm_cli.data.writing import TableWriter
from lstm_cli.inference.rating import rate
from lstm_cli.inference.scorer import Scorer, as_the_machine_can
from tests.benchmarks.big_bundle import made_up_word, write_big_bundle
from tests.benchmarks.tables import alternately, show_table
from tests.benchmarks.training import SHAPES, made_up

WORDS, EMBEDDING, UNITS = 36_000, 256, 512

MEMORY = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def write_reviews(path: Path, corpus: Corpus) -> None:
    """The reviews as a CSV file, in the words that ``big_bundle`` knows."""
    words = np.array([made_up_word(k) for k in range(int(corpus.token_ids.max()) + 1)])
    texts = [" ".join(words[corpus[k]]) for k in range(len(corpus))]
    pl.DataFrame({"review": texts}).write_csv(path)


def ours(model: Path, source: Path, target: Path) -> None:
    """What ``lstm predict --input --output`` does, the start of the process left out."""
    target.unlink(missing_ok=True)
    with open_texts(str(source)) as opened, TableWriter(str(target), opened.table) as writer:
        for rated in rate(Scorer(open_bundle(model), as_the_machine_can), opened):
            writer.write(rated.with_ratings())


@torch.no_grad()
def bare(corpus: Corpus) -> None:
    """The fused kernel alone, forward, on batches of like length."""
    kernel, compute = nn.LSTM(EMBEDDING, UNITS, batch_first=True), Compute.of_machine()
    longest = int(corpus.lengths.max())
    bank = torch.randn(max(compute.tokens_at_once, longest) * EMBEDDING)
    for batch in batches(corpus, compute.tokens_at_once):
        num_events = batch.token_ids.size
        events = bank[: num_events * EMBEDDING].view(*batch.token_ids.shape, EMBEDDING)
        with compute.autocast():
            kernel(events)


@torch.no_grad()
def plain_loop(model: Path, corpus: Corpus) -> None:
    """The loop a notebook has: batches of 64 in the order of the file, float32, already cut."""
    bundle = open_bundle(model)
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    for start in range(0, len(corpus), 64):
        batch = make_batch(corpus, np.arange(start, min(start + 64, len(corpus))))
        network(torch.from_numpy(batch.token_ids), torch.from_numpy(batch.lengths))


def regression(source: Path) -> Callable[[], None]:
    """scikit-learn's TF-IDF and logistic regression, fitted beforehand."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts = pl.read_csv(source)["review"].to_list()
    fitted = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=5))
    fitted.fit(texts[:500], np.arange(500) % 5)
    return lambda: fitted.predict_proba(pl.read_csv(source)["review"].to_list()).sum()


def fast_text(source: Path) -> Callable[[], None]:
    """fastText, fitted beforehand, on the same file."""
    import fasttext

    texts = pl.read_csv(source)["review"].to_list()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"__label__{k % 5} {text}\n" for k, text in enumerate(texts[:500]))
        file.flush()
        fitted = fasttext.train_supervised(file.name, wordNgrams=2, epoch=1, verbose=0)
    # The wrapper's own predict() asks numpy for what numpy 2 no longer gives.
    return lambda: fitted.f.multilinePredict(
        [f"{text}\n" for text in pl.read_csv(source)["review"]], 5, 0.0, "strict"
    )


def main(reviews: int = 5_000, rounds: int = 3, lengths: str = "imdb") -> None:
    """Print the table of speeds."""
    corpus = made_up(SHAPES[lengths], reviews).corpus
    num_tokens = len(corpus.token_ids)
    with tempfile.TemporaryDirectory() as folder:
        model, source = Path(folder) / "big", Path(folder) / "reviews.csv"
        write_big_bundle(model, WORDS, EMBEDDING, UNITS)
        write_reviews(source, corpus)

        def speed(work: Callable[[], None]) -> Callable[[], float]:
            def measure() -> float:
                began = time.perf_counter()
                work()
                return num_tokens / (time.perf_counter() - began)

            return measure

        sides = {
            "file to file": speed(lambda: ours(model, source, Path(folder) / "rated.csv")),
            "bare fused kernel, forward": speed(lambda: bare(corpus)),
            "batches in file order, float32": speed(lambda: plain_loop(model, corpus)),
            "scikit-learn, TF-IDF and logistic regression": speed(regression(source)),
        }
        try:
            sides["fastText, two words together"] = speed(fast_text(source))
        except ImportError:
            print("fastText is not installed (pip install fasttext-wheel): left out")
        print(f"Rating {reviews:,} reviews, {best_precision()}, medians of {rounds}\n")
        show_table("tokens/s", alternately(sides, rounds), first="file to file")


def memory() -> None:
    """Print the table of memory."""
    lstm = str(Path(sys.executable).with_name("lstm"))
    with tempfile.TemporaryDirectory() as folder:
        model, source = Path(folder) / "big", Path(folder) / "reviews.csv"
        write_big_bundle(model, WORDS, EMBEDDING, UNITS)
        print("| reviews of 100 words | peak memory, MiB |\n|---|---|")
        for rows in (10_000, 100_000):
            rng = np.random.default_rng(0)
            ids = rng.integers(2, 30_000, 100 * rows).astype(np.int32)
            write_reviews(source, Corpus.of(ids, np.full(rows, 100)))
            target = Path(folder) / f"rated-{rows}.csv"
            command = [lstm, "-q", "predict", "--model", str(model), "--input", str(source)]
            command += ["--output", str(target)]
            said = subprocess.check_output([sys.executable, "-c", MEMORY, *command], text=True)
            print(f"| {rows:,} | {float(said):,.0f} |")


if __name__ == "__main__":
    if sys.argv[1:] == ["memory"]:
        memory()
    else:
        main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
