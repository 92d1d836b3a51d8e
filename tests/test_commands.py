"""The tool, as a person meets it: command -> exact output, refusal -> one line and exit code 2."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from lstm_cli.bundle.contents import NewBundle
from lstm_cli.bundle.reading import Bundle
from lstm_cli.commands import app
from lstm_cli.commands.program import of_the_machine, without_traceback
from tests.helpers import TINY, copied, lstm

COMMITTED = Path(__file__).parent / "data" / "format-1"


def refused(result: Result) -> str:
    """The one line a refusal consists of."""
    assert result.exit_code == 2, (result.stdout, result.stderr)
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("lstm: ")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


def test_predict_shows_a_rating_and_its_bars() -> None:
    """Exactly this, in 80 columns."""
    done = lstm("predict", "a fine film, verily", "--model", str(COMMITTED))
    assert done.stdout == (
        '"a fine film, verily"\n'
        "rating 5  (expected 4.97)\n"
        "     1  ▎                                          1 %\n"
        "     5  ███████████████████████████████████████▊  99 %\n"
        "unknown to the model: verily\n"
    )
    assert done.stderr == "model format-1 (asked for)\n"


def test_inspect_gates_shows_a_line_a_word() -> None:
    """Exactly this, in 80 columns and without colour."""
    done = lstm("-q", "inspect-gates", "no fun at all", "--model", str(COMMITTED))
    assert done.stdout.splitlines()[:4] == [
        '"no fun at all"',
        "                                                               when       if",
        "word           kept       learned    used       rating after   read  deleted",
        "(nothing yet)                                     1  (2.66)                 ",
    ]
    assert [line.split()[0] for line in done.stdout.splitlines()[4:8]] == [
        "no",
        "fun",
        "at",
        "all",
    ]
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


def test_inspect_gates_without_text_tells_of_words() -> None:
    """What the held-out reviews have shown."""
    done = lstm("-q", "inspect-gates", "--model", str(COMMITTED))
    assert "Words that open the learn gate widest" in done.stdout
    assert "Words that make it forget most" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_every_view_fits_eighty_columns_with_the_longest_words(tiny_bundle: Bundle) -> None:
    """Wide characters and words without end are cut, not wrapped."""
    text = "Donaudampfschifffahrtsgesellschaftskapitän " + "映画" * 30 + " 👨‍👩‍👧"
    for command in ("predict", "inspect-gates"):
        done = lstm("-q", command, text, "--model", str(tiny_bundle.path))
        assert done.exit_code == 0
        table = [line for line in done.stdout.splitlines() if "%" in line]
        assert max(map(len, table)) <= 80


def test_a_narrow_terminal_cuts_no_number(
    tiny_bundle: Bundle, tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table wider than the terminal is wrapped by it, whole."""
    wide = lstm("evaluate", tiny_reviews, "--model", tiny_bundle.path).stdout
    monkeypatch.setenv("COLUMNS", "30")
    assert lstm("evaluate", tiny_reviews, "--model", tiny_bundle.path).stdout == wide


def test_a_plain_rnn_says_that_it_has_no_gates(tiny_bundles: dict[str, Bundle]) -> None:
    """It has one memory and a running rating."""
    done = lstm("-q", "inspect-gates", "great fun", "--model", str(tiny_bundles["rnn"].path))
    assert "no gates" in done.stdout
    assert "kept" not in done.stdout
    assert "great" in done.stdout


def test_piped_lines_are_reviews(tiny_bundle: Bundle) -> None:
    """echo ... | lstm predict"""
    model = ("--model", str(tiny_bundle.path), "--json")
    done = lstm("-q", "predict", *model, stdin="great fun\n\na dull film\n")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["text"] for one in found] == ["great fun", "a dull film"]
    assert [one["rating"] for one in found] == [5, 1]
    assert list(found[0]) == [
        "text",
        "rating",
        "expected_rating",
        "probabilities",
        "tokens",
        "unknown",
        "read_as",
        "warnings",
        "model",
    ]


