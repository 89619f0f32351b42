"""Numbers and dates in English and Indonesian text, read to values that can be compared.

"five drones" and "lima drone" both state 5; "Rp1,5 juta" and "1.5 million rupiah" both 1.5e6 IDR;
"Tuesday, September 12" and "Selasa (12/9/2023)" share a weekday, a month and a day.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LEXICON: dict[str, Any] = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


def _inverted(table: dict[str, list[str]]) -> dict[str, str]:
    return {word: key for key, words in table.items() for word in words}


_MONTHS = {word: int(key) for word, key in _inverted(_LEXICON["months"]).items()}
_WEEKDAYS = {word: int(key) for word, key in _inverted(_LEXICON["weekdays"]).items()}
_NUMBERS = {word: int(key) for word, key in _inverted(_LEXICON["numbers"]).items()}
_ORDINALS = {word: int(key) for word, key in _inverted(_LEXICON["ordinals"]).items()}
_MULTIPLIERS = {word: int(key) for word, key in _inverted(_LEXICON["multipliers"]).items()}
_UNITS = _inverted(_LEXICON["units"])
_SIGNS = _inverted(_LEXICON["signs"])
_RELATIVE = {tuple(word.split()): key for word, key in _inverted(_LEXICON["relative"]).items()}
_RELATIVE_STARTS = {words[0] for words in _RELATIVE}

_ALSO_WORDS = frozenset({"may", "march", "mar", "des", "sat", "sun", "mon", "wed"})
"""Names of months and weekdays that are other words as well, so that more must speak for them."""

_DATE_CONTEXT = frozenset({"in", "of", "since", "until", "by", "from", "last", "next", "early", "late"})
_NUMERIC = frozenset({"one", *_NUMBERS, *_ORDINALS, *_MULTIPLIERS})
_DATED = frozenset({*_MONTHS, *_WEEKDAYS, *_RELATIVE_STARTS})
_DIGITS = frozenset("0123456789")
_ANAPHORIC = frozenset({"the", "these", "those", "its", "their", "between", "both", "kedua"})

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\Z")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})\Z")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*\Z")


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


def find_dates(tokens: Sequence[str], capitalised: Sequence[bool]) -> list[Fact]:
    """The dates among the tokens, which are in lower case; `capitalised` says which began upper case."""
    found: list[Fact] = []
    taken = -1
    for i, token in _among(tokens, _DATED):
        if i < taken:
            continue
        fact = None
        if token[0] in _DIGITS:
            fact = _figures(tokens, i)
        else:
            if token in _MONTHS and _is_date_word(tokens, capitalised, i):
                fact = _month(tokens, i)
            elif token in _WEEKDAYS and (token not in _ALSO_WORDS or (capitalised[i] and i > 0)):
                fact = Fact(i, i + 1, (frozenset({f"weekday {_WEEKDAYS[token]}"}),))
            if fact is None and token in _RELATIVE_STARTS:
                fact = _relative(tokens, i)
        if fact is not None:
            if found and fact.start < found[-1].end:  # a day that was read as a year, or the like
                found.pop()
            found.append(fact)
            taken = fact.end
    return _joined(found)


def find_numbers(tokens: Sequence[str], *, strict: bool = False) -> list[Fact]:
    """The numbers among the tokens, in figures and in words, with their units.

    With `strict`, numbers in words that refer back to something ("the two sides") are left out.
    """
    found: list[Fact] = []
    taken = 0
    for i, token in _among(tokens, _NUMERIC):
        if i < taken:
            continue
        if token[0] in _DIGITS:
            values, end = _in_figures(tokens, i)
        elif token in _ORDINALS:
            values, end = {float(_ORDINALS[token])}, i + 1
        else:
            values, end = _in_words(tokens, i)
            if strict and i and tokens[i - 1] in _ANAPHORIC and end == i + 1:
                continue
        if not values:
            continue
        taken = end
        unit, start, end = _unit(tokens, i, end)
        keys = {key(value) + unit for value in values}
        found.append(Fact(start, end, (frozenset(keys),)))
    return found


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
        for month, day in _month_days(fact.keys):
            keys |= {f"month {month}", key(float(day))}
            weekdays = {weekday_of(year, month, day) for year in own or years} - {None}
            keys.update(f"on {weekday} {month}-{day}" for weekday in weekdays)
            if own:
                keys.update(f"weekday {weekday}" for weekday in weekdays)
    known = {one.split()[2] for one in keys if one.startswith("on ")}
    days = {f"{month}-{day}" for month, day in _month_days(keys)}
    return keys | {f"on ? {day}" for day in days - known}


def _month_days(keys: Iterable[str]) -> list[tuple[int, int]]:
    pairs = (one[4:].split("-") for one in keys if one.startswith("day "))
    return [(int(month), int(day)) for month, day in pairs]


def _joined(facts: list[Fact]) -> list[Fact]:
    """The facts, a weekday and the date right after it as one: "Sunday (17 September)"."""
    joined: list[Fact] = []
    for fact in facts:
        days = _month_days(fact.keys)
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


def _among(tokens: Sequence[str], words: Set[str]) -> list[tuple[int, str]]:
    """The tokens that are figures or among `words`, each with its index."""
    return [(i, token) for i, token in enumerate(tokens) if token in words or token[0] in _DIGITS]


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
        if i + 1 < len(tokens) and (tokens[i + 1] in _UNITS or tokens[i + 1] in _MULTIPLIERS):
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
    month = _MONTHS[tokens[i]]
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
        if len(words) == size and (name := _RELATIVE.get(words)):
            return Fact(i, i + size, (frozenset({f"time {name}"}),))
    return None


def _in_figures(tokens: Sequence[str], i: int) -> tuple[set[float], int]:
    values = set(_readings(tokens[i]))
    end = i + 1
    while end < len(tokens) and tokens[end] in _MULTIPLIERS:
        values = {value * _MULTIPLIERS[tokens[end]] for value in values}
        end += 1
    return values, end


def _readings(token: str) -> list[float]:
    """The values that figures can have: "1.500" is 1500 in Indonesian and 1.5 in English."""
    if token.isdigit():
        return [float(token)]
    grouped = _GROUPED.match(token)
    readings = [float(token.replace(grouped[1], ""))] if grouped else []
    marks = [character for character in token if not character.isdigit()]
    if len(marks) == 1 and marks[0] in ".,":
        readings.append(float(token.replace(",", ".")))
    elif set(marks) == {".", ","} and marks.count(last := marks[-1]) == 1:
        readings.append(float(token.replace("," if last == "." else ".", "").replace(",", ".")))
    if not readings:  # a range, a score, a time of day
        readings = [float(part) for part in re.findall(r"\d+", token)]
    return readings


def _in_words(tokens: Sequence[str], i: int) -> tuple[set[float], int]:
    """The value of number words, such as "two hundred thousand" or "dua puluh lima ribu"."""
    total = hundreds = last = 0
    end = i
    while end < len(tokens):
        token = tokens[end]
        if token in _NUMBERS:
            hundreds, last = hundreds + last, _NUMBERS[token]
        elif token == "one" and end + 1 < len(tokens) and tokens[end + 1] in _MULTIPLIERS:
            hundreds, last = hundreds + last, 1
        elif token == "belas" and last:
            last += 10
        elif token in _MULTIPLIERS:
            factor = _MULTIPLIERS[token]
            if factor < 1000:
                last = (last or 1) * factor
            else:
                total += ((hundreds + last) or 1) * factor
                hundreds = last = 0
        else:
            break
        end += 1
    value = total + hundreds + last
    zero = end > i and tokens[i] in ("zero", "nol")
    return ({float(value)} if value or zero else set()), max(end, i + 1)


def _unit(tokens: Sequence[str], start: int, end: int) -> tuple[str, int, int]:
    """The unit beside a number as the tail of its key, and where number and unit start and end."""
    if end < len(tokens):
        if tokens[end] in _UNITS:
            return f" {_UNITS[tokens[end]]}", start, end + 1
        if tokens[end : end + 2] == ["per", "cent"]:
            return " %", start, end + 2
    if start and tokens[start - 1] in _SIGNS:
        return f" {_SIGNS[tokens[start - 1]]}", start - 1, end
    return "", start, end
