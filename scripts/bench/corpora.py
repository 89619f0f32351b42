"""Text to measure on: articles made of Indonesian sentences, and where the sentences come from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from summarize.article import Article
from summarize.draft import draft
from summarize.segment import split_sentences

PARAGRAPHS, SENTENCES = 6, 2
"""Of an article: paragraphs, and sentences in each."""

REPEATED = 0.3
"""Share of newswire's paragraphs that stood in an article before."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles, and the segments of their paragraphs in the order and form in which a model gets them."""

    name: str
    articles: tuple[Article, ...]
    segments: tuple[str, ...]

    @classmethod
    def of(cls, name: str, articles: Sequence[Article]) -> Corpus:
        """A corpus with its segments."""
        paragraphs = [paragraph for article in articles for paragraph in article.paragraphs]
        segments = [draft(part).encoded for text in paragraphs for part in split_sentences(text)]
        return cls(name, tuple(articles), tuple(segments))


def parallel_pairs(path: Path) -> list[tuple[str, str]]:
    """Source and reference of each line `domain TAB source TAB reference`."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [(row[1], row[2]) for row in rows if len(row) == 3]


def generated_sentences(count: int, seeds: Path, seed: int = 0) -> list[str]:
    """Distinct sentences: those of the sample corpus, then clauses of them recombined with other figures."""
    known = [
        sentence
        for path in sorted(seeds.glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        for sentence in split_sentences(line)
        if 5 <= len(sentence.split()) <= 60
    ]
    rng = random.Random(seed)
    found = dict.fromkeys(known)
    while len(found) < count:
        first, second = rng.sample(known, 2)
        clause = second.split(", ", 1)[0].rstrip(".")
        opening = first.split(", ", 1)[0].rstrip(".")
        found[f"{opening}, sedangkan pada {rng.randint(1950, 2030)} {clause[0].lower()}{clause[1:]}."] = None
    return list(found)[:count]


def mostly_short(sentences: Sequence[str], count: int, long: int, seeds: Path) -> list[Article]:
    """`count` articles, of which at most `long` are made of `sentences` and the others of two made-up ones.

    A text of at most 60 words is its own summary, so that so many go through a translator in minutes.
    """
    articles = distinct(sentences)[:long]
    made = [text for text in generated_sentences(5 * count, seeds) if len(text.split()) <= 28]
    return [*articles, *distinct(made[: SENTENCES * (count - len(articles))], paragraphs=1)]


def distinct(
    sentences: Sequence[str], *, repeated: float = 0.0, seed: int = 0, paragraphs: int = PARAGRAPHS
) -> list[Article]:
    """Articles of the sentences, each used once; then a share of paragraphs copied from other articles."""
    made = [" ".join(sentences[at : at + SENTENCES]) for at in range(0, len(sentences), SENTENCES)]
    if repeated:
        rng = random.Random(seed)
        made += rng.choices(made, k=round(len(made) * repeated / (1 - repeated)))
        rng.shuffle(made)
    return [
        Article(
            id=f"{at:08x}",
            source=f"bench/{at}.txt",
            text="\n\n".join(made[at : at + paragraphs]),
            paragraphs=tuple(made[at : at + paragraphs]),
            language="id",
        )
        for at in range(0, len(made), paragraphs)
    ]
