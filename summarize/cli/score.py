"""`summarize score`: how good are these summaries and translations?"""

from __future__ import annotations

import csv
import io
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
    from summarize.scores import Scores


def score_command(
    predictions: Annotated[
        str, typer.Argument(help="A run folder, or a JSONL, JSON, CSV, TSV, Parquet or text file.")
    ],
    references: Annotated[
        str | None,
        typer.Argument(help="References: such a file, or a corpus folder. Without, only what needs none."),
    ] = None,
    metrics: Metrics = None,
    stem: Stem = False,
    multi: Multi = "best",
    tokenizer: Tokenizer = "standard",
    seed: Seed = 12345,
    id_column: IdColumn = None,
    prediction_column: PredictionColumn = None,
    reference_column: ReferenceColumn = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what scores.json holds.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row a metric.")] = False,
    per_article: Annotated[
        bool, typer.Option("--per-article", help="Print one row an article, as CSV.")
    ] = False,
) -> None:
    """Score summaries, and translations, against references; every figure with its 95 % interval.

    [bold]Example:[/] summarize score runs/seeds seeds/

    Records are joined by id; text files, line by line. A run folder gets the result as scores.json. The
    exit code is 3 where records could not be used or references have no prediction; they are listed.
    """
    from summarize.folder import Folder
    from summarize.prediction_files import Fields, is_run, read_predictions, read_references
    from summarize.scoring import SCORES, score

    fields = Fields(id_column, prediction_column, reference_column)
    scores = score(
        read_predictions(predictions, fields),
        None if references is None else read_references(references, fields),
        seed=seed,
        **options_of(stem, multi, tokenizer, metrics),
    )
    if is_run(predictions):
        Folder(predictions).write(SCORES, scores.to_json().encode())
    if as_json:
        typer.echo(scores.to_json(), nl=False)
    elif per_article:
        typer.echo(_articles_csv(scores), nl=False)
    elif as_csv:
        typer.echo(_metrics_csv(scores), nl=False)
    else:
        print_scores(scores, signatures=True)
    raise typer.Exit(3 if scores.malformed or scores.unmatched_references else 0)


def print_scores(scores: Scores, *, signatures: bool = False) -> None:
    """The headline figures as a table, and what could not be scored."""
    from rich.markup import escape
    from rich.table import Table

    from summarize.cli.console import out
    from summarize.cli.figures import number, print_ids, print_problems, span

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("metric")
    table.add_column("value", justify="right")
    table.add_column(f"{scores.confidence:.0%} interval", justify="right")
    table.add_column("articles", justify="right")
    table.add_column("better", style="dim")
    shown = [metric for metric in scores.metrics if metric.headline]
    for metric in shown:
        table.add_row(
            f"{metric.title} [dim]{metric.unit}[/]",
            f"[bold]{number(metric.value, metric.scale)}[/]",
            span(metric.low, metric.high, metric.scale),
            f"{metric.n:,}",
            metric.better,
        )
    out.print(table)
    if any(metric.n == 1 for metric in shown):
        out.print("[dim]One article gives no interval.[/]")
    print_ids(out, "References without a prediction", scores.unmatched_references)
    print_ids(out, "Predictions without a reference", scores.unmatched_predictions)
    print_ids(out, "Empty predictions, scored as they stand", scores.empty)
    print_problems(out, scores.malformed, scores.skipped)
    if signatures:
        for metric in shown:
            out.print(f"[dim]{escape(metric.signature)}[/]", soft_wrap=True)


def _metrics_csv(scores: Scores) -> str:
    columns = ("name", "value", "low", "high", "n", "unit", "signature")
    return _csv([columns, *([getattr(metric, name) for name in columns] for metric in scores.metrics)])


def _articles_csv(scores: Scores) -> str:
    names = [metric.name for metric in scores.metrics]
    rows = ([identity, *(values.get(name) for name in names)] for identity, values in scores.articles.items())
    return _csv([("id", *names), *rows])


def _csv(rows: list[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()
