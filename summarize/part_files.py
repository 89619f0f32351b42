"""Parts of a run folder: parquet files named by number and checksum, read together in the input's order."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from summarize.errors import StoreError
from summarize.folder import Folder

ARTICLES = "articles"

_NAME = re.compile(r"part-(\d+)-([0-9a-f]{16})\.parquet")
_ROWS_AT_A_TIME = 64


def part_name(number: int, data: bytes) -> str:
    """The name of a part: its number, and the first 16 hex digits of the SHA-256 of its bytes."""
    return f"part-{number:06d}-{hashlib.sha256(data).hexdigest()[:16]}.parquet"


def is_part(name: str) -> bool:
    """Whether a file is named like a part."""
    return _NAME.fullmatch(name) is not None


def number_of(name: str) -> int:
    """The number of a part, by its name."""
    return int(name.split("-")[1])


def is_intact(name: str, data: bytes) -> bool:
    """Whether the bytes of a part are those that it was named after."""
    return part_name(number_of(name), data) == name


@dataclass(frozen=True, slots=True)
class Part:
    """What is remembered of a part of articles."""

    name: str
    rows: int
    first: int  # position of the first article
    in_order: bool

    @classmethod
    def of(cls, name: str, table: pa.Table) -> Part:
        """What to remember of a part that holds `table`."""
        # `to_numpy` would import pandas, which takes as long as all the rest of a finished run.
        positions = np.concatenate([np.from_dlpack(chunk) for chunk in table["position"].chunks])
        in_order = bool(np.all(positions[:-1] <= positions[1:]))
        return cls(name, len(positions), int(positions.min()), in_order)


def merged_rows(
    folder: Folder, parts: Iterable[Part], columns: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    """The rows of all parts by position; a part is opened when its first row's turn comes."""
    waiting = deque(sorted(parts, key=lambda part: (part.first, part.name)))
    # The name decides between equal positions, so that rows are never compared.
    heap: list[tuple[int, str, dict[str, Any], Iterator[dict[str, Any]]]] = []
    while heap or waiting:
        while waiting and (not heap or waiting[0].first <= heap[0][0]):
            part = waiting.popleft()
            rows = _rows(folder, part, columns)
            if (row := next(rows, None)) is not None:
                heapq.heappush(heap, (row["position"], part.name, row, rows))
        if heap:
            _, name, row, rows = heapq.heappop(heap)
            yield row
            if (following := next(rows, None)) is not None:
                heapq.heappush(heap, (following["position"], name, following, rows))


def _rows(folder: Folder, part: Part, columns: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    wanted = None if columns is None else list(columns)
    try:
        with folder.open(f"{ARTICLES}/{part.name}") as file:
            if not part.in_order:
                yield from pq.ParquetFile(file).read(columns=wanted).sort_by("position").to_pylist()
                return
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
            for batch in parquet.iter_batches(_ROWS_AT_A_TIME, columns=wanted):
                yield from batch.to_pylist()
    except (pa.ArrowException, FileNotFoundError) as error:
        raise StoreError(
            f"{folder.url}/{ARTICLES}/{part.name} was damaged or taken away just now: {error}",
            "Run the same command again: what was in it is done anew.",
        ) from error


def groups(parts: Iterable[Part], most_rows: int) -> Iterator[list[Part]]:
    """Neighbouring parts, two or more, that together have at most so many rows."""
    group: list[Part] = []
    total = 0
    for part in parts:
        if group and total + part.rows > most_rows:
            yield group
            group, total = [], 0
        group.append(part)
        total += part.rows
    if len(group) > 1:
        yield group
