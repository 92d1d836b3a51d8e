"""Find saved models: by name, by path, or the one trained last."""

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_cli.bundle.contents import BASE, INFO_FILE
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.errors import BundleError, NoModelError, Remedy

if TYPE_CHECKING:
    from lstm_cli.results import ModelSummary

DEFAULT_FOLDER = "models"


@dataclass(frozen=True)
class FoundModel:
    """A model, and why it is the one to use."""

    bundle: Bundle
    why: str


def models_folder(asked: Path | None = None) -> Path:
    """The folder asked for, else ``$LSTM_MODELS_DIR``, else ``./models``."""
    return asked or Path(os.environ.get("LSTM_MODELS_DIR") or DEFAULT_FOLDER)


def find_model(
    asked: str | None = None, folder: Path | None = None, *, must_rate: bool = True
) -> FoundModel:
    """The model a command should use.

    Args:
        asked: a name or a path, ``reviews@2`` for version 2 of reviews; else ``$LSTM_MODEL``,
            else the model trained last in the models folder, else the base that ships.
        folder: the models folder, if another than the usual one.
        must_rate: refuse a language model.

    Raises:
        NoModelError: there is none.
        BundleError: there is one, and it cannot be used.
    """
    models = models_folder(folder)
    _refuse_empty(asked)
    asked, why = (asked, "asked for") if asked else (os.environ.get("LSTM_MODEL"), "$LSTM_MODEL")
    if asked:
        try:
            bundle = _open(asked, models)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise NoModelError(f"{asked:.40}...: no such model", Remedy.LIST_MODELS) from error
        if must_rate and bundle.info.is_language_model:
            raise NoModelError(
                f"{asked}: is a language model, which rates nothing yet",
                Remedy.TEACH_RATINGS,
                asked,
            )
        return FoundModel(bundle, why)
    readable = []
    broken: BundleError | None = None
    for path in saved_models(models):
        if path.name == BASE:
            continue
        try:
            bundle = open_bundle(path)
            if not bundle.info.is_language_model:
                readable.append(bundle)
        except BundleError as error:
            broken = error
    if readable:
        last = max(readable, key=lambda bundle: (bundle.info.created, bundle.name))
        return FoundModel(last, f"trained last in {models}")
    if broken:
        raise broken
    base = base_path()
    if base is None:
        raise NoModelError(f"no model in {models}", Remedy.TRAIN_A_MODEL)
    return FoundModel(open_bundle(base), "the base that ships with lstm-cli")


def find_base(asked: str | None, folder: Path) -> Bundle | None:
    """The model that training starts from.

    Args:
        asked: a name or a path; else the base that ships, if any.
        folder: the models folder.

    Raises:
        NoModelError: no model has that name.
        BundleError: it cannot be used, or is a plain RNN.
    """
    if asked is None:
        shipped = base_path()
        return None if shipped is None else open_bundle(shipped)
    bundle = find_model(asked, folder, must_rate=False).bundle
    if bundle.info.model.cell != "lstm":
        raise BundleError(f"{asked}: is a plain RNN", Remedy.START_FROM_LSTM)
    return bundle


def base_of(bundle: Bundle, folder: Path) -> Bundle | None:
    """The model that another started from, if it is here and the very same.

    Args:
        bundle: the other.
        folder: the models folder.
    """
    name, wanted = bundle.info.base, bundle.info.provenance.base_fingerprint
    if name is None or wanted is None:
        return None
    try:
        found = find_base(None if name == BASE else name, folder)
        # Its weights are read and verified here: what asks it can do without a damaged base.
        is_it = found is not None and found.fingerprint == wanted and bool(found.arrays)
        return found if is_it else None
    except (NoModelError, BundleError):
        return None


def find_folder(asked: str, folder: Path | None = None) -> Path:
    """The folder of a model by its name or path, whether or not the model can be used.

    Raises:
        NoModelError: there is none.
    """
    _refuse_empty(asked)
    path = _path_of(asked, models_folder(folder))
    if path.is_symlink() or not (path / INFO_FILE).is_file():
        raise NoModelError(f"{path}: not a saved model, which is a folder with a {INFO_FILE}")
    return path


def find_versioned(asked: str, folder: Path) -> Path:
    """The folder of a model that has versions, which may be all that is left of it.

    Raises:
        NoModelError: there is neither a model of that name nor a version of one.
    """
    _refuse_empty(asked)
    if is_name(asked) and versions_folder(folder / asked).is_dir():
        return folder / asked
    return find_folder(asked, folder)


def versions_folder(path: Path) -> Path:
    """Where the versions of a model are kept. No model can have such a name."""
    return path.with_name(f".{path.name}.versions")


