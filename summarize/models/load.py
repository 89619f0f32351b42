"""`load_model`: from a name to a model that generates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from summarize.errors import ModelError

if TYPE_CHECKING:
    from summarize.models.backend import Backend, Model
    from summarize.models.config import ModelConfig
    from summarize.models.tokenizers import Vocabulary


def load_model(
    name: str,
    *,
    backend: str = "auto",
    device: str = "auto",
    compute_type: str = "auto",
    threads: int = 0,
    offline: bool = False,
) -> Model:
    """Load a model by its catalog name, its local folder, or its source such as `hf:OWNER/NAME`.

    `device` is `auto`, `cpu`, `cuda` or `cuda:N`; `auto` takes a CUDA device where there is one.
    `backend` is `auto`, `ctranslate2`, `onnxruntime` or `transformers`; `auto` is `transformers` on CUDA,
    on the CPU `onnxruntime` for Llama-like chat models and `ctranslate2` for all others. `compute_type`
    `auto` is int8 on the CPU and float16 on CUDA, for `transformers` float32 on the CPU and bfloat16 or
    else float16 on CUDA. `threads` 0 takes all cores that the process may use. With `offline` nothing is
    downloaded.

    Raises ModelError where the model can't be found, fetched, verified, converted or loaded.
    """
    from summarize.models.backend import Model
    from summarize.models.config import read_config
    from summarize.models.tokenizers import load_tokenizer

    plan = prepare(name, backend=backend, device=device, compute_type=compute_type, offline=offline)
    config = read_config(plan.folder)
    tokenizer = load_tokenizer(plan.folder, config)
    return Model(name, str(plan.folder), tokenizer, _RUNNERS[plan.backend](plan, config, tokenizer, threads))


@dataclass(frozen=True, slots=True)
class Plan:
    """What `auto` came to, and the folder that the backend loads."""

    folder: Path
    backend: str
    device: str
    compute_type: str


def prepare(
    name: str,
    *,
    backend: str = "auto",
    device: str = "auto",
    compute_type: str = "auto",
    offline: bool = False,
) -> Plan:
    """Fetch a model and convert it for its backend where need be, so that it can be loaded at once.

    Takes and raises what `load_model` does.
    """
    from summarize.models.convert import converted, is_converted
    from summarize.models.resolve import resolve
    from summarize.models.weights import require_safetensors

    if backend not in ("auto", *_RUNNERS):
        choice = "Choose auto, ctranslate2, onnxruntime or transformers."
        raise ModelError(f"There is no backend {backend!r}", choice)
    device = choose_device(device)
    folder = resolve(name, offline=offline).folder
    already_converted = is_converted(folder)
    if not already_converted:
        require_safetensors(folder)
    elif backend in ("onnxruntime", "transformers"):
        raise ModelError(f"{folder} is converted for CTranslate2", "Use --backend ctranslate2.")
    if backend == "transformers" or (backend == "auto" and device != "cpu" and not already_converted):
        return Plan(folder, "transformers", device, compute_type)
    if compute_type == "auto":
        compute_type = "int8" if device == "cpu" else "float16"
    fits = device == "cpu" and not already_converted and _has_graph(folder)
    if backend == "onnxruntime" and not fits:
        raise ModelError(
            f"The onnxruntime backend doesn't run {name} on {device}",
            "It runs Llama-like chat models on the CPU; --backend auto takes what suits each model.",
        )
    if backend == "auto":
        backend = "onnxruntime" if fits and compute_type in ("int8", "float32") else "ctranslate2"
    return Plan(converted(name, folder, compute_type, backend), backend, device, compute_type)


def _has_graph(folder: Path) -> bool:
    from summarize.models.config import read_json
    from summarize.models.decoder_shape import DecoderShape

    return DecoderShape.of(read_json(folder / "config.json")) is not None


def choose_device(device: str) -> str:
    """`auto` as `cuda` where a CUDA device and a build of torch for it are there, else as `cpu`."""
    if device != "auto":
        return device
    import ctranslate2

    if ctranslate2.get_cuda_device_count() == 0:  # spares the import of torch
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _ctranslate2(plan: Plan, config: ModelConfig, tokenizer: Vocabulary, threads: int) -> Backend:
    from summarize.models.ctranslate2 import CTranslate2Backend

    return CTranslate2Backend(
        plan.folder, config, tokenizer, device=plan.device, compute_type=plan.compute_type, threads=threads
    )


def _transformers(plan: Plan, config: ModelConfig, tokenizer: Vocabulary, threads: int) -> Backend:
    from summarize.models.transformers import TransformersBackend

    return TransformersBackend(
        plan.folder, config, tokenizer, device=plan.device, compute_type=plan.compute_type, threads=threads
    )


def _onnxruntime(plan: Plan, config: ModelConfig, tokenizer: Vocabulary, threads: int) -> Backend:
    from summarize.models.onnxruntime import OnnxRuntimeBackend

    return OnnxRuntimeBackend(plan.folder, config, tokenizer, threads=threads)


_RUNNERS = {"ctranslate2": _ctranslate2, "onnxruntime": _onnxruntime, "transformers": _transformers}
