"""The READMEs make no claim that the program does not keep."""

import json
import re
import shlex
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.results import MemoryTest
from tests.benchmarks.learning_curve import PICTURE, known_figures, tables
from tests.helpers import lstm
from tests.pages import BENCHMARKS, CODE, COMMANDS, GATES, PAGES, README, ROOT
from tests.reference import BEGIN, commands, with_reference

TEXTS = {page: page.read_text("utf-8") for page in PAGES}
TEXT = TEXTS[README]
PROSE = {page: text.split(BEGIN)[0] for page, text in TEXTS.items()}  # without the reference


def commands_shown() -> list[list[str]]:
    """Every ``lstm ...`` that a page tells a person to type, in a block or in a line."""
    found = []
    for text in PROSE.values():
        lines = [
            line
            for block in re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
            for line in block.splitlines()
        ]
        without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        lines += [" ".join(code.split()) for code in re.findall(r"`(lstm [^`]+)`", without_blocks)]
        for line in lines:
            for command in re.findall(r"(?:^|[$|&] |\.venv/bin/)lstm ([^|&\n]*)", line):
                found.append(shlex.split(command, comments=True))
    return [command for k, command in enumerate(found) if command not in found[:k]]


def test_the_reference_is_what_help_says() -> None:
    """``python -m tests.reference`` makes it anew."""
    assert with_reference(TEXTS[COMMANDS]) == TEXTS[COMMANDS]


def test_no_command_is_missing_from_the_reference() -> None:
    """What ``lstm --help`` lists, and what the groups in it list, has a section of its own."""

    def check(*path: str) -> None:
        listed = lstm(*path, "--help").stdout.partition("\nCommands:\n")[2]
        for name in re.findall(r"^  ([\w-]+)", listed, re.MULTILINE):
            assert f"\n### `{' '.join(('lstm', *path, name))}`\n" in TEXTS[COMMANDS]
            check(*path, name)

    check()
    assert ("doctor",) in commands()
    assert ("models", "show") in commands()


def test_the_learning_curve_is_what_was_measured() -> None:
    """Every figure of its tables is one of ``tests/benchmarks/learning_curve.jsonl``."""
    assert tables(known_figures()) in TEXTS[BENCHMARKS]
    assert PICTURE.is_file()
    assert f"]({PICTURE.name})" in TEXTS[BENCHMARKS]


