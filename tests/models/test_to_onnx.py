"""Conversion to a graph: what is written, and how far int8 is from float32."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from summarize.errors import ModelError
from summarize.models.decoder_shape import EMBEDDINGS, GRAPH, DecoderShape
from summarize.models.to_onnx import convert
from summarize.models.tree_decoder import States, TreeNetwork


def logits(folder: Path, tokens: list[int]) -> np.ndarray:
    """What a converted model makes of each token of a text."""
    shape = DecoderShape.of(json.loads((folder / "model_config.json").read_text()))
    assert shape is not None
    network = TreeNetwork.load(folder, shape, 1)
    size = len(tokens)
    bias = np.zeros((1, size, 1 + size), np.float32)
    bias[0, :, 1:][np.triu_indices(size, 1)] = -np.inf
    bias[:, :, 0] = -np.inf
    found, _ = network.run(
        np.array([tokens]), np.arange(size), States.zeros(shape, 1, 1), bias, np.arange(size)
    )
    return found


def converted(folder: Path, target: Path, stored: str, **options: bool) -> Path:
    target.mkdir()
    convert(folder, target, stored, **options)
    return target


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_logits_are_those_of_transformers(
    tiny_models: dict[str, Path], tiny_onnx: dict[str, Path], family: str
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    tokens = [5, 17, 42, 8, 99, 5, 63]
    model = AutoModelForCausalLM.from_pretrained(tiny_models[family], dtype=torch.float32)
    with torch.inference_mode():
        expected = model(torch.tensor([tokens])).logits[0].numpy()
    assert logits(tiny_onnx[family], tokens) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_int8_is_near_float32(
    tiny_models: dict[str, Path], tiny_onnx: dict[str, Path], tmp_path: Path, family: str
) -> None:
    tokens = list(range(3, 40))
    exact = logits(tiny_onnx[family], tokens)
    rounded = logits(converted(tiny_models[family], tmp_path / "int8", "int8"), tokens)
    assert np.corrcoef(exact.ravel(), rounded.ravel())[0, 1] > 0.99
    assert (exact.argmax(1) == rounded.argmax(1)).mean() > 0.8


def test_weights_with_an_offset_come_to_the_same(tiny_llama: Path, tmp_path: Path) -> None:
    tokens = list(range(3, 40))
    signed = logits(converted(tiny_llama, tmp_path / "signed", "int8", unsigned=False), tokens)
    unsigned = logits(converted(tiny_llama, tmp_path / "unsigned", "int8", unsigned=True), tokens)
    assert unsigned == pytest.approx(signed, abs=1e-5)


def test_a_folder_has_all_that_decoding_needs(tiny_llama: Path, tmp_path: Path) -> None:
    folder = converted(tiny_llama, tmp_path / "int8", "int8")
    assert {path.name for path in folder.iterdir()} == {
        GRAPH,
        f"{GRAPH}.data",
        EMBEDDINGS,
        "model_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "generation_config.json",
        "chat_template.jinja",
    }
    assert np.load(folder / EMBEDDINGS, allow_pickle=False).dtype == np.float16


@pytest.mark.parametrize("stored", ["bfloat16", "int16"])
def test_other_types_are_an_error(tiny_llama: Path, tmp_path: Path, stored: str) -> None:
    with pytest.raises(ModelError, match=f"doesn't compute in {stored}") as caught:
        convert(tiny_llama, tmp_path, stored)
    assert caught.value.hint == "Choose int8 or float32."


def test_another_kind_of_model_is_an_error(tiny_marian: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no graph is known"):
        convert(tiny_marian, tmp_path, "int8")


def test_a_missing_weight_is_named(tiny_llama: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_llama, tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"has no weight model\.norm\.weight"):
        convert(folder, tmp_path, "int8")
