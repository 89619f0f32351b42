"""Saved news pages → paragraphs: page furniture out, body in, every removal with its rule's name."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from summarize import language
from summarize.article import Article, Flag, Removal
from summarize.dateline import body_date, dateline
from summarize.editor import PageEditor, begins_story, rules_for
from summarize.pagehead import (
    authors_above,
    captions_above,
    date_above,
    labels_above,
    title_index,
    without_outlet,
)
from summarize.pagetext import read_lines, unwrap
from summarize.repeats import repeated_bodies, repeated_captions, repeated_titles, teasers

_MOST_PASSES = 20
_LANGUAGES = ("id", "en")
_NAMES = {"jv": "Javanese", "nl": "Dutch", "tl": "Tagalog", "ar": "Arabic", "zh": "Chinese", "de": "German"}


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
            found: dict[str, Any] = {
                "paragraphs": page.paragraphs,
                "removed": page.removed,
                "title": page.title,
                "date": article.date or page.date,
                "metadata": metadata,
            }
            if not page.paragraphs:
                return replace(article, **found).failed("clean", _nothing_left(page))
            return self._with_language(article, found)
        except Exception as error:  # one page that breaks a rule must not stop the others
            return article.failed("clean", f"{type(error).__name__}: {error}", traceback.format_exc())

    def _with_language(self, article: Article, found: Mapping[str, Any]) -> Article:
        """The article with what was found and its language; failed or flagged if we can't work with that.

        What is not certain counts as what the input says, or else as Indonesian.
        """
        verdict = language.identify("\n".join(found["paragraphs"]))
        if verdict.language == "ms":
            flag = Flag("possibly-malay", (), "The text reads like Malay rather than Indonesian.")
            return replace(article, **found, language="ms" if verdict.certain else "id").flagged(flag)
        if verdict.language is None or not verdict.certain:
            stated = article.language if article.language in _LANGUAGES else None
            return replace(article, **found, language=stated or "id")
        article = replace(article, **found, language=verdict.language)
        if verdict.language in _LANGUAGES:
            return article
        reason = f"the text is not Indonesian: it looks like {_name(verdict.language)}"
        if self.force:
            return article.flagged(
                Flag("not-indonesian", (verdict.language,), f"Processed although {reason}.")
            )
        return article.failed("clean", reason)


def clean_page(text: str, title: str | None = None) -> Page:
    """Take the furniture out of the `text` of a page.

    `title` is the headline where the input says it; otherwise it is recognised above the body. A line
    that goes, goes for a rule of furniture.toml, for its place above or below the story (`pagehead`,
    `editor`), or because it was printed twice (`repeats`).
    """
    page = PageEditor(unwrap(read_lines(text), _stands_alone))
    title = without_outlet(title) if title else None
    date = None
    for _ in range(_MOST_PASSES):  # taking one thing out may bring another to the end of a line or page
        removals = len(page.removed)
        page.cut_glued()
        page.drop(captions_above(page.lines, page.body()[0]))
        page.drop(repeated_captions(page.lines, page.body()[0]))
        page.drop(repeated_bodies(page.lines))
        page.drop(teasers(page.lines))
        page.drop_matching("anywhere", "followed")
        first, _ = page.body()
        date = date or date_above(page.lines[:first])
        if not title and (index := title_index(page.lines, first)) is not None:
            title = page.lines[index].text
            page.drop(labels_above(page.lines, title, first))
            page.drop({next(i for i, line in enumerate(page.lines) if line.text == title): "title"})
        elif title:
            page.drop(labels_above(page.lines, title, first))
            page.drop(repeated_titles(page.lines, title, page.body()[0]))
        page.drop(authors_above(page.lines, page.body()[0]))
        page.drop_matching("head", "tail", "edge", "late")
        page.drop_below_end()
        page.cut_last()
        if len(page.removed) == removals:
            break
    paragraphs = tuple(line.text for line in page.lines)
    first, _ = page.body()
    opening = paragraphs[first : first + 3]
    return Page(
        paragraphs,
        tuple(sorted(page.removed, key=lambda removal: removal.line)),
        title,
        date or next(filter(None, map(body_date, opening)), None),
        next(filter(None, map(dateline, opening)), None),
    )


def _stands_alone(line: str) -> bool:
    return bool(rules_for(line)) or begins_story(line)


def _nothing_left(page: Page) -> str:
    return "nothing left but page furniture" if page.removed else "the text is empty"


def _name(language_code: str) -> str:
    return _NAMES.get(language_code, f"the language {language_code!r}")
