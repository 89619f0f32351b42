"""Folders that are built once, whole or not at all."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from summarize.errors import ModelError
from summarize.models.cache import build_once, cache_folder, fingerprint, slug


def test_the_cache_is_where_the_variables_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUMMARIZE_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.delenv("SUMMARIZE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "summarize"


@pytest.mark.parametrize("name", ["../../etc/passwd", "hf:owner/name@main", "/abs/path", "..", ""])
def test_a_name_becomes_a_plain_file_name(name: str) -> None:
    result = slug(name)
    assert result == Path(result).name
    assert result not in ("", ".", "..")


def test_a_folder_is_built_once(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(target: Path) -> None:
        built.append(target)
        (target / "file").write_text("content")

    for _ in range(2):
        assert (build_once(tmp_path / "cache" / "model", build) / "file").read_text() == "content"
    assert len(built) == 1


def test_a_build_that_fails_leaves_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    def broken(target: Path) -> None:
        (target / "half").write_text("half")
        raise ModelError("no network")

    with pytest.raises(ModelError, match="no network"):
        build_once(tmp_path / "model", broken)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []
    build_once(tmp_path / "model", lambda target: (target / "whole").touch())
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["whole"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".model.part-abc").mkdir()
    build_once(tmp_path / "model", lambda target: None)
    assert not (tmp_path / ".model.part-abc").exists()


def test_two_processes_build_a_folder_once(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom summarize.models.cache import build_once\n"
        "def build(target):\n"
        "    time.sleep(0.3)\n"
        "    open(sys.argv[2], 'a').write('built ')\n"
        "build_once(Path(sys.argv[1]), build)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "model"), str(tmp_path / "log")]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert (tmp_path / "log").read_text() == "built "


def test_two_threads_build_a_folder_once(tmp_path: Path) -> None:
    built: list[int] = []

    def build(target: Path) -> None:
        built.append(1)
        time.sleep(0.05)

    threads = [threading.Thread(target=build_once, args=(tmp_path / "model", build)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [1]


def test_a_cache_that_can_not_be_written_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="Can't write the model cache") as caught:
        build_once(tmp_path / "file" / "model", lambda target: None)
    assert "SUMMARIZE_CACHE" in caught.value.hint


def test_the_fingerprint_follows_names_and_contents_but_no_notes(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = fingerprint(tmp_path)
    (tmp_path / "README.md").write_text("words")
    assert fingerprint(tmp_path) == first
    (tmp_path / "config.json").write_text("[]")
    second = fingerprint(tmp_path)
    (tmp_path / "config.json").rename(tmp_path / "other.json")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def test_large_files_are_told_apart_by_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("summarize.models.cache._HASHED_WHOLE", 4)
    (tmp_path / "model.safetensors").write_bytes(b"12345")
    first = fingerprint(tmp_path)
    os.utime(tmp_path / "model.safetensors", (1, 1))
    assert fingerprint(tmp_path) != first
