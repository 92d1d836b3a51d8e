"""``--config MODEL``: the settings, seed and start of a model, to make it once more."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lstm_cli.config import TrainConfig
from lstm_cli.errors import NoModelError, OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.contents import BundleInfo
    from lstm_cli.bundle.reading import Bundle

DECIDED = ("cell", "embedding_size", "hidden_size", "epochs", "learning_rate", "max_words",
           "balance", "seed", "precision", "budget")  # fmt: skip


def is_given(ctx: typer.Context, option: str) -> bool:
    """Whether a person wrote an option down."""
    source = ctx.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def check_undecided(ctx: typer.Context) -> None:
    """Refuse what the model decides.

    Raises:
        OptionError: an option would be overruled.
    """
    for option in DECIDED:
        if is_given(ctx, option):
            raise OptionError(
                f"--{option.replace('_', '-')} does not go with --config, which decides it"
            )


def training_of(
    like: "BundleInfo",
    config: str,
    *,
    base: str | None,
    vectors: str | None,
    validation: str | None,
) -> TrainConfig:
    """How the model was trained, if what is said beside ``--config`` can lead to it.

    Args:
        like: the model.
        config: as a person named it.
        base: ``--base``: where what it started from lies now.
        vectors: ``--vectors``: the same.
        validation: ``--validation``, if a person gave it.

    Raises:
        OptionError: it needs what is not said, or has no use for what is.
    """
    if not isinstance(like.training, TrainConfig):
        raise OptionError(f"--config {config}: that is a language model, which rates nothing")
    started_from = like.provenance.vectors
    if started_from and vectors is None:
        raise OptionError(
            f"--config {config}: that model started from {started_from}; "
            "give the same file with --vectors"
        )
    if vectors is not None and not started_from:
        raise OptionError(f"--vectors: {config} did not start from any; leave the option out")
    if base is not None and like.base is None:
        raise OptionError(f"--base: {config} started from nothing; leave the option out")
    if like.provenance.held_out_from and validation is None:
        raise OptionError(
            f"--config {config}: other reviews were held out for that model than its own; "
            "give the same file with --validation"
        )
    if validation is not None and not like.provenance.held_out_from:
        raise OptionError(
            f"--validation: {config} held out a share of its own reviews; leave the option out"
        )
    return like.training


def base_of(like: "BundleInfo", config: str, base: str | None, folder: Path) -> "Bundle | None":
    """What the model started from, by its checksum the very same; None if from nothing.

    Args:
        like: the model.
        config: as a person named it.
        base: where its base lies now; where it lay then, if not said.
        folder: of the models.

    Raises:
        OptionError: it is not there, or has changed.
    """
    from lstm_cli.bundle.locating import BASE, find_base

    if like.base is None:
        return None
    asked = base or like.base
    try:
        found = find_base(None if asked == BASE else asked, folder)
    except NoModelError:
        found = None
    wanted = like.provenance.base_fingerprint
    if found is None or (wanted and found.fingerprint != wanted):
        state = "has changed since" if found else "is not here" if base is None else "is not there"
        raise OptionError(
            f"--config {config}: that model started from {like.base}, which {state}; "
            "give the folder where it lies with --base"
        )
    return found


def differences(like: "BundleInfo", reviews: str, held_out: str | None, threads: int) -> list[str]:
    """What makes another model of the same settings, in words.

    Args:
        like: the model.
        reviews: fingerprint of the reviews read now.
        held_out: that of the file of held-out reviews, if there is one.
        threads: that are computed on now.
    """
    found = []
    if like.provenance.stopped:
        found.append("that one's training was stopped, this one goes to its end")
    if reviews != like.provenance.fingerprint:
        found.append("these are other reviews")
    if held_out != like.provenance.held_out_from:
        found.append("other reviews are held out")
    before = like.provenance.threads or threads
    if threads != before:
        found.append(f"{threads} threads round otherwise than {before} (--threads {before})")
    return found
