"""``lstm update`` beside a training on all reviews: how good, in what share of the time.

    python -m tests.benchmarks.updating DATA BASE WORK [--domains earphones ...] [--draws 0 1]
        [--changes readings=4,replayed=2 share=0.7]

DATA is that of ``learning_curve``; BASE has learned from none of the domains. Each draw takes 600
reviews of a domain; a model learns 500 of them, then is updated with the other 100, and is
measured on 1,000 others, or a third. Four models: *before* the update; *all*, trained on the 600
from the base; *replay*, updated with the 500 at hand; *alone*, updated without them. Then the
model is updated with 100 reviews of the next domain, with and without the 500, and measured on
its own domain again: what does it forget? The seconds are of the processor, of one thread, from
reading the files to the saved model, without loading Python's packages.

Every figure is a line of WORK/updating.jsonl as soon as it is known, and is not measured again.
"""

import argparse
import itertools
import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.metrics.scores import ranked_probability_scores, scores_of
from lstm_cli.pipeline.requests import TrainRequest, UpdateRequest
from lstm_cli.pipeline.run import run_training, run_update
from lstm_cli.training import rules
from tests.benchmarks.recipes import domain
from tests.benchmarks.training import Silent

DOMAINS = ("earphones", "dating_app", "gadgets_flipkart")
MODELS = ("before", "all", "replay", "alone", "other with replay", "other alone")
DRAWS = range(5)
FIRST, MORE = 500, 100
CHANGED = {  # where each number of the recipe is read
    "readings": "lstm_cli.training.rules.READINGS",
    "rate": "lstm_cli.training.rules.UPDATE_RATE",
    "replayed": "lstm_cli.pipeline.update_preparation.REPLAYED",
    "share": "lstm_cli.pipeline.updating.UPDATE_SHARE",
}
DEFAULTS = {
    "readings": rules.READINGS,
    "rate": rules.UPDATE_RATE,
    "replayed": rules.REPLAYED,
    "share": rules.UPDATE_SHARE,
}

Figures = dict[str, Any]


class Quiet(Silent):
    """Hears all of a training or an update and says nothing."""

    def read(self, *_: object) -> None: ...
    def prepared(self, *_: object) -> None: ...
    def planned(self, *_: object) -> None: ...
    def nothing_to_resume(self, *_: object) -> None: ...

    def renamed(self, *_: object) -> None: ...
    def training(self) -> AbstractContextManager[Callable[[], bool]]:
        return nullcontext(lambda: False)


