"""Finds the files that ship beside the code: prompts, metrics, suites and the sample corpus."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_path(*parts: str) -> Path:
    """Path of a shipped file or folder, such as `data_path("prompts", "news-brief.md")`.

    In an installed wheel the folders `prompts/`, `eval/` and `seeds/` lie in `summarize/_data/`; in a
    checkout they lie beside the package. The path is returned whether or not it exists.
    """
    installed = _PACKAGE / "_data"
    root = installed if installed.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)
