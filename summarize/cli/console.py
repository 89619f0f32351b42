"""What the commands share when they print: two consoles, errors, durations, counts."""

from __future__ import annotations

import logging

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from summarize.errors import SummarizeError
from summarize.figures import counted, duration

__all__ = ["counted", "duration", "err", "log_to_console", "out", "print_error"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_error(error: SummarizeError) -> None:
    """One red line for what went wrong, one for what to do."""
    err.print(f"[bold red]Error:[/] {escape(str(error))}", soft_wrap=True)
    if error.hint:
        err.print(f"[dim]{escape(error.hint)}[/]", soft_wrap=True)


def log_to_console(verbose: bool, quiet: bool = False) -> None:
    """Show errors, and which models are fetched or converted; with `verbose` all that log.jsonl gets."""
    logger = logging.getLogger("summarize")
    handler = RichHandler(console=err, show_path=False, markup=False, log_time_format="[%H:%M:%S]")
    if not verbose:
        handler.addFilter(
            lambda record: (
                record.levelno >= logging.ERROR or (record.name.startswith("summarize.models") and not quiet)
            )
        )
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
