"""Where and when a news story was filed: datelines, date lines, dates in the first sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarize.dates import iso_date

_MONTH = (
    r"(?:Jan(?:uari|uary)?|Feb(?:ruari|ruary)?|Mar(?:et|ch)?|Apr(?:il)?|Mei|May|Jun[ie]?|Jul[iy]?|Agu(?:stus)?|Agt"
    r"|Ags|Aug(?:ust)?|Sep(?:t|tember)?|Okt(?:ober)?|Oct(?:ober)?|Nov(?:ember)?|Des(?:ember)?|Dec(?:ember)?)\b"
)
_CLOCK = (
    r"(?:[\s,|•·@T/–-]{1,4}(?:(?:pukul|jam)\s)?(\d{1,2})[.:](\d{2})(?:[.:]\d{2})?"
    r"(?:\s?\(?(WIB|WITA|WIT|UTC|GMT)\b)?)?"
)
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})[\s/-]({_MONTH}|\d{{1,2}})\.?[\s/,-]{{1,2}}(\d{{4}}){_CLOCK}", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s(\d{{1,2}}),?\s(\d{{4}}){_CLOCK}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"\b(\d{{4}})-(\d{{2}})-(\d{{2}}){_CLOCK}", re.IGNORECASE)
_WEEKDAY_DATE = re.compile(
    r"(?:Senin|Selasa|Rabu|Kamis|Jum['’]?at|Sabtu|Minggu|Ahad)"
    r"(?:\s(?:dini hari|pagi|siang|sore|petang|malam))?,?\s?\((\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\)"
)

_SITE = (
    r"(?:[\w-]+(?:\.[\w-]+)*\.(?i:com|co\.id|co|id|net|org|tv|news|info|online)|VIVA(?:\s[A-Z]\w+)?|ANTARA|Antara"
    r"|CNN Indonesia|CNBC Indonesia|BBC(?: News)? Indonesia|VOA|KBRN|RRI|MNC Portal|SINDOnews|Okezone|JawaPos"
    r"|Suara|PIKIRAN RAKYAT|KONTAN|SINDONEWS|BERITASATU|SOLOPOS|Tempo|TEMPO|Republika|REPUBLIKA)"
)
_TOWN = r"[A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,3}(?:,\s[A-Z][\w'’]*(?: [A-Z][\w'’]*){0,2})?"
_CITY = (
    "Jakarta|Bandung|Surabaya|Semarang|Yogyakarta|Medan|Makassar|Denpasar|Palembang|Padang|Pekanbaru|Banjarmasin"
    "|Samarinda|Manado|Malang|Solo|Bogor|Depok|Tangerang|Bekasi|Batam|Pontianak|Mataram|Kupang|Jayapura|Ambon"
)
_DASH = r"(?:--?|–|—)"
_IN_ENGLISH = re.compile(r"\A.{1,80}?(?:\s(?:--?|–)\s|—\s?)(?=\S)")

_OPENING = 3
"""The dateline, which is no news, is looked for in so many paragraphs."""

_UNMARKED = rf"^{_SITE}\s?[,|/]\s?(?P<place>[A-Z]\w+)\s(?=[A-Z\"“])"  # Liputan6.com, Jakarta
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<place>{_TOWN})\s?[,|/]\s?{_SITE}\s?(?:{_DASH}|:)\s?(?=\S)",  # Jakarta, CNN Indonesia --
        rf"^{_SITE}\s?[,|/]\s?(?P<place>{_TOWN})\s?(?:{_DASH}|:)\s?(?=\S)",  # TEMPO.CO, Jakarta -
        _UNMARKED,
        rf"^{_SITE}\s?(?P<place>){_DASH}\s?(?=[\w\"“])",  # SUARA.COM -
        rf"^(?P<place>{_TOWN})\s?\((?:{_SITE}|[A-Z]\w+)\)\s?(?:{_DASH}|:)\s?(?=\S)",  # Jakarta (ANTARA) -
        rf"^(?P<place>{_TOWN})(?:\s?—|\s(?:--?|–)\s)\s?(?=[\w\"“‘'])",  # PYONGYANG -
        r"^(?P<place>[A-Z]{4,}(?: [A-Z]{2,}){0,2})\s?(?::|[-–])\s(?=[\w\"“])",  # JAKARTA:
        rf"^(?P<place>{_CITY}):\s(?=[A-Z\"“])",  # Jakarta:
    )
)
_MARK = re.compile("[-–—:]")  # all others have one
_WITHOUT_MARK = (re.compile(_UNMARKED),)


def dateline(text: str) -> str | None:
    """The town in the dateline with which a story's first paragraph begins.

    None without a dateline; the empty string for one that names the outlet only (`SUARA.COM -`).
    """
    start = text[:90]
    for pattern in _DATELINES if _MARK.search(start) else _WITHOUT_MARK:
        if match := pattern.match(start):
            return match["place"].split(",")[0]
    return None


def without_dateline(translated: Sequence[str], originals: Sequence[str]) -> list[str]:
    """Translated paragraphs less the dateline that one of the first originals begins with."""
    paragraphs = list(translated)
    for index, paragraph in enumerate(paragraphs[:_OPENING]):
        if dateline(originals[index] if index < len(originals) else paragraph) is not None:
            paragraphs[index] = _IN_ENGLISH.sub("", paragraph, count=1)
            break
    return paragraphs


def page_date(text: str) -> str | None:
    """The date, and the time if any, of a line such as `Selasa, 12 Sep 2023 10:15 WIB`, in ISO 8601."""
    if match := _DAY_FIRST.search(text):
        day, month, year, *clock = match.groups()
    elif match := _MONTH_FIRST.search(text):
        month, day, year, *clock = match.groups()
    elif match := _YEAR_FIRST.search(text):
        year, month, day, *clock = match.groups()
    else:
        return None
    time = f" {clock[0]}:{clock[1]} {clock[2] or ''}" if clock[0] else ""
    return iso_date(f"{day} {month} {year}{time}".strip())


def body_date(text: str) -> str | None:
    """The first date that follows a weekday, `Selasa (12/9/2023)`, in ISO 8601."""
    match = _WEEKDAY_DATE.search(text) if "(" in text else None
    return iso_date("/".join(match.groups())) if match else None
