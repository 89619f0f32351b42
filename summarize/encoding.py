"""Bytes → text: which encoding it is, and which bytes are no text at all."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

HEAD = 1 << 16
"""Bytes that are looked at to tell an encoding."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
)
_MAX_CONTROL_SHARE = 0.05
_MAX_STRAY_SHARE = 0.25
_MIN_WIDE_SHARE = 0.7

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SUSPECT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd-\uffff\ue000-\uf8ff]")


class NotTextError(ValueError):
    """These bytes are no text in an encoding that is recognised."""


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Error handler: a byte that isn't UTF-8 is read as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("summarize.windows-1252", _windows_1252)


def detect(head: bytes) -> tuple[str, str]:
    """Codec and error handler for a text that begins with `head`.

    A byte order mark decides. Without one, NUL bytes in one half of the pairs make it UTF-16, where
    that is beyond doubt. All else is UTF-8 whose stray bytes are Windows-1252: that reads pure UTF-8,
    pure Windows-1252 (of whose accents and quotation marks next to none form valid UTF-8) and files
    put together from both, and never turns a whole UTF-8 text into mojibake for one broken byte.

    Raises `NotTextError` for binary data and for encodings other than these.
    """
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise NotTextError(f"not a text but {name}")
    for mark, codec in _BOMS:
        if head.startswith(mark):
            _refuse_binary(_decode_head(head, codec))
            return codec, "replace"
    if wide := _utf16_without_mark(head):
        _refuse_binary(_decode_head(head, wide))
        return wide, "replace"
    text = _decode_head(head, "utf-8")
    strays = text.count("\ufffd")
    _refuse_binary(text.replace("\ufffd", ""), length=len(text))
    if strays > 1 and strays > _MAX_STRAY_SHARE * len(text):
        raise NotTextError(
            "in an encoding that is neither UTF-8, UTF-16 nor Windows-1252; convert it to UTF-8"
        )
    return "utf-8", "summarize.windows-1252"


def decode(data: bytes) -> str:
    """The text of `data`, line ends and control characters as they are; raises `NotTextError`."""
    return data.decode(*detect(data[:HEAD])).removeprefix("\ufeff")


def open_text(stream: io.BufferedReader, newline: str = "\n") -> io.TextIOWrapper:
    """`stream` (made by `peekable`) as text; raises `NotTextError`."""
    codec, errors = detect(stream.peek()[:HEAD])
    return io.TextIOWrapper(stream, encoding=codec, errors=errors, newline=newline)


def numbered_lines(text: io.TextIOBase, limit: int) -> Iterator[tuple[int, str | None]]:
    """The lines and their numbers, from 1; None for a line of `limit` characters and more."""
    number = 0
    while line := text.readline(limit):
        number += 1
        if len(line) < limit or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while line and not line.endswith(("\n", "\r")):
            line = text.readline(HEAD)
        yield number, None


def tidy(text: str) -> str:
    r"""`text` with every line end as \n, without control characters and lone surrogates.

    A lone surrogate, which no UTF-8 file can hold, becomes U+FFFD; NUL, DEL, escape characters and
    byte order marks inside the text go.
    """
    if _is_tidy(text):
        return text
    return _SURROGATES.sub("\ufffd", _UNPRINTABLE.sub("", _NEWLINES.sub("\n", text)))


def peekable(stream: BinaryIO) -> io.BufferedReader:
    """`stream` with a `peek()` of `HEAD` bytes, however short its reads; closing it leaves `stream` open."""
    return io.BufferedReader(_FullReads(stream), HEAD)


class _FullReads(io.RawIOBase):
    """A binary stream whose reads come back full until its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        filled = 0
        while filled < len(view):
            chunk = self._stream.read(len(view) - filled)
            if not chunk:
                break
            view[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        return filled


def _is_tidy(text: str) -> bool:
    """Whether all is printable, newlines and tabs apart: a quick test that most texts pass."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def _decode_head(head: bytes, codec: str) -> str:
    """`head` decoded, a character cut in two at its end left out."""
    return codecs.getincrementaldecoder(codec)("replace").decode(head, final=len(head) < HEAD)


def _utf16_without_mark(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 2 or (len(head) % 2 and len(head) < HEAD):
        return None
    first, second = head[0::2].count(0), head[1::2].count(0)
    if second > _MIN_WIDE_SHARE * pairs and not first:
        return "utf-16-le"
    if first > _MIN_WIDE_SHARE * pairs and not second:
        return "utf-16-be"
    return None


def _refuse_binary(text: str, length: int | None = None) -> None:
    if _is_tidy(text):
        return
    controls = len(_SUSPECT.findall(text))
    share = controls / max(1, len(text) if length is None else length)
    if controls > 1 and share > _MAX_CONTROL_SHARE:
        raise NotTextError(f"binary data, not text ({share:.0%} control characters)")
