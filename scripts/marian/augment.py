"""Variants of pairs that teach what the pairs alone don't: headlines, and names and numbers as they are."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from marian.pairs import Pair

# Words that Indonesian headlines leave small.
SMALL = frozenset(
    (
        "agar", "atau", "bagi", "dalam", "dan", "dari", "dengan", "di",
        "karena", "ke", "oleh", "pada", "soal", "tak", "tentang", "untuk",
        "yang",
    )
)  # fmt: skip
NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")
DIGITS = re.compile(r"\d+")
HEADLINE_WORDS = range(3, 26)
CAPITALS = 0.1  # of the headlines; the others are in Title Case. Capitals fall into many small pieces


@dataclass(frozen=True, slots=True)
class Augmentation:
    """The share of pairs that each variant replaces, from 0 to 1, and the names to put in."""

    headlines: float = 0.0
    renamed: float = 0.0
    names: tuple[str, ...] = ()

    def __call__(self, pair: Pair, rng: random.Random) -> Pair:
        """The pair, or a variant of it."""
        if rng.random() < self.renamed:
            pair = renumber(rename(pair, self.names, rng), rng)
        if len(pair.source.split()) in HEADLINE_WORDS and rng.random() < self.headlines:
            pair = headline(pair, capitals=rng.random() < CAPITALS)
        return pair


def headline(pair: Pair, capitals: bool = False) -> Pair:
    """The source written as a headline, in Title Case or ALL CAPS, over an unchanged translation.

    Without its full stop on either side: headlines have none.
    """
    source, target = pair.source, pair.target
    if source.endswith(".") and target.endswith(".") and not source.endswith(".."):
        source, target = source[:-1], target[:-1]
    return replace(pair, source=source.upper() if capitals else title_case(source), target=target)


def title_case(text: str) -> str:
    """Every word but the small ones with a capital, nothing made small: `KPK Periksa Gubernur di Riau`."""
    first, *rest = text.split()
    return " ".join([_capital(first), *(word if word in SMALL else _capital(word) for word in rest)])


def _capital(word: str) -> str:
    for index, character in enumerate(word):
        if character.isalpha():
            return word[:index] + character.upper() + word[index + 1 :]
    return word


def shared_names(pair: Pair) -> list[str]:
    """The capitalised words that both sides have, but not the first of the source."""
    target = set(NAME.findall(pair.target))
    return sorted({m[0] for m in NAME.finditer(pair.source) if m.start() > 1 and m[0] in target})


def rename(pair: Pair, names: Sequence[str], rng: random.Random) -> Pair:
    """One name that both sides share, exchanged on both for another; the pair itself where none is."""
    shared = shared_names(pair)
    if not shared or not names:
        return pair
    old, new = rng.choice(shared), rng.choice(names)
    pattern = re.compile(rf"\b{re.escape(old)}\b")
    return replace(pair, source=pattern.sub(new, pair.source), target=pattern.sub(new, pair.target))


def renumber(pair: Pair, rng: random.Random) -> Pair:
    """Each run of digits that both sides have once, exchanged on both for another of its length.

    Runs of one digit stay: they are spelt out, months and scores too often.
    """
    once = [
        {run for run, n in Counter(DIGITS.findall(side)).items() if n == 1}
        for side in (pair.source, pair.target)
    ]
    source, target = pair.source, pair.target
    for run in sorted(once[0] & once[1]):
        if len(run) > 1:
            new = str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in run[1:])
            pattern = re.compile(rf"(?<!\d){run}(?!\d)")
            source, target = pattern.sub(new, source), pattern.sub(new, target)
    return replace(pair, source=source, target=target)


def collect_names(pairs: Iterable[Pair], texts: Iterable[str] = (), rarest: int = 20_000) -> tuple[str, ...]:
    """Names to put in: capitalised words that pairs share, and those inside of English text.

    A word that also occurs in small letters is no name. The rarest come first, as they teach most.
    """
    found: Counter[str] = Counter()
    small: set[str] = set()
    for pair in pairs:
        found.update(shared_names(pair))
        small.update(pair.source.split(), pair.target.split())
    for text in texts:
        found.update(
            match[0] for match in NAME.finditer(text) if match.start() > 1 and text[match.start() - 2] != "."
        )
        small.update(text.split())
    names = [name for name in found if name.lower() not in small]
    return tuple(sorted(names, key=lambda name: (found[name], name))[:rarest])
