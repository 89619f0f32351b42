"""A set of article ids that stays small: eight bytes an id, whatever the id's length."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import numpy as np

_RECENT_LIMIT = 1 << 14


class IdSet:
    """A grow-only set of strings, kept as 64-bit digests in sorted arrays.

    A Python set of a million ids takes some 100 MB, this takes 8 MB. New digests gather in a small
    Python set and are merged into the arrays when it is full, equal-sized arrays pairwise, so that
    adding stays cheap (a log-structured merge). Two ids in a million collide with probability 3e-8.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._recent: set[int] = set()
        self._sorted: list[np.ndarray] = []
        for item in ids:
            self.add(item)

    def add(self, item: str) -> bool:
        """Add an id; true if it was new."""
        digest = _digest(item)
        if self._has(digest):
            return False
        self._recent.add(digest)
        if len(self._recent) >= _RECENT_LIMIT:
            self._flush()
        return True

    def __contains__(self, item: str) -> bool:
        return self._has(_digest(item))

    def __len__(self) -> int:
        return len(self._recent) + sum(len(run) for run in self._sorted)

    def _has(self, digest: int) -> bool:
        return digest in self._recent or self._has_sorted(digest)

    def _has_sorted(self, digest: int) -> bool:
        if not self._sorted:
            return False
        key = np.uint64(digest)
        for run in self._sorted:
            at = int(run.searchsorted(key))
            if at < len(run) and run[at] == key:
                return True
        return False

    def _flush(self) -> None:
        run = _array(len(self._recent))
        run[:] = np.fromiter(self._recent, dtype=np.uint64, count=len(self._recent))
        run.sort()
        kept = list(self._sorted)
        while kept and len(kept[-1]) <= len(run):
            smaller = kept.pop()
            merged = _array(len(smaller) + len(run))
            np.concatenate([smaller, run], out=merged)
            merged.sort()  # in place; a stable sort would take half as much again
            run = merged
        self._sorted = [*kept, run]  # in this order, another thread that looks misses nothing
        self._recent = set()


def _array(length: int) -> np.ndarray:
    """An array in memory of its own, which goes back to the system when it is merged into another."""
    return np.frombuffer(mmap.mmap(-1, 8 * length), dtype=np.uint64)


_TEXT_BITS = 20


class VersionSet(IdSet):
    """A set of ids, each with the texts it came with; still eight bytes for each.

    Of the 64 bits of a digest 44 are the id's and 20 the text's. So two ids may be taken for one (in a
    million ids with probability 0.03), but two articles only with probability 3e-8.
    """

    def __init__(self) -> None:
        super().__init__()
        self._recent_ids: set[int] = set()

    def add_version(self, item: str, text: str) -> Literal["new", "other text", "same"]:
        """Add an id with a text; whether the id is new, came with other texts only, or with this one."""
        of_id, digest = _version(item, text)
        if self._has(digest):
            return "same"
        known = self._has_id(of_id)
        self._recent.add(digest)
        self._recent_ids.add(of_id)
        if len(self._recent) >= _RECENT_LIMIT:
            self._flush()
            self._recent_ids = set()
        return "other text" if known else "new"

    def has_other(self, item: str, text: str) -> bool:
        """Whether an id came, and never with this text."""
        of_id, digest = _version(item, text)
        return self._has_id(of_id) and not self._has(digest)

    def _has_id(self, of_id: int) -> bool:
        if of_id in self._recent_ids:
            return True
        if not self._sorted:
            return False
        lowest = np.uint64(of_id << _TEXT_BITS)
        for run in self._sorted:
            at = int(run.searchsorted(lowest))
            if at < len(run) and int(run[at]) >> _TEXT_BITS == of_id:
                return True
        return False


def _version(item: str, text: str) -> tuple[int, int]:
    of_id = _digest(item) >> _TEXT_BITS
    return of_id, of_id << _TEXT_BITS | _digest(text) & ((1 << _TEXT_BITS) - 1)


@lru_cache(maxsize=1 << 13)  # an id is asked for a dozen times between its reading and its commit
def _digest(item: str) -> int:
    data = item.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
