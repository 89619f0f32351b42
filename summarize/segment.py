"""Paragraphs to sentences, and sentences that are too long to clauses.

Rules, with their words in `abbreviations.toml`. General segmenters know no Indonesian abbreviations and
keep a quotation of five sentences in one piece; a translator needs them one by one, since one trained on
single sentences drops what comes after the first. `tests/gold/sentences.id.txt` is the yardstick.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

_OPENING = "\"“„‘'«([*"
_CLOSING = "\"”’'»)\\]"

# A stop with its closing marks and the white space behind it; or, for a forgotten space, between a
# lower-case word and a capitalised one.
_STOP = re.compile(rf"[.!?…][{_CLOSING}]*\s+(?=\S)|(?<=[a-z]{{3}})[.!?]”?(?=“?[A-Z][a-z])")
_HARD_BREAK = re.compile(r"\s*\n[^\S\n]*\n\s*|\s*\n\s*(?=(?:[-•*▪]|\d{1,2}[.)]|[a-z][.)])\s)")
_LIST_MARKER = re.compile(r"(?:\d{1,2}|[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})")
_NEXT_LIST_MARKER = re.compile(r"(?:\d{1,2}|[a-z])\.\s+\S")
_INITIALS = re.compile(r"(?:[A-Z][a-z]?\.)*[A-Z]")
_STARTS_LIKE_A_SENTENCE = re.compile(r"[A-Z\d]|[^\W\d_a-z]|[a-z]{1,2}-?[A-Z]|[•▪]")
_WEB_ENDING = re.compile(r"(?:Com|Co|Id|Net|Org|Go|Ac|News)\b")

_LONGEST_ABBREVIATION = 7  # letters; a longer word before a stop needs no closer look

_CONJUNCTIONS = (
    "dan|atau|tetapi|tapi|namun|sedangkan|sementara|serta|melainkan|karena|sebab|sehingga|agar|supaya|"
    "meski|meskipun|walaupun|jika|bila|apabila|ketika|saat|setelah|sebelum|sejak|hingga|sampai|untuk|"
    "dengan|bahwa|yang|kata|ujar|tutur|and|or|but|while|because|which|that|after|before"
)
# Where a long sentence may be cut, best places first; the cut comes after the white space.
_CLAUSE_BOUNDARIES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[.!?…;][{_CLOSING}]*\s+|:\s+|\s[-–—]+\s+",
        rf",[{_CLOSING}]*\s+(?=(?:{_CONJUNCTIONS})\b)",
        rf",[{_CLOSING}]*\s+",
        rf"\s+(?=(?:{_CONJUNCTIONS})\b)",
        r"\s+",
    )
)


class _Words(NamedTuple):
    never: frozenset[str]
    before_number: frozenset[str]
    sometimes: frozenset[str]
    labels: frozenset[str]
    openers: frozenset[str]
    exclaiming: tuple[str, ...]


def split_sentences(text: str) -> list[str]:
    """The sentences of one paragraph (or of a text with blank lines between paragraphs), in order.

    Sentences inside a quotation are sentences; its attribution (“…!” kata dia) belongs to the last one.
    A dateline, a list number or a bullet belongs to the sentence it opens. A blank line, or a line break
    before a list marker, always ends a sentence; any other line break is a space.

    White space: nothing but white space between sentences is dropped, and white space inside a sentence
    is kept, so `"".join("".join(sentences).split()) == "".join(text.split())`.
    """
    sentences = []
    for block in _HARD_BREAK.split(text):
        start = 0
        for end in _boundaries(block):
            sentences.append(block[start:end].strip())
            start = end
        sentences.append(block[start:].strip())
    return [sentence for sentence in sentences if sentence]


def split_to_fit(sentence: str, fits: Callable[[str], bool]) -> list[str]:
    """`sentence` cut into pieces that fit, at the strongest boundary near the middle, then again.

    Boundaries in order of strength: `;` `:` and dashes; a comma before a conjunction; a comma; a
    conjunction; a space; anywhere between two characters. A piece keeps the white space it ends with:
    `"".join(split_to_fit(s, fits)) == s` for every `s`. A single character is never split, fit or not.
    """
    if len(sentence) < 2 or fits(sentence.rstrip()):
        return [sentence]
    cut = _best_cut(sentence)
    return split_to_fit(sentence[:cut], fits) + split_to_fit(sentence[cut:], fits)


def _boundaries(text: str) -> Iterator[int]:
    """Offsets at which a new sentence starts, the start of the text excluded."""
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, start, stop):
            start = stop.end()
            yield start


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the stop ends the sentence that begins at `start`."""
    at, end = stop.start(), stop.end()
    following = text[end : end + 40].lstrip(_OPENING)
    if not (_STARTS_LIKE_A_SENTENCE.match(following) or _NEXT_LIST_MARKER.match(following)):
        return False
    words = _words()
    if text[at] != ".":
        return not (text[at] == "!" and text.endswith(words.exclaiming, start, at + 1))
    word = text[max(start, text.rfind(" ", start, at) + 1) : at]
    if len(word) > _LONGEST_ABBREVIATION and word.isalpha() and stop[0][-1].isspace():
        return True
    if text[at - 1 : at] in (".", "…", ""):
        return True
    if not stop[0][-1].isspace() and _WEB_ENDING.match(following):
        return False
    before = text[start:at].rsplit(None, 2)
    word = before[-1].lstrip(_OPENING) if before else ""
    if len(before) == 1 and _LIST_MARKER.fullmatch(word) and not text[at + 1 : end].strip():
        return False
    if word in words.never or _initials_go_on(word, before[-2] if len(before) > 1 else "", following):
        return False
    if following[:1].isdigit():
        # "Rp 1. 500.000" is one number, typed badly.
        return word not in words.before_number and not re.match(
            r"\d{3}\b", following[:4] if word.isdigit() else ""
        )
    if word in words.sometimes:
        next_word = following.split(None, 1)[0].rstrip(".,")
        bracket = text[end : end + 1] == "("
        return not bracket and next_word not in words.sometimes
    return True


