"""One writer a run folder, known by name."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from summarize.errors import StoreError
from summarize.folder import Folder
from summarize.lock import STALE_AFTER_SECONDS, hold, read_holder


def leave_live_file(folder: Path, host: str, pid: int, heartbeat: float) -> None:
    fields = {"host": host, "pid": pid, "since": "2023-09-17T19:00:00+00:00", "heartbeat": heartbeat}
    (folder / "live.json").write_text(json.dumps(fields))


def test_the_holder_is_visible_while_it_holds(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    with hold(folder) as lock:
        lock.beat({"done": 7})
        holder = read_holder(folder)
        assert holder is not None
        assert (holder.host, holder.pid, holder.progress) == (platform.node(), os.getpid(), {"done": 7})
        assert holder.is_alive
    assert read_holder(folder) is None


def test_a_second_process_is_told_who_holds_the_folder_and_since_when(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom summarize.folder import Folder\nfrom summarize.lock import hold\n"
        "with hold(Folder(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with (
        pytest.raises(StoreError, match=rf"process {other.pid} on .*, since 20\d\d-"),
        hold(Folder(str(tmp_path))),
    ):
        pass
    other.kill()
    other.communicate()
    with hold(Folder(str(tmp_path))):  # the lock of a killed process is no lock
        pass


def test_a_host_that_gave_a_sign_of_life_lately_keeps_the_folder(tmp_path: Path) -> None:
    leave_live_file(tmp_path, "another-host", 1, time.time() - 10)
    with pytest.raises(StoreError, match="process 1 on another-host"), hold(Folder(str(tmp_path))):
        pass


def test_a_clock_set_back_does_not_make_another_host_look_dead(tmp_path: Path) -> None:
    leave_live_file(tmp_path, "another-host", 1, time.time() + 7200)
    with pytest.raises(StoreError), hold(Folder(str(tmp_path))):
        pass


def test_a_host_that_has_long_been_silent_loses_the_folder(tmp_path: Path) -> None:
    leave_live_file(tmp_path, "another-host", 1, time.time() - STALE_AFTER_SECONDS - 1)
    with hold(Folder(str(tmp_path))):
        pass


def test_an_object_store_is_guarded_by_the_heartbeat() -> None:
    folder = Folder("memory://locks/run")
    folder.make()
    with hold(folder), pytest.raises(StoreError), hold(folder):
        pass


def test_a_damaged_live_file_is_no_holder(tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text("{")
    with hold(Folder(str(tmp_path))):
        pass
