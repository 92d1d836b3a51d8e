"""``lstm export``: other runtimes say what the model says, and cut as it cuts."""

import html
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_cli.bundle.contents import BASE
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.errors import BundleError
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.tokens import CONTROL, QUOTES, TAG_OR_COMMENT
from tests.awkward import KINDS, changed, misspelled_texts, texts_of, well_read
from tests.helpers import in_case, lstm
from tests.pages import ROOT

onnx = pytest.importorskip("onnx", reason="the extra export is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra export is not installed")

from lstm_cli.export.cutting import cutting  # noqa: E402
from lstm_cli.export.graph import graph  # noqa: E402
from lstm_cli.export.onnx_file import OnnxScorer, export_onnx  # noqa: E402

SCALE = (ROOT / "lstm_cli" / "SCALE.md").read_text("utf-8")
EXAMPLE = ROOT / "tests" / "onnx_example"
NODE = shutil.which("node")
CLOSE = 3e-5  # three times better than what is promised
BASE_FOLDER = ROOT / "models" / BASE

Shown = Callable[[str], str]  # of a language, a program of the page
Ask = Callable[[Sequence[str], Shown], str]
AWKWARD = [
    "", " ", "don't", "don’t ‘it’ „isn“t", "A<br/>LOOOONG &amp; 真好 👍🏽 5/5...",
    "ŉ 7 ＇tis «so»…", "<!-- a <b> --> <é> ＜b＞ a<b", "&#x80;&notit;&#0;&#xD800;&#x110000;",
    "ΑΣ. ΑΣ‛Α İİİİİ ²²²²", "?!?!!! ---- ....", "soft\u00adhyphen\u200bspace", ":-) http://a.b <3",
]  # fmt: skip


def exported(bundle: Bundle, *arguments: object) -> dict[str, Any]:
    """What ``lstm export --json`` says of a model that it wrote as reviews.onnx."""
    done = lstm("export", "--model", bundle.path, "--output", "reviews.onnx", "--json", *arguments)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object) -> str:
    """The one line of a refusal."""
    done = lstm("-q", "export", *arguments)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


# The network


@pytest.mark.parametrize(("cell", "changes"), KINDS)
def test_onnx_rates_as_the_model_rates(
    tiny_bundles: dict[str, Bundle], cell: str, changes: dict[str, Any]
) -> None:
    """Both cells, every pooling and type of numbers; alone, in a batch of any lengths, empty."""
    bundle = changed(tiny_bundles[cell], "other", **changes)
    assert exported(bundle)["largest_difference"] <= CLOSE
    texts = [*texts_of(bundle, 40, seed=3), "", "fun"]
    predictor = Predictor(bundle)
    ours = np.array([[*predictor.predict(text).probabilities.values()] for text in texts])
    asked = OnnxScorer(bundle, Path("reviews.onnx").read_bytes())
    np.testing.assert_allclose(asked(texts), ours, atol=CLOSE)
    np.testing.assert_allclose(asked([""]), ours[-2:-1], atol=CLOSE)
    session = onnxruntime.InferenceSession("reviews.onnx")
    two, first, place = session.run(None, {"token_ids": [[2, 3], [2, 3]], "lengths": [2, 0]})
    np.testing.assert_allclose(first, two @ np.array(bundle.info.ratings), rtol=CLOSE)
    assert place.tolist() == two.argmax(axis=1).tolist()
    # No word at all, in an array without columns.
    nothing = np.empty((1, 0), np.int64)
    alone = session.run(["probabilities"], {"token_ids": nothing, "lengths": [0]})[0]
    np.testing.assert_allclose(alone[0], two[1], atol=CLOSE)


def test_a_length_that_is_none_is_refused(tiny_bundle: Bundle) -> None:
    """A wrong length would be a wrong rating that nobody sees."""
    exported(tiny_bundle)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession("reviews.onnx", options)
    for length in (-1, 4):
        with pytest.raises(Exception, match="sequence_lens"):
            session.run(None, {"token_ids": [[2, 3]], "lengths": [length]})


