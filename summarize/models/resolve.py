"""A model's name → a local folder with its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from summarize.errors import ModelError
from summarize.models.catalog import Source, catalog, parse_source

_BUNDLED = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Resolved:
    """A model on this machine. `source` is where it came from; `revision` names its exact version."""

    name: str
    folder: Path
    source: str
    revision: str = ""


def resolve(name: str, *, offline: bool = False) -> Resolved:
    """The local folder of a catalog name, a local folder or a source such as `hf:OWNER/NAME`.

    Raises ModelError where the model is unknown or can't be had.
    """
    folder = Path(name).expanduser()
    if name not in catalog() and folder.is_dir():
        return Resolved(name, folder, "folder")
    for source in _sources(name):
        if source.kind == "bundled":
            return Resolved(name, _BUNDLED / source.name, str(source))
    raise ModelError(f"There is no model {name!r}", "`summarize models list` shows the names there are.")


def _sources(name: str) -> tuple[Source, ...]:
    entry = catalog().get(name)
    if entry is not None:
        return entry.sources
    source = parse_source(name)
    return () if source is None else (source,)
