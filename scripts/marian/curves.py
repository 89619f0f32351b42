"""The curves of a run as an SVG: training loss, and BLEU on the dev set, over steps."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, LEFT, GAP = 720, 220, 56, 44
Points = Sequence[tuple[float, float]]


def draw(log: Path) -> str:
    """An SVG of the two curves of a run's log; a panel without points says so."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    panels = (
        ("training loss, smoothed", [(line["step"], line["loss"]) for line in lines if "rate" in line]),
        ("BLEU on the dev set", [(line["step"], line["bleu"]) for line in lines if "bleu" in line]),
    )
    body = "".join(
        _panel(title, points, GAP + index * (HEIGHT + GAP)) for index, (title, points) in enumerate(panels)
    )
    height = 2 * (HEIGHT + GAP) + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT + 24} {height}" '
        f'font-family="sans-serif" font-size="12">{body}</svg>\n'
    )


def _panel(title: str, points: Points, top: float) -> str:
    bottom = top + HEIGHT
    frame = (
        f'<text x="{LEFT}" y="{top - 8}" font-weight="bold">{html.escape(title)}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>'
    )
    if not points:
        return f'{frame}<text x="{LEFT + 8}" y="{top + 20}" fill="#777">nothing yet</text>'
    across, up = _axis([x for x, _ in points]), _axis([y for _, y in points])
    placed = " ".join(
        f"{LEFT + WIDTH * (x - across[0]) / (across[1] - across[0]):.1f},"
        f"{bottom - HEIGHT * (y - up[0]) / (up[1] - up[0]):.1f}"
        for x, y in points
    )
    labels = "".join(
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#555">{value:,.6g}</text>'
        for x, y, anchor, value in (
            (LEFT - 6, bottom, "end", up[0]),
            (LEFT - 6, top + 10, "end", up[1]),
            (LEFT, bottom + 16, "start", across[0]),
            (LEFT + WIDTH, bottom + 16, "end", across[1]),
        )
    )
    line = f'<polyline points="{placed}" fill="none" stroke="#1763b6" stroke-width="2"/>'
    first = placed.split(" ")[0].split(",")
    dot = f'<circle cx="{first[0]}" cy="{first[1]}" r="3" fill="#1763b6"/>'
    return frame + labels + line + dot


def _axis(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis, apart even for a single value."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
