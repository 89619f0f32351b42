"""One process at a time writes a run folder, and anybody can see which and how far it is."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import filelock
import psutil

from summarize.errors import StoreError
from summarize.folder import Folder

LIVE = "live.json"
STALE_AFTER_SECONDS = 300
"""A holder on another host that has not been heard of for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes a run folder, and its last progress report."""

    host: str
    pid: int
    since: str  # ISO 8601, UTC
    heartbeat: float  # seconds since the epoch
    progress: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_here(self) -> bool:
        """Whether it runs (or ran) on this machine."""
        return self.host == platform.node()

    @property
    def is_alive(self) -> bool:
        """Whether it still runs: known for this machine, judged by the heartbeat's age for another.

        A clock set back makes the heartbeat lie in the future, which counts as alive.
        """
        if self.is_here:
            return bool(psutil.pid_exists(self.pid))
        return time.time() - self.heartbeat < STALE_AFTER_SECONDS

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def read_holder(folder: Folder) -> Holder | None:
    """Who wrote live.json last; None where nobody holds the folder."""
    try:
        return Holder(**json.loads(folder.read(LIVE)))
    except (FileNotFoundError, ValueError, TypeError):
        return None


class Lock:
    """The right to write a run folder. Made by `hold`, which releases it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._holder = Holder(platform.node(), os.getpid(), now, time.time())

    def beat(self, progress: Mapping[str, Any]) -> None:
        """Tell the world that this process lives and how far it is."""
        fields = asdict(self._holder) | {"heartbeat": time.time(), "progress": dict(progress)}
        self._folder.write(LIVE, json.dumps(fields).encode())


@contextlib.contextmanager
def hold(folder: Folder) -> Iterator[Lock]:
    """Hold the run folder, or raise a StoreError that says who does and since when.

    On a local disk the operating system's file lock decides, and it ends with the process however
    that dies, so a stale lock can't be. The heartbeat decides between hosts that share the folder,
    where file locks can't be relied on, and on object stores, which have none: two hosts that start in the
    same second may then both get in. Committed articles stay whole even so; some work is done twice.
    """
    with _file_lock(folder):
        holder = read_holder(folder)
        trust_file_lock = folder.is_local and (holder is None or holder.is_here)
        if holder is not None and not trust_file_lock and holder.is_alive:
            raise _taken(folder, holder)
        lock = Lock(folder)
        lock.beat({})
        try:
            yield lock
        finally:
            with contextlib.suppress(StoreError):
                folder.delete(LIVE)


@contextlib.contextmanager
def _file_lock(folder: Folder) -> Iterator[None]:
    if not folder.is_local:
        yield
        return
    guard = filelock.FileLock(folder.local / ".lock", timeout=0)
    try:
        guard.acquire()
    except filelock.Timeout:
        raise _taken(folder, read_holder(folder)) from None
    except OSError as error:
        raise StoreError(
            f"Cannot write to the run folder {folder.url}: {error.strerror or error}",
            "Choose another folder with --output.",
        ) from error
    try:
        yield
    finally:
        guard.release()


def _taken(folder: Folder, holder: Holder | None) -> StoreError:
    who = str(holder) if holder else "another process"
    return StoreError(
        f"The run folder {folder.url} is being written by {who}.",
        f"Watch it with: summarize status {folder.url}",
    )
