"""A crew on this machine: every article comes back once, whatever happens to the model process."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import stub_stages

from summarize.article import Article
from summarize.engines import crew, local
from summarize.engines.crew import Limits
from summarize.engines.pace import Pace
from summarize.engines.worker import Build
from summarize.errors import ModelError, SummarizeError
from summarize.stopping import Stop


def batches(texts: list[str], size: int = 4) -> Iterator[list[Article]]:
    articles = [Article(id=str(n), source=f"{n}.txt", text=text, position=n) for n, text in enumerate(texts)]
    return (articles[at : at + size] for at in range(0, len(articles), size))


def run(
    texts: list[str], build: Build = stub_stages.obedient, *, devices: int = 1, watchdog: float = 60
) -> list[Article]:
    committed: list[Article] = []
    crew.run(
        batches(texts),
        local.hire(build, ["cpu"] * devices),
        committed.extend,
        stop=Stop(),
        limits=Limits(watchdog=watchdog),
    )
    return committed


def test_every_article_comes_back_in_order() -> None:
    committed = run([f"text {n}" for n in range(21)])
    assert [article.summary for article in committed] == [f"TEXT {n}." for n in range(21)]
    assert all(article.seconds > 0 for article in committed)


def test_several_model_processes_share_the_work() -> None:
    committed = run([f"text {n}" for n in range(21)], devices=2)
    assert sorted(int(article.id) for article in committed) == list(range(21))


def test_model_processes_look_for_garbage_rarely() -> None:
    (article,) = run(["text"], stub_stages.tells_of_collections)
    assert int(article.summary or 0) >= 100_000


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        ("RAISE", "ValueError: poisoned article"),
        ("CRASH", "segmentation fault"),
        ("OOM-KILL", "out of memory"),
        ("TOO-BIG", "ModelError: out of memory on a single sequence"),
    ],
)
def test_a_poisoned_article_fails_alone(poison: str, reason: str) -> None:
    committed = run(["a", "b", "c", "d", "e", poison, "g", "h", "i"])
    failed = [article for article in committed if article.error]
    assert [article.text for article in failed] == [poison]
    assert reason in failed[0].error.reason
    assert failed[0].error.stage == "obedient"
    assert sorted(int(article.id) for article in committed) == list(range(9))


def test_an_article_that_hangs_is_cut_off_by_the_watchdog() -> None:
    committed = run(["a", "HANG", "c"], watchdog=1.0)
    assert {article.text: article.error is not None for article in committed} == {
        "a": False,
        "HANG": True,
        "c": False,
    }


def test_a_crash_that_does_not_come_again_costs_no_article(tmp_path: Path) -> None:
    committed = run(["a", "b", "c"], partial(stub_stages.crashes_once, tmp_path / "crashed"))
    assert [article.error for article in committed] == [None, None, None]


def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_own_words() -> None:
    with pytest.raises(ModelError, match="no such model") as caught:
        run(["a"], stub_stages.no_model)
    assert caught.value.hint == "try another"


def test_a_process_that_keeps_dying_while_loading_ends_the_run() -> None:
    with pytest.raises(SummarizeError, match="while loading"):
        run(["a"], stub_stages.dies_loading)


def test_what_reading_raises_is_raised() -> None:
    def broken() -> Iterator[list[Article]]:
        yield [Article(id="1", source="1.txt", text="fine")]
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        crew.run(broken(), local.hire(stub_stages.obedient, ["cpu"]), list, stop=Stop(), limits=Limits())


def test_a_request_to_stop_finishes_the_batch_in_hand_and_no_more() -> None:
    stop = Stop()
    committed: list[Article] = []

    def commit(articles: list[Article]) -> None:
        committed.extend(articles)
        stop.request("enough")

    texts = ["SLOW"] * 40
    crew.run(
        batches(texts),
        local.hire(stub_stages.obedient, ["cpu"]),
        commit,
        stop=stop,
        limits=Limits(),
    )
    assert 4 <= len(committed) <= 8


def test_a_batch_that_outlasts_the_grace_is_dropped() -> None:
    stop = Stop(time_limit=1.5)
    committed: list[Article] = []
    started = time.monotonic()
    crew.run(
        batches(["HANG"]),
        local.hire(stub_stages.obedient, ["cpu"]),
        committed.extend,
        stop=stop,
        limits=Limits(grace=0.5),
    )
    assert committed == []
    assert time.monotonic() - started < 20


def test_a_process_that_fails_at_everything_after_it_did_well_is_replaced() -> None:
    committed = run(["a", "b", "BREAK", "d", "e", "f", "g", "h", "i"], stub_stages.breaks)
    assert [article.error for article in committed] == [None] * 9


def test_a_machine_on_which_every_article_dies_ends_the_run() -> None:
    with pytest.raises(SummarizeError, match="10 articles in a row"):
        run(["CRASH"] * 40)


def test_a_process_that_never_gets_ready_is_given_up() -> None:
    with pytest.raises(SummarizeError, match="took longer than 0 s while loading"):
        crew.run(
            batches(["a"]),
            local.hire(stub_stages.loads_for_ever, ["cpu"]),
            list,
            stop=Stop(),
            limits=Limits(loading=0.3),
        )


def test_a_process_that_hangs_with_a_big_batch_before_it_does_not_hang_its_parent() -> None:
    big = "x" * 2_000_000  # more than a pipe holds
    started = time.monotonic()
    committed = run(["HANG", big, big, big, big, big, big, big], watchdog=2.0)
    assert sorted(article.error is not None for article in committed) == [False] * 7 + [True]
    assert time.monotonic() - started < 60


def test_batches_that_were_read_before_it_got_slow_are_divided() -> None:
    sizes: list[int] = []
    pace = Pace(64, seconds=0.5)
    pace.size = 2
    crew.run(
        batches(["SLOW"] * 8, size=8),
        local.hire(stub_stages.obedient, ["cpu"]),
        lambda articles: sizes.append(len(articles)),
        stop=Stop(),
        limits=Limits(),
        pace=pace,
    )
    assert sum(sizes) == 8
    assert max(sizes) <= 2
