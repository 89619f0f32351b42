"""What is in a file: its format, compression and encoding told, its articles streamed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pyarrow as pa

from summarize.article import Article
from summarize.encoding import decode, detect, peekable, tidy
from summarize.json_files import json_articles, jsonl_articles
from summarize.records import MAX_ITEM, Columns, article_of_text, failure, too_long
from summarize.tables import csv_articles, parquet_articles, tsv_articles

_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.{0,999}?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_JSON = re.compile(r'\s*(\{\s*"|\[\s*[\[{"])')


def articles_in(stream: BinaryIO, name: str, source: str, columns: Columns) -> Iterator[Article]:
    """The articles in `stream`, whose format the suffix of `name` tells, or else its first bytes.

    Compression is told by the first bytes alone. Items that can't be read come as failures, and the
    rest go on. Raises `ValueError` and `OSError` (`pyarrow`'s are of these) where nothing more can be
    read.
    """
    opened = peekable(stream)
    head = opened.peek()
    if head.startswith((_GZIP, _ZSTD)):
        codec = "gzip" if head.startswith(_GZIP) else "zstd"
        opened = peekable(pa.CompressedInputStream(pa.PythonFile(opened, "r"), codec))
        head = opened.peek()
    read = READERS.get(suffix_of(name)) or _sniff(head)
    empty = True
    for article in read(opened, source, columns) if head else ():
        empty = False
        yield article
    if empty:
        yield failure(source, "empty")


def suffix_of(name: str) -> str:
    """The suffix that tells the format, in lower case; a suffix of compression is left out."""
    stem, dot, last = name.lower().rpartition(".")
    if dot and last in ("gz", "zst"):
        stem, dot, last = stem.rpartition(".")
    return f".{last}" if dot and stem else ""


def _sniff(head: bytes) -> Callable[[io.BufferedReader, str, Columns], Iterator[Article]]:
    if head.startswith(_PARQUET):
        return parquet_articles
    codec, _ = detect(head)
    text = head.decode(codec, "replace")
    if _HTML.match(text):
        return _html
    return json_articles if _JSON.match(text) else _plain


def _plain(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    yield article_of_text(_whole(stream), source)


def _markdown(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    from summarize.pages import markdown_text

    page = markdown_text(tidy(_whole(stream)))
    yield article_of_text(page.text, source, title=page.title, date=page.date)


def _html(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    from summarize.pages import html_text

    page = html_text(tidy(_whole(stream)))
    if page is None:
        yield failure(source, "no article found in this HTML page")
        return
    yield article_of_text(page.text, source, title=page.title, date=page.date)


def _whole(stream: io.BufferedReader) -> str:
    data = stream.read(MAX_ITEM + 1)
    if len(data) > MAX_ITEM:
        raise ValueError(too_long())
    return decode(data)


READERS: dict[str, Callable[[io.BufferedReader, str, Columns], Iterator[Article]]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".jsonl": jsonl_articles,
    ".ndjson": jsonl_articles,
    ".json": json_articles,
    ".csv": csv_articles,
    ".tsv": tsv_articles,
    ".parquet": parquet_articles,
}
"""What reads the files of each suffix."""
