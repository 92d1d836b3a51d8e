"""``seen.safetensors`` of the base: hashes of all that it has read, of whole words.

A collection knows rare words no more, so the texts are read again. To be written into a base that
lacks it: ``python -m tests.base.seen DATA WORK BASE``.
"""

import hashlib
import json
import sys
from collections.abc import Collection as Names
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from lstm_cli.bundle.contents import INFO_FILE, description_digest
from lstm_cli.bundle.seen import SEEN_FILE, Seen, SeenPart
from lstm_cli.data.tokenizing import tokenize_reviews
from tests.base.collection import COLLECTION, PHRASES, Collection, sources_of


def seen_of(data: Path, collection: Collection, without: Names[str] = ()) -> Seen:
    """What a base has read, and what was held out from all of its training.

    Phrases are parts of sentences, which stand for them.

    Args:
        data: the folder that ``collection`` was made of.
        collection: what the base has read.
        without: sources that were left out.
    """
    parts = []
    for number, source in enumerate(sources_of(data)):
        if source.name == PHRASES or source.name in without:
            continue
        tokenized = tokenize_reviews(source.texts)
        of_source = np.flatnonzero(collection.domain == number)
        if not np.array_equal(tokenized.corpus.lengths, collection.lengths[of_source]):
            raise SystemExit(f"{data}: {source.name} is not what the collection was made of")
        reviews, first = list(tokenized.words()), len(source.texts) - source.held_out
        parts.append(SeenPart.of(collection.fingerprint, reviews[:first], reviews[first:]))
    learned, held_out = (
        np.unique(np.concatenate([getattr(part, name) for part in parts]))
        for name in ("learned", "held_out")
    )
    return Seen((SeenPart(parts[0].salt, learned, held_out),))


def main() -> None:
    """Write it into a base that was made before it existed."""
    data, work, base = map(Path, sys.argv[1:])
    collection = Collection.load(work / COLLECTION)
    info = json.loads((base / INFO_FILE).read_text("utf-8"))
    if info.pop("sha256") and info["data"]["fingerprint"] != collection.fingerprint:
        raise SystemExit(f"{base} was made of another collection than {work}")
    content = save(seen_of(data, collection).to_arrays())
    (base / SEEN_FILE).write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    info["files"][SEEN_FILE] = {"bytes": len(content), "sha256": sha256}
    info["sha256"] = description_digest(info)
    said = json.dumps(info, indent=1, ensure_ascii=False)
    (base / INFO_FILE).write_text(f"{said}\n", "utf-8")


if __name__ == "__main__":
    main()