def saved_models(folder: Path) -> Iterator[Path]:
    """The folders that look like saved models, by name."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(".") and (path / INFO_FILE).is_file():
                yield path


def summaries(folder: Path) -> "list[ModelSummary]":
    """Every saved model, the one trained last at the end; one that cannot be read says why."""
    from lstm_cli.results import ModelSummary

    models = []
    for path in saved_models(folder):
        try:
            info = open_bundle(path).info
        except BundleError as error:
            models.append(
                ModelSummary(path.name, str(path), "", "", (), 0, None, problem=str(error))
            )
            continue
        models.append(
            ModelSummary(
                name=path.name,
                path=str(path),
                created=info.created,
                cell=info.model.cell,
                ratings=info.scale.labels,
                reviews=info.provenance.training,
                accuracy=info.scores.get("accuracy"),
                held_out=info.scores.get("n", 0),
                read_by_base=info.provenance.read_by_base,
            )
        )
    return sorted(models, key=lambda summary: (summary.created, summary.name))


def base_path() -> Path | None:
    """Where the base is: package data in a wheel, the checkout in an editable install."""
    package = Path(__file__).parent.parent
    for models in (package / "models", package.parent / "models"):
        if (models / BASE / INFO_FILE).is_file():
            return models / BASE
    return None


def free_name(source: str, folder: Path, ending: str = "") -> str:
    """A name for a model, after the file it is trained on: reviews, or reviews-2 if it is taken.

    >>> free_name("/data/My reviews (2024).csv.gz", Path("no/such/folder"))
    'My-reviews-2024'
    """
    return next(name for name in names_for(source, ending) if not (folder / name).exists())


def names_for(source: str, ending: str = "") -> Iterator[str]:
    """Names for a model, after the file it is trained on, in order of preference."""
    # Not at the top: a prediction names no model.
    from lstm_cli.data.formats import endings
    from lstm_cli.data.showing import show_source

    if "://" in source:
        # What a model is called is seen by everybody: no password, nor what follows the address.
        source = re.split(r"[?#]", show_source(source))[0]
    stem = _last_said(source)
    while Path(stem).suffix.lower() in endings():
        stem = Path(stem).stem
    stem = re.sub(r"[^\w.-]+", "-", stem).lstrip("-.")[:90].rstrip("-.") or "reviews"
    stem += ending
    # A model with the name of the base would replace it, or be left out like it.
    if stem != BASE:
        yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _last_said(source: str) -> str:
    """The last part of a path that says something: of a pattern of all files, the folder's.

    >>> _last_said("hotels/2026/*.parquet"), _last_said("hotels/part-*.csv"), _last_said("hotels/")
    ('2026', 'part-*.csv', 'hotels')
    """
    parts = Path(source).parts
    said = (part for part in reversed(parts) if not re.match(r"(\*|\?|\[[^\]]*\])+(\.|$)", part))
    return next(said, Path(source).name)


def is_name(name: str) -> bool:
    """Whether a model can have this name, which must be a plain folder name.

    >>> is_name("films-2"), is_name("../films"), is_name(".films")
    (True, False, False)
    """
    return re.fullmatch(r"\w[\w.-]{0,99}", name) is not None


def _refuse_empty(asked: str | None) -> None:
    # A script with an unset variable must not be given, or remove, some other model.
    if asked == "":
        raise NoModelError("the name of the model is empty", Remedy.LIST_MODELS)


def _open(asked: str, models: Path) -> Bundle:
    """The model of a name or path; ``reviews@2`` is version 2 of reviews."""
    version = re.fullmatch(r"(.+)@(\d{1,9})", asked)
    if version is None or Path(asked).exists():
        return open_bundle(_path_of(asked, models))
    from lstm_cli.bundle.versions import version_numbered  # which builds on this module

    return version_numbered(_path_of(version[1], models), int(version[2]))


def _path_of(asked: str, models: Path) -> Path:
    named = models / asked
    if is_name(asked) and (named.exists() or not Path(asked).exists()):
        if named.is_dir():
            return named
        base = base_path()
        if asked == BASE and base is not None:
            return base
        names = [path.name for path in saved_models(models)]
        if base is not None and BASE not in names:
            names.append(BASE)
        if names:
            raise NoModelError(f"no model {asked!a} in {models}; there are: {', '.join(names)}")
        raise NoModelError(f"no model {asked!a} in {models}, nor any other", Remedy.TRAIN_A_MODEL)
    path = Path(asked)
    if not path.exists():
        raise NoModelError(f"{asked}: no such folder", Remedy.LIST_MODELS)
    return path
