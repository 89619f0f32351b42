"""Two processes on one run, locks of the dead, clocks that jump."""

import json
import os
import platform
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from faults.rehearsal import Rehearsal, finish

Ledger = Callable[[str, int, int, float], None]


def write_hanging(path: Path) -> Path:
    path.write_text('{"id": "1", "isi": "fine"}\n{"id": "2", "isi": "HANG"}\n')
    return path


def test_the_second_of_two_processes_is_told_who_holds_the_run_and_exits_2(tmp_path: Path) -> None:
    rehearsal = Rehearsal(
        write_hanging(tmp_path / "news.jsonl"), tmp_path / "run", ("batch_size=1",), stages="obedient"
    )
    first = rehearsal.start()
    rehearsal.wait_for_commit(first)
    second = rehearsal.run()
    assert second.returncode == 2
    assert f"being written by process {first.pid} on {platform.node()}, since 20" in second.stderr
    first.kill()
    finish(first)


@pytest.mark.fault
def test_of_many_processes_that_start_together_one_does_the_work(
    news: Path, tmp_path: Path, rehearsed: Rehearsal, ledger: Ledger
) -> None:
    began = time.monotonic()
    rehearsal = Rehearsal(news, tmp_path / "run", ("--batch-size", "16"))
    crowd = [rehearsal.start() for _ in range(5)]
    codes = sorted(finish(process)[0] for process in crowd)
    # One that starts when the first has ended finds nothing left to do.
    assert codes.count(0) >= 1
    assert set(codes) <= {0, 2}
    ledger("five processes on one run", 5, 600 - len(rehearsal.stored_ids()), time.monotonic() - began)
    assert sorted(rehearsal.stored_ids()) == sorted(rehearsed.stored_ids())
    assert rehearsal.summaries() == rehearsed.summaries()


@pytest.mark.fault
@pytest.mark.parametrize("death", ["its number is free", "its number belongs to another process"])
def test_the_lock_of_a_dead_process_is_taken_over(
    news: Path, tmp_path: Path, rehearsed: Rehearsal, death: str, ledger: Ledger
) -> None:
    began = time.monotonic()
    rehearsal = Rehearsal(news, tmp_path / "run", ("--batch-size", "4"))
    process = rehearsal.start()
    rehearsal.wait_for_commit(process)
    os.killpg(process.pid, signal.SIGKILL)
    finish(process)
    live = rehearsal.folder / "live.json"
    assert live.exists()
    if death == "its number belongs to another process":
        live.write_text(json.dumps(json.loads(live.read_text()) | {"pid": os.getpid()}))
    assert rehearsal.run().returncode == 0
    assert not live.exists()
    ledger(f"lock of a dead process, {death}", 1, 600 - len(rehearsal.stored_ids()), time.monotonic() - began)
    assert rehearsal.summaries() == rehearsed.summaries()


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.fault
@pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian: faketime)")
@pytest.mark.parametrize("jump", ["-2h", "+2h"])
def test_a_clock_that_jumps_in_the_middle_of_a_run_changes_nothing(
    news: Path, tmp_path: Path, rehearsed: Rehearsal, jump: str, ledger: Ledger
) -> None:
    began = time.monotonic()
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    rehearsal = Rehearsal(
        news,
        tmp_path / "run",
        ("--batch-size", "32", "--time-limit", "10m"),
        environment={
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    process = rehearsal.start()
    rehearsal.wait_for_commit(process)
    clock.write_text(f"{jump}\n")
    assert finish(process)[0] == 0
    log = [json.loads(line)["time"] for line in (rehearsal.folder / "log.jsonl").read_text().splitlines()]
    assert log != sorted(log) or jump == "+2h"  # the jump was felt
    ledger(f"clock jumps by {jump}", 1, 600 - len(rehearsal.stored_ids()), time.monotonic() - began)
    assert rehearsal.summaries() == rehearsed.summaries()


@pytest.mark.fault
def test_a_run_goes_on_when_its_files_are_from_the_future(
    news: Path, tmp_path: Path, undisturbed: Rehearsal
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(undisturbed.folder, folder)
    for path in folder.rglob("*"):
        os.utime(path, (time.time() + 86400, time.time() + 86400))
    (folder / "summaries.jsonl").unlink()
    rehearsal = Rehearsal(news, folder, stages="obedient")
    assert rehearsal.run().returncode == 0
    assert rehearsal.summaries() == undisturbed.summaries()
