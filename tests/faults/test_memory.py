"""Memory stays flat: a run of a million articles takes what one of fifty thousand takes."""

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from faults.rehearsal import Rehearsal, finish

from summarize.folder import Folder
from summarize.lock import read_holder

ARTICLES = int(os.environ.get("SUMMARIZE_MEMORY_ARTICLES", "60000"))
EARLY = ARTICLES // 20  # 50,000 of a million
MOST_GROWTH = 1.10


def write_tiny(path: Path, count: int) -> Path:
    with path.open("w") as file:
        for number in range(count):
            file.write(f'{{"id": "n{number}", "isi": "Warga desa {number} panen padi pada hari Senin."}}\n')
    return path


def resident(process: psutil.Process) -> dict[str, int]:
    """Bytes of the run and of its model process."""
    try:
        models = [child for child in process.children() if "spawn_main" in " ".join(child.cmdline())]
        found = {"run": process.memory_info().rss}
        return found | {"model process": sum(child.memory_info().rss for child in models)}
    except psutil.NoSuchProcess:
        return {}


@pytest.mark.fault
def test_memory_after_many_articles_is_what_it_was_after_few(
    tmp_path: Path, ledger: Callable[[str, int, int, float], None]
) -> None:
    began = time.monotonic()
    rehearsal = Rehearsal(write_tiny(tmp_path / "tiny.jsonl", ARTICLES), tmp_path / "run", ("--quiet",))
    process = rehearsal.start()
    seen = psutil.Process(process.pid)
    early: dict[str, int] = {}
    last: deque[dict[str, int]] = deque(maxlen=5)  # of the last second
    while process.poll() is None:
        holder = read_holder(Folder(str(rehearsal.folder)))
        done = holder.progress.get("done", 0) if holder is not None else 0
        now = resident(seen)
        if now.get("model process"):
            if done < EARLY:
                early = {name: max(size, early.get(name, 0)) for name, size in now.items()}
            last.append(now)
        time.sleep(0.2)
    code, errors = finish(process)
    assert code == 0, errors
    assert early
    late = {name: max(sample[name] for sample in last) for name in early}
    grown = ", ".join(f"{name} {early[name] >> 20} to {late[name] >> 20} MiB" for name in early)
    ledger(f"memory from {EARLY:,} to {ARTICLES:,} articles: {grown}", 1, 0, time.monotonic() - began)
    for name, size in early.items():
        assert late[name] <= MOST_GROWTH * size, grown
