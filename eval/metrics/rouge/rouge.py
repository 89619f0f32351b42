"""ROUGE as a module for `evaluate.load`; see README.md."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from summarize.metrics import compute

_TEXT = datasets.Value("string")


class Rouge(evaluate.Metric):
    """ROUGE-1, -2, -L and -Lsum with intervals, equal to rouge-score."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="Chin-Yew Lin. ROUGE: A Package for Automatic Evaluation of Summaries. 2004.",
            inputs_description="predictions: summaries; references: for each, one text or a list of them.",
            features=[
                datasets.Features({"predictions": _TEXT, "references": datasets.Sequence(_TEXT)}),
                datasets.Features({"predictions": _TEXT, "references": _TEXT}),
            ],
        )

    def _compute(self, predictions: list[str], references: list[Any], **options: Any) -> dict[str, Any]:
        return compute("rouge", predictions, references, **options)
