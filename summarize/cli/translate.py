"""`summarize translate`: Indonesian articles to English, on standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from summarize.article import Article
    from summarize.engines.worker import Stage

    Form = Callable[[Article], str | dict[str, object]]


def translate_command(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files, folders, globs, URLs, or -.")],
    profile: Annotated[str, typer.Option(help="auto, starter, standard or quality.")] = "auto",
    translator: Annotated[str | None, typer.Option(help="Catalog name, folder or hf:OWNER/NAME.")] = None,
    beam: Annotated[int | None, typer.Option(min=1, max=32, help="Beam size.")] = None,
    glossary: Annotated[Path | None, typer.Option(help="Your own terms, TSV.")] = None,
    no_glossary: Annotated[
        bool, typer.Option("--no-glossary", help="Use no glossary, no word list.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Translate other languages too.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an article.")] = False,
) -> None:
    """Translate articles and print them; for many use `run`, which goes on after a crash.

    [bold]Example:[/] echo "Presiden tiba di Jakarta pada Senin." | summarize translate -
    """
    from summarize.clean import Cleaner
    from summarize.pipeline import translation
    from summarize.profiles import choose_profile, options_for

    options = options_for(
        choose_profile(profile)[0],
        translator=translator,
        beam=beam,
        glossary="none" if no_glossary else None if glossary is None else str(glossary),
    )
    stages: list[Stage] = [Cleaner(force=force), translation(options, device=device)]

    def fields(article: Article) -> dict[str, object]:
        return {"title_en": article.title_en, "text_en": article.text_en}

    def text(article: Article) -> str:
        return "\n\n".join(filter(None, [article.title_en, article.text_en]))

    raise typer.Exit(print_each(inputs, stages, fields if as_json else text))


def print_each(inputs: Sequence[str], stages: Sequence[Stage], form: Form) -> int:
    """Print every article as `form` makes it, failures on standard error; the exit code."""
    from summarize.cli.console import err, log_to_console
    from summarize.engines.worker import apply
    from summarize.pipeline import batched
    from summarize.sources import read

    log_to_console(verbose=False)
    failed = 0
    first = True
    for batch in batched(read(inputs), 16):
        for article in apply(stages, batch):
            if article.error is not None:
                failed += 1
                err.print(f"{article.source}: {article.error.reason}", style="red", markup=False)
                continue
            shown = form(article)
            if isinstance(shown, dict):
                record = {"id": article.id, "source": article.source, "title": article.title} | shown
                typer.echo(json.dumps(record, ensure_ascii=False))
            else:
                typer.echo(shown if first else f"\n{'─' * 40}\n\n{shown}")
            first = False
    return 3 if failed else 0
