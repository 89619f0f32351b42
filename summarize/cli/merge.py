"""`summarize merge`: the shards of a night into one run."""

from __future__ import annotations

from typing import Annotated

import typer


def merge_command(
    runs: Annotated[list[str], typer.Argument(metavar="RUN", help="The run folders of all shards.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Run folder to write.")],
    partial: Annotated[bool, typer.Option("--partial", help="Merge though shards are missing.")] = False,
) -> None:
    """Join the runs of `--shard 1/N` to `--shard N/N`; none may be missing or double.

    [bold]Example:[/] summarize merge runs/night-* -o runs/night
    """
    from summarize.cli.console import out
    from summarize.folder import Folder
    from summarize.merge import merge
    from summarize.report import write_report

    store = merge(runs, output, partial=partial)
    write_report(Folder(output))
    failed = sum(1 for _ in store.failures())
    out.print(f"{len(store.done):,} articles, {failed:,} failures in {output}")
    raise typer.Exit(3 if failed else 0)
