"""The measures of a Llama-like decoder, as far as our ONNX graph needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_FAMILIES = ("llama", "mistral", "qwen2")
"""RMS norms, rotary positions, gated SiLU, queries in groups that share keys (Touvron et al., 2023)."""

GRAPH, EMBEDDINGS = "model.onnx", "embeddings.npy"
"""Files of a converted model."""


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """Numbers of layers, of query heads, of groups of them that share keys and values; the width of a
    head and of a token's state; the norms' epsilon and the base of the rotary positions' wavelengths.
    """

    layers: int
    heads: int
    groups: int
    head_width: int
    width: int
    epsilon: float
    rotary_base: float

    @classmethod
    def of(cls, config: dict[str, Any]) -> DecoderShape | None:
        """The shape in a model's config.json; None for a model that is built in another way."""
        rotary = config.get("rope_parameters") or {
            "rope_theta": config.get("rope_theta", 10_000.0),
            **(config.get("rope_scaling") or {}),
        }
        odd = (
            config.get("model_type") not in _FAMILIES
            or config.get("quantization_config")
            or config.get("hidden_act", "silu") != "silu"
            or rotary.get("rope_type", rotary.get("type", "default")) != "default"
            or rotary.get("partial_rotary_factor", 1.0) != 1.0
            or _slides(config)
        )
        if odd:
            return None
        heads = config["num_attention_heads"]
        return cls(
            layers=config["num_hidden_layers"],
            heads=heads,
            groups=config.get("num_key_value_heads") or heads,
            head_width=config.get("head_dim") or config["hidden_size"] // heads,
            width=config["hidden_size"],
            epsilon=float(config["rms_norm_eps"]),
            rotary_base=float(rotary["rope_theta"]),
        )

    @property
    def state_bytes(self) -> int:
        """Bytes of the keys and values of a token, float32."""
        return 8 * self.layers * self.groups * self.head_width


def _slides(config: dict[str, Any]) -> bool:
    """Whether a token sees only a window of those before it."""
    if config["model_type"] == "qwen2":
        return bool(config.get("use_sliding_window"))
    return config.get("sliding_window") is not None
