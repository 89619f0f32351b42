"""What makes a run what it is: the manifest of inputs, options, models and versions."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from summarize.errors import InputError
from summarize.folder import Folder
from summarize.manifest import Manifest, read_manifest
from summarize.profiles import NO_MODEL, PROFILES, Options, Profile, choose_profile

if TYPE_CHECKING:
    from summarize.sources import Columns


def describe(
    inputs: Sequence[str],
    options: Options,
    *,
    profile: str = "",
    shard: tuple[int, int] | None = None,
    columns: Columns | None = None,
) -> Manifest:
    """The manifest of a run with these inputs and options; resolves the models, which may fetch them."""
    return Manifest(
        inputs=tuple(_canonical(item) for item in inputs),
        options=_shaping(options, shard, columns),
        models={
            role: _model(name)
            for role, name in (("translator", options.translator), ("summarizer", options.summarizer))
        },
        prompt=_prompt(options),
        profile=profile,
        command=shlex.join(["summarize", *sys.argv[1:]]),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        software={"python": platform.python_version()} | {name: _version(name) for name in _SOFTWARE},
    )


def _canonical(item: str) -> str:
    """An input as the manifest names it: the same one from any working directory."""
    return item if item == "-" or "://" in item else os.path.abspath(item)


_SOFTWARE = (
    "summarize",
    "ctranslate2",
    "onnxruntime",
    "sentencepiece",
    "tokenizers",
    "transformers",
    "torch",
    "pyarrow",
)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _shaping(options: Options, shard: tuple[int, int] | None, columns: Columns | None) -> dict[str, object]:
    shaping: dict[str, object] = asdict(options)
    if options.glossary not in ("news", "none"):
        shaping["glossary"] = _file_version(options.glossary)
    if shard is not None:
        shaping["shard"] = "{}/{}".format(*shard)
    if columns is not None:
        named = {key: value for key, value in asdict(columns).items() if value}
        shaping |= {"columns": named} if named else {}
    return shaping


def _file_version(path: str) -> str:
    try:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"The glossary {path} can't be read: {error.strerror}.") from error
    return f"{Path(path).name} ({digest[:12]})"


def _model(name: str) -> dict[str, str]:
    if name == NO_MODEL:
        return {"name": name}
    from summarize.models.cache import fingerprint
    from summarize.models.resolve import resolve

    found = resolve(name)
    version_key = {"revision": found.revision} if found.revision else {"sha256": fingerprint(found.folder)}
    return {"name": name, "source": found.source, **version_key}


def _prompt(options: Options) -> dict[str, str]:
    if options.summarizer == NO_MODEL:
        return {}
    from summarize.prompts import load_prompt

    prompt = load_prompt(options.prompt)
    return {"name": prompt.name, "sha256": prompt.sha256}


def pinned_profile(output: str, name: str) -> tuple[Profile, str]:
    """The profile to use, and why; `auto` stays what it was when the run folder was made.

    Otherwise a hub that answers today and didn't yesterday would change models in the middle of a run.
    """
    folder = Folder(output)
    if name == "auto" and folder.exists("manifest.json"):
        profile = read_manifest(folder).profile
        if profile in PROFILES:
            return PROFILES[profile], "as this run began"
    return choose_profile(name)
