"""Files from strangers: whatever is in them, one line and no harm.

A few hundred mutations every time; five thousand of each kind among the slow tests.
"""

import gzip
import json
import re
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from pprint import pformat
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest
from typer.testing import Result

from lstm_cli.bundle.contents import StoredAs
from lstm_cli.bundle.locating import summaries
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.data.reviews import read_reviews
from lstm_cli.errors import BundleError, LstmError
from lstm_cli.evaluation.files import peers
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.rating import neutralized
from lstm_cli.views.reviews import lines_about
from tests.helpers import copied, in_case, leaves, lstm, new_bundle, sign, write_info

FEW, MANY = 300, 5_000
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MOST_MEMORY = 1 << 30  # bytes more than there were

many = pytest.mark.parametrize(
    "times", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes flipped, cut out, doubled, swapped, or planted."""
    kind = rng.integers(7)
    data = bytearray(content)
    place = int(rng.integers(len(data) + 1))
    other = int(rng.integers(len(data) + 1))
    low, high = sorted((place, other))
    if kind == 0 and data:
        for k in rng.integers(len(data), size=int(rng.integers(1, 9))):
            data[k] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[place:]
    elif kind == 2:
        del data[low : min(high, low + 64)]
    elif kind == 3:
        data[place:place] = data[low : min(high, low + 4_096)]
    elif kind == 4 and data:
        size = min(16, high - low)
        data[low : low + size], data[-size:] = data[-size:], data[low : low + size]
    elif kind == 5:
        planted = PLANTED[int(rng.integers(len(PLANTED)))]
        data[place:place] = planted
    else:
        data[place : place + 8] = rng.integers(256, size=8, dtype=np.uint8).tobytes()
    return bytes(data)


PLANTED = (
    b"\0", b"\x1b[31m", b"\x1b]0;owned\x07", b'"', b'"""', b"\r", b"\n", b"\xff\xfe",
    b"\xed\xa0\x80", "\u202e".encode(), "\u2028".encode(), "\ufeff".encode(), b"[red]",
    b"=cmd|'/c calc'!A1", b",,,,,",
    b"9" * 400, b"NaN", b"-1e999", b"{" * 200, b"\\u0000", b'{"a":' * 50, b"\x1f\x8b\x08",
    b"x" * 20_000, b"\x9b2J", b"\t" * 100, b"1/0", b"5 stars", b"null",
)  # fmt: skip


def use(path: Path) -> dict[str, Any]:
    """Everything a command asks of a model."""
    bundle = open_bundle(path)
    predictor = Predictor(bundle)
    return {
        "probabilities": predictor.predict("a fine film").probabilities,
        "peers": {name: a.tolist() for name, a in peers(bundle, ["a fine film"]).items()},
        "arrays": {name: array.tobytes() for name, array in bundle.arrays.items()},
        "words": bundle.vocabulary.tokens,
        "gate_statistics": bundle.gate_statistics,
        "card": bundle.text("README.md"),
        "seen": bundle.seen and {k: a.tolist() for k, a in bundle.seen.to_arrays().items()},
        "answers": bundle.held_out_answers
        and {k: a.tolist() for k, a in bundle.held_out_answers.to_arrays().items()},
    }


def test_what_fails_in_one_case_of_many_fails_with_its_name() -> None:
    """Guards the tests below: one mutation of thousands is found again by its number."""
    with pytest.raises(ZeroDivisionError) as error, in_case("mutation 7"):
        _ = 1 / 0
    assert error.value.__notes__ == ["in this case: mutation 7"]


class Spoiled(NamedTuple):
    """What was done to a model, and whether its checksums were made to fit."""

    what: str
    is_signed: bool


def spoiled(path: Path, rng: np.random.Generator) -> Spoiled:
    """Change something in a model."""
    files = sorted(file.name for file in path.iterdir())
    name = files[int(rng.integers(len(files)))]
    is_signed = bool(rng.integers(2)) and name != "bundle.json"
    kind = rng.integers(10)
    if name == "bundle.json" and kind < 7:
        info = json.loads((path / name).read_text())
        ways = list(leaves(info))
        *above, last = ways[int(rng.integers(len(ways)))]
        place = info
        for key in above:
            place = place[key]
        place[last] = WRONG[int(rng.integers(len(WRONG)))]
        write_info(path, info)
        return Spoiled(f"{'.'.join(map(str, (*above, last)))} is {place[last]!r:.50}", True)
    if kind == 9:
        (path / name).unlink()
        if rng.integers(2):
            (path / name).symlink_to("/etc/passwd")
        return Spoiled(f"{name} is gone or a link", False)
    (path / name).write_bytes(mutated((path / name).read_bytes(), rng))
    if is_signed:
        sign(path)
    return Spoiled(f"{name} is mutated", is_signed)


