"""Supported numbers, dates and names as a module for `evaluate.load`; see README.md."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from summarize.metrics import compute

_TEXT = datasets.Value("string")


class Support(evaluate.Metric):
    """Share of the claims of summaries found in their sources, with intervals."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="",
            inputs_description="predictions: summaries; sources: for each, its article in one or more forms.",
            features=[
                datasets.Features({"predictions": _TEXT, "sources": datasets.Sequence(_TEXT)}),
                datasets.Features({"predictions": _TEXT, "sources": _TEXT}),
            ],
        )

    def _compute(self, predictions: list[str], sources: list[Any], **options: Any) -> dict[str, Any]:
        return compute("support", predictions, sources, **options)
