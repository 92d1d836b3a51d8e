"""Models go to folders and stores and come back, whole or not at all."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from typer.testing import Result

from lstm_cli.bundle.contents import (
    CARD_FILE,
    HISTORY_FILE,
    INFO_FILE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    WORDS_FILE,
)
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.verifying import verify
from lstm_cli.bundle.writing import listed
from lstm_cli.errors import TransferError
from lstm_cli.export import addresses
from lstm_cli.export.addresses import HubAddress
from lstm_cli.export.page import card_in
from lstm_cli.export.pulling import pull
from lstm_cli.export.pushing import push
from tests.helpers import HEAVY, copied, lstm, packages_loaded_by, write_info
from tests.pages import SCALE

STORE = "memory://bucket/hotels"


@pytest.fixture(autouse=True)
def memory() -> Iterator[MemoryFileSystem]:
    """The store in memory, empty."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    yield files
    files.store.clear()


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stored(memory: MemoryFileSystem) -> dict[str, bytes]:
    """What lies in the store."""
    return {Path(name).name: file.getvalue() for name, file in memory.store.items()}


def refused(result: Result) -> str:
    """The one line of a command that could not do what it was asked."""
    assert result.exit_code == 2, result.output
    assert not result.stdout
    line, end, rest = result.stderr.partition("\n")
    assert end
    assert not rest, result.stderr
    return line


def spoil(bundle: Bundle, name: str, content: bytes) -> Path:
    """A copy of a model of which a file is another, as ``bundle.json`` says, too."""
    path = copied(bundle, "stranger")
    (path / name).write_bytes(content)
    info = json.loads((path / INFO_FILE).read_text("utf-8"))
    info["files"][name] = listed(content)
    write_info(path, info)
    return path


@pytest.mark.parametrize("address", ["place/of/hotels", STORE])
def test_what_is_pulled_is_what_was_pushed(tiny_bundle: Bundle, address: str) -> None:
    """Byte for byte, under another name or not, and only once unless it may be replaced."""
    done = lstm("push", tiny_bundle.path, address)
    size = sum(map(len, contents(tiny_bundle.path).values()))
    assert done.exit_code == 0
    assert done.stderr == f"pushed lstm ({size:,} bytes) to {address}\n"
    assert "there is a model already; name another address, or give --replace" in refused(
        lstm("push", tiny_bundle.path, address)
    )
    assert lstm("-q", "push", tiny_bundle.path, address, "--replace").output == ""

    done = lstm("pull", address)
    assert done.exit_code == 0
    assert " ".join(done.stderr.split()).endswith(
        f"pulled {address} ({size:,} bytes) to models/hotels; use it with --model hotels"
    )
    assert contents(Path("models/hotels")) == contents(tiny_bundle.path)
    assert "there is a model of this name already" in refused(lstm("pull", address))
    done = lstm("-q", "pull", address, "--name", "mine", "--json")
    assert json.loads(done.stdout) == {
        "model": "mine", "path": "models/mine", "address": address, "commit": None, "bytes": size,
    }  # fmt: skip
    assert lstm("-q", "predict", "fun", "--model", "mine").exit_code == 0
    assert sorted(path.name for path in Path("models").iterdir()) == ["hotels", "mine"]


def test_a_folder_is_replaced_whole_and_only_if_it_is_a_model(
    tiny_bundles: dict[str, Bundle],
) -> None:
    """Nothing of the older model stays, and nothing that is none is touched."""
    Path("place").mkdir()
    assert lstm("-q", "push", tiny_bundles["lstm"].path, "place").exit_code == 0  # it was empty
    assert lstm("-q", "push", tiny_bundles["rnn"].path, "place", "--replace").exit_code == 0
    assert contents(Path("place")) == contents(tiny_bundles["rnn"].path)
    assert not [path.name for path in Path().iterdir() if path.name.startswith(".place")]
    (Path("place") / "notes.txt").write_text("mine", "utf-8")
    line = refused(lstm("push", tiny_bundles["lstm"].path, "place", "--replace"))
    assert "holds files that are not part of a model ('notes.txt')" in line
    assert (Path("place") / "notes.txt").read_text("utf-8") == "mine"
    Path("file").write_text("mine", "utf-8")
    refused(lstm("push", tiny_bundles["lstm"].path, "file", "--replace"))
    assert Path("file").read_text("utf-8") == "mine"


