"""`summarize evaluate`: run a suite and keep its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from summarize.comparison import Comparison
    from summarize.evaluation import Result
    from summarize.scores import MetricScore

_ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")


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
    """The systems' figures with intervals, what the tests say, and what was left out."""
    from rich.markup import escape

    from summarize.cli.console import duration, out
    from summarize.cli.figures import print_floor, print_ids, print_problems
    from summarize.suites import REFERENCES

    comparison = result.comparison
    shown = _shown(comparison)
    out.print(_table(comparison, shown))
    if comparison.comparisons:
        _print_tests(comparison, "rougeL" if "rougeL" in shown else shown[0])
        print_floor(out, comparison.articles)
    for run in result.runs:
        text = "the reference translation" if run.text == REFERENCES else f"the translation of {run.text}"
        stands = f", on {escape(text)}" if run.text else ""
        out.print(f"[dim]{escape(run.name)}: {duration(run.seconds)}{stands}[/]")
        print_ids(out, f"Failed in {run.name}, counted as empty", run.failed)
    print_problems(out, comparison.malformed, comparison.skipped)
    for metric in comparison.systems[0].metrics:
        if metric.name in shown:
            out.print(f"[dim]{escape(metric.signature)}[/]", soft_wrap=True)


def _shown(comparison: Comparison) -> list[str]:
    """The measures to show: all headlines of one system, and what fits the screen of several."""
    names = [metric.name for metric in comparison.systems[0].metrics if metric.headline]
    if len(comparison.systems) == 1:
        return names
    return [name for name in names if name in _ROUGE] or names[: len(_ROUGE)]


def _table(comparison: Comparison, shown: list[str]) -> Table:
    """One row a system, or one a measure where there is one system; intervals below the figures."""
    from rich.markup import escape
    from rich.table import Table

    rows = []
    for system in comparison.systems:
        by_name = {metric.name: metric for metric in system.metrics}
        rows.append([_cell(by_name.get(name)) for name in shown])
    titles = [metric.title for metric in comparison.systems[0].metrics if metric.name in shown]
    names = [escape(system.name) for system in comparison.systems]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    across, down = (titles, names) if len(rows) > 1 else (names, titles)
    for heading in across:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading, cells in zip(down, rows if len(rows) > 1 else zip(*rows, strict=True), strict=True):
        table.add_row(heading, *cells)
    return table


def _cell(metric: MetricScore | None) -> str:
    from summarize.cli.figures import NONE, number, span

    if metric is None:
        return NONE
    figure, around = number(metric.value, metric.scale), span(metric.low, metric.high, metric.scale)
    return f"[bold]{figure}[/]\n[dim]{around}[/]"


def _print_tests(comparison: Comparison, name: str) -> None:
    from rich.markup import escape

    from summarize.cli.console import out
    from summarize.cli.figures import number, p_value, span

    pairs = [(contrast, item) for contrast in comparison.comparisons for item in contrast.differences]
    for contrast, item in pairs:
        if item.name != name:
            continue
        found = item.found
        out.print(
            f"{escape(contrast.system)} against {escape(contrast.baseline)}: {item.title} "
            f"[bold]{number(found.difference, item.scale, signed=True)}[/] "
            f"{span(found.low, found.high, item.scale, signed=True)}, "
            f"p {p_value(found.p_bootstrap)} by bootstrap, "
            f"{p_value(found.p_randomisation)} by randomisation; "
            f"won {found.wins}, lost {found.losses}, tied {found.ties}",
            soft_wrap=True,
        )
