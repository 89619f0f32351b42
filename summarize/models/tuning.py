"""What the processor can do, and what makes decoding on it faster but has to be set for a whole process."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path
from typing import Any

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3  # malloc.h
_KEEP = (1 << 31) - 1
_STEP = 1 << 26

_CPUINFO = Path("/proc/cpuinfo")


def tune_process(cpuinfo: Path = _CPUINFO) -> None:
    """Set up this process for decoding; harmless to repeat. What the environment says goes first.

    Memory stays with the process: a step of a beam search allocates and frees its whole state, and page
    faults on it took a third of the CPU time of a chat model. CTranslate2 uses AVX-512 only when told to;
    processors that also know bfloat16 (since 2020) don't lower their clock for it.
    """
    if not any(name.startswith("MALLOC_") for name in os.environ):
        _keep_freed_memory()
    if "avx512_bf16" in _cpu_flags(cpuinfo):
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")


def multiplies_bytes(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the processor has instructions for the products of bytes.

    Only old x86 ones have none. Where nothing says how old one is, as outside Linux, it counts as old.
    """
    if flags := _cpu_flags(cpuinfo):
        return not flags.isdisjoint({"avx512_vnni", "avx_vnni", "amx_int8"})
    return cpuinfo.is_file() or platform.machine() not in ("x86_64", "AMD64")


def give_back_memory() -> None:
    """Give freed memory back to the system, between stages: what one has kept, the next doesn't use."""
    trim = _of_allocator("malloc_trim")
    if trim is not None:
        trim(0)


def _keep_freed_memory() -> None:
    """Let glibc's allocator hold on to what is freed instead of giving it back to the system."""
    mallopt = _of_allocator("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, _KEEP)
        mallopt(_M_TOP_PAD, _STEP)


def _of_allocator(name: str) -> Any:
    """A function of glibc's allocator; None where there is another one."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None


def _cpu_flags(cpuinfo: Path) -> set[str]:
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())