def test_markup_and_terminal_codes_in_a_review_are_shown_as_text(tiny_bundle: Bundle) -> None:
    """A review must not be able to draw on the reader's screen."""
    for command in ("predict", "inspect-gates"):
        done = lstm("-q", command, "[red]fine[/] \x1b[31m film", "--model", str(tiny_bundle.path))
        assert "[red]fine[/] \\x1b[31m film" in done.stdout
        assert "\x1b" not in done.stdout


def test_a_file_is_rated_with_all_its_columns_and_rows(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """The analyst's own file comes back, with four columns more."""
    source = tmp_path / "in.csv"
    source.write_text('id,review,when\n007,"great, fun",x\n008,,y\n009,a dull\n', "utf-8")
    output = tmp_path / "rated.csv"
    done = lstm("predict", "--input", source, "--output", output, "--model", tiny_bundle.path)
    assert done.exit_code == 0, done.stderr
    rated = pl.read_csv(output, infer_schema=False)
    assert rated.columns == [
        "id",
        "review",
        "when",
        "predicted_rating",
        "expected_rating",
        "confidence",
        "warning",
    ]
    assert rated["id"].to_list() == ["007", "008", "009"]
    assert rated["review"].to_list() == ["great, fun", None, "a dull"]
    assert rated["predicted_rating"].to_list()[::2] == ["5", "1"]
    assert "2 reviews rated" in done.stderr
    assert "1 row has no text, rated as an empty review: in no share" in done.stderr


def test_nothing_is_overwritten_unasked(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Neither a file nor a column."""
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("review,confidence\ngreat fun,1\n", "utf-8")
    model = ("--model", str(tiny_bundle.path))
    assert "confidence" in refused(lstm("-q", "predict", "--input", source, *model))
    output.write_text("mine", "utf-8")
    asked = lstm("-q", "predict", "--input", source, "--output", output, *model)
    assert "exists already" in refused(asked)
    assert output.read_text("utf-8") == "mine"


def test_train_says_what_it_made_as_json(tiny_reviews: Path) -> None:
    """For scripts: one object at the end, and nothing else on standard output."""
    done = lstm("train", tiny_reviews, *TINY, "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model"] == "tiny"
    assert found["reviews"] == 40
    assert found["tokens_per_second"] > 0
    assert set(found["validation"]["baselines"]) == {"always 1", "logistic regression"}
    assert len(found["validation"]["confusion"]) == 3
    shown = json.loads(lstm("models", "show", "tiny", "--json").stdout)
    assert shown["path"] == found["path"]
    assert shown["ratings"] == [1, 3, 5]
    assert set(shown["files"]) == {
        "vocabulary.txt",
        "weights.safetensors",
        "baseline.safetensors",
        "words.json",
        "history.jsonl",
        "seen.safetensors",
        "held_out.safetensors",
        "README.md",
    }


def test_train_ends_with_scores_peers_and_what_to_try_next(tiny_reviews: Path) -> None:
    """A person sees at once whether the LSTM was worth its time."""
    done = lstm("train", tiny_reviews, *TINY)
    for part in (
        "LSTM",
        "always 1",
        "logistic regression",
        "95 % interval",
        "models/tiny",
        'lstm predict "a film fun all"',  # its commonest, as it does not know "great movie"
        "true rating down",
    ):
        assert part in done.stdout
    for part in ("40 rows", "'review'", "'rating'", "ratings 1, 3, 5", "held out", "epoch"):
        assert part in done.stderr


def test_quiet_leaves_standard_error_empty(tiny_reviews: Path) -> None:
    """Nothing but results."""
    done = lstm("-q", "train", tiny_reviews, *TINY, "--no-baseline")
    assert done.stderr == ""
    assert "logistic" not in done.stdout


def test_a_second_training_makes_a_second_model(tiny_bundle: Bundle, tiny_reviews: Path) -> None:
    """Nothing is replaced unasked; and the new one is the one that is used."""
    copied(tiny_bundle, "tiny")
    lstm("-q", "train", tiny_reviews, *TINY, "--no-baseline")
    assert sorted(path.name for path in Path("models").iterdir()) == ["tiny", "tiny-2"]
    assert "model tiny-2 (trained last" in lstm("predict", "fun").stderr
    again = lstm("train", tiny_reviews, "--name", "tiny")
    assert "--replace" in refused(again)
    done = lstm("-q", "train", tiny_reviews, *TINY, "--name", "tiny", "--replace")
    assert done.exit_code == 0


def test_a_name_that_is_taken_is_said_before_anything_is_learned(
    tiny_bundle: Bundle, tiny_reviews: Path
) -> None:
    """In the first line; with the option that it names, the model of the file's name goes."""
    copied(tiny_bundle, "tiny")
    done = lstm("train", tiny_reviews, *TINY, "--no-baseline")
    said = "tiny is there already: this model will be tiny-2 (--replace replaces it)"
    assert done.stderr.splitlines()[0] == said
    before = contents(Path("models/tiny"))
    done = lstm("train", tiny_reviews, *TINY, "--no-baseline", "--replace")
    assert done.exit_code == 0, done.stderr
    assert "is there already" not in done.stderr
    assert sorted(path.name for path in Path("models").iterdir()) == ["tiny", "tiny-2"]
    assert contents(Path("models/tiny")) != before
    named = lstm("train", tiny_reviews, *TINY, "--no-baseline", "--name", "other")
    assert "is there already" not in named.stderr


def test_starting_over_a_stopped_training_replaces_no_other_model(
    tiny_bundle: Bundle, tiny_reviews: Path
) -> None:
    """The stopped one had another name, for this one was taken."""
    copied(tiny_bundle, "tiny")
    Path("models/.tiny-2.checkpoint").write_bytes(b"hours of work")
    before = contents(Path("models/tiny"))
    done = lstm("train", tiny_reviews, *TINY, "--no-baseline", "--replace")
    assert done.exit_code == 0, done.stderr
    assert contents(Path("models/tiny")) == before
    assert Path("models/tiny-2").is_dir()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a model."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_evaluate_counts_ratings_it_has_never_seen_as_wrong(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """A model of 1 and 5 cannot be right about a 3, and says so."""
    file = tmp_path / "other.csv"
    file.write_text("review,rating\ngreat fun,5\na dull film,1\nso so,3\n", "utf-8")
    done = lstm("-q", "evaluate", file, "--model", tiny_bundle.path, "--json")
    found = json.loads(done.stdout)
    assert found["n"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["unseen_ratings"] == {"3": 1}
    assert found["ratings"] == ["1", "3", "5"]
    assert sum(map(sum, found["confusion"])) == 3
    shown = lstm("-q", "evaluate", file, "--model", tiny_bundle.path).stdout
    assert "ratings the model has never seen, counted as wrong: 3 (1)" in shown


def test_a_file_of_another_scale_is_refused_or_said_to_be(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """A table of figures near 0 would be read as a bad model."""
    file = tmp_path / "ten.csv"
    rows = [f"great fun {k},{k % 10 + 1}" for k in range(40)]
    file.write_text("\n".join(["review,rating", *rows]), "utf-8")
    assert refused(lstm("-q", "evaluate", file, "--model", tiny_bundle.path)) == (
        f"lstm: {file}: 32 of 40 ratings are 2, 3, 4, 6, 7, 8, ..., but lstm rates 1, 5, so that "
        "nothing can be measured; name another column with --rating-column, or use a model that "
        "learned such ratings"
    )
    file.write_text("review,rating\n" + "great fun,1\nno fun,1\na dull film,10\n" * 2, "utf-8")
    said = lstm("evaluate", file, "--model", tiny_bundle.path).stderr
    assert (
        "careful: these ratings go from 1 to 10, those of lstm from 1 to 5: if that is another "
        "scale, the same number means something else, and low figures say nothing of the model\n"
    ) in said
    file.write_text("review,rating\ngreat fun,5\na dull film,1\nso so,3\n", "utf-8")
    assert "careful" not in lstm("evaluate", file, "--model", tiny_bundle.path).stderr


def test_validation_may_be_a_file(tiny_reviews: Path, tmp_path: Path) -> None:
    """Analysts have a held-out set of their own."""
    other = tmp_path / "held-out.csv"
    other.write_text("review,rating\n" + "brilliant,5\nterrible,1\n" * 3, "utf-8")
    done = lstm("train", tiny_reviews, "--validation", other, *TINY, "--json")
    assert json.loads(done.stdout)["validation"]["n"] == 6


def test_vectors_set_the_size_of_the_embedding(tiny_reviews: Path, tmp_path: Path) -> None:
    """GloVe's text format."""
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("fine 0.1 0.2 0.3\nfilm 1 2 3\nzebra 0 0 0\n", "utf-8")
    done = lstm(
        "train", tiny_reviews, "--vectors", vectors, "--hidden-size", "4", "--epochs", "1", "--json"
    )
    assert done.exit_code == 0, done.stderr
    shown = json.loads(lstm("models", "show", "tiny", "--json").stdout)
    assert shown["model"]["embedding_size"] == 3


def test_models_can_be_listed_shown_and_removed(tiny_bundle: Bundle) -> None:
    """The life of a model."""
    assert "no model in models yet" in lstm("models").stdout
    path = copied(tiny_bundle, tiny_bundle.name)
    assert path.name in lstm("models").stdout
    assert f"# {path.name}" in lstm("models", "show", path.name).stdout
    assert lstm("models", "remove", path.name, "--yes").exit_code == 0
    assert not path.exists()


def test_a_broken_model_is_listed_with_what_is_wrong(tiny_bundle: Bundle) -> None:
    """It must not hide the others."""
    copied(tiny_bundle, "whole")
    Path("models/broken").mkdir()
    Path("models/broken/bundle.json").write_text("{}", "utf-8")
    done = lstm("models")
    assert done.exit_code == 0
    assert "whole" in done.stdout
    assert "cannot be used" in done.stdout
    assert "broken/bundle.json" in done.stderr


def test_the_sample_is_written_once(tmp_path: Path) -> None:
    """And never over something else."""
    assert lstm("sample", "mine.csv").exit_code == 0
    assert len(Path("mine.csv").read_text("utf-8").splitlines()) == 501
    assert "exists already" in refused(lstm("sample", "mine.csv"))
    for name in ("mine.xlsx", "mine"):  # which would hold CSV all the same
        assert "name a file that ends in .csv" in refused(lstm("sample", name))
        assert not Path(name).exists()


@pytest.mark.parametrize(
    "command",
    [
        ("predict", "fun"),
        ("exam",),
        ("compare", "r.csv", "base", "base"),
        ("push", "base", "elsewhere"),
        ("models",),
        ("models", "show", "base"),
    ],
)
def test_a_folder_of_models_that_is_not_there_is_said(command: tuple[str, ...]) -> None:
    """Where the base ships, it would answer instead. Training makes the folder."""
    said = refused(lstm("-q", *command, "--models-dir", "modles"))
    assert said == "lstm: --models-dir modles: no such folder"


def write(name: str, content: str | bytes) -> str:
    """A file in the current folder."""
    path = Path(name)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


@pytest.mark.parametrize("command", [("train",), ("evaluate",), ("predict", "--input")])
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.csv", None, "missing.csv"),
        (".", None, "directory"),
        ("empty.csv", "", "empty"),
        ("header.csv", "review,rating\n", "header.csv"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "picture.csv"),
        ("zip.csv", b"PK\x03\x04" + bytes(300), "zip.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    tiny_bundle: Bundle, command: tuple[str, ...], name: str, content: str | bytes | None, said: str
) -> None:
    """Whatever the command, whatever the file."""
    if content is not None:
        write(name, content)
    options = () if command == ("train",) else ("--model", str(tiny_bundle.path))
    assert said in refused(lstm("-q", *command, name, *options))


ROWS = "".join(f"film number {k},{k % 3 + 1}\n" for k in range(12))


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ("review,rating\n" + ROWS, ("--text-column", "reviw"), "review"),
        ("review,rating\n" + ROWS, ("--rating-column", "stars"), "rating"),
        ("review,rating\n" + "fine film,4\n" * 12, (), "every rating is 4"),
        ("review,rating\n" + "".join(f"film {k},{k % 2}\n" for k in range(9)), (), "9"),
        ("review,rating\n" + ROWS + "no rating,\n", ("--strict",), "line 14"),
        ("review,rating\n" + ROWS, ("--validation", "1.5"), "between 0 and 1"),
        ("review,rating\n" + ROWS, ("--validation", "nowhere.csv"), "nowhere.csv"),
        ("review,rating\n" + ROWS, ("--vectors", "nowhere.txt"), "nowhere.txt"),
        ("review,rating\n" + ROWS, ("--name", "../evil"), "../evil"),
        ("review,rating\n" + ROWS, ("--base", "films"), "no model 'films'"),
        ("review,rating\n" + ROWS, ("--sample",), "--sample"),
    ],
)
def test_training_that_cannot_begin_is_refused_in_one_line(
    content: str, arguments: tuple[str, ...], said: str
) -> None:
    """It says what is wrong and what to do; and no model is left behind."""
    assert said in refused(lstm("-q", "train", write("in.csv", content), *arguments))
    assert not Path("models").exists()


