"""The result of scoring: `Scores`, and the JSON form that scores.json holds.

Schema of scores.json, version 1 (a number is never NaN: what can't be computed is null):

    {
      "version": 1,
      "created": "2026-03-01T04:05:06+00:00",       UTC, ISO 8601
      "predictions": "runs/night", "references": "seeds/references.jsonl" or null,
      "confidence": 0.95, "resamples": 1000, "seed": 12345,
      "metrics": [                                  in the order to show them
        {"name": "rouge1",                          key in `articles`
         "group": "rouge",                          folder of eval/metrics that made it
         "title": "ROUGE-1", "unit": "F1",
         "scale": 1.0,                              best or largest value (1 or 100), null if unbounded
         "better": "higher" | "lower" | "neither",
         "headline": true,                          false: detail such as precision and recall
         "value": 0.31,                             over all articles; null if no article has a value
         "low": 0.25, "high": 0.37,                 bootstrap interval; null with fewer than 2 articles
         "n": 5,                                    articles that have a value
         "signature": "rouge1|nrefs:2|bs:1000|…"}
      ],
      "articles": {"<id>": {"rouge1": 0.30, …, "novel_1": null}},
      "unmatched": {"predictions": ["<id>", …], "references": ["<id>", …]},
      "empty": ["<id>", …],                         articles whose prediction has no text: scored, not dropped
      "malformed": [{"where": "refs.jsonl:7", "reason": "not JSON: …"}],
      "skipped": [{"metric": "bertscore", "reason": "…"}]
    }

`value` of BLEU, chrF and TER is the corpus score, not the mean of the articles' own scores; all other
values are means over articles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from summarize.errors import InputError

VERSION = 1


@dataclass(frozen=True, slots=True)
class MetricScore:
    """One figure over all articles; the fields are those of `metrics` in the schema above."""

    name: str
    group: str
    title: str
    unit: str
    scale: float | None
    better: str
    headline: bool
    value: float | None
    low: float | None
    high: float | None
    n: int
    signature: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that could not be used: where it stands (`file:line`) and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A metric that was asked for and could not be computed, and why."""

    metric: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scores:
    """What `summarize score` finds out; the fields are those of the schema above."""

    created: str
    predictions: str
    references: str | None
    metrics: tuple[MetricScore, ...]
    articles: Mapping[str, Mapping[str, float | None]]
    unmatched_predictions: tuple[str, ...] = ()
    unmatched_references: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 12345
    version: int = field(default=VERSION)

    def metric(self, name: str) -> MetricScore | None:
        """The figure called `name`, None where it wasn't computed."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def to_json(self) -> str:
        """These scores as the text of scores.json."""
        row = asdict(self)
        row["unmatched"] = {
            "predictions": row.pop("unmatched_predictions"),
            "references": row.pop("unmatched_references"),
        }
        return json.dumps(row, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> Scores:
    """The scores that `Scores.to_json` wrote as `text`.

    Raises InputError where `text` isn't a scores.json of a version that this program knows.
    """
    try:
        row: dict[str, Any] = json.loads(text)
        if row["version"] != VERSION:
            raise InputError(
                f"scores.json has version {row['version']}; this program reads version {VERSION}",
                "Score again with this version: summarize score RUN REFERENCES",
            )
        unmatched = row.pop("unmatched")
        return Scores(
            **{
                **row,
                "metrics": tuple(MetricScore(**metric) for metric in row["metrics"]),
                "unmatched_predictions": tuple(unmatched["predictions"]),
                "unmatched_references": tuple(unmatched["references"]),
                "empty": tuple(row["empty"]),
                "malformed": tuple(Malformed(**item) for item in row["malformed"]),
                "skipped": tuple(Skipped(**item) for item in row["skipped"]),
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"not a scores.json: {error}") from error
