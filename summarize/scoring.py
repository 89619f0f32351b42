"""Predictions and references in, `Scores` out: every metric with its interval and signature.

The schema of scores.json, which `score_run` writes, is in `summarize.scores`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from summarize.folder import Folder
from summarize.intervals import RESAMPLES, SEED, Sample, bootstrap
from summarize.metrics import Measurement, load, measure
from summarize.pairs import (
    Prediction,
    Records,
    Reference,
    check_joinable,
)
from summarize.prediction_files import read_predictions, read_references
from summarize.scores import MetricScore, Scores, Skipped

SCORES = "scores.json"
METRICS = ("rouge", "translation", "abstractiveness", "support")
"""The metrics that are computed where nothing else is asked for."""

_MOST_TER = 1000  # articles; TER is slow, above all where paragraphs don't correspond

Options = Mapping[str, Mapping[str, Any]]
"""Options of metrics, by the metric's name: `{"rouge": {"stem": True}}`."""

OPTIONS: Options = {"rouge": {"split": "sentences"}}
"""What scoring sets where nothing else is asked for: summaries don't come one sentence a line."""


@dataclass(frozen=True)
class Measured:
    """The measures of one metric, over the articles `ids`."""

    ids: tuple[str, ...]
    measurements: tuple[Measurement, ...]

    @property
    def group(self) -> str:
        """The metric's name."""
        return self.measurements[0].group

    @property
    def by_name(self) -> dict[str, Measurement]:
        """The measures by their names."""
        return {item.name: item for item in self.measurements}

    def values(self, name: str) -> dict[str, float | None]:
        """Each article's own value of a measure."""
        return dict(zip(self.ids, self.by_name[name].sample.values, strict=True))

    def sample(self, name: str, ids: Sequence[str]) -> Sample:
        """A measure's sample of the articles `ids`, in that order."""
        place = {identity: at for at, identity in enumerate(self.ids)}
        whole = self.by_name[name].sample
        return Sample(whole.counts[[place[identity] for identity in ids]], whole.combine)

    def figures(self, resamples: int, seed: int) -> list[MetricScore]:
        """The score of each measure, with its interval."""
        resampled = bootstrap([item.sample for item in self.measurements], resamples=resamples, seed=seed)
        return [item.score(rows) for item, rows in zip(self.measurements, resampled, strict=True)]


def score_run(
    run_folder: str,
    references_path: str | None = None,
    *,
    metrics: Sequence[str] = METRICS,
    options: Options = OPTIONS,
) -> Scores:
    """Score the finished articles of a run and write scores.json into its folder.

    Without references, only what needs none is scored. Raises InputError where the references can't be
    read or none of them belongs to an article of the run, StoreError where the folder can't be used.
    """
    predictions = read_predictions(run_folder)
    references = None if references_path is None else read_references(references_path)
    scores = score(predictions, references, metrics=metrics, options=options)
    Folder(run_folder).write(SCORES, scores.to_json().encode())
    return scores


def score(
    predictions: Records[Prediction],
    references: Records[Reference] | None,
    *,
    metrics: Sequence[str] = METRICS,
    options: Options = OPTIONS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Scores:
    """All measures of `metrics` for the predictions, joined with the references by id.

    A metric that needs references is computed over the articles that have one, any other over all. An empty
    prediction is scored as it stands and listed. Raises InputError where nothing matches.
    """
    known: Mapping[str, Reference] = {}
    if references is not None:
        check_joinable(predictions, references)
        known = references.items
    found, skipped = measure_all(
        predictions.items, known, metrics=metrics, options=options, resamples=resamples, seed=seed
    )
    return Scores(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        predictions=predictions.location,
        references=None if references is None else references.location,
        metrics=tuple(figure for item in found for figure in item.figures(resamples, seed)),
        articles=_by_article(found),
        unmatched_predictions=tuple(
            identity for identity in predictions.items if references is not None and identity not in known
        ),
        unmatched_references=tuple(identity for identity in known if identity not in predictions.items),
        empty=tuple(identity for identity, item in predictions.items.items() if not item.summary),
        malformed=(*predictions.malformed, *(references.malformed if references else ())),
        skipped=tuple(skipped),
        resamples=resamples,
        seed=seed,
    )


def measure_all(
    predictions: Mapping[str, Prediction],
    references: Mapping[str, Reference],
    *,
    metrics: Sequence[str] = METRICS,
    options: Options = OPTIONS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[list[Measured], list[Skipped]]:
    """Apply each metric to the articles that have what it needs; say why one can't be applied."""
    found: list[Measured] = []
    skipped: list[Skipped] = []
    for name in metrics:
        module = load(name)
        chosen = dict(options.get(name, {}))
        reason = module.unavailable(**chosen) if hasattr(module, "unavailable") else None
        texts = {} if reason else _texts(module, predictions, references)
        if reason or not texts:
            skipped.append(Skipped(name, reason or f"no article has a {module.OF} and {module.AGAINST}"))
            continue
        if name == "translation" and "ter" not in chosen and len(texts) > _MOST_TER:
            chosen["ter"] = False
            skipped.append(Skipped("ter", f"too slow for more than {_MOST_TER} articles; ask for it by name"))
        ours, theirs = zip(*texts.values(), strict=True)
        measured = measure(name, ours, theirs, chosen, resamples=resamples, seed=seed)
        found.append(Measured(tuple(texts), tuple(measured)))
    return found, skipped


def _texts(
    module: Any, predictions: Mapping[str, Prediction], references: Mapping[str, Reference]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each article with both, the text that a metric judges and those that it compares with."""
    ours, theirs = _OF[module.OF], _AGAINST[module.AGAINST]
    found = {}
    for identity, prediction in predictions.items():
        text, against = ours(prediction), theirs(prediction, references.get(identity))
        if text is not None and against:
            found[identity] = (text, against)
    return found


_OF: Mapping[str, Callable[[Prediction], str | None]] = {
    "summary": lambda prediction: prediction.summary,
    "translation": lambda prediction: prediction.translation,
}
_AGAINST: Mapping[str, Callable[[Prediction, Reference | None], tuple[str, ...]]] = {
    "references": lambda prediction, reference: reference.summaries if reference else (),
    "reference translations": lambda prediction, reference: (
        (reference.translation,) if reference and reference.translation else ()
    ),
    "translation": lambda prediction, reference: (prediction.translation,) if prediction.translation else (),
    "sources": lambda prediction, reference: prediction.sources,
}


def _by_article(found: Sequence[Measured]) -> dict[str, dict[str, float | None]]:
    articles: dict[str, dict[str, float | None]] = {}
    for item in found:
        for name in item.by_name:
            for identity, value in item.values(name).items():
                articles.setdefault(identity, {})[name] = None if value is None else round(value, 6)
    return articles
