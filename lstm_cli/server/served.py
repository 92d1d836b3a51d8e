"""A model as a server holds it: read and verified as a whole before the first request.

Nothing of it is read from its folder afterwards, which may hold another model by then.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lstm_cli.bundle.contents import INFO_FILE, WEIGHTS_FILE, network_weights
from lstm_cli.bundle.reading import Bundle, refused
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.threads import granted_threads
from lstm_cli.data.corpus import Corpus
from lstm_cli.errors import BundleError
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Prediction
from lstm_cli.server.bodies import InspectAsked
from lstm_cli.views.live_page import live_page

# What ``bundle.json`` says of the machine and the files that a model was made from.
_OF_THE_MACHINE = ("path", "versions")
_OF_ITS_FILES = ("files", "vectors", "threads", "held_out_from")


@dataclass(frozen=True)
class Review:
    """A text that was cut into tokens."""

    text: str
    tokens: list[str]


@dataclass(frozen=True)
class LivePage:
    """The page of ``lstm live``."""

    content: bytes
    policy: str  # its own content security policy


class ServedModel:
    """A model that many ask.

    Args:
        bundle: the model; all that is asked of it later is read and verified here.

    Raises:
        BundleError: it cannot be used.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.name = bundle.name
        # A dictionary, and not the file: looking words up in that remembers every word ever asked.
        self._predictor = Predictor(bundle, bundle.vocabulary)
        self._vocabulary = bundle.vocabulary
        self._vocabulary.encode(())  # makes its index
        # All rows are checked here; asked one by one, a broken one would be found by a request.
        self._reader = BatchReader(network_weights(bundle.arrays), bundle.info.model)
        self._threads = granted_threads()
        self.described = _described(bundle)
        # What cannot be used is refused here; no page would say so, with its path, to a browser.
        _ = bundle.stored_epochs
        self.page, self.no_page_because = _page_of(bundle)

    def cut(self, text: str) -> Review:
        """Cut a text into tokens."""
        return Review(text, self._predictor.tokenize(text))

    def rate(self, reviews: Sequence[Review]) -> list[Prediction]:
        """Rate reviews, in their order.

        One alone is rated as ``lstm predict`` does it, to the last digit; several are read side by
        side and differ in the seventh.
        """
        if len(reviews) == 1:
            return [self._predictor.predict_cut(reviews[0].text, reviews[0].tokens)]
        corpus = Corpus.of_tokens((review.tokens for review in reviews), self._vocabulary)
        rated = self._reader.probabilities(corpus, self._threads)
        return [
            self._predictor.describe(review.text, review.tokens, probabilities)
            for review, probabilities in zip(reviews, rated, strict=True)
        ]

    def inspect(self, asked: InspectAsked) -> dict[str, Any]:
        """Look into one review, as ``lstm inspect-gates --json`` does."""
        traced = trace(
            self._predictor, asked.text, with_ledger=asked.ledger, with_units=asked.units
        )
        return traced.to_json()


def _described(bundle: Bundle) -> dict[str, Any]:
    """What ``lstm models show --json`` says, but for what it says of a machine."""
    described: dict[str, Any] = json.loads((bundle.path / INFO_FILE).read_text(encoding="utf-8"))
    if described["files"][WEIGHTS_FILE]["sha256"] != bundle.fingerprint:
        raise refused(bundle.path, INFO_FILE, "was replaced while it was read")
    data = {name: value for name, value in described["data"].items() if name not in _OF_ITS_FILES}
    if "updates" in data:
        data["updates"] = [
            {name: value for name, value in update.items() if name not in _OF_ITS_FILES}
            for update in data["updates"]
        ]
    kept = {name: value for name, value in described.items() if name not in _OF_THE_MACHINE}
    base = described.get("base")  # which may have been given by its path
    return kept | {"base": base and re.split(r"[/\\]", base)[-1], "data": data}


def _page_of(bundle: Bundle) -> tuple[LivePage | None, str]:
    """The page, or why there is none: a program in a browser cannot cut reviews by any pattern."""
    try:
        content = live_page([bundle])
    except BundleError as error:
        return None, str(error)
    found = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', content)
    policy = found[1].decode("ascii") if found else "default-src 'none'"
    # What only a header can say.
    return LivePage(content, f"{policy}; frame-ancestors 'none'"), ""
