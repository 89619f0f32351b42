"""BERTScore as a module for `evaluate.load`; see README.md."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from summarize.metrics import compute

_TEXT = datasets.Value("string")


class BertScore(evaluate.Metric):
    """How well the words of summaries match their references in the space of an encoder."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="Tianyi Zhang et al. BERTScore: Evaluating Text Generation with BERT. ICLR 2020.",
            inputs_description="predictions: summaries; references: for each, one text or a list of them.",
            features=[
                datasets.Features({"predictions": _TEXT, "references": datasets.Sequence(_TEXT)}),
                datasets.Features({"predictions": _TEXT, "references": _TEXT}),
            ],
        )

    def _compute(self, predictions: list[str], references: list[Any], **options: Any) -> dict[str, Any]:
        return compute("bertscore", predictions, references, **options)
