"""What a start costs: heavy packages stay out until a command needs them."""

import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from tests.helpers import HEAVY, packages_loaded_by


def packages_loaded_by_command(*arguments: str) -> set[str]:
    """The same for a command line of ``lstm``."""
    code = (
        "from lstm_cli.commands import app\n"
        f"try:\n    app({list(arguments)!r})\nexcept SystemExit as end:\n    assert not end.code"
    )
    return packages_loaded_by(code)


def packages_loaded_before(line: str, *arguments: str) -> set[str]:
    """The same when the command says a line, which ends it."""
    code = (
        "import io, sys\n"
        "class Ending(io.StringIO):\n"
        "    def write(self, text):\n"
        f"        if {line!r} in text:\n            sys.exit('said')\n"
        "        return super().write(text)\n"
        "sys.stderr = Ending()\n"
        "from lstm_cli.commands import app\n"
        f"try:\n    app({list(arguments)!r})\nexcept SystemExit as end:\n"
        "    assert end.code == 'said', sys.stderr.getvalue()"
    )
    return packages_loaded_by(code)


def test_the_probe_sees_an_import() -> None:
    """Guards the tests below: a probe that reports nothing would pass them all."""
    assert "decimal" in packages_loaded_by("import decimal")
    with pytest.raises(subprocess.CalledProcessError):
        packages_loaded_before("a line that nobody says", "models")


@pytest.mark.parametrize(
    "module", ["commands", "bundle.locating", "inference.predictor", "gates.trace", "views.gates"]
)
def test_light_modules_stay_light(module: str) -> None:
    """Neither torch, nltk nor polars is loaded before a command asks for it."""
    assert packages_loaded_by(f"import lstm_cli.{module}").isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["serve", "--help"], ["--version"]]
)
def test_help_loads_no_array_library(arguments: list[str]) -> None:
    """Help is there at once."""
    assert packages_loaded_by_command(*arguments).isdisjoint(
        {*HEAVY, "numpy", "fastapi", "uvicorn"}
    )


@pytest.mark.parametrize(
    "arguments", [["predict", "great movie"], ["inspect-gates", "great movie"], ["models"]]
)
def test_one_review_needs_no_torch(tiny_bundle: Bundle, arguments: list[str]) -> None:
    """One prediction is quicker to answer than ``import torch``."""
    folder = str(Path(tiny_bundle.path).parent)
    loaded = packages_loaded_by_command(*arguments, "--models-dir", folder)
    assert "numpy" in loaded
    assert loaded.isdisjoint({*HEAVY, "safetensors"})


def test_one_prediction_loads_no_table_no_bar_and_no_other_command(tiny_bundle: Bundle) -> None:
    """Tables and bars are a third of what rich takes to load."""
    unused = {"rich.table", "rich.progress", "lstm_cli.commands.train"}
    code = f"assert not {unused} & {{*sys.modules}}"
    arguments = ["predict", "great movie", "--model", str(tiny_bundle.path)]
    packages_loaded_by(
        "import sys\nfrom lstm_cli.commands import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n{code}"
    )


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("train FILE", "40 reviews, ratings 1, 3, 5"),
        ("train FILE", "16   40 %"),
        ("train FILE --validation FILE", "held out: 40 reviews"),
        ("pretrain FILE", "40 rows, text in 'review'"),
        ("evaluate FILE --model MODEL", "40 reviews, ratings 1, 5"),
        ("compare FILE MODEL MODEL", "40 reviews, ratings 1, 5"),
        ("predict --input FILE --model MODEL", "40 rows, text in 'review'"),
    ],
)
def test_what_was_read_is_said_before_torch_is_loaded(
    tiny_reviews: Path, tiny_bundle: Bundle, command: str, line: str
) -> None:
    """A wrong column is seen within a second, not after the seconds that torch takes."""
    stands_for = {"FILE": str(tiny_reviews), "MODEL": str(tiny_bundle.path)}
    arguments = (stands_for.get(word, word) for word in command.split())
    loaded = packages_loaded_before(line, *arguments)
    assert "polars" in loaded
    assert loaded.isdisjoint({"torch", "nltk", "sklearn", "scipy"})


