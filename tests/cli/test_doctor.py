"""`summarize doctor`: what this machine has, and what a run would take."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from summarize.cli.doctor import doctor_command
from summarize.models.hub import unreachable

app = typer.Typer()
app.command()(doctor_command)


@pytest.fixture(autouse=True)
def _cpu_machine(model_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("summarize.gpu.gpus", list)
    monkeypatch.setattr("summarize.models.load.choose_device", lambda device: "cpu")
    unreachable.cache_clear()


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "250"})


def findings() -> dict[str, tuple[str, str]]:
    return {item["name"]: (item["state"], item["detail"]) for item in json.loads(invoke("--json").output)}


def test_a_machine_that_is_fit_passes() -> None:
    result = invoke()
    assert result.exit_code == 0
    for name in (
        "Python",
        "ctranslate2",
        "onnxruntime",
        "torch",
        "transformers",
        "device",
        "cores",
        "memory",
        "cache",
        "disk",
    ):
        assert name in result.output
    assert "✗" not in result.output


def test_it_says_which_profile_auto_takes_and_why() -> None:
    found = findings()
    state, detail = found["profile auto"]
    assert state == "good"
    assert detail.startswith("takes starter: opus-mt-id-en is not to be had")
    assert "HF_HUB_OFFLINE is set" in detail
    assert found["hub"] == ("note", "HF_HUB_OFFLINE is set; only models on this machine or on PyPI are used")
    assert found["profile starter"][0] == "good"
    assert found["profile standard"] == ("note", "opus-mt-id-en and distilbart-cnn-12-6 can't be had now")


def test_a_hub_that_answers_brings_standard_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("hub", "resolve"):
        monkeypatch.setattr(f"summarize.models.{module}.unreachable", lambda: "")
    found = findings()
    assert found["hub"] == ("good", "answers")
    assert found["profile auto"][1].startswith("takes standard")


def test_a_gpu_is_named_with_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    card = {"index": 0, "name": "Test Card", "utilisation": 0, "memory_used": 0, "memory_total": 24_000}
    monkeypatch.setattr("summarize.gpu.gpus", lambda: [card])
    assert findings()["device"] == (
        "note",
        "this build of torch can't use Test Card (24,000 MiB); models run on the CPU",
    )
    monkeypatch.setattr("summarize.models.load.choose_device", lambda device: "cuda")
    assert findings()["device"] == (
        "good",
        "CUDA: Test Card (24,000 MiB); models run through transformers",
    )


def test_little_memory_is_worth_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = SimpleNamespace(available=8_000_000_000, total=16_000_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    monkeypatch.setattr("summarize.models.allowance.memory_limit", lambda: None)
    assert findings()["memory"] == ("good", "8.0 GB free of 16.0 GB")
    monkeypatch.setattr("summarize.models.allowance.memory_limit", lambda: 2_000_000_000)
    assert findings()["memory"] == (
        "note",
        "8.0 GB free of 16.0 GB, of which this container may use 2.0 GB",
    )


def test_a_missing_library_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    real = metadata.version

    def version(name: str) -> str:
        if name == "ctranslate2":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    result = invoke()
    assert result.exit_code == 1
    assert "pip install ctranslate2" in result.output


def test_a_cache_that_can_not_be_written_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    result = invoke()
    assert result.exit_code == 1
    assert "choose another with SUMMARIZE_CACHE" in result.output


def test_the_cache_is_weighed(model_cache: Path) -> None:
    (model_cache / "models").mkdir(parents=True)
    (model_cache / "models" / "weights").write_bytes(b"0" * 200_000_000)
    assert findings()["cache"] == ("good", f"{model_cache}, 0.2 GB")