def test_vectors_that_are_none_are_refused(tiny_reviews: Path) -> None:
    """By the line, as every file of a user is."""
    write("v.txt", "fine 1 2 3\nfilm 1 2\n")
    assert "line 2" in refused(lstm("-q", "train", tiny_reviews, "--vectors", "v.txt"))
    write("w.txt", "zebra 1 2 3\n")
    assert "holds no word" in refused(lstm("-q", "train", tiny_reviews, "--vectors", "w.txt"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "great movie"), "lstm train"),
        (("inspect-gates", "great movie"), "lstm train"),
        (("inspect-gates",), "lstm train"),
        (("predict", "x", "--model", "nobody"), "nobody"),
        (("predict", "x", "--model", "no/such/folder"), "no/such/folder"),
        (("predict", "x", "--model", "."), "bundle.json: is missing"),
        (("models", "remove", "."), "not a saved model"),
        (("predict",), "nothing to predict"),
        (("predict", "x", "--output", "y.csv"), "--input"),
        (("predict", "x", "--input", "y.csv"), "not both"),
        (("inspect-gates", "x", "--units"), "--json"),
        (("models", "show", "nobody"), "nobody"),
        (("models", "remove", "nobody"), "nobody"),
        (("train",), "--sample"),
    ],
)
def test_a_command_without_what_it_needs_is_refused_in_one_line(
    arguments: tuple[str, ...], said: str
) -> None:
    """No model yet, a wrong name, options that contradict each other."""
    assert said in refused(lstm("-q", *arguments))


