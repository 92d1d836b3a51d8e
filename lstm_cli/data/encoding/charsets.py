"""The encodings that texts are saved in, apart from Unicode's, and the names people give them.

An encoding is called as Python calls its codec. Where one extends another, as
Windows-1252 does ISO 8859-1, both are read by the wider one, as browsers do: what
the narrower one lacks is never meant.
"""

import codecs
from dataclasses import dataclass
from difflib import get_close_matches
from encodings.aliases import aliases

from lstm_cli.data.showing import show_cell
from lstm_cli.errors import FileError, Remedy


@dataclass(frozen=True)
class Charset:
    """An encoding that is looked for where a text is not in UTF-8."""

    name: str  # as chardet calls it
    codecs: tuple[str, ...]  # as Python calls them; the first one that fits reads
    title: str  # in messages
    rarity: float  # how much less likely than Windows-1252, as a logarithm

    @property
    def is_asian(self) -> bool:
        """Whether letters may take several bytes, and signs such as ★ are among them."""
        return self.title.endswith(("Chinese", "Japanese", "Korean"))


_CHARSETS = (
    # What Windows, Linux and the web wrote, and still write.
    Charset("cp1252", ("cp1252",), "Western European", 0),
    Charset("iso8859-1", ("cp1252",), "Western European", 0),
    Charset("cp1250", ("cp1250",), "Central European", 1.5),
    Charset("cp1251", ("cp1251",), "Cyrillic", 1.5),
    Charset("cp1253", ("cp1253",), "Greek", 1.5),
    Charset("cp1254", ("cp1254",), "Turkish", 1.5),
    Charset("cp1255", ("cp1255",), "Hebrew", 1.5),
    Charset("cp1256", ("cp1256",), "Arabic", 1.5),
    Charset("cp1257", ("cp1257",), "Baltic", 1.5),
    Charset("cp1258", ("cp1258",), "Vietnamese", 1.5),
    Charset("cp874", ("cp874",), "Thai", 1),
    Charset("tis-620", ("cp874",), "Thai", 1),
    Charset("gb18030", ("gbk", "gb18030"), "Simplified Chinese", 1),
    Charset("big5hkscs", ("cp950", "big5hkscs"), "Traditional Chinese", 1),
    Charset("cp932", ("cp932",), "Japanese", 1),
    Charset("shift_jis_2004", ("cp932", "shift_jis_2004"), "Japanese", 1),
    Charset("euc_jis_2004", ("euc_jp", "euc_jis_2004"), "Japanese", 1),
    Charset("euc_kr", ("cp949",), "Korean", 1),
    Charset("cp949", ("cp949",), "Korean", 1),
    Charset("iso8859-2", ("iso8859_2",), "Central European", 2),
    Charset("iso8859-5", ("iso8859_5",), "Cyrillic", 2),
    Charset("iso8859-7", ("iso8859_7",), "Greek", 2),
    Charset("iso8859-8", ("cp1255",), "Hebrew", 2),
    Charset("iso8859-9", ("cp1254",), "Turkish", 2),
    Charset("iso8859-15", ("iso8859_15",), "Western European", 2),
    Charset("koi8-r", ("koi8_r",), "Cyrillic", 2),
    Charset("koi8-u", ("koi8_u",), "Cyrillic", 2),
    # What old Macs and DOS wrote; Excel on a Mac still does.
    Charset("mac-roman", ("mac_roman",), "Western European, old Macs", 3),
    Charset("cp437", ("cp437",), "Western European, DOS", 3),
    Charset("cp850", ("cp850",), "Western European, DOS", 3),
    Charset("cp852", ("cp852",), "Central European, DOS", 3),
    Charset("cp866", ("cp866",), "Cyrillic, DOS", 3),
    Charset("mac-latin2", ("mac_latin2",), "Central European, old Macs", 4),
    Charset("mac-cyrillic", ("mac_cyrillic",), "Cyrillic, old Macs", 4),
    Charset("mac-greek", ("mac_greek",), "Greek, old Macs", 4),
    Charset("mac-turkish", ("mac_turkish",), "Turkish, old Macs", 4),
    Charset("cp720", ("cp720",), "Arabic, DOS", 4),
    Charset("cp737", ("cp737",), "Greek, DOS", 4),
    Charset("cp775", ("cp775",), "Baltic, DOS", 4),
    Charset("cp855", ("cp855",), "Cyrillic, DOS", 4),
    Charset("cp857", ("cp857",), "Turkish, DOS", 4),
    Charset("cp860", ("cp860",), "Portuguese, DOS", 4),
    Charset("cp862", ("cp862",), "Hebrew, DOS", 4),
    Charset("cp864", ("cp864",), "Arabic, DOS", 4),
    Charset("cp865", ("cp865",), "Nordic, DOS", 4),
    Charset("cp869", ("cp869",), "Greek, DOS", 4),
    Charset("cp1125", ("cp1125",), "Ukrainian, DOS", 4),
    Charset("iso8859-4", ("iso8859_4",), "Baltic", 4),
    Charset("iso8859-6", ("iso8859_6",), "Arabic", 4),
    Charset("iso8859-13", ("iso8859_13",), "Baltic", 4),
    # What hardly anyone wrote: it is here so that it is not taken for something else.
    Charset("cp856", ("cp856",), "Hebrew, DOS", 6),
    Charset("cp858", ("cp858",), "Western European, DOS", 6),
    Charset("cp861", ("cp861",), "Icelandic, DOS", 6),
    Charset("cp863", ("cp863",), "Canadian French, DOS", 6),
    Charset("hp-roman8", ("hp_roman8",), "Western European, HP", 6),
    Charset("iso8859-3", ("iso8859_3",), "South European", 6),
    Charset("iso8859-10", ("iso8859_10",), "Nordic", 6),
    Charset("iso8859-14", ("iso8859_14",), "Celtic", 6),
    Charset("iso8859-16", ("iso8859_16",), "Romanian", 6),
    Charset("koi8-t", ("koi8_t",), "Tajik", 6),
    Charset("johab", ("johab",), "Korean", 6),
    Charset("kz1048", ("kz1048",), "Kazakh", 6),
    Charset("mac-iceland", ("mac_iceland",), "Icelandic, old Macs", 6),
    Charset("ptcp154", ("ptcp154",), "Kazakh", 6),
)
CHARSETS = {charset.name: charset for charset in _CHARSETS}

