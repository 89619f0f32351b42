"""The articles that a run still has to do: read, cleaned, in batches; with `watch`, as they arrive."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from summarize.article import Article
from summarize.clean import Cleaner
from summarize.errors import InputError
from summarize.idset import IdSet
from summarize.progress import Progress
from summarize.settling import Settling
from summarize.sources import Columns, Reader, read
from summarize.stopping import Stop

_MOST_SECONDS_COUNTING = 30.0
_COUNT_AFTER_SECONDS = 3.0
_REST_SECONDS = 0.25
_MOST_SECONDS_GIVING_WAY = 60.0
_LOOK_ANYWAY_SECONDS = 60.0
_SHARE_OF_LOOKING = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """What to read, and how. `settle` leaves files alone that changed in the last so many seconds."""

    inputs: tuple[str, ...]
    columns: Columns
    shard: tuple[int, int] | None = None
    settle: float = 0.0
    watch: bool = False

    def __post_init__(self) -> None:
        if not self.watch:
            return
        for given in self.inputs:
            if not Path(given).expanduser().is_dir():
                raise InputError(
                    f"--watch needs a folder on this machine, and {given} is none.",
                    "Have files moved into a folder as they arrive, and watch that.",
                )


class Feed:
    """Reads `source` and gives what `is_done` doesn't know; `is_taken` is as for `sources.read`.

    `unsettled` counts files that were left alone because they are still being written, `cut` tells that a
    request to stop came before the end, `waiting` is set while nothing is left to read until files arrive.
    """

    def __init__(
        self,
        source: Source,
        cleaner: Cleaner,
        is_done: Callable[[Article], bool],
        progress: Progress,
        stop: Stop,
        run_folder: str = "",
        is_taken: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._is_taken = is_taken
        self._source, self._cleaner, self._is_done = source, cleaner, is_done
        self._progress, self._stop, self._run_folder = progress, stop, run_folder
        self._settled = Settling(source.settle) if source.settle else None
        self._given = IdSet()  # read but perhaps not yet done
        self.unsettled = 0
        self.cut = False
        self.waiting = threading.Event()
        self._resting_since = time.monotonic()  # nobody has wanted a batch; infinite while somebody does

    def batches(self, size: Callable[[], int]) -> Iterator[list[Article]]:
        """Batches of `size()` articles each. An empty one says that all there is has been read for now."""
        if not self._source.watch:
            yield from self._one_pass(size)
            return
        for _ in self._arrivals():
            yield from self._one_pass(size)
            yield []

    def _one_pass(self, size: Callable[[], int]) -> Iterator[list[Article]]:
        self._resting_since = math.inf
        reader = self._read()
        batch: list[Article] = []
        for article in reader:
            if self._stop.reason is not None:
                self.cut = True
                return
            self._progress.duplicates = reader.duplicates
            if self._is_done(article) or (self._source.watch and not self._given.add(article.id)):
                continue
            batch.append(article)
            if len(batch) >= size():
                yield from self._cleaned(batch)
                batch = []
        self._progress.duplicates = reader.duplicates
        self._progress.total = reader.count
        self.unsettled = reader.unsettled
        if batch:
            yield from self._cleaned(batch)

    def _cleaned(self, batch: list[Article]) -> Iterator[list[Article]]:
        cleaned = self._cleaner(batch)
        self._resting_since = time.monotonic()
        yield cleaned
        self._resting_since = math.inf

    def _read(self) -> Reader:
        source = self._source
        return read(
            source.inputs,
            columns=source.columns,
            shard=source.shard,
            settled=self._settled,
            is_taken=self._is_taken,
        )

    def _arrivals(self) -> Iterator[None]:
        """Yield now, and again when files have arrived and had time to settle, until asked to stop.

        A pass over the input takes its time, so that passes are at most a tenth of all time. One is made
        every minute anyway: network file systems report no changes.
        """
        changes = _changes(self._source.inputs, self._run_folder)
        next(changes)  # from now on no change is missed
        while self._stop.reason is None:
            began = time.monotonic()
            yield
            took = time.monotonic() - began
            self.waiting.set()
            again = time.monotonic() + max(_LOOK_ANYWAY_SECONDS, took / _SHARE_OF_LOOKING)
            if self.unsettled:
                again = time.monotonic() + self._source.settle
            least = time.monotonic() + min(took / _SHARE_OF_LOOKING, again - time.monotonic())
            changed = False
            while self._stop.reason is None and time.monotonic() < again:
                if next(changes) and not changed:
                    changed = True
                    again = min(again, max(least, time.monotonic() + self._source.settle))
            self.waiting.clear()
        self.cut = True

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Tell `progress` how many articles there are, in a thread that ends with the block at the latest.

        In the first minute it works only while no batch has been wanted for a moment: a quick run has soon
        read everything anyway.
        """
        if "-" in self._source.inputs:  # standard input can be read once only
            yield
            return
        over = threading.Event()
        threading.Thread(target=self._count, args=(over,), daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _gives_way(self, began: float) -> bool:
        """Whether counting waits: in the first minute, while a batch is being read or was a moment ago."""
        now = time.monotonic()
        return now - self._resting_since < _REST_SECONDS and now - began < _MOST_SECONDS_GIVING_WAY

    def _count(self, over: threading.Event) -> None:
        if over.wait(_COUNT_AFTER_SECONDS):  # a short run
            return
        began = time.monotonic()
        deadline = began + _MOST_SECONDS_COUNTING
        try:
            reader = self._read()
            for _ in reader:
                while self._gives_way(began) and not over.wait(_REST_SECONDS):
                    deadline += _REST_SECONDS
                if self._progress.total is not None or over.is_set() or time.monotonic() > deadline:
                    return
        except Exception as error:  # the reading that matters will meet it too
            log.debug("the input can't be counted: %s", error)
            return
        self._progress.total = reader.count


def _changes(folders: Sequence[str], run_folder: str) -> Iterator[bool]:
    """Whether something changed in the folders since the last time, every half second."""
    import watchfiles

    own = str(Path(run_folder).resolve())

    def is_news(change: watchfiles.Change, path: str) -> bool:
        return not path.startswith(own)

    paths = [str(Path(folder).expanduser().resolve()) for folder in folders]
    try:
        for found in watchfiles.watch(
            *paths, watch_filter=is_news, rust_timeout=500, yield_on_timeout=True, raise_interrupt=False
        ):
            yield bool(found)
    except (OSError, RuntimeError) as error:  # no more watches to be had, a file system that can't
        log.warning("changes can't be watched, so the folders are looked through instead: %s", error)
    while True:
        time.sleep(0.5)
        yield False
