"""The benchmark: what it measures on, whether systems agree, how turns become numbers and verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench.chart import bars
from bench.corpora import Corpus, distinct, generated_sentences, mostly_short, parallel_pairs
from bench.measuring import Result, Spread, agreement, by_turns, speedup
from bench.systems import Rival, Setup, Turn, ours, raw_ctranslate2
from bench.targets import Target, markdown
from bench.whole import timed, write_jsonl
from benchmark import main

from summarize.segment import split_sentences

SEEDS = Path(__file__).parents[1] / "seeds" / "articles"
SENTENCES = [f"Pada tahun {1950 + number} banjir melanda kota itu." for number in range(40)]


def turn(seconds: float, cpu: float, *output: str) -> Turn:
    return Turn(seconds, cpu, 1_000_000, output)


def test_distinct_text_has_every_sentence_once() -> None:
    corpus = Corpus.of("distinct", distinct(SENTENCES))
    assert list(corpus.segments) == SENTENCES


def test_mostly_short_articles_are_distinct_and_few_are_long() -> None:
    articles = mostly_short(SENTENCES, 300, 2, SEEDS)
    assert [len(article.paragraphs) > 1 for article in articles] == [True] * 2 + [False] * 298
    assert len({article.text for article in articles}) == 300
    assert max(len(article.text.split()) for article in articles[2:]) <= 60


def test_newswire_repeats_three_paragraphs_in_ten() -> None:
    paragraphs = [p for article in distinct(SENTENCES, repeated=0.3) for p in article.paragraphs]
    assert 1 - len(set(paragraphs)) / len(paragraphs) == pytest.approx(0.3, abs=0.03)


def test_generated_sentences_are_distinct_and_stay_whole() -> None:
    sentences = generated_sentences(200, SEEDS)
    assert len(set(sentences)) == 200
    assert sum(len(split_sentences(sentence)) == 1 for sentence in sentences) > 190
    assert sentences == generated_sentences(200, SEEDS)


def test_a_parallel_file_gives_pairs(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("news\tHujan turun.\tIt rains.\nbroken line\n", "utf-8")
    assert parallel_pairs(path) == [("Hujan turun.", "It rains.")]


def test_ratios_are_taken_turn_by_turn() -> None:
    fast = Result("ours", "c", (turn(1, 2), turn(2, 2), turn(4, 2)), 0.0)
    slow = Result("theirs", "c", (turn(3, 8), turn(4, 8), turn(4, 8)), 0.0)
    wall, cpu = speedup(fast, slow)
    assert wall == Spread(2, 1, 3)
    assert cpu == Spread(4, 4, 4)


def test_systems_that_write_something_else_do_not_agree() -> None:
    found = {
        "a": Result("a", "c", (turn(1, 1, "the flood came at night"),), 0.0),
        "b": Result("b", "c", (turn(1, 1, "the flood came at night"),), 0.0),
        "c": Result("c", "c", (turn(1, 1, "water everywhere, said he"),), 0.0),
    }
    scores = agreement(found, "a")
    assert scores["b"] == pytest.approx(100)
    assert scores["c"] < 50


def test_ours_and_ctranslate2_alone_agree_and_report_what_they_took() -> None:
    setup = Setup("starter-marian-id-en", beam=2, threads=1)
    corpus = Corpus.of("tiny", distinct(SENTENCES[:4]))
    rivals = [Rival("ours", ours, setup, "ctranslate2", "int8"), Rival("raw", raw_ctranslate2, setup, "int8")]
    try:
        found = by_turns(rivals, corpus, 2, corpus)
    finally:
        for rival in rivals:
            rival.close()
    assert agreement(found, "raw")["ours"] > 99
    for result in found.values():
        record = result.record(articles=1, tokens=40)
        assert len(result.turns) == 2
        assert record["articles_per_second"] == pytest.approx(1 / result.wall.median)
        assert record["tokens_per_cpu_second"] > 0
        assert 20e6 < record["peak_bytes"] < 4e9


@pytest.mark.parametrize(
    ("value", "most", "verdict"), [(1.0, False, "met"), (0.9, False, "missed"), (0.9, True, "met")]
)
def test_a_target_says_whether_it_is_met(value: float, most: bool, verdict: str) -> None:
    target = Target("speed", value, 1.0, most=most, unit="×")
    assert target.row[3] == verdict
    assert markdown(("a", "b", "c", "d", "e"), [target.row]).splitlines()[2].count("|") == 6


def test_the_chart_is_xml_with_a_bar_for_each_system() -> None:
    root = ElementTree.fromstring(bars("Speed", [("summarize", 200.0), ("a < b", 50.0)], "tokens/s"))
    rectangles = [node for node in root if node.tag.endswith("rect")]
    assert float(rectangles[0].attrib["width"]) == pytest.approx(4 * float(rectangles[1].attrib["width"]))


def test_articles_of_a_file_can_be_told_apart(tmp_path: Path) -> None:
    path = write_jsonl(Corpus.of("c", distinct(SENTENCES[:12])), 3, tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == 3


def test_a_command_is_watched_with_its_children() -> None:
    import sys

    inner = "b = bytearray(80 << 20); import time; time.sleep(.4)"
    found = timed(
        [sys.executable, "-c", f"import subprocess,sys; subprocess.run([sys.executable,'-c',{inner!r}])"]
    )
    assert found.seconds >= 0.4
    assert found.peak_bytes > 80 << 20


def test_the_script_writes_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "start-up", "--turns", "1", "--output", str(tmp_path)]) == 0
    [path] = tmp_path.glob("benchmark-*.json")
    report = json.loads(path.read_text("utf-8"))
    assert {"date", "command", "machine", "versions", "findings", "targets"} <= set(report)
    assert report["targets"][0]["name"] == "summarize --help"
    assert report["findings"]["start-up"]["first_batch"][0]["imports"] == []
    assert "summarize --help" in capsys.readouterr().out
