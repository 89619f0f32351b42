"""`summarize run`: a folder of articles in, a run folder out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from summarize.cli.values import BackendName, Engine, Length, seconds, share

_MODELS, _RESULTS, _INPUT, _NIGHT = "Models", "Results", "Input", "How it runs (alters no result)"


def run_command(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT", help="Files, folders, globs, URLs, or - for standard input."),
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Run folder or URL; runs/NAME-OF-INPUT if left out.")
    ] = None,
    references: Annotated[
        Path | None, typer.Option(help="Reference summaries; the run is scored against them at its end.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="auto, starter, standard, quality or rehearsal.", rich_help_panel=_MODELS)
    ] = "auto",
    translator: Annotated[
        str | None, typer.Option(help="Catalog name, local folder or hf:OWNER/NAME.", rich_help_panel=_MODELS)
    ] = None,
    summarizer: Annotated[
        str | None, typer.Option(help="Catalog name, local folder or hf:OWNER/NAME.", rich_help_panel=_MODELS)
    ] = None,
    backend: Annotated[
        BackendName, typer.Option(help="What runs the models.", rich_help_panel=_MODELS)
    ] = "auto",
    compute_type: Annotated[
        str, typer.Option(help="auto, int8, float32, float16 or bfloat16.", rich_help_panel=_MODELS)
    ] = "auto",
    beam: Annotated[
        int | None, typer.Option(min=1, max=32, help="Beam size of the translator.", rich_help_panel=_RESULTS)
    ] = None,
    prompt: Annotated[
        str,
        typer.Option(help="Prompt of a chat summarizer: a name or a path.", rich_help_panel=_RESULTS),
    ] = "news-brief",
    length: Annotated[
        Length, typer.Option(help="Two sentences or so, five, or eight.", rich_help_panel=_RESULTS)
    ] = "short",
    candidates: Annotated[
        int | None,
        typer.Option(min=1, max=16, help="Summaries to choose from.", rich_help_panel=_RESULTS),
    ] = None,
    support: Annotated[
        bool, typer.Option(help="Check each summary against its source.", rich_help_panel=_RESULTS)
    ] = True,
    glossary: Annotated[
        Path | None,
        typer.Option(help="Your own terms, TSV: Korut<TAB>North Korea.", rich_help_panel=_RESULTS),
    ] = None,
    no_glossary: Annotated[
        bool,
        typer.Option("--no-glossary", help="Use no glossary, no word list.", rich_help_panel=_RESULTS),
    ] = False,
    force: Annotated[
        bool, typer.Option(help="Process articles in other languages too.", rich_help_panel=_RESULTS)
    ] = False,
    text_column: Annotated[str | None, typer.Option(help="Of tables.", rich_help_panel=_INPUT)] = None,
    id_column: Annotated[str | None, typer.Option(help="Of tables.", rich_help_panel=_INPUT)] = None,
    title_column: Annotated[str | None, typer.Option(help="Of tables.", rich_help_panel=_INPUT)] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on as files arrive, until stopped.", rich_help_panel=_INPUT)
    ] = False,
    settle: Annotated[
        float | None,
        typer.Option(
            parser=seconds,
            metavar="SPAN",
            help="Leave files that changed so lately [default: 0, with --watch 5s]",
            rich_help_panel=_INPUT,
            show_default=False,
        ),
    ] = None,
    shard: Annotated[
        tuple | None,  # type: ignore[type-arg]
        typer.Option(parser=share, metavar="K/N", help="Only this share, 3/16 say.", rich_help_panel=_INPUT),
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="This machine, or a Ray cluster.", rich_help_panel=_NIGHT)
    ] = "local",
    actors: Annotated[
        int,
        typer.Option(min=0, help="Most model processes of Ray; 0 is as many as fit.", rich_help_panel=_NIGHT),
    ] = 0,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda, cuda:1 or cuda:0,cuda:1.", rich_help_panel=_NIGHT)
    ] = "auto",
    threads: Annotated[
        int, typer.Option(min=0, help="CPU threads; 0 takes all.", rich_help_panel=_NIGHT)
    ] = 0,
    memory: Annotated[
        bool, typer.Option(help="Share translations with other runs, on disk.", rich_help_panel=_NIGHT)
    ] = True,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Most articles a commit.", rich_help_panel=_NIGHT)
    ] = None,
    commit_every: Annotated[
        float,
        typer.Option(
            parser=seconds, metavar="SPAN", help="Most time between commits.", rich_help_panel=_NIGHT
        ),
    ] = 60.0,
    time_limit: Annotated[
        float | None,
        typer.Option(parser=seconds, metavar="SPAN", help="Stop after 8h, 45m.", rich_help_panel=_NIGHT),
    ] = None,
    watchdog: Annotated[
        float,
        typer.Option(parser=seconds, metavar="SPAN", help="Most time for a batch.", rich_help_panel=_NIGHT),
    ] = 900.0,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed articles again.", rich_help_panel=_NIGHT)
    ] = False,
    max_failures: Annotated[
        str | None, typer.Option(metavar="N|N%", help="Give up past so many.", rich_help_panel=_NIGHT)
    ] = None,
    on_finish: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Run this at the end.", rich_help_panel=_NIGHT)
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prometheus textfile to keep.", rich_help_panel=_NIGHT),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print the log.")] = False,
) -> None:
    """Translate, summarize, check and score articles, and go on where a former run stopped.

    [bold]Example:[/] summarize run seeds/

    The same command again does only what is missing.
    """
    from summarize.cli.console import log_to_console
    from summarize.cli.display import Display
    from summarize.cli.outcome import conclude, telling_of_errors
    from summarize.identity import pinned_profile
    from summarize.profiles import options_for
    from summarize.run import Conduct, run
    from summarize.sources import Columns

    if actors and engine != "ray":
        raise typer.BadParameter("--actors is for --engine ray")
    log_to_console(verbose, quiet)
    target = output or default_output(inputs)
    chosen, why = pinned_profile(target, profile)
    options = options_for(
        chosen,
        translator=translator,
        summarizer=summarizer,
        beam=beam,
        prompt=prompt,
        length=length,
        candidates=candidates,
        support=support,
        glossary="none" if no_glossary else None if glossary is None else str(glossary),
        force=force,
        backend=backend,
        compute_type=compute_type,
    )
    conduct = Conduct(
        profile=chosen.name,
        engine=engine,
        actors=actors,
        device=device,
        threads=threads,
        memory=memory,
        batch_size=batch_size,
        commit_every=commit_every,
        watchdog=watchdog,
        time_limit=time_limit,
        retry_failed=retry_failed,
        max_failures=max_failures,
        shard=shard,
        columns=Columns(text=text_column, id=id_column, title=title_column),
        watch=watch,
        settle=settle,
    )
    with telling_of_errors(target, on_finish):
        with Display(target, f"{chosen.name}: {why}", quiet=quiet or as_json, metrics=metrics) as display:
            outcome = run(inputs, target, options, conduct, observer=display.observer)
        code = conclude(outcome, inputs, references, quiet=quiet, as_json=as_json, on_finish=on_finish)
    raise typer.Exit(code)


def default_output(inputs: list[str]) -> str:
    """Where a run of these inputs goes if nobody says: `runs/` and the first input's name.

    >>> default_output(["seeds/"]), default_output(["a/b.jsonl.gz"]), default_output(["-"])
    ('runs/seeds', 'runs/b', 'runs/stdin')
    """
    name = Path(inputs[0].split("?")[0].rstrip("/")).name.split(".")[0]
    name = re.sub(r"[^\w-]+", "-", name).strip("-") or "articles"
    if inputs[0] == "-":
        name = "stdin"
    elif inputs[0] in (".", "./"):
        name = Path.cwd().name
    more = f"-and-{len(inputs) - 1}-more" if len(inputs) > 1 else ""
    return f"runs/{name}{more}"
