"""Figures in words and digits, the same on the terminal and in reports."""

from __future__ import annotations

NONE = "–"


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


def duration(seconds: float | None) -> str:
    """A time span for people: `4.2 s`, `3 min 20 s`, `7 h 05 min`."""
    if seconds is None:
        return "unknown"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def counted(articles: int) -> str:
    """A number of articles in words.

    >>> counted(1), counted(12000)
    ('1 article', '12,000 articles')
    """
    return "1 article" if articles == 1 else f"{articles:,} articles"
