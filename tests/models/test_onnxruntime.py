"""The ONNX Runtime backend: what it refuses, and how it keeps to its memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import SENTENCES

from summarize.errors import ModelError
from summarize.models import load_model, onnxruntime
from summarize.models.backend import Decoding
from summarize.models.config import read_config
from summarize.models.decoder_shape import GRAPH
from summarize.models.onnxruntime import OnnxRuntimeBackend
from summarize.models.tokenizers import load_tokenizer

Load = Callable[..., OnnxRuntimeBackend]

DECODE = """
import json, sys
from pathlib import Path
from summarize.models.backend import Decoding
from summarize.models.config import read_config
from summarize.models.onnxruntime import OnnxRuntimeBackend
from summarize.models.tokenizers import load_tokenizer
folder = Path(sys.argv[1])
config = read_config(folder)
tokenizer = load_tokenizer(folder, config)
backend = OnnxRuntimeBackend(folder, config, tokenizer, threads=1)
backend.generate(tokenizer.encode(["Rain."]), Decoding(beam=2, max_length=4))
heavy = ("torch", "transformers", "onnx", "huggingface_hub")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


@pytest.fixture
def load(tiny_onnx: dict[str, Path]) -> Load:
    def from_folder(folder: Path | None = None, threads: int = 1) -> OnnxRuntimeBackend:
        folder = folder or tiny_onnx["llama"]
        config = read_config(folder)
        return OnnxRuntimeBackend(folder, config, load_tokenizer(folder, config), threads=threads)

    return from_folder


def prompts(folder: Path) -> list[list[str]]:
    return load_tokenizer(folder, read_config(folder)).encode(SENTENCES)


def test_prefixes_are_for_other_models(load: Load, tiny_llama: Path) -> None:
    with pytest.raises(ValueError, match="sequence-to-sequence"):
        load().generate(prompts(tiny_llama), Decoding(), prefixes=[()])


def test_decoding_imports_no_heavy_library(tiny_onnx: dict[str, Path]) -> None:
    command = [sys.executable, "-c", DECODE, str(tiny_onnx["llama"])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
    assert done.stderr == ""


def test_nothing_comes_of_nothing(load: Load) -> None:
    assert load().generate([], Decoding()) == []


def test_too_long_a_prompt_is_an_error(load: Load, tiny_llama: Path) -> None:
    with pytest.raises(ModelError, match="513 tokens is longer than the 512"):
        load().generate([prompts(tiny_llama)[0][:1] * 513], Decoding())


def test_batches_keep_to_the_memory_for_states(
    load: Load, tiny_llama: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = load()
    sequences = prompts(tiny_llama)
    decoding = Decoding(beam=2, hypotheses=2, max_length=16)
    expected = backend.generate(sequences, decoding)
    sizes = []
    search = backend._search

    def watched(batch: list[list[int]], decoding: Decoding) -> object:
        sizes.append(sum(len(prompt) + 2 * decoding.max_length for prompt in batch))
        return search(batch, decoding)

    monkeypatch.setattr(backend, "_search", watched)
    monkeypatch.setattr(onnxruntime, "_STATE_MEMORY", 150 * backend._network.shape.state_bytes)
    found = backend.generate(sequences, decoding)
    assert [[one.tokens for one in group] for group in found] == [
        [one.tokens for one in group] for group in expected
    ]
    assert len(sizes) > 4
    assert max(sizes) <= 150


@pytest.mark.parametrize("damage", [GRAPH, f"{GRAPH}.data", "embeddings.npy"])
def test_a_damaged_conversion_is_an_error(
    load: Load, tiny_onnx: dict[str, Path], tmp_path: Path, damage: str
) -> None:
    folder = shutil.copytree(tiny_onnx["llama"], tmp_path / "model")
    (folder / damage).write_bytes(b"damage")
    with pytest.raises(ModelError, match="ONNX Runtime can't load") as caught:
        load(folder)
    assert "made anew" in caught.value.hint


def test_a_folder_of_another_kind_is_an_error(load: Load, tiny_converted: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="holds no model that was converted for ONNX Runtime"):
        load(tiny_converted["marian"])


def test_a_translator_is_not_run(tiny_marian: Path, tiny_converted: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match=r"doesn't run .* on cpu") as caught:
        load_model(str(tiny_marian), device="cpu", backend="onnxruntime")
    assert "--backend auto" in caught.value.hint
    with pytest.raises(ModelError, match="is converted for CTranslate2"):
        load_model(str(tiny_converted["llama"]), device="cpu", backend="onnxruntime")
