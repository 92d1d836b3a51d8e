"""A grammar of tables: files as people have them, whose right reading is known because they
were made from it.

A table is drawn as rows of cells, a header or none, a family of ratings, and what stands
above and below; then it is written in one of the ways in which tables are stored. What a
reader must find are the texts and the ratings of the rows that have both.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

# By language: sentences that nobody wrote before, the names of two columns, and the encodings
# in which such files lie about beside Unicode's.
LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, str], tuple[str, ...]]] = {
    "English": (
        ("the lamp broke after a week", "I would buy this kettle again", "fine for the price",
         "nobody answered my letters", "it's “exactly” what we hoped for — thanks"),
        ("review", "rating"), ("cp1252",)),
    "German": (
        ("die Lampe ist schön und hält", "nach zwei Tagen war die Tür kaputt",
         "für das Geld völlig in Ordnung", "ich würde es nicht noch einmal kaufen"),
        ("Bewertungstext", "Sterne"), ("cp1252", "iso8859_15")),
    "French": (
        ("très déçu, la poignée a cassé", "une belle surprise, je le recommande",
         "ça va pour le prix", "le bouton était déjà abîmé à l'arrivée"),
        ("commentaire", "étoiles"), ("cp1252", "iso8859_15")),
    "Spanish": (
        ("el año pasado compré otro y duró más", "muy cómodo, volvería a comprarlo",
         "no está mal, pero llegó tarde", "¡qué decepción más grande!"),
        ("reseña", "puntuación"), ("cp1252",)),
    "Polish": (
        ("lampa świeci źle i szybko się zepsuła", "świetna jakość, polecam każdemu",
         "może być, choć mogłoby być lepiej", "obsługa była miła, łóżko wygodne"),
        ("opinia", "ocena"), ("cp1250", "iso8859_2")),
    "Czech": (
        ("židle je pěkná a pohodlná", "po týdnu přestala fungovat, škoda peněz",
         "celkem dobrý výrobek za rozumnou cenu", "příliš hlučné, nedoporučuji"),
        ("recenze", "hodnocení"), ("cp1250", "iso8859_2")),
    "Russian": (
        ("лампа сломалась через неделю", "отличное качество, всем советую",
         "нормально за свои деньги", "больше никогда здесь не куплю"),
        ("отзыв", "оценка"), ("cp1251", "koi8_r")),
    "Greek": (
        ("η λάμπα χάλασε σε μια εβδομάδα", "πολύ καλή ποιότητα, το συνιστώ",
         "εντάξει για την τιμή του", "δεν θα το ξαναγόραζα ποτέ"),
        ("κριτική", "βαθμολογία"), ("cp1253",)),
    "Turkish": (
        ("lamba bir hafta sonra bozuldu, çok üzüldüm", "ürün güzel, herkese tavsiye ederim",
         "fiyatına göre idare eder", "kargo geç geldi, kutusu ezilmişti"),
        ("yorum", "puan"), ("cp1254",)),
    "Chinese": (
        ("这盏灯用了一个星期就坏了", "质量很好，下次还会再买", "价格还可以，没有什么特别的",
         "客服一直没有回复我的消息"),
        ("评论", "评分"), ("gbk", "gb18030")),
    "Taiwanese": (
        ("這盞燈用了一個星期就壞了", "品質很好，下次還會再買", "價格還可以，沒有什麼特別的",
         "客服一直沒有回覆我的訊息"),
        ("評論", "評分"), ("big5",)),
    "Japanese": (
        ("このランプは一週間で壊れました", "とても良い品質で、また買いたいです",
         "値段のわりには悪くないと思います", "問い合わせても返事がありませんでした"),
        ("レビュー", "評価"), ("shift_jis", "euc_jp")),
    "Korean": (
        ("일주일 만에 램프가 고장 났어요", "품질이 좋아서 다시 사고 싶습니다",
         "가격을 생각하면 나쁘지 않아요", "문의했지만 답변이 없었습니다"),
        ("리뷰", "평점"), ("euc_kr", "cp949")),
}  # fmt: skip

# By family: the cells of its ratings, the lowest first; each may be written in several ways.
RATINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "stars": (("1", "1.0"), ("2",), ("3", "3.0"), ("4",), ("5",)),
    "ten": tuple((str(k),) for k in range(1, 11)),
    "halves": (("0.5",), ("1",), ("1.5",), ("2",), ("2.5",), ("3.5",), ("5",)),
    "two": (("0",), ("1",)),
    "thirds": (("-1",), ("0",), ("1",)),
    "page": tuple((f"{k} star rating", f"{k}.0 of 5 bubbles") for k in range(1, 6)),
    "fraction": tuple((f"{k}/5", f"{k} out of 5") for k in range(1, 6)),
    "drawn": tuple(("★" * k + "☆" * (5 - k),) for k in range(1, 6)),
    "class": tuple((f"bubble_{k}0",) for k in range(1, 6)),
    "explained": tuple(
        (f"{k} - {word}",) for k, word in enumerate(("Awful", "Poor", "Fair", "Good", "Great"), 1)
    ),
    "polarity": (("negative", "Negative", "neg"), ("neutral", "Neutral"), ("positive", "pos")),
    "good": (("bad", "Bad"), ("good", "GOOD")),
    "quality": (("Poor",), ("Fair",), ("Good",), ("Very good", "very good"), ("Excellent",)),
    "satisfaction": (("Very dissatisfied",), ("Dissatisfied",), ("Neutral",), ("Satisfied",),
                     ("Very satisfied",)),
    "advice": (("Not Recommended",), ("Recommended",)),
    "goodreads": (("did not like it",), ("it was ok",), ("liked it",), ("really liked it",),
                  ("it was amazing",)),
    "thumbs": (("👎",), ("👍",)),
    "truth": (("False", "false"), ("True", "true")),
}  # fmt: skip
# A star that is drawn and a thumb have no letter in older encodings.
ONLY_UNICODE = frozenset({"drawn", "thumbs"})
NUMBERS = frozenset({"stars", "ten", "halves", "two", "thirds"})
# Yes and no need a name that asks a question.
ASKING = {"truth": "recommended", "advice": "recommendation", "thumbs": "thumbs"}
MISSING = ("", "nan", "NULL", "N/A", "None", "#N/A", "-")
HELPERS = ("id", "date", "user", "title")


@dataclass(frozen=True)
class Row:
    """One review as the table has it."""

    text: str
    rating: str
    level: int  # of the rating, from 0; meaningless where there is none

    @property
    def is_usable(self) -> bool:
        """Whether it has a text and a rating."""
        return self.text.strip() not in MISSING and self.rating not in MISSING


@dataclass(frozen=True)
class Table:
    """A table before it is stored."""

    rows: tuple[Row, ...]
    names: tuple[str, str]  # of the columns of texts and ratings
    helpers: tuple[str, ...]  # other columns, before them
    family: str
    language: str

    @property
    def header(self) -> list[str]:
        """The names of all columns."""
        return [*self.helpers, *self.names]

    def cells(self) -> list[list[str]]:
        """The rows, without the header."""
        made = {
            "id": lambda k: str(1000 + k),
            "date": lambda k: f"2024-03-{k % 28 + 1:02}",
            "user": lambda k: f"user{k}",
            "title": lambda k: f"Title {k}",
        }
        return [
            [*(made[name](k) for name in self.helpers), row.text, row.rating]
            for k, row in enumerate(self.rows)
        ]

    def objects(self) -> list[dict[str, object]]:
        """The rows as JSON has them: numbers are numbers, nothing is null."""
        objects: list[dict[str, object]] = []
        for cells in self.cells():
            row: dict[str, object] = dict(zip(self.header, cells, strict=True))
            rating = row[self.names[1]]
            if self.family in NUMBERS and rating not in MISSING:
                row[self.names[1]] = float(str(rating))
            objects.append(row)
        return objects

    def reading(self) -> tuple[list[str], list[int]]:
        """What must be found: the texts, and the places of their ratings on the scale."""
        usable = [row for row in self.rows if row.is_usable]
        levels = sorted({row.level for row in usable})
        return [row.text for row in usable], [levels.index(row.level) for row in usable]


@dataclass(frozen=True)
class Stored:
    """A table in a file."""

    table: Table
    name: str
    content: bytes
    encoding: str | None  # of a text
    how: str  # for a person who looks at a failure


@st.composite
def tables(draw: st.DrawFn, language: str) -> Table:
    """A table in a language."""
    sentences, names, _ = LANGUAGES[language]
    family = draw(st.sampled_from(sorted(RATINGS)))
    levels = RATINGS[family]
    number = draw(st.integers(2 * len(levels), 40))
    random = draw(st.randoms(use_true_random=False))
    holes = draw(st.sampled_from((0.0, 0.0, 0.1)))
    spoils = draw(st.lists(st.sampled_from(('"quoted"', "a, b", "c; d", "x\ty", "one\ntwo", "|")),
                           max_size=3))  # fmt: skip
    rows = []
    for k in range(number):
        level = k % len(levels) if k < 2 * len(levels) else random.randrange(len(levels))
        text = f"{random.choice(sentences)} {random.choice(sentences)} {k}"
        if spoils and random.random() < 0.3:
            text = f"{text} {random.choice(spoils)} {k}"
        rating = random.choice(levels[level])
        if k >= 2 * len(levels) and random.random() < holes:
            text = random.choice(MISSING)
        if k >= 2 * len(levels) and random.random() < holes:
            rating = random.choice(MISSING)
        rows.append(Row(text, rating, level))
    if family in ASKING:
        names = (names[0], ASKING[family])
    elif draw(st.booleans()):
        names = draw(
            st.sampled_from((("review", "rating"), ("text", "label"), ("content", "score")))
        )
    helpers = draw(st.lists(st.sampled_from(HELPERS), unique=True, max_size=3))
    return Table(tuple(rows), names, tuple(helpers), family, language)


PREAMBLES: dict[str, Callable[[int], list[list[str]]]] = {
    "none": lambda width: [],
    "title": lambda width: [["Product reviews report"]],
    "settings": lambda width: [["Report of March"], ["Currency:", "USD"], []],
    "padded": lambda width: [["All reviews", *[""] * (width - 1)]],
    "comments": lambda width: [["# exported by a tool"], ["# on a Monday"]],
    "blank": lambda width: [[], []],
}
TOTALS: dict[str, Callable[[int], list[list[str]]]] = {
    "none": lambda width: [],
    "total": lambda width: [["Total", *[""] * (width - 2), "3.2"]],
    "footer": lambda width: [[], ["Generated by a tool"]],
}
LINE_ENDS = ("\n", "\r\n", "\r", "\r\r\n")
UNICODE = ("utf-8", "utf-8", "utf-8-sig", "utf-16")


@st.composite
def delimited(draw: st.DrawFn) -> Stored:
    """A table in delimited text."""
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    table = draw(tables(language))
    legacy = () if table.family in ONLY_UNICODE else LANGUAGES[language][2]
    encoding = draw(st.sampled_from((*UNICODE, *legacy, *legacy)))
    delimiter = draw(st.sampled_from(",,;\t|"))
    ends = draw(st.sampled_from(LINE_ENDS))
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    can_be_bare = not table.helpers and table.family not in ASKING
    has_header = draw(st.booleans() if can_be_bare else st.just(True))
    above = draw(st.sampled_from(sorted(PREAMBLES))) if has_header and table.helpers else "none"
    below = draw(st.sampled_from(sorted(TOTALS))) if has_header and table.helpers else "none"
    width = len(table.header)
    records = [
        *PREAMBLES[above](width),
        *([table.header] if has_header else []),
        *table.cells(),
        *TOTALS[below](width),
    ]
    text = _written(records, delimiter, quoting, ends)
    content = text.encode(encoding, "replace")
    nuls = draw(st.sampled_from((0, 0, 0, 3))) if not encoding.startswith("utf-16") else 0
    if nuls:
        content = content.rstrip(b"\r\n") + b"\0" * nuls + ends.encode()
    if not has_header:
        table = replace(table, names=("column_1", "column_2"))
    how = (
        f"{language}, {encoding}, {delimiter!r}, {ends!r}, quoting {quoting}, header {has_header}, "
    )
    how += f"above {above}, below {below}, {nuls} NULs, ratings {table.family}"
    packing = draw(st.sampled_from(("", "", "", ".gz", ".bz2", ".xz", ".zip")))
    name = f"table{draw(st.sampled_from(('.csv', '.txt', '.tsv')))}{packing}"
    return Stored(
        _as_encoded(table, encoding), name, pack(content, packing), encoding, how + packing
    )


def _as_encoded(table: Table, encoding: str) -> Table:
    """The table with what an encoding has no letter for replaced, as the file has it."""
    rows = tuple(
        Row(row.text.encode(encoding, "replace").decode(encoding), row.rating, row.level)
        for row in table.rows
    )
    return Table(rows, table.names, table.helpers, table.family, table.language)


def _written(records: Sequence[Sequence[str]], delimiter: str, quoting: int, ends: str) -> str:
    lines = []
    for record in records:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, quoting=quoting).writerow(record)
        lines.append(line.getvalue().removesuffix("\r\n") if record else "")
    inner = "\n" if ends == "\n" else {"\r": "\r", "\r\r\n": "\r\n"}.get(ends, "\n")
    return "".join(line.replace("\n", inner) + ends for line in lines)


def pack(content: bytes, packing: str) -> bytes:
    """The bytes as a compression or an archive has them."""
    if packing == ".zip":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            opened.writestr("reviews.csv", content)
            opened.writestr("__MACOSX/._reviews.csv", b"\0\5\x16\7")
        return archive.getvalue()
    packers = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
    return packers[packing](content) if packing else content


def _json_lines(table: Table) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in table.objects()).encode()


def _json_list(table: Table) -> bytes:
    return json.dumps(table.objects(), indent=2, ensure_ascii=False).encode()


def _json_indented(table: Table) -> bytes:
    return "\n".join(json.dumps(row, indent=1) for row in table.objects()).encode()


def _json_wrapped(table: Table) -> bytes:
    return json.dumps({"ok": True, "page": {"next": None, "reviews": table.objects()}}).encode()


def _json_pages(table: Table) -> bytes:
    rows = table.objects()
    return "\n".join(json.dumps({"page": k, "data": rows[k : k + 4]})
                     for k in range(0, len(rows), 4)).encode()  # fmt: skip


def _json_nested(table: Table) -> bytes:
    text, rating = table.names
    rows = [{"meta": {"language": "x"}, "body": {text: row[text], rating: row[rating]}}
            for row in table.objects()]  # fmt: skip
    return json.dumps(rows).encode()


def _json_keyed(table: Table) -> bytes:
    return json.dumps({f"R{k}": row for k, row in enumerate(table.objects())}).encode()


def _json_columns(table: Table) -> bytes:
    rows = table.objects()
    columns = {name: {str(k): row[name] for k, row in enumerate(rows)} for name in table.header}
    return json.dumps(columns).encode()


def _json_split(table: Table) -> bytes:
    rows = [list(row.values()) for row in table.objects()]
    return json.dumps({"columns": table.header, "index": list(range(len(rows))),
                       "data": rows}).encode()  # fmt: skip


def _json_lists(table: Table) -> bytes:
    rows = table.objects()
    return json.dumps({name: [row[name] for row in rows] for name in table.header}).encode()


def _python_lines(table: Table) -> bytes:
    return "\n".join(map(repr, table.objects())).encode()


def _parquet(table: Table) -> bytes:
    content = io.BytesIO()
    pl.DataFrame(table.objects(), infer_schema_length=None, strict=False).write_parquet(content)
    return content.getvalue()


def _token_lists(table: Table) -> bytes:
    content = io.BytesIO()
    frame = pl.DataFrame(table.objects(), infer_schema_length=None, strict=False)
    name = table.names[0]
    frame.with_columns(pl.col(name).str.split(" ")).write_parquet(content)
    return content.getvalue()


def _workbook(table: Table) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Reviews")
        for place, name in enumerate(table.header):
            sheet.write_string(0, place, name)
        for k, row in enumerate(table.objects(), 1):
            for place, value in enumerate(row.values()):
                write = sheet.write_number if isinstance(value, float) else sheet.write_string
                write(k, place, value)
    return content.getvalue()


def _database(table: Table) -> bytes:
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f'"{name}"' for name in table.header)
    connection.execute(f"create table reviews ({names})")
    marks = ", ".join("?" * len(table.header))
    rows = [list(row.values()) for row in table.objects()]
    connection.executemany(f"insert into reviews values ({marks})", rows)
    connection.commit()
    return connection.serialize()


def _fasttext(table: Table) -> bytes:
    rows = [f"__label__{row.rating.replace(' ', '_')} {row.text}" for row in table.rows]
    return "\n".join(row.replace("\n", " ") for row in rows).encode()


CONTAINERS: dict[str, Callable[[Table], bytes]] = {
    "lines.jsonl": _json_lines,
    "list.json": _json_list,
    "indented.json": _json_indented,
    "wrapped.json": _json_wrapped,
    "pages.jsonl": _json_pages,
    "nested.json": _json_nested,
    "keyed.json": _json_keyed,
    "columns.json": _json_columns,
    "split.json": _json_split,
    "lists.json": _json_lists,
    "literals.json": _python_lines,
    "plain.parquet": _parquet,
    "tokens.parquet": _token_lists,
    "book.xlsx": _workbook,
    "shop.db": _database,
    "labels.txt": _fasttext,
}


@st.composite
def contained(draw: st.DrawFn) -> Stored:
    """A table in a format that is no delimited text."""
    name = draw(st.sampled_from(sorted(CONTAINERS)))
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    table = draw(tables(language))
    if name == "labels.txt":
        # One line a review, and a blank ends the label.
        rows = tuple(
            Row(row.text.replace("\n", " "), row.rating, row.level)
            for row in table.rows
            if row.is_usable
        )
        table = Table(rows, ("text", "label"), (), table.family, language)
    is_text = name.endswith((".json", ".jsonl", ".txt"))
    packing = draw(st.sampled_from(("", "", ".gz", ".xz", ".zip")))
    content = CONTAINERS[name](table)
    if packing == ".zip":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            opened.writestr(name, content)
        content = archive.getvalue()
    else:
        content = pack(content, packing)
    how = f"{name}{packing}, {language}, ratings {table.family}"
    return Stored(table, name + packing, content, "utf-8" if is_text else None, how)


def stored_in(folder: Path, stored: Stored) -> str:
    """Write the file; its path."""
    path = folder / stored.name
    path.write_bytes(stored.content)
    return str(path)
