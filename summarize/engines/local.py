"""The engine for one machine: a model process for each of its devices."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection

from summarize.article import Article
from summarize.engines.process import ModelProcess
from summarize.engines.worker import Build, serve
from summarize.stopping import shielded


def hire(build: Build, devices: Sequence[str]) -> list[ModelProcess]:
    """A model process for each device, started."""
    return [ModelProcess(partial(LocalLink, build, device)) for device in devices]


class LocalLink:
    """A child process, at work on what `build` makes for `device`."""

    def __init__(self, build: Build, device: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, build, device), daemon=True)
        with shielded(), _main_left_out(build):
            self._process.start()
        theirs.close()

    def send(self, articles: list[Article]) -> None:
        """See `Link`."""
        self.pipe.send(articles)

    def kill(self) -> None:
        """See `Link`."""
        self._process.kill()

    def join(self) -> None:
        """See `Link`."""
        self._process.join()

    def cause_of_death(self) -> str:
        """See `Link`."""
        self._process.join(5)
        exit_code = self._process.exitcode
        if exit_code is not None and exit_code < 0:
            reason = {-9: " (out of memory, as a rule)", -11: " (segmentation fault)", -6: " (abort)"}
            return f"was killed by signal {-exit_code}{reason.get(exit_code, '')}"
        return f"ended with exit code {exit_code}"


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
