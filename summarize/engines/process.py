"""A model process as the loop sees it: what it has in hand, since when, and how to start it anew."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol

from summarize.article import Article


class Link(Protocol):
    """A started process that runs `worker.serve`, here or elsewhere; `pipe` gives the messages it sends."""

    pipe: Connection

    def send(self, articles: list[Article]) -> None:
        """Give it a batch. Raises OSError where it is gone."""
        ...

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        ...

    def join(self) -> None:
        """Wait until it has ended."""
        ...

    def cause_of_death(self) -> str:
        """What happened to it, once its end of the pipe is closed; goes on from "the model process"."""
        ...


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

    start: Callable[[], Link]
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
        self._link = self.start()
        self.pipe = self._link.pipe
        self.since = time.monotonic()
        self._outbox: queue.SimpleQueue[list[Article] | None] = queue.SimpleQueue()
        # In a thread: a process that hangs in native code doesn't receive, and would hang this one too.
        self._sender = threading.Thread(target=_send, args=(self._link, self._outbox), daemon=True)
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

    def kill(self) -> None:
        """Begin to end the process, whatever it is doing."""
        self._link.kill()

    def end(self) -> None:
        """End the process and what belongs to it here."""
        self._link.kill()
        self._link.join()
        self._outbox.put(None)
        self._sender.join()
        self.pipe.close()

    def cause_of_death(self) -> str:
        """What happened to the process."""
        return self._link.cause_of_death()


def _send(link: Link, outbox: queue.SimpleQueue[list[Article] | None]) -> None:
    while (articles := outbox.get()) is not None:
        try:
            link.send(articles)
        except OSError:  # the process died; the loop sees that by itself
            return
