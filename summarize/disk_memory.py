"""A translation memory on disk: what any run has translated, no run translates again."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from summarize.article import Flag
from summarize.memory import RecentMemory, Translation
from summarize.models.cache import cache_folder

DEFAULT_MOST_BYTES = 1 << 30
_SECONDS_A_DAY = 86400
_AT_A_TIME = 500  # variables in one SQL statement
_SHARE_FORGOTTEN = 10  # a tenth of the entries goes when the file is full

log = logging.getLogger(__name__)


def memory_path() -> Path:
    """Where the memory is kept: `translations.sqlite` in the cache folder."""
    return cache_folder() / "translations.sqlite"


@dataclass(frozen=True, slots=True)
class MemoryInfo:
    """What a memory file holds. `bytes` is its size on disk, `ways` how many ways of translating."""

    path: Path
    entries: int
    ways: int
    bytes: int


class DiskMemory:
    """A memory in an SQLite file, shared by any number of processes, of at most `most_bytes`.

    `way` names the way of translating (model version, decoding, glossary); entries of other ways are
    never seen. Entries used longest ago go first, to the day. In front of it stands a memory in this
    process. A file that is damaged, locked for long or on a full disk is no error: the run goes on
    without it and says so once in the log.
    """

    def __init__(self, path: Path, way: str, most_bytes: int = DEFAULT_MOST_BYTES) -> None:
        self._path = path
        self._way = hashlib.sha256(way.encode()).digest()[:8]
        self._most_bytes = most_bytes
        self._recent = RecentMemory()
        self._usable = True

    def get_many(self, segments: Sequence[str]) -> list[Translation | None]:
        """What is known of each segment, in order."""
        found = self._recent.get_many(segments)
        unknown = {self._key(s): s for s, known in zip(segments, found, strict=True) if known is None}
        if not unknown:
            return found
        fetched: dict[str, Translation] = {}
        self._use(lambda connection: fetched.update(_fetch(connection, unknown)))
        self._recent.put_many(fetched)
        return [known or fetched.get(segment) for segment, known in zip(segments, found, strict=True)]

    def put_many(self, translations: Mapping[str, Translation]) -> None:
        """Remember each."""
        self._recent.put_many(translations)
        rows = [
            (self._key(segment), self._way, _value(translation), _today())
            for segment, translation in translations.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO translation VALUES (?, ?, ?, ?)", rows)
            _forget(connection, self._most_bytes)

        self._use(write)

    def _key(self, segment: str) -> bytes:
        return hashlib.sha256(self._way + segment.encode("utf-8", "surrogatepass")).digest()[:16]

    def _use(self, action: Callable[[sqlite3.Connection], None]) -> None:
        """Do something to the file in one transaction, until it has once given trouble."""
        if not self._usable:
            return
        try:
            with closing(_open(self._path)) as connection, connection:
                action(connection)
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the translation memory %s can't be used and is left out: %s", self._path, error)
            self._usable = False


def _fetch(connection: sqlite3.Connection, unknown: Mapping[bytes, str]) -> dict[str, Translation]:
    fetched: dict[str, Translation] = {}
    for keys in _chunks(list(unknown)):
        marks = ",".join("?" * len(keys))
        rows = connection.execute(
            f"SELECT key, value, day FROM translation WHERE key IN ({marks})", keys
        ).fetchall()
        fetched |= {unknown[key]: _translation(value) for key, value, _ in rows}
        stale = [(_today(), key) for key, _, day in rows if day != _today()]
        connection.executemany("UPDATE translation SET day = ? WHERE key = ?", stale)
    return fetched


def _forget(connection: sqlite3.Connection, most_bytes: int) -> None:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    if (pages - free) * size > most_bytes:
        count = connection.execute("SELECT count(*) FROM translation").fetchone()[0]
        connection.execute(
            "DELETE FROM translation WHERE key IN (SELECT key FROM translation ORDER BY day LIMIT ?)",
            (count // _SHARE_FORGOTTEN + 1,),
        )


def memory_info(path: Path) -> MemoryInfo:
    """What the memory file holds; all zero where there is none. Raises sqlite3.Error for a damaged one."""
    if not path.is_file():
        return MemoryInfo(path, 0, 0, 0)
    with closing(_open(path)) as connection:
        entries, ways = connection.execute("SELECT count(*), count(DISTINCT way) FROM translation").fetchone()
    return MemoryInfo(path, entries, ways, path.stat().st_size)


def clear_memory(path: Path) -> None:
    """Delete the memory file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE waits for its turn to write; a transaction that begins by reading could be refused instead.
    connection = sqlite3.connect(path, timeout=30, isolation_level="IMMEDIATE")
    with suppress(sqlite3.OperationalError):  # does not wait where another process switches it just now
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may forget entries, never damage them
    connection.execute(
        "CREATE TABLE IF NOT EXISTS translation"
        " (key BLOB PRIMARY KEY, way BLOB, value TEXT, day INTEGER) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS by_day ON translation (day)")
    return connection


def _today() -> int:
    return int(time.time() // _SECONDS_A_DAY)


def _value(translation: Translation) -> str:
    fields = asdict(translation)
    del fields["tokens"]  # a remembered translation takes none
    return json.dumps(fields, ensure_ascii=False)


def _translation(value: str) -> Translation:
    fields: dict[str, Any] = json.loads(value)
    flags = tuple(Flag(flag["kind"], tuple(flag["words"]), flag["detail"]) for flag in fields["flags"])
    return Translation(fields["target"], fields["score"], tuple(fields["notes"]), flags)


def _chunks(keys: list[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(keys), _AT_A_TIME):
        yield keys[at : at + _AT_A_TIME]
