"""What a summary claims, in pieces small enough to be looked up: numbers, dates, names, content words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from Stemmer import Stemmer  # type: ignore[import-not-found]

from summarize.english import FUNCTION_WORDS, REPORTING_WORDS, VERBS, sentences
from summarize.quantities import Fact
from summarize.stated_dates import find_dates
from summarize.stated_numbers import find_numbers

Kind = Literal["number", "date", "name", "words", "fact"]

TOKEN = re.compile(
    r"[A-Za-zÀ-ɏ]+(?:"
    r"['’][A-Za-z]+"
    r"|(?<=[A-Z])-\d+[A-Za-z]*"  # COVID-19
    r"|(?<![A-Za-z][A-Za-z])(?:\.[A-Za-z]\b)+\.?"  # U.S.
    r")?|\d+(?:[.,/:-]\d+)*|[%$€£¥₽₩]|[^\W\d_]+"
)
"""A token: a word, a designation, an initialism, figures, or a sign that is a unit."""

_CONNECTORS = frozenset({"of", "de", "al", "bin", "binti", "van", "von", "el", "da"})
_ADDRESS = frozenset({"i", "mr", "mrs", "ms", "dr"})


_AT_HOME = frozenset({"indonesia", "korea", "west"})
"""Places that an article is about without naming them: "the homeland", one of two Koreas, a direction."""


def _read_names() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


_TABLES = _read_names()
_NAMES = {name: tuple(forms) for table in _TABLES.values() for name, forms in table.items()}
_PLACES = frozenset(
    f"name {name}" for table in ("countries", "places") for name in _TABLES[table] if name not in _AT_HOME
)
_ACRONYMS = frozenset(
    token for forms in _NAMES.values() for form in forms for token in TOKEN.findall(form) if token.isupper()
)


@lru_cache(maxsize=1 << 16)
def normal(token: str) -> str:
    """A token without case, accents and possessive; known acronyms keep their capitals."""
    if token.endswith(("'s", "’s", "'S", "’S")):
        token = token[:-2]
    if token.isupper():
        bare = token.replace(".", "")
        if bare in _ACRONYMS and len(bare) > 1:
            return bare
        token = bare or token
    token = token.lower()
    if not token.isascii():
        decomposed = unicodedata.normalize("NFKD", token.replace("’", "'"))
        token = "".join(character for character in decomposed if not unicodedata.combining(character))
    return token


def tokenize(text: str) -> list[str]:
    """The tokens of a text in their normal form."""
    return [normal(token) for token in TOKEN.findall(text)]


def _phrases() -> dict[tuple[str, ...], str]:
    return {tuple(tokenize(form)): name for name, forms in _NAMES.items() for form in forms}


PHRASES = MappingProxyType(_phrases())
"""The known forms of names, as tokens, with the name that each stands for."""

_LONGEST = max(map(len, PHRASES))


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a text says.

    `text` is how it says it and `sentence` the 0-based sentence it says it in. `needs` are keys of
    facts: the claim is supported where, for each set, one of its keys is known. The words of a
    `words` claim, the content of a sentence apart from its other claims, are each a need, of which
    not all must be met. A `fact` is what a sentence tells though its source denies it (see `denials`).
    """

    kind: Kind
    text: str
    sentence: int
    needs: tuple[frozenset[str], ...]

    @property
    def places(self) -> frozenset[str]:
        """The keys of its countries and cities of which the Indonesian form is known."""
        return _PLACES.intersection(key for need in self.needs for key in need)


def claims(text: str) -> list[Claim]:
    """The claims of an English text, sentence by sentence."""
    return [claim for index, sentence in enumerate(sentences(text)) for claim in claims_of(sentence, index)]