def test_a_store_holds_no_model_until_it_holds_all_of_it(
    tiny_bundle: Bundle, memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pulls while a push is cut off gets nothing, and the next push mends it."""
    push(tiny_bundle, STORE)
    whole = stored(memory)
    assert list(whole)[-1] == INFO_FILE
    put_file = MemoryFileSystem.put_file
    written: list[str] = []

    def cut_off(self: MemoryFileSystem, source: str, target: str, **more: object) -> None:
        if len(written) == 3:
            raise ConnectionResetError("the line is dead")
        written.append(target)
        put_file(self, source, target, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "put_file", cut_off)
        line = refused(lstm("push", tiny_bundle.path, STORE, "--replace"))
    assert line == f"lstm: {STORE}: it cannot be reached (the line is dead)"
    assert "there is no saved model" in refused(lstm("pull", STORE))
    assert not Path("models").exists()
    push(tiny_bundle, STORE)
    assert stored(memory) == whole


def test_a_store_keeps_no_file_of_an_older_model(
    replays: dict[str, Bundle], tiny_bundle: Bundle, memory: MemoryFileSystem
) -> None:
    """What ``bundle.json`` does not list would puzzle whoever looks there."""
    push(replays["int8"], STORE)
    assert "epochs.safetensors" in stored(memory)
    push(tiny_bundle, STORE, replace=True)
    assert stored(memory) == contents(tiny_bundle.path)


def test_a_broken_model_is_not_pushed(tiny_bundle: Bundle) -> None:
    path = copied(tiny_bundle, "broken")
    with (path / WORDS_FILE).open("ab") as file:
        file.write(b" ")
    assert f"{WORDS_FILE}: is larger than" in refused(lstm("push", path, STORE))
    assert "there is no saved model" in refused(lstm("pull", STORE))


def unusable(bundle: Bundle) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Models of strangers, by what is said of each."""
    files = contents(bundle.path)
    info = json.loads(files[INFO_FILE])
    weights = bytearray(files[WEIGHTS_FILE])
    weights[-1] ^= 1
    cases = {
        "changed on the way": ("has changed since it was saved", {WEIGHTS_FILE: bytes(weights)}),
        "larger than listed": (
            f"{WORDS_FILE} has {len(files[WORDS_FILE]) + 1:,} bytes and should have "
            f"{len(files[WORDS_FILE]):,}; it is not fetched",
            {WORDS_FILE: files[WORDS_FILE] + b" "},
        ),
        "a page without end": ("README.md has 1,048,577 bytes", {CARD_FILE: b" " * (2**20 + 1)}),
        "not JSON": ("bundle.json: is not JSON", {INFO_FILE: b"{"}),
    }
    listings = {
        "another place": ({"../evil": info["files"][WORDS_FILE]}, "a file outside its folder"),
        "a program": ({"evil.py": info["files"][WORDS_FILE]}, "lists 'evil.py', which no model"),
        "itself": ({INFO_FILE: {"bytes": 9, "sha256": ""}}, "lists 'bundle.json', which no"),
        "too many numbers": (
            {WEIGHTS_FILE: {"bytes": 2**31, "sha256": ""}}, "weights.safetensors: should hold",
        ),
        "a long page": ({CARD_FILE: {"bytes": 2**21, "sha256": ""}}, "is larger than 1,048,576"),
        "a long history": (
            {HISTORY_FILE: {"bytes": 2**28, "sha256": ""}}, "is larger than 4,194,304",
        ),
        "a long vocabulary": ({VOCABULARY_FILE: {"bytes": 2**28, "sha256": ""}}, "is larger than"),
    }  # fmt: skip
    changed = {name: ({"files": info["files"] | more}, said)
               for name, (more, said) in listings.items()}  # fmt: skip
    changed["a slow pattern"] = ({"token_pattern": r"(?:[a-z]+)+$|\S"}, "which may take for ever")
    for name, (others, said) in changed.items():
        listing = info | others
        listing.pop("sha256")  # as the first version wrote it
        cases[name] = (said, {INFO_FILE: json.dumps(listing).encode(), "evil.py": b"print()"})
    return cases


@pytest.mark.parametrize("case", [
    "changed on the way", "larger than listed", "a page without end", "not JSON", "another place",
    "a program", "itself", "too many numbers", "a long page", "a long history", "a long vocabulary",
    "a slow pattern",
])  # fmt: skip
def test_what_a_stranger_offers_gets_no_name_before_it_is_checked(
    tiny_bundle: Bundle, memory: MemoryFileSystem, case: str
) -> None:
    """One line says what is wrong, as the address has it; nothing is left behind."""
    said, changes = unusable(tiny_bundle)[case]
    for name, content in {**contents(tiny_bundle.path), **changes}.items():
        memory.pipe_file(f"/bucket/hotels/{name}", content)
    line = refused(lstm("pull", STORE))
    assert line.startswith(f"lstm: {STORE}")
    assert said in line
    assert not list(Path("models").iterdir())


def test_files_that_are_no_part_of_a_model_are_not_taken(
    tiny_bundle: Bundle, memory: MemoryFileSystem
) -> None:
    """A repository may hold pictures and programs beside it."""
    push(tiny_bundle, STORE)
    memory.pipe_file("/bucket/hotels/setup.py", b"raise SystemExit")
    memory.makedirs("/bucket/hotels/pictures")
    pull(STORE, Path("models"))
    assert contents(Path("models/hotels")) == contents(tiny_bundle.path)


def test_numbers_that_no_training_makes_are_refused_though_they_are_listed(
    tiny_bundle: Bundle,
) -> None:
    """A checksum says who wrote a file last, not that it can be used."""
    weights = (tiny_bundle.path / WEIGHTS_FILE).read_bytes()
    path = spoil(tiny_bundle, WEIGHTS_FILE, weights[:-4] + b"\x00\x00\xc0\x7f")  # NaN
    assert "numbers in 'readout.weight'" in refused(lstm("pull", path, "--name", "mine"))
    path.rename("words")
    words = (tiny_bundle.path / VOCABULARY_FILE).read_bytes().replace(b"\n", b"\n\xff", 1)
    path = spoil(tiny_bundle, VOCABULARY_FILE, words)
    assert "vocabulary.txt: is not UTF-8" in refused(lstm("pull", path, "--name", "mine"))
    assert not Path("models/mine").exists()


def test_a_page_that_was_edited_is_replaced_by_the_card_of_the_figures(
    tiny_bundle: Bundle, memory: MemoryFileSystem
) -> None:
    """On a hub people write licences and more on it; what a model is, its figures say."""
    push(tiny_bundle, STORE)
    card = (tiny_bundle.path / CARD_FILE).read_bytes()
    memory.pipe_file(f"/bucket/hotels/{CARD_FILE}", b"---\nlicense: mit\n---\n" + card)
    assert not pull(STORE, Path("models"), "only-a-top").is_card_new
    assert contents(Path("models/only-a-top")) == contents(tiny_bundle.path)

    memory.pipe_file(f"/bucket/hotels/{CARD_FILE}", card + b"\nThe best model of all.\n")
    done = lstm("pull", STORE)
    assert "its model card is written anew" in " ".join(done.stderr.split())
    verify(open_bundle(Path("models/hotels")))
    shown = lstm("models", "show", "hotels").stdout
    assert "held out" in shown
    assert "The best" not in shown


def test_a_page_is_cut_off_where_its_top_ends() -> None:
    for top in (b"---\n---\n", b"---\r\na: 1\r\n---\r\n", b"---\na: '-- ---'\nb: 2\n--- \n"):
        assert card_in(top + b"# A\n\n---\nB\n---\n") == b"# A\n\n---\nB\n---\n"
    for card in (b"", b"# A\n---\nB\n---\n", b"----\n---\n"):
        assert card_in(card) == card


def test_a_stopped_training_of_the_name_is_not_forgotten_unasked(tiny_bundle: Bundle) -> None:
    """Gone on with, it would take the place of what was pulled."""
    push(tiny_bundle, STORE)
    Path("models").mkdir()
    stopped = Path("models/.hotels.checkpoint")
    stopped.write_bytes(b"hours of work")
    line = refused(lstm("pull", STORE))
    assert "a training of this model was stopped; choose another with --name" in line
    assert lstm("pull", STORE, "--name", "other").exit_code == 0
    assert stopped.exists()
    assert lstm("pull", STORE, "--replace").exit_code == 0
    assert not stopped.exists()


def test_what_cannot_be_reached_is_said_in_one_line(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do, and without what is secret."""
    for address, said in {
        "nowhere": "nowhere: there is no saved model",
        "s4://bucket/hotels": "Protocol not known: s4",
        "hf://datasets/anna/hotels": "is written hf://models/OWNER/NAME",
        "hf://models/hotels": "is written hf://models/OWNER/NAME",
        "hf://models/anna/hotels/more": "is written hf://models/OWNER/NAME",
        "memory://bucket/base": "--name base: that is the name of the base",
        "memory://bucket/a b": "--name a b: a name is letters",
    }.items():
        assert said in refused(lstm("pull", address)), address
    assert not Path("models").exists()
    secret = "s4://anna:secret@bucket/hotels"
    assert "secret" not in refused(lstm("pull", secret))
    assert "--private: only a hub has a page" in refused(
        lstm("push", tiny_bundle.path, STORE, "--private")
    )
    assert "--license: only a hub" in refused(
        lstm("push", tiny_bundle.path, STORE, "--license", "mit", "--language", "en")
    )
    monkeypatch.setattr(addresses, "find_spec", lambda _: None)
    for command in (("pull",), ("push", tiny_bundle.path)):
        line = refused(lstm(*command, "hf://models/anna/hotels"))
        assert line.endswith("install what that needs: pip install 'lstm-cli[hub]'")


def test_addresses_of_a_hub_are_read_exactly() -> None:
    assert HubAddress.of("hf://models/a/b@refs/pr/1") == HubAddress("a/b", "refs/pr/1")
    assert HubAddress.of("hf://models/a-1/b.c_d/") == HubAddress("a-1/b.c_d")
    assert HubAddress.of("s3://models/a/b") is None
    for wrong in ("hf://models/a/b@", "hf://models/a/b@/x", "hf://models/ä/b", "hf://models/a/b c"):
        with pytest.raises(TransferError):
            HubAddress.of(wrong)


def test_a_language_model_comes_and_goes_too(tiny_reviews: Path) -> None:
    """It is what others start from."""
    small = ("--embedding-size", "3", "--hidden-size", "4", "--epochs", "1", "--name", "language")
    assert lstm("-q", "pretrain", tiny_reviews, *small).exit_code == 0
    assert lstm("-q", "push", "language", STORE).exit_code == 0
    assert lstm("-q", "pull", STORE).exit_code == 0
    assert contents(Path("models/hotels")) == contents(Path("models/language"))


def test_pushing_and_pulling_need_no_torch(tiny_bundle: Bundle) -> None:
    """Nor the hub's package, where there is no hub."""
    for arguments in (["push", str(tiny_bundle.path), "place"], ["pull", "place", "--name", "a"]):
        code = (
            "from lstm_cli.commands import app\n"
            f"try:\n    app({arguments!r})\nexcept SystemExit as end:\n    assert not end.code"
        )
        assert packages_loaded_by(code).isdisjoint({*HEAVY, "huggingface_hub"})


def test_the_commands_of_the_page_run(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """They are copied."""
    copied(tiny_bundle, "hotels")
    section = SCALE.read_text("utf-8").split("\n## Models on a hub\n")[1].split("\n## ")[0]
    block = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[1]
    assert block.count("s3://") == 2
    shown = block.replace("/mnt/", f"{tmp_path}/mnt/").replace("s3://", "memory://")
    for line in shown.splitlines():
        again = ("--replace",) if "pull" in line else ()
        done = lstm(*shlex.split(line)[1:], *again)
        assert done.exit_code == 0, done.stderr
    assert contents(tmp_path / "mnt" / "team" / "hotels") == contents(tiny_bundle.path)
