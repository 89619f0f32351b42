"""What a summary's sources say, indexed once so that many claims can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from summarize.claims import PHRASES, TOKEN, Claim, normal, stems
from summarize.quantities import implied, rounds_to
from summarize.stated_dates import find_dates
from summarize.stated_numbers import find_numbers

_ENOUGH = 0.6
"""The share of a sentence's content words that must be in the sources: a paraphrase brings its own.

One word may always be another."""

_SIMILAR = 84.0
"""The least similarity, of 100, for two spellings of a name; "Kozhemyako" and "Kojemiako" have 84."""

_SOUNDS = (
    (re.compile(r"ck|q|c(?![hei])|kh|x"), "k"),
    (re.compile(r"ph|w|v"), "f"),
    (re.compile(r"sh|sy|sch|ch|tsj|tj|dj|zh|j|g(?=[ei])"), "j"),
    (re.compile(r"ts|tz|z|c(?=[ei])"), "s"),
    (re.compile(r"oe|ou|oo"), "u"),
    (re.compile(r"y|ij|ii|ie|ee"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)


class Evidence:
    """The facts, words and names of some texts."""

    def __init__(self, tokens: list[str], capitalised: list[bool]) -> None:
        self._tokens, self._capitalised = tokens, capitalised
        self.words = frozenset(tokens)

    @classmethod
    def of(cls, sources: Iterable[str]) -> Evidence:
        """The evidence of texts in English or Indonesian."""
        raw = TOKEN.findall("\n".join(sources))
        return cls([normal(token) for token in raw], [token[0].isupper() for token in raw])

    @cached_property
    def facts(self) -> frozenset[str]:
        """The keys of all dates, numbers and known names."""
        dates = implied(find_dates(self._tokens, self._capitalised))
        numbers = {key for fact in find_numbers(self._tokens) for key in fact.keys}
        bare = {" ".join(key.split()[:2]) for key in numbers}
        return self._names | dates | numbers | bare

    def has_places(self, claim: Claim) -> bool:
        """Whether the countries and cities of a claim are there, of those known in both languages."""
        return all(self._is_known_name(place) for place in claim.places)

    def missing(self, claim: Claim) -> Claim | None:
        """The claim where the sources don't support it, with what is missing as its text; else None."""
        if claim.kind == "words":
            words = [next(iter(need)) for need in claim.needs]
            absent = [word for word, known in zip(words, self._are_known(words), strict=True) if not known]
            if len(absent) <= max(1, (1 - _ENOUGH) * len(words)):
                return None
            return replace(claim, text=" ".join(absent))
        if all(not self.facts.isdisjoint(need) for need in claim.needs):
            return None
        if claim.kind == "number" and all(self._is_near(need) for need in claim.needs):
            return None
        if claim.kind == "name" and all(self._is_named(need) for need in claim.needs):
            return None
        return claim

    @cached_property
    def _names(self) -> frozenset[str]:
        known: set[str] = set()
        for first in self.words & _starts().keys():
            known.update(f"name {name}" for pairs, name in _starts()[first] if self._pairs.issuperset(pairs))
        return frozenset(known)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self._tokens))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stems(list(self.words)))

    @cached_property
    def _long_words(self) -> list[str]:
        return [word for word in self.words if len(word) > 3 and word.isalpha()]

    @cached_property
    def _sounds(self) -> frozenset[str]:
        return frozenset(map(_sound, self._long_words))

    def _are_known(self, words: Sequence[str]) -> list[bool]:
        return [
            word in self.words or stem in self._stems
            for word, stem in zip(words, stems(list(words)), strict=True)
        ]

    def _is_near(self, need: frozenset[str]) -> bool:
        """Whether a number is one of the sources', rounded."""
        if not self.facts.isdisjoint(need):
            return True
        stated = [fact.split() for fact in self.facts if fact.startswith("number ")]
        return any(
            unit == claimed_unit and rounds_to(float(value), float(claimed))
            for _, claimed, *claimed_unit in map(str.split, need)
            for _, value, *unit in stated
        )

    def _is_known_name(self, name: str) -> bool:
        # An unlisted rendering may still have the words of one of the forms.
        return name in self._names or any(self.words.issuperset(form) for form in _forms()[name[5:]])

    def _is_named(self, need: frozenset[str]) -> bool:
        """Whether a part of a name is in the sources, in this spelling or a similar one."""
        (part,) = need
        if part.startswith("name "):
            return self._is_known_name(part)
        if part in self.words or stems([part])[0] in self._stems:
            return True
        if len(part) < 4 or not part.isalpha():
            return False
        if _sound(part) in self._sounds:
            return True
        if len(part) < 6:
            return False
        close = process.extractOne(part, self._long_words, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
        return close is not None and close[0][0] == part[0]


@lru_cache(maxsize=1 << 16)
def _sound(word: str) -> str:
    """A spelling that transliterations of the same name share: Moskow and Moscow, Shoigu and Syoigu."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@lru_cache(maxsize=1)
def _starts() -> dict[str, list[tuple[tuple[tuple[str, str], ...], str]]]:
    """For the first word of each form of a name, the form as pairs of neighbours, and the name."""
    starts: dict[str, list[tuple[tuple[tuple[str, str], ...], str]]] = {}
    for tokens, name in PHRASES.items():
        starts.setdefault(tokens[0], []).append((tuple(pairwise(tokens)), name))
    return starts


@lru_cache(maxsize=1)
def _forms() -> dict[str, list[tuple[str, ...]]]:
    forms: dict[str, list[tuple[str, ...]]] = {}
    for tokens, name in PHRASES.items():
        forms.setdefault(name, []).append(tokens)
    return forms
