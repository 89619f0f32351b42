"""A bilingual word list, put to use on back-translated sources.

A small model leaves words that it never learnt as they are, and of several words that mean the same it
writes one. With a list of source words and their translations, what was left is translated, and a word may
give way to another of the same meaning (after Fadaee, Bisazza and Monz, 2017). The target, which people
wrote, stays.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from marian.pairs import Pair, read_tsv

MOST_EXCHANGED = 2
"""Words of a source that give way to others; what was left untranslated isn't counted."""

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[\W\d_]+")
_CONSONANT_AT_THE_END = re.compile(r"[^aeiou][aeiou][^aeiouwxy]$")


@dataclass(frozen=True, slots=True)
class WordList:
    """Source words with their translations, and the other way round by every form of a translation."""

    translations: Mapping[str, frozenset[str]]
    words: Mapping[str, tuple[str, ...]]


def read(path: Path) -> WordList:
    """The word list in a TSV: a source word and one word that translates it a line, in lower case.

    Lines with phrases, or with words of fewer than three letters, are passed over. Raises ValueError with the
    line's number where a line has other than two or three columns.
    """
    translations: dict[str, set[str]] = {}
    words: dict[str, dict[str, None]] = {}
    for pair in read_tsv(path):
        if not all(
            len(side) > 2 and side.isalpha() and side.islower() for side in (pair.source, pair.target)
        ):
            continue
        for form in _forms(pair.target):
            translations.setdefault(pair.source, set()).add(form)
            words.setdefault(form, {})[pair.source] = None
    return WordList(
        {word: frozenset(forms) for word, forms in translations.items()},
        {form: tuple(found) for form, found in words.items()},
    )


def vary(pair: Pair, words: WordList, rng: random.Random) -> Pair:
    """The pair with a source in which words were translated that the target has, and some exchanged."""
    tokens = _TOKEN.findall(pair.source)
    target = {token for token in _TOKEN.findall(pair.target.lower()) if token[0].isalpha()}
    for index, token in enumerate(tokens):
        if token in target and token not in words.translations and token in words.words:
            tokens[index] = rng.choice(words.words[token])
    exchangeable = [
        index for index, token in enumerate(tokens) if words.translations.get(token, set()) & target
    ]
    rng.shuffle(exchangeable)
    for index in exchangeable[: rng.randint(0, MOST_EXCHANGED)]:
        meant = sorted(words.translations[tokens[index]] & target)
        tokens[index] = rng.choice(words.words[rng.choice(meant)])
    return replace(pair, source="".join(tokens))


def _forms(word: str) -> set[str]:
    """An English word with the endings that it may have in a text."""
    forms = {word, f"{word}s", f"{word}es", f"{word}ed", f"{word}d", f"{word}ing"}
    if word.endswith("e"):
        forms.add(f"{word[:-1]}ing")
    if word.endswith("y"):
        forms |= {f"{word[:-1]}ies", f"{word[:-1]}ied"}
    if _CONSONANT_AT_THE_END.search(word):
        forms |= {f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"}
    return forms
