"""How the judging commands print figures: values, intervals, p-values, and lists of ids."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from summarize.scores import Malformed, Skipped

NONE = "–"
_MOST = 10


def number(value: float | None, scale: float | None, *, signed: bool = False) -> str:
    """A value with as many digits as its scale bears: 0.312 of 1, 58.5 of 100; a dash for None.

    >>> number(0.31234, 1.0), number(58.4716, 100.0), number(None, 1.0), number(0.05, 1.0, signed=True)
    ('0.312', '58.5', '–', '+0.050')
    """
    if value is None:
        return NONE
    digits = 3 if scale == 1.0 else 1 if scale == 100.0 else 2
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def span(low: float | None, high: float | None, scale: float | None, *, signed: bool = False) -> str:
    """An interval: `[0.250, 0.370]`; a dash where there is none."""
    if low is None or high is None:
        return NONE
    return f"[{number(low, scale, signed=signed)}, {number(high, scale, signed=signed)}]"


def p_value(p: float | None) -> str:
    """A p-value: three digits, `<0.001` below them, a dash for None."""
    if p is None:
        return NONE
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def print_ids(console: Console, what: str, ids: Sequence[str]) -> None:
    """One line that names the first ids of a list; nothing for an empty list."""
    if ids:
        more = f" … and {len(ids) - _MOST:,} more (--json lists all)" if len(ids) > _MOST else ""
        listed = ", ".join(escape(identity) for identity in ids[:_MOST])
        console.print(f"[yellow]{escape(what)} ({len(ids):,}):[/] {listed}{more}", soft_wrap=True)


def print_problems(console: Console, malformed: Sequence[Malformed], skipped: Sequence[Skipped]) -> None:
    """The records that could not be used, and what was left out."""
    for item in malformed[:_MOST]:
        console.print(f"[yellow]left out[/] {escape(item.where)}: {escape(item.reason)}", soft_wrap=True)
    if len(malformed) > _MOST:
        console.print(f"… and {len(malformed) - _MOST:,} more records (--json lists all)")
    for gap in skipped:
        console.print(f"[dim]skipped {escape(gap.metric)}: {escape(gap.reason)}[/]", soft_wrap=True)


def print_floor(console: Console, articles: int) -> None:
    """With few articles, say how small a p-value can get at all."""
    from summarize.significance import smallest_p

    floor = min(1.0, smallest_p(articles))
    if floor > 0.01:
        console.print(
            f"[dim]Randomisation over so few articles ({articles}) can give no p below {floor:.3g}.[/]",
            soft_wrap=True,
        )
