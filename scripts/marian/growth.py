"""A deeper encoder for a network that is already trained: the new layers begin by changing almost nothing."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import MarianMTModel

from marian import network


def deepen(model: MarianMTModel, layers: int, sources: Sequence[Sequence[int]]) -> MarianMTModel:
    """The network with `layers` layers in its encoder, new ones spread evenly between the old.

    A new layer adds nothing to what comes in, and its norms give that back at its usual scale, which
    is measured on `sources` (rows of ids). What the network computes changes by about a hundredth,
    so that training goes on where it was. Raises ValueError where there are that many layers already.
    """
    encoder = model.model.encoder
    old = len(encoder.layers)
    if layers <= old:
        raise ValueError(f"the encoder has {old} layers; give more to deepen it")
    states, real = _states(model, sources)
    extra = layers - old
    after = [-(-(number + 1) * old // (extra + 1)) for number in range(extra)]
    grown: list[torch.nn.Module] = []
    for count, layer in enumerate(encoder.layers, start=1):
        grown.append(layer)
        grown += [_idle(layer, states[count][real]) for _ in range(after.count(count))]
    encoder.layers = torch.nn.ModuleList(grown)
    model.config.encoder_layers = layers
    return model


def _states(model: MarianMTModel, sources: Sequence[Sequence[int]]) -> tuple[Sequence[Tensor], Tensor]:
    """What goes into the first encoder layer and comes out of each, and where it isn't padding."""
    rows = network.pad(sources, model.config.pad_token_id)
    real = rows != model.config.pad_token_id
    training = model.training
    model.eval()
    with torch.no_grad():
        output = model.model.encoder(input_ids=rows, attention_mask=real.long(), output_hidden_states=True)
    model.train(training)
    return output.hidden_states, real


def _idle(like: torch.nn.Module, state: Tensor) -> torch.nn.Module:
    """A layer whose output is its input, where that has the usual mean and deviation of `state`'s rows."""
    layer = copy.deepcopy(like)
    mean, deviation = state.mean(), state.std(1, unbiased=False).mean()
    with torch.no_grad():
        for last in (layer.self_attn.out_proj, layer.fc2):
            last.weight.zero_()
            last.bias.zero_()
        for norm in (layer.self_attn_layer_norm, layer.final_layer_norm):
            norm.weight.fill_(deviation)
            norm.bias.fill_(mean)
    return layer
