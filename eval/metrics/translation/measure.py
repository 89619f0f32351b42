"""BLEU, chrF, chrF++ and TER by sacreBLEU, a paragraph being one segment.

Paragraphs are told by line breaks. Where a translation hasn't as many as its references, the whole
text is one segment, so that nothing is compared with its neighbour.

Papineni et al. 2002 (BLEU), Popović 2015 and 2017 (chrF, chrF++), Snover et al. 2006 (TER);
Post 2018 for sacreBLEU and its signatures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU, CHRF, TER

OF, AGAINST = "translation", "reference translations"
DEFAULTS: dict[str, Any] = {"ter": True}

MEASURES: dict[str, dict[str, Any]] = {
    "bleu": {"title": "BLEU", "unit": "score", "scale": 100.0, "better": "higher", "headline": True},
    "chrf": {"title": "chrF", "unit": "F2", "scale": 100.0, "better": "higher", "headline": True},
    "chrf++": {"title": "chrF++", "unit": "F2", "scale": 100.0, "better": "higher", "headline": True},
    "ter": {"title": "TER", "unit": "edits", "scale": 100.0, "better": "lower", "headline": True},
}

_PARAGRAPH_BREAK = re.compile(r"\s*\n\s*")

Statistics = tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]


def statistics(
    predictions: Sequence[str], references: Sequence[Sequence[str]], *, ter: bool = True
) -> dict[str, Statistics]:
    """For each measure, the counts of each item and the function from counts to scores.

    The counts are an array of shape (items, counts). The function takes such an array, or sums over
    some of its rows, and returns one score between 0 and 100 a row (TER can be above 100): the
    score of an item from its own counts, the corpus score from the sum of all. TER takes time that
    grows with the cube of a segment's length, so that `ter=False` leaves it out.
    """
    segments = [_segments(*item) for item in zip(predictions, references, strict=True)]
    hypotheses = [hypothesis for item in segments for hypothesis, _ in item]
    targets = [texts for item in segments for _, texts in item]
    first = np.cumsum([0, *(len(item) for item in segments)])[:-1]
    most = max((len(texts) for texts in targets), default=1)
    streams = [[texts[at] if at < len(texts) else None for texts in targets] for at in range(most)]
    # sacreBLEU has no public way to get at the counts that it bootstraps over itself.
    counted = {
        name: (np.array(metric._extract_corpus_statistics(hypotheses, streams), float), _combine(metric))
        for name, metric in _metrics().items()
        if ter or name != "ter"
    }
    return {name: (np.add.reduceat(counts, first), combine) for name, (counts, combine) in counted.items()}


def _segments(prediction: str, texts: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Paragraphs with their references, or the whole text with its references."""
    paragraphs = _PARAGRAPH_BREAK.split(prediction.strip())
    others = [_PARAGRAPH_BREAK.split(text.strip()) for text in texts]
    if others and all(len(other) == len(paragraphs) for other in others):
        return [(own, [other[at] for other in others]) for at, own in enumerate(paragraphs)]
    return [(prediction, list(texts))]


def settings(name: str, *, ter: bool = True) -> str:
    """The part of the signature that says how `name` was computed: sacreBLEU's own."""
    metric = _metrics()[name]
    metric.num_refs = 1
    fields = str(metric.get_signature()).split("|")
    return "|".join(["seg:paragraph", *(field for field in fields if not field.startswith("nrefs:"))])


def _metrics() -> dict[str, Any]:
    return {"bleu": BLEU(), "chrf": CHRF(), "chrf++": CHRF(word_order=2), "ter": TER()}


def _combine(metric: Any) -> Callable[[np.ndarray], np.ndarray]:
    def combine(counts: np.ndarray) -> np.ndarray:
        return np.array([metric._compute_score_from_stats(row.tolist()).score for row in counts])

    return combine
