"""BLEU, chrF, chrF++ and TER as a module for `evaluate.load`; see README.md."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from summarize.metrics import compute

_TEXT = datasets.Value("string")


class Translation(evaluate.Metric):
    """BLEU, chrF, chrF++ and TER with intervals, by sacreBLEU."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="Matt Post. A Call for Clarity in Reporting BLEU Scores. WMT 2018.",
            inputs_description="predictions: translations; references: for each, one text or a list of them.",
            features=[
                datasets.Features({"predictions": _TEXT, "references": datasets.Sequence(_TEXT)}),
                datasets.Features({"predictions": _TEXT, "references": _TEXT}),
            ],
        )

    def _compute(self, predictions: list[str], references: list[Any], **options: Any) -> dict[str, Any]:
        return compute("translation", predictions, references, **options)
