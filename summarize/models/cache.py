"""The cache folder, and folders in it that are built once however many processes want them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from summarize.errors import ModelError

_HASHED_WHOLE = 64_000_000  # bytes; larger files are told apart by size and time


def cache_folder() -> Path:
    """Where models are kept: `SUMMARIZE_CACHE`, else the user's cache folder (XDG on Linux)."""
    chosen = os.environ.get("SUMMARIZE_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("summarize")


def slug(name: str) -> str:
    """`name` as a safe file name."""
    return re.sub(r"[^\w.=-]+", "--", name).strip("-.") or "model"


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """`folder`, made by `build` unless it is there already.

    `build` fills a temporary folder, which is renamed when it is complete, so that a folder in the
    cache is always whole. A lock keeps two processes from building the same one. Raises ModelError
    where the cache can't be written.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if folder.is_dir():
                return folder
            for abandoned in folder.parent.glob(f".{folder.name}.part-*"):
                shutil.rmtree(abandoned, ignore_errors=True)
            temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.part-", dir=folder.parent))
            try:
                build(temporary)
                temporary.chmod(0o755)
                temporary.replace(folder)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"Can't write the model cache {folder.parent}: {error}",
            "Free some space, or choose another folder with the variable SUMMARIZE_CACHE.",
        ) from error
    return folder


def fingerprint(folder: Path) -> str:
    """16 hex digits that change when the model in `folder` changes.

    The hash of the names and contents of its files; of files over 64 MB, names, sizes and times.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.suffix == ".md":
            continue
        stat = path.stat()
        digest.update(f"{path.name}\0{stat.st_size}\0".encode())
        if stat.st_size <= _HASHED_WHOLE:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        else:
            digest.update(str(stat.st_mtime_ns).encode())
    return digest.hexdigest()[:16]
