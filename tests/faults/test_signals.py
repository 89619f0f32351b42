"""A run that is killed or asked to stop at any moment ends, when it is run again, as if nothing had been."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from faults.rehearsal import Rehearsal, finish, moments, signal_group

MOST_SECONDS_TO_STOP = 30
Ledger = Callable[[str, int, int, float], None]


@dataclass
class Disturbance:
    """What was done to a run, and what it cost."""

    sent: int = 0
    amid_commits: int = 0
    lost: int = 0
    longest: float = 0.0  # seconds from the signal to the end


def disturb(rehearsal: Rehearsal, number: signal.Signals, times: int, reference: Rehearsal) -> Disturbance:
    """Send the signal at random moments until it was sent so often.

    One in four comes at any moment from the start on, the others soon after a commit. A run that gets to
    its end is checked, and another is begun.
    """
    chance = moments(seed=int(number))
    found, original, rounds = Disturbance(), rehearsal.folder, 0
    while found.sent < times:
        rounds += 1
        rehearsal.folder = original.with_name(f"{original.name}-{number.name}-{rounds}")
        code = None
        while code != 0:
            process, before = rehearsal.start(), rehearsal.commits()
            if found.sent >= times:
                process.wait()
            elif next(chance) < 0.25:
                time.sleep(4 * next(chance))
            else:
                while process.poll() is None and rehearsal.commits() <= before:
                    time.sleep(0.005)
                time.sleep(0.3 * next(chance))
            if process.poll() is None:
                began = time.monotonic()
                found.sent += 1
                found.amid_commits += rehearsal.commits() > before
                signal_group(process, number, whole=next(chance) < 0.5)
                code, errors = finish(process)
                found.longest = max(found.longest, time.monotonic() - began)
                # A signal before Python has installed a handler, or after the run, has its usual effect.
                assert code in (0, 75, 130, -number), errors
                assert "Traceback" not in errors or code in (130, -number), errors
            else:
                code, errors = finish(process)
                assert code == 0, errors
        found.lost += compare(rehearsal, reference)
    return found


def compare(rehearsal: Rehearsal, reference: Rehearsal) -> int:
    """Fails unless both runs are the same byte for byte; articles lost."""
    ids, expected = rehearsal.stored_ids(), reference.stored_ids()
    assert sorted(ids) == sorted(expected)
    assert rehearsal.summaries() == reference.summaries()
    assert not (rehearsal.folder / "damaged").exists()
    assert not list(rehearsal.folder.rglob("*.tmp"))
    return len(set(expected) - set(ids))


def test_a_run_that_is_killed_and_stopped_ends_like_one_that_was_left_alone(
    news: Path, tmp_path: Path, undisturbed: Rehearsal
) -> None:
    rehearsal = Rehearsal(news, tmp_path / "run", ("batch_size=8",), stages="obedient")
    for number, expected in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 75)):
        process = rehearsal.start()
        rehearsal.wait_for_commit(process)
        began = time.monotonic()
        signal_group(process, number, whole=True)
        assert finish(process)[0] == expected
        assert time.monotonic() - began < MOST_SECONDS_TO_STOP
    assert rehearsal.run().returncode == 0
    assert compare(rehearsal, undisturbed) == 0


@pytest.mark.fault
@pytest.mark.parametrize(
    ("number", "times"),
    [(signal.SIGKILL, 100), (signal.SIGTERM, 20), (signal.SIGINT, 20), (signal.SIGUSR1, 10)],
)
def test_signals_at_random_moments_cost_nothing(
    news: Path, tmp_path: Path, rehearsed: Rehearsal, number: signal.Signals, times: int, ledger: Ledger
) -> None:
    began = time.monotonic()
    rehearsal = Rehearsal(news, tmp_path / "run", ("--batch-size", "4", "--quiet"))
    found = disturb(rehearsal, number, times, rehearsed)
    stopped = "" if number == signal.SIGKILL else f", stopped within {found.longest:.1f} s"
    fault = f"{number.name} at a random moment ({found.amid_commits} amid commits{stopped})"
    ledger(fault, times, found.lost, time.monotonic() - began)
    assert found.lost == 0
    assert found.longest < MOST_SECONDS_TO_STOP
    assert found.amid_commits >= times / 2


def model_process_of(process: subprocess.Popen[str]) -> psutil.Process:
    while True:
        for child in psutil.Process(process.pid).children():
            if "spawn_main" in " ".join(child.cmdline()):
                return child
        time.sleep(0.05)


def test_a_model_process_does_not_outlive_its_parent(tmp_path: Path) -> None:
    hanging = tmp_path / "news.jsonl"
    hanging.write_text('{"isi": "HANG"}\n')
    process = Rehearsal(hanging, tmp_path / "run", stages="obedient").start()
    child = model_process_of(process)
    process.kill()
    process.communicate()
    child.wait(timeout=20)  # raises if it is still there


@pytest.mark.fault
def test_a_stop_while_the_models_load_is_obeyed_at_once(tmp_path: Path, news: Path) -> None:
    process = Rehearsal(news, tmp_path / "run", stages="loads_for_ever").start()
    model_process_of(process)
    time.sleep(1)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    code, errors = finish(process)
    assert (code, errors) == (75, "")
    assert time.monotonic() - began < MOST_SECONDS_TO_STOP


def test_a_second_ctrl_c_stops_at_once_and_keeps_what_was_committed(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    texts = [f"{n} " + ("HANG" if n == 20 else "fine") for n in range(40)]
    news.write_text("".join(json.dumps({"id": str(n), "isi": text}) + "\n" for n, text in enumerate(texts)))
    rehearsal = Rehearsal(news, tmp_path / "run", ("batch_size=4",), stages="obedient")
    process = rehearsal.start()
    while len(rehearsal.stored_ids()) < 20:
        time.sleep(0.05)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None  # waits for the batch in hand
    os.killpg(process.pid, signal.SIGINT)
    code, errors = finish(process)
    assert (code, errors) == (75, "")
    assert time.monotonic() - began < 10
    assert sorted(map(int, rehearsal.stored_ids())) == list(range(20))


@pytest.mark.fault
def test_a_time_limit_stops_a_run_that_hangs_in_the_middle(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text('{"id": "1", "isi": "fine"}\n{"id": "2", "isi": "HANG"}\n')
    rehearsal = Rehearsal(news, tmp_path / "run", ("batch_size=1", "time_limit=3.0"), stages="obedient")
    began = time.monotonic()
    assert rehearsal.run().returncode == 75
    assert time.monotonic() - began < 3 + MOST_SECONDS_TO_STOP
    assert rehearsal.stored_ids() == ["1"]


@pytest.mark.fault
def test_a_run_under_nohup_survives_its_terminal(tmp_path: Path, news: Path) -> None:
    rehearsal = Rehearsal(news, tmp_path / "run", ("--batch-size", "16", "--quiet"))
    process = subprocess.Popen(
        ["nohup", *rehearsal.command()], stdin=subprocess.DEVNULL, start_new_session=True
    )
    while not rehearsal.commits():
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGHUP)
    assert process.wait(timeout=60) == 0


@pytest.mark.fault
def test_standard_input_that_says_nothing_does_not_keep_a_run_from_stopping(tmp_path: Path) -> None:
    command = Rehearsal(Path("-"), tmp_path / "run").command()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "run" / "manifest.json").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    process.terminate()
    assert process.stderr is not None
    assert "Stopped" in process.stderr.read()
    assert process.wait(timeout=20) == 75
