"""The model card, which tells people what a saved model is."""

from lstm_cli.bundle.contents import BundleInfo
from lstm_cli.config import TrainConfig
from lstm_cli.data.showing import count


def model_card(info: BundleInfo) -> str:
    """A page about a model, in Markdown. It quotes no review."""
    if info.is_language_model:
        return _language_card(info)
    model, scores, origin = info.model, info.scores, info.provenance
    cell = "LSTM" if model.cell == "lstm" else "plain RNN"
    low, high = scores["accuracy_interval"]
    ratings = info.scale.in_order
    lines = [
        f"# {info.name}",
        "",
        f"A forward-reading {cell} that predicts the rating of a review, made by lstm-cli "
        f"{info.versions['lstm-cli']} on {info.created[:10]}.",
        "",
        f"- ratings: {ratings}",
        f"- learned from {count(origin.training, 'review')} of {', '.join(origin.files)}"
        + (f", starting from {info.base}" if info.base else ""),
        f"- {model.vocab_size:,} words, embedding {model.embedding_size}, "
        f"{model.hidden_size} units; the readout sees the {', '.join(model.pooling)} "
        "of the short-term memories",
        _training(info),
        *_epochs(info),
        *_updates(info),
        "",
        f"## On {count(scores['n'], 'review')} held out",
        "",
        "| | accuracy | within one | mean error | kappa |",
        "|---|---|---|---|---|",
        _row(cell, scores),
        *(_row(name, peer) for name, peer in scores["baselines"].items()),
        "",
        f"95 % interval of the accuracy: {100 * low:.1f} to {100 * high:.1f} %."
        + _choice(info)
        + _at_hand(info)
        + _flattering(info),
        "",
        "It has seen only reviews like these. It is no judge of people, and a rating of one "
        "review is a guess.",
        "",
    ]
    return "\n".join(lines)


def _training(info: BundleInfo) -> str:
    """How long it was trained, and on what, if that is known."""
    device = info.provenance.device
    where = "" if device is None else f" on {device}"
    return (
        f"- trained in {info.seconds:.0f} s{where} ({info.training.precision}, "
        f"seed {info.training.seed})"
    )


def _epochs(info: BundleInfo) -> list[str]:
    """A line of what it kept of its training, if anything."""
    if info.epochs is None:
        return []
    first, last = info.epochs.kept[0].epoch, info.epochs.kept[-1].epoch
    return [
        f"- keeps {len(info.epochs.kept)} epochs of its training, {first} to {last}, which "
        "`lstm live` replays"
    ]


def _updates(info: BundleInfo) -> list[str]:
    """A line an update, if it has learned since it was trained."""
    return [
        f"- updated on {update.created[:10]} with "
        f"{count(update.learned, 'review')} of {', '.join(update.files)}"
        for update in info.provenance.updates
    ]


def _choice(info: BundleInfo) -> str:
    """What the held-out reviews have decided, if anything."""
    tried = info.provenance.tried
    if any(recipe["is_best"] for recipe in tried[1:]):
        return (
            f" These reviews chose the best of {len(tried)} recipes, so other reviews may score a "
            "little lower."
        )
    if isinstance(info.training, TrainConfig) and info.training.keeps_last:
        return ""
    return " These reviews chose the best epoch, so other reviews may score a little lower."


def _at_hand(info: BundleInfo) -> str:
    """How many of the held-out reviews the scores are of, where an update had not all of them."""
    held_out, n = info.provenance.validation, info.scores["n"]
    if not info.provenance.updates or held_out is None or n >= held_out:
        return ""
    return (
        f" It was measured on {n:,} of {held_out:,} held-out reviews: the others were not at hand "
        "when it was updated."
    )


def read_before(info: BundleInfo) -> str:
    """What makes the scores of a model flatter, as a clause; nothing where nothing is known of it.

    >>> from types import SimpleNamespace as Of
    >>> read_before(Of(base="base", scores={"n": 71}, provenance=Of(read_by_base=67)))
    'base has read 67 of these 71 held-out reviews before, so that the scores flatter'
    """
    number, n = info.provenance.read_by_base, info.scores["n"]
    if not number:
        return ""
    return (
        f"{info.base or 'a base'} has read {number:,} of these {count(n, 'held-out review')} "
        "before, so that the scores flatter"
    )


def _flattering(info: BundleInfo) -> str:
    """What a base has read of the held-out reviews, if anything."""
    said = read_before(info)
    return f" Careful: {said}." if said else ""


def _language_card(info: BundleInfo) -> str:
    model, origin = info.model, info.provenance
    lines = [
        f"# {info.name}",
        "",
        "A forward-reading LSTM that has learned which word comes next in reviews, made by "
        f"lstm-cli {info.versions['lstm-cli']} on {info.created[:10]}. It knows no ratings yet: "
        f"teach it with `lstm train REVIEWS.csv --base {info.name}`.",
        "",
        f"- learned from {count(origin.training, 'review')} of {', '.join(origin.files)}",
        f"- {model.vocab_size:,} words, embedding {model.embedding_size}, "
        f"{model.hidden_size} units",
        _training(info),
        f"- perplexity {info.scores['perplexity']:.1f} on {info.scores['n']:,} words of reviews "
        "held out",
        "",
        "What it says of words is what those reviews say of them, prejudice included.",
        "",
    ]
    return "\n".join(lines)


def _row(name: str, scores: dict[str, float]) -> str:
    return (
        f"| {name} | {100 * scores['accuracy']:.1f} % | {100 * scores['within_one']:.1f} % "
        f"| {scores['mae']:.3f} | {scores['qwk']:.3f} |"
    )
