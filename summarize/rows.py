"""A file of any usual kind as records: JSONL, JSON, CSV, TSV, Parquet, or plain text by line."""

from __future__ import annotations

import csv
import io
import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any

import fsspec
import pyarrow.parquet as pq

from summarize.errors import InputError

_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst)$")

Row = dict[str, Any]


def read_rows(location: str) -> Iterator[tuple[str, Row | str]]:
    """Each record of a file with where it stands; of a record that can't be read, the reason why.

    The kind is told by the name's ending, after that of a compression; a line of a plain text file is a
    record with the key "summary". `location` is a path or any fsspec URL. Raises InputError where
    the file as a whole can't be read.
    """
    name = posixpath.basename(location)
    suffix = posixpath.splitext(_COMPRESSED.sub("", name.lower()))[1]
    try:
        with fsspec.open(location, "rb", compression="infer") as file:
            data: bytes = file.read()
        if suffix in (".jsonl", ".ndjson"):
            yield from _json_lines(name, data)
        elif suffix == ".json":
            yield from _json_document(name, data)
        elif suffix in (".csv", ".tsv"):
            yield from _table(name, data.decode("utf-8-sig"), "\t" if suffix == ".tsv" else ",")
        elif suffix == ".parquet":
            rows = pq.read_table(io.BytesIO(data)).to_pylist()
            yield from ((f"{name}:{at}", row) for at, row in enumerate(rows, start=1))
        else:
            lines = data.decode("utf-8-sig").removesuffix("\n").split("\n") if data else []
            for at, line in enumerate(lines, start=1):
                yield f"{name}:{at}", {"summary": line.strip()}
    except (OSError, ValueError, csv.Error) as error:  # Arrow's and Unicode's errors are ValueErrors
        raise InputError(f"{location} can't be read: {error}") from error


def _json_lines(name: str, data: bytes) -> Iterator[tuple[str, Row | str]]:
    for at, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                yield f"{name}:{at}", _record(json.loads(line))
            except ValueError as error:
                yield f"{name}:{at}", f"not JSON: {error}"


def _json_document(name: str, data: bytes) -> Iterator[tuple[str, Row | str]]:
    document = json.loads(data)
    if isinstance(document, dict):
        for identity, value in document.items():
            record = value if isinstance(value, dict) else {"summary": value}
            yield f"{name}:{identity}", {"id": identity, **record}
    elif isinstance(document, list):
        for at, value in enumerate(document, start=1):
            yield f"{name}:{at}", _record(value)
    else:
        raise ValueError("neither a list of records nor an object of them by id")


def _record(value: Any) -> Row | str:
    return value if isinstance(value, dict) else f"not an object but {str(value)[:40]!r}"


def _table(name: str, text: str, delimiter: str) -> Iterator[tuple[str, Row | str]]:
    csv.field_size_limit(2**31 - 1)  # an article can be longer than the module's 128 KiB
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        where = f"{name}:{reader.line_num}"
        if None in row:
            yield where, "more cells than the header has columns"
        else:
            yield where, row
