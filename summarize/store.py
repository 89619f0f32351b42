"""The run folder: finished articles in checksummed parts, failures beside them, resume and compaction."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from summarize.article import SCHEMA, Article, from_row, to_row
from summarize.failure_rows import FAILURE_SCHEMA, FailureRecord, failure_row
from summarize.folder import Folder
from summarize.idset import IdSet, VersionSet
from summarize.part_files import ARTICLES, Part, groups, is_intact, is_part, merged_rows, number_of, part_name
from summarize.summary_lines import SUMMARY_COLUMNS, summary_line

FAILURES, DAMAGED = "failures", "damaged"
SUMMARIES = "summaries.jsonl"
_SMALL_PART_ROWS = 1024
_COMPACT_ROWS = 4096
_COMPACT_WHEN = 64
_ROW_GROUP = 256
_MOST_LISTINGS = 5

log = logging.getLogger(__name__)


class Store:
    """The articles of one run folder. Opening reads which are done; `commit` makes more so.

    A part's name holds its number and the first 16 hex digits of its SHA-256, so a truncated or altered
    part is recognised without a second file: on opening for writing it is moved to `damaged/`
    and its articles count as not done. `verify=False`, for a quick look, reads no more than the ids and
    notices only what makes a part unreadable. An article found in two parts (a crash in the middle of a
    compaction) is the same article and is read once.
    """

    def __init__(self, folder: Folder, *, writable: bool = True, verify: bool = True) -> None:
        self.folder = folder
        self._writable, self._verify = writable, verify or writable
        self.done = IdSet()
        self.failed = IdSet()
        self.damaged: list[str] = []
        self._versions = VersionSet()  # of ids that aren't made of the text
        self._attempts: dict[str, int] = {}
        self._parts: dict[str, dict[str, Part]] = {ARTICLES: {}, FAILURES: {}}
        self._next_part = {ARTICLES: 0, FAILURES: 0}
        self._overlapping = False
        self._outdated = False
        if writable:
            for name in ("", ARTICLES, FAILURES):
                folder.make(name)
                folder.sweep(name)
        self.refresh()

    def refresh(self) -> None:
        """Take note of the parts that another process has added or merged since; known ones aren't read."""
        for kind in (ARTICLES, FAILURES):
            for _ in range(_MOST_LISTINGS):
                if self._note_parts(kind):
                    break

    def _note_parts(self, kind: str) -> bool:
        """Whether all parts listed were still there when their turn came."""
        names = [name for name in self.folder.names(kind) if is_part(name)]
        known = self._parts[kind]
        if known.keys() - set(names):  # merged since: which part holds which article is open again
            known.clear()
            self._forget_ids(kind)
        # The newest first: a merged part comes after what it was made of.
        for name in sorted(names, key=number_of, reverse=True):
            self._next_part[kind] = max(self._next_part[kind], number_of(name) + 1)
            if name in known or name in self.damaged:
                continue
            try:
                table = self._index(kind, name)
            except FileNotFoundError:  # merged into another by the process that writes
                return False
            if table is not None:
                self._note(kind, name, table)
        return True

    def _forget_ids(self, kind: str) -> None:
        if kind == ARTICLES:
            self.done = IdSet()
        else:
            self.failed = IdSet()

    def _index(self, kind: str, name: str) -> pa.Table | None:
        """Ids, positions and hashes of the texts (attempts, of failures) of a part; None if it is damaged."""
        columns = ["id", "position", "text_id", *(["attempt"] if kind == FAILURES else [])]
        try:
            if not self._verify:
                with self.folder.open(f"{kind}/{name}") as file:
                    return pq.ParquetFile(file).read(columns=columns)
            data = self.folder.read(f"{kind}/{name}")
            if is_intact(name, data):
                return pq.ParquetFile(io.BytesIO(data)).read(columns=columns)
        except pa.ArrowException:
            pass
        self.damaged.append(name)
        log.warning("part %s/%s is damaged: set aside, its articles will be done again", kind, name)
        if self._writable:
            self.folder.make(DAMAGED)
            self.folder.move(f"{kind}/{name}", f"{DAMAGED}/{kind}-{name}")
            self.folder.delete(SUMMARIES)
        return None

    def _note(self, kind: str, name: str, table: pa.Table) -> None:
        ids = table["id"].to_pylist()
        seen = self.done if kind == ARTICLES else self.failed
        fresh = sum([seen.add(item) for item in ids])
        for item, text_id in zip(ids, table["text_id"].to_pylist(), strict=True):
            self._note_version(item, text_id)
        if kind == FAILURES:
            for item, attempt in zip(ids, table["attempt"].to_pylist(), strict=True):
                self._attempts[item] = max(self._attempts.get(item, 0), attempt)
        elif not fresh:
            if self._writable:  # a compaction that was cut short: finish it
                self.folder.delete(f"{kind}/{name}")
            return
        elif fresh < len(ids):
            self._overlapping = True
        self._parts[kind][name] = Part.of(name, table)

    def _note_version(self, item: str, text_id: str | None) -> None:
        if text_id:
            self._versions.add_version(item, text_id)

    def is_taken(self, item: str, text_id: str) -> bool:
        """Whether the id is that of an article with another text, finished or failed."""
        return self._versions.has_other(item, text_id)

    def commit(self, articles: Sequence[Article]) -> None:
        """Make a batch durable: finished articles to one part, failed ones to another.

        Once this returns, the articles survive a power cut. Articles that are done already are left out.
        Raises StoreError where the disk is full or gone; then an article of the batch counts as done only
        if it is on disk.
        """
        new = sorted((item for item in articles if item.id not in self.done), key=_place)
        finished, unfit = _as_table([item for item in new if item.error is None])
        failures = sorted([*(item for item in new if item.error is not None), *unfit], key=_place)
        if finished.num_rows:
            if not self._outdated:
                self.folder.delete(SUMMARIES)  # out of date from here on; `finish` writes it anew
                self._outdated = True
            self._write_part(ARTICLES, finished)
            for item, text_id in zip(
                *(finished[name].to_pylist() for name in ("id", "text_id")), strict=True
            ):
                self.done.add(item)
                self._note_version(item, text_id)
        if failures:
            rows = [failure_row(item, self._attempts.get(item.id, 0) + 1) for item in failures]
            self._write_part(FAILURES, pa.Table.from_pylist(rows, FAILURE_SCHEMA))
            for item in failures:
                self.failed.add(item.id)
                self._note_version(item.id, item.text_id)
                self._attempts[item.id] = self._attempts.get(item.id, 0) + 1

    def _write_part(self, kind: str, table: pa.Table) -> None:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd", row_group_size=_ROW_GROUP, write_page_checksum=True)
        data = buffer.getvalue()
        number = self._next_part[kind]
        name = part_name(number, data)
        self.folder.write(f"{kind}/{name}", data)
        self._next_part[kind] = number + 1
        self._parts[kind][name] = Part.of(name, table)

    def articles(self, columns: Sequence[str] | None = None) -> Iterator[Article]:
        """Every finished article once, by position in the input.

        `columns` limits what is read (`id`, `source` and `position` always are). In memory are some rows of
        each part that holds articles of about the same position: of one or two, unless the input grew.
        """
        wanted = None if columns is None else sorted({"id", "source", "position", *columns})
        seen = IdSet() if self._overlapping else None
        for row in merged_rows(self.folder, self._parts[ARTICLES].values(), wanted):
            if seen is None or seen.add(row["id"]):
                yield from_row(row)

    def failures(self) -> Iterator[FailureRecord]:
        """The articles that are still failed, each with its latest attempt, by position.

        An item that could not be read has no id of its own; once its source yields an article, the
        failure is history.
        """
        latest: dict[str, FailureRecord] = {}
        for name in sorted(self._parts[FAILURES], key=number_of):
            try:
                with self.folder.open(f"{FAILURES}/{name}") as file:
                    rows = pq.ParquetFile(file).read().to_pylist()
            except FileNotFoundError:
                continue
            for row in rows:
                record = FailureRecord(**row)
                if record.id not in self.done and record.attempt >= self._attempts.get(record.id, 0):
                    latest[record.id] = record
        mended = self._sources_among({item.source for item in latest.values() if item.stage == "read"})
        remaining = (item for item in latest.values() if item.stage != "read" or item.source not in mended)
        yield from sorted(remaining, key=lambda record: (record.position, record.id))

    def _sources_among(self, sources: set[str]) -> set[str]:
        if not sources:
            return set()
        found: set[str] = set()
        for name in list(self._parts[ARTICLES]):
            try:
                with self.folder.open(f"{ARTICLES}/{name}") as file:
                    column = pq.ParquetFile(file).read(columns=["source"])["source"]
            except FileNotFoundError:  # merged by the process that writes: look again
                self.refresh()
                return self._sources_among(sources)
            found |= sources.intersection(column.to_pylist())
        return found

    def finish(self, models: Mapping[str, str], *, within: float = float("inf")) -> bool:
        """Merge small parts and rebuild summaries.jsonl, where either is out of date.

        Gives up after `within` seconds and returns False; nothing is lost by that, the next run does it.
        """
        deadline = time.monotonic() + within
        if self.folder.exists(SUMMARIES):
            return True
        if within == float("inf"):
            self._compact()
        try:
            with self.folder.replacing(SUMMARIES) as path, open(path, "w", encoding="utf-8") as file:
                for article in self.articles(SUMMARY_COLUMNS):
                    file.write(json.dumps(summary_line(article, models), ensure_ascii=False) + "\n")
                    if time.monotonic() > deadline:
                        raise _OutOfTimeError
        except _OutOfTimeError:
            return False
        self._outdated = False
        return True

    def _compact(self) -> None:
        parts = sorted(self._parts[ARTICLES].values(), key=lambda part: number_of(part.name))
        small = [part for part in parts if part.rows < _SMALL_PART_ROWS]
        if len(small) < _COMPACT_WHEN:
            return
        for group in groups(small, _COMPACT_ROWS):
            datas = {part.name: self.folder.read(f"{ARTICLES}/{part.name}") for part in group}
            if any(not is_intact(name, data) for name, data in datas.items()):
                continue  # the next opening sets the damaged one aside
            table = pa.concat_tables(pq.ParquetFile(io.BytesIO(data)).read() for data in datas.values())
            self._write_part(ARTICLES, table.sort_by("position"))
            for name in datas:
                del self._parts[ARTICLES][name]
                self.folder.delete(f"{ARTICLES}/{name}")


class _OutOfTimeError(Exception):
    """Leaves the writing of a file without putting it in its place."""


def _as_table(articles: Sequence[Article]) -> tuple[pa.Table, list[Article]]:
    """The articles as a table, and those that can't be stored, marked as failed."""
    try:
        return pa.Table.from_pylist([to_row(item) for item in articles], SCHEMA), []
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        if len(articles) == 1:
            reason = f"{type(error).__name__}: {error}"
            return SCHEMA.empty_table(), [articles[0].failed("store", reason)]
    middle = len(articles) // 2
    (left, unfit), (right, more) = _as_table(articles[:middle]), _as_table(articles[middle:])
    return pa.concat_tables([left, right]), [*unfit, *more]


def _place(article: Article) -> tuple[int, str]:
    return article.position, article.id
