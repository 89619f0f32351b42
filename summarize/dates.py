"""Dates as news data writes them → ISO 8601."""

from __future__ import annotations

import re
from datetime import date, datetime

_MONTHS = (
    ("jan", "januari", "january"),
    ("feb", "februari", "february", "pebruari"),
    ("mar", "maret", "march"),
    ("apr", "april"),
    ("mei", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("agu", "agt", "ags", "agustus", "aug", "august"),
    ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"),
    ("nov", "november", "nopember", "nop"),
    ("des", "desember", "dec", "december"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_ZONES = {"WIB": "+07:00", "WITA": "+08:00", "WIT": "+09:00", "UTC": "+00:00", "GMT": "+00:00", "Z": "+00:00"}
_ISO = re.compile(
    r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(?P<seconds>:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?"
)
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\s*[ /.-]\s*(?P<month>\d{1,2}|[A-Za-z]{3,9})\.?\s*[ /.-]\s*(?P<year>\d{4})"
    r"(?:\D{1,12}?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<zone>(?:WIB|WITA|WIT|UTC|GMT|Z)\b|[+-]\d{2}:?\d{2}))?)?"
)


def iso_date(value: object) -> str | None:
    """`value` as ISO 8601, as precise as it is written; None where it isn't a date that is understood.

    Understood are date objects, ISO dates, and the Indonesian and English forms with the day first
    (`Selasa, 12 September 2023 - 08:15 WIB`, `12/9/2023`, `Tue, 12 Sep 2023 08:15:00 +0700`).
    """
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return _iso(text) or _day_first(text)
    except ValueError:
        return None


def _iso(text: str) -> str | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    if len(text) == len("2023-09"):
        return text if 1 <= int(text[5:]) <= 12 else None
    if len(text) == len("2023-09-12"):
        return date.fromisoformat(text).isoformat()
    moment = datetime.fromisoformat(re.sub(r"\s+(?=[Z+-])", "", text))
    return moment.isoformat(timespec="auto" if match["seconds"] else "minutes")


def _day_first(text: str) -> str | None:
    match = _DAY_FIRST.search(text)
    if not match:
        return None
    name = match["month"]
    month = int(name) if name.isdecimal() else _MONTH.get(name.lower())
    if month is None:
        return None
    day = date(int(match["year"]), month, int(match["day"]))
    if match["hour"] is None:
        return day.isoformat()
    moment = datetime(
        day.year, day.month, day.day, int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    )
    precision = "seconds" if match["second"] else "minutes"
    zone = match["zone"] or ""
    offset = _ZONES.get(zone) or (f"{zone[:3]}:{zone[-2:]}" if zone else "")
    return moment.isoformat(timespec=precision) + offset
