"""One process at a time writes a run folder, and anybody can see which and how far it is."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import platform
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock
import psutil

from summarize.errors import StoreError
from summarize.folder import Folder

LIVE = "live.json"
HEARTBEAT_SECONDS = 5.0
STALE_AFTER_SECONDS = 300.0
"""A holder on another host that has not been heard of for so long is taken for dead."""
LISTENING_SECONDS = 3 * HEARTBEAT_SECONDS
"""How long the shortest look at a holder on another host takes, whatever the clocks say."""
_NO_FILE_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes a run folder, and its last progress report."""

    host: str
    pid: int
    since: str  # ISO 8601, UTC
    heartbeat: float  # seconds since the epoch
    progress: Mapping[str, Any] = field(default_factory=dict)
    born: str = ""  # tells the process from a later one with its number

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
            return bool(psutil.pid_exists(self.pid)) and self.born in ("", _born(self.pid))
        return time.time() - self.heartbeat < STALE_AFTER_SECONDS

    def is_same(self, other: Holder) -> bool:
        """Whether both are reports of one process."""
        return (self.host, self.pid, self.since) == (other.host, other.pid, other.since)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def read_holder(folder: Folder) -> Holder | None:
    """Who wrote live.json last; None where nobody holds the folder."""
    try:
        return Holder(**json.loads(folder.read(LIVE)))
    except (FileNotFoundError, ValueError, TypeError):
        return None


class Lock:
    """The right to write a run folder. Made by `hold`, which releases it.

    A thread gives the sign of life, so that a long download or a big part doesn't look like death.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._holder = Holder(platform.node(), os.getpid(), now, time.time(), born=_born(os.getpid()))
        self._writing = threading.Lock()
        self._released = threading.Event()
        self._robber: Holder | None = None
        self._write()
        self._thread = threading.Thread(target=self._beat_on, daemon=True)
        self._thread.start()

    def beat(self, progress: Mapping[str, Any]) -> None:
        """Tell the world how far this process is. Never mind a full disk: the next commit will tell."""
        self._holder = replace(self._holder, progress=dict(progress))
        with contextlib.suppress(StoreError):
            self._write()

    def check(self) -> None:
        """Raise StoreError if another host has taken the folder over, thinking this process dead."""
        if self._robber is not None:
            raise StoreError(
                f"{self._robber} has taken over the run folder {self._folder.url}: "
                "this process was not heard of for too long.",
                "What was committed is saved, and that process goes on from there.",
            )

    def release(self) -> None:
        """Give the folder back."""
        self._released.set()
        self._thread.join(HEARTBEAT_SECONDS)
        if self._robber is None:
            with contextlib.suppress(StoreError):
                self._folder.delete(LIVE)

    def _beat_on(self) -> None:
        while not self._released.wait(HEARTBEAT_SECONDS):
            with contextlib.suppress(StoreError):
                other = read_holder(self._folder)
                if other is not None and not other.is_same(self._holder):
                    self._robber = other
                    return
                self._write()

    def _write(self) -> None:
        with self._writing:
            if not self._released.is_set():
                holder = replace(self._holder, heartbeat=time.time())
                self._folder.write(LIVE, json.dumps(asdict(holder)).encode(), durable=False)


@contextlib.contextmanager
def hold(folder: Folder) -> Iterator[Lock]:
    """Hold the run folder, or raise a StoreError that says who does and since when.

    On a local disk the operating system's file lock decides, and it ends with the process however
    that dies, so a stale lock can't be. The sign of life decides between hosts that share the folder,
    where file locks can't be relied on, on object stores, and on file systems that have no locks: a
    holder is waited for until it gives another sign or has been silent for STALE_AFTER_SECONDS, so the
    hosts' clocks needn't agree. Two hosts that start in the same second may then both get in. Committed
    articles stay whole even so; some work is done twice.
    """
    with _file_lock(folder) as decides:
        holder = read_holder(folder)
        if holder is not None:
            taken = not decides and holder.is_alive if holder.is_here else _gives_a_sign(folder, holder)
            if taken:
                raise _taken(folder, holder)
        lock = Lock(folder)
        try:
            yield lock
        finally:
            lock.release()


def _gives_a_sign(folder: Folder, holder: Holder) -> bool:
    """Whether a holder on another host turns out to live."""
    silent = max(0.0, time.time() - holder.heartbeat)
    patience = max(LISTENING_SECONDS, STALE_AFTER_SECONDS - silent)
    deadline = time.monotonic() + patience
    told = time.monotonic() + LISTENING_SECONDS
    while time.monotonic() < deadline:
        time.sleep(min(1.0, patience / 4))
        now = read_holder(folder)
        if now is None:
            return False
        if now.heartbeat != holder.heartbeat:
            return True
        if time.monotonic() > told:
            told = float("inf")
            log.error("%s gives no sign of life; waiting up to %.0f s to be sure", holder, patience)
    return False


@contextlib.contextmanager
def _file_lock(folder: Folder) -> Iterator[bool]:
    """The operating system's lock, where there is one; yields whether it tells all on this host apart."""
    if not folder.is_local:
        yield False
        return
    guard = filelock.FileLock(folder.local / ".lock", timeout=0, fallback_to_soft=False)
    try:
        guard.acquire()
    except filelock.Timeout:
        raise _taken(folder, read_holder(folder)) from None
    except OSError as error:
        if error.errno not in _NO_FILE_LOCKS:
            raise StoreError(
                f"Cannot write to the run folder {folder.url}: {error.strerror or error}",
                "Choose another folder with --output.",
            ) from error
        yield False
        return
    try:
        yield True
    finally:
        guard.release()


def _taken(folder: Folder, holder: Holder | None) -> StoreError:
    who = str(holder) if holder else "another process"
    return StoreError(
        f"The run folder {folder.url} is being written by {who}.",
        f"Watch it with: summarize status {folder.url}",
    )


def _born(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; "" where that can't be known.

    Not as a time of day, which changes when the clock is set.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