def test_what_is_no_model_is_refused_in_one_line() -> None:
    """A bundle.json of something else, and a file where a folder should be."""
    write("bundle.json", "[]")
    asked = ("-q", "predict", "x", "--model")
    assert "bundle.json: does not describe a model" in refused(lstm(*asked, "."))
    assert "bundle.json: not a saved model" in refused(lstm(*asked, "bundle.json"))


def test_an_empty_name_is_no_model(tiny_bundle: Bundle) -> None:
    """`lstm models remove "$UNSET"` must not remove the model trained last."""
    copied(tiny_bundle, "tiny")
    assert "empty" in refused(lstm("-q", "models", "remove", "", "--yes"))
    Path("models/tiny/thesis.txt").write_text("mine", "utf-8")
    assert "thesis.txt" in refused(lstm("-q", "models", "remove", "tiny", "--yes"))
    assert Path("models/tiny/thesis.txt").exists()


def test_validation_off_the_scale_and_a_column_called_count(tiny_reviews: Path) -> None:
    """Both ended in a traceback."""
    other = write("v.csv", "review,rating\nfine,2\nbad,1\n")
    assert "not on the scale" in refused(
        lstm("-q", "train", tiny_reviews, "--validation", other, *TINY)
    )
    named = write("c.csv", "count,review,rating\n" + "".join(
        f"7,film number {k},{4.5 if k % 2 else 4}\n" for k in range(12)
    ))  # fmt: skip
    assert lstm("-q", "train", named, *TINY).exit_code == 0
    done = lstm("-q", "predict", "--input", named, "--model", "c")
    assert done.exit_code == 0, done.output


