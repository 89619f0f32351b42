"""When to stop: a signal, a time limit, a second Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

_SIGNALS = [name for name in ("SIGINT", "SIGTERM", "SIGUSR1", "SIGHUP") if hasattr(signal, name)]


class Stop:
    """Asked between batches whether to go on.

    `reason` is None until something asks to stop, then a phrase for people. Time is measured on the
    monotonic clock, so that a clock set back does not lengthen the night.
    """

    def __init__(self, time_limit: float | None = None) -> None:
        self._deadline = None if time_limit is None else time.monotonic() + time_limit
        self._signal: str | None = None
        self.event = threading.Event()

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
def listening(stop: Stop) -> Iterator[None]:
    """Turn SIGINT, SIGTERM, SIGUSR1 (Slurm's warning) and SIGHUP into a request to stop.

    A second SIGINT raises KeyboardInterrupt at once. Outside the main thread, where Python allows no
    handlers, nothing is installed.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if number == signal.SIGINT and stop.reason is not None:
            raise KeyboardInterrupt
        stop.request("Ctrl-C was pressed" if number == signal.SIGINT else f"{name} was received")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {name: signal.signal(getattr(signal, name), handle) for name in _SIGNALS}
    try:
        yield
    finally:
        for name, handler in previous.items():
            signal.signal(getattr(signal, name), handler)
