"""`summarize models`: which models there are, what is known of them, and fetching them ahead of time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from summarize.models.resolve import Resolved

models_app = typer.Typer(help="List, inspect and fetch models.", no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(metavar="MODEL", help="A name of the list, a folder, or a hub name like owner/name.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@models_app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Show the models that have a name, and which of them are on this machine.

    [bold]Example:[/] summarize models list
    """
    from rich.table import Table

    from summarize.cli.console import out
    from summarize.models.catalog import catalog
    from summarize.models.resolve import on_this_machine

    rows = [(entry, on_this_machine(entry.name) is not None) for entry in catalog().values()]
    if as_json:
        out.print_json(json.dumps([_facts(entry.name) | {"here": here} for entry, here in rows]))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("model", "for"):
        table.add_column(column, no_wrap=True)
    for column in ("parameters", "download"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("licence", no_wrap=True)
    table.add_column("here")
    for entry, here in rows:
        size = "-" if entry.sources[0].kind == "bundled" else _bytes(entry.size)
        table.add_row(
            entry.name,
            entry.task,
            _count(entry.parameters),
            size,
            entry.licence,
            "[green]yes[/]" if here else "",
        )
    out.print(table)


@models_app.command("info")
def info_command(model: Name, as_json: AsJson = False) -> None:
    """Show what is known of a model: size, licence, sources, where it lies, its checksum.

    [bold]Example:[/] summarize models info starter-marian-id-en
    """
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import out
    from summarize.models.resolve import on_this_machine

    facts = _facts(model)
    found = on_this_machine(model)
    facts |= _place(found) if found else {"folder": None}
    if as_json:
        out.print_json(json.dumps(facts))
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if value == []:
            continue
        if name == "folder" and value is None:
            value = "not on this machine; fetch it with `summarize models pull`"
        elif name == "size":
            value = _bytes(value)
        elif name == "parameters":
            value = _count(value)
        elif isinstance(value, list):
            value = "\n".join(value)
        grid.add_row(name, escape(str(value)))
    out.print(grid)


@models_app.command("pull")
def pull_command(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Names of the list, folders, or hub names.")
    ],
    backend: Annotated[
        str, typer.Option(help="Prepare them for this backend: auto, ctranslate2, onnxruntime, transformers.")
    ] = "auto",
    compute_type: Annotated[
        str, typer.Option(help="Number type, such as int8; auto fits the device.")
    ] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Fetch models, check them and prepare them, so that a run needs no network.

    [bold]Example:[/] summarize models pull opus-mt-id-en distilbart-cnn-12-6
    """
    from summarize.cli.console import err, out
    from summarize.models.load import prepare
    from summarize.models.resolve import resolve

    for model in models:
        resolved = resolve(model, quiet=quiet)
        if not quiet:
            err.print(f"{resolved.source} is in {resolved.folder}", style="dim", markup=False, soft_wrap=True)
        plan = prepare(model, backend=backend, compute_type=compute_type)
        if not quiet:
            ready = f"{model} is ready for {plan.backend} ({plan.compute_type}, {plan.device})"
            out.print(ready, markup=False, soft_wrap=True)


@models_app.command("path")
def path_command(model: Name) -> None:
    """Print the folder of a model, for scripts. Fetches it if it isn't here.

    [bold]Example:[/] ls $(summarize models path starter-marian-id-en)
    """
    from summarize.models.resolve import resolve

    typer.echo(resolve(model).folder)


def _facts(name: str) -> dict[str, Any]:
    """What the catalog knows of a model; of one outside the catalog, where it would come from."""
    from summarize.models.catalog import catalog
    from summarize.models.resolve import sources_of

    facts: dict[str, Any] = {"name": name, "sources": [str(source) for source in sources_of(name)]}
    if (entry := catalog().get(name)) is not None:
        facts |= {
            "description": entry.description,
            "task": entry.task,
            "parameters": entry.parameters,
            "size": entry.size,
            "licence": entry.licence,
            "checksums": [f"{file} sha256:{digest}" for file, digest in entry.sha256.items()],
        }
    return facts


def _place(found: Resolved) -> dict[str, Any]:
    return {
        "folder": str(found.folder),
        "source": found.source,
        "revision": found.revision,
        "weights sha256": found.sha256,
    }


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f} B" if parameters >= 1e9 else f"{parameters / 1e6:.0f} M"
