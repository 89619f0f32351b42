"""The options that `score` and `compare` share, and what they mean to `scoring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

_HOW, _FILES = "How it is scored", "Tables and JSON"

Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        "-m",
        metavar="NAME",
        help="Only this metric: rouge, translation, abstractiveness, support, bertscore. Repeatable.",
        rich_help_panel=_HOW,
    ),
]
Stem = Annotated[bool, typer.Option("--stem", help="ROUGE: Porter stemming.", rich_help_panel=_HOW)]
Multi = Annotated[
    str,
    typer.Option(metavar="best|mean", help="ROUGE: what counts of several references.", rich_help_panel=_HOW),
]
Tokenizer = Annotated[
    str,
    typer.Option(
        metavar="standard|unicode",
        help="ROUGE: standard knows only a-z and digits; unicode any script.",
        rich_help_panel=_HOW,
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Of the resampling.", rich_help_panel=_HOW)]
IdColumn = Annotated[str | None, typer.Option(metavar="NAME", rich_help_panel=_FILES)]
PredictionColumn = Annotated[str | None, typer.Option(metavar="NAME", rich_help_panel=_FILES)]
ReferenceColumn = Annotated[str | None, typer.Option(metavar="NAME", rich_help_panel=_FILES)]


def options_of(stem: bool, multi: str, tokenizer: str, metrics: Sequence[str] | None) -> dict[str, Any]:
    """The keyword arguments `metrics` and `options` of `scoring.score` and `comparison.compare`.

    TER is slow, so it is left out of large corpora unless the translation metric is asked for by name.
    """
    from summarize.scoring import METRICS, OPTIONS

    rouge = {**OPTIONS["rouge"], "stem": stem, "multi": multi, "tokenizer": tokenizer}
    options: dict[str, Mapping[str, Any]] = {**OPTIONS, "rouge": rouge}
    if metrics and "translation" in metrics:
        options["translation"] = {"ter": True}
    return {"metrics": tuple(metrics) if metrics else METRICS, "options": options}
