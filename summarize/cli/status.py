"""`summarize status`: how a run stands, from any terminal, while it works or after."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from summarize.folder import Folder
    from summarize.manifest import Manifest
    from summarize.store import Store


def status_command(
    run_folder: Annotated[str, typer.Argument(metavar="RUN", help="Run folder or URL.")],
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on until the run ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is done, what failed and why, how fast it goes and who is at it.

    [bold]Example:[/] summarize status runs/seeds --watch
    """
    from rich.live import Live

    from summarize.cli.console import out

    look = _looking_at(run_folder)
    state = look()
    if not watch or state["holder"] is None:
        if as_json:
            out.print_json(json.dumps(state))
        else:
            out.print(_table(state))
        return
    live = contextlib.nullcontext() if as_json else Live(_table(state), console=out, auto_refresh=False)
    with live, contextlib.suppress(KeyboardInterrupt):
        while True:
            if isinstance(live, Live):
                live.update(_table(state), refresh=True)
            else:
                print(json.dumps(state), flush=True)
            if state["holder"] is None:
                return
            time.sleep(2)
            state = look()


def _looking_at(run_folder: str) -> Callable[[], dict[str, Any]]:
    """A function that tells how the run stands; when called again it reads the new parts only."""
    from summarize.folder import Folder
    from summarize.manifest import read_manifest
    from summarize.store import Store

    folder = Folder(run_folder)
    manifest = read_manifest(folder)
    store = Store(folder, writable=False, verify=False)

    def look() -> dict[str, Any]:
        store.refresh()
        return _state(run_folder, folder, manifest, store)

    return look


def _state(run_folder: str, folder: Folder, manifest: Manifest, store: Store) -> dict[str, Any]:
    from summarize.gpu import gpus
    from summarize.lock import read_holder

    failures = list(store.failures())
    holder = read_holder(folder)
    alive = holder is not None and holder.is_alive
    return {
        "folder": run_folder,
        "created": manifest.created,
        "profile": manifest.profile,
        "models": {role: model.get("name") for role, model in manifest.models.items()},
        "done": len(store.done),
        "failed": len(failures),
        "damaged": store.damaged,
        "holder": str(holder) if alive else None,
        "died": str(holder) if holder is not None and not alive else None,
        "progress": dict(holder.progress) if holder is not None and alive else {},
        "gpus": gpus() if alive and holder is not None and holder.is_here else [],
        "failures": [
            {"source": item.source, "stage": item.stage, "reason": item.reason, "attempt": item.attempt}
            for item in failures
        ],
        "files": [name for name in ("summaries.jsonl", "scores.json", "report.html") if folder.exists(name)],
    }


def _table(state: dict[str, Any]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import duration

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    progress = state["progress"]
    models = ", ".join(f"{name} ({role})" for role, name in state["models"].items())
    grid.add_row("run", escape(state["folder"]))
    grid.add_row("models", escape(f"{state['profile']}: {models}" if state["profile"] else models))
    left = progress.get("left")
    grid.add_row("done", f"{state['done']:,}" + (f", {left:,} left" if left is not None else ""))
    grid.add_row("failed", f"[red]{state['failed']:,}[/]" if state["failed"] else "0")
    if state["holder"]:
        grid.add_row("working", escape(state["holder"]))
    elif state["died"]:
        grid.add_row("working", f"[yellow]nobody; {escape(state['died'])} died. Run it again to go on.[/]")
    else:
        grid.add_row("working", "nobody")
    if progress:
        grid.add_row(
            "speed",
            f"{progress['articles_per_second_now']:,.2f} articles/s now, "
            f"{progress['articles_per_second']:,.2f} on average; "
            f"{progress['tokens_per_second_now']:,.0f} tokens/s now",
        )
        grid.add_row("time", f"{duration(progress['elapsed_seconds'])} so far")
        if progress.get("eta_seconds"):
            grid.add_row("", f"{duration(progress['eta_seconds'])} to go")
    for gpu in state["gpus"]:
        grid.add_row(
            f"GPU {gpu['index']}",
            f"{gpu['utilisation']} % busy, {gpu['memory_used']:,} of {gpu['memory_total']:,} MiB",
        )
    for name in state["damaged"]:
        grid.add_row("damaged", f"[yellow]{escape(name)}: done again by the next run[/]")
    for failure in state["failures"][-5:]:
        grid.add_row("failure", escape(f"{failure['source']} ({failure['stage']}): {failure['reason']}"))
    if len(state["failures"]) > 5:
        grid.add_row("", f"the last 5 of {len(state['failures']):,}; all: summarize status RUN --json")
    if state["files"]:
        grid.add_row("results", ", ".join(str(Path(state["folder"]) / name) for name in state["files"]))
    return grid
