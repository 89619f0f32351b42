"""What is aimed at, and whether it was reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A measure with its bound: at least so much, or at most with `most`. `note` says what else to know."""

    name: str
    value: float
    bound: float
    most: bool = False
    unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the value keeps the bound."""
        return self.value <= self.bound if self.most else self.value >= self.bound

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """As cells of a table."""
        sign = "≤" if self.most else "≥"
        verdict = "met" if self.met else "missed"
        return (
            self.name,
            f"{sign} {self.bound:g}{self.unit}",
            f"{_short(self.value)}{self.unit}",
            verdict,
            self.note,
        )


def _short(value: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{min(digits, 2)}f}"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
