"""What of the machine this process may use, which in a container is less than there is."""

from __future__ import annotations

import math
import os
from pathlib import Path

_MOST_WORKERS = 8
"""Beyond this, cores join to decode one batch: many batches at once would wait for the same memory."""

_CGROUP = Path("/sys/fs/cgroup")


def available_cores(cgroup: Path = _CGROUP) -> int:
    """Cores that the scheduler affinity and the CPU quota of the container leave us, at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, allowed if quota is None else min(allowed, math.ceil(quota)))


def workers_of(cores: int) -> int:
    """How many batches to decode at once on so many cores, which they share."""
    return min(cores, _MOST_WORKERS)


def memory_limit(cgroup: Path = _CGROUP) -> int | None:
    """The container's memory limit in bytes, None where it has none of its own."""
    limit = _read(cgroup / "memory.max") or _read(cgroup / "memory" / "memory.limit_in_bytes")
    # cgroup v1 writes a number near 2 ** 63 for no limit.
    return int(limit) if limit.isdigit() and int(limit) < 2**60 else None


def _quota(cgroup: Path) -> float | None:
    """CPU quota in cores, of cgroup v2 or else v1; None where there is none."""
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    if not period:
        quota = _read(cgroup / "cpu" / "cpu.cfs_quota_us")
        period = _read(cgroup / "cpu" / "cpu.cfs_period_us")
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:
        return None  # "max" and -1 mean no limit
    return int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
