"""What the fault tests share: articles, an undisturbed run of them, a ledger of what was tried and lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.rehearsal import Rehearsal
from newsroom import write_jsonl


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six hundred articles as JSON lines."""
    return write_jsonl(tmp_path_factory.mktemp("news") / "news.jsonl", 600)


@pytest.fixture(scope="session")
def undisturbed(news: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """What stub stages make of them when nobody disturbs the run."""
    return _run_of(Rehearsal(news, tmp_path_factory.mktemp("undisturbed") / "run", stages="obedient"))


@pytest.fixture(scope="session")
def rehearsed(news: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """What `summarize run --profile rehearsal` makes of them when nobody disturbs it."""
    return _run_of(Rehearsal(news, tmp_path_factory.mktemp("rehearsed") / "run"))


def _run_of(rehearsal: Rehearsal) -> Rehearsal:
    done = rehearsal.run()
    assert done.returncode == 0, done.stderr
    return rehearsal


_LEDGER = pytest.StashKey[list[tuple[str, int, int, float]]]()


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Callable[[str, int, int, float], None]:
    """Write down a fault, how many times it was injected, how many articles it cost, and seconds."""

    def write(fault: str, times: int, lost: int, seconds: float) -> None:
        request.config.stash.setdefault(_LEDGER, []).append((fault, times, lost, seconds))

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of CONTRIBUTING.md."""
    rows = config.stash.get(_LEDGER, [])
    if rows:
        terminalreporter.section("faults tried")
        terminalreporter.write_line("| fault | times | articles lost | seconds |\n|---|---|---|---|")
        for fault, times, lost, seconds in rows:
            terminalreporter.write_line(f"| {fault} | {times} | {lost} | {seconds:.0f} |")
