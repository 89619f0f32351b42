"""Words that a small model never learnt, with their English, which it copies from its source.

A word that a model's vocabulary has only in pieces is one that it saw seldom, and makes another word of.
English that stands in the source it copies and inflects. So the English of such words is written into a
segment before it is translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from summarize.errors import InputError
from summarize.models.backend import Tokenizer

MOST_WRITTEN = 5
"""Listed words of a segment; of one with more, too much would be said word by word."""

FEWEST_PIECES = 3
"""Pieces of a word that a model hardly knows."""

_TOKENS = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)")
_POSSESSIVE = "nya"
_AUXILIARIES = frozenset({
    "agar", "akan", "bakal", "belum", "berani", "berupaya", "berusaha", "bisa", "boleh", "dalam", "dan",
    "dapat", "dengan", "guna", "harus", "hendak", "ikut", "ingin", "kembali", "mampu", "mau", "mesti",
    "mulai", "perlu", "siap", "supaya", "terus", "tidak", "untuk", "wajib",
})  # fmt: skip
"""Words after which an English verb has its plain form; elsewhere, news tells what happened."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words in lower case with their English; `plain` has the form of verbs after an auxiliary."""

    english: Mapping[str, str]
    plain: Mapping[str, str]

    def rare(self, tokenizer: Tokenizer) -> Words:
        """Those that a tokenizer takes into `FEWEST_PIECES` pieces or more."""
        unpieced = len(tokenizer.encode(["a"])[0]) - 1
        lengths = zip(self.english, tokenizer.encode(list(self.english)), strict=True)
        kept = {word for word, pieces in lengths if len(pieces) - unpieced >= FEWEST_PIECES}
        return Words(
            {word: english for word, english in self.english.items() if word in kept},
            {word: plain for word, plain in self.plain.items() if word in kept},
        )


@cache
def news_words() -> Words:
    """The built-in list of words of Indonesian news, `rare_words.tsv`."""
    return read_words(Path(__file__).with_name("rare_words.tsv"))


def read_words(path: Path) -> Words:
    """The words in a TSV, a line each: word, English, and for a verb its plain form.

    `#` starts a comment line. Raises InputError with file and line for a line of another form.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Can't read the word list {path}: {error}") from error
    english: dict[str, str] = {}
    plain: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, *forms = (column.strip() for column in line.split("\t"))
        if len(forms) not in (1, 2) or not all((word, *forms)):
            raise InputError(
                f"{path}, line {number}: not a word and its English: {line!r}",
                "A line is: word, a tab, its English; for example pencemaran<TAB>pollution.",
            )
        english[word.lower()] = forms[0]
        plain[word.lower()] = forms[-1]
    return Words(english, plain)


def write_in(sentence: str, words: Words) -> tuple[str, tuple[str, ...]]:
    """The sentence with the English of its listed words in their place, and what was written, in order.

    A name isn't one: a word with a capital counts only where the sentence begins. Nothing is written into a
    sentence with more than `MOST_WRITTEN` of them.
    """
    parts = _TOKENS.split(sentence)
    written: list[str] = []
    before = ""
    for index in range(1, len(parts), 2):
        word, lower = parts[index], parts[index].lower()
        form = _form(lower, before, words) if word == lower or not before else None
        if form is not None:
            written.append(form)
            parts[index] = form if word == lower else form[0].upper() + form[1:]
        before = lower
    if len(written) > MOST_WRITTEN:
        return sentence, ()
    return "".join(parts), tuple(written)


def _form(word: str, before: str, words: Words) -> str | None:
    if word in words.english:
        return (words.plain if before in _AUXILIARIES else words.english)[word]
    base = word.removesuffix(_POSSESSIVE)
    if base == word or base not in words.english:
        return None
    english = words.english[base]
    return english if english.startswith("the ") else f"the {english}"
