"""Words that a model doesn't know, taught by sentences that have them.

A word alone is hardly learnt, and a small model has seen most words of the news never or once. But it copies
English that stands in its source. So the English of listed words is written into Indonesian sentences, the
model translates them, and the pairs of untouched sentence and translation are what it is trained on next:
self-training (He, Gu, Shen and Ranzato, 2020) with a word list (after Hu, Xia, Neubig and Carbonell, 2019).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marian.pairs import open_text
from summarize.claims import stems

MOST_WRITTEN = 5
"""Listed words of a sentence; of one with more, too much would be said word by word."""

_TOKENS = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)")
_ENGLISH = re.compile(r"[A-Za-z]{3,}")
_POSSESSIVE = "nya"
_AUXILIARIES = frozenset({
    "agar", "akan", "bakal", "belum", "berani", "berupaya", "berusaha", "bisa", "boleh", "dalam", "dan",
    "dapat", "dengan", "guna", "harus", "hendak", "ikut", "ingin", "kembali", "mampu", "mau", "mesti",
    "mulai", "perlu", "siap", "supaya", "terus", "tidak", "untuk", "wajib",
})  # fmt: skip
"""Words after which an English verb has its plain form; elsewhere, news tells what happened."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Words in lower case with their English; `plain` has the form of verbs after an auxiliary."""

    english: Mapping[str, str]
    plain: Mapping[str, str]


def read(path: Path) -> Terms:
    """The terms in a TSV, a line each: word, English, and for a verb its plain form.

    `#` starts a comment line. Raises ValueError with the line's number for a line of another form.
    """
    english: dict[str, str] = {}
    plain: dict[str, str] = {}
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            word, *forms = (column.strip() for column in line.split("\t"))
            if len(forms) not in (1, 2) or not all((word, *forms)):
                raise ValueError(f"{path}:{number}: not a word and its English, with a tab between: {line!r}")
            english[word.lower()] = forms[0]
            plain[word.lower()] = forms[-1]
    return Terms(english, plain)


def write_in(sentence: str, terms: Terms) -> tuple[str, tuple[str, ...]]:
    """The sentence with the English of its terms in their place, and what was written, in order.

    A name isn't a term: a word with a capital is one only where the sentence begins. Nothing is written into
    a sentence with more than `MOST_WRITTEN` terms.
    """
    parts = _TOKENS.split(sentence)
    written: list[str] = []
    before = ""
    for index in range(1, len(parts), 2):
        word, lower = parts[index], parts[index].lower()
        form = _form(lower, before, terms) if word == lower or not before else None
        if form is not None:
            written.append(form)
            parts[index] = form if word == lower else form[0].upper() + form[1:]
        before = lower
    if len(written) > MOST_WRITTEN:
        return sentence, ()
    return "".join(parts), tuple(written)


def has_all(target: str, written: Sequence[str]) -> bool:
    """Whether a translation has all words of what was written into its source, in any inflection."""
    wanted = _ENGLISH.findall(" ".join(written).lower())
    return set(stems(wanted)) <= set(stems(_ENGLISH.findall(target.lower())))


def _form(word: str, before: str, terms: Terms) -> str | None:
    if word in terms.english:
        return (terms.plain if before in _AUXILIARIES else terms.english)[word]
    base = word.removesuffix(_POSSESSIVE)
    if base == word or base not in terms.english:
        return None
    english = terms.english[base]
    return english if english.startswith("the ") else f"the {english}"
