"""`summarize clean`: what is body and what is page furniture, shown line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from summarize.article import Article


def clean_command(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, URLs, or -.")
    ],
    text_column: Annotated[str | None, typer.Option(help="Column of tables that holds the text.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column that holds the article's id.")] = None,
    title_column: Annotated[str | None, typer.Option(help="Column that holds the headline.")] = None,
    date_column: Annotated[str | None, typer.Option(help="Column that holds the date.")] = None,
    force: Annotated[bool, typer.Option(help="Let articles in other languages pass, flagged.")] = False,
    removed_only: Annotated[
        bool, typer.Option("--removed", help="Show only what was removed, and why.")
    ] = False,
    body_only: Annotated[bool, typer.Option("--body", help="Print the bodies alone, as plain text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an article.")] = False,
) -> None:
    """Take the page furniture out of articles and show, as in a diff, what went and by which rule.

    [bold]Example:[/] summarize clean seeds/
    """
    from summarize.clean import Cleaner
    from summarize.cli.console import err, out
    from summarize.sources import Columns, read

    columns = Columns(text=text_column, id=id_column, title=title_column, date=date_column)
    cleaner = Cleaner(force=force)
    failed = articles = 0
    for source in read(inputs, columns=columns):
        (article,) = cleaner([source])
        articles += 1
        failed += article.error is not None
        if as_json:
            typer.echo(_json(article))
        elif article.error is not None and not article.removed:
            err.print(f"{article.source}: {article.error.reason}", style="red", markup=False, soft_wrap=True)
        elif body_only:
            typer.echo("\n\n".join(article.paragraphs) + "\n")
        else:
            _print_diff(article, removed_only)
    if not as_json and not body_only:
        noun = "article" if articles == 1 else "articles"
        out.print(f"[dim]{articles} {noun}, {failed} failed[/]")
    raise typer.Exit(3 if failed else 0)


def _json(article: Article) -> str:
    import json

    return json.dumps(
        {
            "id": article.id,
            "source": article.source,
            "title": article.title,
            "date": article.date,
            "dateline": article.metadata.get("dateline"),
            "language": article.language,
            "paragraphs": article.paragraphs,
            "removed": [{"line": r.line, "text": r.text, "rule": r.rule} for r in article.removed],
            "flags": [{"kind": f.kind, "words": f.words, "detail": f.detail} for f in article.flags],
            "error": article.error.reason if article.error else None,
        },
        ensure_ascii=False,
    )


def _print_diff(article: Article, removed_only: bool) -> None:
    """The lines of the page in their order: removed ones in red with their rule, the body as it stays."""
    from rich.rule import Rule as Ruler
    from rich.text import Text

    from summarize.cli.console import out

    out.print(Ruler(Text(article.source, style="bold"), align="left", style="dim"))
    facts = {
        "title": article.title,
        "date": article.date,
        "place": article.metadata.get("dateline"),
        "language": article.language,
    }
    for name, value in facts.items():
        if value:
            out.print(Text.assemble((f"{name:>9}  ", "dim"), str(value)), soft_wrap=True)
    for sign, number, text, rule in _rows(article):
        if sign == "+" and removed_only:
            continue
        style = "red" if sign == "-" else ""
        row = Text.assemble((f"{number:>5} ", "dim"), (f"{'-' if sign == '-' else ' '} {text}", style))
        if rule:
            row.append(f"  [{rule}]", "yellow")
        out.print(row, soft_wrap=True)
    for flag in article.flags:
        out.print(Text(f"flag: {flag.kind}: {flag.detail}", style="yellow"), soft_wrap=True)
    if article.error:
        out.print(Text(f"failed: {article.error.reason}", style="red"), soft_wrap=True)
    out.print()


def _rows(article: Article) -> list[tuple[str, int | str, str, str]]:
    """Removed lines and paragraphs in the order of the page: sign, line number from 1, text, rule.

    A paragraph stands at the first line of the page that holds its beginning.
    """
    from summarize.pagetext import read_lines

    lines = read_lines(article.text)
    rows: list[tuple[int, int, tuple[str, int | str, str, str]]] = []
    start = 0
    for paragraph in article.paragraphs:
        for index in range(start, len(lines)):
            if paragraph.startswith(lines[index].text[:40]) or paragraph[:40] in lines[index].text:
                start = index
                break
        number = lines[start].number if lines else 0
        rows.append((number, 0, ("+", number + 1, paragraph, "")))
    rows.extend((r.line, 1, ("-", r.line + 1, r.text, r.rule)) for r in article.removed)
    return [row for _, _, row in sorted(rows, key=lambda row: row[:2])]
