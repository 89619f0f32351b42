"""`summarize report`: a run as one HTML file, or as Markdown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MARKDOWN = "markdown"


def report_command(
    run_folder: Annotated[str, typer.Argument(metavar="RUN", help="Run folder or URL.")],
    form: Annotated[
        Format, typer.Option("--format", "-f", help="html to read; markdown for a pull request or a chat.")
    ] = Format.HTML,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Instead of RUN/report.html or .md; - prints."),
    ] = None,
    references: Annotated[
        str | None,
        typer.Option("--references", "-r", help="Reference file or corpus folder to show beside."),
    ] = None,
) -> None:
    """Write a run's report: figures, plots, every article beside its translation and summary.

    [bold]Example:[/] summarize report runs/seeds

    The HTML file holds everything: it needs no network and can be mailed. A run writes one when it ends.
    """
    from rich.markup import escape

    from summarize.cli.console import out
    from summarize.errors import InputError
    from summarize.folder import Folder

    folder = Folder(run_folder)
    if form is Format.MARKDOWN:
        from summarize.report_markdown import markdown, write_markdown

        if output == "-":
            typer.echo(markdown(folder), nl=False)
            return
        where = write_markdown(folder, output=output)
    else:
        from summarize.report import write_report

        if output == "-":
            raise InputError("An HTML report can't be printed.", "Name a file: --output report.html")
        where = write_report(folder, references=references, output=output)
    out.print(escape(where), soft_wrap=True)
