"""One article that crashes, hangs or eats all memory costs itself and no other."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from faults.rehearsal import Rehearsal

from summarize.failure_rows import FailureRecord
from summarize.folder import Folder
from summarize.store import Store

Ledger = Callable[[str, int, int, float], None]


def write_texts(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(json.dumps({"id": str(n), "isi": text}) + "\n" for n, text in enumerate(texts)))
    return path


def failures_of(rehearsal: Rehearsal) -> dict[str, FailureRecord]:
    return {record.id: record for record in Store(Folder(str(rehearsal.folder)), writable=False).failures()}


def test_poison_of_three_kinds_is_isolated_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    texts = [f"text {n}" for n in range(13)]
    texts[3], texts[9], texts[12] = "3 RAISE", "9 CRASH", "12 HANG"
    rehearsal = Rehearsal(
        write_texts(tmp_path / "news.jsonl", texts),
        tmp_path / "run",
        ("batch_size=4", "watchdog=3.0"),
        stages="obedient",
    )
    assert rehearsal.run().returncode == 3
    failures = failures_of(rehearsal)
    assert sorted(failures) == ["12", "3", "9"]
    assert failures["3"].reason == "ValueError: poisoned article"
    assert "stub_stages.py" in failures["3"].traceback
    assert "segmentation fault" in failures["9"].reason
    assert "took longer than" in failures["12"].reason
    assert {record.stage for record in failures.values()} == {"obedient"}
    assert len(rehearsal.stored_ids()) == 10


@pytest.mark.fault
@pytest.mark.parametrize("poison", ["RAISE", "CRASH", "OOM-KILL", "EAT", "HANG"])
def test_poison_among_many_costs_nothing_but_itself(tmp_path: Path, poison: str, ledger: Ledger) -> None:
    began = time.monotonic()
    texts = [f"text {n}" for n in range(300)]
    poisoned = [3, 100, 101, 299]
    for number in poisoned:
        texts[number] = f"{number} {poison}"
    settings = ("watchdog=4.0",) if poison == "HANG" else ()
    rehearsal = Rehearsal(
        write_texts(tmp_path / "news.jsonl", texts), tmp_path / "run", settings, stages="obedient"
    )
    assert rehearsal.run().returncode == 3
    assert sorted(failures_of(rehearsal)) == sorted(map(str, poisoned))
    assert len(rehearsal.stored_ids()) == 300 - len(poisoned)
    ledger(f"poison: {poison}", len(poisoned), 0, time.monotonic() - began)


@pytest.mark.fault
def test_a_process_that_breaks_and_fails_at_everything_is_replaced(tmp_path: Path, ledger: Ledger) -> None:
    began = time.monotonic()
    texts = [f"text {n}" for n in range(60)]
    texts[20] = "20 BREAK"
    rehearsal = Rehearsal(
        write_texts(tmp_path / "news.jsonl", texts), tmp_path / "run", ("batch_size=8",), stages="breaks"
    )
    done = rehearsal.run()
    assert done.returncode == 0, done.stderr
    assert len(rehearsal.stored_ids()) == 60
    ledger("CUDA error that stays until the process ends", 1, 0, time.monotonic() - began)


@pytest.mark.fault
def test_a_machine_on_which_every_article_dies_does_not_fail_the_whole_corpus(tmp_path: Path) -> None:
    texts = [f"{n} CRASH" for n in range(200)]
    rehearsal = Rehearsal(
        write_texts(tmp_path / "news.jsonl", texts), tmp_path / "run", ("batch_size=2",), stages="obedient"
    )
    done = rehearsal.run()
    assert done.returncode == 1
    assert "10 articles in a row" in done.stderr
    assert len(failures_of(rehearsal)) == 10


@pytest.mark.fault
def test_too_many_failures_end_the_run_and_keep_it_ended(tmp_path: Path) -> None:
    texts = [f"{n} RAISE" if n % 2 else f"text {n}" for n in range(60)]
    rehearsal = Rehearsal(
        write_texts(tmp_path / "news.jsonl", texts),
        tmp_path / "run",
        ("batch_size=4", "max_failures=5"),
        stages="obedient",
    )
    for _ in range(2):
        ended = rehearsal.run()
        assert ended.returncode == 3
        assert "Too many articles failed: 6 of" in ended.stderr
    assert len(rehearsal.summaries().splitlines()) == len(rehearsal.stored_ids()) > 0
