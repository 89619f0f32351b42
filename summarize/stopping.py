"""When to stop: a signal, a time limit, a second Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR1", "SIGHUP") if hasattr(signal, name)
)
"""What asks a run to stop: the keyboard, the system, Slurm's warning, a terminal that is closed."""


class Stop:
    """Asked between batches whether to go on.

    `reason` is None until something asks to stop, then a phrase for people. Time is measured on the
    monotonic clock, so that a clock set back does not lengthen the night.
    """

    def __init__(self, time_limit: float | None = None) -> None:
        self._deadline = None if time_limit is None else time.monotonic() + time_limit
        self._signal: str | None = None
        self.event = threading.Event()
        self.is_idle = False

    @property
    def reason(self) -> str | None:
        """Why to stop, or None to go on."""
        if self._signal is not None:
            return self._signal
        if self._deadline is not None and time.monotonic() >= self._deadline:
            return "the time limit was reached"
        return None

    def request(self, reason: str) -> None:
        """Ask for a stop."""
        self._signal = reason
        self.event.set()

    @contextlib.contextmanager
    def idle(self) -> Iterator[None]:
        """While nothing is in hand that deserves to be finished: a signal raises KeyboardInterrupt at once.

        Otherwise a download, or standard input that says nothing, would keep a run from stopping.
        """
        self.is_idle = True
        try:
            yield
        finally:
            self.is_idle = False


@contextlib.contextmanager
def listening(stop: Stop) -> Iterator[None]:
    """Turn SIGINT, SIGTERM, SIGUSR1 (Slurm's warning) and SIGHUP into a request to stop.

    A second SIGINT raises KeyboardInterrupt at once. SIGHUP stays ignored where it is, as `nohup` wants it.
    Outside the main thread, where Python allows no handlers, nothing is installed.
    """

    pressed = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        name = signal.Signals(number).name
        again = number == signal.SIGINT and pressed
        pressed = pressed or number == signal.SIGINT
        stop.request("Ctrl-C was pressed" if number == signal.SIGINT else f"{name} was received")
        if again or stop.is_idle:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {
        number: signal.signal(number, handle)
        for number in SIGNALS
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Hold signals back; a process started meanwhile is born with them held back too.

    Ctrl-C and a batch system's warning go to every process of a group. A model process must not die of
    one before it can say that it ignores them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
