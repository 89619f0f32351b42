"""Numbers and names that a translation must carry over: found, compared, and put right where that is safe.

Indonesian writes 1.500.000 and 3,5 where English writes 1,500,000 and 3.5. Small models copy the
Indonesian form, drop a figure, or break a name they never saw ("Vostochny" → "Vostony").
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import NamedTuple

_NUMBER = re.compile(r"(?<![\w.,])(?:Rp\.?|US\$|S\$|[$€£])?(\d+(?:[.,]\d+)*)")
_FOLLOWING = re.compile(r"[\s-]*([A-Za-z]+)")
_DIGIT = re.compile(r"\d")
_SWAPPED = str.maketrans(".,", ",.")
_ANY_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WITH_DECIMAL = {
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    ".": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
}
_TIME = re.compile(r"([01]?\d|2[0-4])[.:]([0-5]\d)")
_DATE = re.compile(r"(?<![\d/])([0-3]?\d)/([01]?\d)/(\d{4})(?![\d/])")
_SHORT_DATE = re.compile(
    r"(?:(?<=\()|(?<=(?:enin|lasa|Rabu|amis|umat|abtu|nggu)[, ] )"
    r"|(?<=(?:enin|lasa|Rabu|amis|umat|abtu|nggu) ))([0-3]?\d)/([01]?\d)()(?![\d/])"
)
_DAY_MONTH = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b")
_CAPITALISED = re.compile(r"(?<!\w)[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['-](?=\w))+(?!\w)")
_WORD = re.compile(r"[\w'-]+")
_JOINT = re.compile(r"['-]")
_POSSESSIVE = re.compile(r"-?nya$")
_DERIVED = re.compile(r"(?:Ke|Pe|Per|Pem|Pen|Peng|Peny)[a-z]{3,}an|Ber[a-z]{4,}|Ter[a-z]{4,}|Me[nm][a-z]{4,}")


class _Lexicon(NamedTuple):
    scales: dict[str, int]
    english_scales: dict[int, str]
    spelled: dict[str, Decimal]
    months: tuple[str, ...]
    indonesian_months: tuple[str, ...]
    translated: frozenset[str]


def spell_dates(text: str) -> str:
    """Indonesian `text` with numeric dates spelled out: 12/9/2023 as 12 September 2023.

    Models garble the short form or copy it, and English readers take the month for the day. Without a
    year only a date in brackets or after a weekday is taken for one.
    """
    if "/" not in text:
        return text
    months = _lexicon().indonesian_months

    def spelled(match: re.Match[str]) -> str:
        day, month, year = int(match[1]), int(match[2]), match[3]
        if not (1 <= day <= 31 and 1 <= month <= len(months)):
            return match[0]
        return f"{day} {months[month - 1]}{f' {year}' if year else ''}"

    return _SHORT_DATE.sub(spelled, _DATE.sub(spelled, text))


def english_numbers(source: str, target: str) -> str:
    """`target` with figures that were copied from an Indonesian `source` written the English way.

    1.500.000 becomes 1,500,000 and 3,5 becomes 3.5. A figure that isn't in the source is left alone, as is
    one that reads as a time of day.
    """
    if "." not in source and "," not in source:
        return target
    for match in _NUMBER.finditer(source):
        figure = match[1]
        written = ("." in figure or "," in figure) and figure in target
        if written and _value(figure, decimal=",") is not None and not _is_time(source, match):
            english = figure.translate(_SWAPPED)
            target = re.sub(rf"(?<![\d.,]){re.escape(figure)}(?!\d|[.,]\d)", english, target)
    return target


def lost_numbers(source: str, target: str) -> tuple[str, ...]:
    """The figures of an Indonesian `source` whose value an English `target` doesn't have, as written.

    Scale words count ("1,5 juta" is "1.5 million" or "1,500,000"), small numbers may be spelled out, a
    month of a numeric date may be named, and a time may be on the 12-hour clock.
    """
    if not _DIGIT.search(source):
        return ()
    written = set(_ANY_NUMBER.findall(target))
    lost = []
    months = {found.start(2): int(found[2]) for found in _DAY_MONTH.finditer(source)}
    values: set[Decimal] = set()
    for match in _ANY_NUMBER.finditer(source):
        figure = match[0]
        english = figure if _value(figure, decimal=",") is None else figure.translate(_SWAPPED)
        power = _scale_after(source, match.end())
        if english in written and (
            power == 1 or f"{english} {_lexicon().english_scales.get(power)}" in target
        ):
            continue
        month = months.get(match.start(), 0)
        if 1 <= month <= 12 and _lexicon().months[month - 1][:3] in target:
            continue
        values = values or _target_values(target)
        if not any(all(part in values for part in reading) for reading in _readings(source, match)):
            lost.append(figure)
    return tuple(dict.fromkeys(lost))


def lost_names(source: str, target: str) -> tuple[str, ...]:
    """The names of an Indonesian `source` that an English `target` lacks.

    A name is a capitalised word inside the sentence that isn't known to be translated; all-capital
    abbreviations are the glossary's. It is there when a word of the target has its letters, accents
    aside, but for an ending: Palestina may be Palestine or Palestinian.
    """
    gone = [name for name in dict.fromkeys(_names(source)) if name not in target]
    if not gone:
        return ()
    words = {_plain(word) for word in _WORD.findall(target)}
    words |= {part for word in words for part in _JOINT.split(word)}
    return tuple(name for name in gone if not _present(_plain(name), words))


def restore_names(source: str, target: str, lost: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """`target` with misspelt forms of `lost` names spelled as in `source`, and the names put right.

    A word of the target is taken for a misspelt name if it is capitalised, isn't in the source, begins
    with the same letter and shares most of its letters with that name and no other.
    """
    source_words = {_plain(word) for word in _WORD.findall(source)}
    restored = []
    for name in lost:
        plain = _plain(name)
        candidates = {
            word
            for word in _WORD.findall(target)
            if word[0].isupper()
            and word[0].casefold() == plain[0]
            and _plain(word) not in source_words
            and SequenceMatcher(None, plain, _plain(word)).ratio() >= 0.65
        }
        if len(candidates) == 1:
            target = re.sub(rf"(?<!\w){re.escape(candidates.pop())}(?!\w)", name, target)
            restored.append(name)
    return target, tuple(restored)


def _is_time(source: str, match: re.Match[str]) -> bool:
    """Whether a figure such as 19.30 is a time of day rather than a decimal or a thousand."""
    if not _TIME.fullmatch(match[1]):
        return False
    before = source[: match.start()].rstrip().casefold()
    after = source[match.end() :].lstrip()
    return before.endswith(("pukul", "pkl", "pkl.", "jam")) or after.startswith(("WIB", "WITA", "WIT", "GMT"))


def _value(figure: str, *, decimal: str) -> Decimal | None:
    """The value of a figure in which `decimal` is the decimal mark; None if it isn't written that way."""
    if not _WITH_DECIMAL[decimal].fullmatch(figure):
        return None
    return Decimal(figure.replace(".", "").replace(",", ".") if decimal == "," else figure.replace(",", ""))


