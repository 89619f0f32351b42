"""Finished articles as JSON lines, CSV, Parquet or Markdown, streamed."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from summarize.article import Article
from summarize.store import Store
from summarize.summary_lines import SUMMARY_COLUMNS, summary_line

_ROWS_A_GROUP = 1000

_TABLE = pa.schema(
    [
        (name, pa.string())
        for name in ("id", "source", "title", "date", "language", "title_en", "text_en", "summary")
    ]
    + [
        ("support", pa.float32()),
        ("flags", pa.string()),
        ("translator", pa.string()),
        ("summarizer", pa.string()),
    ]
)


def export(store: Store, models: Mapping[str, str], form: str, file: BinaryIO) -> int:
    """Write all finished articles to `file` and return how many.

    `form` is jsonl (the lines of summaries.jsonl), csv, parquet or markdown; flags are one string in
    csv and parquet, `kind: word, word; kind: …`.
    """
    count = itertools.count()
    articles = (article for article, _ in zip(store.articles(SUMMARY_COLUMNS), count, strict=False))
    if form == "parquet":
        _write_parquet(articles, models, file)
    else:
        lines = {"jsonl": _jsonl, "csv": _csv, "markdown": _markdown}[form](articles, models)
        for line in lines:
            file.write(line.encode("utf-8", "replace"))
    return next(count)


def _jsonl(articles: Iterator[Article], models: Mapping[str, str]) -> Iterator[str]:
    for article in articles:
        yield json.dumps(summary_line(article, models), ensure_ascii=False) + "\n"


def _csv(articles: Iterator[Article], models: Mapping[str, str]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, _TABLE.names)
    writer.writeheader()
    for article in articles:
        row = _row(article, models)
        writer.writerow({key: _harmless(value) for key, value in row.items()})
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(value: object) -> object:
    """A cell that a spreadsheet won't take for a formula: articles come from the web."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _markdown(articles: Iterator[Article], models: Mapping[str, str]) -> Iterator[str]:
    for article in articles:
        title = article.title_en or article.title or article.id
        yield f"## {_plain(title)}\n\n{_plain(article.summary or '')}\n\n"
        facts = [part for part in (article.title, article.date, article.source) if part]
        yield f"*{_plain(' · '.join(facts))}*\n\n"
        for flag in article.flags:
            words = f" ({', '.join(flag.words)})" if flag.words else ""
            yield f"- flag: {_plain(flag.kind + words)}\n"
        yield "\n" if article.flags else ""


def _plain(text: str) -> str:
    """Text without a meaning in Markdown or HTML."""
    for mark in "\\`*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _write_parquet(articles: Iterator[Article], models: Mapping[str, str], file: BinaryIO) -> None:
    with pq.ParquetWriter(file, _TABLE, compression="zstd") as writer:
        while rows := [_row(article, models) for article in itertools.islice(articles, _ROWS_A_GROUP)]:
            writer.write_table(pa.Table.from_pylist(rows, _TABLE))


def _row(article: Article, models: Mapping[str, str]) -> dict[str, object]:
    line = summary_line(article, {})
    del line["models"]
    line["flags"] = "; ".join(
        flag.kind + (f": {', '.join(flag.words)}" if flag.words else "") for flag in article.flags
    )
    return line | {"translator": models.get("translator", ""), "summarizer": models.get("summarizer", "")}
