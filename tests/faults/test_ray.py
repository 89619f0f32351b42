"""A crew that Ray places: every article comes back once, whatever happens to process, actor or cluster."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import stub_stages
from newsroom import write_articles

from summarize.article import Article
from summarize.engines import crew
from summarize.engines.crew import Limits
from summarize.engines.process import ModelProcess
from summarize.engines.worker import Build
from summarize.errors import InputError, ModelError
from summarize.stopping import Stop

ray = pytest.importorskip("ray")

pytestmark = [pytest.mark.fault, pytest.mark.allow_hosts(["127.0.0.1", "::1"])]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Two cores of this machine, on loopback."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # What is imported here, Ray's processes import too.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    yield
    ray.shutdown()
    del os.environ["PYTHONPATH"]


def hire(build: Build = stub_stages.obedient, **options: int) -> list[ModelProcess]:
    from summarize.engines.ray import hire

    return hire(lambda threads: build, "auto", threads=1, **options)


def run(texts: list[str], workers: list[ModelProcess], watchdog: float = 60) -> list[Article]:
    committed: list[Article] = []
    articles = [Article(id=str(n), source=f"{n}.txt", text=text, position=n) for n, text in enumerate(texts)]
    batches = (articles[at : at + 4] for at in range(0, len(articles), 4))
    crew.run(batches, workers, committed.extend, stop=Stop(), limits=Limits(watchdog=watchdog))
    return committed


@pytest.mark.usefixtures("cluster")
class TestCrew:
    def test_there_is_one_process_for_so_many_cores(self) -> None:
        for options, count in (({}, 2), ({"actors": 1}, 1), ({"actors": 9}, 2)):
            workers = hire(**options)
            assert len(workers) == count
            run(["text"], workers)  # which ends them

    def test_every_article_comes_back_once(self) -> None:
        committed = run([f"text {n}" for n in range(21)], hire())
        assert sorted(article.summary or "" for article in committed) == sorted(
            f"TEXT {n}." for n in range(21)
        )

    def test_a_crash_of_native_code_costs_the_article_that_does_it(self) -> None:
        committed = run(["a", "CRASH", "c", "d", "e"], hire(actors=1))
        (failed,) = [article for article in committed if article.error]
        assert failed.text == "CRASH"
        assert failed.error is not None
        assert (failed.error.stage, "segmentation fault" in failed.error.reason) == ("obedient", True)
        assert len(committed) == 5

    def test_a_hang_is_cut_off_by_the_watchdog(self) -> None:
        committed = run(["a", "HANG", "c"], hire(actors=1), watchdog=1.0)
        assert {article.text: article.error is not None for article in committed} == {
            "a": False,
            "HANG": True,
            "c": False,
        }

    def test_a_lost_actor_costs_no_article(self) -> None:
        (worker,) = hire(actors=1)
        while not worker.ready:
            worker.ready = worker.pipe.recv() == ("ready", None)
        worker.kill()  # as the loss of its node would
        committed = run([f"text {n}" for n in range(8)], [worker])
        assert [article.error for article in committed] == [None] * 8

    def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_own_words(self) -> None:
        with pytest.raises(ModelError, match="no such model") as caught:
            run(["a"], hire(stub_stages.no_model))
        assert caught.value.hint == "try another"

    def test_what_the_cluster_does_not_have_is_said(self) -> None:
        from summarize.engines.ray import hire

        with pytest.raises(InputError, match="has no GPU"):
            hire(lambda threads: stub_stages.obedient, "cuda")
        with pytest.raises(InputError, match="No node of the Ray cluster has 64 cores"):
            hire(lambda threads: stub_stages.obedient, "cpu", threads=64)


def summarize(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from summarize.cli.app import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}, check=False
    )


def test_a_run_on_ray_gives_what_a_local_one_gives(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 6)
    for engine in ("local", "ray"):
        done = summarize(
            "run", news, "-o", tmp_path / engine, "--profile", "rehearsal", "--engine", engine, "--quiet"
        )
        assert (done.returncode, done.stderr) == (0, "")
    local, rays = (
        [
            line.split('"seconds"')[0]
            for line in (tmp_path / name / "summaries.jsonl").read_text().splitlines()
        ]
        for name in ("local", "ray")
    )
    assert local == rays
    assert len(local) == 6


def test_a_cluster_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 1)
    done = summarize(
        "run", news, "-o", tmp_path / "run", "--profile", "rehearsal", "--engine", "ray",
        RAY_ADDRESS="127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 2
    assert "There is no Ray cluster at 127.0.0.1:9" in done.stderr
    assert "ray start --head" in done.stderr
