"""`summarize evaluate`: run a suite and keep its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from summarize.evaluation import Result

_COLUMNS = ("rouge1", "rouge2", "rougeL", "rougeLsum")


def evaluate_command(
    suite: Annotated[str, typer.Argument(help="A suite of eval/suites (seeds, baselines) or a .toml file.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Folder for the result [default: eval/results]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run every system of a suite, score them against its references, and keep the result.

    [bold]Example:[/] summarize evaluate baselines

    Works without a network where the models of the suite's profiles are on the machine.
    """
    from summarize.cli.console import err
    from summarize.evaluation import run_suite, write_result
    from summarize.suites import load_suite

    result = run_suite(load_suite(suite), progress=lambda name: err.print(f"[dim]{name} …[/]"))
    path = write_result(result, output)
    if as_json:
        typer.echo(result.to_json(), nl=False)
    else:
        print_result(result)
        typer.echo(str(path))
    failed = any(run.failed for run in result.runs)
    raise typer.Exit(3 if failed or result.comparison.malformed else 0)


def print_result(result: Result) -> None:
    """ROUGE of each system with intervals, what the tests say, and what was left out."""
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import duration, out
    from summarize.cli.figures import number, p_value, print_floor, print_ids, print_problems, span

    comparison = result.comparison
    shown = [
        metric
        for metric in comparison.systems[0].metrics
        if metric.headline and (metric.name in _COLUMNS or len(comparison.systems) == 1)
    ]
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("metric")
    for system in comparison.systems:
        table.add_column(escape(system.name), justify="right")
    for metric in shown:
        cells = []
        for system in comparison.systems:
            one = next(item for item in system.metrics if item.name == metric.name)
            cells.append(
                f"[bold]{number(one.value, one.scale)}[/]\n[dim]{span(one.low, one.high, one.scale)}[/]"
            )
        table.add_row(metric.title, *cells)
    out.print(table)
    for contrast in comparison.comparisons:
        item = next((item for item in contrast.differences if item.name == "rougeL"), contrast.differences[0])
        found = item.found
        out.print(
            f"{escape(contrast.system)} against {escape(contrast.baseline)}: {item.title} "
            f"[bold]{number(found.difference, item.scale, signed=True)}[/] "
            f"({span(found.low, found.high, item.scale, signed=True)}), "
            f"p {p_value(found.p_bootstrap)} by bootstrap, "
            f"{p_value(found.p_randomisation)} by randomisation; "
            f"won {found.wins}, lost {found.losses}, tied {found.ties}",
            soft_wrap=True,
        )
    if comparison.comparisons:
        print_floor(out, comparison.articles)
    for run in result.runs:
        stands = f", on the translation of {escape(run.text)}" if run.text else ""
        out.print(f"[dim]{escape(run.name)}: {duration(run.seconds)}{stands}[/]")
        print_ids(out, f"Failed in {run.name}, counted as empty", run.failed)
    print_problems(out, comparison.malformed, comparison.skipped)
    for metric in shown:
        out.print(f"[dim]{metric.signature}[/]", soft_wrap=True)
