"""Files that are still being written are left alone until they have come to rest."""

from __future__ import annotations

import os
import time


class Settling:
    """Tells whether a local file has come to rest: for some seconds neither its size nor its time changed.

    The file's own time is trusted where it lies far enough in the past. Otherwise (a clock that was set
    back, a server whose clock is ahead) the file has to look the same for as long as we have watched it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._restless: dict[str, tuple[int, int, float]] = {}  # size, mtime, since when on our own clock

    def __call__(self, path: str) -> bool:
        """Whether the file may be read; true for what is no local file."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return True
        if time.time() - status.st_mtime >= self.seconds:
            self._restless.pop(path, None)
            return True
        now = time.monotonic()
        size, changed, since = self._restless.get(path, (-1, -1, now))
        if (size, changed) != (status.st_size, status.st_mtime_ns):
            since = now
        self._restless[path] = (status.st_size, status.st_mtime_ns, since)
        if now - since < self.seconds:
            return False
        del self._restless[path]
        return True
