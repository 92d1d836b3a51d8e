"""A text in any encoding is read; what is broken in it is mended and said."""

import codecs
import random
import tempfile
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_cli.commands.hints import with_options
from lstm_cli.data.encoding.charsets import find_codec
from lstm_cli.data.encoding.encodings import to_utf8
from lstm_cli.data.encoding.wide import wide_without_mark
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import Table, read_table
from lstm_cli.data.texts import read_texts
from lstm_cli.data.writing import write_table
from lstm_cli.errors import FileError
from tests.files import ROWS, WELL_FORMED, Read, names, rows, write_and_read
from tests.languages import REVIEWS


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write some bytes to a file and read it."""
    return partial(write_and_read, tmp_path)


def file_of(language: str, number: int = 40, newline: str = "\n") -> str:
    """Reviews of a language, with ratings."""
    reviews = REVIEWS[language].splitlines()
    lines = [f'"{reviews[k % len(reviews)]} {k}",{k % 5 + 1}' for k in range(number)]
    return newline.join(["review,rating", *lines, ""])


def written(table: Table) -> str:
    """A table as ``file_of`` writes it."""
    lines = (f'"{review}",{rating}\n' for review, rating in table.frame.rows())
    return "".join(["review,rating\n", *lines])


def read_named(folder: Path, data: bytes, encoding: str) -> Table:
    """Some bytes, read in an encoding that a person names."""
    path = folder / "reviews.csv"
    path.write_bytes(data)
    return read_table(str(path), ReadOptions(encoding=encoding))


def refused(folder: Path, data: bytes, encoding: str | None = None) -> str:
    """What the command line says of some bytes that cannot be read, after the file's name."""
    path = folder / "reviews.csv"
    path.write_bytes(data)
    with pytest.raises(FileError) as error:
        read_table(str(path), ReadOptions(encoding=encoding))
    message = with_options(error.value)
    assert message.isprintable(), "one line, no control codes"
    return message.removeprefix(str(path))


# What is known without a person


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16"),
        ("utf-16-be", b"", "utf-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"),
        ("utf-32-le", b"", "utf-32"),
        ("utf-32-be", b"", "utf-32"),
    ],
)
def test_the_encoding_is_found(read: Read, codec: str, mark: bytes, encoding: str) -> None:
    table = read(mark + WELL_FORMED.encode(codec))
    assert rows(table) == ROWS
    assert table.frame.columns == ["review", "rating"]
    assert (table.encoding, table.notes, table.has_mark) == (encoding, (), bool(mark))


