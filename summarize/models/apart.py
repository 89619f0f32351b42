"""Work that needs torch, done in a process of its own so that the process that decodes stays light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from summarize.errors import ModelError


def run_apart(module: str, *arguments: str, failure: str, hint: str) -> None:
    """Run `python -m module arguments…` to its end, offline and silent.

    Raises ModelError that starts with `failure` and quotes the last line of what went wrong.
    """
    package_parent = str(Path(__file__).parents[2])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")])),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    # -P: a file named torch.py in the current folder must not be taken for the library.
    command = [sys.executable, "-P", "-m", module, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ModelError(f"{failure}: {lines[-1]}", hint)
