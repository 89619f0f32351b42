"""How much is measured, and what comes of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.targets import Target


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. `references` are the translations of `sentences`, where there are any."""

    sentences: tuple[str, ...]
    references: tuple[str, ...]
    work: Path
    seeds: Path
    count: int = 72  # sentences that the slow systems translate too
    threads: int = 2
    turns: int = 3
    device: str = "cpu"
    full: bool = False
    datatrove: str = sys.executable  # a Python that has it


@dataclass(frozen=True, slots=True)
class Findings:
    """What a section found."""

    records: Any
    targets: tuple[Target, ...] = ()