def test_utf16_keeps_its_newlines(read: Read) -> None:
    assert rows(read("review\trating\r\nä\t5\r\nö\t1\r\n".encode("utf-16"))) == [
        ("ä", "5"), ("ö", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", REVIEWS)
def test_letters_of_two_bytes_are_known_by_what_they_read_as(language: str) -> None:
    """Few bytes of Chinese in UTF-16 are NUL, and those on both sides of a letter."""
    for number in (1, 3, 14):
        text = file_of(language, number)
        for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            data = text.encode(codec)
            assert [wide_without_mark(data[: len(data) - cut]) for cut in range(3)] == [codec] * 3


@settings(deadline=None)
@given(st.sampled_from(sorted(REVIEWS)), st.integers(0, 2**32))
def test_nul_bytes_in_other_texts_make_no_letters_of_two_bytes(language: str, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(file_of(language, rng.randint(1, 30)).encode())
    if rng.random() < 0.5:  # cells of one width
        width = rng.randint(100, 300)
        data = bytearray(b"".join(line.ljust(width, b"\0") for line in data.splitlines(True)))
    for _ in range(rng.randint(1, 50)):
        data.insert(rng.randrange(len(data)), 0)
    assert wide_without_mark(bytes(data)) is None


def test_western_text_is_windows_1252(read: Read) -> None:
    table = read(file_of("french").encode("cp1252"))
    assert rows(table)[0] == ("Un très bon film, à recommander à tous ceux qui aiment rire. 0", "1")
    assert table.encoding == "cp1252"
    assert table.notes == (
        "not UTF-8, read as cp1252 (Western European), 99 % sure; if letters look wrong, name "
        "the encoding",
    )


def test_few_broken_bytes_are_counted(read: Read) -> None:
    """A letter cut in two, as fields of a fixed width leave it, and a byte without a meaning."""
    chinese = file_of("chinese_simplified", 500).encode("gbk")
    table = read(chinese + "不错".encode("gbk")[:3] + b",4\n")
    assert rows(table)[0] == ("电影很好看，推荐给每个喜欢笑的人。 0", "1")
    assert rows(table)[-1] == ("不\ufffd", "4")
    assert table.encoding == "gbk"
    assert table.notes[1] == "1 byte that does not fit gbk replaced by \ufffd (line 502)"
    data = bytearray(file_of("chinese_simplified", 500).encode("gbk"))
    for place in (4_000, 9_000, 13_000):  # each garbles a sentence, up to the next sign of ASCII
        del data[next(k for k in range(place, len(data)) if data[k] > 127)]
    broken = read(bytes(data))
    assert sum("\ufffd" in text for text in broken.frame["review"]) <= 3
    assert (broken.encoding, len(broken)) == ("gbk", 500)
    french = read(file_of("french", 500).encode("cp1252") + b"tr\xe8s\x81 bien\x90,4\n")
    assert rows(french)[-1] == ("très\ufffd bien\ufffd", "4")
    assert french.encoding == "cp1252"
    assert "2 bytes that do not fit cp1252 replaced by \ufffd (line 502 first)" in french.notes


def test_letters_beyond_the_common_ones_are_read(read: Read) -> None:
    """GB18030 has them, and GBK has not."""
    text = file_of("chinese_simplified") + "㐂 𠮷,5\n"
    table = read(text.encode("gb18030"))
    assert rows(table)[-1] == ("㐂 𠮷", "5")
    assert len(table.notes) == 1


def test_one_stray_byte_garbles_nothing_else(read: Read) -> None:
    table = read("review,rating\ncafé ☕,5\nna".encode() + b"\xefve,4\n")
    assert rows(table) == [("café ☕", "5"), ("naïve", "4")]
    assert (table.encoding, table.notes) == (
        "utf-8", ("1 byte not in UTF-8, read as Windows-1252",),
    )  # fmt: skip


def test_one_stray_byte_among_many_lines_of_ascii(read: Read) -> None:
    lines = "".join(f"fine film number {k},{k % 5}\n" for k in range(300))
    table = read(f"review,rating\n{lines}".encode() + b"a nice caf\xe9,4\n")
    assert rows(table)[-1] == ("a nice café", "4")
    assert table.notes == ("1 byte not in UTF-8, read as Windows-1252",)


@pytest.mark.parametrize(
    ("language", "codec"),
    [("russian", "cp1251"), ("chinese_simplified", "gbk"), ("french", "cp1252")],
)
def test_two_files_in_one_are_read_line_by_line(read: Read, language: str, codec: str) -> None:
    text = file_of(language)
    table = read(text.encode() + text.partition("\n")[2].encode(codec))
    cells = table.frame["review"].to_list()
    assert cells[:40] == cells[40:]
    assert table.encoding == "utf-8"
    assert any("not in UTF-8, read as" in note for note in table.notes)


def test_the_first_lines_may_all_be_ascii(read: Read) -> None:
    """The letters that tell an encoding stand behind a megabyte that does not."""
    ascii_lines = "".join(f'"a fine film number {k}",{k % 5}\n' for k in range(50_000))
    text = f"review,rating\n{ascii_lines}{file_of('polish', 600).partition(chr(10))[2]}"
    table = read(text.encode("cp1250"))
    assert table.encoding == "cp1250"
    assert written(table) == text


def test_an_encoding_that_is_not_clear_is_asked_for(tmp_path: Path) -> None:
    data = "review,rating\ntrès bien,5\nnul,1\n".encode("cp1252")
    message = refused(tmp_path, data)
    assert message == (
        " is not in UTF-8, and its encoding is unclear; name it with --encoding (cp1252 reads "
        "'très', cp1250 reads 'trčs')"
    )
    table = read_named(tmp_path, data, "cp1252")
    assert rows(table) == [("très bien", "5"), ("nul", "1")]
    assert (table.encoding, table.notes) == ("cp1252", ())


def test_encodings_of_seven_bits_are_no_ascii(read: Read) -> None:
    for language, codec in (("japanese", "iso2022_jp"), ("chinese_simplified", "hz")):
        table = read(file_of(language).encode(codec))
        assert written(table) == file_of(language)
        assert table.encoding == codec
        assert f"not UTF-8, read as {codec}" in table.notes[0]
    assert read("review,rating\n~{fine}~ film,5\n").encoding == "utf-8"


# What a person names


def test_what_a_person_names_is_used(tmp_path: Path) -> None:
    for name, codec in (("Windows-1250", "cp1250"), ("latin2", "iso8859_2"), ("cp852", "cp852")):
        table = read_named(tmp_path, file_of("polish").encode(codec), name)
        assert (table.encoding, table.notes) == (codec, ())
        assert written(table) == file_of("polish")


@pytest.mark.parametrize(
    ("name", "wide"),
    [("latin1", "cp1252"), ("gb2312", "gb18030"), ("shift_jis", "cp932"), ("euc-kr", "cp949")],
)
def test_a_narrow_name_stands_for_the_wider_encoding(tmp_path: Path, name: str, wide: str) -> None:
    """As in browsers: what was called ISO 8859-1 has quotes of Windows."""
    text = {"cp1252": "“good” – €", "gb18030": "電影很好看", "cp932": "①髙い", "cp949": "똠방각하"}
    data = f"review,rating\n{text[wide]},5\n".encode(wide)
    assert rows(read_named(tmp_path, data, name)) == [(text[wide], "5")]


def test_what_speaks_against_a_name_is_said(tmp_path: Path) -> None:
    polish, french = file_of("polish"), file_of("french")
    for data, name, looks in (
        (polish.encode("cp1250"), "cp1252", "cp1250 (Central European, 99 % sure)"),
        (french.encode(), "cp1252", "utf-8"),
        (french.encode("utf-16-le"), "cp1252", "utf-16-le"),
    ):
        path = tmp_path / "reviews.csv"
        path.write_bytes(data)
        decoded = to_utf8(path, tmp_path, "reviews.csv", name)
        assert any(f"but it looks like {looks}" in note for note in decoded.notes)
    ascii_only = read_named(tmp_path, b"review,rating\nfine,5\n", "gbk")
    assert (ascii_only.notes, ascii_only.encoding) == ((), "gb18030")


@pytest.mark.parametrize(
    ("codec", "name", "likely"),
    [
        ("utf-8", "utf-16", "utf-8"),
        ("utf-8", "UTF-16BE", "utf-8"),
        ("utf-8", "utf-32", "utf-8"),
        ("cp1252", "utf-16", "cp1252, cp1250"),
        ("utf-16-le", "utf-16-be", "utf-16-le"),
        ("utf-16-be", "utf-32-le", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("more", ["", "x"])
def test_letters_of_two_bytes_that_are_not_there_are_refused(
    tmp_path: Path, codec: str, name: str, likely: str, more: str
) -> None:
    """600 reviews once became one of Chinese letters, which hardly any bytes are not."""
    data = (file_of("french") + more).encode(codec)
    assert refused(tmp_path, data, name) == (
        f" is not in {find_codec(name)}; name another with --encoding ({likely}), or leave it out"
    )


def test_a_line_that_is_named_as_letters_of_two_bytes(tmp_path: Path) -> None:
    """Without an end of a line, ASCII throughout is no UTF-16; anything else may be."""
    assert " is not in utf-16;" in refused(tmp_path, b"great film!", "utf-16")
    path = tmp_path / "reviews.csv"
    for text in ("好看", "ā", "great film"):
        path.write_bytes(text.encode("utf-16-le"))
        decoded = to_utf8(path, tmp_path, "reviews.csv", "utf-16")
        assert decoded.path.read_text("utf-8") == text


@pytest.mark.parametrize("language", ["french", "russian", "chinese_simplified", "thai", "korean"])
def test_letters_of_two_bytes_are_read_where_they_are_named(tmp_path: Path, language: str) -> None:
    """In scripts side by side, too, which alone would not tell what they are in."""
    mixed = file_of(language) + "".join(f"{chr(k)}{chr(k + 7000)},4\n" for k in range(200, 4000))
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        for text in (file_of(language), mixed):
            path = tmp_path / "reviews.csv"
            path.write_bytes(text.encode(codec))
            decoded = to_utf8(path, tmp_path, "reviews.csv", codec)
            assert decoded.path.read_text("utf-8") == text


def test_bytes_that_do_not_fit_a_name_are_refused(tmp_path: Path) -> None:
    data = file_of("french").encode("cp1252")
    message = refused(tmp_path, data, "gbk")
    assert message.startswith(", line 2: 0x")
    assert message.endswith(
        "does not fit gb18030; name another with --encoding (cp1252, cp1250), or leave it out"
    )
    assert written(read_named(tmp_path, data, "cp1252")) == file_of("french")
    assert refused(tmp_path, data, "utf-8") == (
        ", line 2: not UTF-8; name another with --encoding (cp1252, cp1250), or leave it out"
    )
    few = file_of("chinese_simplified", 500).encode("gbk") + b"\xff,3\n"
    assert read_named(tmp_path, few, "gbk").notes == (
        "1 byte that does not fit gb18030 replaced by \ufffd (line 502)",
    )


def test_names_that_stand_for_no_encoding_of_texts_are_refused(tmp_path: Path) -> None:
    data = WELL_FORMED.encode()
    for name in ("hex", "rot13", "zlib", "idna", "punycode", "unicode_escape", "undefined"):
        message = refused(tmp_path, data, name)
        assert message.startswith(f"'{name}' is no encoding of texts; name another with --encod")
    assert refused(tmp_path, data, "cp12500") == (
        "no encoding is called 'cp12500'; name another with --encoding (cp1250, cp1258, cp1257), "
        "or leave it out"
    )
    for name in ("", "nothing like it", "a\0b", "\udcff", "../x"):
        assert "no encoding is called" in refused(tmp_path, data, name)


def test_a_mark_is_believed_if_it_fits(tmp_path: Path) -> None:
    text = file_of("chinese_simplified")
    table = read_named(tmp_path, codecs.BOM_UTF8 + text.encode(), "gbk")
    assert written(table) == text
    assert table.notes == ("its byte order mark says utf-8, so it was not read as gb18030",)
    marked = codecs.BOM_UTF8 + text.encode("gbk")
    assert refused(tmp_path, marked) == (
        ", line 2: not UTF-8, as its byte order mark says; name it with --encoding (gbk)"
    )
    table = read_named(tmp_path, marked, "gbk")
    assert written(table) == text
    assert table.notes == (
        "its byte order mark says utf-8, which does not fit, so it was left out",
    )
    for name in ("utf-16", "utf-16-le", "utf_16"):
        assert read_named(tmp_path, text.encode("utf-16"), name).notes == ()


def test_formats_that_have_no_encoding_refuse_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.DataFrame({"review": ["good", "bad"], "rating": [5, 1]})
    for name in ("t.parquet", "t.xlsx"):
        write_table(frame, str(tmp_path / name))
        with pytest.raises(FileError) as error:
            read_table(str(tmp_path / name), ReadOptions(encoding="cp1250"))
        assert "has no encoding to choose" in str(error.value)
        assert with_options(error.value).endswith("; leave out --encoding")
        assert len(read_table(str(tmp_path / name))) == 2
    # Where fsspec has no driver, polars reads it.
    monkeypatch.setattr("lstm_cli.data.tables.find_bucket", lambda _: None)
    with pytest.raises(FileError, match="another encoding than UTF-8 cannot be read there"):
        read_table("hf://datasets/someone/reviews/a.csv", ReadOptions(encoding="cp1250"))


# NUL bytes


@pytest.mark.parametrize(
    ("data", "removed"),
    [
        (WELL_FORMED.encode().replace(b"caf", b"c\0a\0\0f"), "3 NUL bytes"),
        (WELL_FORMED.encode() + b"\0" * 100_000, "100,000 NUL bytes"),
        (b"\0" * 200_000 + WELL_FORMED.encode(), "200,000 NUL bytes"),
        (WELL_FORMED.encode().replace(b"\n", b"\0" * 30 + b"\n"), "180 NUL bytes"),
    ],
)
def test_nul_bytes_are_removed_and_counted(read: Read, data: bytes, removed: str) -> None:
    table = read(data)
    assert rows(table) == ROWS
    assert table.notes == (f"{removed} removed",)


def test_a_nul_byte_behind_the_beginning_is_removed(read: Read) -> None:
    text = "review,rating\n" + "a fine film,5\n" * 100_000
    table = read(text.encode() + b"the \0 end,1\n")
    assert rows(table)[-1] == ("the  end", "1")
    assert table.notes == ("1 NUL byte removed",)


def test_nul_bytes_and_a_legacy_encoding(read: Read) -> None:
    table = read(file_of("polish").encode("cp1250").replace(b" ", b"\0 "))
    assert written(table) == file_of("polish")
    assert table.encoding == "cp1250"
    assert table.notes[1].endswith("NUL bytes removed")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 20,
        random.Random(1).randbytes(5_000),
        b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + random.Random(2).randbytes(3_000),
        b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0" + random.Random(3).randbytes(3_000),
        b"\x03\x7a\x01\x01\x05\0\0\0a\0 \0REVIEW\0\0\0\0\0C\0\0\0\0\r" + b" good film  5" * 50,
        b"\xca\xfe\xba\xbe\0\0\0\x37" + random.Random(4).randbytes(3_000),
    ],
)
def test_what_is_really_binary_is_refused(tmp_path: Path, data: bytes) -> None:
    message = refused(tmp_path, data)
    assert " is not text, nor Parquet" in message or "its encoding is unclear" in message


# Ends of lines


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r\r\n", "\n\r", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16"])
def test_lines_may_end_as_they_like(read: Read, newline: str, codec: str) -> None:
    """Python's csv on Windows doubles the carriage return; old Macs write it alone."""
    table = read(file_of("french", newline=newline).encode(codec))
    assert written(table) == file_of("french")


def test_a_quoted_cell_keeps_its_carriage_returns(read: Read) -> None:
    table = read('review,rating\r\r\n"two\r\nlines",5\r\r\n"a\rb",3\r\r\n"say ""no""",1\r\r\n')
    assert rows(table) == [("two\nlines", "5"), ("a\rb", "3"), ('say "no"', "1")]
    assert table.line_numbers(range(3)).tolist() == [2, 4, 5]
    assert rows(read('review,rating\r\n"a\rb",5\r\n')) == [("a\rb", "5")]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text('ab é"“😀', min_size=1, max_size=6), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r\r\n", "\n\r", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]),
    st.integers(1, 7),
)
def test_no_chunk_cuts_anything(lines: list[str], newline: str, codec: str, size: int) -> None:
    """However a letter or an end of a line is cut in two."""
    text = "".join(f"{line.replace(chr(34), '')},1\n" for line in ["x", *lines])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module in ("decoding", "probing", "utf8_lines"):
            patch.setattr(f"lstm_cli.data.encoding.{module}.CHUNK_BYTES", size)
        path = Path(folder) / "r.csv"
        path.write_bytes(text.replace("\n", newline).encode(codec))
        named = codec if codec == "gb18030" else None
        decoded = to_utf8(path, Path(folder), "r.csv", named)
        read = decoded.path.read_bytes().decode()
        assert (read if newline != "\r\n" else read.replace("\r\n", "\n")) == text
        assert decoded.has_mark == (codec in ("utf-8-sig", "utf-16"))


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_one_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_bytes(data)
        for encoding in (None, "utf-8", "gbk", "cp1252", "utf-16", "cp037", "utf-7"):
            try:
                decoded = to_utf8(path, Path(folder), "r.csv", encoding)
            except FileError as error:
                assert str(error).isprintable()
            else:
                text = decoded.path.read_bytes().decode()
                assert "\0" not in text
                assert all(note.isprintable() for note in decoded.notes)


# What is written


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_mark_is_written_where_one_was_read(tmp_path: Path, codec: str) -> None:
    """Excel takes CSV in UTF-8 for something else without it."""
    (tmp_path / "r.csv").write_bytes(WELL_FORMED.encode(codec))
    table = read_table(str(tmp_path / "r.csv"))
    for name in ("t.csv", "t.tsv", "t.csv.gz", "t.jsonl"):
        write_table(table.frame, str(tmp_path / name), like=table)
        again = read_table(str(tmp_path / name))
        assert rows(again) == ROWS
        assert again.has_mark == ("jsonl" not in name)
    assert (tmp_path / "t.csv").read_bytes().startswith(codecs.BOM_UTF8)


def test_no_mark_is_written_where_none_was_read(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(file_of("polish").encode("cp1250"))
    table = read_texts(str(tmp_path / "r.csv")).table
    write_table(table.frame, str(tmp_path / "t.csv"), like=table)
    assert written(read_table(str(tmp_path / "t.csv"))) == file_of("polish")
    assert not (tmp_path / "t.csv").read_bytes().startswith(codecs.BOM_UTF8)
    assert sorted(names(tmp_path)) == ["r.csv", "t.csv"]
