"""Novel n-grams, coverage, density and compression as a module for `evaluate.load`; see README.md."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from summarize.metrics import compute

_TEXT = datasets.Value("string")


class Abstractiveness(evaluate.Metric):
    """How much summaries copy from their sources, with intervals."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="Max Grusky, Mor Naaman, Yoav Artzi. Newsroom. NAACL 2018.",
            inputs_description="predictions: summaries; sources: for each, its article in the same language.",
            features=[
                datasets.Features({"predictions": _TEXT, "sources": datasets.Sequence(_TEXT)}),
                datasets.Features({"predictions": _TEXT, "sources": _TEXT}),
            ],
        )

    def _compute(self, predictions: list[str], sources: list[Any], **options: Any) -> dict[str, Any]:
        return compute("abstractiveness", predictions, sources, **options)
