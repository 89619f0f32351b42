"""`load_model`: what `auto` comes to, what it imports, what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from summarize.errors import ModelError
from summarize.models import load_model
from summarize.models.backend import Decoding
from summarize.models.load import choose_device, prepare
from summarize.models.to_ctranslate2 import convert

STARTER = "starter-marian-id-en"

WARM = """
import json, sys, time
start = time.perf_counter()
from summarize.models import load_model
from summarize.models.backend import Decoding
model = load_model("starter-marian-id-en", device="cpu")
loaded = time.process_time()
tokens = model.tokenizer.encode(["Presiden bertemu dengan para menteri."])
(found,), = model.backend.generate(tokens, Decoding(beam=2))
text, = model.tokenizer.decode([found.tokens])
heavy = [name for name in ("torch", "transformers", "huggingface_hub") if name in sys.modules]
print(json.dumps({"cpu": loaded, "text": text, "heavy": heavy}))
"""


def test_a_warm_start_on_the_cpu_is_quick_and_imports_neither_torch_nor_transformers() -> None:
    prepare(STARTER, device="cpu")
    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["heavy"] == []
    assert "president" in found["text"].lower()
    assert found["cpu"] < 2  # seconds of the processor, imports included; a busy machine doesn't count


def test_the_starter_translates_the_same_through_both_backends() -> None:
    sentences = [
        "Presiden bertemu dengan menteri luar negeri di istana.",
        "Harga beras naik 5 persen sejak 10 September 2023.",
        "Kereta itu berangkat dari stasiun pada Minggu malam.",
        "Ya.",
    ]
    ours = load_model(STARTER, device="cpu", compute_type="float32")
    reference = load_model(STARTER, device="cpu", backend="transformers")
    sequences = ours.tokenizer.encode(sentences)
    for decoding in (Decoding(beam=1), Decoding(beam=4)):
        found = ours.backend.generate(sequences, decoding)
        expected = reference.backend.generate(sequences, decoding)
        assert [group[0].tokens for group in found] == [group[0].tokens for group in expected]
        assert [group[0].score for group in found] == pytest.approx(
            [group[0].score for group in expected], abs=1e-3
        )


def test_auto_on_the_cpu_is_ctranslate2_in_int8(
    tiny_marian: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_here(module: str, folder: str, target: str, stored: str, **messages: str) -> None:
        convert(Path(folder), Path(target), stored)

    monkeypatch.setattr("summarize.models.convert.run_apart", run_here)
    plan = prepare(str(tiny_marian), device="cpu")
    assert (plan.backend, plan.device, plan.compute_type) == ("ctranslate2", "cpu", "int8")
    assert plan.folder.is_relative_to(model_cache)


@pytest.mark.parametrize(
    ("compute_type", "backend"), [("auto", "onnxruntime"), ("int8_float32", "ctranslate2")]
)
def test_auto_on_the_cpu_is_onnxruntime_for_chat_models(
    tiny_llama: Path, model_cache: Path, compute_type: str, backend: str
) -> None:
    model = load_model(str(tiny_llama), device="cpu", compute_type=compute_type, threads=1)
    assert Path(model.folder).is_relative_to(model_cache / backend)
    ((found,),) = model.backend.generate(model.tokenizer.encode(["Rain."]), Decoding(max_length=5))
    assert len(found.tokens) <= 5


def test_onnxruntime_is_for_the_cpu(tiny_llama: Path) -> None:
    with pytest.raises(ModelError, match="on cuda"):
        prepare(str(tiny_llama), device="cuda", backend="onnxruntime")


def test_auto_on_cuda_is_transformers(tiny_marian: Path) -> None:
    plan = prepare(str(tiny_marian), device="cuda")
    assert (plan.backend, plan.device, plan.compute_type) == ("transformers", "cuda", "auto")
    assert plan.folder == tiny_marian


def test_a_converted_folder_runs_where_it_is(tiny_converted: dict[str, Path]) -> None:
    folder = tiny_converted["marian"]
    assert prepare(str(folder), device="cuda").backend == "ctranslate2"
    assert prepare(str(folder), device="cpu").folder == folder
    with pytest.raises(ModelError, match="is converted for CTranslate2"):
        prepare(str(folder), backend="transformers")


def test_a_loaded_model_says_what_it_is(tiny_converted: dict[str, Path]) -> None:
    model = load_model(str(tiny_converted["llama"]), device="cpu")
    assert model.name == model.folder == str(tiny_converted["llama"])
    assert model.backend.architecture == "causal"


def test_the_device_is_cuda_only_where_torch_can_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2
    import torch

    assert choose_device("cuda:1") == "cuda:1"
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    assert choose_device("auto") == "cpu"
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    for usable, device in [(False, "cpu"), (True, "cuda")]:
        monkeypatch.setattr(torch.cuda, "is_available", lambda usable=usable: usable)
        assert choose_device("auto") == device


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no-such-model", "There is no model 'no-such-model'"),
        ("../up/../and/away", "There is no model"),
        ("hf:oops", "not a well-formed model source"),
    ],
)
def test_an_unknown_name_is_an_error(name: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_model(name)


def test_an_unknown_backend_is_an_error() -> None:
    with pytest.raises(ModelError, match="no backend 'onnx'"):
        load_model(STARTER, backend="onnx")


def test_pickled_weights_are_not_loaded(tiny_marian: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_marian, tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    for backend in ("ctranslate2", "transformers"):
        with pytest.raises(ModelError, match=r"only pickled weights \(pytorch_model\.bin\)"):
            load_model(str(folder), backend=backend, device="cpu")


def test_a_folder_without_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no complete model"):
        load_model(str(tmp_path), device="cpu")


def test_an_index_can_not_name_files_elsewhere(tiny_marian: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_marian, tmp_path / "model")
    index = {"weight_map": {"weight": "../other/model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match="outside its folder"):
        load_model(str(folder), device="cpu")


@pytest.mark.parametrize("damage", ["model.bin", "config.json"])
def test_a_damaged_conversion_is_an_error(
    tiny_converted: dict[str, Path], tmp_path: Path, damage: str
) -> None:
    folder = shutil.copytree(tiny_converted["marian"], tmp_path / "model")
    (folder / damage).write_bytes(b"damage")
    with pytest.raises(ModelError, match="CTranslate2 can't load"):
        load_model(str(folder), device="cpu")


def test_damaged_weights_are_an_error(tiny_marian: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_marian, tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"damage")
    with pytest.raises(ModelError, match="transformers can't load"):
        load_model(str(folder), backend="transformers", device="cpu")


def test_transformers_does_not_compute_in_int8(tiny_marian: Path) -> None:
    with pytest.raises(ModelError, match="doesn't compute in int8"):
        load_model(str(tiny_marian), backend="transformers", device="cpu", compute_type="int8")


def test_half_precision_runs_through_transformers(tiny_marian: Path) -> None:
    model = load_model(str(tiny_marian), backend="transformers", device="cpu", compute_type="bfloat16")
    ((found,),) = model.backend.generate(model.tokenizer.encode(["Hujan."]), Decoding(max_length=5))
    assert len(found.tokens) <= 5
