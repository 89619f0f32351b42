"""What a saved page prints twice: its headline, its captions, whole bodies."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from summarize.pagetext import Line, ends_sentence

_WORD = re.compile(r"\w+")
_SHORT_CREDIT = re.compile(r"\s*[(\[]?[^()\[\]]{2,60}[)\]]?\.?\s*")
_RUN_WORDS = 40  # a repeated run of lines this long is a second printing, not a refrain
_LONE_WORDS = 25  # so is a single paragraph of this length
_SKIPPED = 2  # lines of a second printing in a row that may differ from the first


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """`text` as lower-case words, so that two printings compare equal whatever their punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def repeated_bodies(lines: Sequence[Line]) -> dict[int, str]:
    """The lines of second printings of the body, wherever they begin, by index.

    A line is a copy if its words occur in one row in what was printed before. Copies in a row that
    count 40 words, or a single one of 25, are a second printing; between two copies of a row a line
    that nearly equals its counterpart is one too. Shorter repetitions are refrains and stay.
    """
    keys = [key(line.text) for line in lines]
    if len(set(keys)) == len(keys) and len(keys) > 1 and not _contains_earlier(keys):
        return {}
    copies: dict[int, str] = {}
    run: list[int] = []
    near: list[int] = []  # lines of the current run that are not exact copies, still undecided
    taken: list[int] = []
    before = " "
    for index, words in enumerate(keys):
        if words and f" {words} " in before:
            if near:
                taken.extend(position for position in near if _nearly_printed(keys, position, run[0]))
                near = []
            run.append(index)
            continue
        if run and words and len(near) < _SKIPPED:
            near.append(index)
        else:
            copies.update(_second_printing(keys, run, taken))
            run, near, taken = [], [], []
        before = f"{before}{words} "
    copies.update(_second_printing(keys, run, taken))
    return copies


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
        if not line.text.endswith(("...", "…", "[…]", "[...]")):
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


def _contains_earlier(keys: Sequence[str]) -> bool:
    everything = " ".join(keys)
    return any(
        everything.find(words, everything.find(words) + 1) >= 0 for words in keys if words.count(" ") >= 3
    )


def _nearly_printed(keys: Sequence[str], position: int, first: int) -> bool:
    words = keys[position].split()
    for earlier in keys[:first]:
        other = earlier.split()
        if not 0.8 <= (len(words) + 1) / (len(other) + 1) <= 1.25:
            continue
        if SequenceMatcher(None, words, other, autojunk=False).ratio() >= 0.85:
            return True
    return False


def _second_printing(keys: Sequence[str], run: Sequence[int], near: Sequence[int]) -> Mapping[int, str]:
    words = sum(keys[index].count(" ") + 1 for index in run)
    if words >= (_RUN_WORDS if len(run) > 1 else _LONE_WORDS):
        return dict.fromkeys((*run, *near), "repeated-body")
    return {}
