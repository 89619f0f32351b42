"""What is set for a process that decodes on a CPU."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from summarize.models.tuning import multiplies_bytes, tune_process


@pytest.fixture
def cpuinfo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")  # the tests' own process keeps its allocator
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    monkeypatch.delenv("CT2_FORCE_CPU_ISA")
    return tmp_path / "cpuinfo"


def test_wide_registers_are_used_where_they_cost_no_clock(cpuinfo: Path) -> None:
    cpuinfo.write_text("processor : 0\nflags : fpu avx2 avx512f avx512_bf16\n")
    tune_process(cpuinfo)
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX512"


@pytest.mark.parametrize("content", ["flags : fpu avx2 avx512f\n", "Features : asimd\n", ""])
def test_other_processors_are_left_to_choose(cpuinfo: Path, content: str) -> None:
    cpuinfo.write_text(content)
    tune_process(cpuinfo)
    assert "CT2_FORCE_CPU_ISA" not in os.environ


def test_a_machine_without_cpuinfo_is_left_to_choose(cpuinfo: Path) -> None:
    tune_process(cpuinfo)
    assert "CT2_FORCE_CPU_ISA" not in os.environ


def test_what_the_environment_says_goes_first(cpuinfo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "AVX2")
    cpuinfo.write_text("flags : avx512_bf16\n")
    tune_process(cpuinfo)
    assert os.environ["CT2_FORCE_CPU_ISA"] == "AVX2"


_FAULTS = """
import resource, sys
from summarize.models.tuning import multiplies_bytes, tune_process
if sys.argv[1] == "tuned":
    tune_process()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
bytes(48 << 20)
before = faults()
for _ in range(5):
    b"x" * (48 << 20)
print(faults() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_memory_that_was_freed_is_used_again_without_page_faults() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MALLOC_")}

    def faults(how: str) -> int:
        command = [sys.executable, "-c", _FAULTS, how]
        return int(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)

    assert faults("tuned") < faults("untuned") / 2


_GIVES_BACK = """
import ctypes, psutil, sys
from summarize.models.tuning import give_back_memory, tune_process
tune_process()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
blocks = [libc.malloc(1 << 20) for _ in range(200)]
for block in blocks:
    ctypes.memset(block, 1, 1 << 20)
for block in blocks:
    libc.free(block)
kept = psutil.Process().memory_info().rss
give_back_memory()
print((kept - psutil.Process().memory_info().rss) >> 20)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another allocator than glibc's")
def test_what_was_kept_can_be_given_back() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", _GIVES_BACK], capture_output=True, text=True, check=True, env=environment
    )
    assert int(done.stdout) > 150  # MB, of 200


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("flags : fpu avx2 avx512f\n", False),
        ("flags : fpu avx2 avx_vnni\n", True),
        ("flags : avx512f avx512_vnni\n", True),
        ("Features : asimd asimddp\n", True),
    ],
)
def test_old_processors_overflow_on_products_of_bytes(tmp_path: Path, content: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(content)
    assert multiplies_bytes(cpuinfo) is expected


@pytest.mark.parametrize(("machine", "expected"), [("AMD64", False), ("x86_64", False), ("arm64", True)])
def test_a_processor_that_nothing_is_known_of_counts_as_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, expected: bool
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert multiplies_bytes(tmp_path / "cpuinfo") is expected
