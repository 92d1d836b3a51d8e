"""Models on a hub: against a stand-in for it on loopback, commands in a process of their own.

huggingface_hub reads where the hub is when it is imported.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lstm_cli.bundle.contents import CARD_FILE, INFO_FILE, WEIGHTS_FILE
from lstm_cli.bundle.reading import Bundle
from tests.helpers import copied
from tests.hub_endpoint import MOST_REGULAR, TOKEN, Hub, running_hub
from tests.pages import SCALE

pytest.importorskip("huggingface_hub", reason="the extra of a hub is not installed")

HOTELS = "hf://models/anna/hotels"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub with nothing on it."""
    with running_hub() as running:
        yield running


RUN = """
import json, sys
from typer.testing import CliRunner
from lstm_cli.commands import app
for command in json.load(sys.stdin):
    done = CliRunner().invoke(app, command)
    print(json.dumps([done.exit_code, done.stdout, done.stderr]))
"""
Command = tuple[object, ...]


def run(hub: Hub, *commands: Command, **settings: str) -> list[tuple[int, str, str]]:
    """Run commands as anna, who has a token: the exit code, stdout and stderr of each.

    What they print never holds the token.
    """
    surroundings = {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(Path("hub-home").absolute()),
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",  # the stand-in knows git-lfs
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    printed = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([list(map(str, command)) for command in commands]),
        env=os.environ | surroundings | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert not printed.stderr
    assert TOKEN not in printed.stdout
    return [tuple(json.loads(line)) for line in printed.stdout.splitlines()]


def works(hub: Hub, *commands: Command, **settings: str) -> list[str]:
    """What commands say that do what they are asked."""
    done = run(hub, *commands, **settings)
    assert not any(code for code, _, _ in done), done
    return [" ".join(said.split()) for _, _, said in done]


def refused(hub: Hub, *commands: Command, **settings: str) -> list[str]:
    """The one line of each command that cannot do what it is asked."""
    done = run(hub, *commands, **settings)
    for code, stdout, said in done:
        assert (code, stdout) == (2, ""), said
        assert said.startswith("lstm: ")
        assert said.count("\n") == 1, said
    return [said for _, _, said in done]


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def top_of(hub: Hub) -> dict[str, object]:
    """What the hub reads of the page."""
    page = hub.repositories["anna/hotels"].files()[CARD_FILE].decode()
    found = re.match(r"---\n(.*?)\n---\n", page, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found[1])


def test_a_model_goes_to_the_hub_and_comes_back(hub: Hub, tiny_bundle: Bundle) -> None:
    """Its card is the page, with the figures as they were measured; large files go by git-lfs."""
    push = ("push", tiny_bundle.path, HOTELS, "--license", "mit", "--language", "en", "--private")
    pushed, pulled = works(hub, push, ("pull", HOTELS))
    repository = hub.repositories["anna/hotels"]
    sha = repository.branches["main"]
    assert pushed.endswith(f"to {HOTELS}, commit {sha[:10]}")
    assert repository.private
    assert len(repository.commits) == 2  # the hub's own, and one for all files
    ours = contents(tiny_bundle.path)
    files = repository.files()
    assert files.keys() - ours.keys() == {".gitattributes"}
    assert {name for name in ours if files[name] != ours[name]} == {CARD_FILE}
    assert files[CARD_FILE].endswith(b"\n---\n" + ours[CARD_FILE])
    assert set(hub.objects.values()) == {f for f in files.values() if len(f) > MOST_REGULAR}

    top, scores = top_of(hub), tiny_bundle.info.scores
    assert top["license"] == "mit"
    assert top["language"] == ["en"]
    assert top["library_name"] == "lstm-cli"
    assert top["pipeline_tag"] == "text-classification"
    measured = top["model-index"][0]["results"][0]["metrics"]
    assert {metric["type"]: metric["value"] for metric in measured} == {
        "accuracy": round(scores["accuracy"], 4),
        "within_one": round(scores["within_one"], 4),
        "mae": round(scores["mae"], 4),
        "f1": round(scores["macro_f1"], 4),
        "quadratic_weighted_kappa": round(scores["qwk"], 4),
    }

    assert f"(commit {sha[:10]}, " in pulled
    assert contents(Path("models/hotels")) == ours
    assert not Path("hub-home/hub").exists()  # no second copy in a cache
    (line,) = refused(hub, ("pull", HOTELS, "--name", "mine"), HF_TOKEN="")
    assert "there is no such model on the hub, or it needs a token that may see it" in line


def test_a_second_push_is_a_second_commit(
    hub: Hub, replays: dict[str, Bundle], tiny_bundle: Bundle
) -> None:
    """What people put there stays: other files, and what they say at the top of the page."""
    works(hub, ("push", replays["int8"].path, HOTELS))
    repository = hub.repositories["anna/hotels"]
    assert "license" not in top_of(hub)
    files = repository.files()
    page = files[CARD_FILE].replace(b"tags:\n", b"license: cc-by-4.0\ntags:\n- hotels\n", 1)
    repository.commit("main", {**files, CARD_FILE: page, "LICENSE": b"All may."}, "by hand")

    works(hub, ("push", tiny_bundle.path, HOTELS))
    files = repository.files()
    assert set(files) == {*contents(tiny_bundle.path), ".gitattributes", "LICENSE"}
    assert top_of(hub)["license"] == "cc-by-4.0"
    assert set(top_of(hub)["tags"]) == {"lstm-cli", "lstm", "reviews", "hotels"}
    assert top_of(hub)["model-index"][0]["name"] == "lstm"
    number = len(repository.commits)
    works(hub, ("push", tiny_bundle.path, HOTELS), ("pull", HOTELS))
    assert len(repository.commits) == number  # nothing is new
    assert contents(Path("models/hotels")) == contents(tiny_bundle.path)


def test_a_revision_is_a_branch_to_push_to_and_anything_to_pull(
    hub: Hub, tiny_bundles: dict[str, Bundle]
) -> None:
    """All files of a pull are of one commit, whatever is pushed meanwhile."""
    works(
        hub,
        ("push", tiny_bundles["lstm"].path, HOTELS),
        ("push", tiny_bundles["rnn"].path, f"{HOTELS}@v2"),
    )
    repository = hub.repositories["anna/hotels"]
    assert repository.files("v2") != repository.files("main")
    works(
        hub,
        ("pull", f"{HOTELS}@v2", "--name", "new"),
        ("pull", f"{HOTELS}@{repository.branches['main']}", "--name", "old"),
    )
    assert contents(Path("models/new")) == contents(tiny_bundles["rnn"].path)
    assert contents(Path("models/old")) == contents(tiny_bundles["lstm"].path)
    fetched = [path.split("/")[4] for path in hub.paths("GET") if "/resolve/" in path]
    assert set(fetched) == set(repository.branches.values())
    (line,) = refused(hub, ("pull", f"{HOTELS}@v3", "--name", "third"))
    assert "it has no such revision" in line


@pytest.mark.slow
def test_what_the_hub_refuses_is_said_in_one_line(hub: Hub, tiny_bundle: Bundle) -> None:
    """With what to do; nothing is left behind, here or there."""
    push, pull = ("push", tiny_bundle.path), ("pull", HOTELS)
    lines = refused(
        hub, pull, (*push, "hf://models/ben/hotels"), (*push, "hf://models/anna/-hotels")
    )
    assert "there is no such model" in lines[0]
    assert "the token may not write there" in lines[1]
    assert "the hub allows no such name" in lines[2]
    (line,) = refused(hub, (*push, HOTELS), HF_TOKEN="")
    assert "set HF_TOKEN to a token that may write" in line
    for unsendable in ("hf_sec\x0bret", "hf_secrät"):
        (line,) = refused(hub, pull, HF_TOKEN=unsendable)
        assert "the token (HF_TOKEN) holds characters that no token has" in line
        assert "hf_sec" not in line
    for line in refused(hub, pull, (*push, HOTELS), HF_ENDPOINT="http://127.0.0.1:9"):
        assert "the hub cannot be reached (" in line
    for line in refused(hub, pull, (*push, HOTELS), HF_HUB_OFFLINE="1"):
        assert "HF_HUB_OFFLINE is set" in line
    assert not hub.repositories
    assert not Path("models").exists()

    works(hub, (*push, HOTELS))
    (line,) = refused(hub, (*push, HOTELS, "--private"))
    assert "open to everybody; make it private" in line
    hub.failing = 503
    for line in refused(hub, pull, (*push, HOTELS)):
        assert "the hub answers 503 (on holiday)" in line


def test_other_models_are_not_overwritten(hub: Hub, tiny_bundle: Bundle) -> None:
    """A slip in a name must not put a model into the repository of another program's."""
    works(hub, ("push", tiny_bundle.path, HOTELS))
    repository = hub.repositories["anna/hotels"]
    files = {"config.json": b"{}", "model.safetensors": b"numbers"}
    repository.commit("main", files, "another model")
    pushed, pulled = refused(hub, ("push", tiny_bundle.path, HOTELS), ("pull", HOTELS))
    assert "is no model of this program, so it is not overwritten" in pushed
    assert "there is no saved model" in pulled
    assert repository.files() == files


@pytest.mark.slow
def test_what_the_hub_sends_is_trusted_no_more_than_a_stranger(
    hub: Hub, tiny_bundle: Bundle
) -> None:
    """It may have been changed, there or on the way, and may be longer than it was said to be."""
    works(hub, ("push", tiny_bundle.path, HOTELS))

    def changed(name: str, content: bytes) -> bytes:
        return content[:-1] + b"\x7f" if name == WEIGHTS_FILE else content

    def longer(name: str, content: bytes) -> bytes:
        return content + b" " if name == WEIGHTS_FILE else content

    hub.spoil = changed
    (line,) = refused(hub, ("pull", HOTELS))
    assert f"{HOTELS}/{WEIGHTS_FILE}: has changed since it was saved" in line
    hub.spoil = longer
    (line,) = refused(hub, ("pull", HOTELS))
    assert f"{WEIGHTS_FILE} is larger than the" in line

    repository = hub.repositories["anna/hotels"]
    files = repository.files()
    repository.commit("main", {**files, WEIGHTS_FILE: b"0" * 10**6}, "larger than listed")
    hub.asked.clear()
    (line,) = refused(hub, ("pull", HOTELS))
    assert "it is not fetched" in line
    fetched = [path.rsplit("/", 1)[1] for path in hub.paths("GET") if "/resolve/" in path]
    assert fetched == [INFO_FILE]
    assert not list(Path("models").iterdir())


def test_the_commands_of_the_page_run(hub: Hub, tiny_bundle: Bundle) -> None:
    """They are copied. A branch is there once somebody has pushed to it."""
    copied(tiny_bundle, "hotels")
    section = SCALE.read_text("utf-8").split("\n## Models on a hub\n")[1].split("\n## ")[0]
    block = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[0]
    push, pull, pull_v2 = (tuple(shlex.split(line)[1:]) for line in block.splitlines())
    works(hub, push, (*push[:2], f"{HOTELS}@v2"), (*pull, "--replace"), pull_v2)
    assert contents(Path("models/hotels-2")) == contents(tiny_bundle.path)