def main() -> None:
    """Measure what has not been measured yet, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--domains", nargs="*", default=DOMAINS)
    parser.add_argument("--draws", type=int, nargs="*", default=DRAWS)
    parser.add_argument("--only", nargs="*", default=MODELS, help="of the six models")
    parser.add_argument(
        "--changes", nargs="*", default=[""], help="other numbers than those of the rules"
    )
    asked = parser.parse_args()
    Compute(threads=1).set_up_process()
    for draw, name, change in itertools.product(asked.draws, asked.domains, asked.changes):
        run = Run(asked.data, asked.base, asked.work, name, draw, change)
        with changed(change):
            for model in MODELS:
                if model in asked.only:
                    run.figures(model)
    for change in asked.changes:
        print(table(known(asked.work), asked.domains, change))


@contextmanager
def changed(change: str) -> Iterator[None]:
    """With other numbers in the recipe of an update."""
    with ExitStack() as stack:
        for part in filter(None, change.split(",")):
            name, _, value = part.partition("=")
            stack.enter_context(patch(CHANGED[name], type(DEFAULTS[name])(value)))
        yield


class Run:
    """One draw of the reviews of one domain."""

    def __init__(
        self, data: Path, base: Path, work: Path, name: str, draw: int, change: str
    ) -> None:
        self.data, self.base, self.work, self.draw = data, base, work, draw
        self.name, self.change = name, change
        self.next = dict(zip(DOMAINS, (*DOMAINS[1:], DOMAINS[0]), strict=True)).get(
            name, DOMAINS[0]
        )
        self.models = work / "models"
        for folder in (work, self.models):
            folder.mkdir(parents=True, exist_ok=True)

    def files(self, name: str) -> dict[str, str]:
        """Of a domain: the first reviews, the others, both, and those that are measured on."""
        made = {
            part: self.work / f"{name}-{self.draw}-{part}.csv"
            for part in ("first", "more", "both", "test")
        }
        if not made["test"].exists():
            reviews, test = domain(self.data, name)
            drawn = reviews.sample(FIRST + MORE, seed=self.draw, shuffle=True)
            drawn.head(FIRST).write_csv(made["first"])
            drawn.tail(MORE).write_csv(made["more"])
            drawn.write_csv(made["both"])
            test.write_csv(made["test"])
        return {part: str(file) for part, file in made.items()}

    def figures(self, model: str) -> None:
        """Make one of the models and measure it, unless that has been done."""
        change = "" if model in ("before", "all") else self.change
        about = {"domain": self.name, "draw": self.draw, "model": model, "change": change}
        if any(about.items() <= line.items() for line in known(self.work)):
            return
        files = self.files(self.name)
        began = time.process_time()
        if model in ("before", "all"):
            path = self.trained(model)
        else:
            source = self.trained("before")
            path = self.models / f"{self.name}-{self.draw}-updated"
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(source, path)
            other = self.files(self.next if model.startswith("other") else self.name)
            replay = (files["first"],) if model.endswith("replay") else ()
            began = time.process_time()
            run_update(
                UpdateRequest(
                    str(path), (other["more"],), self.models, replay, accept_worse=True,
                    seed=self.draw, threads=1, precision="float32",
                ),
                Quiet(),
            )  # fmt: skip
        seconds = time.process_time() - began
        found = about | measured(path, files["test"]) | {"seconds": round(seconds, 2)}
        if path.name.endswith("-updated"):
            shutil.rmtree(path)
            shutil.rmtree(self.models / f".{path.name}.versions")
        with (self.work / "updating.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")

    def trained(self, model: str) -> Path:
        """A model of the first reviews, or of all."""
        path = self.models / f"{self.name}-{self.draw}-{model}"
        if not path.exists():
            file = self.files(self.name)["first" if model == "before" else "both"]
            request = TrainRequest(
                (file,), self.models, name=path.name, base=str(self.base), seed=self.draw,
                threads=1, precision="float32", with_baseline=False,
            )  # fmt: skip
            run_training(request, Quiet())
        return path


def measured(path: Path, file: str) -> Figures:
    """A model on the reviews of a file."""
    bundle = open_bundle(path)
    scale = bundle.info.scale
    reviews = read_reviews([file], scale=scale)
    corpus = tokenize_reviews(reviews.texts, bundle.info.token_pattern).encode(bundle.vocabulary)
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    said = rating_probabilities(network, corpus, Compute(threads=1))
    truth = reviews.rating_indices
    scores = scores_of(truth, said.argmax(axis=1), np.array(scale.ratings))
    likely = np.maximum(said[np.arange(len(truth)), truth], 1e-12)
    return {
        "n": scores.n,
        "accuracy": scores.accuracy,
        "mae": scores.mae,
        "rps": float(ranked_probability_scores(said, truth).mean()),
        "nats": float(-np.log(likely).mean()),
        "temperature": bundle.info.temperature,
    }


def known(work: Path) -> list[Figures]:
    """All that has been measured so far."""
    file = work / "updating.jsonl"
    return (
        [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    )


def table(lines: list[Figures], domains: list[str], change: str) -> str:
    """Means over the draws, as ``README.md`` beside this file has them."""
    rows = [
        "| | draws | accuracy | mean error | against *all* | RPS | seconds |\n"
        "|---|---|---|---|---|---|---|"
    ]
    for name in domains:
        of_all = _of(lines, name, "all", "")
        for model in MODELS:
            found = _of(lines, name, model, "" if model in ("before", "all") else change)
            draws = sorted(set(found) & set(of_all))
            if not draws:
                continue

            def mean(
                key: str, found: dict[int, Figures] = found, draws: list[int] = draws
            ) -> float:
                return statistics.mean(found[draw][key] for draw in draws)

            against = 100 * statistics.mean(
                found[draw]["accuracy"] - of_all[draw]["accuracy"] for draw in draws
            )
            rows.append(
                f"| {name}: {model} | {len(draws)} | {100 * mean('accuracy'):.1f} | "
                f"{mean('mae'):.3f} | {against:+.1f} | {mean('rps'):.3f} | {mean('seconds'):.1f} |"
            )
    return "\n".join(rows)


def _of(lines: list[Figures], name: str, model: str, change: str) -> dict[int, Figures]:
    about = {"domain": name, "model": model, "change": change}
    return {line["draw"]: line for line in lines if about.items() <= line.items()}


if __name__ == "__main__":
    main()
