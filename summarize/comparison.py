"""Two or more systems on the same articles: scores, differences, and the articles that differ most.

`Comparison.to_json` gives, version 1 (a number is never NaN: what can't be computed is null):

    {
      "version": 1, "created": "2026-03-01T04:05:06+00:00", "references": "…" or null,
      "articles": 5,                                  that all systems have
      "systems": [{"name": "A", "location": "runs/a",
                   "metrics": [as in scores.json], "left_out": ["<id>", …]}],
      "comparisons": [                                each further system against the first
        {"baseline": "A", "system": "B",
         "differences": [
           {"name": "rouge1", "title": "ROUGE-1", "unit": "F1", "scale": 1.0, "better": "higher",
            "headline": true, "baseline": 0.31, "system": 0.35, "difference": 0.04, "low": 0.01, "high": 0.07,
            "p_bootstrap": 0.01, "p_randomisation": 0.02,
            "wins": 3, "losses": 1, "ties": 1,          articles where the system is better (for "neither":
            "n": 5}],                                   has the higher value), worse, or the same
         "most_different": [
           {"id": "…", "name": "rouge1", "baseline": 0.20, "system": 0.50, "difference": 0.30,
            "baseline_text": "…", "system_text": "…"}]}],
      "malformed": [{"where": "b.jsonl:7", "reason": "…"}],
      "skipped": [{"metric": "translation", "reason": "…"}]
    }
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from summarize.errors import InputError
from summarize.intervals import RESAMPLES, SEED
from summarize.pairs import Prediction, Records, Reference, check_joinable
from summarize.scores import Malformed, MetricScore, Skipped
from summarize.scoring import METRICS, OPTIONS, Measured, Options, measure_all
from summarize.significance import Difference, differences

VERSION = 1
_LEADING = ("rouge1", "bleu", "support", "coverage")
"""By which measure articles are said to differ: the first of these that was computed."""


@dataclass(frozen=True, slots=True)
class System:
    """One system's scores over the articles that all systems have; `left_out` are its others."""

    name: str
    location: str
    metrics: tuple[MetricScore, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """A measure, described as in scores.json, and what it says of one system against another."""

    name: str
    title: str
    unit: str
    scale: float | None
    better: str
    headline: bool
    found: Difference


@dataclass(frozen=True, slots=True)
class ArticleDifference:
    """An article with both systems' values of the measure `name` and their outputs."""

    id: str
    name: str
    baseline: float
    system: float
    difference: float
    baseline_text: str
    system_text: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """One system against the baseline."""

    baseline: str
    system: str
    differences: tuple[MetricDifference, ...]
    most_different: tuple[ArticleDifference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `summarize compare` finds out; the fields are those of the schema above."""

    created: str
    references: str | None
    articles: int
    systems: tuple[System, ...]
    comparisons: tuple[Contrast, ...]
    malformed: tuple[Malformed, ...]
    skipped: tuple[Skipped, ...]
    version: int = VERSION

    def to_json(self) -> str:
        """This comparison as JSON."""
        row = asdict(self)
        for contrast in row["comparisons"]:
            contrast["differences"] = [
                {**item, **found} for item in contrast["differences"] for found in [item.pop("found")]
            ]
        return json.dumps(row, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def compare(
    systems: Sequence[Records[Prediction]],
    references: Records[Reference] | None,
    *,
    names: Sequence[str] | None = None,
    metrics: Sequence[str] = METRICS,
    options: Options = OPTIONS,
    most: int = 5,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """Score each system on the articles that all of them have, and each against the first.

    `most` is how many of the articles that differ most are kept for each. Raises InputError where the systems
    have no article in common, or none that the references are for.
    """
    called = list(names) if names is not None else names_of([records.location for records in systems])
    common = _common(systems)
    shared = set(common)
    known: Mapping[str, Reference] = {}
    if references is not None:
        for records in systems:
            check_joinable(records, references)
        known = references.items
    measured: list[dict[str, Measured]] = []
    skipped: list[Skipped] = []
    for records in systems:
        chosen = {identity: records.items[identity] for identity in common}
        found, why = measure_all(
            chosen, known, metrics=metrics, options=options, resamples=resamples, seed=seed
        )
        measured.append({item.group: item for item in found})
        skipped += [item for item in why if item not in skipped]
    return Comparison(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        references=None if references is None else references.location,
        articles=len(common),
        systems=tuple(
            System(
                name=name,
                location=records.location,
                metrics=tuple(figure for item in found.values() for figure in item.figures(resamples, seed)),
                left_out=tuple(identity for identity in records.items if identity not in shared),
            )
            for name, records, found in zip(called, systems, measured, strict=True)
        ),
        comparisons=tuple(
            Contrast(
                baseline=called[0],
                system=called[at],
                differences=tuple(_differences(measured[0], measured[at], resamples, seed)),
                most_different=tuple(
                    _most_different(measured[0], measured[at], systems[0], systems[at], most)
                ),
            )
            for at in range(1, len(systems))
        ),
        malformed=tuple(item for records in systems for item in records.malformed)
        + (references.malformed if references else ()),
        skipped=tuple(skipped),
    )


def names_of(locations: Sequence[str]) -> list[str]:
    """Short names for systems: the last part of their paths, or the whole where that comes twice."""
    short = [PurePosixPath(location.rstrip("/")).name.split(".")[0] or location for location in locations]
    called = short if len(set(short)) == len(short) else list(locations)
    return [name if called.count(name) == 1 else f"{name} ({at})" for at, name in enumerate(called, start=1)]


def _common(systems: Sequence[Records[Any]]) -> list[str]:
    shared = [
        identity for identity in systems[0].items if all(identity in records.items for records in systems[1:])
    ]
    if not shared:
        raise InputError(
            "The systems have no article in common.",
            "Compare outputs for the same articles: ids must be the same.",
        )
    return shared


def _differences(
    baseline: Mapping[str, Measured], system: Mapping[str, Measured], resamples: int, seed: int
) -> list[MetricDifference]:
    result = []
    for group, ours in baseline.items():
        if group not in system:
            continue
        theirs = system[group]
        theirs_too = set(theirs.ids)
        ids = [identity for identity in ours.ids if identity in theirs_too]
        kinds = [item for item in ours.measurements if item.name in theirs.by_name]
        found = differences(
            [ours.sample(item.name, ids) for item in kinds],
            [theirs.sample(item.name, ids) for item in kinds],
            resamples=resamples,
            seed=seed,
        )
        result += [
            MetricDifference(
                name=item.name,
                title=item.title,
                unit=item.unit,
                scale=item.scale,
                better=item.better,
                headline=item.headline,
                found=replace(values, wins=values.losses, losses=values.wins)
                if item.better == "lower"
                else values,
            )
            for item, values in zip(kinds, found, strict=True)
        ]
    return result


def _most_different(
    baseline: Mapping[str, Measured],
    system: Mapping[str, Measured],
    ours: Records[Prediction],
    theirs: Records[Prediction],
    most: int,
) -> list[ArticleDifference]:
    name, group = next(
        (
            (name, group)
            for name in _LEADING
            for group in baseline.keys() & system.keys()
            if name in baseline[group].by_name and name in system[group].by_name
        ),
        ("", ""),
    )
    if not name:
        return []
    before, after = baseline[group].values(name), system[group].values(name)
    text = "translation" if group == "translation" else "summary"
    found = [
        ArticleDifference(
            id=identity,
            name=name,
            baseline=old,
            system=new,
            difference=new - old,
            baseline_text=getattr(ours.items[identity], text) or "",
            system_text=getattr(theirs.items[identity], text) or "",
        )
        for identity, old in before.items()
        if old is not None and (new := after.get(identity)) is not None and new != old
    ]
    return sorted(found, key=lambda item: -abs(item.difference))[:most]
