"""Systems by turns, again and again: medians, spread, ratios, and whether they agree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import sacrebleu

from bench.corpora import Corpus
from bench.systems import Rival, Turn


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the least and the most of the turns."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some values."""
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


@dataclass(frozen=True, slots=True)
class Result:
    """What a system did with a corpus. `load` is the mean load average."""

    system: str
    corpus: str
    turns: tuple[Turn, ...]
    load: float

    @property
    def wall(self) -> Spread:
        """Seconds a turn by the clock."""
        return Spread.of([turn.seconds for turn in self.turns])

    @property
    def cpu(self) -> Spread:
        """Seconds a turn of CPU time."""
        return Spread.of([turn.cpu_seconds for turn in self.turns])

    def record(self, articles: int, tokens: int) -> dict[str, Any]:
        """For the JSON file: rates by the median turn. `tokens` is the size of the output."""
        return {
            "system": self.system,
            "corpus": self.corpus,
            "wall_seconds": asdict(self.wall),
            "cpu_seconds": asdict(self.cpu),
            "articles_per_second": articles / self.wall.median,
            "tokens_per_second": tokens / self.wall.median,
            "tokens_per_cpu_second": tokens / self.cpu.median,
            "peak_bytes": max(turn.peak_bytes for turn in self.turns),
            "load": self.load,
        }


def by_turns(rivals: Sequence[Rival], corpus: Corpus, turns: int, warm_up: Corpus) -> dict[str, Result]:
    """Each system once, then each again, so that what disturbs the machine disturbs all alike."""
    found: dict[str, list[Turn]] = {rival.name: [] for rival in rivals}
    for rival in rivals:
        rival.run(warm_up)
    before = os.getloadavg()[0]
    for _ in range(turns):
        for rival in rivals:
            found[rival.name].append(rival.run(corpus))
    load = (before + os.getloadavg()[0]) / 2
    return {name: Result(name, corpus.name, tuple(made), load) for name, made in found.items()}


def speedup(ours: Result, theirs: Result) -> tuple[Spread, Spread]:
    """How many times faster ours is, turn by turn: by the wall and by CPU time."""
    pairs = list(zip(ours.turns, theirs.turns, strict=True))
    wall = [other.seconds / own.seconds for own, other in pairs]
    cpu = [other.cpu_seconds / own.cpu_seconds for own, other in pairs]
    return Spread.of(wall), Spread.of(cpu)


def agreement(results: Mapping[str, Result], reference: str) -> dict[str, float]:
    """chrF of each system's output against that of one of them."""
    expected = list(results[reference].turns[0].output)
    return {
        name: sacrebleu.corpus_chrf(list(result.turns[0].output), [expected]).score
        for name, result in results.items()
        if name != reference
    }
