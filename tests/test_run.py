"""A run does each article once, goes on where it stopped, and says what it could not do."""

import json
from pathlib import Path

import pytest
import stub_stages
from newsroom import article_text, write_articles

from summarize.article import Article
from summarize.errors import InputError, StoreError, SummarizeError
from summarize.folder import Folder
from summarize.identity import pinned_profile
from summarize.profiles import PROFILES, Options, options_for
from summarize.progress import Snapshot
from summarize.run import Conduct, Outcome, run
from summarize.session import Observer
from summarize.stopping import Stop
from summarize.store import Store

REHEARSAL = options_for(PROFILES["rehearsal"])


def rehearse(
    inputs: Path, output: Path, conduct: Conduct | None = None, options: Options = REHEARSAL, **more: object
) -> Outcome:
    return run([str(inputs)], str(output), options, conduct, build=stub_stages.obedient, **more)  # type: ignore[arg-type]


def stored(output: Path) -> list[Article]:
    return list(Store(Folder(str(output)), writable=False).articles())


def lines(output: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (output / "summaries.jsonl").read_text().splitlines()]


def test_every_article_of_a_folder_is_done_and_the_second_run_has_nothing_to_do(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 10)
    first = rehearse(news, tmp_path / "run")
    assert (first.exit_code, first.done, first.new, first.failed) == (0, 10, 10, 0)
    before = (tmp_path / "run" / "summaries.jsonl").read_bytes()
    second = rehearse(news, tmp_path / "run")
    assert (second.exit_code, second.done, second.new) == (0, 10, 0)
    assert (tmp_path / "run" / "summaries.jsonl").read_bytes() == before


def test_summaries_are_in_the_order_of_the_input(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 10)
    rehearse(news, tmp_path / "run", Conduct(batch_size=3))
    assert [Path(str(line["source"])).name for line in lines(tmp_path / "run")] == [
        f"a{number:04d}.txt" for number in range(10)
    ]


def test_a_stopped_run_says_so_and_the_next_one_goes_on(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 12)
    stop = Stop()

    def enough(snapshot: Snapshot) -> None:
        if snapshot.done:
            stop.request("enough for tonight")

    first = rehearse(
        news, tmp_path / "run", Conduct(batch_size=2), observer=Observer(progress=enough), stop=stop
    )
    assert first.exit_code == 75
    assert first.stopped == "enough for tonight"
    assert 0 < first.done < 12
    second = rehearse(news, tmp_path / "run", Conduct(batch_size=2))
    assert (second.exit_code, second.done, second.new) == (0, 12, 12 - first.done)
    undisturbed = rehearse(news, tmp_path / "other", Conduct(batch_size=2))
    assert undisturbed.done == 12
    assert lines(tmp_path / "run") == lines(tmp_path / "other")


def test_what_cannot_be_read_or_done_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 6, a0002="", a0004=article_text(4) + "\nCRASH")
    (news / "broken.jsonl").write_text('{"isi": "' + article_text(90).replace("\n", " ") + '"}\n{"isi": \n')
    outcome = rehearse(news, tmp_path / "run")
    assert (outcome.exit_code, outcome.done, outcome.failed) == (3, 5, 3)
    failures = {Path(item.source).name: item for item in Store(Folder(str(tmp_path / "run"))).failures()}
    assert failures["a0002.txt"].stage == "read"
    assert failures["a0004.txt"].stage == "obedient"
    assert failures["broken.jsonl:2"].stage == "read"


def test_failures_are_tried_again_only_when_asked(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 3, a0001=article_text(1) + "\nRAISE")
    assert rehearse(news, tmp_path / "run").exit_code == 3
    again = rehearse(news, tmp_path / "run")
    assert (again.exit_code, again.new, again.failed) == (3, 0, 1)
    retried = rehearse(news, tmp_path / "run", Conduct(retry_failed=True))
    assert retried.exit_code == 3
    [failure] = Store(Folder(str(tmp_path / "run"))).failures()
    assert failure.attempt == 2
    mended = run([str(news)], str(tmp_path / "run"), REHEARSAL, Conduct(retry_failed=True))
    assert (mended.exit_code, mended.failed, mended.done) == (0, 0, 3)


