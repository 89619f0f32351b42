"""`load_model`: from a name to a model that generates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from summarize.errors import ModelError

if TYPE_CHECKING:
    from summarize.models.backend import Model

BackendName = Literal["auto", "ctranslate2", "transformers"]


def load_model(
    name: str,
    *,
    backend: BackendName = "auto",
    device: str = "auto",
    compute_type: str = "auto",
    threads: int = 0,
    offline: bool = False,
) -> Model:
    """Load a model by its catalog name, its local folder, or its source such as `hf:OWNER/NAME`.

    `device` is `auto`, `cpu`, `cuda` or `cuda:N`; `auto` takes a CUDA device where there is one.
    `backend` `auto` is `transformers` on CUDA and `ctranslate2` on the CPU. `compute_type` `auto` is
    int8 on the CPU through CTranslate2, float32 through `transformers`, bfloat16 or float16 on CUDA.
    `threads` 0 takes all cores that the process may use. With `offline` nothing is downloaded.
    Raises ModelError where the model can't be found, fetched, verified, converted or loaded.
    """
    from summarize.models.backend import Model
    from summarize.models.config import read_config
    from summarize.models.convert import converted
    from summarize.models.resolve import resolve
    from summarize.models.tokenizers import load_tokenizer

    device = _device(device)
    chosen = backend if backend != "auto" else ("transformers" if device != "cpu" else "ctranslate2")
    resolved = resolve(name, offline=offline)
    if chosen == "ctranslate2":
        from summarize.models.ctranslate2 import CTranslate2Backend

        compute_type = ("int8" if device == "cpu" else "float16") if compute_type == "auto" else compute_type
        folder = converted(name, resolved.folder, compute_type)
        config = read_config(folder)
        tokenizer = load_tokenizer(folder, config)
        runner = CTranslate2Backend(
            folder, config, tokenizer, device=device, compute_type=compute_type, threads=threads
        )
        return Model(name, str(resolved.folder), tokenizer, runner)
    raise ModelError(f"Unknown backend {chosen!r}")


def _device(device: str) -> str:
    """`auto` as `cuda` where a CUDA device and a build of torch for it are there, else as `cpu`."""
    if device != "auto":
        return device
    import ctranslate2

    if ctranslate2.get_cuda_device_count() == 0:  # spares the import of torch
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
