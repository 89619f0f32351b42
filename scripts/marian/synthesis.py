"""Pairs of which one side is machine-made: back-translation and, the other way round, self-training.

Back-translation (Sennrich, Haddow and Birch, 2016) gives text in the target language a source, forward
translation (He, Gu, Shen and Ranzato, 2020) text in the source language a target.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from marian import pairs, word_list
from marian.batches import SYNTHETIC
from marian.pairs import Limits, Pair
from marian.word_list import WordList
from summarize.carryover import lost_names, lost_numbers
from summarize.claims import stems
from summarize.rare_words import Words, write_in

Translate = Callable[[Sequence[str]], list[str]]

FORWARD = "forward"
"""The domain of forward-translated pairs."""

TAUGHT = "taught"
"""Their domain where the translation of listed words was written into the source."""

CHUNK = 2000
LOOP = 4
_SMALL = re.compile(r"\b[a-z]{3,}\b")
_ENGLISH = re.compile(r"[A-Za-z]{3,}")


def back_translate(
    texts: Sequence[str],
    translate: Translate,
    limits: Limits,
    dropped: Counter[str],
    progress: Callable[[int], None] = lambda done: None,
    *,
    words: WordList | None = None,
    seed: int = 1,
) -> Iterator[Pair]:
    """Pairs of machine-made source and real target, in the domain that training tags.

    `translate` goes from the target language to the source language. Pairs that look wrong, or
    whose source runs in a loop, are dropped and counted; `progress` hears how many texts are done.
    With `words`, what `translate` left is translated, and some words are exchanged; see `word_list`.
    """
    rng = random.Random(seed)

    def made() -> Iterator[Pair]:
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            for source, target in zip(translate(chunk), chunk, strict=True):
                if loops(source):
                    dropped["loop"] += 1
                else:
                    pair = Pair(source, target, SYNTHETIC)
                    yield word_list.vary(pair, words, rng) if words else pair
            progress(start + len(chunk))

    yield from pairs.clean(made(), limits, dropped)


def forward_translate(
    texts: Sequence[str],
    translate: Translate,
    limits: Limits,
    dropped: Counter[str],
    progress: Callable[[int], None] = lambda done: None,
    *,
    known: Container[str],
    teach: Words | None = None,
) -> Iterator[Pair]:
    """Pairs of real Indonesian source and machine-made English target, in the domain `FORWARD`.

    Dropped and counted are, besides those that look wrong, pairs whose target runs in a loop, lacks a number
    or a name of the source, or has a word in small letters that isn't `known`: what the model couldn't
    translate it shall not learn to leave as it is.

    With `teach`, only sentences that have some of these words are taken, into the domain `TAUGHT`: the
    English of the words is written into them, the model translates that, and pairs without it are dropped.
    Training on the rest teaches the words (after Hu, Xia, Neubig and Carbonell, 2019).
    """

    def made() -> Iterator[Pair]:
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            drafts = [write_in(text, teach) if teach else (text, ()) for text in chunk]
            listed = [index for index, (_, written) in enumerate(drafts) if written or teach is None]
            if len(listed) < len(chunk):
                dropped["no listed word"] += len(chunk) - len(listed)
            for index, target in zip(listed, translate([drafts[i][0] for i in listed]), strict=True):
                source, written = chunk[index], drafts[index][1]
                new = set(_SMALL.findall(" ".join(written)))
                if loops(target):
                    dropped["loop"] += 1
                elif lost_numbers(source, target) or lost_names(source, target):
                    dropped["lost name or number"] += 1
                elif not has_all(target, written):
                    dropped["lost listed word"] += 1
                elif not all(word in known for word in _SMALL.findall(target) if word not in new):
                    dropped["unknown word"] += 1
                else:
                    yield Pair(source, target, TAUGHT if teach else FORWARD)
            progress(start + len(chunk))

    yield from pairs.clean(made(), limits, dropped)


def has_all(target: str, written: Sequence[str]) -> bool:
    """Whether a translation has all words of what was written into its source, in any inflection."""
    wanted = _ENGLISH.findall(" ".join(written).lower())
    return set(stems(wanted)) <= set(stems(_ENGLISH.findall(target.lower())))


def target_words(given: Iterable[Pair]) -> frozenset[str]:
    """The words in small letters that targets have at least twice, and more often than sources."""
    sources: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    for pair in given:
        sources.update(_SMALL.findall(pair.source))
        targets.update(_SMALL.findall(pair.target))
    return frozenset(word for word, count in targets.items() if count > max(1, sources[word]))


def loops(text: str) -> bool:
    """Whether a word comes four times in a row, or one to three words make a tenfold refrain."""
    words = text.split()
    if any(len(set(words[at : at + LOOP])) == 1 for at in range(len(words) - LOOP + 1)):
        return True
    return any(
        Counter(zip(*(words[at:] for at in range(size)), strict=False)).most_common(1)[0][1] >= 10
        for size in (2, 3)
        if len(words) >= size
    )
