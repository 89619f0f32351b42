"""Failed articles as the run folder keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from summarize.article import Article

FAILURE_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("position", pa.int64()),
        ("text_id", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("traceback", pa.string()),
        ("attempt", pa.int32()),
        ("time", pa.string()),
    ]
)
"""Columns of `failures/part-*.parquet`."""


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """An article that could not be processed, as kept in the run folder."""

    id: str
    source: str
    position: int
    text_id: str
    stage: str
    reason: str
    traceback: str
    attempt: int
    time: str


def failure_row(article: Article, attempt: int) -> dict[str, Any]:
    """A failed article as a row of FAILURE_SCHEMA, with the time of now."""
    assert article.error is not None
    return {
        "id": _valid(article.id),
        "source": _valid(article.source),
        "position": article.position,
        "text_id": article.text_id,
        "stage": article.error.stage,
        "reason": _valid(article.error.reason),
        "traceback": _valid(article.error.traceback),
        "attempt": attempt,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _valid(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
