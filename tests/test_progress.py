import pytest

from summarize.article import Article
from summarize.progress import Progress


def articles(count: int) -> list[Article]:
    return [Article(id=str(n), source=f"{n}.txt", title=f"Judul {n}", tokens=50) for n in range(count)]


def test_rates_and_time_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    progress = Progress(done=10, failed=1, total=41)
    clock[0] += 10
    progress.add(articles(20))
    snapshot = progress.snapshot()
    assert (snapshot.done, snapshot.failed, snapshot.left) == (30, 1, 10)
    assert snapshot.articles_per_second == pytest.approx(2)
    assert snapshot.tokens_per_second == pytest.approx(100)
    assert snapshot.eta_seconds == pytest.approx(5)
    assert snapshot.last_title == "Judul 19"


def test_the_present_rate_forgets_what_was_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    progress = Progress(0, 0)
    progress.add(articles(600))
    clock[0] = 1000.0
    progress.add(articles(6))
    snapshot = progress.snapshot()
    assert snapshot.articles_per_second_now == pytest.approx(0.1)
    assert snapshot.articles_per_second == pytest.approx(0.606)


def test_without_a_total_nothing_is_promised() -> None:
    snapshot = Progress(0, 0).snapshot()
    assert snapshot.left is None
    assert snapshot.eta_seconds is None


def test_failures_are_counted_and_the_last_one_is_told() -> None:
    progress = Progress(0, 0)
    progress.add([articles(1)[0].failed("translate", "poison")])
    snapshot = progress.snapshot()
    assert (snapshot.done, snapshot.failed, snapshot.last_error) == (0, 1, "0.txt: poison")
