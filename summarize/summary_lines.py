"""Lines of summaries.jsonl: what a reader or a script wants of an article, without the workings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from summarize.article import Article

SUMMARY_COLUMNS = ("title", "date", "title_en", "paragraphs_en", "summary", "flags", "support", "language")


def summary_line(article: Article, models: Mapping[str, str]) -> dict[str, Any]:
    """An article as a line; `models` are the names of those that made it."""
    return {
        "id": article.id,
        "source": article.source,
        "title": article.title,
        "date": article.date,
        "language": article.language,
        "title_en": article.title_en,
        "text_en": article.text_en,
        "summary": article.summary,
        "support": None if article.support is None else round(article.support, 4),
        "flags": [
            {"kind": flag.kind, "words": list(flag.words), "detail": flag.detail} for flag in article.flags
        ],
        "models": dict(models),
    }