@pytest.mark.parametrize(("cell", "operator"), [("lstm", "LSTM"), ("rnn", "RNN")])
def test_the_graph_is_of_the_standard(
    tiny_bundles: dict[str, Bundle], cell: str, operator: str
) -> None:
    """One cell of the standard's own, sizes that are open, and nothing of any one runtime."""
    exported(tiny_bundles[cell])
    model = onnx.load("reviews.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    assert {node.domain for node in model.graph.node} == {""}
    operators = [node.op_type for node in model.graph.node]
    assert [name for name in operators if name in ("LSTM", "RNN", "Loop", "Scan")] == [operator]
    shapes = {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in [*model.graph.input, *model.graph.output]
    }
    assert shapes == {
        "token_ids": ["reviews", "tokens"],
        "lengths": ["reviews"],
        "probabilities": ["reviews", 2],
        "expected_rating": ["reviews"],
        "rating_index": ["reviews"],
    }


def test_the_metadata_is_the_file_beside_it(tiny_bundle: Bundle) -> None:
    """Either is enough."""
    exported(tiny_bundle)
    about = json.loads(Path("reviews.onnx.json").read_text("ascii"))
    metadata = {
        prop.key: json.loads(prop.value) for prop in onnx.load("reviews.onnx").metadata_props
    }
    assert metadata == about
    assert about["labels"] == list(tiny_bundle.info.scale.labels)
    assert about["ratings"] == list(tiny_bundle.info.ratings)
    assert tuple(about["vocabulary"]) == tiny_bundle.vocabulary.tokens
    assert about["vocabulary"][about["unknown_id"]] == "<unknown>"


def test_eight_bits_are_a_quarter_and_rate_alike(tiny_bundle: Bundle) -> None:
    """Of the weights; here on a model of four units, which has the fewest bits to lose."""
    said = exported(tiny_bundle, "--quantise")
    assert said["quantised"]
    assert said["same_rating"] >= 0.99
    assert said["largest_difference"] > CLOSE  # or nothing was rounded
    sizes = [
        {
            tuple(one.dims): len(one.raw_data)
            for one in graph(tiny_bundle, {}, quantise=q).graph.initializer
        }
        for q in (False, True)
    ]
    rows, columns = tiny_bundle.arrays["embedding"].shape
    assert [found[rows, columns] for found in sizes] == [4 * rows * columns, rows * columns]


@pytest.mark.parametrize("quantised", [False, True])
def test_the_base_rates_alike(quantised: bool) -> None:
    """On the sample reviews, which it has not seen."""
    said = exported(open_bundle(BASE_FOLDER), *["--quantise"] * quantised)
    assert said["reviews"] == 501
    if quantised:
        assert said["same_rating"] >= 0.99
        assert said["bytes"] < 12e6
    else:
        assert said["same_rating"] == 1
        assert said["largest_difference"] <= CLOSE
        assert said["bytes"] < 14e6


# The command


def test_what_was_written_is_said(tiny_bundle: Bundle) -> None:
    """The file is named after the model, and both files lie in this folder."""
    done = lstm("export", "--format", "onnx", "--model", tiny_bundle.path)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    name = f"{tiny_bundle.name}.onnx"
    assert sorted(path.name for path in Path().iterdir()) == [name, f"{name}.json"]
    shown = done.stderr.splitlines()
    alike = f"onnxruntime rates 100.0 % of 501 sample reviews as {tiny_bundle.name} does; no "
    assert shown[1].startswith(alike)
    assert re.fullmatch(rf"written: {name} \(0\.\d MB\) and {name}\.json \(0\.\d MB\)", shown[2])


@pytest.mark.parametrize("there", ["reviews.onnx", "reviews.onnx.json"])
def test_no_file_is_overwritten_unasked(tiny_bundle: Bundle, there: str) -> None:
    """Neither of the two; and then neither is written."""
    Path(there).write_text("mine")
    asked = ("--model", tiny_bundle.path, "--output", "reviews.onnx")
    assert refused(*asked) == (
        f"lstm: {there} exists already; name another file, or give --replace\n"
    )
    assert [path.name for path in Path().iterdir()] == [there]
    assert Path(there).read_text() == "mine"
    assert lstm("export", *asked, "--replace").exit_code == 0
    onnx.checker.check_model(onnx.load("reviews.onnx"))
    assert json.loads(Path("reviews.onnx.json").read_text())["model"] == tiny_bundle.name


def test_a_file_that_rates_otherwise_is_not_written(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one whose gates stand in another order."""
    monkeypatch.setattr("lstm_cli.export.graph._GATES", (0, 1, 2, 3))
    with pytest.raises(BundleError, match=r"as ONNX the model would rate otherwise, by up to 0\."):
        export_onnx(tiny_bundle, "reviews.onnx")
    assert not [*Path().iterdir()]


def test_few_alike_are_said(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight bits may be too few for a model."""
    monkeypatch.setattr("lstm_cli.commands.export.ENOUGH", 1.1)
    done = lstm("export", "--model", tiny_bundle.path, "--quantise")
    assert "careful: that is too few; leave out --quantise" in done.stderr


def test_what_cannot_be_written_is_refused_in_one_line(
    tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another kind of file, a folder that is not there, one of that name, a model too large."""
    model = ("--model", tiny_bundle.path)
    assert "films.pt: name a file that ends in .onnx" in refused(*model, "--output", "films.pt")
    assert "there is no folder no" in refused(*model, "--output", "no/a.onnx")
    (tmp_path / "b.onnx.json").mkdir()
    assert "b.onnx.json is a directory" in refused(*model, "--output", "b.onnx", "--replace")
    monkeypatch.setattr("lstm_cli.export.onnx_file.MOST_BYTES", 50_000)
    too_large = refused(*model, "--output", "a.onnx")
    assert "lstm: the network has 0.0 GB, and a file of ONNX holds 2; in 8 bits it may" in too_large
    assert [path.name for path in Path().iterdir()] == ["b.onnx.json"]


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not installed with the others."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "onnx" else name)
    assert refused() == (
        "lstm: lstm export needs what is not installed (onnx): pip install 'lstm-cli[export]'\n"
    )


def test_a_pattern_that_others_could_not_use_is_refused(tiny_bundle: Bundle) -> None:
    """Rather than cut otherwise."""
    bundle = changed(tiny_bundle, "with-flags", token_pattern=r"(?i)[a-z]")
    with pytest.raises(BundleError, match="has flags of its own"):
        cutting(bundle)


# The programs of the page


def programs(language: str) -> tuple[str, str]:
    """What the page shows of ONNX in a language: a program, and what reads misspelled words."""
    about = SCALE.partition("\n## ONNX")[2].partition("\n## ")[0]
    whole, spelling = re.findall(rf"```{language}\n(.*?)```", about, re.DOTALL)
    return whole, spelling


def joined(language: str) -> str:
    """Both, joined as the page says."""
    whole, spelling = programs(language)
    lookup = {
        "python": 'ids.get(token, about["unknown_id"])',
        "javascript": "ids.get(token) ?? BigInt(about.unknown_id)",
    }[language]
    assert lookup in whole
    return whole.replace(lookup, "id_of(token)").replace("\nfor ", f"\n{spelling}\nfor ", 1)


def first(language: str) -> str:
    """The program that reads no misspelled words."""
    return programs(language)[0]


def ask_python(texts: Sequence[str], shown: Shown) -> str:
    """What the program in Python prints, in a process that has never heard of this package."""
    Path("example.py").write_text(shown("python"), "utf-8")
    return _printed([sys.executable, "-X", "utf8", "example.py", *texts])


def ask_node(texts: Sequence[str], shown: Shown) -> str:
    """What the program in JavaScript prints."""
    if NODE is None or not (EXAMPLE / "node_modules").exists():
        pytest.skip("there is no node, or nobody ran npm ci in tests/onnx_example")
    Path("node_modules").symlink_to(EXAMPLE / "node_modules")
    Path("example.mjs").write_text(shown("javascript"), "utf-8")
    return _printed([NODE, "example.mjs", *texts])


def _printed(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("ask", [ask_python, ask_node])
@pytest.mark.parametrize(("cell", "stored_as"), [("lstm", "float32"), ("rnn", "int8")])
def test_the_programs_cut_and_rate_as_we_do(
    tiny_bundles: dict[str, Bundle],
    cell: str,
    stored_as: str,
    ask: Ask,
) -> None:
    """Every line of the page's programs, on markup, entities, emoji, marks and all scripts.

    Stored as int8, a file has numbers of 8 and of 16 bits, which the runtime has to convert.
    """
    bundle = changed(tiny_bundles[cell], "other", stored_as=stored_as)
    rates_alike(bundle, [*texts_of(bundle, 120, seed=5), *AWKWARD], ask, first)


@pytest.mark.parametrize("ask", [ask_python, ask_node])
def test_the_programs_read_misspelled_words_as_we_do(tiny_bundle: Bundle, ask: Ask) -> None:
    """Where the model does."""
    bundle = well_read(tiny_bundle, "other")
    rates_alike(bundle, misspelled_texts(bundle, 120), ask, joined)


def rates_alike(bundle: Bundle, texts: Sequence[str], ask: Ask, shown: Shown) -> None:
    """A program cuts texts as we do, and rates them so."""
    exported(bundle)
    # No system hands a process these.
    texts = [text for text in texts if "\0" not in text and not re.search("[\ud800-\udfff]", text)]
    lines = ask(texts, shown).split("\n")[:-1]
    predictor = Predictor(bundle)
    for text, line in zip(texts, lines, strict=True):
        with in_case(ascii(text)[:300]):
            rating, rest = line.split(" ", 1)
            probabilities, _, tokens = rest.partition("]")
            assert tokens.split(" ")[1:] == predictor.tokenize(text)
            ours = predictor.predict(text)
            expected = [*ours.probabilities.values()]
            np.testing.assert_allclose(json.loads(probabilities + "]"), expected, atol=1e-4)
            assert rating == ours.rating


def test_the_program_in_python_has_ten_lines() -> None:
    """But for what it imports."""
    imports, body = first("python").split("\n\n")
    assert all(line.startswith("import ") for line in imports.splitlines())
    assert len(body.splitlines()) == 10


# What the tables of the other file rest on


def test_every_number_of_a_character_is_in_the_table_or_is_itself(tiny_bundle: Bundle) -> None:
    """As ``html.unescape`` reads it; halves of characters are the program's own."""
    codes = cutting(tiny_bundle)["codes"]
    numbers = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    meant = html.unescape("".join(f"&#{code};\n" for code in numbers)).split(";\n")
    said = "".join(codes.get(str(code), chr(code)) + "\n" for code in numbers).split(";\n")
    assert meant == said
    assert html.unescape("&#xD800;&#x110000;") == "\ufffd\ufffd"


def test_signs_may_be_replaced_before_nfkc() -> None:
    """It makes quotation marks and what is not seen of one letter alone, which has its own sign."""
    kept = {chr(code) for code in QUOTES}
    made = set()
    for code in range(0x110000):
        if (written := unicodedata.normalize("NFKC", chr(code))) != chr(code):
            made |= {chr(code) for one in written if one in kept or CONTROL.match(one)}
    assert made == {"ŉ"}
    assert not any(CONTROL.match(mark) or TAG_OR_COMMENT.match(mark) for mark in kept)


def test_the_letters_of_tags_are_those_of_either_case() -> None:
    """Models were trained on tags that were found by a pattern that ignored case."""
    ignoring = re.compile("[a-z]", re.IGNORECASE)
    for code in range(0x110000):
        tag = TAG_OR_COMMENT.fullmatch(f"<{chr(code)}>")
        assert (tag is not None) == (ignoring.match(chr(code)) is not None), hex(code)
