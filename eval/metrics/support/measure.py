"""Share of a summary's numbers, dates and names that its source has too.

A figure of surface support: what it counts as found can still be said of the wrong thing, and a name
written differently in the source counts as missing. The source may be Indonesian, English, or both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

OF, AGAINST = "summary", "sources"
DEFAULTS: dict[str, Any] = {}

MEASURES: dict[str, dict[str, Any]] = {
    name: {"title": title, "unit": "share", "scale": 1.0, "better": "higher", "headline": name == "support"}
    for name, title in {
        "support": "Support",
        "support_numbers": "Supported numbers",
        "support_dates": "Supported dates",
        "support_names": "Supported names",
    }.items()
}

_MONTHS = (
    "january januari jan",
    "february februari feb pebruari",
    "march maret mar",
    "april apr",
    "may mei",
    "june juni jun",
    "july juli jul",
    "august agustus aug agu ags agt",
    "september sept sep",
    "october oktober oct okt",
    "november nov nopember",
    "december desember dec des",
)
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_NAME_OF_MONTH = "|".join(sorted((word.capitalize() for word in _MONTH), key=len, reverse=True))
_YEAR = r"(?:,?\s+(?P<y>\d{4}))?"
_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})([/.-])(?P<m>\d{1,2})\2(?P<y>\d{4})\b"),
    re.compile(r"(?<=\()(?P<d>\d{1,2})/(?P<m>\d{1,2})(?=\))"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<n>{_NAME_OF_MONTH})\b\.?{_YEAR}"),
    re.compile(rf"\b(?P<n>{_NAME_OF_MONTH})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b{_YEAR}"),
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_READINGS = tuple(
    re.compile(rf"(?P<whole>\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{point}(?P<part>\d+))?")
    for thousands, point in ((",", r"\."), (r"\.", ","))
)
_SCALE = {
    "thousand": 1e3, "ribu": 1e3, "million": 1e6, "juta": 1e6, "billion": 1e9, "miliar": 1e9,
    "milyar": 1e9, "trillion": 1e12, "triliun": 1e12,
}  # fmt: skip
_AFTER_NUMBER = re.compile(r"[\s-]*([a-z]+)", re.I)
_SMALL = (
    "zero nol", "one satu seorang", "two dua", "three tiga", "four empat", "five lima", "six enam",
    "seven tujuh", "eight delapan", "nine sembilan", "ten sepuluh", "eleven sebelas", "twelve belas",
)  # fmt: skip
_SPELLED = {word: float(value) for value, words in enumerate(_SMALL) for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]*(?:\s+(?:(?:of|the|bin|de|al)\s+)?[A-ZÀ-ÖØ-Þ][\w'’-]*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+|\n\s*)['\"“‘(]*$")
# Words that begin sentences with a capital and are no part of a name.
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "a an and another as at both but by during each for from he her his however if in it its many more "
        "most no on one or our she since so some that the their there these they this those to under we were "
        "when while who with you i after before according also several meanwhile earlier last next"
    )
)
_WEEKDAYS = frozenset(_WORD.findall("monday tuesday wednesday thursday friday saturday sunday"))
_CALENDAR = _WEEKDAYS | _MONTH.keys()

Date = tuple[int, int, int | None]  # day, month, year


@dataclass(frozen=True)
class Claims:
    """What a text says that can be looked up: numbers (each with its possible values), dates and names."""

    numbers: list[frozenset[float]] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def measure(predictions: Sequence[str], sources: Sequence[Sequence[str]]) -> dict[str, list[float | None]]:
    """For each prediction, the share of its claims found in any of its source's texts, 0 to 1.

    `support` is over all claims together; None where a prediction claims nothing of the kind.
    """
    values: dict[str, list[float | None]] = {name: [] for name in MEASURES}
    for prediction, texts in zip(predictions, sources, strict=True):
        claimed = claims(prediction)
        found = _found(claimed, texts)
        values["support"].append(_share([hit for hits in found.values() for hit in hits]))
        for kind, hits in found.items():
            values[f"support_{kind}"].append(_share(hits))
    return values


def settings(name: str) -> str:
    """The part of the signature that says how `name` was computed."""
    return "lang:en-id|version:1"


def claims(text: str) -> Claims:
    """The numbers, dates and names of an English text.

    A name is a run of capitalised words; at the start of a sentence a lone word is no name, since
    nothing but the grammar may have given it its capital.
    """
    dates, rest = _dates(text)
    return Claims(numbers=list(_numbers(rest)), dates=dates, names=list(_names(rest)))


def _found(claimed: Claims, texts: Sequence[str]) -> dict[str, list[bool]]:
    known_dates: list[Date] = []
    known_numbers: set[float] = set()
    known_words: set[str] = set()
    for text in texts:
        dates, rest = _dates(text)
        known_dates += dates
        known_numbers.update(value for values in _numbers(rest) for value in values)
        # A summary may give the year, or the day, of a date without the rest.
        known_numbers.update(float(part) for date in dates for part in (date[0], date[2]) if part)
        known_words.update(word.casefold() for word in _WORD.findall(text))
    known_numbers.update(_SPELLED[word] for word in known_words & _SPELLED.keys())
    return {
        "numbers": [not values.isdisjoint(known_numbers) for values in claimed.numbers],
        "dates": [any(_same(date, known) for known in known_dates) for date in claimed.dates],
        "names": [_parts(name) <= known_words for name in claimed.names],
    }


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _dates(text: str) -> tuple[list[Date], str]:
    """The dates of a text, and the text with them blanked out."""
    found: list[Date] = []

    def take(match: re.Match[str]) -> str:
        parts = match.groupdict()
        month = int(parts["m"]) if parts.get("m") else _MONTH[parts["n"].casefold()]
        day = int(parts["d"])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return match[0]
        found.append((day, month, int(parts["y"]) if parts.get("y") else None))
        return " " * len(match[0])

    for pattern in _DATES:
        text = pattern.sub(take, text)
    return found, text


def _same(date: Date, known: Date) -> bool:
    return date[:2] == known[:2] and (date[2] is None or known[2] is None or date[2] == known[2])


def _numbers(text: str) -> Iterable[frozenset[float]]:
    for match in _NUMBER.finditer(text):
        after = _AFTER_NUMBER.match(text, match.end())
        scale = _SCALE.get(after[1].casefold(), 1.0) if after else 1.0
        yield frozenset(round(value * scale, 6) for value in _readings(match[0]))


def _readings(digits: str) -> set[float]:
    """What a number can mean where '1.500' is one and a half in English and 1500 in Indonesian."""
    matches = [pattern.fullmatch(digits) for pattern in _READINGS]
    values = {
        float(re.sub(r"\D", "", match["whole"]) + "." + (match["part"] or "0")) for match in matches if match
    }
    return values or {float(re.sub(r"\D", "", digits))}


def _names(text: str) -> Iterable[str]:
    for match in _NAME.finditer(text):
        words = match[0].split()
        first = _SENTENCE_START.search(text[max(0, match.start() - 40) : match.start()]) is not None
        if first and (len(words) == 1 or words[0].casefold() in _FUNCTION_WORDS):
            words = words[1:]
        while words and words[0].casefold() in _FUNCTION_WORDS:
            words = words[1:]
        if words and not all(word.casefold() in _CALENDAR for word in words):
            yield " ".join(words)


def _parts(name: str) -> set[str]:
    parts = {word.casefold() for word in _WORD.findall(name.replace("’s", "").replace("'s", ""))}
    return parts - _FUNCTION_WORDS - {"of"}
