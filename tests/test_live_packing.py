"""``lstm live``: how a model gets into a page, and how the page gets into a file."""

import hashlib
import json
import re
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.bundle.contents import BASE
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.errors import BundleError
from lstm_cli.text.javascript import translated
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.views.live_packing import as_characters
from lstm_cli.views.live_page import live_page
from tests.helpers import HEAVY, lstm, new_bundle, packages_loaded_by
from tests.pages import ROOT

NODE = shutil.which("node")
LIVE = ROOT / "lstm_cli" / "views" / "live"
MOST_BYTES = 12_000_000  # of the page of the base
NPM = shutil.which("npm")


def undone(characters: bytes) -> bytes:
    """What ``packing.ts`` makes of the text of an element, said again."""
    shift = characters[0] - ord("A") + 16 * (characters[1] - ord("A"))
    plain = re.sub(rb"=(.)", lambda escaped: bytes([escaped[1][0] - 64]), characters[2:])
    return bytes((byte - shift) % 256 for byte in plain)


@given(st.one_of(st.binary(), st.text("\0\r=<>/!a-z").map(str.encode)))
def test_any_bytes_survive_html(content: bytes) -> None:
    """None is lost, none is changed by a parser of HTML, and none ends the element."""
    characters = as_characters(content)
    assert undone(characters) == content
    assert not {0, 13} & {*characters}
    assert not re.search(rb"<[/!]", characters)


def test_a_page_allows_nothing_but_itself(tiny_bundle: Bundle) -> None:
    """No address, no script and no style but its own, whose hashes stand in its head."""
    page = live_page([tiny_bundle])
    found = re.search(rb'Content-Security-Policy" content="([^"]*)"', page)
    assert found is not None
    policy = found[1].decode()
    script, style = (
        re.search(pattern, page, re.DOTALL)
        for pattern in (rb"<script>(.*?)</script>", rb"<style>(.*?)</style>")
    )
    assert script is not None
    assert style is not None
    for what, content in (("script", script[1]), ("style", style[1])):
        assert (
            f"{what}-src 'sha256-{b64encode(hashlib.sha256(content).digest()).decode()}'" in policy
        )
    assert policy.startswith("default-src 'none';")
    assert page.index(b"charset") < 1_024  # where a browser looks for it
    assert re.sub(rb'octet-stream">.*?</script>', b"", page, flags=re.DOTALL).isascii()


def test_what_is_built_is_ascii() -> None:
    """The page is not UTF-8, so that one byte is one character of the model."""
    for name, ending in (("live.js", rb"</?script|<!--"), ("live.css", rb"</style")):
        content = (LIVE / name).read_bytes()
        assert content.isascii(), name
        assert b"\r" not in content, name
        assert not re.search(ending, content), name


def test_a_name_from_a_stranger_stays_text(tiny_bundle: Bundle) -> None:
    path = Path("<img src=x> ñ & 映画")
    shutil.copytree(tiny_bundle.path, path)
    head = live_page([open_bundle(path)]).split(b"</title>")[0]
    assert b"&lt;img" in head
    assert b"&#26144;" in head
    assert b"<img" not in head


def test_a_page_is_never_overwritten_unasked(tiny_bundle: Bundle) -> None:
    """And says how large it is."""
    wanted = ("live", "page.html", "--model", tiny_bundle.path)
    done = lstm(*wanted)
    assert done.exit_code == 0
    assert done.stderr.splitlines()[-1] == "written: page.html (0.2 MB); a double click opens it"
    before = Path("page.html").read_bytes()
    refused = lstm(*wanted)
    assert refused.exit_code == 2
    assert refused.stderr == "lstm: page.html exists already; name another file, or --replace it\n"
    assert Path("page.html").read_bytes() == before
    Path("page.html").write_text("old")
    assert lstm(*wanted, "--replace").exit_code == 0
    assert Path("page.html").read_bytes() == before
    nowhere = lstm("live", "nowhere/page.html", "--model", tiny_bundle.path)
    assert (nowhere.exit_code, nowhere.stdout) == (2, "")
    assert nowhere.stderr.splitlines()[-1] == "lstm: nowhere/page.html: there is no folder nowhere"
    assert [path.name for path in Path().iterdir()] == ["page.html"]