def test_every_line_piped_in_is_one_review_in_any_encoding(tiny_bundle: Bundle) -> None:
    """A form feed ends no review; Windows writes cp1252, cp1250 and UTF-16."""
    text = "caf\u00e9 a\x0cb, schön, très, déjà vu, Zoë\r\nfun\r\n"
    polish = "żółty a\x0cb, był miły i duży, zupa była słona, żałuję\r\nfun\r\n"
    for piped, codec, named in (
        (text.replace("schön", "a\u2028b"), "utf-8", None), (text, "cp1252", None),
        (text, "utf-16", None), (text, "utf-16-le", None), (polish, "cp1250", None),
        (polish, "iso8859_2", "latin2"), (polish, "cp852", "cp852"), (text, "utf-8", "UTF-8"),
    ):  # fmt: skip
        options = [] if named is None else ["--encoding", named]
        done = CliRunner().invoke(
            app,
            ["predict", "--json", "--model", str(tiny_bundle.path), *options],
            input=piped.encode(codec),
        )
        found = [json.loads(line)["text"] for line in done.stdout.split("\n")[:-1]]
        assert found == piped.split("\r\n")[:-1], (codec, named)
        is_detected = codec.startswith("cp") and named is None
        assert (f"standard input: not UTF-8, read as {codec}" in done.stderr) == is_detected


