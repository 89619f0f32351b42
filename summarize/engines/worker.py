"""The model process: takes batches from a pipe, runs the stages on them, sends them back."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Protocol

from summarize.article import Article
from summarize.errors import SummarizeError
from summarize.garbage import collect_rarely
from summarize.models.tuning import give_back_memory
from summarize.stopping import SIGNALS

_PR_SET_PDEATHSIG = 1


class Stage(Protocol):
    """Articles in, the same articles in the same order out, enriched. Knows no engine and no store."""

    @property
    def name(self) -> str:
        """What failures in it are filed under."""
        ...

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Process a batch."""
        ...


Build = Callable[[str], Sequence[Stage]]
"""Makes the row of stages for a device (`cpu`, `cuda:0`). Picklable; loads no model before it is called."""


def apply(
    stages: Sequence[Stage],
    batch: list[Article],
    entering: Callable[[str], None] = lambda name: None,
    *,
    loaded: bool = False,
) -> list[Article]:
    """Run a batch through the stages; an article that a stage can't bear is found by bisection.

    An exception halves the batch and tries both halves, down to the one article that raises, which is
    returned as failed. Unless all models are `loaded`, a SummarizeError is nobody's poison but a fault of
    the set-up, so it is raised; after that it is an article's: one too long for the memory, say.
    """
    for stage in stages:
        entering(stage.name)
        batch = _bear(stage, batch, () if loaded else (SummarizeError,))
    return batch


def _bear(stage: Stage, batch: list[Article], fatal: tuple[type[Exception], ...]) -> list[Article]:
    try:
        done = stage(batch)
        if len(done) != len(batch):
            raise RuntimeError(f"{stage.name} returned {len(done)} articles for {len(batch)}")
        return done
    except fatal:
        raise
    except Exception as error:
        if len(batch) == 1:
            reason = f"{type(error).__name__}: {error}".strip(": ")
            return [batch[0].failed(stage.name, reason, traceback.format_exc())]
        middle = len(batch) // 2
        return _bear(stage, batch[:middle], fatal) + _bear(stage, batch[middle:], fatal)


def serve(pipe: Connection, build: Build, device: str) -> None:
    """Body of the model process. Sends `(kind, payload)` messages: ready, stage, log, done, fatal."""
    _leave_stopping_to_the_parent()
    collect_rarely()
    # Receiving begins before the models load, so that the parent never waits to get rid of a batch.
    batches: SimpleQueue[list[Article]] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, batches), daemon=True).start()
    sending = threading.Lock()

    def send(kind: str, payload: object) -> None:
        try:
            with sending:
                pipe.send((kind, payload))
        except OSError:
            os._exit(0)  # the parent is gone

    def entering(stage: str) -> None:
        send("stage", stage)
        give_back_memory()

    _forward_log(send)
    try:
        stages = build(device)
        for stage in stages:
            load = getattr(stage, "load", None)
            if load is not None:
                load()
        send("ready", None)
        while True:
            batch = batches.get()
            started = time.perf_counter()
            finished = apply(stages, batch, entering, loaded=True)
            give_back_memory()
            send("done", _timed(finished, time.perf_counter() - started))
    except SummarizeError as error:
        send("fatal", (type(error), str(error), error.hint))
    except Exception as error:
        send("fatal", (SummarizeError, f"The model process failed: {error!r}", traceback.format_exc()))


def _timed(articles: list[Article], elapsed: float) -> list[Article]:
    """The articles with their seconds: what stages say of each, and an equal share of the rest."""
    known = sum(article.seconds for article in articles)
    share = max(0.0, elapsed - known) / max(1, len(articles))
    return [replace(article, seconds=article.seconds + share) for article in articles]


def _leave_stopping_to_the_parent() -> None:
    """Ignore what is sent to a whole group of processes, and die with the parent, however that dies."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # the parent held them back, see `shielded`
    if sys.platform == "linux":  # the pipe's end says it too, but native code may never look
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _receive(pipe: Connection, batches: SimpleQueue[list[Article]]) -> None:
    while True:
        try:
            batches.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone: nobody wants the batch in hand any more


def _forward_log(send: Callable[[str, object], None]) -> None:
    class Forward(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            send("log", (record.name, record.levelno, record.getMessage()))

    root = logging.getLogger("summarize")
    root.handlers = [Forward()]
    root.setLevel(logging.INFO)
    root.propagate = False
