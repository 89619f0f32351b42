"""The metrics of eval/metrics/: loading one, and applying it to texts.

A metric is a folder NAME with measure.py (below), NAME.py (a module for `evaluate.load`, which imports
the slow `evaluate` so that measure.py needn't) and README.md (its card). measure.py has

    OF        what it judges: "summary" or "translation"
    AGAINST   what it compares with: a key of `AGAINST` here
    DEFAULTS  its options with their default values
    MEASURES  name -> title, unit, scale, better, headline (as in scores.json, see `scores`)
    settings(name, **options) -> str       the part of the signature that is the metric's own
    measure(predictions, against, **options) -> {name: [value or None for each prediction]}
    or, where the overall score is not the mean of the values,
    statistics(predictions, against, **options) -> {name: (counts, combine)}, see `intervals.Sample`
    unavailable(**options) -> str or None  optional: why it can't be computed here, for people

with `predictions` a list of strings and `against` a list of lists of strings.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from summarize.data_files import data_path
from summarize.errors import InputError
from summarize.intervals import CONFIDENCE, RESAMPLES, SEED, Array, Sample, bootstrap, interval, mean_of
from summarize.scores import MetricScore

AGAINST = {
    "references": "nrefs",
    "reference translations": "nrefs",
    "translation": "against:translation",
    "sources": "against:source",
}
"""What a metric can compare with, and how the signature says so."""


@dataclass(frozen=True)
class Measurement:
    """One measure of some articles: what it is, as in `MEASURES`, and its `Sample`."""

    name: str
    group: str
    title: str
    unit: str
    scale: float | None
    better: str
    headline: bool
    signature: str
    sample: Sample

    def score(self, resampled: Array, confidence: float = CONFIDENCE) -> MetricScore:
        """The score over all articles with the interval of its bootstrap scores.

        There is no interval for fewer than two articles: nothing says how they would vary.
        """
        n = sum(value is not None for value in self.sample.values)
        low, high = interval(resampled, confidence) if n > 1 else (None, None)
        return MetricScore(
            name=self.name,
            group=self.group,
            title=self.title,
            unit=self.unit,
            scale=self.scale,
            better=self.better,
            headline=self.headline,
            value=self.sample.score if n else None,
            low=low,
            high=high,
            n=n,
            signature=self.signature,
        )


def names() -> list[str]:
    """The metrics that there are, in alphabetical order."""
    return sorted(path.parent.name for path in data_path("eval", "metrics").glob("*/measure.py"))


@cache
def load(name: str) -> ModuleType:
    """The measure.py of a metric. Raises InputError where there is none of that name."""
    if name not in names():
        raise InputError(f"There is no metric {name!r}", f"There are: {', '.join(names())}")
    path = data_path("eval", "metrics", name, "measure.py")
    spec = importlib.util.spec_from_file_location(f"summarize_metric_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def measure(
    name: str,
    predictions: Sequence[str],
    against: Sequence[Sequence[str]],
    options: Mapping[str, Any] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> list[Measurement]:
    """Apply a metric: one `Measurement` for each of its measures, over the texts in the order given.

    `resamples` and `seed` only go into the signatures. Raises InputError for an option that the metric
    doesn't know or a value that it refuses.
    """
    module = load(name)
    chosen = {**module.DEFAULTS, **(options or {})}
    unknown = sorted(chosen.keys() - module.DEFAULTS.keys())
    if unknown:
        raise InputError(f"The metric {name} has no option {', '.join(unknown)}")
    try:
        samples = _samples(module, predictions, against, chosen)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from error
    compared = f"{_compared(module.AGAINST, against)}|bs:{resamples}|seed:{seed}"
    return [
        Measurement(
            name=measured,
            group=name,
            signature=f"{measured}|{compared}|{module.settings(measured, **chosen)}",
            sample=sample,
            **module.MEASURES[measured],
        )
        for measured, sample in samples.items()
    ]


def compute(
    name: str,
    predictions: Sequence[str],
    against: Sequence[Sequence[str] | str],
    *,
    per_item: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    **options: Any,
) -> dict[str, Any]:
    """What a metric's `evaluate` module returns: every measure by name, `intervals` and `signatures`.

    With `per_item`, a measure is the list of the predictions' own values. A value that isn't defined is None.
    """
    texts = [[item] if isinstance(item, str) else list(item) for item in against]
    measured = measure(name, predictions, texts, options, resamples=resamples, seed=seed)
    resampled = bootstrap([item.sample for item in measured], resamples=resamples, seed=seed)
    scores = [item.score(rows) for item, rows in zip(measured, resampled, strict=True)]
    return {
        **{item.name: item.sample.values if per_item else item.sample.score for item in measured},
        "intervals": {score.name: [score.low, score.high] for score in scores},
        "signatures": {score.name: score.signature for score in scores},
    }


def _samples(
    module: ModuleType,
    predictions: Sequence[str],
    against: Sequence[Sequence[str]],
    options: Mapping[str, Any],
) -> dict[str, Sample]:
    if hasattr(module, "statistics"):
        statistics = module.statistics(predictions, against, **options)
        return {name: Sample(*parts) for name, parts in statistics.items()}
    values = module.measure(predictions, against, **options)
    return {name: mean_of(column) for name, column in values.items()}


def _compared(what: str, against: Sequence[Sequence[str]]) -> str:
    said = AGAINST[what]
    if said != "nrefs":
        return said
    counts = {len(texts) for texts in against} or {0}
    return f"nrefs:{min(counts)}" if len(counts) == 1 else f"nrefs:{min(counts)}-{max(counts)}"
