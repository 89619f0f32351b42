"""`summarize abstract`: English articles to summaries, on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from summarize.cli.translate import print_each
from summarize.cli.values import Length

if TYPE_CHECKING:
    from summarize.article import Article
    from summarize.engines.worker import Stage


def abstract_command(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files, folders, globs, URLs, or -.")],
    profile: Annotated[str, typer.Option(help="auto, starter, standard or quality.")] = "auto",
    summarizer: Annotated[str | None, typer.Option(help="Catalog name, folder or hf:OWNER/NAME.")] = None,
    prompt: Annotated[
        str, typer.Option(help="Prompt of a chat summarizer: a name or a path.")
    ] = "news-brief",
    length: Annotated[Length, typer.Option(help="Two sentences or so, five, or eight.")] = "short",
    candidates: Annotated[int | None, typer.Option(min=1, max=16, help="Summaries to choose from.")] = None,
    support: Annotated[bool, typer.Option(help="Check each summary against its source.")] = True,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an article.")] = False,
) -> None:
    """Summarize articles that are in English already, and print the summaries.

    [bold]Example:[/] summarize abstract story.txt --length medium
    """
    from dataclasses import asdict

    from summarize.clean import Cleaner
    from summarize.pipeline import summarization, translation
    from summarize.profiles import NO_MODEL, choose_profile, options_for

    options = options_for(
        choose_profile(profile)[0],
        translator=NO_MODEL,
        summarizer=summarizer,
        prompt=prompt,
        length=length,
        candidates=candidates,
        support=support,
    )
    stages: list[Stage] = [Cleaner(force=True), translation(options), *summarization(options, device=device)]

    def fields(article: Article) -> dict[str, object]:
        return {
            "summary": article.summary,
            "support": article.support,
            "flags": [asdict(flag) for flag in article.flags],
        }

    def text(article: Article) -> str:
        return article.summary or ""

    raise typer.Exit(print_each(inputs, stages, fields if as_json else text))
