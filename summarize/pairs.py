"""What a system made of an article and what people made of it: predictions, references, joined by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from summarize.article import Article
from summarize.errors import InputError
from summarize.scores import Malformed

Item = TypeVar("Item", "Prediction", "Reference")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system made of an article. `summary` is "" where it made none.

    `translation` is the English body and `sources` are the texts that the summary may rest on: the article
    as read, and its translation with its title.
    """

    id: str
    summary: str
    translation: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """What people made of an article: one or more summaries, and a translation of its body."""

    id: str
    summaries: tuple[str, ...] = ()
    translation: str | None = None


@dataclass(frozen=True)
class Records(Generic[Item]):
    """What was read from `location`: items by id, and the records that could not be used.

    `count` is how many records there were. With `by_line` the ids are only their ordinal numbers, from 1.
    """

    location: str
    items: dict[str, Item] = field(default_factory=dict)
    malformed: tuple[Malformed, ...] = ()
    count: int = 0
    by_line: bool = False


def prediction_of(article: Article) -> Prediction:
    """What the pipeline made of an article. One that failed has an empty summary."""
    original = "\n".join([article.title or "", *(article.paragraphs or (article.text,))])
    english = "\n".join([article.title_en or "", *article.paragraphs_en])
    return Prediction(
        id=article.id,
        summary=(article.summary or "").strip(),
        translation="\n".join(article.paragraphs_en) or None,
        sources=tuple(text for text in (original, english) if text.strip()),
    )


def check_joinable(predictions: Records[Prediction], references: Records[Reference]) -> None:
    """Raise InputError where the two can't be joined: by line with unlike counts, or no id in common."""
    ours, theirs = predictions.items, references.items
    if predictions.by_line != references.by_line:
        without, with_ids = (predictions, references) if predictions.by_line else (references, predictions)
        raise InputError(
            f"{without.location} has no ids, but {with_ids.location} has: they can't be joined",
            "Give both the same ids, or two files aligned by line.",
        )
    if predictions.by_line and predictions.count != references.count:
        raise InputError(
            f"{predictions.location} has {predictions.count} lines, "
            f"{references.location} has {references.count}",
            "Files without ids are aligned by line, so both must have as many.",
        )
    if not ours.keys() & theirs.keys():
        raise InputError(
            f"No id of {predictions.location} is in {references.location}: "
            f"{_some(ours)} against {_some(theirs)}",
            "Give the references the ids of the articles, as in the run's summaries.jsonl.",
        )


def _some(ids: Mapping[str, object]) -> str:
    return repr(next(iter(ids))) if ids else "nothing"
