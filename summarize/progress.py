"""How far a run is: counts, rates now and on average, time to go."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from summarize.article import Article

_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run at one moment. Rates are per second of wall time; `left` and `eta_seconds` need a total."""

    total: int | None
    done: int
    failed: int
    done_now: int
    failed_now: int
    duplicates: int
    elapsed_seconds: float
    articles_per_second: float
    articles_per_second_now: float
    tokens_per_second: float
    tokens_per_second_now: float
    last_error: str
    last_title: str

    @property
    def left(self) -> int | None:
        """Articles still to do, None where the input's size isn't known."""
        return None if self.total is None else max(0, self.total - self.done - self.failed)

    @property
    def eta_seconds(self) -> float | None:
        """Time to go at the present rate, None where it can't be told."""
        rate = self.articles_per_second_now or self.articles_per_second
        return None if self.left is None or rate <= 0 else self.left / rate

    def as_dict(self) -> dict[str, Any]:
        """For live.json, status --json and the log."""
        return asdict(self) | {"left": self.left, "eta_seconds": self.eta_seconds}


class Progress:
    """Counts committed articles. `done` and `failed` are what the folder held when the run began."""

    def __init__(self, done: int, failed: int, total: int | None = None) -> None:
        self.total = total
        self.duplicates = 0
        self._done_before, self._failed_before = done, failed
        self._done = self._failed = self._tokens = 0
        self._started = time.monotonic()
        self._recent: deque[tuple[float, int, int]] = deque()
        self._last_error = self._last_title = ""

    def add(self, articles: Sequence[Article], retried: int = 0) -> None:
        """Count a committed batch; `retried` of its articles had failed before."""
        self._failed_before = max(0, self._failed_before - retried)
        failures = [article for article in articles if article.error is not None]
        tokens = sum(article.tokens for article in articles)
        self._done += len(articles) - len(failures)
        self._failed += len(failures)
        self._tokens += tokens
        self._recent.append((time.monotonic(), len(articles), tokens))
        if failures and failures[-1].error is not None:
            self._last_error = f"{failures[-1].source}: {failures[-1].error.reason}"
        titled = [article for article in articles if article.title]
        if titled:
            self._last_title = titled[-1].title or ""

    def snapshot(self) -> Snapshot:
        """The state of affairs now."""
        now = time.monotonic()
        elapsed = max(now - self._started, 1e-9)
        window = min(_WINDOW_SECONDS, elapsed)
        while self._recent and self._recent[0][0] < now - _WINDOW_SECONDS:
            self._recent.popleft()
        return Snapshot(
            total=self.total,
            done=self._done_before + self._done,
            failed=self._failed_before + self._failed,
            done_now=self._done,
            failed_now=self._failed,
            duplicates=self.duplicates,
            elapsed_seconds=elapsed,
            articles_per_second=(self._done + self._failed) / elapsed,
            articles_per_second_now=sum(count for _, count, _ in self._recent) / window,
            tokens_per_second=self._tokens / elapsed,
            tokens_per_second_now=sum(tokens for _, _, tokens in self._recent) / window,
            last_error=self._last_error,
            last_title=self._last_title,
        )
