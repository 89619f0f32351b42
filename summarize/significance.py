"""Is B better than A? Two tests that need no assumption of how scores are distributed.

The paired bootstrap (Koehn 2004) draws articles anew; approximate randomisation (Riezler & Maxwell 2005)
swaps the two systems' outputs of some articles, which would change nothing if the systems were alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from summarize.intervals import CONFIDENCE, RESAMPLES, SEED, Array, Sample, bootstrap, interval

TRIALS = 10_000
_EXACT_UP_TO = 13  # articles: 2^13 ways to swap are fewer than TRIALS
_CELLS = 2_000_000
_TOLERANCE = 1e-9  # sums in another order differ by rounding


@dataclass(frozen=True, slots=True)
class Difference:
    """What a measure says of B against A, over the `n` articles for which both have a value.

    `baseline` and `system` are their scores; `difference` is B's less A's, `low` and `high` its bootstrap
    interval. The p-values are two-sided; None with fewer than two articles. An article is a win where
    B's own score is higher than A's.
    """

    baseline: float | None
    system: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_bootstrap: float | None
    p_randomisation: float | None
    wins: int
    losses: int
    ties: int
    n: int


def differences(
    a: Sequence[Sample],
    b: Sequence[Sample],
    *,
    resamples: int = RESAMPLES,
    trials: int = TRIALS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> list[Difference]:
    """Compare two systems by each of several measures; all samples are of the same articles, in order.

    With 13 articles or fewer every way to swap the systems' outputs is tried, so that the randomisation
    test is exact; then no p-value can be below 2 / 2^n, whatever the difference.
    """
    if not a:
        return []
    both = [_both(one, other) for one, other in zip(a, b, strict=True)]
    ours = [_only(sample, known) for sample, known in zip(a, both, strict=True)]
    theirs = [_only(sample, known) for sample, known in zip(b, both, strict=True)]
    before = bootstrap(ours, resamples=resamples, seed=seed)
    after = bootstrap(theirs, resamples=resamples, seed=seed)
    swapped = _randomised(ours, theirs, trials, seed)
    columns = zip(ours, theirs, both, before, after, swapped, strict=True)
    return [
        _difference(one, other, known, new - old, chance, confidence)
        for one, other, known, old, new, chance in columns
    ]


def smallest_p(articles: int) -> float:
    """The smallest p-value that the randomisation test can give for so many articles."""
    return 2 / 2**articles if articles <= _EXACT_UP_TO else 1 / (TRIALS + 1)


def _both(a: Sample, b: Sample) -> NDArray[np.bool_]:
    """For which articles both samples have a value."""
    known: NDArray[np.bool_] = np.isfinite(a.combine(a.counts)) & np.isfinite(b.combine(b.counts))
    return known


def _only(sample: Sample, known: NDArray[np.bool_]) -> Sample:
    """The sample with nothing left of the other articles; their rows stay, so that all samples align."""
    return Sample(sample.counts * known[:, None], sample.combine)


def _difference(
    a: Sample, b: Sample, known: NDArray[np.bool_], resampled: Array, swapped: Array, confidence: float
) -> Difference:
    gains = (b.combine(b.counts) - a.combine(a.counts))[known]
    n = int(known.sum())
    one, other = a.score, b.score
    found = None if one is None or other is None or not n else other - one
    low = high = p_bootstrap = p_randomisation = None
    if found is not None and n > 1:
        low, high = interval(resampled, confidence)
        p_bootstrap = _p(resampled - np.nanmean(resampled), found)
        p_randomisation = _p(swapped, found, exact=len(known) <= _EXACT_UP_TO)
    return Difference(
        baseline=one,
        system=other,
        difference=found,
        low=low,
        high=high,
        p_bootstrap=p_bootstrap,
        p_randomisation=p_randomisation,
        wins=int((gains > _TOLERANCE).sum()),
        losses=int((gains < -_TOLERANCE).sum()),
        ties=int((np.abs(gains) <= _TOLERANCE).sum()),
        n=n,
    )


def _p(chance: Array, found: float, *, exact: bool = False) -> float:
    """Share of the differences that arise by chance that are as large as the one found.

    All ways to swap include the one found; where they are only drawn, it is counted in (Davison & Hinkley).
    """
    chance = chance[~np.isnan(chance)]
    as_large = int((np.abs(chance) >= abs(found) - _TOLERANCE).sum())
    return as_large / len(chance) if exact and len(chance) else (as_large + 1) / (len(chance) + 1)


def _randomised(a: Sequence[Sample], b: Sequence[Sample], trials: int, seed: int) -> list[Array]:
    """Differences B less A of each measure, with the outputs of some articles swapped in each trial."""
    before = np.hstack([sample.counts for sample in a])
    change = np.hstack([sample.counts for sample in b]) - before
    moved = np.concatenate([swaps @ change for swaps in _swaps(len(before), trials, seed)])
    total = before.sum(axis=0)
    ours, theirs = total + moved, total + change.sum(axis=0) - moved
    edges = np.cumsum([sample.counts.shape[1] for sample in a])[:-1]
    return [
        other.combine(rows_b) - one.combine(rows_a)
        for one, other, rows_a, rows_b in zip(
            a, b, np.split(ours, edges, axis=1), np.split(theirs, edges, axis=1), strict=True
        )
    ]


def _swaps(articles: int, trials: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Which articles are swapped: blocks of shape (some trials, articles) of 0 and 1."""
    if articles <= _EXACT_UP_TO:
        ways = np.arange(2**articles)
        yield ((ways[:, None] >> np.arange(articles)) & 1).astype(float)
        return
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // articles)
    for start in range(0, trials, block):
        rows = min(block, trials - start)
        bits = np.frombuffer(rng.bytes(-(-rows * articles // 8)), dtype=np.uint8)
        yield np.unpackbits(bits, count=rows * articles).reshape(rows, articles).astype(float)
