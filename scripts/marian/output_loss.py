"""The output layer with what is wanted of it in one, without the whole matrix of logits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

ROWS = 256  # of logits at a time: 256 x 8,000 float32 stay in a CPU's cache


class OutputLoss(torch.autograd.Function):
    """Mean label-smoothed cross-entropy of `hidden @ weight.T + bias` (Szegedy et al., 2016).

    Works through `ROWS` tokens at a time and finds the gradients on the way, so that logits are
    made once, used while they are in the cache, and never kept: on a CPU a quarter of a training
    step. Products are in the type of `hidden`, the softmax is in float32. `bias` gets no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float
    ) -> Tensor:
        """`hidden` is (tokens, dim), `weight` (pieces, dim), `bias` (pieces), `targets` (tokens)."""
        count, pieces = len(targets), len(weight)
        matrix = weight.to(hidden.dtype)
        into_hidden, into_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        total = hidden.new_zeros((), dtype=torch.float32)
        with torch.autocast(hidden.device.type, enabled=False):
            for start in range(0, count, ROWS):
                part, right = hidden[start : start + ROWS], targets[start : start + ROWS, None]
                logits = (part @ matrix.T).float().add_(bias)
                chosen = (1 - smoothing) * logits.gather(1, right) + smoothing * logits.mean(1, keepdim=True)
                highest = logits.amax(1, keepdim=True)
                slope = logits.sub_(highest).exp_()
                normaliser = slope.sum(1, keepdim=True)
                total += (normaliser.log() + highest - chosen).sum()
                slope.div_(normaliser).sub_(smoothing / pieces)
                slope.scatter_add_(1, right, slope.new_full((1, 1), smoothing - 1).expand_as(right))
                slope = slope.to(hidden.dtype)
                into_hidden[start : start + ROWS] = slope @ matrix
                into_weight += slope.T @ part
        ctx.save_for_backward(into_hidden / count, into_weight / count)
        return total / count

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None, None]:  # type: ignore[override]
        """The gradients found on the way, scaled."""
        into_hidden, into_weight = ctx.saved_tensors
        return into_hidden * gradient, into_weight * gradient, None, None, None


def output_loss(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """Mean label-smoothed cross-entropy a target token; see `OutputLoss`."""
    result: Tensor = OutputLoss.apply(_cast(hidden), weight, bias, targets, smoothing)
    return result


class TokenLogProbabilities(torch.autograd.Function):
    """The log-probability of each target under `softmax(hidden @ weight.T + bias)`.

    Logits are made `ROWS` tokens at a time and again for the gradients, as those depend on what is done
    with the result. Types are as for `OutputLoss`; `bias` gets no gradient.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        """`hidden` is (tokens, dim), `weight` (pieces, dim), `bias` (pieces), `targets` (tokens)."""
        matrix = weight.to(hidden.dtype)
        result, normaliser = hidden.new_empty((2, len(targets)), dtype=torch.float32)
        with torch.autocast(hidden.device.type, enabled=False):
            for start in range(0, len(targets), ROWS):
                part = slice(start, start + ROWS)
                logits = (hidden[part] @ matrix.T).float().add_(bias)
                normaliser[part] = logits.logsumexp(1)
                result[part] = logits.gather(1, targets[part, None])[:, 0] - normaliser[part]
        ctx.save_for_backward(hidden, weight, bias, targets, normaliser)
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None]:  # type: ignore[override]
        """`gradient` (tokens) times the target less the distribution, through the output layer."""
        hidden, weight, bias, targets, normaliser = ctx.saved_tensors
        matrix = weight.to(hidden.dtype)
        into_hidden, into_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        with torch.autocast(hidden.device.type, enabled=False):
            for start in range(0, len(targets), ROWS):
                part = slice(start, start + ROWS)
                wanted = gradient[part, None]
                slope = (hidden[part] @ matrix.T).float().add_(bias)
                slope.sub_(normaliser[part, None]).exp_().mul_(-wanted)
                slope.scatter_add_(1, targets[part, None], wanted)
                slope = slope.to(hidden.dtype)
                into_hidden[part] = slope @ matrix
                into_weight += slope.T @ hidden[part]
        return into_hidden, into_weight, None, None


def token_log_probabilities(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """The log-probability of each target token; see `TokenLogProbabilities`."""
    result: Tensor = TokenLogProbabilities.apply(_cast(hidden), weight, bias, targets)
    return result


def _cast(hidden: Tensor) -> Tensor:
    device = hidden.device.type
    return hidden.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else hidden