# Which wider encoding reads what is called by a narrower one's name.
_WIDER = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Python counts these among the encodings of text, but they stand for programs and addresses.
_NOT_FOR_TEXTS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")


def find_codec(name: str) -> str:
    """The codec that reads what a person calls by a name.

    >>> find_codec("Windows-1250"), find_codec("latin1"), find_codec("UTF8")
    ('cp1250', 'cp1252', 'utf-8')

    Raises:
        FileError: there is no such encoding, or it is none of texts.
    """
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError(
            f"no encoding is called {show_cell(name)}", Remedy.CORRECT_ENCODING, _near(name)
        ) from error
    # The same attribute decides whether bytes.decode() takes a codec.
    is_text = getattr(found, "_is_text_encoding", True) and found.incrementaldecoder
    codec = found.name if found.name.startswith("utf") else found.name.replace("-", "_")
    if not is_text or codec in _NOT_FOR_TEXTS:
        raise FileError(
            f"{show_cell(name)} is no encoding of texts", Remedy.CORRECT_ENCODING, _near("")
        )
    return _WIDER.get(codec, codec)


def _near(name: str) -> str:
    """Names like one that does not exist; else some that often help."""
    usual = {codec for charset in CHARSETS.values() for codec in charset.codecs}
    usual |= {"utf_8", "utf_16", "utf_32", "latin_1", "gb2312", "big5", "shift_jis", "euc_kr"}
    known = sorted(usual | {alias for alias, codec in aliases.items() if codec in usual})
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    near = get_close_matches(wanted, known, n=3, cutoff=0.7)
    return ", ".join(near) or "utf-8, cp1252, gbk ..."
