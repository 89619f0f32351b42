"""How much a summary copies: novel n-grams, and coverage, density and compression of its extracts.

Coverage, density and compression are those of Grusky et al., "Newsroom: A Dataset of 1.3 Million
Summaries with Diverse Extractive Strategies", NAACL 2018; novel n-grams those of See et al., "Get To
The Point", ACL 2017.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

OF, AGAINST = "summary", "translation"
DEFAULTS: dict[str, Any] = {}

MEASURES: dict[str, dict[str, Any]] = {
    **{
        f"novel_{n}": {
            "title": f"Novel {n}-grams",
            "unit": "share",
            "scale": 1.0,
            "better": "neither",
            "headline": n == 2,
        }
        for n in (1, 2, 3, 4)
    },
    "coverage": {"title": "Coverage", "unit": "share", "scale": 1.0, "better": "neither", "headline": True},
    "density": {"title": "Density", "unit": "words", "scale": None, "better": "neither", "headline": True},
    "compression": {
        "title": "Compression",
        "unit": "ratio",
        "scale": None,
        "better": "neither",
        "headline": True,
    },
}

_WORD = re.compile(r"\w+")


def measure(predictions: Sequence[str], sources: Sequence[Sequence[str]]) -> dict[str, list[float | None]]:
    """The measures of each prediction against its source, in the same language as the prediction.

    Several texts for one source are read one after the other. A measure that isn't defined is None:
    all of them for an empty prediction or source, novel n-grams for a prediction shorter than n.
    """
    values: dict[str, list[float | None]] = {name: [] for name in MEASURES}
    for prediction, texts in zip(predictions, sources, strict=True):
        summary, article = words(prediction), words("\n".join(texts))
        found = _of_item(summary, article) if summary and article else {}
        for name, column in values.items():
            column.append(found.get(name))
    return values


def settings(name: str) -> str:
    """The part of the signature that says how `name` was computed."""
    return "case:folded|tok:words|version:1"


def words(text: str) -> list[str]:
    """The case-folded words and numbers of `text`, in order, without punctuation."""
    return _WORD.findall(text.casefold())


def fragments(summary: Sequence[str], article: Sequence[str]) -> list[int]:
    """Lengths of the extractive fragments of `summary`, found greedily from the left (Grusky et al.)."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(article):
        places[word].append(at)
    lengths = []
    start = 0
    while start < len(summary):
        longest = max(
            (_shared(summary, start, article, at) for at in places.get(summary[start], ())), default=0
        )
        if longest:
            lengths.append(longest)
        start += longest or 1
    return lengths


def _shared(summary: Sequence[str], start: int, article: Sequence[str], at: int) -> int:
    length = 0
    while (
        start + length < len(summary)
        and at + length < len(article)
        and summary[start + length] == article[at + length]
    ):
        length += 1
    return length


def _of_item(summary: Sequence[str], article: Sequence[str]) -> dict[str, float]:
    lengths = fragments(summary, article)
    found = {
        "coverage": sum(lengths) / len(summary),
        "density": sum(length**2 for length in lengths) / len(summary),
        "compression": len(article) / len(summary),
    }
    for n in (1, 2, 3, 4):
        if len(summary) >= n:
            known = set(_ngrams(article, n))
            grams = _ngrams(summary, n)
            found[f"novel_{n}"] = sum(gram not in known for gram in grams) / len(grams)
    return found


def _ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)]
