"""A model hub on this machine, with as much of the real one's interface as a download needs."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


def commit_of(name: str, revision: str) -> str:
    return hashlib.sha1(f"{name}@{revision}".encode()).hexdigest()


@dataclass
class FakeHub:
    """Repositories by name, each with files by revision; pull requests by their author."""

    url: str = ""
    files: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=dict)
    pull_requests: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)

    def add(self, name: str, folder: Path, revision: str = "main", **extra: bytes) -> None:
        """Publish the files of a folder; `extra` are files by name, a dot written as two underscores."""
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        files |= {file.replace("__", "."): content for file, content in extra.items()}
        self.files.setdefault(name, {})[revision] = files

    def revision(self, name: str, wanted: str) -> tuple[str, dict[str, bytes]] | None:
        for revision, files in self.files.get(name, {}).items():
            commit = commit_of(name, revision)
            if wanted.replace("%2F", "/") in (revision, commit):
                return commit, files
        return None

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a path."""
        if path == "/":
            return 200, {}, b"hub"
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/discussions.*", path):
            discussions = [_discussion(*one) for one in self.pull_requests.get(match[1], [])]
            body = {
                "discussions": discussions,
                "count": len(discussions),
                "start": 0,
                "numClosedDiscussions": 0,
            }
            return 200, {}, json.dumps(body).encode()
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^?]+)(?:\?.*)?", path):
            found = self.revision(match[1], match[2])
            tree = [_leaf(name, content) for name, content in found[1].items()] if found else []
            return (200 if found else 404), {}, json.dumps(tree).encode()
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/([^?]+))?(?:\?.*)?", path):
            return self._info(match[1], match[2] or "main")
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._file(match[1], match[2], match[3])
        return 404, {}, b"{}"

    def _info(self, name: str, revision: str) -> tuple[int, dict[str, str], bytes]:
        found = self.revision(name, revision)
        if name in self.gated:
            return 403, {"X-Error-Code": "GatedRepo"}, b"{}"
        if found is None:
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        commit, files = found
        siblings = [_sibling(file, content) for file, content in files.items()]
        return 200, {}, json.dumps({"_id": "1", "id": name, "sha": commit, "siblings": siblings}).encode()

    def _file(self, name: str, revision: str, file: str) -> tuple[int, dict[str, str], bytes]:
        found = self.revision(name, revision)
        if found is None or file not in found[1]:
            return 404, {"X-Error-Code": "EntryNotFound"}, b""
        content = found[1][file]
        headers = {"X-Repo-Commit": found[0], "ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
        return 200, headers, content[:-1] + b"?" if file in self.damaged else content


def _sibling(name: str, content: bytes) -> dict[str, object]:
    sibling: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": "0" * 40}
    if name.endswith((".safetensors", ".bin")):
        sha256 = hashlib.sha256(content).hexdigest()
        sibling["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
    return sibling


def _leaf(name: str, content: bytes) -> dict[str, object]:
    leaf: dict[str, object] = {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
    if "lfs" in (sibling := _sibling(name, content)):
        leaf["lfs"] = {"oid": sibling["lfs"]["sha256"], "size": len(content), "pointerSize": 134}  # type: ignore[index]
    return leaf


def _discussion(number: int, author: str) -> dict[str, object]:
    return {
        "num": number,
        "title": "Adding `safetensors` variant of this model",
        "author": {"name": author, "avatarUrl": "", "fullname": author, "type": "user"},
        "status": "open",
        "isPullRequest": True,
        "createdAt": "2024-01-01T00:00:00.000Z",
        "repo": {"name": "x", "type": "model"},
        "repoOwner": {"name": author},
    }


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve the hub on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.requests.append(f"{self.command} {self.path}")
            status, headers, body = hub.answer(self.path)
            start = 0
            if (asked := self.headers.get("Range")) and status == 200:
                start = int(asked.removeprefix("bytes=").split("-")[0])
                status = 206
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body[start:])

        do_HEAD = do_GET  # noqa: N815 (named by the library)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def point_to(url: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make huggingface_hub ask `url` and keep what it gets in `cache`."""
    from huggingface_hub import constants

    from summarize.models.hub import unreachable

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    unreachable.cache_clear()
