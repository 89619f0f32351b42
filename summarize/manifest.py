"""What a run is: its inputs, the options that shape its results, its models. Written once, then checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from summarize.errors import StoreError
from summarize.folder import Folder


@dataclass(frozen=True, slots=True)
class Manifest:
    """The identity of a run folder.

    `options` holds every option that alters results and none that doesn't; `models` maps a role
    (translator, summarizer) to name, source, revision and sha256; `prompt` is the template's name and
    sha256, empty for a seq2seq summarizer. `profile`, `command`, `created` and `software` are for the record
    and may differ when a run goes on.
    """

    inputs: tuple[str, ...]
    options: Mapping[str, Any]
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    prompt: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    command: str = ""
    created: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    version: int = 1

    def to_json(self) -> bytes:
        """As the bytes of manifest.json; ASCII, so that a file name in any encoding comes back as it was."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Parse manifest.json; StoreError where it isn't one."""
        try:
            fields = json.loads(data)
            fields["inputs"] = tuple(fields["inputs"])
            return cls(**fields)
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"manifest.json is damaged: {error}",
                "Restore it from a copy, or start a new run with --output; the articles are still in "
                "articles/part-*.parquet.",
            ) from error

    def differences(self, other: Manifest) -> list[str]:
        """What would make `other` give other results than this run has, a line each; empty if nothing."""
        ours, theirs = self._identity(), other._identity()
        return [
            f"{key}: this run has {_shown(ours.get(key))}, the command says {_shown(theirs.get(key))}"
            for key in sorted(ours.keys() | theirs.keys())
            if ours.get(key) != theirs.get(key)
        ]

    def _identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = {"inputs": list(self.inputs), **self.options}
        for role, model in self.models.items():
            known = model.get("sha256") or model.get("revision") or model.get("source")
            identity[f"{role} model"] = f"{model.get('name')} ({str(known)[:16]})"
        if self.prompt:
            identity["prompt"] = f"{self.prompt.get('name')} ({self.prompt.get('sha256', '')[:12]})"
        return identity


def open_manifest(folder: Folder, manifest: Manifest) -> Manifest:
    """The folder's manifest, written now if there is none.

    Raises StoreError with every difference where the run was made with options, models or inputs that give
    other results.
    """
    try:
        existing = Manifest.from_json(folder.read("manifest.json"))
    except FileNotFoundError:
        folder.write("manifest.json", manifest.to_json())
        return manifest
    differences = existing.differences(manifest)
    if differences:
        raise StoreError(
            f"The run in {folder.url} was made with other options:\n  " + "\n  ".join(differences),
            "Use the same options to go on with it, or --output to start another run.",
        )
    return existing


def read_manifest(folder: Folder) -> Manifest:
    """The manifest of an existing run folder; StoreError where there is none."""
    try:
        return Manifest.from_json(folder.read("manifest.json"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise StoreError(
            f"{folder.url} is not a run folder: it has no manifest.json",
            "Give the folder that `summarize run` wrote, such as runs/seeds.",
        ) from None


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)
