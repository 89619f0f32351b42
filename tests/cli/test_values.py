import pytest
import typer

from summarize.cli.console import duration
from summarize.cli.values import seconds, share


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90), ("90s", 90), ("45m", 2700), ("45min", 2700), ("8h", 28800), ("1h30m", 5400), ("1.5h", 5400)],
)
def test_time_spans_are_read_as_people_write_them(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "8 hours", "h"])
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a time span"):
        seconds(text)


def test_a_share_is_one_of_so_many() -> None:
    assert share("3/16") == (3, 16)


@pytest.mark.parametrize("text", ["0/4", "5/4", "3", "a/b", "3/0"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a share"):
        share(text)


@pytest.mark.parametrize(
    ("span", "shown"),
    [(None, "unknown"), (4.21, "4.2 s"), (42, "42 s"), (200, "3 min 20 s"), (25500, "7 h 05 min")],
)
def test_durations_are_shown_as_people_read_them(span: float | None, shown: str) -> None:
    assert duration(span) == shown
