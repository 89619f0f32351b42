"""Tables: CSV and TSV by lines, Parquet by record batches."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa

from summarize.article import Article
from summarize.encoding import numbered_lines, open_text
from summarize.records import (
    MAX_ITEM,
    Columns,
    article_of_record,
    failure,
    has_role,
    has_text,
    missing_text,
    text_columns,
    too_long,
)

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BATCH_ROWS = 64
_MAX_ON_DISK = 16 << 30

Row = tuple[int, list[str] | str]
"""The number of a row's first line, and its cells or why it has none."""


def csv_articles(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    """A record a row, under a header; the source of each is `source:LINE`.

    The delimiter is the one of `,`, `;`, tab and `|` under which the header has a text column. A row
    that doesn't fit the header is a failure, never a text cut short.
    """
    return _delimited(stream, source, columns, ",;\t|")


def tsv_articles(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    """The same with tabs, where quotation marks are often part of the text."""
    return _delimited(stream, source, columns, "\t,;|")


def _delimited(
    stream: io.BufferedReader, source: str, columns: Columns, delimiters: str
) -> Iterator[Article]:
    csv.field_size_limit(MAX_ITEM + 1)
    lines = _Lines(open_text(stream, newline=""))
    delimiter = _delimiter(lines, columns, delimiters)
    number, header = _next_row(lines, delimiter, 0) or (1, [])
    if isinstance(header, str):
        yield failure(f"{source}:{number}", header)
        return
    names = _distinct(header)
    if not has_text(columns, names):
        if names:
            yield failure(source, missing_text(columns, names))
        return
    texts = [names.index(name) for name in text_columns(columns, names)]
    while row := _next_row(lines, delimiter, len(names)):
        number, cells = row
        place = f"{source}:{number}"
        if isinstance(cells, str):
            yield failure(place, cells)
        elif len(cells) > len(names) and any(cells[len(names) :]):
            yield failure(place, f"{len(cells)} cells where the header has {len(names)}")
        elif len(cells) < len(names) and len(cells) - 1 <= max(texts):
            yield failure(place, f"{len(cells)} cells where the header has {len(names)}; the text may be cut")
        else:
            cells += [""] * (len(names) - len(cells))
            yield article_of_record(dict(zip(names, cells, strict=False)), place, columns)


class _Lines:
    """Lines with their numbers, which can be put back."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._lines = numbered_lines(text, MAX_ITEM)
        self._waiting: deque[tuple[int, str | None]] = deque()

    def next(self) -> tuple[int, str | None] | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def put_back(self, lines: Sequence[tuple[int, str | None]]) -> None:
        self._waiting.extendleft(reversed(lines))


def _delimiter(lines: _Lines, columns: Columns, delimiters: str) -> str:
    """The delimiter of the header; the lines before it are used up."""
    while (line := lines.next()) is not None:
        number, content = line
        if content is None:
            lines.put_back([line])
            break
        content = content.lstrip("\ufeff")
        if match := _SEPARATOR_LINE.fullmatch(content):
            return match[1]
        if content.strip():
            lines.put_back([(number, content)])
            rows = {each: _parse(content, each) for each in delimiters}
            return max(rows, key=lambda each: (has_text(columns, _distinct(rows[each])), len(rows[each])))
    return delimiters[0]


def _next_row(lines: _Lines, delimiter: str, width: int) -> Row | None:
    """The next row that isn't blank; `width` is the number of cells that it should have."""
    while (line := lines.next()) is not None:
        number, content = line
        if content is None:
            return number, too_long("a line")
        if not content.strip():
            continue
        if content.count('"') % 2:
            return _quoted_row(lines, number, content, delimiter, width)
        return number, _cells(content, delimiter, width) or "malformed quotation marks"
    return None


def _quoted_row(lines: _Lines, number: int, start: str, delimiter: str, width: int) -> Row:
    """A row of several lines: it ends where its quotation marks are even in number.

    If what is found there is no row, the first line alone is taken, and the others are put back, so
    that a stray quotation mark costs one line.
    """
    taken: list[tuple[int, str | None]] = []
    parts, size = [start], len(start)
    while size <= MAX_ITEM and (line := lines.next()) is not None:
        taken.append(line)
        if line[1] is None:
            break
        parts.append(line[1])
        size += len(line[1])
        if line[1].count('"') % 2:
            cells = _parse("".join(parts), delimiter)
            if cells and not (delimiter == "\t" and _all_whole(parts, width)):
                return number, cells
            break
    lines.put_back(taken)
    return number, _cells(start, delimiter, width) or "a quotation mark that isn't closed"


def _all_whole(lines: Sequence[str], width: int) -> bool:
    """Whether each line is a row by itself if its quotation marks are taken for text."""
    return all(len(_parse(line, "\t", quoting=csv.QUOTE_NONE)) == width for line in lines)


def _cells(line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a row of one line, quoted as CSV is, by backslashes, or not at all; none if no row."""
    if cells := _parse(line, delimiter):
        return cells
    backslashes = _parse(line, delimiter, escapechar="\\", doublequote=False) if '\\"' in line else []
    unquoted = _parse(line, delimiter, quoting=csv.QUOTE_NONE)
    return next((cells for cells in (backslashes, unquoted) if len(cells) == width), [])


def _parse(record: str, delimiter: str, **options: Any) -> list[str]:
    try:
        return next(csv.reader([record], delimiter=delimiter, strict=True, **options), [])
    except csv.Error:
        return []


def _distinct(header: Sequence[str]) -> list[str]:
    """Column names of which none is empty or twice there: the second `text` becomes `text_2`."""
    names: dict[str, None] = {}
    count: Counter[str] = Counter()
    for number, name in enumerate(header, 1):
        name = wanted = name.strip() or f"column_{number}"
        while name in names:
            count[wanted] += 1
            name = f"{wanted}_{count[wanted] + 1}"
        names[name] = None
    return list(names)


def parquet_articles(stream: io.BufferedReader, source: str, columns: Columns) -> Iterator[Article]:
    """A record a row; the source of each is `source:ROW`, from 1. Binary columns are left out."""
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as stack:
        seekable: BinaryIO = stream
        if not stream.seekable():
            seekable = stack.enter_context(tempfile.TemporaryFile())
            _copy(stream, seekable)
        file = pq.ParquetFile(seekable, pre_buffer=False, buffer_size=1 << 16)
        names = _distinct(file.schema_arrow.names)
        if not has_text(columns, names):
            yield failure(source, missing_text(columns, names))
            return
        row = 0
        for group in range(file.num_row_groups):
            end = row + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group]):
                    for record in _records(batch, names, columns):
                        row += 1
                        yield article_of_record(record, f"{source}:{row}", columns)
            except (pa.ArrowException, OSError, ValueError) as error:
                yield failure(f"{source}:{row + 1}", f"rows {row + 1} to {end} can't be read: {error}")
            row = end


def _records(batch: pa.RecordBatch, names: Sequence[str], columns: Columns) -> Iterator[dict[str, Any]]:
    kept = [
        (name, _values(column))
        for name, column in zip(names, batch.columns, strict=True)
        if has_role(columns, name) or not _has_binary(column.type)
    ]
    for row in range(batch.num_rows):
        yield {name: values[row] for name, values in kept}


def _values(column: pa.Array) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        # Without a zone data base on the machine only the instant is known, which Arrow keeps in UTC.
        return [value and f"{value}Z" for value in _values(column.cast(pa.timestamp("us"), safe=False))]
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        column = column.cast(pa.string())
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = column.cast(pa.large_binary()).to_pylist()
    return values


def _has_binary(kind: pa.DataType) -> bool:
    if any(
        test(kind) for test in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    ):
        return True
    return any(_has_binary(kind.field(number).type) for number in range(kind.num_fields))


def _copy(stream: io.BufferedReader, file: BinaryIO) -> None:
    while chunk := stream.read(1 << 20):
        file.write(chunk)
        if file.tell() > _MAX_ON_DISK:
            raise ValueError(f"a compressed Parquet file of more than {_MAX_ON_DISK >> 30} GB unpacked")
    file.seek(0)
