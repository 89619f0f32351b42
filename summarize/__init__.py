"""Indonesian news in, English summaries out, in bulk."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Article", "Pipeline", "Summarizer", "Translator", "read"]

if TYPE_CHECKING:
    from summarize.abstract import Summarizer
    from summarize.article import Article
    from summarize.pipeline import Pipeline
    from summarize.sources import read
    from summarize.translate import Translator

_HOMES = {
    "Article": "article",
    "Pipeline": "pipeline",
    "Summarizer": "abstract",
    "Translator": "translate",
    "read": "sources",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are asked for, so that `summarize --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
