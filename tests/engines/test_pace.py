"""Batches as big as the time between two commits allows."""

from summarize.engines.pace import Pace


def sizes(seconds_an_article: float, most: int = 256, aim: float = 20.0) -> list[int]:
    pace = Pace(most, aim)
    found = [pace.size]
    for _ in range(8):
        pace.saw(pace.size, pace.size * seconds_an_article)
        found.append(pace.size)
    return found


def test_quick_articles_come_in_ever_bigger_batches() -> None:
    assert sizes(0.001) == [8, 16, 32, 64, 128, 256, 256, 256, 256]


def test_slow_articles_come_in_batches_that_take_the_time_aimed_at() -> None:
    assert sizes(2.0)[-1] == 10
    assert sizes(15.0)[1:] == [1] * 8
    assert sizes(100.0)[-1] == 1


def test_nobody_gets_more_than_was_asked_for() -> None:
    assert sizes(0.001, most=3) == [3] * 9


def test_a_slow_hour_passes() -> None:
    pace = Pace(256, 20)
    pace.saw(8, 160)
    assert pace.size == 1
    for _ in range(10):
        pace.saw(pace.size, 0.01)
    assert pace.size == 256
