"""Values that options take: choices, time spans, shares."""

from __future__ import annotations

import re

import typer

from summarize.engines import Engine
from summarize.profiles import BackendName, Length

__all__ = ["BackendName", "Engine", "Length", "seconds", "share"]

_SPAN = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?")


def seconds(text: str | float) -> float:
    """Seconds in a time span as people write it: `90`, `90s`, `45m`, `8h`, `1h30m`.

    A number is taken as it is: defaults and settings files may hold one.
    """
    if isinstance(text, int | float):
        return float(text)
    match = _SPAN.fullmatch(text.strip().lower().replace(" ", ""))
    if match is None or not any(match.groups()):
        raise typer.BadParameter(f"{text!r} is not a time span; write 90s, 45m, 8h or 1h30m")
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def share(text: str) -> tuple[int, int]:
    """`3/16` as (3, 16): the third of sixteen shares."""
    match = re.fullmatch(r"(\d+)/(\d+)", text.strip())
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise typer.BadParameter(f"{text!r} is not a share; write 1/16 to 16/16")
    return int(match[1]), int(match[2])
