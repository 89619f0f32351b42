"""The end of a run: score it, write the report, show the summaries, say how it went."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from summarize.article import Article
from summarize.cli.console import counted, duration, err, out, print_error
from summarize.errors import SummarizeError
from summarize.folder import Folder
from summarize.run import Outcome
from summarize.store import Store

_MOST_ROWS = 10
_MOST_FAILURES = 10
_MOST_REPORTED_ON_A_STOP = 2000  # who asks to stop gets 30 seconds to wait at most
_MOST_SECONDS_NOTIFYING = 60.0

log = logging.getLogger(__name__)


def conclude(
    outcome: Outcome,
    inputs: Sequence[str],
    references: Path | None,
    *,
    quiet: bool,
    as_json: bool,
    on_finish: str | None,
) -> int:
    """Score, report, print, notify; the exit code of the run."""
    folder = Folder(outcome.folder)
    if not outcome.stopped and outcome.done:
        _score(folder, inputs, references, shown=not (quiet or as_json))
    if not outcome.stopped or outcome.done <= _MOST_REPORTED_ON_A_STOP:
        _report(folder)
    if as_json:
        out.print_json(json.dumps(asdict(outcome) | {"exit_code": outcome.exit_code}))
    elif not quiet:
        show(outcome, folder)
    _notify(
        on_finish,
        outcome.folder,
        "stopped" if outcome.stopped else "failures" if outcome.failed else "finished",
        outcome.exit_code,
        SUMMARIZE_DONE=str(outcome.done),
        SUMMARIZE_FAILED=str(outcome.failed),
        SUMMARIZE_SECONDS=f"{outcome.seconds:.0f}",
    )
    return outcome.exit_code


def show(outcome: Outcome, folder: Folder) -> None:
    """Print the summaries (of a small run), the failures and where everything is."""
    store = Store(folder, writable=False, verify=False)  # the run itself has just looked at every byte
    if outcome.new or outcome.done <= _MOST_ROWS:
        _print_articles(list(itertools.islice(store.articles(), _MOST_ROWS + 1)), outcome.done)
    failures = list(store.failures())
    for failure in failures[:_MOST_FAILURES]:
        reason = failure.reason.removeprefix(f"{failure.source}: ")
        out.print(f"[red]failed in {failure.stage}[/] {escape(failure.source)}: {escape(reason)}")
    if len(failures) > _MOST_FAILURES:
        out.print(f"… and {len(failures) - _MOST_FAILURES:,} more; see: summarize status {outcome.folder}")
    if outcome.duplicates:
        out.print(f"[dim]{counted(outcome.duplicates)} came again and were done once[/]")
    if outcome.unsettled:
        files = "1 file" if outcome.unsettled == 1 else f"{outcome.unsettled:,} files"
        out.print(f"[dim]{files} still being written: left for next time[/]")
    if outcome.stopped:
        out.print(
            f"[yellow]Stopped: {escape(outcome.stopped)}.[/] {counted(outcome.done)} saved; "
            "run the same command again to go on."
        )
    elif not outcome.new and outcome.done:
        out.print(f"Nothing to do: {counted(outcome.done)} done before.")
    else:
        out.print(
            f"[green]{counted(outcome.new)}[/] in {duration(outcome.seconds)}"
            + (f", [red]{outcome.failed:,} failed[/]" if outcome.failed else "")
        )
    for name in ("summaries.jsonl", "report.html"):
        if folder.exists(name):
            out.print(f"  {folder.url.rstrip('/')}/{name}", soft_wrap=True)


def _print_articles(articles: list[Article], count: int) -> None:
    if not articles:
        return
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 1, 0), header_style="dim")
    table.add_column("title, English title, summary", ratio=3)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("flags", ratio=1)
    for article in articles[:_MOST_ROWS]:
        lines = [f"[dim]{escape(article.title or Path(article.source).name)}[/]"]
        if article.title_en:
            lines.append(f"[bold]{escape(article.title_en)}[/]")
        flags = (flag.kind + (f": {', '.join(flag.words)}" if flag.words else "") for flag in article.flags)
        table.add_row(
            "\n".join([*lines, escape(article.summary or "")]),
            f"{article.seconds:.1f}",
            f"[yellow]{escape('; '.join(flags))}[/]",
        )
    out.print(table)
    if count > _MOST_ROWS:
        out.print(f"… and {count - _MOST_ROWS:,} more in summaries.jsonl\n")


def _score(folder: Folder, inputs: Sequence[str], references: Path | None, *, shown: bool) -> None:
    from summarize.sources import find_references

    path = references or find_references(inputs)
    if path is None:
        return
    from summarize.scoring import score_run

    try:
        scores = score_run(folder.url, str(path))
    except SummarizeError as error:  # the articles are done; what they are worth can be told later
        print_error(error)
        return
    if shown:
        from summarize.cli.score import print_scores

        print_scores(scores)


def _report(folder: Folder) -> None:
    """Write report.html; a report that fails must not make a night look lost."""
    from summarize.report import write_report

    try:
        write_report(folder)
    except SummarizeError as error:
        print_error(error)
    except Exception:
        log.exception("the report could not be written; the summaries are there all the same")


@contextlib.contextmanager
def telling_of_errors(folder: str, on_finish: str | None) -> Iterator[None]:
    """Run the command of --on-finish for a run that ends by an error too; a run stopped at once exits 75."""
    try:
        yield
    except KeyboardInterrupt:
        err.print("[yellow]Stopped at once.[/] What was committed is saved; run the same command to go on.")
        _notify(on_finish, folder, "stopped", 75)
        raise typer.Exit(75) from None
    except Exception as error:
        code = error.exit_code if isinstance(error, SummarizeError) else 1
        _notify(on_finish, folder, "error", code, SUMMARIZE_ERROR=str(error))
        raise


def _notify(command: str | None, folder: str, state: str, exit_code: int, **more: str) -> None:
    if not command:
        return
    environment = os.environ | {
        "SUMMARIZE_OUTCOME": state,
        "SUMMARIZE_RUN_FOLDER": folder,
        "SUMMARIZE_EXIT_CODE": str(exit_code),
        **more,
    }
    try:
        done = subprocess.run(
            command, shell=True, env=environment, check=False, timeout=_MOST_SECONDS_NOTIFYING
        )
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        err.print(f"[yellow]--on-finish could not be run: {escape(str(error))}[/]")
        return
    if done.returncode:
        err.print(f"[yellow]--on-finish ended with exit code {done.returncode}[/]")
