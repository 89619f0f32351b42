"""Bars as SVG, for a README: no library, readable in light and in dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_ROW, _LABEL, _WIDTH, _TOP = 28, 250, 760, 44


def bars(title: str, rows: Sequence[tuple[str, float]], unit: str) -> str:
    """One bar a row, the first in colour, the length as the value; `unit` stands behind each value."""
    most = max(value for _, value in rows)
    room = _WIDTH - _LABEL - 130
    height = _TOP + _ROW * len(rows) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="13">',
        "<style>text{fill:#24292f}.ours{fill:#1a7f64}.other{fill:#9aa4af}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#3fb98f}.other{fill:#6e7681}}</style>",
        f'<text x="8" y="24" font-weight="600">{escape(title)}</text>',
    ]
    for index, (label, value) in enumerate(rows):
        y = _TOP + index * _ROW
        length = max(1.0, value / most * room)
        kind = "ours" if label.startswith("summarize") else "other"
        lines += [
            f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="{kind}" x="{_LABEL}" y="{y + 2}" width="{length:.1f}" height="18" rx="2"/>',
            f'<text x="{_LABEL + length + 6:.1f}" y="{y + 15}">{value:,.3g} {escape(unit)}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"
