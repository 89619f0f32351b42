"""The command as a whole, before any of its subcommands."""

import gc
import sys

import pytest

from summarize.cli.app import main


def test_the_process_looks_for_garbage_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    monkeypatch.setattr(sys, "argv", ["summarize", "--version"])
    try:
        with pytest.raises(SystemExit):
            main()
        assert gc.get_threshold()[0] >= 100_000
    finally:
        gc.set_threshold(*before)