def test_doctor_needs_no_torch(tiny_reviews: Path) -> None:
    """It counts, and its regression is scikit-learn's; the base is there for its words."""
    sound = [line for line in tiny_reviews.read_text().splitlines() if not line.endswith(",3")]
    tiny_reviews.write_text("\n".join(sound))
    loaded = packages_loaded_by_command("doctor", str(tiny_reviews))
    assert "sklearn" in loaded
    assert "torch" not in loaded


@pytest.mark.parametrize(
    "arguments", [["evaluate", "r.csv"], ["predict", "--input", "r.csv"], ["exam"]]
)
def test_some_hundred_reviews_need_neither_torch_nor_scikit_learn(
    tiny_bundle: Bundle, arguments: list[str]
) -> None:
    """They take longer to load than such reviews take to read."""
    Path("r.csv").write_text("review,rating\na fine film,5\na dull film,1\n", encoding="utf-8")
    loaded = packages_loaded_by_command(*arguments, "--model", str(tiny_bundle.path))
    assert "numpy" in loaded
    assert loaded.isdisjoint({"torch", "nltk", "scipy", "sklearn"})


@pytest.mark.parametrize("module", ["training.base", "evaluation.health"])
def test_only_what_is_fitted_needs_scikit_learn(module: str) -> None:
    """A whole training loads it at its start all the same: NLTK does."""
    assert packages_loaded_by(f"import lstm_cli.{module}").isdisjoint({"scipy", "sklearn"})


def test_utf8_needs_no_detection_of_encodings(tmp_path: Path) -> None:
    """It takes a twentieth of a second to load, and a file in UTF-8 asks nothing of it."""
    code = "from lstm_cli.data.tables import read_table\nassert len(read_table({!r})) == 2"
    for text, codec, needs in (
        ("review,rating\ncaf\u00e9,5\nfine,4\n", "utf-8", False),
        ("review,rating\ncaf\u00e9,5\nfine,4\n", "utf-8-sig", False),
        ("review,rating\ncaf\u00e9,5\nfine,4\n", "utf-16", False),
        (
            "review,rating\nPok\u00f3j by\u0142 ma\u0142y i \u017ale pachnia\u0142o,1\ndobry,4\n",
            "cp1250",
            True,
        ),
    ):
        path = tmp_path / f"{codec}.csv"
        path.write_bytes(text.encode(codec))
        assert ("chardet" in packages_loaded_by(code.format(str(path)))) == needs


def test_a_plain_file_needs_no_reader_of_other_formats(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("review,rating\nfine,5\nbad,1\n", encoding="utf-8")
    code = f"from lstm_cli.data.reviews import read_reviews\nread_reviews([{str(path)!r}])"
    loaded = packages_loaded_by(code)
    assert "polars" in loaded
    others = {"chardet", "python_calamine", "xlsxwriter", "sqlite3", "psycopg", "pymysql"}
    assert loaded.isdisjoint(others)


def test_piped_reviews_need_neither_polars_nor_detection(tiny_bundle: Bundle) -> None:
    """They are decoded before anything is known of files."""
    code = (
        "import io, sys\nfrom types import SimpleNamespace\n"
        "piped = io.BytesIO('caf\u00e9'.encode())\n"
        "sys.stdin = SimpleNamespace(buffer=piped, isatty=lambda: False)\n"
        "from lstm_cli.commands import app\n"
        f"try:\n    app(['predict', '--model', {str(tiny_bundle.path)!r}])\n"
        "except SystemExit as end:\n    assert not end.code"
    )
    loaded = packages_loaded_by(code)
    assert "numpy" in loaded
    assert loaded.isdisjoint({*HEAVY, "chardet"})


def test_a_result_is_loaded_with_its_module_alone() -> None:
    """Dataclasses take time to be made; every name is found, and where it says."""
    results = import_module("lstm_cli.results")
    assert set(results._MODULES) == set(results.__all__)
    for name in results.__all__:
        assert getattr(results, name) is not None
    code = (
        "from lstm_cli.results import Operation\nimport sys\n"
        "assert not {'lstm_cli.results.trace', 'lstm_cli.results.health'} & {*sys.modules}"
    )
    packages_loaded_by(code)
