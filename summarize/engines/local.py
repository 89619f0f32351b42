"""One machine: this process reads, cleans and commits; one model process a device does the rest."""

from __future__ import annotations

import logging
import multiprocessing
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from summarize.article import Article
from summarize.engines.worker import Build, serve
from summarize.errors import SummarizeError
from summarize.stopping import Stop

IN_FLIGHT = 2
"""Batches given to a model process: one in hand and one that waits, so that it never idles."""
_MOST_DEATHS_WHILE_LOADING = 3
_POLL_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to lose patience, in seconds.

    `watchdog` is for a full batch of `batch_size`, a smaller one has its share but at least a quarter;
    `grace` is how long the batch in hand may take to finish after a request to stop.
    """

    batch_size: int = 16
    watchdog: float = 900.0
    grace: float = 20.0

    def patience(self, articles: int) -> float:
        """How long a batch of so many articles may take."""
        return self.watchdog * max(0.25, min(1.0, articles / self.batch_size))


def run(
    batches: Iterator[list[Article]],
    build: Build,
    commit: Callable[[list[Article]], None],
    *,
    devices: Sequence[str],
    stop: Stop,
    limits: Limits,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Send every batch through the stages that `build` makes, and `commit` what comes back.

    `tick` is called several times a second. A model process that dies or hangs is started anew and
    its batch retried in halves, down to the one article that does it, which is committed as failed.
    Raises what `commit` or the reading raises, and SummarizeError where the models can't be loaded.
    """
    source = _ReadAhead(batches, len(devices))
    workers = [_Worker(build, device) for device in devices]
    retries: deque[list[Article]] = deque()
    stopping_since: float | None = None
    try:
        while True:
            if stop.reason is not None and stopping_since is None:
                stopping_since = time.monotonic()
                for worker in workers:
                    worker.forget_waiting()
            if stopping_since is None:
                _feed(workers, retries, source)
            busy = [
                worker for worker in workers if worker.batches and (worker.ready or stopping_since is None)
            ]
            if not busy and (stopping_since is not None or (source.exhausted and not retries)):
                return
            if stopping_since is not None and time.monotonic() - stopping_since > limits.grace:
                log.warning("the batch in hand did not finish in %.0f s and is dropped", limits.grace)
                return
            _collect(workers, retries, commit, limits)
            tick()
    finally:
        source.close()
        for worker in workers:
            worker.kill()


def _feed(workers: Sequence[_Worker], retries: deque[list[Article]], source: _ReadAhead) -> None:
    for depth in range(1, IN_FLIGHT + 1):  # everybody gets a first batch before anybody a second
        for worker in workers:
            if len(worker.batches) < depth:
                batch = retries.popleft() if retries else source.get()
                if batch:
                    worker.give(batch)


def _collect(
    workers: Sequence[_Worker],
    retries: deque[list[Article]],
    commit: Callable[[list[Article]], None],
    limits: Limits,
) -> None:
    by_pipe = {worker.pipe: worker for worker in workers}
    for pipe in wait(list(by_pipe), timeout=_POLL_SECONDS):
        worker = by_pipe[pipe]  # type: ignore[index]
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            _bury(worker, retries, commit, _cause_of_death(worker.process.exitcode))
        else:
            _handle(worker, message, commit)
    for worker in workers:
        if worker.batches and worker.ready:
            patience = limits.patience(len(worker.batches[0]))
            if time.monotonic() - worker.since > patience:
                _bury(worker, retries, commit, f"took longer than {patience:.0f} s")


def _handle(worker: _Worker, message: tuple[str, Any], commit: Callable[[list[Article]], None]) -> None:
    kind, payload = message
    if kind == "done":
        worker.batches.popleft()
        worker.since = time.monotonic()
        commit(payload)
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


def _bury(
    worker: _Worker, retries: deque[list[Article]], commit: Callable[[list[Article]], None], cause: str
) -> None:
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
    retries.extendleft(reversed(innocent))
    if worker.died_loading:
        retries.appendleft(guilty)
    elif len(guilty) == 1:
        commit([guilty[0].failed(stage, f"the model process {cause}")])
    else:
        middle = len(guilty) // 2
        retries.extendleft([guilty[middle:], guilty[:middle]])


def _cause_of_death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        reason = {-9: " (out of memory, as a rule)", -11: " (segmentation fault)", -6: " (abort)"}
        return f"was killed by signal {-exit_code}{reason.get(exit_code, '')}"
    return f"ended with exit code {exit_code}"


@dataclass
class _Worker:
    """A model process as seen from here. `since` is when it turned to the batch in hand."""

    build: Build
    device: str
    batches: deque[list[Article]] = field(default_factory=deque)
    stage: str = "load"
    ready: bool = False
    died_loading: bool = False
    deaths: int = 0
    since: float = 0.0

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.build, self.device), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, batch: list[Article]) -> None:
        """Hand over a batch; one that can't be delivered stays in `batches` and is dealt with as a death."""
        if not self.batches:
            self.since = time.monotonic()
        self.batches.append(batch)
        try:
            self.pipe.send(batch)
        except OSError:
            log.debug("the pipe to the model process is broken")

    def forget_waiting(self) -> None:
        """Drop the batches behind the one in hand."""
        while len(self.batches) > 1:
            self.batches.pop()

    def restart(self) -> None:
        """Kill what is left of the process and start another."""
        self.kill()
        self.died_loading = not self.ready
        self.deaths = self.deaths + 1 if self.died_loading else 0
        self.batches.clear()
        self.stage, self.ready = "load", False
        self._start()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


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
