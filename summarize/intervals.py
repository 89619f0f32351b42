"""Bootstrap intervals over articles (Efron 1979), vectorised: every resample is one row of a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEED = 12345
RESAMPLES = 1000
CONFIDENCE = 0.95
_CELLS = 2_000_000  # of a block of resample counts: 16 MB


@dataclass(frozen=True)
class Sample:
    """One measure of some articles, in a form that sums.

    `counts` has one row an article; `combine` turns rows, or sums of rows, of shape (rows, counts) into
    one score a row, NaN where it isn't defined. For a measure whose overall score is the mean over
    articles the counts are its value and 1 (0 and 0 where an article has no value); for BLEU they are its
    n-gram matches and lengths.
    """

    counts: Array
    combine: Callable[[Array], Array]

    @property
    def score(self) -> float | None:
        """The score over all articles, None where it isn't defined."""
        return defined(self.combine(self.counts.sum(axis=0, keepdims=True))[0])

    @property
    def values(self) -> list[float | None]:
        """Each article's own score."""
        return [defined(value) for value in self.combine(self.counts)]


def mean_of(values: list[float | None]) -> Sample:
    """The sample whose score is the mean of those `values` that aren't None."""
    counts = np.array([(0.0, 0.0) if value is None else (value, 1.0) for value in values]).reshape(-1, 2)
    return Sample(counts, _mean)


def bootstrap(samples: list[Sample], *, resamples: int = RESAMPLES, seed: int = SEED) -> list[Array]:
    """Scores of each sample over `resamples` draws, with replacement, of as many articles as there are.

    The samples are of the same articles in the same order, and each draw is the same for all of them, so
    that differences between them are paired. The same seed gives the same draws for the same number
    of articles.
    """
    if not samples:
        return []
    counts = np.hstack([sample.counts for sample in samples])
    totals = np.concatenate([weights @ counts for weights in _draws(len(counts), resamples, seed)])
    edges = np.cumsum([sample.counts.shape[1] for sample in samples])[:-1]
    return [
        sample.combine(rows) for sample, rows in zip(samples, np.split(totals, edges, axis=1), strict=True)
    ]


def interval(scores: Array, confidence: float = CONFIDENCE) -> tuple[float | None, float | None]:
    """The percentile interval of bootstrap scores; None, None where none of them is defined."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def defined(value: float) -> float | None:
    """`value`, or None for NaN and infinity, which no table or JSON file should show."""
    return float(value) if np.isfinite(value) else None


def _mean(counts: Array) -> Array:
    total, n = counts[:, 0], counts[:, 1]
    result: Array = np.divide(total, n, out=np.full(len(counts), np.nan), where=n > 0)
    return result


def _draws(articles: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each article is drawn: blocks of shape (some resamples, articles)."""
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // max(1, articles))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = rng.integers(0, articles, (rows, articles)) + np.arange(rows)[:, None] * articles
        yield np.bincount(drawn.ravel(), minlength=rows * articles).reshape(rows, articles).astype(float)