def claims_of(sentence: str, index: int = 0) -> list[Claim]:
    """The claims of one sentence, the `index`th of its text."""
    matches = list(TOKEN.finditer(sentence))
    tokens = [normal(match[0]) for match in matches]
    capitalised = [match[0][0].isupper() for match in matches]
    used = [False] * len(tokens)
    found: list[Claim] = []

    def add(kind: Kind, fact: Fact) -> None:
        text = sentence[matches[fact.start].start() : matches[fact.end - 1].end()]
        found.append(Claim(kind, text, index, fact.needs))
        used[fact.start : fact.end] = [True] * (fact.end - fact.start)

    for fact in find_dates(tokens, capitalised):
        add("date", fact)
    for fact in find_numbers(tokens, strict=True):
        if not any(used[fact.start : fact.end]):
            add("number", fact)
    for fact in _names(sentence, matches, tokens, capitalised, used):
        add("name", fact)
    words = [
        token
        for token, taken in zip(tokens, used, strict=True)
        if not taken and len(token) > 3 and is_content(token)
    ]
    if len(words) > 1:  # one word alone is as likely another word for what the source says
        found.append(Claim("words", " ".join(words), index, tuple(frozenset({word}) for word in words)))
    return found


def is_content(token: str) -> bool:
    """Whether a token is a word that says something, rather than a function word or a verb of reporting."""
    return token.isalpha() and token not in FUNCTION_WORDS and token not in REPORTING_WORDS


def stems(words: Sequence[str]) -> list[str]:
    """The English stems of lower-case words."""
    return _stemmer().stemWords(words)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    return Stemmer("english", 1 << 16)


def _names(
    sentence: str, matches: list[re.Match[str]], tokens: list[str], capitalised: list[bool], used: list[bool]
) -> list[Fact]:
    """Runs of capitalised words; a first word of the sentence counts if more follow or it is known."""
    found = []
    start = 0
    while start < len(tokens):
        if not capitalised[start] or used[start] or _is_common(tokens[start], start == 0):
            start += 1
            continue
        end = start + 1
        while end < len(tokens):
            gap = sentence[matches[end - 1].end() : matches[end].start()]
            if gap not in (" ", "-") or used[end]:
                break
            if not capitalised[end] and not _connects(tokens, capitalised, used, end):
                break
            end += 1
        # A lone first word is capitalised whatever it is.
        if start or end > 1 or _is_name(matches[0][0], tokens):
            parts = _parts(tokens[start:end])
            if parts:
                found.append(Fact(start, end, tuple(parts)))
        start = end
    return found


def _is_name(first: str, tokens: list[str]) -> bool:
    """Whether the first word of a sentence is a name: known, spelled like one, or placed like one."""
    if (tokens[0],) in PHRASES or not (first[1:].isalpha() and first[1:].islower()):
        return True
    if first.endswith(("s", "ly", "ing", "ed")) or tokens[0] in REPORTING_WORDS or len(tokens) < 2:
        return False
    return tokens[1] in VERBS or tokens[1].endswith("ed")


def _is_common(token: str, first: bool) -> bool:
    """Whether a capitalised word is none of a name: it begins a sentence, or is a form of address."""
    return token in _ADDRESS or ((first or len(token) == 1) and token in FUNCTION_WORDS)


def _connects(tokens: list[str], capitalised: list[bool], used: list[bool], i: int) -> bool:
    return tokens[i] in _CONNECTORS and i + 1 < len(tokens) and capitalised[i + 1] and not used[i + 1]


def _parts(tokens: list[str]) -> list[frozenset[str]]:
    """The needs of a name: its known forms as `name X`, all other words as they are."""
    parts = []
    i = 0
    while i < len(tokens):
        for size in range(min(_LONGEST, len(tokens) - i), 0, -1):
            name = PHRASES.get(tuple(tokens[i : i + size]))
            if name is not None:
                parts.append(frozenset({f"name {name}"}))
                i += size
                break
        else:
            if tokens[i] not in FUNCTION_WORDS and tokens[i] not in _CONNECTORS:
                parts.append(frozenset({tokens[i]}))
            i += 1
    return parts
