"""Fixtures that several parts of the test suite share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# No test asks the hub; these are read when the libraries are imported.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with a tiny random model for each family: marian, bart, pegasus, t5, llama, qwen2."""
    from tiny_models import FAMILIES

    root = tmp_path_factory.mktemp("tiny")
    for family, build in FAMILIES.items():
        build(root / family)
    return {family: root / family for family in FAMILIES}


@pytest.fixture(scope="session")
def tiny_marian(tiny_models: dict[str, Path]) -> Path:
    """A tiny random MarianMT."""
    return tiny_models["marian"]


@pytest.fixture(scope="session")
def tiny_llama(tiny_models: dict[str, Path]) -> Path:
    """A tiny random chat model with a template."""
    return tiny_models["llama"]


@pytest.fixture(scope="session")
def tiny_converted(tiny_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tiny models converted for CTranslate2, float32."""
    from summarize.models.to_ctranslate2 import convert

    root = tmp_path_factory.mktemp("converted")
    for family, folder in tiny_models.items():
        (root / family).mkdir()
        convert(folder, root / family, "float32")
    return {family: root / family for family in tiny_models}


@pytest.fixture(scope="session")
def tiny_onnx(tiny_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tiny chat models converted for ONNX Runtime, float32."""
    from summarize.models.to_onnx import convert

    root = tmp_path_factory.mktemp("onnx")
    for family in ("llama", "qwen2"):
        (root / family).mkdir()
        convert(tiny_models[family], root / family, "float32")
    return {family: root / family for family in ("llama", "qwen2")}


@pytest.fixture
def model_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model cache, for this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SUMMARIZE_CACHE", str(folder))
    return folder
