"""A model process as its parent sees it: what it has in hand, since when, and how to start it anew."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from summarize.article import Article
from summarize.engines.worker import Build, serve
from summarize.stopping import shielded


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles for a model process. `whole` is the size of the batch that this one is a piece of."""

    articles: list[Article]
    whole: int
    suspected: bool = False  # failed as a whole once, and is tried in another process

    def halves(self) -> list[Batch]:
        """Two batches, so that what is wrong with one article is found in the end."""
        middle = len(self.articles) // 2
        return [Batch(self.articles[:middle], self.whole), Batch(self.articles[middle:], self.whole)]

    def deserves_another_process(self) -> bool:
        """Whether its failure as a whole may be the process's fault."""
        return not self.suspected and sum(article.error is None for article in self.articles) > 1


@dataclass
class ModelProcess:
    """`since` is when it turned to the batch in hand, or was started; `stage` where it is."""

    build: Build
    device: str
    batches: deque[Batch] = field(default_factory=deque)
    stage: str = "load"
    ready: bool = False
    succeeded: bool = False
    died_loading: bool = False
    deaths: int = 0  # while loading, in a row
    since: float = 0.0

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.build, self.device), daemon=True)
        with shielded(), _main_left_out(self.build):
            self.process.start()
        theirs.close()
        self.since = time.monotonic()
        self._outbox: queue.SimpleQueue[list[Article] | None] = queue.SimpleQueue()
        # In a thread: a process that hangs in native code doesn't receive, and would hang this one too.
        self._sender = threading.Thread(target=_send, args=(self.pipe, self._outbox), daemon=True)
        self._sender.start()

    def give(self, batch: Batch) -> None:
        """Hand over a batch; one that can't be delivered stays in `batches` and is dealt with as a death."""
        if not self.batches and self.ready:
            self.since = time.monotonic()
        self.batches.append(batch)
        self._outbox.put(batch.articles)

    def forget_waiting(self) -> None:
        """Drop the batches behind the one in hand."""
        while len(self.batches) > 1:
            self.batches.pop()

    def restart(self) -> None:
        """Kill what is left of the process and start another."""
        self.end()
        self.died_loading = not self.ready
        self.deaths = self.deaths + 1 if self.died_loading else 0
        self.batches.clear()
        self.stage, self.ready, self.succeeded = "load", False, False
        self._start()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self._outbox.put(None)
        self._sender.join()
        self.pipe.close()


@contextlib.contextmanager
def _main_left_out(build: Build) -> Iterator[None]:
    """Keep the new process from importing this one's main module, unless `build` comes from there.

    That takes time, fails in a notebook, and in a script without `if __name__ == "__main__"` would begin
    the run anew.
    """
    main = sys.modules["__main__"]
    if b"__main__" in pickle.dumps(build):
        yield
        return
    hidden = {name: vars(main).get(name) for name in ("__file__", "__spec__")}
    vars(main).update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        vars(main).update(hidden)


def _send(pipe: Connection, outbox: queue.SimpleQueue[list[Article] | None]) -> None:
    while (articles := outbox.get()) is not None:
        try:
            pipe.send(articles)
        except OSError:  # the process died; the parent sees that by itself
            return
