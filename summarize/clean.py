"""Saved news pages → paragraphs: page furniture out, body in, every removal with its rule's name."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from summarize import language
from summarize.article import Article, Flag, Removal
from summarize.furniture import Rule, furniture, headlines_below, is_titled
from summarize.newsdate import body_date, dateline, page_date
from summarize.pagetext import Line, ends_sentence, read_lines, unwrap
from summarize.repeats import (
    key,
    repeated_bodies,
    repeated_captions,
    repeated_titles,
    teasers,
)

_HEAD_LINES = 40  # a dateline further down is not the beginning of the body
_LANGUAGES = ("id", "en")
_OUTLET_SUFFIX = re.compile(
    r"\s(?:[-|–—:]|&raquo;)\s(?:[\w-]+(?:\.[\w-]+)+|(?:ANTARA|Tribun|detik|kumparan|CNN|CNBC|VIVA|VOA|BBC|Tempo|Republika|Okezone|SINDO)[\w ]*)$"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A cleaned page: body paragraphs, what was removed, and what the page says of itself.

    `dateline` is the place that the story was filed from, as printed; `date` is in ISO 8601.
    """

    paragraphs: tuple[str, ...]
    removed: tuple[Removal, ...] = ()
    title: str | None = None
    date: str | None = None
    dateline: str | None = None


@dataclass(frozen=True, slots=True)
class Cleaner:
    """The clean stage: fills `paragraphs`, `removed`, `title`, `date`, `language`, `metadata["dateline"]`.

    Articles that are neither Indonesian nor English fail, unless `force`: then they are flagged and go
    on. So does an article of which nothing but page furniture is left.
    """

    name: ClassVar[str] = "clean"
    force: bool = False

    def __call__(self, articles: Iterable[Article]) -> list[Article]:
        """The same articles, in the same order, cleaned."""
        return [article if article.error else self._clean(article) for article in articles]

    def _clean(self, article: Article) -> Article:
        try:
            page = clean_page(article.text, article.title)
            metadata = dict(article.metadata)
            if page.dateline:
                metadata["dateline"] = page.dateline
            article = replace(
                article,
                paragraphs=page.paragraphs,
                removed=page.removed,
                title=page.title,
                date=article.date or page.date,
                metadata=metadata,
            )
            if not page.paragraphs:
                return article.failed("clean", _nothing_left(page))
            return self._with_language(article)
        except Exception as error:  # one page that breaks a rule must not stop the others
            return article.failed("clean", f"{type(error).__name__}: {error}", traceback.format_exc())

    def _with_language(self, article: Article) -> Article:
        verdict = language.identify("\n".join(article.paragraphs))
        found = verdict.language or article.language
        article = replace(article, language=found or "id")
        if found == "ms":
            return article.flagged(
                Flag("possibly-malay", (), "The text may be Malay rather than Indonesian.")
            )
        if found is None or found in _LANGUAGES or not verdict.certain:
            return article if verdict.certain or not found else replace(article, language="id")
        reason = f"the text is not Indonesian (it looks like {found!r})"
        if self.force:
            return article.flagged(Flag("not-indonesian", (found,), f"Processed although {reason}."))
        return article.failed("clean", reason)


def clean_page(text: str, title: str | None = None) -> Page:
    """Take the furniture out of the `text` of a page.

    `title` is the headline where the input says it; otherwise it is recognised above the body. A line
    that goes, goes for a rule of `furniture.toml` or because it was printed twice (`summarize.repeats`).
    """
    editor = _Editor(unwrap(read_lines(text), _stands_alone))
    title = " ".join(title.split()) if title else None
    if title:
        title = _OUTLET_SUFFIX.sub("", title) or title
    date = None
    while True:
        size = editor.size()
        editor.cut_glued()
        first, _ = editor.body()
        date = date or _date_above(editor.lines[:first])
        editor.drop(_captions_above(editor.lines, first))
        first, _ = editor.body()
        editor.drop(repeated_captions(editor.lines, first))
        editor.drop(repeated_bodies(editor.lines))
        editor.drop(teasers(editor.lines))
        editor.drop_matching(("anywhere", "followed"))
        editor.drop_matching(("head", "tail", "edge"))
        first, _ = editor.body()
        if not title and (index := _title_index(editor.lines, first)) is not None:
            title = editor.lines[index].text
            editor.drop({index: "title"})
            first = max(0, first - 1)
        if title:
            editor.drop(repeated_titles(editor.lines, title, first))
        editor.cut_last()
        if editor.size() == size:
            break
    first, _ = editor.body()
    place = next(
        (found for line in editor.lines[:_HEAD_LINES] if (found := _dateline(line.text)) is not None), None
    )
    paragraphs = tuple(line.text for line in editor.lines)
    if not date:
        date = next((found for text in paragraphs[first : first + 3] if (found := body_date(text))), None)
    removed = tuple(sorted(editor.removed, key=lambda removal: removal.line))
    return Page(paragraphs, removed, title, date, place or None)