WRONG: tuple[Any, ...] = (
    None, -1, 0, 1, 2**31, 2**63, 1e300, -0.5, True, "", "x", "\x1b[31m", "../../etc/passwd",
    "(a+)+$", 10**400, [], {}, [[]], {"a": {}}, "9" * 400, ["last"], [1, 2],
)  # fmt: skip


@many
@pytest.mark.parametrize("stored_as", ["float32", "int8"])
def test_mutated_bundles(
    tiny_bundle: Bundle, tmp_path: Path, times: int, stored_as: StoredAs
) -> None:
    """0 tracebacks, 0 wrong loads, and no more memory than a model takes."""
    new = new_bundle(tiny_bundle)
    write_bundle(replace(new, info=replace(new.info, stored_as=stored_as)), tmp_path / "right")
    right = use(tmp_path / "right")
    path = tmp_path / "one" / "model"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refusals = 0
    for seed in range(times):
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(tmp_path / "right", path)
        what, is_signed = spoiled(path, np.random.default_rng([7, seed]))
        with in_case(f"mutation {seed}: {what}"):
            assert len(summaries(path.parent)) <= 1
            try:
                found = use(path)
            except BundleError as error:
                refusals += 1
                assert "\n" not in str(error)
                assert not OBEYED.search(str(error)), repr(str(error))
            else:
                # Who can sign can say what he likes; all others change nothing unnoticed.
                assert is_signed or found == right
    assert refusals > times / 4
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1_024 < MOST_MEMORY


@pytest.mark.parametrize("seed", range(40))
def test_mutated_bundles_in_commands(tiny_bundle: Bundle, seed: int) -> None:
    """As a person meets them: one line, no traceback, nothing a terminal obeys."""
    path = copied(tiny_bundle, "odd")
    what, _ = spoiled(path, np.random.default_rng(seed))
    for command in (
        ("predict", "a fine film"),
        ("inspect-gates", "a fine film"),
        ("inspect-gates",),
        ("models",),
        ("models", "show", "odd"),
    ):
        with in_case(f"lstm {' '.join(command)}: {what}"):
            check(lstm(*command))


def check(done: Result) -> None:
    """A command that ended as it should."""
    assert done.exit_code in (0, 1, 2), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not OBEYED.search(done.stdout), repr(done.stdout)
    assert not OBEYED.search(done.stderr), repr(done.stderr)


def reviews_in_every_form() -> Iterator[tuple[str, bytes]]:
    rows = [
        {"review": f"{text}, film {k}", "rating": str(1 + k % 5), "title": "x"}
        for k, text in enumerate(("fine", "so\nso", 'he said "no"', "dull", "großartig") * 4)
    ]
    frame = pl.DataFrame(rows)
    csv = frame.write_csv().encode()
    yield "a.csv", csv
    yield "b.tsv", frame.write_csv(separator="\t").encode()
    yield "c.csv", frame.write_csv(separator=";").encode("cp1252")
    yield "d.csv", csv.decode().encode("utf-16")
    yield "e.jsonl", frame.write_ndjson().encode()
    yield "f.json", json.dumps(rows).encode()
    yield "g.csv.gz", gzip.compress(csv)
    nested = [{"by": {"id": k}, "r": [{"review": r["review"], "stars": k}]} for k, r in
              enumerate(rows)]  # fmt: skip
    yield "i.json", json.dumps({"n": 1, "page": {"reviews": rows, "others": nested}}).encode()
    yield "j.json", "\n".join(json.dumps({"reviews": [row, row]}) for row in nested).encode()
    yield (
        "k.json",
        json.dumps({name: dict(enumerate(frame[name])) for name in frame.columns}).encode(),
    )
    yield "l.json", json.dumps({f"R{k}": row for k, row in enumerate(rows)}, indent=1).encode()
    yield "m.json", json.dumps([frame.columns, *frame.rows()]).encode()
    yield "n.json", "\n".join(map(repr, nested)).encode()
    yield "o.json", pformat(rows).encode()
    yield "p.txt", "".join(f"__label__{k} {row['title']}\n" for k, row in enumerate(rows)).encode()
    parquet = Path("made.parquet")
    frame.write_parquet(parquet)
    yield "h.parquet", parquet.read_bytes()


