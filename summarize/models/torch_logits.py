"""Next-token logits as PyTorch tensors, on whatever device the model is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from summarize.models.backend import Decoding
from summarize.models.search import Candidate, Rules


@dataclass(frozen=True, slots=True)
class TorchLogits:
    """`Logits` over a tensor, (rows, vocabulary)."""

    values: torch.Tensor

    def __len__(self) -> int:
        return len(self.values)

    def select(self, rows: list[int]) -> TorchLogits:
        """See `Logits.select`."""
        return TorchLogits(self.values[rows])

    def log_probabilities(self, rules: Rules) -> TorchLogits:
        """See `Logits.log_probabilities`."""
        logits = self.values.float()
        if rules.seen:
            seen = torch.tensor(rules.seen, device=logits.device)
            old = logits.gather(1, seen)
            weakened = torch.where(old < 0, old * rules.penalty, old / rules.penalty)
            logits = logits.scatter(1, seen, weakened)
        if rules.never:
            logits = logits.index_fill(1, torch.tensor(rules.never, device=logits.device), -torch.inf)
        if rules.banned:
            rows, tokens = torch.tensor(rules.banned, device=logits.device).T
            logits = logits.index_put((rows, tokens), logits.new_tensor(-torch.inf))
        return TorchLogits(logits.log_softmax(-1))

    def force(self, prefixes: Sequence[Sequence[int]], position: int) -> None:
        """See `Logits.force`."""
        for row, prefix in enumerate(prefixes):
            if position < len(prefix):
                self.values[row] = -torch.inf
                self.values[row, prefix[position]] = 0.0

    def best(self, totals: list[float], width: int, count: int) -> list[list[Candidate]]:
        """See `Logits.best`."""
        vocabulary = self.values.shape[1]
        before = torch.tensor(totals, device=self.values.device)
        scores = (before[:, None] + self.values).view(-1, width * vocabulary)
        best, flat = scores.topk(min(count, scores.shape[1]))
        if best.isnan().any():  # a row with every token banned, which counts as greater than all others
            best, flat = scores.masked_fill(scores.isnan(), -torch.inf).topk(best.shape[1])
        return [
            [
                Candidate(total, group * width + index // vocabulary, index % vocabulary)
                for total, index in zip(group_totals, indices, strict=True)
                if total > -torch.inf
            ]
            for group, (group_totals, indices) in enumerate(zip(best.tolist(), flat.tolist(), strict=True))
        ]

    def draw(self, uniform: np.ndarray[Any, Any], decoding: Decoding) -> tuple[list[int], list[float]]:
        """See `Logits.draw`."""
        logp = self.values
        count = decoding.top_k if 0 < decoding.top_k < logp.shape[1] else logp.shape[1]
        best, tokens = (logp / decoding.temperature).topk(count)
        probability = best.softmax(-1)
        if decoding.top_p < 1:
            before = probability.cumsum(-1) - probability
            probability = probability * (before < decoding.top_p)
        cumulated = probability.cumsum(-1)
        wanted = torch.from_numpy(uniform).to(logp)[:, None] * cumulated[:, -1:]
        index = torch.searchsorted(cumulated, wanted, right=True)
        drawn = tokens.gather(1, index.clamp(max=count - 1))
        return drawn.squeeze(1).tolist(), logp.gather(1, drawn).squeeze(1).tolist()
