"""What is shown while a run goes on never ends it."""

from pathlib import Path

import pytest

from summarize.cli.display import Display
from summarize.errors import InputError
from summarize.progress import Progress


def test_a_terminal_that_was_closed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*words: object, **how: object) -> None:
        raise OSError(5, "Input/output error")

    with Display("runs/a", "starter", quiet=False) as display:
        display._next_line = 0.0
        monkeypatch.setattr("summarize.cli.display.err.print", closed)
        display.observer.progress(Progress(0, 0).snapshot())
        display.observer.progress(Progress(0, 0).snapshot())


def test_metrics_are_written_at_the_start_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "run.prom"
    with Display("runs/a", "starter", quiet=True, metrics=path) as display:
        display.observer.progress(Progress(3, 0).snapshot())
        assert "summarize_articles_done 3.0" in path.read_text()
        display.observer.progress(Progress(9, 0).snapshot())
    assert "summarize_articles_done 9.0" in path.read_text()


def test_metrics_that_cannot_be_written_are_left_out(tmp_path: Path) -> None:
    with Display("runs/a", "starter", quiet=True, metrics=tmp_path) as display:
        display.observer.progress(Progress(3, 0).snapshot())
    with pytest.raises(InputError, match="there is no folder"):
        Display("runs/a", "starter", quiet=True, metrics=tmp_path / "nowhere" / "run.prom")
