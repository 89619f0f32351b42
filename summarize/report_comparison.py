"""The report of a comparison: which system is better, how surely, and where they differ most."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from summarize.comparison import ArticleDifference, Comparison, MetricDifference
from summarize.report import day_and_time, place
from summarize.report_page import render
from summarize.significance import smallest_p

_PIECES = re.compile(r"\s+|\w+|[^\w\s]+")
_MOST_PIECES = 4000
SIGNIFICANT = 0.05

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it is in this text only."""


def write_comparison(comparison: Comparison, output: str) -> str:
    """Write a comparison as one HTML file to the path or URL `output`, and return that."""
    page = render(
        "comparison.html.jinja",
        (),
        title="Comparison: " + ", ".join(system.name for system in comparison.systems),
        comparison=comparison,
        created=day_and_time(comparison.created),
        headlines=_headlines,
        reach=_reach,
        offset=_offset,
        verdict=verdict,
        both=both,
        floor=min(1.0, smallest_p(comparison.articles)),
    )
    folder, name = place(output)
    folder.write(name, page.encode("utf-8", "replace"))
    return output


def verdict(item: MetricDifference) -> str:
    """Which of the two is better: `better`, `worse`, or `unsure` unless interval and p-value agree.

    They do where the interval leaves out zero and randomisation gives p ≤ 0.05: with few articles the
    bootstrap alone is too sure. A measure of which neither way is better is `neither`.
    """
    low, high, p = item.found.low, item.found.high, item.found.p_randomisation
    if item.better == "neither":
        return "neither"
    if low is None or high is None or low <= 0 <= high or p is None or p > SIGNIFICANT:
        return "unsure"
    return "better" if (low > 0) == (item.better == "higher") else "worse"


def both(article: ArticleDifference) -> tuple[Pieces, Pieces]:
    """The two systems' texts with the words that only one of them has."""
    ours, theirs = (
        _PIECES.findall(text)[:_MOST_PIECES] for text in (article.baseline_text, article.system_text)
    )
    matcher = difflib.SequenceMatcher(a=ours, b=theirs, autojunk=False)
    left: Pieces = []
    right: Pieces = []
    for kind, i, j, k, m in matcher.get_opcodes():
        for pieces, text in ((left, ours[i:j]), (right, theirs[k:m])):
            if text:
                pieces.append(("".join(text), kind != "equal"))
    return left, right


def _headlines(items: Sequence[MetricDifference]) -> list[MetricDifference]:
    return [item for item in items if item.headline]


def _reach(items: Sequence[MetricDifference], scale: float | None) -> float:
    """The greatest difference that the bars of measures with `scale` have to show."""
    known = (
        abs(value)
        for item in items
        if item.scale == scale
        for value in (item.found.low, item.found.high, item.found.difference)
        if value is not None
    )
    return max(known, default=0.0) or 1.0


def _offset(value: float | None, reach: float) -> float:
    """Where a difference lies on a bar of 100 with zero in the middle."""
    return 50.0 if value is None else round(50 + 50 * max(-1.0, min(1.0, value / reach)), 2)
