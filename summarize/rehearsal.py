"""Stages without a model: a night's plumbing can be rehearsed in minutes before a GPU is booked."""

from __future__ import annotations

from dataclasses import replace

from summarize.article import Article, Flag
from summarize.segment import split_sentences

_REHEARSED = Flag("rehearsal", detail="No model ran: text and summary are the original's own sentences.")


class CopyTranslator:
    """Stands in for the translator: the translation is the original."""

    name = "translate"

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Copy title and paragraphs."""
        return [
            article
            if article.error is not None
            else replace(article, title_en=article.title, paragraphs_en=article.paragraphs)
            for article in articles
        ]


class LeadSummarizer:
    """Stands in for the summarizer: the summary is the first sentences, and a flag says so."""

    name = "abstract"

    def __init__(self, sentences: int = 2) -> None:
        self.sentences = sentences

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Take the lead of each article."""
        return [article if article.error is not None else self._lead(article) for article in articles]

    def _lead(self, article: Article) -> Article:
        lead: list[str] = []
        for paragraph in article.paragraphs_en:
            lead += split_sentences(paragraph)
            if len(lead) >= self.sentences:
                break
        summary = " ".join(lead[: self.sentences])
        return replace(article, candidates=(summary,), summary=summary).flagged(_REHEARSED)
