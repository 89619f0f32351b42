"""How the judging commands print figures: values, intervals, p-values, and lists of ids."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from summarize.figures import NONE, number, p_value, span
from summarize.scores import Malformed, Skipped

__all__ = ["NONE", "number", "p_value", "print_floor", "print_ids", "print_problems", "span"]

_MOST = 10


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
