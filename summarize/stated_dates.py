"""Dates in English and Indonesian text: days, months, weekdays, years, "next week"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from summarize.lexicon import DIGITS, MONTHS, MULTIPLIERS, RELATIVE, UNITS, WEEKDAYS
from summarize.quantities import Fact, month_days

_ALSO_WORDS = frozenset({"may", "march", "mar", "des", "sat", "sun", "mon", "wed"})
"""Names of months and weekdays that are other words as well, so that more must speak for them."""

_DATE_CONTEXT = frozenset({"in", "of", "since", "until", "by", "from", "last", "next", "early", "late"})
_RELATIVE_STARTS = {words[0] for words in RELATIVE}
_DATED = frozenset({*MONTHS, *WEEKDAYS, *_RELATIVE_STARTS})
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\Z")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})\Z")


def find_dates(tokens: Sequence[str], capitalised: Sequence[bool]) -> list[Fact]:
    """The dates among the tokens, which are in lower case; `capitalised` says which began upper case."""
    found: list[Fact] = []
    taken = -1
    for i, token in enumerate(tokens):
        if token not in _DATED and token[0] not in DIGITS:
            continue
        if i < taken:
            continue
        fact = None
        if token[0] in DIGITS:
            fact = _figures(tokens, i)
        else:
            if token in MONTHS and _is_date_word(tokens, capitalised, i):
                fact = _month(tokens, i)
            elif token in WEEKDAYS and (token not in _ALSO_WORDS or (capitalised[i] and i > 0)):
                fact = Fact(i, i + 1, (frozenset({f"weekday {WEEKDAYS[token]}"}),))
            if fact is None and token in _RELATIVE_STARTS:
                fact = _relative(tokens, i)
        if fact is not None:
            if found and fact.start < found[-1].end:  # a day that was read as a year, or the like
                found.pop()
            found.append(fact)
            taken = fact.end
    return _joined(found)


def _joined(facts: list[Fact]) -> list[Fact]:
    """The facts, a weekday and the date right after it as one: "Sunday (17 September)"."""
    joined: list[Fact] = []
    for fact in facts:
        days = month_days(fact.keys)
        before = joined[-1] if joined else None
        if before and days and before.end == fact.start and len(fact.needs[0]) == len(days):
            [weekday, *others] = before.keys
            if weekday.startswith("weekday ") and not others:
                name = weekday.split()[1]
                pair = frozenset(f"on {one} {month}-{day}" for month, day in days for one in (name, "?"))
                joined[-1] = Fact(before.start, fact.end, (*before.needs, *fact.needs, pair))
                continue
        joined.append(fact)
    return joined


def _is_date_word(tokens: Sequence[str], capitalised: Sequence[bool], i: int) -> bool:
    if tokens[i] not in _ALSO_WORDS:
        return True
    near = [tokens[j] for j in (i - 1, i + 1) if 0 <= j < len(tokens)]
    context = i > 0 and tokens[i - 1] in _DATE_CONTEXT
    return capitalised[i] and (context or any(word[0].isdigit() for word in near))


def _figures(tokens: Sequence[str], i: int) -> Fact | None:
    """A date all in figures, or a year on its own."""
    token = tokens[i]
    if len(token) == 4 and token.isdigit() and 1900 <= int(token) <= 2100:
        if i + 1 < len(tokens) and (tokens[i + 1] in UNITS or tokens[i + 1] in MULTIPLIERS):
            return None
        return Fact(i, i + 1, (frozenset({f"year {token}"}),))
    match = _YEAR_FIRST.match(token)
    if match:
        days = _days([(int(match[2]), int(match[3]))])
        return Fact(i, i + 1, (days, frozenset({f"year {match[1]}"}))) if days else None
    match = _DAY_FIRST.match(token)
    if not match or ("/" not in token and not match[3]):
        return None
    first, second = int(match[1]), int(match[2])
    days = _days([(second, first), (first, second)])  # Indonesian and American order
    if not days:
        return None
    if not match[3]:
        return Fact(i, i + 1, (days,))
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    return Fact(i, i + 1, (days, frozenset({f"year {year}"})))


def _days(pairs: Iterable[tuple[int, int]]) -> frozenset[str]:
    return frozenset(f"day {month}-{day}" for month, day in pairs if 1 <= month <= 12 and 1 <= day <= 31)


def _month(tokens: Sequence[str], i: int) -> Fact:
    """A month with the day before or after it and the year after it, where there are any."""
    month = MONTHS[tokens[i]]
    start, end = i, i + 1
    days: list[int] = []
    before = i - 2 if i > 1 and tokens[i - 1] in ("th", "st", "nd", "rd", "of") else i - 1
    if before > 0 and tokens[before] in ("th", "st", "nd", "rd"):
        before -= 1
    if before >= 0:
        days = _day_numbers(tokens[before])
        start = before if days else i
    if not days and end < len(tokens):
        days = _day_numbers(tokens[end])
        end += bool(days)
        if days and end < len(tokens) and tokens[end] in ("th", "st", "nd", "rd"):
            end += 1
    needs = [_days((month, day) for day in [number]) for number in days] or [frozenset({f"month {month}"})]
    if end < len(tokens) and len(tokens[end]) == 4 and tokens[end].isdigit():
        needs.append(frozenset({f"year {tokens[end]}"}))
        end += 1
    return Fact(start, end, tuple(needs))


def _day_numbers(token: str) -> list[int]:
    parts = token.split("-")
    if len(parts) > 2 or not all(part.isdigit() and len(part) <= 2 for part in parts):
        return []
    numbers = [int(part) for part in parts]
    return numbers if all(1 <= number <= 31 for number in numbers) else []


def _relative(tokens: Sequence[str], i: int) -> Fact | None:
    for size in (2, 1):
        words = tuple(tokens[i : i + size])
        if len(words) == size and (name := RELATIVE.get(words)):
            return Fact(i, i + size, (frozenset({f"time {name}"}),))
    return None
