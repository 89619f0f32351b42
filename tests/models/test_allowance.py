"""Cores and memory that a container leaves us."""

import os
from pathlib import Path

import pytest

from summarize.models.allowance import available_cores, memory_limit

ALLOWED = len(os.sched_getaffinity(0))


@pytest.fixture
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)))


@pytest.mark.usefixtures("sixteen_cores")
@pytest.mark.parametrize(
    ("text", "cores"),
    [("200000 100000\n", 2), ("150000 100000", 2), ("50000 100000", 1), ("max 100000", 16), ("odd", 16)],
)
def test_the_quota_of_cgroup_v2_is_rounded_up(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert available_cores(tmp_path) == cores


@pytest.mark.usefixtures("sixteen_cores")
@pytest.mark.parametrize(("quota", "cores"), [("400000", 4), ("-1", 16)])
def test_the_quota_of_cgroup_v1(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert available_cores(tmp_path) == cores


def test_without_a_quota_it_is_the_affinity(tmp_path: Path) -> None:
    assert available_cores(tmp_path) == ALLOWED


def test_without_affinity_it_is_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert available_cores(tmp_path) == os.cpu_count()


def test_a_memory_limit_is_read_from_either_version(tmp_path: Path) -> None:
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712")
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory.max").write_text("4294967296\n")
    assert memory_limit(tmp_path) == 4 * 2**30
