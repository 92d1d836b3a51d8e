"""The READMEs make no claim that the program does not keep."""

import json
import re
import shlex
import shutil
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.commands.options import bins_of, labels_in
from lstm_cli.data.formats import endings
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.words import known_order
from lstm_cli.results import MemoryTest
from lstm_cli.training.rules import HEAD_SHARE, MOST_OF_A_REVIEW
from tests.benchmarks.learning_curve import PICTURE, known_figures, tables
from tests.helpers import lstm
from tests.pages import BASE, BENCHMARKS, CODE, COMMANDS, GATES, PAGES, README, ROOT
from tests.reference import BEGIN, commands, with_reference
from tests.transcript import BEGIN as SESSION_BEGINS
from tests.transcript import COMMANDS as SESSION
from tests.transcript import END as SESSION_ENDS

TEXTS = {page: page.read_text("utf-8") for page in PAGES}
TEXT = TEXTS[README]
MOST_BYTES = 10 * 2**10
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


MEASURED = [
    *PROSE[BENCHMARKS].split("\n## ")[1:-1],  # the last says which settings stand elsewhere
    *PROSE[BASE].split("\n## ")[1:],
]


@pytest.mark.parametrize("section", MEASURED, ids=str.splitlines)
def test_every_figure_has_a_processor_a_date_and_a_command(section: str) -> None:
    """Without them a figure cannot be repeated, nor one that is out of date be told."""
    title, _, told = section.partition("\n\n")
    for part in ("Processor: ", "Date: ", "Command"):
        assert part in told.split("\n\n")[0], title
    assert re.search(r"20\d\d-\d\d-\d\d", section)
    for module in re.findall(r"python -m (tests[\w.]*)", " ".join(section.split())):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def description_of(readme: str) -> str:
    """What the wheel says of itself: ``pyproject.toml`` puts other things for links."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert about["project"]["dynamic"] == ["readme"]
    made = about["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    assert made["fragments"] == [{"path": README.name}]
    for put in made["substitutions"]:
        readme = re.sub(put["pattern"], put["replacement"], readme)
    return readme


def test_no_link_of_the_description_leads_nowhere() -> None:
    """On a package index there is no tree beside it."""
    described = description_of(TEXT)
    assert all(
        target.startswith(("https://", "#")) for target in re.findall(r"\]\(([^)]*)\)", described)
    )
    assert "The commands (`lstm_cli/commands/README.md` in the source tree): options" in described
    assert "[PyTorch's install page](https://pytorch.org/" in described
    assert len(described.splitlines()) == len(TEXT.splitlines())
    pictured = "![A curve](tests/a.svg)\n\nSee [it](a.md#b), [here](#b), ![far](https://a.b/c.svg)."
    assert description_of(pictured) == (
        "See it (`a.md` in the source tree), [here](#b), ![far](https://a.b/c.svg)."
    )


def test_the_readme_is_short() -> None:
    """It is read in one sitting; the rest stands where it is used."""
    assert len(README.read_bytes()) <= MOST_BYTES


def table_below(header: str) -> dict[str, str]:
    """The rows of a table of the README, by their first cells."""
    lines = TEXT.split(f"| {header} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return dict(line.strip("| ").split(" | ", 1) for line in lines)


def test_the_formats_of_the_readme_are_read() -> None:
    said = set(re.findall(r"`(\.[a-z0-9]+)`", str(table_below("file"))))
    assert said <= endings()
    # Others are spellings of these, or rare.
    silent = {".ndjson", ".ft", ".xlsb", ".xlsm", ".sqlite", ".sqlite3"}
    silent |= {".tar", ".tbz2", ".tgz", ".txz"}
    assert endings() - said == silent


def test_the_ratings_of_the_readme_are_understood() -> None:
    table = table_below("ratings")
    for kind in ("numbers", "websites"):
        for cell in re.findall("`([^`]+)`", table[kind]):
            assert parse_rating(cell) is not None, cell
    for kind in ("words", "two answers"):
        for shown in re.split("[;,] ", table[kind]):
            words = [word for word in shown.split(" < ") if word != "..."]
            assert known_order(reversed(words)) == tuple(words)
    assert labels_in("bad,ok,good") == ("bad", "ok", "good")
    assert '--scale "bad,ok,good"' in table["your own words"]
    for bins in re.findall('--bins (?:"([^"]+)"|(\\d+))', table["many scores"]):
        assert bins_of("".join(bins))


def test_there_is_one_test_command() -> None:
    """As ``.ci/run`` finds it."""
    found = re.findall(r"<!-- test command -->\n```sh\n(.*)\n```\n", TEXT)
    assert len(found) == 1
    assert found[0].startswith("python3 -m venv .venv && ")


def test_the_figures_of_the_readme_are_those_measured() -> None:
    """It has few, and each stands among the measurements with its date and its command."""
    said = r"After 500 (\w+) reviews, .*? gets ([\d.]+) % .*? regression gets ([\d.]+) %"
    found = re.search(said, " ".join(TEXT.split()))
    assert found is not None
    row = rf"\| {found[1]}s \| {found[2]} .*?\| {found[3]} "
    assert re.search(row, TEXTS[BENCHMARKS])
    said = r"reads a review's first (\d+) words and its last (\d+)"
    ends = re.search(said, TEXT)
    assert ends is not None
    head, tail = map(int, ends.groups())
    assert head + tail == MOST_OF_A_REVIEW
    assert head == round(HEAD_SHARE * MOST_OF_A_REVIEW)
    said = r"Of (\d+) questions .*?, the base gets (\d+) right; of 12 on .*? negation, (\d+)"
    exam = re.search(said, TEXT)
    assert exam is not None
    assert f"| all | {exam[2]} of {exam[1]} |" in TEXTS[BENCHMARKS]
    assert f"| double negation | {exam[3]} of 12 |" in TEXTS[BENCHMARKS]


def session() -> dict[str, list[str]]:
    """What the README shows a person to see, by the commands."""
    shown = TEXT.split(SESSION_BEGINS)[1].split(SESSION_ENDS)[0]
    found: dict[str, list[str]] = {}
    for line in shown.strip().removeprefix("```text\n").removesuffix("```").splitlines():
        if line.startswith("$ "):
            found[line.removeprefix("$ ")] = []
        else:
            found[list(found)[-1]].append(line)
    return found


def spaced(lines: list[str]) -> list[str]:
    """Without the widths of columns, which follow from what stands in them."""
    return [" ".join(line.split()) for line in lines]


def test_the_session_is_what_the_commands_print() -> None:
    """Line by line where machines and models agree, and by its headlines where they do not."""
    shown = session()
    assert tuple(shown) == SESSION
    train, predict, inspect = map(spaced, shown.values())

    small = ("--base", "none", "--epochs", "1", "--embedding-size", "4", "--hidden-size", "4")
    printed = spaced(lstm("train", "--sample", *small).output.splitlines())
    words = next(k for k, line in enumerate(printed) if line.endswith(" words"))
    assert words == 7  # what was found in the file, and a bar for each rating
    assert train[:words] == printed[:words]
    assert train[words].partition(";")[0] == printed[words].partition(";")[0]
    # Measured, as it stands there: chance alone makes a tenth or so on fifty reviews.
    chance = re.search(r"than chance gives \(([\d.]+)", "\n".join(train))
    assert chance is not None
    assert 0.05 < float(chance[1]) < 0.25
    same = (
        "epoch", "sample on", "accuracy within", "always 1 20.0 %", "true rating",
        "1 2 3 4 5", "lstm predict", "lstm inspect-gates",
    )  # fmt: skip
    after = [line for line in printed[words:] if line.startswith(same)]
    assert len(after) == len(same)
    assert [line for line in train if line in after] == after

    printed = spaced(lstm("predict", "great movie").output.splitlines())
    assert predict[:2] == printed[:2]
    assert [line.split()[0] for line in predict[3:8]] == [line.split()[0] for line in printed[3:8]]

    printed = spaced(lstm("inspect-gates", stdin="badly acted").output.splitlines())
    assert inspect[:4] == printed[:4]
    assert [line.split()[0] for line in inspect[4:7]] == [line.split()[0] for line in printed[4:7]]
    assert inspect[7:10] == printed[7:10]  # what the columns mean


@pytest.mark.parametrize("page", [README, GATES], ids=lambda page: str(page.relative_to(ROOT)))
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Into the tree, and there to a headline if it says so."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[page]):
        path, _, anchor = target.partition("#")
        led_to = (page.parent / path).resolve() if path else page
        assert led_to.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", led_to.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in slugs, target


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
    of_its_scale = tmp_path / "two.csv"
    rows = tiny_reviews.read_text(encoding="utf-8").splitlines(keepends=True)
    of_its_scale.write_text("".join(r for r in rows if not r.endswith(",3\n")), encoding="utf-8")
    file, model = str(tiny_reviews), ("--model", str(tiny_bundle.path))
    updated = shutil.copytree(tiny_bundle.path, tmp_path / "updated")
    more = tmp_path / "more.csv"
    more.write_text("review,rating\n" + "a view,5\nno view,1\nsunny,5\nrainy,1\n", "utf-8")
    many = tmp_path / "many.csv"
    rows_of_many = [f'"{text} {k}",{rating}' for k in range(45)
                    for text, rating in (("a fine film", 5), ("a dull film", 1))]  # fmt: skip
    many.write_text("\n".join(["review,rating", *rows_of_many]), "utf-8")
    asked = {
        "lstm train": ("train", file, "--name", "tiny", *made),
        "lstm pretrain": ("pretrain", file, "--name", "language", *made),
        "lstm update": ("update", str(updated), str(more)),
        "lstm evaluate": ("evaluate", file, *model),
        "lstm predict": ("predict", "fun", *model),
        "lstm predict --input FILE": ("predict", "--input", file, *model),
        "lstm predict --input FILE --worst 10": (
            "predict", "--input", file, "--worst", "10", *model,
        ),
        "lstm inspect-gates TEXT": ("inspect-gates", "fun", *model),
        "lstm inspect-gates TEXT --step 1": ("inspect-gates", "fun", "--step", "1", *model),
        "lstm inspect-gates TEXT --clamp forget=1": (
            "inspect-gates", "fun", "--clamp", "forget=1", *model,
        ),
        "lstm inspect-gates --clamp forget=1 --input FILE": (
            "inspect-gates", "--clamp", "forget=1", "--input", file, *model,
        ),
        "lstm inspect-gates --unit 1 --input FILE": (
            "inspect-gates", "--unit", "1", "--input", file, *model,
        ),
        "lstm inspect-gates": ("inspect-gates", *model),
        "lstm learn TEXT --true 5": ("learn", "fun", "--true", "5", *model),
        "lstm story": ("story",),
        "lstm doctor": ("doctor", file),
        "lstm doctor --no-ratings": ("doctor", "--no-ratings", file),
        "lstm compare": ("compare", file, str(tiny_bundle.path), str(tiny_bundle.path)),
        "lstm advise": ("advise", str(many), "--base", str(tiny_bundle.path), "--threads", "1"),
        "lstm exam": ("exam", *model),
        "lstm export": ("export", *model),
        "lstm memory-test --model NAME": ("memory-test", "--input", file, *model),
        "lstm report": ("report", str(of_its_scale), *model),
        "lstm models": ("models", "--models-dir", str(tiny_bundle.path.parent)),
        "lstm models history NAME": ("models", "history", str(tiny_bundle.path)),
        "lstm push MODEL ADDRESS": ("push", str(tiny_bundle.path), "place"),
        "lstm pull ADDRESS": ("pull", "place", "--name", "pulled"),
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
