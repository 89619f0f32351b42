"""How fast a run went, from its log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from summarize.folder import Folder

_MOST_BINS = 96
_SAME_SESSION_SECONDS = 2.0
_LOGS = ("log.jsonl.3", "log.jsonl.2", "log.jsonl.1", "log.jsonl")


@dataclass(frozen=True, slots=True)
class Throughput:
    """Articles per second over the time that the run was at work, in equal steps.

    `seconds` is that time, all sessions together and the pauses between them left out; `resumed` are the
    moments, in these seconds, at which a later session began.
    """

    seconds: float
    articles: int
    rates: tuple[float, ...]
    resumed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Commit:
    began: float
    ended: float
    articles: int


def throughput(folder: Folder) -> Throughput | None:
    """The throughput that the run's log tells of; None where it has none, as a merged run."""
    return _throughput(_progress(_lines(folder)))


def _lines(folder: Folder) -> Iterator[bytes]:
    for name in _LOGS:
        try:
            yield from folder.read(name).splitlines()
        except FileNotFoundError:
            continue


def _progress(lines: Iterable[bytes]) -> Iterator[tuple[float, float, int]]:
    """Wall clock, seconds since the session began, and articles since then, of each commit."""
    for line in lines:
        if b'"progress"' not in line:
            continue
        try:
            record: dict[str, Any] = json.loads(line)
            progress = record["progress"]
            yield (
                datetime.fromisoformat(record["time"]).timestamp(),
                float(progress["elapsed_seconds"]),
                int(progress["done_now"]) + int(progress["failed_now"]),
            )
        except (ValueError, KeyError, TypeError):  # a line cut short by a crash
            continue


def _throughput(progress: Iterable[tuple[float, float, int]]) -> Throughput | None:
    commits: list[_Commit] = []
    resumed: list[float] = []
    before, elapsed, count = 0.0, 0.0, 0
    began: float | None = None
    for clock, now, articles in progress:
        if began is not None and (
            now < elapsed or articles < count or abs(clock - now - began) > _SAME_SESSION_SECONDS
        ):
            before, elapsed, count = before + elapsed, 0.0, 0
            resumed.append(before)
        began = clock - now
        commits.append(_Commit(before + elapsed, before + now, articles - count))
        elapsed, count = now, articles
    total = before + elapsed
    if total <= 0:
        return None
    articles = sum(commit.articles for commit in commits)
    return Throughput(total, articles, tuple(_rates(commits, total)), tuple(resumed))


def _rates(commits: list[_Commit], total: float) -> list[float]:
    """Each commit's articles spread evenly over the time since the one before it."""
    bins = min(_MOST_BINS, len(commits))
    width = total / bins
    counts = [0.0] * bins
    for commit in commits:
        length = max(commit.ended - commit.began, 1e-9)
        first = min(int(commit.began / width), bins - 1)
        last = min(int(commit.ended / width), bins - 1)
        for step in range(first, last + 1):
            low, high = max(commit.began, step * width), min(commit.ended, (step + 1) * width)
            share = (high - low) / length if last > first else 1.0
            counts[step] += commit.articles * max(0.0, share)
    return [count / width for count in counts]
