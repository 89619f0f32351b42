"""Next-token logits as NumPy arrays, for backends that get along without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from summarize.models.backend import Decoding
from summarize.models.search import Candidate, Rules

Array = np.ndarray[Any, Any]

_BLOCK = 128
"""Columns whose maximum is looked at first: the greatest values are where the maxima are greatest."""


@dataclass(frozen=True, slots=True)
class NumpyLogits:
    """`Logits` over a float32 array, (rows, vocabulary), which is overwritten.

    `offsets` is what is to be added to each row, so that normalising needn't touch all of it.
    """

    values: Array
    offsets: Array | None = None

    def __len__(self) -> int:
        return len(self.values)

    def select(self, rows: list[int]) -> NumpyLogits:
        """See `Logits.select`."""
        return NumpyLogits(self.values[rows], None if self.offsets is None else self.offsets[rows])

    def log_probabilities(self, rules: Rules) -> NumpyLogits:
        """See `Logits.log_probabilities`."""
        logits = self.values
        if rules.seen:
            seen = np.array(rules.seen)
            old = np.take_along_axis(logits, seen, 1)
            weakened = np.where(old < 0, old * rules.penalty, old / rules.penalty)
            np.put_along_axis(logits, seen, weakened, 1)
        if rules.never:
            logits[:, list(rules.never)] = -np.inf
        if rules.banned:
            rows, tokens = zip(*rules.banned, strict=True)
            logits[rows, tokens] = -np.inf
        greatest = logits.max(1)
        impossible = greatest == -np.inf  # every token banned
        greatest[impossible] = 0.0
        shifted = logits - greatest[:, None]
        sums = np.exp(shifted, out=shifted).sum(1)
        sums[impossible] = 1.0
        return NumpyLogits(logits, -(np.log(sums) + greatest))

    def force(self, prefixes: Sequence[Sequence[int]], position: int) -> None:
        """See `Logits.force`."""
        for row, prefix in enumerate(prefixes):
            if position < len(prefix):
                self.values[row] = -np.inf
                self.values[row, prefix[position]] = -self._offsets[row]

    def best(self, totals: list[float], width: int, count: int) -> list[list[Candidate]]:
        """See `Logits.best`."""
        tokens = _greatest(self.values, min(count, self.values.shape[1]))
        before = np.array(totals, dtype=np.float32) + self._offsets
        scores = np.take_along_axis(self.values, tokens, 1) + before[:, None]
        kept = tokens.shape[1]
        grouped = scores.reshape(-1, width * kept)
        order = np.argsort(-grouped, axis=1, kind="stable")[:, :count]
        flat = tokens.reshape(-1, width * kept)
        return [
            [
                Candidate(float(row[place]), group * width + place // kept, int(flat[group, place]))
                for place in places.tolist()
                if row[place] > -np.inf
            ]
            for group, (row, places) in enumerate(zip(grouped, order, strict=True))
        ]

    def draw(self, uniform: Array, decoding: Decoding) -> tuple[list[int], list[float]]:
        """See `Logits.draw`."""
        size = self.values.shape[1]
        tokens = _greatest(self.values, decoding.top_k if 0 < decoding.top_k < size else size)
        logp = np.take_along_axis(self.values, tokens, 1) + self._offsets[:, None]
        order = np.argsort(-logp, axis=1, kind="stable")
        tokens, logp = np.take_along_axis(tokens, order, 1), np.take_along_axis(logp, order, 1)
        probability = np.exp((logp - logp[:, :1]) / decoding.temperature)
        probability /= probability.sum(1, keepdims=True)
        if decoding.top_p < 1:
            probability *= np.cumsum(probability, 1) - probability < decoding.top_p
        cumulated = np.cumsum(probability, 1)
        passed = cumulated <= uniform[:, None] * cumulated[:, -1:]
        index = np.minimum(passed.sum(1), tokens.shape[1] - 1)[:, None]
        drawn, gained = np.take_along_axis(tokens, index, 1), np.take_along_axis(logp, index, 1)
        return drawn[:, 0].tolist(), gained[:, 0].tolist()

    @property
    def _offsets(self) -> Array:
        return np.zeros(len(self.values), np.float32) if self.offsets is None else self.offsets


def _greatest(values: Array, count: int) -> Array:
    """The columns of the `count` greatest values of each row, in no order, (rows, count)."""
    rows, size = values.shape
    blocks = size // _BLOCK
    if blocks <= count:
        return _partitioned(values, count)
    end = blocks * _BLOCK
    maxima = values[:, :end].reshape(rows, blocks, _BLOCK).max(2)
    within = (_partitioned(maxima, count)[:, :, None] * _BLOCK + np.arange(_BLOCK)).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(end, size), (rows, size - end))
    columns = np.concatenate([within, rest], axis=1)
    best = _partitioned(np.take_along_axis(values, columns, 1), count)
    return np.take_along_axis(columns, best, 1)


def _partitioned(values: Array, count: int) -> Array:
    size = values.shape[1]
    return np.argpartition(values, size - count, axis=1)[:, size - count :]
