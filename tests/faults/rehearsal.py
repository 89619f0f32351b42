"""Whole runs in processes of their own, to do harm to."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

SUMMARIZE = Path(sys.executable).with_name("summarize")


@dataclass
class Rehearsal:
    """A run of the rehearsal profile (or of stub stages) over a file of articles, in a process of its own."""

    news: Path
    folder: Path
    more: tuple[str, ...] = ()
    stages: str = ""  # of stub_stages, in place of the profile's
    environment: dict[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        if self.stages:
            script = str(Path(__file__).with_name("run_stub.py"))
            return [sys.executable, script, self.stages, str(self.news), str(self.folder), *self.more]
        given = [str(self.news), "--output", str(self.folder), "--profile", "rehearsal", "--device", "cpu"]
        return [str(SUMMARIZE), "run", *given, *self.more]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"} | self.environment,
        )

    def run(self) -> subprocess.CompletedProcess[str]:
        process = self.start()
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def summaries(self) -> bytes:
        return (self.folder / "summaries.jsonl").read_bytes()

    def stored_ids(self) -> list[str]:
        """The ids in all parts, as any Parquet reader sees them."""
        parts = sorted((self.folder / "articles").glob("part-*.parquet"))
        return [id for part in parts for id in pq.read_table(part, columns=["id"])["id"].to_pylist()]

    def commits(self) -> int:
        return len(list((self.folder / "articles").glob("part-*.parquet")))

    def wait_for_commit(self, process: subprocess.Popen[str]) -> None:
        before = self.commits()
        while self.commits() <= before:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and standard error; fails rather than waits for ever."""
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def signal_group(process: subprocess.Popen[str], number: signal.Signals, whole: bool) -> None:
    """To the run alone, or to the model process too, as a terminal and a batch system do."""
    if whole:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)


def moments(seed: int) -> Iterator[float]:
    """Endless random delays in [0, 1)."""
    generator = random.Random(seed)
    while True:
        yield generator.random()
