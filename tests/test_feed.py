"""What is still to do, in batches, and again as files arrive."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from newsroom import article_text, write_articles

from summarize.article import Article
from summarize.clean import Cleaner
from summarize.errors import InputError
from summarize.feed import Feed, Source
from summarize.progress import Progress
from summarize.sources import Columns
from summarize.stopping import Stop


def feed_of(
    folder: Path,
    *,
    is_done: Callable[[Article], bool] = lambda article: False,
    stop: Stop | None = None,
    **source: object,
) -> Feed:
    given = Source((str(folder),), Columns(), **source)  # type: ignore[arg-type]
    return Feed(given, Cleaner(), is_done, Progress(0, 0), stop or Stop(), str(folder / "run"))


def names(batch: list[Article]) -> list[str]:
    return [Path(article.source).stem for article in batch]


def test_batches_hold_what_is_not_done_and_the_last_one_is_shorter(tmp_path: Path) -> None:
    write_articles(tmp_path, 6)
    feed = feed_of(tmp_path, is_done=lambda article: article.source.endswith("a0001.txt"))
    assert list(map(names, feed.batches(lambda: 2))) == [["a0000", "a0002"], ["a0003", "a0004"], ["a0005"]]
    assert not feed.cut


def test_the_size_may_change_between_batches(tmp_path: Path) -> None:
    write_articles(tmp_path, 7)
    sizes = iter([1, 1, 2, 2, 4, 4, 4, 4, 4])
    feed = feed_of(tmp_path)
    assert [len(batch) for batch in feed.batches(lambda: next(sizes))] == [1, 1, 2, 3]


def test_a_stop_ends_it_and_is_remembered(tmp_path: Path) -> None:
    write_articles(tmp_path, 4)
    stop = Stop()
    feed = feed_of(tmp_path, stop=stop)
    batches = feed.batches(lambda: 1)
    next(batches)
    stop.request("enough")
    assert list(batches) == []
    assert feed.cut


def test_how_many_articles_there_are_is_known_when_all_are_read(tmp_path: Path) -> None:
    write_articles(tmp_path, 5)
    progress = Progress(0, 0)
    feed = Feed(Source((str(tmp_path),), Columns()), Cleaner(), lambda article: False, progress, Stop())
    list(feed.batches(lambda: 2))
    assert progress.total == 5


def test_the_thread_that_counts_ends_with_the_run(tmp_path: Path) -> None:
    write_articles(tmp_path, 2)
    progress = Progress(0, 0)
    feed = Feed(Source((str(tmp_path),), Columns()), Cleaner(), lambda article: False, progress, Stop())
    before = set(threading.enumerate())
    with feed.counting():
        (counter,) = set(threading.enumerate()) - before
    counter.join(1)
    assert not counter.is_alive()
    assert progress.total is None


def test_a_long_run_learns_how_many_articles_there_are_before_it_has_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarize.feed._COUNT_AFTER_SECONDS", 0.01)
    write_articles(tmp_path, 5)
    progress = Progress(0, 0)
    feed = Feed(Source((str(tmp_path),), Columns()), Cleaner(), lambda article: False, progress, Stop())
    with feed.counting():
        assert eventually(lambda: progress.total == 5)


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Feed, Progress, threading.Event]]:
    """A feed of five articles in the middle of reading a batch until the event is set."""
    monkeypatch.setattr("summarize.feed._COUNT_AFTER_SECONDS", 0.01)
    write_articles(tmp_path, 5)
    reading, go_on = threading.Event(), threading.Event()

    def is_done(article: Article) -> bool:
        if article.position == 2:
            reading.set()
            go_on.wait(20)
        return False

    progress = Progress(0, 0)
    feed = Feed(Source((str(tmp_path),), Columns()), Cleaner(), is_done, progress, Stop())
    thread = threading.Thread(target=lambda: next(feed.batches(lambda: 4)))
    thread.start()
    assert reading.wait(20)
    yield feed, progress, go_on
    go_on.set()
    thread.join(20)


def test_articles_are_counted_while_no_batch_is_wanted(
    busy: tuple[Feed, Progress, threading.Event],
) -> None:
    feed, progress, go_on = busy
    with feed.counting():
        assert not eventually(lambda: progress.total == 5, seconds=0.5)
        go_on.set()
        assert eventually(lambda: progress.total == 5)


def test_where_batches_are_always_wanted_articles_are_counted_in_the_end(
    busy: tuple[Feed, Progress, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("summarize.feed._MOST_SECONDS_GIVING_WAY", 0.5)
    feed, progress, _ = busy
    with feed.counting():
        assert eventually(lambda: progress.total == 5)


@pytest.fixture
def arrivals(tmp_path: Path) -> Iterator[tuple[Feed, list[str]]]:
    """A feed that watches a folder with one article in it, and the names of what it gave."""
    write_articles(tmp_path, 1)
    os.utime(tmp_path / "a0000.txt", (0, 0))
    stop, given = Stop(), list[str]()
    feed = feed_of(tmp_path, stop=stop, watch=True, settle=0.3)

    def consume() -> None:
        for batch in feed.batches(lambda: 10):
            given.extend(names(batch))

    thread = threading.Thread(target=consume)
    thread.start()
    yield feed, given
    stop.request("enough")
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert feed.cut


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_a_file_that_arrives_is_given_once_when_it_has_been_written(
    arrivals: tuple[Feed, list[str]], tmp_path: Path
) -> None:
    feed, given = arrivals
    assert eventually(feed.waiting.is_set)
    assert given == ["a0000"]
    path = tmp_path / "late.txt"
    text = article_text(7)
    with path.open("w") as file:
        for at in range(0, len(text), 60):  # slowly, but never at rest for long enough
            file.write(text[at : at + 60])
            file.flush()
            time.sleep(0.1)
            assert "late" not in given
    assert eventually(lambda: "late" in given)
    (tmp_path / "a0000.txt").touch()
    write_articles(tmp_path, 2)
    assert eventually(lambda: "a0001" in given)
    assert given == ["a0000", "late", "a0001"]


def test_only_folders_of_this_machine_can_be_watched(tmp_path: Path) -> None:
    for given in ("-", "s3://bucket/news", str(tmp_path / "nothing"), str(tmp_path / "*.txt")):
        with pytest.raises(InputError, match="--watch needs a folder on this machine"):
            Source((given,), Columns(), watch=True)
