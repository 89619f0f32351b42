"""What a saved page prints twice: its headline, its captions, whole bodies."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from summarize.pagetext import Line, ends_sentence
from summarize.words import word_finder

_words = word_finder(r"\w")
_SHORT_CREDIT = re.compile(r"\s*[(\[]?[^()\[\]]{2,60}[)\]]?\.?\s*")
_RUN_WORDS = 40  # a repeated run of lines this long is a second printing, not a refrain
_LONE_WORDS = 25  # so is a single paragraph of this length
_LONGEST_PAGE = 200_000  # characters; a longer one is no news page, and comparing takes quadratic time
_MOST_LINES = 2_000
_SKIPPED = 2  # lines of a second printing in a row that may differ from the first


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """`text` as lower-case words, so that two printings compare equal whatever their punctuation."""
    return " ".join(_words(text.casefold()))


def repeated_bodies(lines: Sequence[Line]) -> dict[int, str]:
    """The lines of second printings of the body, wherever they begin, by index.

    A line is a copy if its words occur in one row in what was printed before. Copies in the same order
    are a second printing if they count 40 words, or most of what was printed so far; a single line is
    one from 25 words on. A line between them that nearly equals its counterpart belongs to it. Shorter
    repetitions are refrains and stay.
    """
    copies: dict[int, str] = {}
    if sum(len(line.text) for line in lines) > _LONGEST_PAGE:
        return copies
    keys = [key(line.text) for line in lines]
    run = _Run()
    printed = " "
    for index, words in enumerate(keys):
        if not words:
            continue
        wanted = f" {words} "
        place = printed.find(wanted, run.end) if run.exact else -1
        if place < 0 and (place := printed.find(wanted)) >= 0:
            copies.update(run.copies(keys))
            run = _Run(printed_before=printed.count(" "))
        if place >= 0:
            run.add(index, place + len(wanted) - 1)
        elif run.exact and len(run.pending) < _SKIPPED:
            run.pending.append(index)
        elif run.exact:
            copies.update(run.copies(keys))
            run = _Run()
        printed += wanted[1:]
    copies.update(run.copies(keys))
    return copies


@dataclass
class _Run:
    """Copies in a row: lines in the order in which they were printed before."""

    printed_before: int = 0  # words
    end: int = 0  # where the last copy ends in what was printed before
    exact: list[int] = field(default_factory=list)
    between: list[int] = field(default_factory=list)  # lines that are no exact copies, among those that are
    pending: list[int] = field(default_factory=list)  # such lines after the last copy

    def add(self, index: int, end: int) -> None:
        self.between.extend(self.pending)
        self.pending.clear()
        self.exact.append(index)
        self.end = end

    def copies(self, keys: Sequence[str]) -> dict[int, str]:
        words = sum(keys[index].count(" ") + 1 for index in self.exact)
        enough = _LONE_WORDS if len(self.exact) < 2 else min(_RUN_WORDS, max(15, 0.6 * self.printed_before))
        if not self.exact or words < enough:
            return {}
        near = (index for index in self.between if _nearly_printed(keys, index, self.exact[0]))
        return dict.fromkeys((*self.exact, *near), "repeated-body")


def repeated_captions(lines: Sequence[Line], head: int) -> dict[int, str]:
    """Captions printed twice in a row, as picture text and below it, with or without the credit.

    Two equal lines that do not end like a sentence are captions before line `head` (where the body
    begins); further down one of them stays, unless the second adds a credit.
    """
    found: dict[int, str] = {}
    for index, (line, following) in enumerate(itertools.pairwise(lines)):
        words = line.text.count(" ") + 1
        if words < 4 or not following.text.startswith(line.text.rstrip(" .")):
            continue
        rest = following.text[len(line.text.rstrip(" .")) :].lstrip(" .")
        if rest and words >= 8 and rest[0] in "([" and _SHORT_CREDIT.fullmatch(rest):
            found[index] = found[index + 1] = "repeated-caption"
        elif not rest and not ends_sentence(line.text):
            if index + 1 < head:
                found[index] = "repeated-caption"
            if index + 1 < head or words >= 6:
                found[index + 1] = "repeated-caption"
    return found


def teasers(lines: Sequence[Line]) -> dict[int, str]:
    """Beginnings of a paragraph that is printed whole elsewhere: 'The leader of North Korea has…'."""
    found: dict[int, str] = {}
    for index, line in enumerate(lines):
        if not line.text.endswith(("...", "…", "[…]", "[...]")) or len(lines) > _MOST_LINES:
            continue
        start = line.text.rstrip(".…[] ")
        if start.count(" ") >= 7 and any(
            other.text.startswith(start) and len(other.text) > len(line.text)
            for position, other in enumerate(lines)
            if position != index
        ):
            found[index] = "teaser"
    return found


def repeated_titles(lines: Sequence[Line], title: str, head: int) -> dict[int, str]:
    """The lines that repeat `title`, and before line `head` those that add a few words around it."""
    wanted = key(title)
    if not wanted:
        return {}
    found: dict[int, str] = {}
    for index, line in enumerate(lines):
        words = key(line.text)
        added = words.count(" ") - wanted.count(" ")
        if words == wanted or (
            index < head
            and wanted.count(" ") >= 2
            and 0 < added <= 4
            and (words.startswith(f"{wanted} ") or words.endswith(f" {wanted}"))
        ):
            found[index] = "repeated-title"
    return found


def _nearly_printed(keys: Sequence[str], position: int, first: int) -> bool:
    words = keys[position].split()
    for earlier in keys[:first]:
        other = earlier.split()
        if not 0.8 <= (len(words) + 1) / (len(other) + 1) <= 1.25:
            continue
        if SequenceMatcher(None, words, other, autojunk=False).ratio() >= 0.85:
            return True
    return False