@pytest.mark.parametrize("section", PROSE[BENCHMARKS].split("\n## ")[1:-1], ids=str.splitlines)
def test_every_figure_has_a_processor_a_date_and_a_command(section: str) -> None:
    """Without them a figure cannot be repeated, nor one that is out of date be told."""
    title, _, told = section.partition("\n\n")
    for part in ("Processor: ", "Date: ", "Command"):
        assert part in told.split("\n\n")[0], title
    assert re.search(r"20\d\d-\d\d-\d\d", section)
    for module in re.findall(r"python -m (tests[\w.]*)", " ".join(section.split())):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("page", [GATES], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_shown_runs(page: Path, tiny_bundle: Bundle, tmp_path: Path) -> None:
    """It is copied, too."""
    shutil.copytree(tiny_bundle.path, tmp_path / "models" / "reviews")
    blocks = re.findall(r"```python\n(.*?)```", TEXTS[page], re.DOTALL)
    assert len(blocks) == 1
    exec(blocks[0], {})


def test_there_are_commands_to_check() -> None:
    """Guards the tests below."""
    assert len(commands_shown()) >= 30


@pytest.mark.parametrize("command", commands_shown(), ids=" ".join)
def test_every_command_shown_exists_with_its_options(command: list[str]) -> None:
    """A person copies them."""
    known = {" ".join(path) for path in commands()}
    words = [word for word in command if word not in ("-q", "--quiet", "-v", "--verbose")]
    if words[0] == "COMMAND":
        return
    names = [name for name in (" ".join(words[:2]), words[0]) if name in known]
    assert names or words[0].startswith("-")
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    shown = lstm(*names[0].split(), "--help").stdout if names else lstm("--help").stdout
    for option in options:
        assert re.search(rf"(?<!\S){option}\b", shown), option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_named_is_an_option(page: Path) -> None:
    """In running text, where the command is clear from what stands around."""
    known = set(re.findall(r"(?<!\S)(--[\w-]+)", TEXTS[COMMANDS].split(BEGIN)[1]))
    benchmarks = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    for option in re.findall(r"`(--[a-z][\w-]*)", PROSE[page]):
        assert option in known or f'"{option}"' in benchmarks, option


def files_named(page: Path) -> list[tuple[Path, str]]:
    """What a page names as code or a folder of the tree, from the top or from where it lies."""
    named = re.findall(r"`((?:\w+/)*\w+\.(?:py|toml)|(?:\w+/)+)`", PROSE[page])
    return [(page, name) for name in dict.fromkeys(named)]


@pytest.mark.parametrize(
    ("page", "name"),
    [found for page in PAGES for found in files_named(page)],
    ids=lambda value: value if isinstance(value, str) else value.parent.name,
)
def test_files_named_exist(page: Path, name: str) -> None:
    """A reading order that leads nowhere is worse than none."""
    assert (page.parent / name).exists() or (ROOT / name).exists()


def test_there_is_a_reading_order() -> None:
    """Guards the test above: no folder of the package is left out."""
    named = [name for page, name in files_named(CODE)]
    for folder in (ROOT / "lstm_cli").iterdir():
        if (folder / "__init__.py").exists() and folder.name != "samples":
            assert any(name.startswith(f"{folder.name}/") for name in named), folder


def test_every_module_says_what_it_is_for() -> None:
    """The first line of a file is its one idea."""
    for path in (README.parent / "lstm_cli").rglob("*.py"):
        assert Path(path).read_text("utf-8").startswith('"""'), path


def test_json_has_the_keys_the_page_names(
    tmp_path: Path, tiny_reviews: Path, tiny_bundle: Bundle
) -> None:
    """A script that was written by the page goes on working."""
    rows = re.findall(r"^\| `(lstm [^`]+)` \| [^|]+ \| ([^|]+) \|$", PROSE[COMMANDS], re.MULTILINE)
    promised = {command: re.findall(r"`(\w+)`", keys) for command, keys in rows}
    made = ("--embedding-size", "3", "--hidden-size", "4", "--epochs", "1")
    file, model = str(tiny_reviews), ("--model", str(tiny_bundle.path))
    asked = {
        "lstm train": ("train", file, "--name", "tiny", *made),
        "lstm pretrain": ("pretrain", file, "--name", "language", *made),
        "lstm evaluate": ("evaluate", file, *model),
        "lstm predict": ("predict", "fun", *model),
        "lstm inspect-gates TEXT": ("inspect-gates", "fun", *model),
        "lstm inspect-gates TEXT --step 1": ("inspect-gates", "fun", "--step", "1", *model),
        "lstm inspect-gates TEXT --clamp forget=1": (
            "inspect-gates", "fun", "--clamp", "forget=1", *model,
        ),
        "lstm inspect-gates --clamp forget=1 --input FILE": (
            "inspect-gates", "--clamp", "forget=1", "--input", file, *model,
        ),
        "lstm inspect-gates": ("inspect-gates", *model),
        "lstm doctor": ("doctor", file),
        "lstm compare": ("compare", file, str(tiny_bundle.path), str(tiny_bundle.path)),
        "lstm exam": ("exam", *model),
        "lstm memory-test --model NAME": ("memory-test", "--input", file, *model),
        "lstm models": ("models", "--models-dir", str(tiny_bundle.path.parent)),
    }  # fmt: skip
    minutes_long = {"lstm memory-test": [field.name for field in fields(MemoryTest)]}
    assert set(promised) == {*asked, *minutes_long}
    assert promised | minutes_long == promised
    for command, arguments in asked.items():
        done = lstm("-q", *arguments, "--json")
        assert done.stdout, (command, done.stderr)
        assert list(json.loads(done.stdout.splitlines()[0])) == promised[command], command
    shown = json.loads(lstm("models", "show", str(tiny_bundle.path), "--json").stdout)
    stored = json.loads((tiny_bundle.path / "bundle.json").read_text("utf-8"))
    assert shown == stored | {"path": str(tiny_bundle.path)}
