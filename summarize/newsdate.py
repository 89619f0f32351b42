"""Dates and datelines of Indonesian news pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb februari february", "mar maret march", "apr april", "mei may",
            "jun juni june", "jul juli july", "agu ags agt agustus aug august", "sep sept september",
            "okt oktober oct october", "nov november", "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {"wib": 7, "wita": 8, "wit": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK = r"(?:[\s,|•·@T–-]{1,4}(?:pukul\s|jam\s)?(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:]\d{2})?(?:\s?(?P<zone>WIB|WITA|WIT)\b)?)?"
_PAGE_DATES = tuple(
    re.compile(pattern + _CLOCK, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        rf"\b(?P<day>\d{{1,2}})[\s-](?P<month>{_MONTH})\.?[\s,-]{{1,2}}(?P<year>\d{{4}})",
        rf"\b(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}}),?\s(?P<year>\d{{4}})",
    )
)
_WEEKDAY = r"(?:Senin|Selasa|Rabu|Kamis|Jum['’]?at|Sabtu|Minggu|Ahad)"
_BODY_DATE = re.compile(
    rf"{_WEEKDAY}(?:\s(?:pagi|siang|sore|malam|dini hari|petang))?,?\s?\((?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})[/.-](?P<year>\d{{4}})\)"
)

_SITE = (
    r"(?:[\w-]+(?:\.[\w-]+)*\.(?:[Cc][Oo][Mm]|[Cc][Oo]\.[Ii][Dd]|[Cc][Oo]|[Ii][Dd]|[Nn][Ee][Tt]|[Oo][Rr][Gg]"
    r"|[Tt][Vv]|[Nn][Ee][Ww][Ss]|[Ii][Nn][Ff][Oo])|VIVA(?:\s[A-Z]\w+)?|CNN Indonesia|CNBC Indonesia|ANTARA|Antara"
    r"|BBC(?: News)? Indonesia|VOA|KBRN|RRI|MNC Portal|SINDOnews|Okezone|JawaPos|Suara|Tempo|TEMPO|Republika|REPUBLIKA)"
)
_TOWN = r"[A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,3}(?:,\s[A-Z][\w'’]*(?: [A-Z][\w'’]*){0,2})?"
_DASH = r"(?:--?|–|—)"
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<place>{_TOWN})\s?[,|/]\s?{_SITE}\s?(?:{_DASH}|:)\s?(?=\S)",  # Jakarta, CNN Indonesia --
        rf"^{_SITE}\s?[,|/]\s?(?P<place>{_TOWN})\s?(?:{_DASH}|:)\s?(?=\S)",  # TEMPO.CO, Jakarta -
        rf"^{_SITE}\s?[,|/]\s?(?P<place>[A-Z]\w+)\s(?=[A-Z\"“])",  # Liputan6.com, Jakarta
        rf"^{_SITE}\s?(?P<place>){_DASH}\s?(?=[\w\"“])",  # SUARA.COM -
        rf"^(?P<place>{_TOWN})\s\({_SITE}\)\s?{_DASH}\s?(?=\S)",  # Jakarta (ANTARA) -
        rf"^(?P<place>{_TOWN})\s?(?:—|\s{_DASH}\s)\s?(?=[\w\"“‘'])",  # PYONGYANG -
        r"^(?P<place>[A-Z]{4,}(?: [A-Z]{2,}){0,2}):\s(?=[\w\"“])",  # JAKARTA:
    )
)


def page_date(text: str) -> str | None:
    """The date, and the time if any, of a line such as `Selasa, 12 Sep 2023 10:15 WIB`, in ISO 8601."""
    for pattern in _PAGE_DATES:
        if match := pattern.search(text):
            return _iso(match)
    return None


def body_date(text: str) -> str | None:
    """The first date that follows a weekday, `Selasa (12/9/2023)`, in ISO 8601."""
    match = _BODY_DATE.search(text) if "(" in text else None
    return _iso(match) if match else None


def dateline(text: str) -> str | None:
    """The place in the dateline with which a story's first paragraph begins.

    None without a dateline; the empty string for one that names the outlet only (`SUARA.COM -`).
    """
    start = text[:90]
    for pattern in _DATELINES:
        if match := pattern.match(start):
            return match["place"]
    return None


def _iso(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    month = groups["month"].lower()
    try:
        moment = datetime(
            int(groups["year"]),
            int(month) if month.isdecimal() else _MONTHS[month],
            int(groups["day"]),
            int(groups.get("hour") or 0),
            int(groups.get("minute") or 0),
        )
    except ValueError:
        return None
    if not groups.get("hour"):
        return moment.date().isoformat()
    if zone := groups.get("zone"):
        moment = moment.replace(tzinfo=timezone(timedelta(hours=_ZONES[zone.lower()])))
    return moment.isoformat(timespec="minutes")
