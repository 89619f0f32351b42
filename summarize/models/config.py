"""What a model folder says of itself: its family, its limits and its special tokens, by id."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from summarize.errors import ModelError
from summarize.models.backend import Architecture, Decoding

CONVERTED_CONFIG = "model_config.json"
"""Name of a model's own config.json inside a CTranslate2 folder, where config.json is CTranslate2's."""

_NO_LIMIT = 1_000_000  # tokenizer configs say 1e30 where they know none


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The facts that decoding needs. Ids are ids of the vocabulary; `max_length` is in tokens."""

    family: str
    architecture: Architecture
    max_length: int
    end_ids: tuple[int, ...]
    pad_id: int | None = None
    decoder_start_id: int | None = None
    forced_bos_id: int | None = None
    suppressed_ids: tuple[int, ...] = ()


def read_config(folder: Path) -> ModelConfig:
    """The configuration of a model in `save_pretrained` form or converted by us.

    Raises ModelError where the folder holds no model, or one of a kind that can't generate text.
    """
    converted = folder / CONVERTED_CONFIG
    config = read_json(converted if converted.is_file() else folder / "config.json")
    if not config.get("model_type"):
        raise ModelError(f"{folder} holds no model", "A model folder has a config.json with a model_type.")
    generation = read_json(folder / "generation_config.json")

    def setting(name: str) -> Any:
        value = generation.get(name)
        return config.get(name) if value is None else value

    end = setting("eos_token_id")
    if end is None:
        raise ModelError(f"{folder}: config.json names no eos_token_id, so its output would never end")
    bad_words = setting("bad_words_ids") or []
    return ModelConfig(
        family=config["model_type"],
        architecture="seq2seq" if config.get("is_encoder_decoder") else "causal",
        max_length=_max_length(config, read_json(folder / "tokenizer_config.json")),
        end_ids=tuple(end) if isinstance(end, list) else (end,),
        pad_id=setting("pad_token_id"),
        decoder_start_id=setting("decoder_start_token_id"),
        forced_bos_id=setting("forced_bos_token_id"),
        suppressed_ids=tuple(word[0] for word in bad_words if len(word) == 1),
    )


def limited(decoding: Decoding, config: ModelConfig) -> Decoding:
    """`decoding`, its output no longer than the positions that a sequence-to-sequence model knows."""
    if config.architecture == "causal":
        return decoding
    most = config.max_length - (config.forced_bos_id is not None)
    return replace(decoding, max_length=min(decoding.max_length, most))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty if there is no such file. Raises ModelError if it's malformed."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise ModelError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} holds no JSON object")
    return value


def _max_length(config: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    limits = [
        config.get("max_position_embeddings"),
        config.get("n_positions"),
        tokenizer.get("model_max_length"),
    ]
    return int(min((limit for limit in limits if limit and limit < _NO_LIMIT), default=512))
