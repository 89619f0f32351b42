"""`summarize memory`: the translations kept on disk."""

from __future__ import annotations

import json
import sqlite3
from typing import Annotated

import typer

from summarize.errors import InputError

memory_app = typer.Typer(no_args_is_help=True, help="The translations that runs share on disk.")


@memory_app.command("info")
def info_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show where the memory is and what it holds.

    [bold]Example:[/] summarize memory info
    """
    from summarize.cli.console import out
    from summarize.disk_memory import memory_info, memory_path

    try:
        info = memory_info(memory_path())
    except sqlite3.Error as error:
        raise InputError(
            f"{memory_path()} is damaged: {error}", "Delete it with: summarize memory clear"
        ) from error
    if as_json:
        fields = {"path": str(info.path), "entries": info.entries, "ways": info.ways, "bytes": info.bytes}
        out.print_json(json.dumps(fields))
        return
    out.print(f"{info.path}", soft_wrap=True)
    out.print(
        f"{info.entries:,} segments, {info.ways} ways of translating, {info.bytes / 1e6:,.1f} MB on disk"
    )


@memory_app.command("clear")
def clear_command(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Forget all translations; they are only a cache, so nothing is lost but time.

    [bold]Example:[/] summarize memory clear --yes
    """
    from summarize.cli.console import out
    from summarize.disk_memory import clear_memory, memory_path

    if not yes:
        typer.confirm(f"Delete {memory_path()}?", abort=True)
    clear_memory(memory_path())
    out.print("The translation memory is empty.")