class _Editor:
    """The lines of a page that are left, and what was taken out of them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = list(lines)
        self.removed: list[Removal] = []
        self._body: tuple[int, int] | None = None

    def size(self) -> int:
        return sum(len(line.text) for line in self.lines)

    def drop(self, rules: Mapping[int, str]) -> None:
        if not rules:
            return
        kept = []
        for index, line in enumerate(self.lines):
            if rule := rules.get(index):
                self.removed.append(Removal(line.number, line.text, rule))
            else:
                kept.append(line)
        self.lines = kept
        self._body = None

    def body(self) -> tuple[int, int]:
        """Indices of the first and the last line of the body, as far as they can be told."""
        if self._body is None:
            self._body = self._find_body()
        return self._body

    def _find_body(self) -> tuple[int, int]:
        prose = [index for index, line in enumerate(self.lines) if _is_prose(line.text)]
        if not prose:
            prose = [i for i, line in enumerate(self.lines) if ends_sentence(line.text) and " " in line.text]
        if not prose:
            return 0, len(self.lines) - 1
        for index in prose:
            if index >= _HEAD_LINES:
                break
            if _dateline(self.lines[index].text) is not None:
                return index, prose[-1]
        return prose[0], prose[-1]

    def drop_matching(self, places: tuple[str, ...]) -> None:
        first, last = self.body()
        taken: dict[int, str] = {}
        for index, line in enumerate(self.lines):
            if index in taken:
                continue
            for rule in _rules_for(line.text):
                if rule.where not in places or not _is_there(rule, index, first, last):
                    continue
                if (index == 0 and not rule.first) or _dateline(line.text) is not None:
                    continue
                if rule.topic and self._is_topic(line.text, index):
                    continue
                taken[index] = rule.name
                for below in self._below(rule, index, first, last):
                    taken[below] = rule.name
                break
        self.drop(taken)

    def cut_glued(self) -> None:
        everything = "\n".join(line.text for line in self.lines).lower()
        for rule in furniture().glued:
            if rule.where != "last" and any(need in everything for need in rule.needs):
                lowered = everything.split("\n")
                self._cut(
                    rule, [i for i, text in enumerate(lowered) if any(need in text for need in rule.needs)]
                )
                everything = "\n".join(line.text for line in self.lines).lower()

    def cut_last(self) -> None:
        if self.lines:
            _, last = self.body()
            for rule in furniture().glued:
                if rule.where == "last":
                    self._cut(rule, range(last, len(self.lines)))

    def _cut(self, rule: Rule, indices: Iterable[int]) -> None:
        emptied: dict[int, str] = {}
        for index in indices:
            line = self.lines[index]
            cut = [match[0].strip() for match in rule.expression.finditer(line.text) if match[0].strip()]
            if not cut:
                continue
            rest = " ".join(rule.expression.sub(" ", line.text).split())
            if not rest:
                emptied[index] = rule.name
                continue
            self.removed.extend(Removal(line.number, piece, rule.name) for piece in cut)
            self.lines[index] = replace(line, text=rest)
            self._body = None
        self.drop(emptied)

    def _is_topic(self, text: str, index: int) -> bool:
        wanted = f" {key(text)} "
        return len(wanted) > 2 and any(
            other != index and _is_prose(line.text) and wanted in f" {key(line.text)} "
            for other, line in enumerate(self.lines)
        )

    def _below(self, rule: Rule, index: int, first: int, last: int) -> range:
        if rule.scope == "line":
            return range(0)
        below = self.lines[index + 1 :]
        if rule.scope == "rest":
            return range(index + 1, len(self.lines))
        inside = index < last
        most = min(rule.takes, 5) if inside else rule.takes
        if rule.below is not None:
            count = 0
            while count < min(most, len(below)) and rule.below.fullmatch(below[count].text):
                count += 1
        else:
            shortest = 5 if inside else 3
            count = headlines_below([l.text for l in below], [l.gap for l in below], most, shortest)
        return range(index + 1, index + 1 + count)


@lru_cache(maxsize=8192)
def _rules_for(text: str) -> tuple[Rule, ...]:
    return tuple(furniture().matching(text))


def _stands_alone(text: str) -> bool:
    return bool(_rules_for(text))


@lru_cache(maxsize=4096)
def _is_prose(text: str) -> bool:
    words = text.count(" ") + 1
    if words < 25 and (words < 8 or not ends_sentence(text)):
        return False
    if _dateline(text) is not None:
        return True
    return not any(rule.where in ("anywhere", "followed") or rule.max_words >= 50 for rule in _rules_for(text))


@lru_cache(maxsize=4096)
def _dateline(text: str) -> str | None:
    return dateline(text) if text.count(" ") >= 7 and ends_sentence(text) else None


def _is_there(rule: Rule, index: int, first: int, last: int) -> bool:
    match rule.where:
        case "head":
            return index < first
        case "tail":
            return index > last
        case "followed":
            return index < last
        case "edge":
            return index < first or index > last
    return True


def _date_above(lines: Sequence[Line]) -> str | None:
    for line in lines:
        if any(rule.name in ("date-line", "byline") for rule in _rules_for(line.text)) and (
            date := page_date(line.text)
        ):
            return date
    return None


def _captions_above(lines: Sequence[Line], first: int) -> dict[int, str]:
    """Lines above a dateline that belong to a picture: what follows a credit, what says who stands where."""
    if first >= len(lines) or _dateline(lines[first].text) is None:
        return {}
    found: dict[int, str] = {}
    for index in range(1, first):
        credit = any(rule.name == "photo-credit" for rule in _rules_for(lines[index - 1].text))
        if credit and _is_prose(lines[index].text):
            found[index] = "photo-caption"
    return found


def _title_index(lines: Sequence[Line], first: int) -> int | None:
    """The headline among the lines above the body: the first of five words or more, else of three."""
    above = [
        (index, line.text.count(" ") + 1)
        for index, line in enumerate(lines[: max(first, 1)])
        if line.text.count(" ") < 30 and _may_be_title(line.text, index < first)
    ]
    for fewest in (5, 3):
        for index, words in above:
            if words >= fewest and len(lines) > 1:
                return index
    return None


def _may_be_title(text: str, above_body: bool) -> bool:
    if not ends_sentence(text):
        return above_body and text[-1] not in ",;:"
    return text.endswith(("?", "!", "?”", "!”", '?"', '!"')) and (above_body or is_titled(text))


def _nothing_left(page: Page) -> str:
    return "nothing left but page furniture" if page.removed else "the text is empty"
