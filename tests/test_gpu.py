from pathlib import Path

import pytest

from summarize.gpu import gpus


def fake_tool(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_machine_without_the_driver_has_no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert gpus() == []


def test_the_drivers_answer_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(
        tmp_path, "echo '0, NVIDIA H100, 87, 40321, 81559'; echo '1, Old Board, [N/A], 5, 10'", monkeypatch
    )
    assert gpus() == [
        {"index": 0, "name": "NVIDIA H100", "utilisation": 87, "memory_used": 40321, "memory_total": 81559}
    ]


def test_a_driver_that_fails_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "exit 9", monkeypatch)
    assert gpus() == []
