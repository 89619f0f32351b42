"""What numbers and dates state, as keys that can be compared, and what follows from them.

"five drones" and "lima drone" both state 5; "Rp1,5 juta" and "1.5 million rupiah" both 1.5e6 IDR;
"Tuesday, September 12" and "Selasa (12/9/2023)" share a weekday, a month and a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """Something stated by the tokens from `start` to before `end`.

    `needs` are keys: the statement holds where one key of each set is known. A key is `number 5`,
    `number 5 USD`, `weekday 1`, `month 9`, `day 9-17`, `year 2023`, `time next-week`, or `on 1 9-12` for
    a weekday with its date.
    """

    start: int
    end: int
    needs: tuple[frozenset[str], ...]

    @property
    def keys(self) -> Iterable[str]:
        """All keys of all needs."""
        return (key for need in self.needs for key in need)


def key(value: float) -> str:
    """The key of a number."""
    return f"number {value:.8g}"


def rounds_to(value: float, claimed: float) -> bool:
    """Whether `claimed` is `value` rounded to as many figures as `claimed` has: 1.2 million, 1,234,567."""
    if claimed < 100 or value < 100:
        return False
    figures = len(f"{claimed:.8g}".split("e")[0].replace(".", "").rstrip("0"))
    return float(f"{value:.{max(figures, 1)}g}") == float(f"{claimed:.8g}")


def weekday_of(year: int, month: int, day: int) -> int | None:
    """The weekday of a date, 0 for Monday; None if there is no such date."""
    try:
        return datetime.date(year, month, day).weekday()
    except ValueError:
        return None


def implied(facts: Sequence[Fact]) -> set[str]:
    """The keys of dates with those that follow from them.

    A day implies its month and its number, and its weekday where its year is stated or any year at all
    is. A day of which no weekday is known gets the key `on ? 9-12`.
    """
    keys = {one for fact in facts for one in fact.keys if not one.startswith("on ?")}
    years = {int(one[5:]) for one in keys if one.startswith("year ")}
    for fact in facts:
        own = {int(one[5:]) for one in fact.keys if one.startswith("year ")}
        for month, day in month_days(fact.keys):
            keys |= {f"month {month}", key(float(day))}
            weekdays = {weekday_of(year, month, day) for year in own or years} - {None}
            keys.update(f"on {weekday} {month}-{day}" for weekday in weekdays)
            if own:
                keys.update(f"weekday {weekday}" for weekday in weekdays)
    known = {one.split()[2] for one in keys if one.startswith("on ")}
    days = {f"{month}-{day}" for month, day in month_days(keys)}
    return keys | {f"on ? {day}" for day in days - known}


def month_days(keys: Iterable[str]) -> list[tuple[int, int]]:
    """The months and days of the keys that state a day."""
    pairs = (one[4:].split("-") for one in keys if one.startswith("day "))
    return [(int(month), int(day)) for month, day in pairs]