def _initials_go_on(word: str, previous: str, following: str) -> bool:
    """Whether `word` is initials of a name that goes on, as in "W.R. Supratman" or "Dewi S. Lestari"."""
    words = _words()
    if not _INITIALS.fullmatch(word) or word in words.sometimes:
        return False
    if len(word) == 1 and previous.casefold() in words.labels:
        return False
    next_word = re.split(r"[^\w-]", following, maxsplit=1)[0]
    return not (next_word in words.openers or (next_word.endswith("nya") and len(next_word) > 5))


def _best_cut(sentence: str) -> int:
    """The offset to cut at: the strongest boundary in the middle three fifths, the one nearest the middle."""
    middle = len(sentence) / 2
    for boundary in _CLAUSE_BOUNDARIES:
        cuts = [found.end() for found in boundary.finditer(sentence) if found.end() < len(sentence)]
        nearest = min(cuts, key=lambda cut: abs(cut - middle), default=0)
        if nearest and (boundary is _CLAUSE_BOUNDARIES[-1] or abs(nearest - middle) <= 0.3 * len(sentence)):
            return nearest
    return len(sentence) // 2


@cache
def _words() -> _Words:
    data = tomllib.loads(resources.files(__package__).joinpath("abbreviations.toml").read_text("utf-8"))
    sets = {name: frozenset(_with_capitals(data[name])) for name in ("never", "before_number", "sometimes")}
    return _Words(
        **sets,
        labels=frozenset(data["labels"]),
        openers=frozenset(data["openers"]),
        exclaiming=tuple(data["exclaiming"]),
    )


def _with_capitals(entries: list[str]) -> Iterator[str]:
    for entry in entries:
        yield entry
        if entry[0].isupper() and entry[1:].isalpha():
            yield entry.upper()
