"""Full disks, folders that can't be written, and bytes that rot."""

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.rehearsal import SUMMARIZE, Rehearsal, finish

Ledger = Callable[[str, int, int, float], None]
needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounts a file system, which takes root on Linux"
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k,nr_inodes=9999", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


@needs_root
def test_a_disk_that_fills_up_ends_the_run_with_advice_and_nothing_lost(
    small_disk: Path, news: Path, undisturbed: Rehearsal
) -> None:
    rehearsal = Rehearsal(news, small_disk / "run", ("batch_size=16",), stages="obedient")
    full = rehearsal.run()
    assert full.returncode == 75
    assert "No space left on device" in full.stderr
    assert "Free some space" in full.stderr
    assert "Traceback" not in full.stderr
    saved = rehearsal.stored_ids()
    assert saved
    remount(small_disk, "size=40m")
    assert rehearsal.run().returncode == 0
    assert rehearsal.stored_ids()[: len(saved)] == saved
    assert rehearsal.summaries() == undisturbed.summaries()


@pytest.mark.fault
@needs_root
def test_a_disk_that_is_full_at_any_moment_costs_nothing(
    small_disk: Path, news: Path, rehearsed: Rehearsal, ledger: Ledger
) -> None:
    began, times = time.monotonic(), 12
    rehearsal = Rehearsal(news, small_disk / "run", ("--batch-size", "16"))
    stuffing = small_disk / "stuffing"
    generator = random.Random(4)
    for _ in range(times):
        remount(small_disk, "size=40m")
        stuffing.unlink(missing_ok=True)
        process = rehearsal.start()
        time.sleep(4 * generator.random())
        with contextlib.suppress(OSError), stuffing.open("wb") as file:
            while process.poll() is None:
                file.write(bytes(1 << 16))
                file.flush()
        code, errors = finish(process)
        assert code in (0, 75), errors
        assert "Traceback" not in errors
        assert "Logging error" not in errors
    stuffing.unlink()
    assert rehearsal.run().returncode == 0
    ledger(
        "disk full (tmpfs)",
        times,
        len(rehearsed.stored_ids()) - len(rehearsal.stored_ids()),
        time.monotonic() - began,
    )
    assert rehearsal.summaries() == rehearsed.summaries()


@pytest.mark.fault
@needs_root
def test_a_disk_that_turns_read_only_in_the_middle_ends_the_run_in_words(
    small_disk: Path, news: Path, rehearsed: Rehearsal, ledger: Ledger
) -> None:
    began = time.monotonic()
    remount(small_disk, "size=40m")
    rehearsal = Rehearsal(news, small_disk / "run", ("--batch-size", "4"))
    process = rehearsal.start()
    rehearsal.wait_for_commit(process)
    articles = rehearsal.folder / "articles"  # all of the disk can't be turned while its log is open
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(articles)], check=True)
    code, errors = finish(process)
    subprocess.run(["umount", str(articles)], check=True)
    assert code == 2
    assert "Read-only file system" in errors
    assert "Traceback" not in errors
    remount(small_disk, "ro")
    looked = subprocess.run(
        [SUMMARIZE, "status", rehearsal.folder, "--json"], capture_output=True, check=True
    )
    state = json.loads(looked.stdout)
    assert state["done"] == len(rehearsal.stored_ids()) > 0
    again = rehearsal.run()
    assert again.returncode == 2
    assert "Read-only file system" in again.stderr
    remount(small_disk, "rw")
    assert rehearsal.run().returncode == 0
    ledger("read-only file system", 2, 600 - len(rehearsal.stored_ids()), time.monotonic() - began)
    assert rehearsal.summaries() == rehearsed.summaries()


@pytest.mark.fault
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_a_usage_error(news: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o500)
    refused = Rehearsal(news, tmp_path / "run").run()
    assert refused.returncode == 2
    assert "--output" in refused.stderr


def harm(path: Path, kind: str, generator: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if kind == "truncated":
        data = data[: generator.randrange(len(data))]
    elif kind == "a bit flipped":
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    else:
        data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)


@pytest.mark.fault
@pytest.mark.parametrize("kind", ["truncated", "a bit flipped", "zeroes in the middle"])
def test_damaged_parts_are_noticed_set_aside_and_done_again(
    news: Path, tmp_path: Path, rehearsed: Rehearsal, kind: str, ledger: Ledger
) -> None:
    began, generator, times = time.monotonic(), random.Random(kind), 0
    rehearsal = Rehearsal(news, tmp_path / "run", ("--batch-size", "50", "--json"))
    assert rehearsal.run().returncode == 0
    for _ in range(3):
        parts = sorted((rehearsal.folder / "articles").iterdir())
        victims = generator.sample(parts, 2)
        times += len(victims)
        for victim in victims:
            harm(victim, kind, generator)
        repaired = rehearsal.run()
        assert repaired.returncode == 0, repaired.stderr
        assert sorted(json.loads(repaired.stdout)["damaged"]) == sorted(victim.name for victim in victims)
        assert sorted(rehearsal.stored_ids()) == sorted(rehearsed.stored_ids())
        assert rehearsal.summaries() == rehearsed.summaries()
    assert len(list((rehearsal.folder / "damaged").iterdir())) == times
    ledger(f"part {kind}", times, 0, time.monotonic() - began)


@pytest.mark.fault
def test_a_damaged_list_of_failures_only_makes_the_run_try_again(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text('{"id": "1", "isi": "fine"}\n{"id": "2", "isi": "RAISE"}\n')
    rehearsal = Rehearsal(news, tmp_path / "run", stages="obedient")
    assert rehearsal.run().returncode == 3
    [part] = (rehearsal.folder / "failures").iterdir()
    harm(part, "truncated", random.Random(1))
    assert rehearsal.run().returncode == 3
    assert [path.name for path in (rehearsal.folder / "damaged").iterdir()] == [f"failures-{part.name}"]
    assert rehearsal.stored_ids() == ["1"]


@pytest.mark.fault
def test_a_damaged_manifest_is_told(news: Path, tmp_path: Path) -> None:
    rehearsal = Rehearsal(news, tmp_path / "run")
    rehearsal.folder.mkdir()
    (rehearsal.folder / "manifest.json").write_text('{"inputs": ["/ne')
    told = rehearsal.run()
    assert told.returncode == 2
    assert "manifest.json is damaged" in told.stderr
    assert "Traceback" not in told.stderr
