"""Kills the processes of a run at random moments: chaos.py RUN [KILLS] [SEED].

Most blows go to the process that writes the run folder, some to its model process, some ask politely.
Ends when it has dealt all of them, and prints how many.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from pathlib import Path

import psutil

from summarize.folder import Folder
from summarize.lock import read_holder

_PATIENCE_SECONDS = 120


def chaos(run: str, kills: int, seed: int) -> int:
    """Kill so often, or until nobody has written the run for two minutes; how often it was."""
    generator = random.Random(seed)
    folder = Folder(run)
    dealt, last_seen, last_victim = 0, time.monotonic(), 0
    while dealt < kills and time.monotonic() - last_seen < _PATIENCE_SECONDS:
        holder = read_holder(folder)
        if holder is None or not holder.is_alive or holder.pid == last_victim:
            time.sleep(0.02)
            continue
        last_seen = time.monotonic()
        _wait_a_while(Path(run), generator)
        try:
            victim = psutil.Process(holder.pid)
            children = victim.children()
            kind = generator.random()
            if kind < 0.2 and children:
                generator.choice(children).kill()
            else:
                victim.send_signal(signal.SIGKILL if kind < 0.8 else signal.SIGTERM)
                last_victim = holder.pid
            dealt += 1
        except psutil.NoSuchProcess:
            continue
    return dealt


def _wait_a_while(run: Path, generator: random.Random) -> None:
    """Either some time, which may hit the start, or some commits, so that the run gets on."""
    if generator.random() < 0.3:
        time.sleep(generator.random())
        return
    wanted = _commits(run) + generator.randint(1, 8)
    deadline = time.monotonic() + 20
    while _commits(run) < wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05 * generator.random())


def _commits(run: Path) -> int:
    return sum(1 for _ in (run / "articles").glob("part-*"))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[2:]] + [20, 1][len(sys.argv) - 2 :]
    print(chaos(sys.argv[1], *numbers), flush=True)
