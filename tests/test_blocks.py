"""Parts of a file of weights are the same as the whole."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_cli.bundle.blocks import BlockFile, block_digests
from lstm_cli.bundle.reading import Bundle
from lstm_cli.errors import BundleError
from lstm_cli.text.vocabulary import Vocabulary, WrittenVocabulary


@settings(max_examples=50)
@given(st.integers(1, 300_000), st.data())
def test_any_part_of_a_file_is_what_stands_there(
    tmp_path_factory: object, size: int, data: st.DataObject
) -> None:
    """Inside a block, over several, at the ends."""
    content = np.random.default_rng(0).bytes(size)
    path = tmp_path_factory.mktemp("blocks") / "file"  # type: ignore[attr-defined]
    path.write_bytes(content)
    file = BlockFile(path, size, block_digests(content), BundleError)
    for _ in range(3):
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, size))
        assert file.read(start, end) == content[start:end]


def test_rows_read_in_parts_are_those_of_the_whole(tiny_bundle: Bundle) -> None:
    """A model is one model, whoever reads it."""
    whole = tiny_bundle.arrays["embedding"]
    places = np.array([[3, 1], [3, 0]])
    assert np.array_equal(tiny_bundle.weights.embedding[places], whole[places])


@given(st.sets(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1)))
def test_words_are_found_in_the_file_as_in_the_vocabulary(words: set[str]) -> None:
    """Also those that are parts of others, or begin like a special one."""
    vocabulary = Vocabulary.build(dict.fromkeys(words - {"<padding>", "<unknown>"}, 1))
    written = WrittenVocabulary("".join(f"{t}\n" for t in vocabulary.tokens).encode())
    assert len(written) == len(vocabulary)
    asked = [*words, "nowhere", "<padding>", "<unknown>"]
    assert written.encode(asked) == vocabulary.encode(asked)
