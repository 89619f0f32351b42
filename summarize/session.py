"""One process at work on a run: what it commits, how it reports, when it gives up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from summarize.article import Article
from summarize.errors import InputError, TooManyFailuresError
from summarize.lock import HEARTBEAT_SECONDS, Lock
from summarize.manifest import Manifest
from summarize.progress import Progress, Snapshot
from summarize.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observer:
    """What wants to hear of a run while it goes on; the console, a metrics file."""

    started: Callable[[Manifest, Store], None] = lambda manifest, store: None
    progress: Callable[[Snapshot], None] = lambda snapshot: None


@dataclass(slots=True)
class Session:
    """The state of one run while this process works on it."""

    store: Store
    lock: Lock
    progress: Progress
    observer: Observer
    tolerance: Callable[[Snapshot], bool]
    models: dict[str, str]
    next_beat: float = 0.0
    next_finish: float = 0.0
    is_cut: bool = False

    def commit(self, articles: list[Article]) -> None:
        """Make a batch durable and take count of it. Raises TooManyFailuresError, the batch being safe."""
        self.lock.check()
        retried = sum(article.id in self.store.failed for article in articles)
        self.store.commit(articles)
        self.progress.add(articles, retried)
        for article in articles:
            if article.error is not None:
                log.warning("%s failed in %s: %s", article.source, article.error.stage, article.error.reason)
        snapshot = self.progress.snapshot()
        log.info("%d articles committed", len(articles), extra={"progress": snapshot.as_dict()})
        self.tolerate(snapshot)

    def tolerate(self, snapshot: Snapshot) -> None:
        """Raise TooManyFailuresError where more articles have failed than `--max-failures` allows."""
        if not self.tolerance(snapshot):
            last = f" The last: {snapshot.last_error}" if snapshot.last_error else ""
            raise TooManyFailuresError(
                f"Too many articles failed: {snapshot.failed} of {snapshot.done + snapshot.failed}.{last}",
                "What was finished is saved. Look at the failures with `summarize status`, mend the cause, "
                "then run again with --retry-failed.",
            )

    def tick(self) -> None:
        """Tell who watches how far it is, and those who want the lock that this process lives."""
        snapshot = self.progress.snapshot()
        self.observer.progress(snapshot)
        if time.monotonic() >= self.next_beat:
            self.next_beat = time.monotonic() + HEARTBEAT_SECONDS
            self.lock.beat(snapshot.as_dict())

    def finish_for_now(self) -> None:
        """Bring summaries.jsonl up to date while nothing is to do, taking a tenth of the time at most."""
        began = time.monotonic()
        if began >= self.next_finish:
            self.store.finish(self.models)
            self.next_finish = time.monotonic() + max(1.0, 10 * (time.monotonic() - began))


def tolerance_of(limit: str | None) -> Callable[[Snapshot], bool]:
    """Whether a run may go on, by `--max-failures`: a number, a percentage or None for no limit.

    Raises InputError for anything else.
    """
    if limit is None:
        return lambda snapshot: True
    try:
        number = float(limit.removesuffix("%"))
    except ValueError:
        raise InputError(f"--max-failures takes a number or a percentage, not {limit!r}.") from None
    if not limit.endswith("%"):
        return lambda snapshot: snapshot.failed <= number
    settled = 100  # a share of fewer articles says nothing
    return lambda snapshot: (
        snapshot.done + snapshot.failed < settled
        or 100 * snapshot.failed <= number * (snapshot.done + snapshot.failed)
    )