def test_two_models_lie_side_by_side(tiny_bundles: dict[str, Bundle]) -> None:
    models = [tiny_bundles[cell].path for cell in ("lstm", "rnn")]
    done = lstm("live", "page.html", "--model", models[0], "--beside", models[1])
    assert done.exit_code == 0
    assert "model rnn (beside it)" in done.stderr
    page = Path("page.html").read_bytes()
    assert page.count(b'<script type="application/octet-stream">') == 2
    assert b"<title>lstm and rnn, live</title>" in page


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"(?i)a|b", "flags of its own"),
        (r"(?i:a)|\S", "flags of its own"),
        (r"(?>a+)\S", "atomic_group"),
        (r"a++", "possessive_repeat"),
    ],
)
def test_a_pattern_that_a_page_cannot_follow_is_refused(
    tiny_bundle: Bundle, pattern: str, part: str
) -> None:
    """In one line, before anything is written."""
    with pytest.raises(BundleError, match="a group that captures"):
        translated(r"(\S)(\S)")  # no model has such a pattern
    with pytest.raises(BundleError, match=part):
        translated(pattern)
    new = new_bundle(tiny_bundle)
    write_bundle(replace(new, info=replace(new.info, token_pattern=pattern)), Path("odd"))
    done = lstm("live", "page.html", "--model", "./odd")
    assert done.exit_code == 2
    assert part in done.stderr.splitlines()[-1]
    assert not Path("page.html").exists()


def test_a_page_needs_no_torch(tiny_bundle: Bundle) -> None:
    """Nor what reads tables."""
    arguments = ["live", "page.html", "--model", str(tiny_bundle.path)]
    code = (
        "from lstm_cli.commands import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert packages_loaded_by(code).isdisjoint({*HEAVY, "scipy", "safetensors"})
    assert Path("page.html").exists()


@pytest.mark.slow
def test_the_page_of_the_base_can_be_sent(tmp_path: Path) -> None:
    """Its numbers are those of the saved model, so it can hardly be smaller than that."""
    page = live_page([open_bundle(ROOT / "models" / BASE)])
    assert len(page) < MOST_BYTES


@pytest.mark.slow
@pytest.mark.skipif(NPM is None, reason="there is no npm")
def test_what_is_committed_is_what_is_built(tmp_path: Path) -> None:
    """From the sources and the packages that package-lock.json names, byte by byte."""
    for name in ("src", "build.mjs", "package.json", "package-lock.json", "tsconfig.json"):
        source = LIVE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    options = ("--no-audit", "--no-fund", "--cache", str(tmp_path / "cache"))
    fetched = subprocess.run([str(NPM), "ci", *options], cwd=tmp_path, capture_output=True)
    if fetched.returncode and b"ENOTFOUND" in fetched.stderr + fetched.stdout:
        pytest.skip("there is no network")
    assert not fetched.returncode, fetched.stderr.decode()
    for command in ("check", "build"):
        subprocess.run([str(NPM), "run", command], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "live.js").read_bytes() == (LIVE / "live.js").read_bytes()


def test_the_pattern_of_new_models_can_be_followed() -> None:
    """It is translated in no time, and does not grow beyond measure."""
    assert len(translated(TOKEN_PATTERN)) < 10_000
    assert json.dumps(translated(TOKEN_PATTERN)).isascii()


@pytest.mark.skipif(NODE is None, reason="there is no node")
@pytest.mark.parametrize("pattern", [r"a.*?b|\S", r"\w+\Z|\A\w|..", r"[^b]+|b", r"(\w)\1+|b.+"])
def test_a_pattern_finds_the_same_in_javascript(pattern: str) -> None:
    """Also where any character will do, of which JavaScript has more than one way to speak."""
    text = "aab xx\na b  bb😀yyb\n ab"
    find = f"JSON.stringify({json.dumps(text)}.match(RegExp(process.argv[1], 'gv')))"
    command = [str(NODE), "-p", find, translated(pattern, may_capture=True)]
    found = json.loads(subprocess.check_output(command, encoding="utf-8"))
    expected = re.compile(pattern, re.MULTILINE | re.DOTALL).finditer(text)
    assert found == [match[0] for match in expected]
