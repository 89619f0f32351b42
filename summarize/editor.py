"""A page while it is being cleaned: the lines that are left, where its body is, and what went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from summarize.article import Removal
from summarize.dateline import dateline
from summarize.furniture import Rule, furniture, headlines_below, holds_any
from summarize.pagetext import LIST_ITEM, Line, ends_sentence
from summarize.repeats import key

_OPENING = 5  # paragraphs; a dateline further down does not begin the body
_PROSE_WORDS = 8
_PARAGRAPH_WORDS = 25  # a line this long is a paragraph even without a full stop

# What is printed below the last paragraph only; the lines that follow are no body any more.
_END_MARKS = frozenset(
    (
        "initials", "initials-glued", "byline", "byline-glued", "outlet-credit", "outlet-credit-glued",
        "copyright", "tags", "tags-heading", "source-line", "follow-us", "also-published", "advert-glued",
        "comments", "related-heading", "share", "fact-check-hotline", "contributed",
    )
)  # fmt: skip

# Marks so plain that the story is over with them, whatever reads like prose below: teasers, comments.
_STORY_ENDS = frozenset(("initials", "copyright", "also-published"))


class PageEditor:
    """Takes lines, and parts of lines, out of a page and remembers by which rule."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = list(lines)
        self.removed: list[Removal] = []
        self._body: tuple[int, int] | None = None
        self._so_far: list[tuple[int, int]] | None = None  # words and paragraphs above each line
        self._prose: str | None = None  # the words of the body
        self._end: int | None = None  # the number of the first line that marks the end of the story
        self._reworded = True  # since `cut_glued` last looked at every line

    def drop(self, rules: Mapping[int, str]) -> None:
        """Take out whole lines: rule names by index."""
        if not rules:
            return
        _, last = self.body()
        kept = []
        for index, line in enumerate(self.lines):
            if rule := rules.get(index):
                self.removed.append(Removal(line.number, line.text, rule))
                if index > last and rule in _END_MARKS:
                    self._mark_end(line.number)
            else:
                kept.append(line)
        self._keep(kept)

    def body(self) -> tuple[int, int]:
        """Indices of the first and the last line of the body, as far as they can be told.

        The body begins with the line that has a dateline, or else with the first that reads as prose.
        """
        if self._body is None:
            self._body = self._find_body()
        return self._body

    def drop_matching(self, *places: str) -> None:
        """Take out the lines that match a rule of furniture.toml whose `where` is one of `places`."""
        first, last = self.body()
        taken: dict[int, str] = {}
        for index, line in enumerate(self.lines):
            if index in taken:
                continue
            rules = rules_for(line.text)
            if not rules or begins_story(line.text):
                continue
            for rule in rules:
                if rule.where in places and self._applies(rule, index, first, last):
                    taken[index] = rule.name
                    for below in self._below(rule, index, first, last):
                        taken.setdefault(below, rule.name)
                    break
        self.drop(taken)

    def drop_below_end(self) -> None:
        """Take out what follows the end of the story: short lines that are neither prose nor list items."""
        if self._end is None:
            return
        _, last = self.body()
        self.drop(
            {
                index: "below-end"
                for index, line in enumerate(self.lines)
                if index > last
                and line.number >= self._end
                and line.text.count(" ") < _PROSE_WORDS
                and not ends_sentence(line.text)
                and not LIST_ITEM.match(line.text)
            }
        )

    def cut_glued(self) -> None:
        """Take out what is glued to lines or stands within them, wherever they are."""
        if not self._reworded:
            return
        self._reworded = False
        everything = "\n".join(line.text for line in self.lines).lower()
        for rule in furniture().glued:
            if rule.where != "last" and holds_any(everything, rule.needs):
                lowered = everything.split("\n")
                self._cut(rule, [i for i, text in enumerate(lowered) if holds_any(text, rule.needs)])
                everything = "\n".join(line.text for line in self.lines).lower()

    def cut_last(self) -> None:
        """Take out what is glued to the last line of the body or to one below it."""
        if not self.lines:
            return
        _, last = self.body()
        lowered = [line.text.lower() for line in self.lines[last:]]
        for rule in furniture().glued:
            if rule.where == "last":
                self._cut(rule, [last + i for i, text in enumerate(lowered) if holds_any(text, rule.needs)])
            if len(self.lines) - last != len(lowered):  # a line went whole
                break

    def _find_body(self) -> tuple[int, int]:
        prose = [index for index, line in enumerate(self.lines) if is_prose(line.text)]
        if not prose:
            prose = [i for i, line in enumerate(self.lines) if ends_sentence(line.text) and " " in line.text]
        if not prose:
            return 0, len(self.lines) - 1
        first = next((i for i in prose[:_OPENING] if begins_story(self.lines[i].text)), prose[0])
        marks = (
            i for i, line in enumerate(self.lines) if any(r.name in _STORY_ENDS for r in rules_for(line.text))
        )
        end = next((index for index in marks if self._is_late(index)), len(self.lines))
        return first, max(index for index in prose if index < end)

    def _is_late(self, index: int) -> bool:
        """Whether most of the page, three paragraphs at least, comes before line `index`."""
        if self._so_far is None:
            words = accumulate((len(line.text.split()) for line in self.lines), initial=0)
            prose = accumulate((is_prose(line.text) for line in self.lines), initial=0)
            self._so_far = list(zip(words, prose, strict=True))
        before, paragraphs = self._so_far[index]
        after = self._so_far[-1][0] - self._so_far[index + 1][0]
        return paragraphs >= 3 and before >= 2 * after

    def _applies(self, rule: Rule, index: int, first: int, last: int) -> bool:
        there = {
            "anywhere": True,
            "head": index < first,
            "tail": index > last,
            "edge": index < first or index > last,
            "followed": index < last,
            "late": index > last or (rule.where == "late" and self._is_late(index)),
        }[rule.where]
        if not there or (index == 0 and not rule.first):
            return False
        return not (rule.topic and self._is_topic(index))

    def _is_topic(self, index: int) -> bool:
        if self._prose is None:
            self._prose = " | ".join(key(line.text) for line in self.lines if is_prose(line.text))
        wanted = key(self.lines[index].text)
        return bool(wanted) and f" {wanted} " in f" {self._prose} "

    def _below(self, rule: Rule, index: int, first: int, last: int) -> range:
        below = self.lines[index + 1 :]
        if rule.scope == "line" or (rule.below is None and index < first):  # the headline may come below
            count = 0
        elif rule.scope == "rest":
            count = len(below)
        elif rule.below is not None:
            count = 0
            while count < min(rule.takes, len(below)) and _matches(rule.below, below[count].text):
                count += 1
        else:
            inside = index < last
            texts, gaps = [line.text for line in below], [line.gap for line in below]
            count = headlines_below(
                texts, gaps, min(rule.takes, 5) if inside else rule.takes, 5 if inside else 3
            )
        return range(index + 1, index + 1 + count)

    def _cut(self, rule: Rule, indices: Iterable[int]) -> None:
        emptied: dict[int, str] = {}
        for index in indices:
            line = self.lines[index]
            pieces = [match[0].strip() for match in rule.expression.finditer(line.text) if match[0].strip()]
            if not pieces:
                continue
            rest = " ".join(rule.expression.sub(" ", line.text).split())
            if not rest:
                emptied[index] = rule.name
                continue
            self.removed.extend(Removal(line.number, piece, rule.name) for piece in pieces)
            self._keep([*self.lines[:index], replace(line, text=rest), *self.lines[index + 1 :]])
            self._reworded = True
            if rule.name in _END_MARKS:
                self._mark_end(line.number)
        self.drop(emptied)

    def _keep(self, lines: list[Line]) -> None:
        self.lines = lines
        self._body = self._so_far = self._prose = None

    def _mark_end(self, number: int) -> None:
        self._end = number if self._end is None else min(self._end, number)


@lru_cache(maxsize=8192)
def rules_for(text: str) -> tuple[Rule, ...]:
    """The whole-line rules that match `text`, wherever they look."""
    return tuple(furniture().matching(text))


@lru_cache(maxsize=8192)
def is_prose(text: str) -> bool:
    """Whether `text` reads as body: a sentence of eight words or a paragraph, and no rule takes it."""
    words = text.count(" ") + 1
    if words < _PARAGRAPH_WORDS and (words < _PROSE_WORDS or not ends_sentence(text)):
        return False
    if begins_story(text):
        return True
    return not any(rule.where in ("anywhere", "followed") or rule.max_words >= 50 for rule in rules_for(text))


@lru_cache(maxsize=8192)
def begins_story(text: str) -> bool:
    """Whether `text` is a paragraph with a dateline."""
    return text.count(" ") >= _PROSE_WORDS - 1 and ends_sentence(text) and dateline(text) is not None


def _matches(below: re.Pattern[str], text: str) -> bool:
    return below.fullmatch(text) is not None and not rules_for(text)
