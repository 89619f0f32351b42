"""What all engines do: this process reads, cleans and commits, a crew of model processes does the rest."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from summarize.article import Article
from summarize.engines.pace import Pace
from summarize.engines.process import Batch, ModelProcess
from summarize.errors import SummarizeError
from summarize.stopping import Stop

IN_FLIGHT = 2
"""Batches given to a model process: one in hand and one that waits, so that it never idles."""
_MOST_DEATHS_WHILE_LOADING = 3
_MOST_DEATHS_WITHOUT_SUCCESS = 10
_POLL_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to lose patience, in seconds.

    `watchdog` is for a batch as it was first given, halves of it have their share but at least a quarter;
    `loading` is for a model process to get ready; `grace` is how long the batch in hand may take to
    finish after a request to stop.
    """

    watchdog: float = 900.0
    loading: float = 3600.0
    grace: float = 20.0

    def patience(self, batch: Batch) -> float:
        """How long a batch may take."""
        return self.watchdog * max(0.25, len(batch.articles) / batch.whole)


def run(
    batches: Iterator[list[Article]],
    workers: Sequence[ModelProcess],
    commit: Callable[[list[Article]], None],
    *,
    stop: Stop,
    limits: Limits,
    pace: Pace | None = None,
    tick: Callable[[bool], None] = lambda idle: None,
) -> bool:
    """Send every batch through one of the workers, which end with the run, and `commit` what comes back.

    True if all was done, False if a request to stop came before. `tick` is called several times a second
    with whether there is nothing in hand. A model process that dies or hangs is started anew and its batch
    retried in halves, down to the one article that does it, which is committed as failed. Raises what
    `commit` or the reading raises, and SummarizeError where the models can't be loaded or every article
    kills them.
    """
    source = _ReadAhead(batches, len(workers))
    crew = _Crew(workers, commit, limits, pace or Pace(1 << 30))
    stopping_since: float | None = None
    try:
        while True:
            if stop.reason is not None and stopping_since is None:
                stopping_since = time.monotonic()
                for worker in workers:
                    worker.forget_waiting()
            if stopping_since is None:
                crew.feed(source)
            busy = [
                worker for worker in workers if worker.batches and (worker.ready or stopping_since is None)
            ]
            if stopping_since is None and not busy and not crew.retries and source.exhausted:
                return True
            if stopping_since is not None:
                if not busy:
                    return False
                if time.monotonic() - stopping_since > limits.grace:
                    log.warning("the batch in hand did not finish in %.0f s and is dropped", limits.grace)
                    return False
            crew.collect()
            tick(not busy)
    finally:
        source.close()
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.end()


