"""Which chat models our graph can express, and their measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from summarize.models.decoder_shape import DecoderShape

SMOLLM = {
    "model_type": "llama",
    "hidden_act": "silu",
    "hidden_size": 576,
    "num_attention_heads": 9,
    "num_hidden_layers": 30,
    "num_key_value_heads": 3,
    "rms_norm_eps": 1e-5,
    "rope_theta": 100_000,
}


def test_a_configuration_of_the_hub_is_read() -> None:
    assert DecoderShape.of(SMOLLM) == DecoderShape(30, 9, 3, 64, 576, 1e-5, 100_000.0)


def test_a_configuration_saved_by_transformers_5_is_read(tiny_models: dict[str, Path]) -> None:
    config = json.loads((tiny_models["llama"] / "config.json").read_text())
    assert DecoderShape.of(config) == DecoderShape(2, 4, 2, 8, 32, 1e-6, 50_000.0)


def test_heads_without_groups_are_groups_of_one() -> None:
    config = SMOLLM | {"num_key_value_heads": None, "head_dim": 32}
    shape = DecoderShape.of(config)
    assert shape is not None
    assert (shape.groups, shape.head_width) == (9, 32)


def test_states_take_their_bytes() -> None:
    shape = DecoderShape.of(SMOLLM)
    assert shape is not None
    assert shape.state_bytes == 30 * 2 * 3 * 64 * 4


@pytest.mark.parametrize(
    "odd",
    [
        {"model_type": "gpt2"},
        {"model_type": "marian"},
        {"hidden_act": "gelu"},
        {"quantization_config": {"quant_method": "awq"}},
        {"rope_scaling": {"type": "linear", "factor": 2.0}},
        {"rope_parameters": {"rope_type": "llama3", "rope_theta": 5e5}},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 5e5, "partial_rotary_factor": 0.5}},
        {"model_type": "mistral", "sliding_window": 4096},
        {"model_type": "qwen2", "use_sliding_window": True},
    ],
)
def test_models_built_in_another_way_are_left_to_other_backends(odd: dict[str, Any]) -> None:
    assert DecoderShape.of(SMOLLM | odd) is None


@pytest.mark.parametrize(
    "usual",
    [
        {"model_type": "mistral", "sliding_window": None},
        {"model_type": "qwen2", "use_sliding_window": False, "sliding_window": 32_768},
    ],
)
def test_windows_that_are_not_used_do_not_matter(usual: dict[str, Any]) -> None:
    assert DecoderShape.of(SMOLLM | usual) is not None
