"""Memory that runs out costs time, no article and no quality: the libraries' own errors, injected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_models import SENTENCES

from summarize.models import load_model
from summarize.models.backend import Decoding, Hypothesis, Model

DECODING = Decoding(beam=2, max_length=16)


def inject(model: Model, method: str, holder: Any, error: Callable[[], Exception], most: int) -> list[int]:
    """Make calls with more than `most` padded tokens fail; the sizes of those that didn't."""
    original = getattr(holder, method)
    sizes: list[int] = []

    class Small:
        def __getattr__(self, name: str) -> Any:
            return getattr(holder, name)

    def limited(batch: list[Any], *more: Any, **named: Any) -> Any:
        size = len(batch) * max(map(len, batch))
        if size > most:
            raise error()
        sizes.append(size)
        return original(batch, *more, **named)

    if holder is model.backend:
        setattr(holder, method, limited)
    else:
        small = Small()
        setattr(small, method, limited)
        model.backend._model = small  # type: ignore[attr-defined]
    return sizes


def error_of(backend: str) -> Exception:
    if backend == "transformers":
        import torch

        return torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    if backend == "onnxruntime":
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail

        return Fail("FAIL : MatMul: Failed to allocate memory for requested buffer of size 81000192")
    return RuntimeError("CUDA failed with error out of memory")


def outputs(model: Model) -> list[list[Hypothesis]]:
    return model.backend.generate(model.tokenizer.encode(SENTENCES * 4), DECODING)


@pytest.mark.fault
@pytest.mark.parametrize("backend", ["ctranslate2", "onnxruntime", "transformers"])
def test_memory_that_runs_out_costs_neither_output_nor_process(
    backend: str,
    tiny_models: dict[str, Path],
    tiny_converted: dict[str, Path],
    ledger: Callable[[str, int, int, float], None],
) -> None:
    folder = {
        "ctranslate2": tiny_converted["marian"],
        "onnxruntime": tiny_models["llama"],
        "transformers": tiny_models["marian"],
    }[backend]
    model = load_model(str(folder), backend=backend, device="cpu", compute_type="float32", threads=1)  # type: ignore[arg-type]
    expected = outputs(model)
    failures = 0

    def out_of_memory() -> Exception:
        nonlocal failures
        failures += 1
        return error_of(backend)

    if backend != "ctranslate2":
        sizes = inject(model, "_search", model.backend, out_of_memory, most=60)
    else:
        sizes = inject(model, "translate_batch", model.backend._model, out_of_memory, most=60)  # type: ignore[attr-defined]
    found = outputs(model)
    assert [[each.tokens for each in group] for group in found] == [
        [each.tokens for each in group] for group in expected
    ]
    assert failures > 0
    assert max(sizes) <= 60
    again = failures
    outputs(model)
    assert failures <= again + 1  # what it learnt, it remembers
    ledger(f"out of memory in {backend}", failures, 0, 0)
