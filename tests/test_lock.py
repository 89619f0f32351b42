"""One writer a run folder, known by name."""

import errno
import json
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from summarize import lock
from summarize.errors import StoreError
from summarize.folder import Folder
from summarize.lock import hold, read_holder


def leave_live_file(folder: Path, host: str, pid: int, heartbeat: float, **more: str) -> None:
    fields = {"host": host, "pid": pid, "since": "2023-09-17T19:00:00+00:00", "heartbeat": heartbeat, **more}
    (folder / "live.tmp").write_text(json.dumps(fields))
    (folder / "live.tmp").replace(folder / "live.json")


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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds are a tenth of a second."""
    for name in ("HEARTBEAT_SECONDS", "STALE_AFTER_SECONDS", "LISTENING_SECONDS"):
        monkeypatch.setattr(lock, name, getattr(lock, name) / 100)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("skew", [-7200.0, 0.0, 7200.0])
def test_a_host_that_gives_signs_of_life_keeps_the_folder_whatever_its_clock_says(
    tmp_path: Path, skew: float
) -> None:
    leave_live_file(tmp_path, "another-host", 1, time.time() + skew)
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(0.02):
            leave_live_file(tmp_path, "another-host", 1, time.time() + skew)

    other = threading.Thread(target=live)
    other.start()
    with pytest.raises(StoreError, match="process 1 on another-host"), hold(Folder(str(tmp_path))):
        pass
    ended.set()
    other.join()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silent", [-7200.0, 0.0, 7200.0])
def test_a_host_that_is_silent_for_long_enough_loses_the_folder(tmp_path: Path, silent: float) -> None:
    leave_live_file(tmp_path, "another-host", 1, time.time() - silent)
    with hold(Folder(str(tmp_path))):
        pass


@pytest.mark.usefixtures("impatient")
def test_a_process_that_was_taken_for_dead_is_told_and_leaves_the_folder_alone(tmp_path: Path) -> None:
    with hold(Folder(str(tmp_path))) as held:
        held.check()
        leave_live_file(tmp_path, "another-host", 1, time.time())
        time.sleep(10 * lock.HEARTBEAT_SECONDS)
        with pytest.raises(StoreError, match=r"another-host.* has taken over"):
            held.check()
    assert (tmp_path / "live.json").exists()


def test_a_process_that_got_the_number_of_a_dead_one_is_not_it(tmp_path: Path) -> None:
    leave_live_file(tmp_path, platform.node(), os.getpid(), time.time(), born="1")
    holder = read_holder(Folder(str(tmp_path)))
    assert holder is not None
    assert not holder.is_alive


def test_a_file_system_without_locks_is_guarded_by_the_sign_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refuse)
    with hold(Folder(str(tmp_path))), pytest.raises(StoreError), hold(Folder(str(tmp_path))):
        pass


def test_a_disk_that_fills_up_while_nothing_is_committed_disturbs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hold(Folder(str(tmp_path))) as held:

        def full(source: object, target: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("os.replace", full)
            held.beat({"done": 1})


def test_an_object_store_is_guarded_by_the_heartbeat() -> None:
    folder = Folder("memory://locks/run")
    folder.make()
    with hold(folder), pytest.raises(StoreError), hold(folder):
        pass


def test_a_damaged_live_file_is_no_holder(tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text("{")
    with hold(Folder(str(tmp_path))):
        pass
