"""What the GPUs of this machine are doing, as the driver's own tool tells it."""

from __future__ import annotations

import shutil
import subprocess

_FIELDS = ("index", "name", "utilization.gpu", "memory.used", "memory.total")


def gpus() -> list[dict[str, int | str]]:
    """Index, name, utilisation (per cent) and memory (MiB) of each NVIDIA GPU; empty where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        answer = subprocess.run(
            [tool, f"--query-gpu={','.join(_FIELDS)}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return []
    found: list[dict[str, int | str]] = []
    for line in answer.stdout.splitlines():
        index, name, utilisation, used, total = (part.strip() for part in line.split(","))
        if utilisation.isdigit() and used.isdigit() and total.isdigit():  # "[N/A]" on some boards
            found.append(
                {
                    "index": int(index),
                    "name": name,
                    "utilisation": int(utilisation),
                    "memory_used": int(used),
                    "memory_total": int(total),
                }
            )
    return found
