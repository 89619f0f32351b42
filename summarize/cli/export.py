"""`summarize export`: a run folder's articles in the format that the next tool wants."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from summarize.errors import InputError


class Format(StrEnum):
    """What `export` writes."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    markdown = "markdown"


_SUFFIXES = {
    ".jsonl": Format.jsonl,
    ".csv": Format.csv,
    ".parquet": Format.parquet,
    ".md": Format.markdown,
}


def export_command(
    run_folder: Annotated[str, typer.Argument(metavar="RUN", help="Run folder or URL.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write [default: standard output]")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="Told by the file's name if left out.")
    ] = None,
) -> None:
    """Write the finished articles as JSON lines, CSV, Parquet or Markdown.

    [bold]Example:[/] summarize export runs/seeds -o seeds.csv
    """
    import sys

    from summarize.cli.console import err
    from summarize.export import export
    from summarize.folder import Folder
    from summarize.manifest import read_manifest
    from summarize.store import Store

    suffix = output.suffix.lower() if output else ""
    chosen = form or _SUFFIXES.get(suffix, Format.jsonl)
    folder = Folder(run_folder)
    manifest = read_manifest(folder)
    models = {role: str(model["name"]) for role, model in manifest.models.items()}
    store = Store(folder, writable=False)
    if output is None:
        if chosen is Format.parquet and sys.stdout.isatty():
            raise InputError("Parquet is binary and not for a terminal.", "Name a file with --output.")
        export(store, models, chosen.value, sys.stdout.buffer)
        return
    if not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent}.")
    with open(output, "wb") as file:
        count = export(store, models, chosen.value, file)
    err.print(f"{count:,} articles written to {output}")
