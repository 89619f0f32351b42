"""What updates the weights: AdamW alone, or Muon for the matrices within layers and AdamW for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.optim import Optimizer
from transformers import MarianMTModel

Kind = Literal["adamw", "muon"]

MOMENTUM, DECAY = 0.95, 0.02  # of Muon; the decay keeps matrices small, whose updates all have one size


class Optimizers:
    """Optimisers of disjoint weights that step as one."""

    def __init__(self, parts: Sequence[Optimizer]) -> None:
        self._parts = parts

    def step(self, rate: float) -> None:
        """Update the weights at this learning rate, and forget the gradients."""
        for part in self._parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
            part.zero_grad()

    def moments(self) -> dict[str, Tensor]:
        """What has to be kept to go on, for a checkpoint: tensors by `part.weight.name`."""
        return {
            f"{number}.{index}.{name}": value
            for number, part in enumerate(self._parts)
            for index, state in part.state_dict()["state"].items()
            for name, value in state.items()
        }

    def restore(self, moments: Mapping[str, Tensor]) -> None:
        """Go on from what `moments` gave."""
        for number, part in enumerate(self._parts):
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in moments.items():
                owner, index, name = key.split(".", 2)
                if int(owner) == number:
                    state.setdefault(int(index), {})[name] = value
            part.load_state_dict({**part.state_dict(), "state": state})


def build(model: MarianMTModel, kind: Kind, rate: float) -> Optimizers:
    """The optimisers of a network's trainable weights.

    Muon (Jordan et al., 2024) makes the update of each matrix orthogonal; scaled to the size of AdamW's
    updates (Liu et al., 2025), both take the same rate. Embeddings, biases and norms stay with AdamW.
    """
    trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    if kind == "adamw":
        return Optimizers([_adamw(list(trained.values()), rate)])
    matrices = {name: w for name, w in trained.items() if w.dim() == 2 and ".layers." in name}
    rest = [weight for name, weight in trained.items() if name not in matrices]
    muon = torch.optim.Muon(
        list(matrices.values()),
        lr=rate,
        weight_decay=DECAY,
        momentum=MOMENTUM,
        adjust_lr_fn="match_rms_adamw",
    )
    return Optimizers([_adamw(rest, rate), muon])


def _adamw(weights: list[torch.nn.Parameter], rate: float) -> Optimizer:
    return torch.optim.AdamW(weights, lr=rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.0, fused=True)