def _readings(source: str, match: re.Match[str]) -> Iterator[tuple[Decimal, ...]]:
    """What a figure of the source may mean: each reading is values that must all be in the target."""
    figure = match[0]
    scale = _scale_after(source, match.end())
    for decimal in ",.":
        value = _value(figure, decimal=decimal)
        if value is not None:
            yield (value * scale,)
            if decimal == "," and "." in figure:
                break
    time = _TIME.fullmatch(figure)
    if time:
        hour, minute = Decimal(time[1]), Decimal(time[2])
        for clock in (hour, hour - 12):
            yield (clock, minute)
            yield (clock * 100 + minute,)
            yield (clock + minute / 100,)
            if not minute:
                yield (clock,)
    parts = tuple(Decimal(part) for part in re.split(r"[.,:]", figure))
    if len(parts) > 1 and _value(figure, decimal=",") is None:
        yield parts


def _target_values(target: str) -> set[Decimal]:
    values = set()
    for match in _ANY_NUMBER.finditer(target):
        scale = _scale_after(target, match.end())
        for decimal in ".,":
            value = _value(match[0], decimal=decimal)
            if value is not None:
                values.add(value * scale)
                values.add(value)
                break
        if ":" in match[0] or "." in match[0]:
            values.update(Decimal(part) for part in re.split(r"[.,:]", match[0]) if ":" in match[0])
    values.update(_spelled_values(target))
    return values


def _spelled_values(target: str) -> Iterator[Decimal]:
    """Values of number words: "five", "twenty-five thousand", "two and a half"."""
    lexicon = _lexicon()
    run = Decimal(0)
    for word in re.findall(r"[a-z]+", target.casefold()):
        word = word.removesuffix("s") if len(word) > 4 else word
        if word in lexicon.spelled:
            value = lexicon.spelled[word]
            run = run + value if run >= 20 and value < 10 else value
            yield from (value, run)
        elif word in lexicon.scales:
            run *= lexicon.scales[word]
            yield run
        elif word == "and":
            yield run + Decimal("0.5")
        else:
            run = Decimal(0)


def _scale_after(text: str, end: int) -> int:
    following = _FOLLOWING.match(text, end)
    return _lexicon().scales.get(following[1].casefold().removesuffix("s"), 1) if following else 1


def _names(source: str) -> Iterator[str]:
    translated = _lexicon().translated
    for match in _CAPITALISED.finditer(source):
        name = match[0]
        before = source[max(0, match.start() - 2) : match.start()].rstrip()
        starts = not before or before[-1] in ".!?:\"'(-"
        if starts or len(name) < 3 or name in translated or name.isupper() or _DERIVED.fullmatch(name):
            continue
        name = _POSSESSIVE.sub("", name)
        if len(name) >= 3 and name not in translated:
            yield name


def _present(name: str, words: set[str]) -> bool:
    if name in words or all(part in words for part in _JOINT.split(name)):
        return True
    # Indonesia → Indonesian, Palestina → Palestine.
    stem = name[: max(4, len(name) - 2)]
    return any(word.startswith(stem) and len(word) <= len(name) + 3 for word in words)


def _plain(word: str) -> str:
    """`word` in lower case without accents and without an English possessive."""
    decomposed = unicodedata.normalize("NFKD", word.casefold()) if not word.isascii() else word.casefold()
    return re.sub(r"[\u0300-\u036f]|'s$|'$", "", decomposed)


@cache
def _lexicon() -> _Lexicon:
    data = tomllib.loads(resources.files(__package__).joinpath("carryover.toml").read_text("utf-8"))
    return _Lexicon(
        scales={word: 10 ** int(power) for power, words in data["scales"].items() for word in words.split()},
        english_scales={10 ** int(power): words.split()[-1] for power, words in data["scales"].items()},
        spelled={word: Decimal(value) for value, words in data["spelled"].items() for word in words.split()},
        months=tuple(data["months"].split()),
        indonesian_months=tuple(data["indonesian_months"].split()),
        translated=frozenset(word for words in data["translated"].values() for word in words.split()),
    )
