"""summarize.toml: options in a file, for one command or for all that have them."""

from pathlib import Path

import pytest
import typer

from summarize.cli.settings import load_settings
from summarize.errors import InputError

app = typer.Typer()


@app.command()
def run(beam: int = 4, time_limit: str = "") -> None: ...


@app.command()
def translate(beam: int = 4) -> None: ...


command = typer.main.get_command(app)


def settings(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    monkeypatch.chdir(folder)
    (folder / "summarize.toml").write_text(text)
    return load_settings(command)


def test_a_key_at_the_top_holds_for_every_command_that_has_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(tmp_path, "beam = 2\ntime-limit = '8h'\n", monkeypatch)
    assert found == {"run": {"beam": 2, "time_limit": "8h"}, "translate": {"beam": 2}}


def test_a_table_holds_for_its_command_and_goes_before_the_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(tmp_path, "beam = 2\n[run]\nbeam = 6\n", monkeypatch)
    assert found == {"run": {"beam": 6}, "translate": {"beam": 2}}


def test_an_unknown_key_is_an_error_that_guesses_what_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no option 'time-limits' of \\[run\\]") as caught:
        settings(tmp_path, "[run]\ntime-limits = '8h'\n", monkeypatch)
    assert caught.value.hint == "Did you mean time-limit?"


def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"summarize\.toml is not valid TOML"):
        settings(tmp_path, "beam = ", monkeypatch)


def test_the_file_may_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(command) == {}
    (tmp_path / "night.toml").write_text("beam = 1\n")
    monkeypatch.setenv("SUMMARIZE_SETTINGS", "night.toml")
    assert load_settings(command)["run"] == {"beam": 1}
    monkeypatch.setenv("SUMMARIZE_SETTINGS", "missing.toml")
    with pytest.raises(InputError, match=r"missing\.toml"):
        load_settings(command)