def test_a_rated_file_keeps_its_text_and_its_mark(tiny_bundle: Bundle) -> None:
    """Whatever encoding it came in; spreadsheets know UTF-8 by the mark."""
    review = "zupa była słona, żałuję, że tu byłem"
    text = "opinia;ocena\n" + "".join(f"{review} {k};{k % 5 + 1}\n" for k in range(30))
    for codec, has_mark in (("utf-8", False), ("utf-8-sig", True), ("cp1250", False)):
        Path(f"{codec}.csv").write_bytes(text.encode(codec))
        files = ("--input", f"{codec}.csv", "--output", f"{codec}.out.csv")
        done = lstm("predict", *files, "--model", tiny_bundle.path)
        assert done.exit_code == 0, done.stderr
        written = Path(f"{codec}.out.csv").read_bytes()
        assert written.startswith(b"\xef\xbb\xbf") == has_mark
        assert written.decode("utf-8-sig").splitlines()[30].startswith(f"{review} 29;5;")


def test_piped_reviews_in_an_encoding_that_is_not_clear_are_refused() -> None:
    said = refused(lstm("predict", stdin="tr\u00e8s bien".encode("cp1252")))
    assert "standard input is not in UTF-8, and its encoding is unclear; name it with" in said
    assert "--encoding (cp1252 reads 'tr\u00e8s', cp1250 reads" in said
    assert lstm("predict", "--encoding", "cp1252", stdin="tr\u00e8s bien".encode("cp1252"))
    assert "no encoding is called 'cp125'" in refused(
        lstm("predict", "--encoding", "cp125", stdin="fine")
    )
    assert "--encoding goes with a file or with reviews that are piped in" in refused(
        lstm("predict", "fine", "--encoding", "cp1252")
    )


