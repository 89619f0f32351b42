"""Pages with markup → their text: HTML by trafilatura, Markdown by markdown-it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from summarize.dates import iso_date

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\s*\n", re.DOTALL)
_FIELD = re.compile(r"^(title|judul|date|tanggal)\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)

_MAX_TAGS = 200_000
_INLINE = {"softbreak": "\n", "hardbreak": "\n", "image": ""}

# What trafilatura logs as errors is told by a failure of the article.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, paragraphs on lines of their own."""

    text: str
    title: str | None = None
    date: str | None = None


def html_text(html: str) -> Page | None:
    """The main content of a page, without menus, teasers and comments; None where there is none.

    Raises ValueError for a page so large that it would take minutes.
    """
    from trafilatura import bare_extraction

    if "<" not in html:
        return Page(html)
    if html.count("<") > _MAX_TAGS:
        raise ValueError(f"a page of more than {_MAX_TAGS:,} tags")
    document = bare_extraction(
        html,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "outputformat": "%Y-%m-%d"},
    )
    if document is None or isinstance(document, dict) or not document.text:
        return None
    return Page(document.text, document.title or None, document.date or None)


def markdown_text(markdown: str) -> Page:
    """A Markdown text without its marks; title and date are those of its front matter."""
    from markdown_it import MarkdownIt

    title = date = None
    if match := _FRONT_MATTER.match(markdown):
        markdown = markdown[match.end() :]
        fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(match[1])}
        title = fields.get("title") or fields.get("judul")
        date = iso_date(fields.get("date") or fields.get("tanggal"))
    blocks: list[str] = []
    marker = ""
    for token in MarkdownIt("commonmark", {"html": False}).parse(markdown):
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else f"{token.markup} "
        elif token.type == "inline":
            parts = (_INLINE.get(child.type, child.content) for child in token.children or ())
            blocks.append(marker + "".join(parts))
            marker = ""
        elif token.type in ("code_block", "fence"):
            blocks.append(token.content.rstrip("\n"))
    return Page("\n\n".join(filter(None, blocks)), title, date)
