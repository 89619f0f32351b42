"""Where files are: this machine's disk, or any storage that fsspec reaches by a URL."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from summarize.encoding import peekable
from summarize.errors import InputError


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a folder. `kind` is "file", "folder" or "other" (a pipe, a device)."""

    name: str
    path: str
    kind: str


class Place(Protocol):
    """A file system, as far as reading needs one."""

    def kind(self, path: str) -> str:
        """As of `Entry`; "" where there is nothing."""

    def entries(self, folder: str) -> list[Entry]:
        """What is in a folder, by name; raises OSError."""

    def match(self, pattern: str, folder: str = "") -> list[Entry]:
        """What matches a glob pattern, inside `folder` if given, by path."""

    def open(self, path: str) -> BinaryIO:
        """The bytes of a file; raises OSError."""

    def shown(self, path: str) -> str:
        """The path as it may be printed and stored: valid Unicode, no password."""

    def identity(self, folder: str) -> Hashable:
        """Equal for two paths of one folder, so that a loop of links ends."""


class _Disk:
    """This machine's files."""

    def kind(self, path: str) -> str:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return ""
        return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"

    def entries(self, folder: str) -> list[Entry]:
        with os.scandir(folder) as found:
            entries = [Entry(each.name, each.path, _kind_of(each)) for each in found]
        return sorted(entries, key=_name)

    def match(self, pattern: str, folder: str = "") -> list[Entry]:
        found = glob.glob(pattern, root_dir=folder or None, recursive=True)
        paths = sorted({os.path.join(folder, path) for path in found})
        return [Entry(os.path.basename(path), path, self.kind(path) or "file") for path in paths]

    def open(self, path: str) -> BinaryIO:
        return open(path, "rb")

    def shown(self, path: str) -> str:
        return os.path.normpath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    def identity(self, folder: str) -> Hashable:
        status = os.stat(folder)
        return status.st_dev, status.st_ino


class _Remote:
    """Files behind an fsspec file system."""

    def __init__(self, files: Any) -> None:
        self._files = files
        self._is_web = "http" in files.protocol

    def kind(self, path: str) -> str:
        if self._is_web:
            return "file"  # whether a page is there is known only by fetching it
        try:
            return "folder" if self._files.isdir(path) else "file" if self._files.exists(path) else ""
        except Exception as error:  # each storage has exceptions of its own
            raise InputError(f"{self.shown(path)} can't be reached: {error}") from error

    def entries(self, folder: str) -> list[Entry]:
        found = [_remote_entry(each) for each in self._files.ls(folder, detail=True)]
        return sorted((each for each in found if each.path != folder.rstrip("/")), key=_name)

    def match(self, pattern: str, folder: str = "") -> list[Entry]:
        if self._is_web:
            return []  # ? and * are parts of an address
        found = self._files.glob(f"{folder.rstrip('/')}/{pattern}" if folder else pattern, detail=True)
        return [_remote_entry(found[path]) for path in sorted(found)]

    def open(self, path: str) -> BinaryIO:
        return cast("BinaryIO", self._files.open(path, "rb"))

    def shown(self, path: str) -> str:
        return without_password(str(self._files.unstrip_protocol(path)))

    def identity(self, folder: str) -> Hashable:
        return folder


class _Stdin:
    """Standard input, a place of one file."""

    def kind(self, path: str) -> str:
        return "file"

    def entries(self, folder: str) -> list[Entry]:
        return []

    def match(self, pattern: str, folder: str = "") -> list[Entry]:
        return []

    def open(self, path: str) -> BinaryIO:
        return peekable(sys.stdin.buffer)

    def shown(self, path: str) -> str:
        return "stdin"

    def identity(self, folder: str) -> Hashable:
        return None


def place_of(given: str) -> tuple[Place, str]:
    """The place of a path or URL, and its path there. Raises `InputError` for a URL of no known kind."""
    if given == "-":
        return _Stdin(), given
    if "://" not in given:
        return _Disk(), os.path.expanduser(given)
    from fsspec.core import url_to_fs
    from fsspec.implementations.local import LocalFileSystem

    try:
        files, path = url_to_fs(given)
    except ImportError as error:
        raise InputError(f"{without_password(given)} needs another package: {error}") from error
    except Exception as error:  # each storage has exceptions of its own
        raise InputError(f"{without_password(given)} can't be reached: {error}") from error
    return (_Disk() if isinstance(files, LocalFileSystem) else _Remote(files)), str(path)


def without_password(url: str) -> str:
    """A URL without its user and password."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", url)


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_dir():
        return "folder"
    # A broken link counts as a file, so that it is reported when it can't be opened.
    return "file" if entry.is_file() or entry.is_symlink() else "other"


def _remote_entry(info: Mapping[str, Any]) -> Entry:
    path = str(info["name"]).rstrip("/")
    return Entry(path.rpartition("/")[2], path, "folder" if info["type"] == "directory" else "file")


def _name(entry: Entry) -> str:
    return entry.name