def test_more_than_fits_on_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A review that is dropped without a word would be counted as rated."""
    monkeypatch.setattr("lstm_cli.commands.texts.MOST_BYTES", 10)
    assert "put the reviews into a file" in refused(lstm("predict", stdin="good\n" * 3))


def test_json_is_json_where_the_output_is_not_utf_8(tiny_bundle: Bundle) -> None:
    """A pipe under an old locale."""
    done = subprocess.run(
        [sys.executable, "-m", "lstm_cli", "-q", "predict", "caf\u00e9", "--json", "--model",
         str(tiny_bundle.path)],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.decode("latin-1"))["text"] == "caf\u00e9"


def test_a_reader_that_leaves_standard_error_ends_nothing(tiny_reviews: Path) -> None:
    """lstm train reviews.csv 2>&1 | head -1 must still save what it learned."""
    training = subprocess.Popen(
        [sys.executable, "-m", "lstm_cli", "train", str(tiny_reviews), *TINY],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert training.stderr is not None
    training.stderr.close()
    assert training.wait() == 0
    assert Path("models/tiny/bundle.json").is_file()


@pytest.mark.parametrize("asked", [("--output", "-"), ("--json",)])
def test_a_reader_that_leaves_standard_output_ends_it_quietly(
    tiny_bundle: Bundle, asked: tuple[str, ...]
) -> None:
    """lstm predict --input reviews.csv --output - | head -1"""
    Path("in.csv").write_text("review,code\n" + f"great fun,{'x' * 1_000}\n" * 300)
    rating = subprocess.Popen(
        [sys.executable, "-m", "lstm_cli", "-q", "predict", "--input", "in.csv", *asked,
         "--text-column", "review", "--model", str(tiny_bundle.path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert rating.stdout is not None
    assert rating.stdout.readline()
    rating.stdout.close()
    assert rating.stderr is not None
    assert (rating.stderr.read(), rating.wait()) == (b"", 0)
    rating.stderr.close()


def test_a_name_taken_during_training_costs_nothing(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else trained on the same file and was faster."""
    from lstm_cli.pipeline.training import describe

    def slower(*arguments: Any) -> NewBundle:
        Path("models/tiny").mkdir(parents=True)
        Path("models/tiny/bundle.json").touch()
        return describe(*arguments)

    monkeypatch.setattr("lstm_cli.pipeline.training.describe", slower)
    done = lstm("-q", "train", tiny_reviews, *TINY, "--json")
    assert json.loads(done.stdout)["model"] == "tiny-2"
    assert json.loads(Path("models/tiny-2/bundle.json").read_text())["name"] == "tiny-2"


def test_a_broken_model_can_be_removed(tiny_bundle: Bundle) -> None:
    """It is in the way until it is."""
    copied(tiny_bundle, "tiny")
    Path("models/tiny/bundle.json").write_text("{}")
    assert lstm("models", "remove", "tiny", stdin="n\n").exit_code == 0
    assert Path("models/tiny").is_dir()
    assert lstm("models", "remove", "tiny", "--yes").exit_code == 0
    assert not Path("models/tiny").exists()


def test_vectors_and_another_size_of_the_embedding_contradict(tiny_reviews: Path) -> None:
    """Half-filled rows would be neither."""
    write("vectors.txt", "film 1 2 3\nfun 0 1 2\n")
    done = lstm("train", tiny_reviews, "--vectors", "vectors.txt", "--embedding-size", "5")
    assert "has 3 dimensions" in refused(done)


def test_files_of_different_ranges_are_said(tiny_reviews: Path) -> None:
    """One from 1 to 5 and one from 1 to 10 are seldom one scale."""
    other = write("ten.csv", "review,rating\n" + "".join(f"film {k},{k}\n" for k in range(1, 11)))
    done = lstm("train", tiny_reviews, other, *TINY)
    assert "ratings 1 to 10, unlike the other files" in done.stderr


