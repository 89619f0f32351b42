"""The run folder: finished articles in checksummed parts, failures beside them, resume and compaction."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from summarize.article import SCHEMA, Article, from_row, to_row
from summarize.errors import StoreError
from summarize.folder import Folder
from summarize.idset import IdSet
from summarize.manifest import Manifest

ARTICLES, FAILURES, DAMAGED = "articles", "failures", "damaged"
SUMMARIES = "summaries.jsonl"
_PART = re.compile(r"part-(\d+)-([0-9a-f]{16})\.parquet")
_SMALL_PART_ROWS = 1024
_COMPACT_ROWS = 4096
_COMPACT_WHEN = 64

log = logging.getLogger(__name__)

FAILURE_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("position", pa.int64()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("traceback", pa.string()),
        ("attempt", pa.int32()),
        ("time", pa.string()),
    ]
)
"""Columns of `failures/part-*.parquet`."""


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """An article that could not be processed, as kept in the run folder."""

    id: str
    source: str
    position: int
    stage: str
    reason: str
    traceback: str
    attempt: int
    time: str


class Store:
    """The articles of one run folder. Opening reads which are done; `commit` makes more so.

    A part's name holds its number and the first 16 hex digits of its SHA-256, so a truncated or altered
    part is recognised without a second file: on opening for writing it is moved to `damaged/`
    and its articles count as not done. An article found in two parts (a crash in the middle of a
    compaction) is the same article and is read once.
    """

    def __init__(self, folder: Folder, *, writable: bool = True) -> None:
        self.folder = folder
        self._writable = writable
        self.done = IdSet()
        self.failed = IdSet()
        self.damaged: list[str] = []
        self._attempts: dict[str, int] = {}
        self._next_part = {ARTICLES: 0, FAILURES: 0}
        if writable:
            for name in ("", ARTICLES, FAILURES):
                folder.make(name)
                folder.sweep(name)
        self._open()

    def _open(self) -> None:
        for kind, ids in ((ARTICLES, self.done), (FAILURES, self.failed)):
            for name in self.folder.names(kind):
                match = _PART.fullmatch(name)
                if match is None:
                    continue
                self._next_part[kind] = max(self._next_part[kind], int(match[1]) + 1)
                data = self._verified(kind, name, match[2])
                if data is None:
                    continue
                columns = ["id"] if kind == ARTICLES else ["id", "attempt"]
                for row in _table(data, columns).to_pylist():
                    ids.add(row["id"])
                    if kind == FAILURES:
                        known = self._attempts.get(row["id"], 0)
                        self._attempts[row["id"]] = max(known, row["attempt"])

    def _verified(self, kind: str, name: str, digest: str) -> bytes | None:
        data = self.folder.read(f"{kind}/{name}")
        if _digest(data) == digest:
            return data
        self.damaged.append(name)
        log.warning("part %s/%s is damaged: set aside, its articles will be done again", kind, name)
        if self._writable:
            self.folder.make(DAMAGED)
            self.folder.move(f"{kind}/{name}", f"{DAMAGED}/{kind}-{name}")
            self.folder.delete(SUMMARIES)
        return None

    def commit(self, articles: Sequence[Article]) -> None:
        """Make a batch durable: finished articles to one part, failed ones to another.

        Once this returns, the articles survive a power cut. Articles that are done already are left out.
        Raises StoreError where the disk is full or gone; then nothing of the batch is counted as done.
        """
        finished = [item for item in articles if item.error is None and item.id not in self.done]
        failures = [item for item in articles if item.error is not None and item.id not in self.done]
        if finished:
            self.folder.delete(SUMMARIES)  # out of date from here on; `finish` writes it anew
            self._write_part(ARTICLES, pa.Table.from_pylist([to_row(item) for item in finished], SCHEMA))
            for item in finished:
                self.done.add(item.id)
        if failures:
            rows = [self._failure_row(item) for item in failures]
            self._write_part(FAILURES, pa.Table.from_pylist(rows, FAILURE_SCHEMA))
            for item in failures:
                self.failed.add(item.id)
                self._attempts[item.id] = self._attempts.get(item.id, 0) + 1

    def _failure_row(self, article: Article) -> dict[str, Any]:
        assert article.error is not None
        return {
            "id": article.id,
            "source": article.source,
            "position": article.position,
            "stage": article.error.stage,
            "reason": article.error.reason,
            "traceback": article.error.traceback,
            "attempt": self._attempts.get(article.id, 0) + 1,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    def _write_part(self, kind: str, table: pa.Table) -> None:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        data = buffer.getvalue()
        number = self._next_part[kind]
        self.folder.write(f"{kind}/part-{number:06d}-{_digest(data)}.parquet", data)
        self._next_part[kind] = number + 1

    def articles(self, columns: Sequence[str] | None = None) -> Iterator[Article]:
        """Every finished article once, by position in the input, then by id.

        `columns` limits what is read (`id`, `source` and `position` always are). Memory is some 20
        bytes an article plus a few parts.
        """
        names = [name for name in self.folder.names(ARTICLES) if _PART.fullmatch(name)]
        wanted = None if columns is None else sorted({"id", "source", "position", *columns})
        parts = _PartCache(self.folder, wanted)
        for part, row in self._reading_order(names):
            yield from_row(parts.row(names[part], row))

    def _reading_order(self, names: Sequence[str]) -> Iterator[tuple[int, int]]:
        seen = IdSet()
        positions: list[np.ndarray] = []
        parts: list[np.ndarray] = []
        rows: list[np.ndarray] = []
        for part, name in enumerate(names):
            match = _PART.fullmatch(name)
            data = self.folder.read(f"{ARTICLES}/{name}")
            if match is None or _digest(data) != match[2]:
                continue
            table = _table(data, ["id", "position"])
            fresh = np.array([seen.add(item) for item in table["id"].to_pylist()], dtype=bool)
            rows.append(np.flatnonzero(fresh).astype(np.int32))
            positions.append(table["position"].to_numpy()[fresh])
            parts.append(np.full(len(rows[-1]), part, dtype=np.int32))
        if not rows:
            return
        order = np.lexsort((np.concatenate(rows), np.concatenate(parts), np.concatenate(positions)))
        all_parts, all_rows = np.concatenate(parts), np.concatenate(rows)
        for at in order:
            yield int(all_parts[at]), int(all_rows[at])

    def failures(self) -> Iterator[FailureRecord]:
        """The articles that are still failed, each with its latest attempt, by position.

        An item that could not be read has no id of its own; once its source yields an article, the
        failure is history.
        """
        latest: dict[str, FailureRecord] = {}
        for name in self.folder.names(FAILURES):
            match = _PART.fullmatch(name)
            data = self.folder.read(f"{FAILURES}/{name}")
            if match is None or _digest(data) != match[2]:
                continue
            for row in _table(data, None).to_pylist():
                record = FailureRecord(**row)
                if record.id not in self.done and record.attempt >= self._attempts.get(record.id, 0):
                    latest[record.id] = record
        mended = self._sources_among({item.source for item in latest.values() if item.stage == "read"})
        remaining = (item for item in latest.values() if item.stage != "read" or item.source not in mended)
        yield from sorted(remaining, key=lambda record: (record.position, record.id))

    def _sources_among(self, sources: set[str]) -> set[str]:
        if not sources:
            return set()
        return {article.source for article in self.articles(()) if article.source in sources}

    def finish(self, models: Mapping[str, str]) -> None:
        """Merge small parts and rebuild summaries.jsonl, where either is out of date."""
        if not self.folder.exists(SUMMARIES):
            self._compact()
            with self.folder.replacing(SUMMARIES) as path, open(path, "w", encoding="utf-8") as file:
                for article in self.articles(SUMMARY_COLUMNS):
                    file.write(json.dumps(summary_line(article, models), ensure_ascii=False) + "\n")

    def _compact(self) -> None:
        small = []
        for name in self.folder.names(ARTICLES):
            if _PART.fullmatch(name):
                rows = pq.read_metadata(io.BytesIO(self.folder.read(f"{ARTICLES}/{name}"))).num_rows
                if rows < _SMALL_PART_ROWS:
                    small.append((name, rows))
        if len(small) < _COMPACT_WHEN:
            return
        for group in _groups(small, _COMPACT_ROWS):
            tables = [_table(self.folder.read(f"{ARTICLES}/{name}"), None) for name in group]
            self._write_part(ARTICLES, pa.concat_tables(tables))
            for name in group:
                self.folder.delete(f"{ARTICLES}/{name}")


class _PartCache:
    """The last few parts read, so that reading in input order opens each part about once."""

    _KEEP = 4

    def __init__(self, folder: Folder, columns: Sequence[str] | None) -> None:
        self._folder = folder
        self._columns = columns
        self._rows: dict[str, pa.Table] = {}

    def row(self, name: str, at: int) -> dict[str, Any]:
        if name not in self._rows:
            while len(self._rows) >= self._KEEP:
                self._rows.pop(next(iter(self._rows)))
            self._rows[name] = _table(self._folder.read(f"{ARTICLES}/{name}"), self._columns)
        row: dict[str, Any] = self._rows[name].slice(at, 1).to_pylist()[0]
        return row


SUMMARY_COLUMNS = ("title", "date", "title_en", "paragraphs_en", "summary", "flags", "support", "language")


def summary_line(article: Article, models: Mapping[str, str]) -> dict[str, Any]:
    """An article as a line of summaries.jsonl: what a reader or a script wants, without the workings."""
    return {
        "id": article.id,
        "source": article.source,
        "title": article.title,
        "date": article.date,
        "language": article.language,
        "title_en": article.title_en,
        "text_en": article.text_en,
        "summary": article.summary,
        "support": None if article.support is None else round(article.support, 4),
        "flags": [
            {"kind": flag.kind, "words": list(flag.words), "detail": flag.detail} for flag in article.flags
        ],
        "models": dict(models),
    }


def open_manifest(folder: Folder, manifest: Manifest) -> Manifest:
    """The folder's manifest, written now if there is none.

    Raises StoreError with every difference where the run was made with options, models or inputs that give
    other results.
    """
    try:
        existing = Manifest.from_json(folder.read("manifest.json"))
    except FileNotFoundError:
        folder.write("manifest.json", manifest.to_json())
        return manifest
    differences = existing.differences(manifest)
    if differences:
        raise StoreError(
            f"The run in {folder.url} was made with other options:\n  " + "\n  ".join(differences),
            "Use the same options to go on with it, or --output to start another run.",
        )
    return existing


def read_manifest(folder: Folder) -> Manifest:
    """The manifest of an existing run folder; StoreError where there is none."""
    try:
        return Manifest.from_json(folder.read("manifest.json"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise StoreError(
            f"{folder.url} is not a run folder: it has no manifest.json",
            "Give the folder that `summarize run` wrote, such as runs/seeds.",
        ) from None


def _table(data: bytes, columns: Sequence[str] | None) -> pa.Table:
    return pq.read_table(io.BytesIO(data), columns=None if columns is None else list(columns))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _groups(parts: Iterable[tuple[str, int]], most_rows: int) -> Iterator[list[str]]:
    group: list[str] = []
    total = 0
    for name, rows in parts:
        if group and total + rows > most_rows:
            yield group
            group, total = [], 0
        group.append(name)
        total += rows
    if len(group) > 1:
        yield group
