"""Shards put together are the run that one machine would have made."""

from pathlib import Path

import pytest
import stub_stages
from newsroom import article_text, write_articles

from summarize.errors import InputError
from summarize.merge import merge
from summarize.profiles import PROFILES, options_for
from summarize.run import Conduct, run


def shard(news: Path, output: Path, shard: tuple[int, int] | None, beam: int = 1) -> str:
    options = options_for(PROFILES["rehearsal"], beam=beam)
    run([str(news)], str(output), options, Conduct(shard=shard), build=stub_stages.obedient)
    return str(output)


def test_merged_shards_are_byte_for_byte_an_unsharded_run(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 12, a0003="", a0005=article_text(5) + "\nRAISE")
    shards = [shard(news, tmp_path / f"shard{number}", (number, 3)) for number in (1, 2, 3)]
    whole = shard(news, tmp_path / "whole", None)
    store = merge(shards, str(tmp_path / "merged"))
    merged = (tmp_path / "merged" / "summaries.jsonl").read_bytes()
    assert merged == (Path(whole) / "summaries.jsonl").read_bytes()
    assert sorted(item.stage for item in store.failures()) == ["obedient", "read"]
    again = merge(shards, str(tmp_path / "merged"))
    assert (len(again.done), sum(1 for _ in again.failures())) == (10, 2)


def test_what_is_not_the_whole_of_one_run_is_refused(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 6)
    first = shard(news, tmp_path / "one", (1, 2))
    second = shard(news, tmp_path / "two", (2, 2))
    output = str(tmp_path / "merged")
    with pytest.raises(InputError, match="Shards are missing: 2/2"):
        merge([first], output)
    with pytest.raises(InputError, match="are both shard 1/2"):
        merge([first, first], output)
    with pytest.raises(InputError, match="no shard"):
        merge([first, shard(news, tmp_path / "whole", None)], output)
    with pytest.raises(InputError, match="a shard of 3"):
        merge([first, shard(news, tmp_path / "third", (2, 3))], output)
    with pytest.raises(InputError, match="beam: this run has 1, the command says 2"):
        merge([first, shard(news, tmp_path / "other", (2, 2), beam=2)], output)
    assert not (tmp_path / "merged").exists()
    assert len(merge([first], output, partial=True).done) < 6
    assert len(merge([first, second], output).done) == 6
    victim = next((tmp_path / "two" / "articles").iterdir())
    victim.write_bytes(b"garbage")
    with pytest.raises(InputError, match="damaged parts"):
        merge([first, second], output)