@dataclass
class _Crew:
    """The model processes at work, and what has to be given again."""

    workers: Sequence[ModelProcess]
    commit: Callable[[list[Article]], None]
    limits: Limits
    pace: Pace
    retries: deque[Batch] = field(default_factory=deque)
    deaths: int = 0  # in a row, of a single article each, with no article done in between

    def feed(self, source: _ReadAhead) -> None:
        """Give everybody a first batch before anybody a second."""
        for depth in range(1, IN_FLIGHT + 1):
            for worker in self.workers:
                if len(worker.batches) < depth and (batch := self._next(source)) is not None:
                    worker.give(batch)

    def _next(self, source: _ReadAhead) -> Batch | None:
        if self.retries:
            return self.retries.popleft()
        articles = source.get()
        if not articles:
            return None
        size = self.pace.size
        if len(articles) <= size:
            return Batch(articles, len(articles))
        # It was read ahead when batches were bigger.
        pieces = [articles[at : at + size] for at in range(0, len(articles), size)]
        self.retries.extend(Batch(piece, len(piece)) for piece in pieces)
        return self.retries.popleft()

    def collect(self) -> None:
        """Wait a moment for messages, deal with them, and with processes that died or hang."""
        by_pipe = {worker.pipe: worker for worker in self.workers}
        for pipe in wait(list(by_pipe), timeout=_POLL_SECONDS):
            worker = by_pipe[pipe]  # type: ignore[index]
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker, worker.cause_of_death())
            else:
                self._handle(worker, message)
        for worker in self.workers:
            patience = self.limits.loading
            if worker.ready:
                patience = self.limits.patience(worker.batches[0]) if worker.batches else float("inf")
            if time.monotonic() - worker.since > patience:
                self._bury(worker, f"took longer than {patience:.0f} s")

    def _handle(self, worker: ModelProcess, message: tuple[str, Any]) -> None:
        kind, payload = message
        if kind == "done":
            self._finish(worker, payload)
        elif kind == "stage":
            worker.stage = payload
        elif kind == "ready":
            worker.ready, worker.deaths = True, 0
            worker.since = time.monotonic()
        elif kind == "log":
            name, level, text = payload
            logging.getLogger(name).log(level, text)
        else:
            error, text, hint = payload
            raise error(text, hint)

    def _finish(self, worker: ModelProcess, articles: list[Article]) -> None:
        batch = worker.batches.popleft() if worker.batches else None  # None: forgotten, and yet done
        seconds, worker.since = time.monotonic() - worker.since, time.monotonic()
        if any(article.error is None for article in articles):
            worker.succeeded, self.deaths = True, 0
        elif batch is not None and worker.succeeded and batch.deserves_another_process():
            # A process that did well and now fails at everything may be what is broken: a CUDA error, say,
            # stays for good.
            log.warning("every article of a batch failed in %s; once more in a new process", worker.stage)
            worker.batches.appendleft(Batch(batch.articles, batch.whole, suspected=True))
            self.retries.extendleft(reversed(worker.batches))
            worker.restart()
            return
        if batch is not None:
            self.pace.saw(len(articles), seconds)
        self.commit(articles)

    def _bury(self, worker: ModelProcess, cause: str) -> None:
        """Deal with a model process that died or hung: split the batch in hand, start the process anew."""
        batches, stage = list(worker.batches), worker.stage
        log.warning("the model process %s in %s; it is started anew", cause, stage)
        worker.restart()
        if worker.deaths > _MOST_DEATHS_WHILE_LOADING:
            raise SummarizeError(
                f"The model process {cause} while loading, {worker.deaths} times in a row.",
                "There may be too little memory: try a smaller model or --compute-type int8.",
            )
        if not batches:
            return
        guilty, *innocent = batches
        self.retries.extendleft(reversed(innocent))
        if worker.died_loading:
            self.retries.appendleft(guilty)
        elif len(guilty.articles) > 1:
            self.retries.extendleft(reversed(guilty.halves()))
        else:
            self.commit([guilty.articles[0].failed(stage, f"the model process {cause}")])
            self.deaths += 1
            if self.deaths >= _MOST_DEATHS_WITHOUT_SUCCESS:
                raise SummarizeError(
                    f"The model process {cause}, with {self.deaths} articles in a row, none done in between.",
                    "This looks like the machine or the model rather than the articles. When it is mended, "
                    "run again with --retry-failed.",
                )


class _ReadAhead:
    """Reads batches in a thread, a few ahead, so that slow reading never delays a commit."""

    def __init__(self, batches: Iterator[list[Article]], workers: int) -> None:
        self._queue: queue.Queue[list[Article] | BaseException | None] = queue.Queue(maxsize=workers + 1)
        self._closed = threading.Event()
        self.exhausted = False
        threading.Thread(target=self._read, args=(batches,), daemon=True).start()

    def _read(self, batches: Iterator[list[Article]]) -> None:
        try:
            for batch in batches:
                self._put(batch)
                if self._closed.is_set():
                    return
            self._put(None)
        except BaseException as error:
            self._put(error)

    def _put(self, item: list[Article] | BaseException | None) -> None:
        while not self._closed.is_set():
            try:
                return self._queue.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue

    def get(self) -> list[Article] | None:
        """The next batch, or None where none is ready (yet, or ever: see `exhausted`)."""
        if self.exhausted:
            return None
        try:
            item = self._queue.get_nowait()
        except queue.Empty:
            return None
        if isinstance(item, BaseException):
            raise item
        self.exhausted = item is None
        return item

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
