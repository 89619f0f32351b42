"""JSON lines, arrays of records, single records, and objects with an array of records in them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import ijson  # type: ignore[import-untyped]

from summarize.article import Article
from summarize.encoding import numbered_lines, open_text
from summarize.records import (
    MAX_ITEM,
    Columns,
    article_of_record,
    article_of_text,
    failure,
    has_text,
    too_long,
)

_MAX_OPEN = 10_000


def jsonl_articles(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    """A record, or a text, a line; the source of each is `source:LINE`."""
    return _of_lines(open_text(stream), source, columns)


def json_articles(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    """A JSON file in any of the forms that data sets have; what is JSON lines is read as such.

    Records of an array have the source `source:ORDINAL`, from 1. Only an array, or an object with an
    array in it, may be longer than `MAX_ITEM`; it is streamed. Raises `ValueError` where it is no JSON.
    """
    text = open_text(stream)
    start = text.read(MAX_ITEM + 1)
    rest = _Replay(start, text)
    bare = start.lstrip("\ufeff \t\r\n")
    if not bare and len(start) <= MAX_ITEM:
        return
    try:
        value, end = json.JSONDecoder().raw_decode(bare)
    except (ValueError, RecursionError) as error:
        if bare.startswith("["):
            yield from _of_array(rest, "item", source, columns)
        elif _looks_like_lines(bare):
            yield from _of_lines(rest, source, columns)
        elif (
            len(start) > MAX_ITEM
            and not isinstance(error, RecursionError)
            and (key := _array_key(bare)) is not None
        ):
            yield from _of_array(rest, f"{key}.item", source, columns)
        else:
            raise ValueError(_malformed(error)) from error
        return
    if bare[end:].strip() or len(start) > MAX_ITEM:
        yield from _of_lines(rest, source, columns)
    else:
        yield from _of_document(value, source, columns)


def _of_lines(text: io.TextIOBase, source: str, columns: Columns) -> Iterator[Article]:
    for number, line in numbered_lines(text, MAX_ITEM):
        place = f"{source}:{number}"
        if line is None:
            yield failure(place, too_long("a line"))
        elif line := line.strip("\ufeff \t\r\n"):
            try:
                yield _of_item(json.loads(line), place, columns)
            except (ValueError, RecursionError) as error:
                yield failure(place, _malformed(error))


def _of_document(value: Any, source: str, columns: Columns) -> Iterator[Article]:
    if isinstance(value, dict) and not has_text(columns, tuple(value)):
        tables = (
            item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)
        )
        value = next(tables, value)
    if isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield _of_item(item, f"{source}:{number}", columns)
    else:
        yield _of_item(value, source, columns)


def _of_array(text: io.TextIOBase, prefix: str, source: str, columns: Columns) -> Iterator[Article]:
    """The items of an array that is too long to hold, or that is malformed further on."""
    data = _Utf8(text)
    number = 0
    try:
        for item in ijson.items(data, prefix):
            number += 1
            data.begin_item()
            yield _of_item(item, f"{source}:{number}", columns)
    except (ijson.JSONError, ValueError, OSError, RecursionError) as error:
        reason = str(error).split("\n")[0] or type(error).__name__
        yield failure(f"{source}:{number + 1}", f"malformed JSON, nothing is read from here on: {reason}")


def _of_item(item: object, source: str, columns: Columns) -> Article:
    if isinstance(item, dict):
        return article_of_record(item, source, columns)
    if isinstance(item, str):
        return article_of_text(item, source)
    return failure(source, f"neither a record nor a text but JSON of type {type(item).__name__}")


def _looks_like_lines(text: str) -> bool:
    first, _, rest = text.partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")


def _array_key(start: str) -> str | None:
    """The key of the first array in the object that begins with `start`."""
    try:
        for prefix, event, _ in ijson.parse(io.BytesIO(start.encode("utf-8", "replace"))):
            if event == "start_array":
                return str(prefix)
    except ijson.JSONError:
        pass
    return None


def _malformed(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        place = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        return f"malformed JSON: {error.msg} at {place}"
    return "JSON nested too deep" if isinstance(error, RecursionError) else f"malformed JSON: {error}"


class _Replay(io.TextIOBase):
    """A text stream of which the start is already read."""

    def __init__(self, start: str, rest: io.TextIOBase) -> None:
        self._start = io.StringIO(start, newline="\n")
        self._rest = rest

    def read(self, size: int | None = -1) -> str:
        return self._start.read(size) or self._rest.read(size)

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        line = self._start.readline(size)
        if line.endswith("\n") or len(line) == size:
            return line
        return line + self._rest.readline(size - len(line) if size >= 0 else -1)


class _Utf8:
    """What ijson reads: UTF-8 of any text stream, refused where one item is too long or nested too deep.

    ijson itself has no such bounds. Brackets are counted wherever they stand, in texts as well, which is
    why there may be so many.
    """

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.begin_item()

    def begin_item(self) -> None:
        self._length = self._depth = 0

    def read(self, size: int = -1) -> bytes:
        data = self._text.read(size).encode("utf-8", "replace")
        self._length += len(data)
        self._depth += data.count(b"[") + data.count(b"{") - data.count(b"]") - data.count(b"}")
        if self._length > MAX_ITEM + (1 << 20):
            raise ValueError(too_long("a record"))
        if self._depth > _MAX_OPEN:
            raise ValueError("nested too deep")
        return data
