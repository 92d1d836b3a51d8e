"""The page of a model on the hub: its model card, below what the hub itself reads (YAML).

What stands there is known: the licence and the language only where a person says them, the
figures as they were measured on held-out reviews.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lstm_cli.bundle.contents import CARD_FILE, BundleInfo
from lstm_cli.bundle.reading import Bundle

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

_TAGS = ("lstm-cli", "lstm", "reviews")
# Of the scores: what the hub calls the metric, and what people do.
_METRICS = {
    "accuracy": ("accuracy", "Accuracy"),
    "within_one": ("within_one", "Accuracy within one rating"),
    "mae": ("mae", "Mean absolute error, in ratings"),
    "macro_f1": ("f1", "Macro F1"),
    "qwk": ("quadratic_weighted_kappa", "Quadratic weighted kappa"),
    "perplexity": ("perplexity", "Perplexity"),
}


@dataclass(frozen=True)
class Page:
    """What only a person can say of a model on a hub."""

    license: str | None = None  # as the hub writes it: mit, cc-by-4.0
    languages: tuple[str, ...] = ()  # codes of ISO 639: en, pt
    private: bool = False

    @property
    def said(self) -> tuple[str, ...]:
        """The names of what was said."""
        return tuple(name for name, value in vars(self).items() if value)


def page_of(bundle: Bundle, page: Page, before: Mapping[str, Any] | None = None) -> str:
    """The page, in Markdown.

    Args:
        bundle: the model.
        page: what a person says of it.
        before: what stood at the top of its page so far; what this program does not say stays.
    """
    from huggingface_hub import CardData, ModelCardData

    info = bundle.info
    tags = dict.fromkeys((*_TAGS, *(() if before is None else before.get("tags") or ())))
    known = ModelCardData(
        library_name="lstm-cli",
        pipeline_tag=None if info.is_language_model else "text-classification",
        tags=list(tags),
        license=page.license,
        language=list(page.languages) or None,
        model_name=bundle.name,
        eval_results=_results(info),
    )
    top = CardData(**{**(before or {}), **known.to_dict()}).to_yaml()
    return f"---\n{top}\n---\n{bundle.text(CARD_FILE)}"


def card_in(page: bytes) -> bytes:
    r"""The model card in a page, which may stand below what a hub reads.

    >>> card_in(b"---\nlicense: mit\n---\n# hotels\n"), card_in(b"# hotels\n")
    (b'# hotels\n', b'# hotels\n')
    """
    return re.sub(rb"\A---\r?\n(?:.*?\n)??---[ \t]*\r?\n", b"", page, count=1, flags=re.DOTALL)


def _results(info: BundleInfo) -> "list[EvalResult]":
    from huggingface_hub import EvalResult

    files = info.provenance.files
    more = f" and {len(files) - 1} other files" if len(files) > 1 else ""
    return [
        EvalResult(
            task_type="text-generation" if info.is_language_model else "text-classification",
            task_name="Next word" if info.is_language_model else "Rating of a review",
            dataset_type=files[0],
            dataset_name=f"Held-out reviews of {files[0]}{more}",
            metric_type=kind,
            metric_name=name,
            metric_value=round(info.scores[score], 4),
        )
        for score, (kind, name) in _METRICS.items()
        if score in info.scores
    ]
