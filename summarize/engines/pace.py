"""How many articles make a batch: as many as finish in the time between two commits."""

from __future__ import annotations

_FIRST = 8


class Pace:
    """The size of the next batch: starts small, doubles while batches finish quickly, shrinks when not.

    A batch is what a crash loses and what a stop waits for, so it should take `seconds` of wall time and
    no more; `most` is its upper limit in articles.
    """

    def __init__(self, most: int, seconds: float = 20.0) -> None:
        self.most = most
        self._seconds = seconds
        self.size = min(_FIRST, most)

    def saw(self, articles: int, seconds: float) -> None:
        """Learn from a batch."""
        fitting = int(self._seconds * articles / max(seconds, 1e-6))
        self.size = max(1, min(self.most, 2 * self.size, fitting))