@many
@pytest.mark.filterwarnings("default")  # a damaged file may make a library print_error
def test_mutated_review_files(times: int) -> None:
    """0 tracebacks, and nothing that a terminal obeys in what is said of them."""
    forms = list(reviews_in_every_form())
    read = 0
    for seed in range(times):
        rng = np.random.default_rng([11, seed])
        name, content = forms[seed % len(forms)]
        for _ in range(int(rng.integers(1, 4))):
            content = mutated(content, rng)
        Path(name).write_bytes(content)
        with in_case(f"mutation {seed}: {name}"):
            try:
                reviews = read_reviews([name])
            except LstmError as error:
                said = str(error)
                assert "\n" not in said
            else:
                read += 1
                said = "".join(lines_about(reviews))
            assert not OBEYED.search(said), repr(said)
    assert read > times / 10


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.filterwarnings("default")
def test_mutated_review_files_in_commands(tiny_bundle: Bundle, seed: int) -> None:
    """Rated, measured and examined as a person would."""
    rng = np.random.default_rng(seed)
    forms = list(reviews_in_every_form())
    name, content = forms[seed % len(forms)]
    Path(name).write_bytes(mutated(mutated(content, rng), rng))
    at = ("--model", tiny_bundle.path)
    for command in (
        ("predict", "--input", name, "--output", "rated.jsonl", *at),
        ("evaluate", name, *at),
        ("doctor", name),
    ):
        with in_case(f"lstm {' '.join(map(str, command))}"):
            check(lstm(*command))


def test_a_pickle_in_a_bundle_is_never_opened(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Whatever name it goes by."""

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    import pickle

    for name in ("weights.safetensors", "baseline.safetensors", "words.json", "vocabulary.txt"):
        path = shutil.copytree(tiny_bundle.path, tmp_path / name)
        (path / name).write_bytes(pickle.dumps(Trap()))
        (path / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
        sign(path)
        with in_case(name), pytest.raises(BundleError):
            use(path)
    assert not (tmp_path / "sprung").exists()


def test_what_a_spreadsheet_would_run_is_made_text(tiny_bundle: Bundle) -> None:
    """With --safe-csv; without it cells stay as they are."""
    cells = ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "\t=1", "fine = good", "", "-3.5"]
    safe = neutralized(pl.DataFrame({"review": cells, "=n": range(8)}))
    assert safe.columns == ["review", "'=n"]
    assert safe["review"].to_list() == [
        "'=cmd|'/c calc'!A1", "'+1+1", "-2", "'@SUM(A1)", "'\t=1", "fine = good", "", "-3.5",
    ]  # fmt: skip
    Path("a.csv").write_text("review,id\n=1+1 is what I paid,1\nfine,2\n")
    at = ("--model", tiny_bundle.path)
    rate = ("predict", "--input", "a.csv", *at, "--output")
    assert lstm(*rate, "s.csv", "--safe-csv").exit_code == 0
    assert Path("s.csv").read_text().splitlines()[1].startswith("'=1+1")
    assert lstm(*rate, "r.csv").exit_code == 0
    assert Path("r.csv").read_text().splitlines()[1].startswith("=1+1")


@pytest.mark.slow
def test_huge_and_odd_files_stay_within_bounds() -> None:
    """A cell of 50 MB, a million columns, a bomb: an answer in bounded memory."""
    header = "review,rating\n"
    many_rows = "".join(f"a fine film {k},{1 + k % 2}\n" for k in range(40))
    Path("cell.csv").write_text(header + many_rows + "x" * 50_000_000 + ",1\n")
    Path("columns.csv").write_text(
        "review,rating," + ",".join(f"c{k}" for k in range(1_000_000)) + "\n" + many_rows
    )
    bomb = gzip.compress(b"review,rating\n" + b"\0" * 200_000_000)
    Path("bomb.csv.gz").write_bytes(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("cell.csv", "columns.csv", "bomb.csv.gz"):
        with in_case(name):
            try:
                read_reviews([name])
            except LstmError as error:
                assert "\n" not in str(error)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1_024 < 4 * MOST_MEMORY
