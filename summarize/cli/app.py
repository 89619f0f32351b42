"""The `summarize` command: its commands, its settings, its errors in words."""

from __future__ import annotations

import sys
from typing import Any

import typer

from summarize import __version__
from summarize.errors import SummarizeError
from summarize.garbage import collect_rarely

app = typer.Typer(
    name="summarize",
    help="Indonesian news in, English summaries out, in bulk.",
    epilog="Exit codes: 0 done · 1 unexpected error · 2 wrong usage or input · "
    "3 done, but some articles failed · 75 stopped, run again to go on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "SUMMARIZE"},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"summarize {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
) -> None:
    pass


def _register() -> None:
    from summarize.cli.abstract import abstract_command
    from summarize.cli.clean import clean_command
    from summarize.cli.compare import compare_command
    from summarize.cli.doctor import doctor_command
    from summarize.cli.evaluate import evaluate_command
    from summarize.cli.export import export_command
    from summarize.cli.memory import memory_app
    from summarize.cli.merge import merge_command
    from summarize.cli.models import models_app
    from summarize.cli.report import report_command
    from summarize.cli.run import run_command
    from summarize.cli.score import score_command
    from summarize.cli.status import status_command
    from summarize.cli.translate import translate_command

    work, look, judge = "Work", "Look", "Judge"
    app.command("run", rich_help_panel=work)(run_command)
    app.command("clean", rich_help_panel=work)(clean_command)
    app.command("translate", rich_help_panel=work)(translate_command)
    app.command("abstract", rich_help_panel=work)(abstract_command)
    app.command("merge", rich_help_panel=work)(merge_command)
    app.command("status", rich_help_panel=look)(status_command)
    app.command("report", rich_help_panel=look)(report_command)
    app.command("export", rich_help_panel=look)(export_command)
    app.command("score", rich_help_panel=judge)(score_command)
    app.command("compare", rich_help_panel=judge)(compare_command)
    app.command("evaluate", rich_help_panel=judge)(evaluate_command)
    app.add_typer(models_app, name="models", rich_help_panel=look)
    app.add_typer(memory_app, name="memory", rich_help_panel=look)
    app.command("doctor", rich_help_panel=look)(doctor_command)


_register()


def _hide_variables(command: Any) -> None:
    """Keep help short: every option has a variable, made of its name, and the README says how."""
    for parameter in command.params:
        if hasattr(parameter, "show_envvar"):
            parameter.show_envvar = False
    for subcommand in getattr(command, "commands", {}).values():
        _hide_variables(subcommand)


def main() -> None:
    """Entry point of the `summarize` command: settings, then the command, then errors in words."""
    from summarize.cli.console import print_error
    from summarize.cli.settings import load_settings

    collect_rarely()
    command = typer.main.get_command(app)
    _hide_variables(command)
    try:
        command.main(prog_name="summarize", default_map=load_settings(command))
    except SummarizeError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(75)
    except BrokenPipeError:  # the reader of our output, `head` say, has gone
        sys.stderr.close()
        sys.exit(0)
