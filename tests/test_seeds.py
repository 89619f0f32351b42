"""The sample corpus is what its README says: ids fit, translations are aligned, nothing is half done."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from summarize import sources
from summarize.article import Article
from summarize.clean import Cleaner
from summarize.data_files import data_path
from summarize.segment import split_sentences

SEEDS = data_path("seeds")
FURNITURE = re.compile(
    r"loading\.\.\.|advertisement|scroll to|read also|share on|baca juga|bagikan|whatsapp"
    r"|copyright|©|all rights?|reporter:|editor:|gambas|download|photo",
    re.IGNORECASE,
)


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEDS / name).read_text(encoding="utf-8").splitlines()]


@cache
def cleaned(file: str) -> Article:
    [article] = Cleaner()(list(sources.read([str(SEEDS / file)])))
    assert article.error is None
    return article


REFERENCES = lines("references.jsonl")
each_reference = pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference["file"])


def test_every_article_has_one_reference() -> None:
    corpus = tomllib.loads((SEEDS / "corpus.toml").read_text(encoding="utf-8"))["corpus"]
    files = [path for pattern in corpus["articles"] for path in SEEDS.glob(pattern)]
    assert corpus["references"] == "references.jsonl"
    assert sorted(path.relative_to(SEEDS).as_posix() for path in files) == [r["file"] for r in REFERENCES]


def test_the_folder_reads_as_its_articles_and_nothing_else() -> None:
    read = list(sources.read([str(SEEDS)]))
    assert sorted(Path(article.source).name for article in read) == [Path(r["file"]).name for r in REFERENCES]
    assert {article.id for article in read} == {r["id"] for r in REFERENCES}


@each_reference
def test_the_id_is_the_articles(reference: dict[str, Any]) -> None:
    article_id = cleaned(reference["file"]).id
    assert reference["id"] == article_id, f"{reference['file']} was edited: its id is now {article_id}"


@each_reference
def test_a_body_has_the_length_of_a_news_article(reference: dict[str, Any]) -> None:
    words = sum(len(paragraph.split()) for paragraph in cleaned(reference["file"]).paragraphs)
    assert 250 <= words <= 600


@each_reference
def test_the_page_carries_furniture_and_a_headline(reference: dict[str, Any]) -> None:
    article = cleaned(reference["file"])
    assert article.title
    assert article.removed or article.source.endswith(".html")  # an extractor drops a page's own frame


@each_reference
def test_the_translation_follows_the_article_paragraph_by_paragraph(reference: dict[str, Any]) -> None:
    paragraphs = cleaned(reference["file"]).paragraphs
    assert len(reference["translation"]) == len(paragraphs)
    for source, target in zip(paragraphs, reference["translation"], strict=True):
        assert numbers(target) == numbers(source)
        assert 0.5 < len(target) / len(source) < 2


def numbers(text: str) -> list[str]:
    """Digits of each number, without the separators that the two languages write differently."""
    return sorted(re.sub(r"[.,]", "", number) for number in re.findall(r"\d+(?:[.,]\d+)*", text))


@each_reference
def test_no_page_furniture_in_english(reference: dict[str, Any]) -> None:
    for text in (reference["title_en"], *reference["translation"], *reference["summaries"]):
        assert text.strip() == text != ""
        assert not FURNITURE.search(text)


@each_reference
def test_two_summaries_of_two_or_three_sentences_in_different_words(reference: dict[str, Any]) -> None:
    first, second = reference["summaries"]
    for summary in (first, second):
        assert summary.endswith((".", "!", "?", '"', "”"))
        assert 2 <= len(split_sentences(summary)) <= 3
    assert not shared(first, second, words=8)


def shared(first: str, second: str, words: int) -> set[tuple[str, ...]]:
    """Runs of `words` words that both texts have."""

    def runs(text: str) -> set[tuple[str, ...]]:
        tokens = re.findall(r"\w+", text.lower())
        return {tuple(tokens[i : i + words]) for i in range(len(tokens) - words + 1)}

    return runs(first) & runs(second)


def test_the_joint_summary_is_of_all_articles() -> None:
    [joint] = lines("joint.jsonl")
    assert joint["ids"] == [reference["id"] for reference in REFERENCES]
    assert joint["summaries"]
    assert all(summary.endswith(".") for summary in joint["summaries"])
