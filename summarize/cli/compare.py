"""`summarize compare`: is one system better than another, or is it chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from summarize.cli.judging import (
    IdColumn,
    Metrics,
    Multi,
    PredictionColumn,
    ReferenceColumn,
    Seed,
    Stem,
    Tokenizer,
    options_of,
)

if TYPE_CHECKING:
    from summarize.comparison import Comparison, Contrast


def compare_command(
    systems: Annotated[
        list[str],
        typer.Argument(metavar="A B...", help="Run folders or files of predictions; all against the first."),
    ],
    references: Annotated[
        str | None, typer.Option("--references", "-r", help="Reference file or corpus folder.")
    ] = None,
    metrics: Metrics = None,
    stem: Stem = False,
    multi: Multi = "best",
    tokenizer: Tokenizer = "standard",
    seed: Seed = 12345,
    most: Annotated[int, typer.Option(min=0, help="How many of the most different articles to show.")] = 3,
    id_column: IdColumn = None,
    prediction_column: PredictionColumn = None,
    reference_column: ReferenceColumn = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FILE", help="Write the comparison as one HTML file.")
    ] = None,
) -> None:
    """Compare systems on the articles that all of them have: differences with intervals and p-values.

    [bold]Example:[/] summarize compare runs/monday runs/tuesday --references seeds/

    Two tests: the paired bootstrap and approximate randomisation, which is exact up to 13 articles. The
    p-values are for one comparison each; the more of them one looks at, the more are small by chance.
    """
    from summarize.comparison import compare
    from summarize.errors import InputError
    from summarize.prediction_files import Fields, read_predictions, read_references

    if len(systems) < 2:
        raise InputError("A comparison needs two systems or more.", "Give two runs or files of predictions.")
    fields = Fields(id_column, prediction_column, reference_column)
    comparison = compare(
        [read_predictions(location, fields) for location in systems],
        None if references is None else read_references(references, fields),
        most=most,
        seed=seed,
        **options_of(stem, multi, tokenizer, metrics),
    )
    if report is not None:
        from summarize.cli.console import err
        from summarize.report_comparison import write_comparison

        err.print(write_comparison(comparison, report), soft_wrap=True, markup=False)
    if as_json:
        typer.echo(comparison.to_json(), nl=False)
    else:
        print_comparison(comparison)
    raise typer.Exit(3 if comparison.malformed else 0)


def print_comparison(comparison: Comparison) -> None:
    """One table for each system against the first, the articles that differ most, and what was left out."""
    from summarize.cli.console import out
    from summarize.cli.figures import print_floor, print_ids, print_problems

    for contrast in comparison.comparisons:
        _print_contrast(contrast)
    for system in comparison.systems:
        print_ids(out, f"Articles of {system.name} that another system has not", system.left_out)
    print_problems(out, comparison.malformed, comparison.skipped)
    print_floor(out, comparison.articles)


def _print_contrast(contrast: Contrast) -> None:
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import out
    from summarize.cli.figures import number, p_value, span

    a, b = escape(contrast.baseline), escape(contrast.system)
    table = Table(
        box=None, pad_edge=False, header_style="dim", title=f"{b} against {a}", title_justify="left"
    )
    table.add_column("metric", no_wrap=True)
    for heading in (a, b, "diff", "95% interval", "p boot", "p rand", "won-lost-tied"):
        table.add_column(heading, justify="right", no_wrap=heading == "95% interval")
    for item in contrast.differences:
        if item.headline:
            found = item.found
            table.add_row(
                item.title,
                number(found.baseline, item.scale),
                number(found.system, item.scale),
                f"[bold]{number(found.difference, item.scale, signed=True)}[/]",
                span(found.low, found.high, item.scale, signed=True),
                p_value(found.p_bootstrap),
                p_value(found.p_randomisation),
                f"{found.wins}-{found.losses}-{found.ties}",
            )
    out.print(table)
    for article in contrast.most_different:
        change = f"{article.name} {article.baseline:.3f} → {article.system:.3f}"
        out.print(f"\n[bold]{escape(article.id)}[/] {change}", soft_wrap=True)
        out.print(f"  [dim]{a}:[/] {escape(_short(article.baseline_text))}", soft_wrap=True)
        out.print(f"  [dim]{b}:[/] {escape(_short(article.system_text))}", soft_wrap=True)
    out.print()


def _short(text: str, most: int = 400) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
