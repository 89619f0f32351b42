"""What a report says of a run: totals, a line of the index and the details of each article."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from summarize.article import Article
from summarize.folder import Folder
from summarize.pairs import Reference
from summarize.scores import MetricScore, Scores, from_json

_FILE_NAME = re.compile(r"[^/\\]+$")
_FURTHEST_LINE = 200

Detail = dict[str, Any]
Line = dict[str, Any]


@dataclass(slots=True)
class Totals:
    """Sums over the articles of a run, counted as they pass."""

    articles: int = 0
    flagged: int = 0
    source_words: int = 0
    summary_words: int = 0
    removed: int = 0
    seconds: float = 0.0
    supports: int = 0
    supported: float = 0.0
    flags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def add(self, article: Article, words: int) -> None:
        """Count an article whose body has so many words."""
        self.articles += 1
        self.flagged += bool(article.flags)
        self.source_words += words
        self.summary_words += len((article.summary or "").split())
        self.removed += len(article.removed)
        self.seconds += article.seconds if math.isfinite(article.seconds) else 0.0
        if article.support is not None and math.isfinite(article.support):
            self.supports += 1
            self.supported += article.support
        self.flags.update({flag.kind for flag in article.flags})
        self.languages[article.language or "unknown"] += 1

    @property
    def support(self) -> float | None:
        """Mean share of supported claims; None where no article was checked."""
        return self.supported / self.supports if self.supports else None

    @property
    def compression(self) -> float | None:
        """Words of all articles to words of all summaries; None where there are no summaries."""
        return self.source_words / self.summary_words if self.summary_words else None


def source_words(article: Article) -> int:
    """Words of the article's body as read, page furniture left out."""
    if not article.paragraphs:
        return len(article.text.split())
    return sum([paragraph.count(" ") + 1 for paragraph in article.paragraphs])  # they are folded


def read_scores(folder: Folder) -> Scores | None:
    """The run's scores.json; None where it wasn't scored. InputError where the file is damaged."""
    try:
        return from_json(folder.read("scores.json").decode("utf-8", "replace"))
    except FileNotFoundError:
        return None


def index_line(article: Article, words: int, metrics: Sequence[MetricScore], scores: Scores | None) -> Line:
    """An article, of so many words, as the table of articles shows, searches, sorts and filters it."""
    values = scores.articles.get(article.id, {}) if scores else {}
    summary_length = len((article.summary or "").split())
    return {
        "id": article.id,
        "title": article.title_en or article.title or file_name(article.source),
        "original": article.title if article.title_en else None,
        "source": article.source,
        "date": article.date,
        "summary": article.summary or "",
        "words": summary_length,
        "article_words": words,
        "compression": round(words / summary_length, 2) if summary_length else None,
        "seconds": _rounded(article.seconds),
        "support": _rounded(article.support),
        "flags": list(dict.fromkeys(flag.kind for flag in article.flags)),
        "scores": [_rounded(values.get(metric.name)) for metric in metrics],
    }


def detail(article: Article, reference: Reference | None) -> Detail:
    """All that the view of one article shows beside its line of the index."""
    return {
        "language": article.language,
        "segments": _segments(article),
        "furniture": _furniture(article),
        "summary": article.summary or "",
        "candidates": [text for text in article.candidates if text != article.summary],
        "flags": [[flag.kind, list(flag.words), flag.detail] for flag in article.flags],
        "references": list(reference.summaries) if reference else [],
        "translation": reference.translation if reference else None,
        "tokens": article.tokens,
    }


def file_name(source: str) -> str:
    """The last part of a path or URL, for an article without a title."""
    found = _FILE_NAME.search(source.rstrip("/\\"))
    return found[0] if found else source


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 4)


def _segments(article: Article) -> list[list[list[Any]]]:
    """Title, then each paragraph, as lists of [source, target, score, notes].

    An article that wasn't cut into segments gets one for each paragraph.
    """
    blocks: list[list[list[Any]]] = [[] for _ in range(len(article.paragraphs) + 1)]
    for segment in article.segments:
        if -1 <= segment.paragraph < len(article.paragraphs):
            about = [_rounded(segment.score), list(segment.notes)]
            blocks[segment.paragraph + 1].append([segment.source, segment.target, *about])
    if not blocks[0]:
        blocks[0] = [[article.title or "", article.title_en or "", None, []]]
    for at, paragraph in enumerate(article.paragraphs):
        if not blocks[at + 1]:
            english = article.paragraphs_en[at] if at < len(article.paragraphs_en) else ""
            blocks[at + 1] = [[paragraph, english, None, []]]
    return blocks


def _furniture(article: Article) -> list[list[Any]]:
    """What was removed, as [before which paragraph, text, rule], in the order of the page."""
    if not article.removed:
        return []
    starts = _paragraph_lines(article.text.split("\n"), article.paragraphs)
    placed: list[list[Any]] = []
    at = 0
    for removal in sorted(article.removed, key=lambda item: item.line):
        while at < len(starts) and starts[at] <= removal.line:
            at += 1
        placed.append([at, removal.text, removal.rule])
    return placed


def _paragraph_lines(lines: Sequence[str], paragraphs: Sequence[str]) -> list[int]:
    """The line at which each paragraph begins; that of its predecessor where it can't be found."""
    folded = [" ".join(line.split()) for line in lines]
    starts: list[int] = []
    at = 0
    for paragraph in paragraphs:
        text = " ".join(paragraph.split())
        ahead = range(at, min(at + _FURTHEST_LINE, len(folded)))
        found = next((n for n in ahead if _begins(text, folded[n])), None)
        starts.append(max(0, at - 1) if found is None else found)
        at = at if found is None else found + 1
    return starts


def _begins(paragraph: str, line: str) -> bool:
    return bool(line) and (paragraph.startswith(line) or (len(paragraph) > 2 and paragraph in line))


def headline_metrics(scores: Scores | None) -> list[MetricScore]:
    """The figures that the report puts first: those that the scoring calls headline."""
    return [metric for metric in scores.metrics if metric.headline] if scores else []


def metric_groups(metrics: Sequence[MetricScore]) -> Mapping[str, list[MetricScore]]:
    """Metrics by their group, in the order in which they come."""
    groups: dict[str, list[MetricScore]] = {}
    for metric in metrics:
        groups.setdefault(metric.group, []).append(metric)
    return groups