def test_the_same_article_twice_is_done_once(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 4, a0003=article_text(0))
    outcome = rehearse(news, tmp_path / "run")
    assert (outcome.done, outcome.duplicates) == (3, 1)


def test_a_folder_that_grows_is_done_article_by_article(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 3)
    rehearse(news, tmp_path / "run")
    write_articles(news, 5)
    outcome = rehearse(news, tmp_path / "run")
    assert (outcome.done, outcome.new) == (5, 2)


def test_a_table_that_numbers_its_rows_as_an_earlier_one_did_loses_nothing(tmp_path: Path) -> None:
    def write_table(name: str, numbers: range) -> None:
        rows = [{"id": row, "isi": article_text(number)} for row, number in enumerate(numbers, 1)]
        (tmp_path / "news" / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    (tmp_path / "news").mkdir()
    write_table("tuesday.jsonl", range(3))
    rehearse(tmp_path / "news", tmp_path / "run")
    write_table("monday.jsonl", range(10, 14))  # is read before the other
    grown = rehearse(tmp_path / "news", tmp_path / "run")
    assert (grown.done, grown.new) == (7, 4)
    texts = {article.text for article in stored(tmp_path / "run")}
    assert texts == {article_text(number) for number in (*range(3), *range(10, 14))}
    assert rehearse(tmp_path / "news", tmp_path / "run").new == 0


def test_other_options_on_the_same_folder_are_refused(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 1)
    rehearse(news, tmp_path / "run")
    with pytest.raises(StoreError, match="beam: this run has 1, the command says 2"):
        rehearse(news, tmp_path / "run", options=options_for(PROFILES["rehearsal"], beam=2))
    assert rehearse(news, tmp_path / "run", Conduct(batch_size=1, device="cpu", threads=1)).exit_code == 0


def test_shards_together_do_everything_once(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 12)
    for number in (1, 2, 3):
        rehearse(news, tmp_path / f"run{number}", Conduct(shard=(number, 3)))
    shards = [{article.id for article in stored(tmp_path / f"run{number}")} for number in (1, 2, 3)]
    assert sum(map(len, shards)) == len(set.union(*shards)) == 12


def test_too_many_failures_end_the_run_with_what_is_done_saved(tmp_path: Path) -> None:
    poison = {f"a{number:04d}": article_text(number) + "\nRAISE" for number in range(4)}
    news = write_articles(tmp_path / "news", 8, **poison)
    with pytest.raises(SummarizeError, match="Too many articles failed: 2 of"):
        rehearse(news, tmp_path / "run", Conduct(batch_size=1, max_failures="1"))
    with pytest.raises(InputError, match="--max-failures"):
        rehearse(news, tmp_path / "run", Conduct(max_failures="many"))


def test_an_input_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        rehearse(tmp_path / "nothing", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_auto_stays_what_it_was_when_the_run_began(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 1)
    rehearse(news, tmp_path / "run", Conduct(profile="rehearsal"))
    profile, why = pinned_profile(str(tmp_path / "run"), "auto")
    assert (profile.name, why) == ("rehearsal", "as this run began")


def test_the_log_tells_what_happened(tmp_path: Path) -> None:
    rehearse(write_articles(tmp_path / "news", 2), tmp_path / "run")
    messages = [
        json.loads(line)["message"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    ]
    assert "2 articles committed" in messages
    assert messages[-1] == "run ended"


def test_a_run_folder_may_be_an_object_store(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 3)
    outcome = run([str(news)], "memory://runs/night", REHEARSAL)
    assert outcome.done == 3
    assert len(Folder("memory://runs/night").read("summaries.jsonl").splitlines()) == 3
