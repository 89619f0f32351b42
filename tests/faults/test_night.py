"""A night in small: overnight.sh and a script that kills what it starts, and no hand touches either."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from faults.rehearsal import SUMMARIZE, Rehearsal
from newsroom import write_jsonl

OVERNIGHT = Path(__file__).parents[2] / "scripts" / "overnight.sh"
CHAOS = Path(__file__).with_name("chaos.py")


def overnight(news: Path, run: Path, options: Sequence[str], **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [OVERNIGHT, news, run, *options],
        env=os.environ
        | {"SUMMARIZE": str(SUMMARIZE), "OVERNIGHT_PAUSE": "0", "OMP_NUM_THREADS": "1"}
        | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


REHEARSE = ("--profile", "rehearsal", "--device", "cpu", "--quiet")


@pytest.mark.fault
def test_a_night_with_twenty_kills_ends_complete(
    tmp_path: Path, ledger: Callable[[str, int, int, float], None]
) -> None:
    began = time.monotonic()
    news = write_jsonl(tmp_path / "news.jsonl", 20_000)
    night = overnight(news, tmp_path / "run", (*REHEARSE, "--batch-size", "64"))
    chaos = subprocess.run(
        [sys.executable, CHAOS, tmp_path / "run", "20"], capture_output=True, text=True, check=True
    )
    _, said = night.communicate(timeout=600)
    assert night.returncode == 0, said
    assert chaos.stdout.strip() == "20"
    took = time.monotonic() - began

    disturbed = Rehearsal(news, tmp_path / "run")
    calm = Rehearsal(news, tmp_path / "calm", ("--quiet",))
    assert calm.run().returncode == 0
    assert sorted(disturbed.stored_ids()) == sorted(f"n{number}" for number in range(20_000))
    assert disturbed.summaries() == calm.summaries()
    ledger("a night in small: 20,000 articles, overnight.sh, killed at random", 20, 0, took)


@pytest.mark.fault
def test_a_night_is_not_started_again_for_a_wrong_command(tmp_path: Path) -> None:
    night = overnight(tmp_path / "nothing", tmp_path / "run", REHEARSE)
    _, said = night.communicate(timeout=60)
    assert night.returncode == 2
    assert said.count("exit code 2") == 1
    assert "There is no" in (tmp_path / "run.log").read_text()


@pytest.mark.fault
def test_a_night_that_gets_nowhere_is_given_up(tmp_path: Path) -> None:
    night = overnight(
        tmp_path, tmp_path / "run", (), SUMMARIZE="false", OVERNIGHT_TRIES="3", OVERNIGHT_PAUSE="0"
    )
    _, said = night.communicate(timeout=60)
    assert night.returncode == 1
    assert "nothing finished in 3 starts" in said


@pytest.mark.fault
@pytest.mark.parametrize("whole", [True, False], ids=["by Ctrl-C", "by SIGTERM to the script"])
def test_a_night_can_be_stopped_and_gone_on_with(tmp_path: Path, whole: bool) -> None:
    news = write_jsonl(tmp_path / "news.jsonl", 20_000)
    night = overnight(news, tmp_path / "run", (*REHEARSE, "--batch-size", "8"))
    run = Rehearsal(news, tmp_path / "run")
    while not run.commits():
        assert night.poll() is None
        time.sleep(0.05)
    began = time.monotonic()
    if whole:
        os.killpg(night.pid, signal.SIGINT)
    else:
        night.terminate()
    _, said = night.communicate(timeout=60)
    assert night.returncode == 75
    assert "the same command goes on from here" in said
    assert time.monotonic() - began < 30
    assert 0 < len(run.stored_ids()) < 20_000
