"""Files of a run folder, written so that a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import posixpath
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import fsspec

from summarize.errors import DiskFullError, StoreError


class Folder:
    """A folder at a local path or any fsspec URL; names are relative, with forward slashes.

    On a local disk a write goes to a temporary file, is fsynced and renamed, and the folder fsynced
    (the order that POSIX needs for a rename to survive a power cut). Object stores replace objects
    atomically by themselves. Every OSError becomes a StoreError that says what to do.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._fs, self._root = fsspec.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise StoreError(f"Cannot open the run folder {url}: {error}") from error
        self.is_local = "file" in (
            self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,)
        )

    @property
    def local(self) -> Path:
        """The folder as a path; StoreError where it isn't on a local disk."""
        if not self.is_local:
            raise StoreError(f"{self.url} is not a local folder")
        return Path(self._root)

    def path(self, name: str) -> str:
        """Full path or URL path of a file in the folder."""
        return posixpath.join(self._root, name) if name else self._root

    def exists(self, name: str = "") -> bool:
        """Whether the folder (or a file in it) is there."""
        return bool(self._fs.exists(self.path(name)))

    def make(self, name: str = "") -> None:
        """Create the folder or a subfolder, with parents."""
        with _explained(self.url):
            self._fs.makedirs(self.path(name), exist_ok=True)

    def names(self, subfolder: str) -> list[str]:
        """Sorted names of the files in a subfolder, without temporary ones; empty where there is none."""
        self._fs.invalidate_cache()
        try:
            with _readable(self.url):
                paths = self._fs.ls(self.path(subfolder), detail=False)
        except FileNotFoundError:
            return []
        names = (posixpath.basename(str(path).replace(os.sep, "/").rstrip("/")) for path in paths)
        return sorted(name for name in names if not name.startswith("."))

    def read(self, name: str) -> bytes:
        """The whole file; FileNotFoundError where there is none."""
        with _readable(self.url):
            data: bytes = self._fs.cat_file(self.path(name))
            return data

    def open(self, name: str) -> IO[bytes]:
        """The file, opened for reading; FileNotFoundError where there is none."""
        with _readable(self.url):
            return open(self.path(name), "rb") if self.is_local else self._fs.open(self.path(name), "rb")

    def write(self, name: str, data: bytes, *, durable: bool = True) -> None:
        """Write a file atomically; `durable` makes sure that it outlives a power cut."""
        with self.replacing(name, durable=durable) as temporary, open(temporary, "wb") as file:
            file.write(data)

    @contextlib.contextmanager
    def replacing(self, name: str, *, durable: bool = True) -> Iterator[Path]:
        """A local path to write to; on leaving without an exception it becomes the file `name`."""
        with _explained(self.url):
            if self.is_local:
                with _replacing_file(Path(self.path(name)), durable) as temporary:
                    yield temporary
            else:
                with tempfile.TemporaryDirectory(prefix="summarize-") as scratch:
                    yield Path(scratch) / "file"
                    self._fs.put_file(str(Path(scratch) / "file"), self.path(name))

    def move(self, name: str, new_name: str) -> None:
        """Rename a file inside the folder."""
        with _explained(self.url):
            self._fs.mv(self.path(name), self.path(new_name))

    def delete(self, name: str) -> None:
        """Delete a file; nothing happens where there is none."""
        with _explained(self.url), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self.path(name))
            if self.is_local:
                _sync_folder(Path(self.path(name)).parent)

    def sweep(self, subfolder: str) -> None:
        """Delete temporary files that a killed process left behind. Only the lock's holder may call this."""
        if not self.is_local:
            return
        with _explained(self.url):
            for leftover in Path(self.path(subfolder)).glob(".*.tmp"):
                leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def _replacing_file(target: Path, durable: bool) -> Iterator[Path]:
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield temporary
        if durable:
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        os.replace(temporary, target)
        if durable:
            _sync_folder(target.parent)
    finally:
        with contextlib.suppress(OSError):  # what went wrong first is what counts; `sweep` gets the rest
            temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a directory can't be opened there, and NTFS journals renames
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_FULL = (errno.ENOSPC, errno.EDQUOT)
_ADVICE = {
    errno.ENOSPC: "The disk is full. Free some space and run the same command again: what is done is saved.",
    errno.EDQUOT: "Your disk quota is used up. Free some space and run the same command again: "
    "what is done is saved.",
    errno.EROFS: "The file system is read-only. Choose another folder with --output.",
    errno.EACCES: "You may not write there. Choose another folder with --output.",
    errno.EPERM: "You may not write there. Choose another folder with --output.",
}


@contextlib.contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = DiskFullError if error.errno in _FULL else StoreError
        advice = _ADVICE.get(error.errno or 0, "Run the same command again once it is mended.")
        raise kind(f"Cannot write to the run folder {url}: {error.strerror or error}", advice) from error


@contextlib.contextmanager
def _readable(url: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"Cannot read the run folder {url}: {error.strerror or error}") from error