@pytest.mark.parametrize("command", ["predict", "inspect-gates"])
def test_the_name_of_a_file_is_not_rated(
    command: str, tiny_reviews: Path, tiny_bundle: Bundle
) -> None:
    """A hurried person forgets --input; a rating of the name would be believed."""
    done = lstm("-q", command, tiny_reviews, "--model", tiny_bundle.path)
    assert done.exit_code == 2
    assert done.stderr == (
        f"lstm: {tiny_reviews} is a file: for the reviews in it, lstm {command} --input "
        f"{tiny_reviews}\n"
    )
    # Nor where it is one text of several, is misspelt, or stands elsewhere.
    for names in (("fun", tiny_reviews), ("./no-such-file.csv",), ("https://a.example/b.csv",)):
        said = refused(lstm("-q", command, *names, "--model", tiny_bundle.path))
        assert f"{names[-1]}" in said
        assert f"lstm {command} --input" in said
    about_one = "it is all in no-such-file.csv"
    assert lstm(command, about_one, "--model", tiny_bundle.path).exit_code == 0


@pytest.mark.parametrize("command", [("explain",), ("learn", "--true", "4")])
def test_the_name_of_a_file_is_no_lesson(command: tuple[str, ...]) -> None:
    """These commands read one review, and no file."""
    Path("a.txt").write_text("a fine film\n")
    said = refused(lstm("-q", *command, "a.txt"))
    assert said == "lstm: a.txt is a file: give the review itself"
    said = refused(lstm("-q", *command, "./b.txt"))
    assert said == "lstm: ./b.txt: no such file; give the review itself"


@pytest.mark.parametrize("command", ["predict", "inspect-gates"])
def test_an_empty_text_is_refused(command: str, tiny_bundle: Bundle) -> None:
    """What a script gives whose variable is not set. Rows of a file without text are rated."""
    for texts in (("",), (" \n",), ("fun", "")):
        done = lstm("-q", command, *texts, "--model", tiny_bundle.path)
        assert refused(done) == "lstm: TEXT contains no words"


@pytest.mark.parametrize("command", ["predict", "inspect-gates"])
def test_words_without_quotes_are_said(command: str, tiny_bundle: Bundle) -> None:
    """Everybody forgets the quotes once, and gets a rating for each word."""
    model = ("--model", tiny_bundle.path)
    done = lstm(command, "no", "fun", "at", "all", "--json", *model)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 4
    assert (
        "careful: 4 words were read as 4 reviews; to rate one review, put it in quotes: "
        f'lstm {command} "no fun at all"\n'
    ) in done.stderr
    for quoted in (("fun",), ("no fun", "fun"), ("很好看", "不好看")):
        assert "in quotes" not in lstm(command, *quoted, *model).stderr


def test_a_helper_that_was_ended_is_said() -> None:
    """As the kernel does where memory is short; other mistakes stay as they are."""
    said = of_the_machine(BrokenProcessPool())
    assert said is not None
    assert "--threads 1" in said
    assert of_the_machine(RuntimeError("ours")) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["trian"], "no such command 'trian'. Did you mean 'train', 'pretrain'?"),
        (["--nope"], "no such option: --nope; see lstm --help"),
        (["learn"], "missing argument 'TEXT'; see lstm learn --help"),
        (["train", "--epochs"], "option '--epochs' requires an argument"),
        (
            ["train", "x.csv", "--epochs", "some"],
            "invalid value for '--epochs': 'some' is not a whole number; see lstm train --help",
        ),
        (
            ["train", "x.csv", "--epoch", "3"],
            "no such option: --epoch (possible options: --epochs, --keep-epochs, --replace); see "
            "lstm train --help",
        ),
        (["models", "shw"], "no such command 'shw'. Did you mean 'show'?"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_command_line_that_fits_no_command_is_one_line(given: list[str], said: str) -> None:
    """As every other error is, and not four with the usage above."""
    done = lstm(*given)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"lstm: {said}\n")


@pytest.mark.parametrize(("error", "is_told"), [
    (MemoryError(), False), (RuntimeError("can't start new thread"), False), (ValueError(), True),
])  # fmt: skip
def test_a_thread_without_memory_ends_without_a_traceback(
    error: Exception, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who waits for it says a line; any other error is one of ours, and is shown."""
    without_traceback(threading.ExceptHookArgs((type(error), error, None, None)))
    assert ("Error" in capsys.readouterr().err) == is_told
