"""One stage of the base: ``python -m tests.base.run WORK language NAME ...`` or ``ratings``."""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from lstm_cli.core.compute import Compute
from tests.base.collection import PHRASES, SENTENCES, UNRATED, FILMS, Collection
from tests.base.language import LanguageSettings, learn_language
from tests.base.measuring import by_domain, logits_of, measured_reviews
from tests.base.precision import HALF
from tests.base.rating import RatingSettings, learn_ratings
from tests.base.reader import Reader
from tests.base.saying import say

NOT_FOLDED = (FILMS, UNRATED, SENTENCES, PHRASES, "sst5-dev")
USUAL = np.array([0.16, 0.10, 0.13, 0.22, 0.39])


def fold(collection: Collection, name: str) -> tuple[str, ...]:
    """The domains left out of a fold, A, B or C; none of ``none``."""
    others = sorted(set(collection.domains) - set(NOT_FOLDED))
    return tuple(others["ABC".index(name) :: 3]) if name in "ABC" else ()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("stage", choices=("language", "ratings", "pack"))
    parser.add_argument("name")
    parser.add_argument("--collection", type=Path)
    parser.add_argument("--start")
    parser.add_argument("--units", type=int, default=512)
    parser.add_argument("--leave-out", default="none")
    parser.add_argument("--without", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--set", default="", help="NAME=VALUE,... of the settings")
    asked = parser.parse_args()
    if asked.stage == "pack":
        pack(load_file(asked.work / f"{asked.name}.safetensors"), asked.collection)
        return
    done = asked.work / f"{asked.name}.safetensors"
    if done.exists():
        say(f"{done.name} is there")
        return
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    if asked.precision == "float16":
        HALF.add(asked.device)
    compute = Compute(device=asked.device, precision="bfloat16" if asked.precision == "bfloat16" else "float32")
    collection = Collection.load(asked.collection or asked.work / "collection")
    reader = Reader(collection.corpus, compute)
    left_out = fold(collection, asked.leave_out)
    without = (*left_out, *filter(None, asked.without.split(",")), "sst5-dev")
    training = np.flatnonzero(~collection.is_held_out & ~collection.is_of(without))
    chosen = dict(pair.split("=") for pair in asked.set.split(",") if pair)
    say(f"{asked.name}: {len(training):,} reviews, {torch.cuda.get_device_name() if not compute.is_cpu else 'cpu'}")
    about: dict[str, object]
    if asked.stage == "language":
        settings = typed(LanguageSettings(asked.units), chosen)
        training = training[~collection.is_of([PHRASES])[training]]
        held_out = np.flatnonzero(collection.is_held_out & ~collection.is_of(["sst5-dev"]))
        arrays, found = learn_language(
            settings, reader, len(collection.tokens), training, held_out
        )
        about = {"perplexity": found}
    else:
        settings = typed(RatingSettings(asked.units), chosen)
        start = load_file(asked.work / f"{asked.start}.safetensors")
        network = learn_ratings(settings, reader, collection, training, start)
        arrays = network.to_arrays()
        reviews = measured_reviews(collection, left_out)
        logits = logits_of(network, reader, reviews)
        np.savez(asked.work / f"{asked.name}.logits.npz", reviews=reviews.astype(np.int32), logits=logits.astype(np.float16))
        scores = by_domain(collection, reviews, logits, USUAL)
        about = {"scores": scores, "left_out": left_out}
        unseen = [scores[name] for name in left_out]
        for title, some in (("left out", unseen), ("others", [scores[n] for n in scores if n not in left_out])):
            if some:
                say(f"{asked.name}, {title}: " + ", ".join(
                    f"{key} {np.mean([s[key] for s in some]):.4f}" for key in ("accuracy", "qwk", "mae", "ece")))
        say(f"{asked.name}: imdb {scores['imdb']['accuracy']:.4f} {scores['imdb']['mae']:.4f}, sst5-dev {scores['sst5-dev']['accuracy']:.4f}")
    save_file(arrays, done)
    about |= {"settings": asdict(settings)}
    (asked.work / f"{asked.name}.json").write_text(json.dumps(about, indent=1))


def typed(settings, chosen):  # type: ignore[no-untyped-def]
    """Settings with some of them replaced."""
    kinds = {name: type(value) for name, value in asdict(settings).items()}
    return replace(settings, **{
        name: int(value) if kinds[name] is type(None) else kinds[name](value) for name, value in chosen.items()
    })


def pack(arrays: dict[str, NDArray[np.float32]], path: Path) -> None:
    """The rows of the embedding as integers with a scale each, all else in half precision."""
    embedding = arrays.pop("embedding")
    scales = np.abs(embedding).max(1).clip(min=1e-8) / 127
    packed = {name: array.astype(np.float16) for name, array in arrays.items()}
    packed["embedding"] = np.round(embedding / scales[:, None]).astype(np.int8)
    packed["embedding.scales"] = scales.astype(np.float32)
    save_file(packed, path)


if __name__ == "__main__":
    main()
