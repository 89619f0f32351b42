"""What happens at the end of a run, however it ends."""

from pathlib import Path

import pytest
import typer

from summarize.cli.outcome import conclude, telling_of_errors
from summarize.errors import InputError
from summarize.run import Outcome


def outcome(folder: Path, **fields: object) -> Outcome:
    given = {"done": 0, "failed": 0, "new": 0, "duplicates": 0, "seconds": 61.5} | fields
    return Outcome(folder=str(folder), **given)  # type: ignore[arg-type]


def noting(path: Path) -> str:
    return f'echo "$SUMMARIZE_OUTCOME $SUMMARIZE_EXIT_CODE $SUMMARIZE_DONE$SUMMARIZE_ERROR" > {path}'


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"done": 5}, "finished 0 5"),
        ({"done": 5, "failed": 1}, "failures 3 5"),
        ({"done": 5, "stopped": "the time limit was reached"}, "stopped 75 5"),
    ],
)
def test_the_command_of_on_finish_is_told_how_it_went(
    tmp_path: Path, fields: dict[str, object], said: str
) -> None:
    ended = outcome(tmp_path, **fields)
    code = conclude(ended, [], None, quiet=True, as_json=False, on_finish=noting(tmp_path / "note"))
    assert (tmp_path / "note").read_text().strip() == said
    assert code == int(said.split()[1])


def test_it_is_told_of_an_error_too_which_goes_on(tmp_path: Path) -> None:
    with pytest.raises(InputError), telling_of_errors("runs/a", noting(tmp_path / "note")):
        raise InputError("There is no seeds/")
    assert (tmp_path / "note").read_text().strip() == "error 2 There is no seeds/"


def test_a_run_stopped_at_once_exits_75(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, telling_of_errors("runs/a", noting(tmp_path / "note")):
        raise KeyboardInterrupt
    assert caught.value.exit_code == 75
    assert (tmp_path / "note").read_text().strip() == "stopped 75"


def test_a_notice_that_fails_or_takes_for_ever_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarize.cli.outcome._MOST_SECONDS_NOTIFYING", 0.2)
    ended = outcome(tmp_path)
    assert conclude(ended, [], None, quiet=True, as_json=False, on_finish="exit 7") == 0
    assert conclude(ended, [], None, quiet=True, as_json=False, on_finish="sleep 60") == 0
    said = capsys.readouterr().err
    assert "exit code 7" in said
    assert "could not be run" in said
