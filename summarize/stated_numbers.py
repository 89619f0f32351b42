"""Numbers in English and Indonesian text, in figures and in words, with their units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarize.lexicon import DIGITS, MULTIPLIERS, NUMBERS, ORDINALS, SIGNS, UNITS
from summarize.quantities import Fact, key

_NUMERIC = frozenset({"one", *NUMBERS, *ORDINALS, *MULTIPLIERS})
_ANAPHORIC = frozenset({"the", "these", "those", "its", "their", "between", "both", "kedua"})
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*\Z")


def find_numbers(tokens: Sequence[str], *, strict: bool = False) -> list[Fact]:
    """The numbers among the tokens, in figures and in words, with their units.

    With `strict`, numbers in words that refer back to something ("the two sides") are left out.
    """
    found: list[Fact] = []
    taken = 0
    for i, token in enumerate(tokens):
        if token not in _NUMERIC and token[0] not in DIGITS:
            continue
        if i < taken:
            continue
        if token[0] in DIGITS:
            values, end = _in_figures(tokens, i)
        elif token in ORDINALS:
            values, end = {float(ORDINALS[token])}, i + 1
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


def _in_figures(tokens: Sequence[str], i: int) -> tuple[set[float], int]:
    values = set(_readings(tokens[i]))
    end = i + 1
    while end < len(tokens) and tokens[end] in MULTIPLIERS:
        values = {value * MULTIPLIERS[tokens[end]] for value in values}
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
        if token in NUMBERS:
            hundreds, last = hundreds + last, NUMBERS[token]
        elif token == "one" and end + 1 < len(tokens) and tokens[end + 1] in MULTIPLIERS:
            hundreds, last = hundreds + last, 1
        elif token == "belas" and last:
            last += 10
        elif token in MULTIPLIERS:
            factor = MULTIPLIERS[token]
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
        if tokens[end] in UNITS:
            return f" {UNITS[tokens[end]]}", start, end + 1
        if tokens[end : end + 2] == ["per", "cent"]:
            return " %", start, end + 2
    if start and tokens[start - 1] in SIGNS:
        return f" {SIGNS[tokens[start - 1]]}", start - 1, end
    return "", start, end
