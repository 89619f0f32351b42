"""`summarize run --watch`: articles are done as they arrive, none of them half."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from faults.rehearsal import SUMMARIZE, Rehearsal, finish
from newsroom import article_text, write_articles


def eventually(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def texts(rehearsal: Rehearsal) -> dict[str, str]:
    """Text by file name, of summaries.jsonl as it is just now."""
    try:
        lines = [json.loads(line) for line in rehearsal.summaries().splitlines()]
    except FileNotFoundError:
        return {}
    return {Path(line["source"]).name: line["text_en"] for line in lines}


@pytest.mark.fault
def test_a_watched_folder_is_kept_summarized_until_the_run_is_stopped(
    tmp_path: Path, ledger: Callable[[str, int, int, float], None]
) -> None:
    began = time.monotonic()
    folder = write_articles(tmp_path / "news", 3)
    rehearsal = Rehearsal(folder, folder / "runs" / "today", ("--watch", "--settle", "1s", "--quiet"))
    process = rehearsal.start()
    eventually(lambda: len(texts(rehearsal)) == 3, process)
    for number in range(10, 15):  # one after the other, slowly, so that each is seen half-written
        whole = article_text(number)
        with (folder / f"late{number}.txt").open("w") as file:
            for at in range(0, len(whole), 100):
                file.write(whole[at : at + 100])
                file.flush()
                time.sleep(0.2)
    eventually(lambda: len(texts(rehearsal)) == 8, process)
    process.send_signal(signal.SIGTERM)
    code, errors = finish(process)
    assert code == 75, errors
    found = texts(rehearsal)
    for number in range(10, 15):
        assert found[f"late{number}.txt"].split() == article_text(number).split()
    assert len(rehearsal.stored_ids()) == 8
    ledger("files read while they are written (--watch)", 5, 0, time.monotonic() - began)


@pytest.mark.fault
def test_only_a_folder_can_be_watched(tmp_path: Path) -> None:
    for given in ("-", "memory://news"):
        refused = subprocess.run(
            [SUMMARIZE, "run", given, "--output", tmp_path / "run", "--profile", "rehearsal", "--watch"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 2
        assert "--watch needs a folder on this machine" in refused.stderr


@pytest.mark.fault
def test_files_that_are_still_being_written_are_left_for_the_next_run(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "news", 2)
    rehearsal = Rehearsal(folder, tmp_path / "run", ("--settle", "1h"))
    left = rehearsal.run()
    assert left.returncode == 0
    assert "2 files" in left.stdout
    assert Rehearsal(folder, tmp_path / "run").run().returncode == 0
    assert len(rehearsal.stored_ids()) == 2
