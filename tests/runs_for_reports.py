"""Run folders for the tests of reports, made through the store as a run makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from summarize.article import Article, Failure, Flag, Removal, Segment
from summarize.folder import Folder
from summarize.manifest import Manifest, open_manifest
from summarize.scores import MetricScore, Scores
from summarize.store import Store

HOSTILE = (
    '</script><script>document.title="owned"</script><!--<script>"><img src=x onerror="window.owned=1">'
    "'&amp;${{7*7}}{{7*7}}`"
)
"""A text that would run, or break the page, if any part of it were taken for markup."""

MANIFEST = Manifest(
    inputs=("berita/",),
    options={"beam": 4, "support": True, "columns": {}},
    models={"translator": {"name": "tiny-marian", "revision": "abc"}, "summarizer": {"name": "tiny-bart"}},
    prompt={"name": "news-brief", "sha256": "0" * 64},
    profile="starter",
    command="summarize run berita/ -o runs/berita",
    created="2026-03-01T04:05:06+00:00",
    software={"python": "3.11"},
)


def article(number: int) -> Article:
    """Article `number`: two paragraphs of one sentence, furniture around them, a flag on every third."""
    paragraphs = (f"Bupati meresmikan pasar nomor {number}.", "Harga beras turun.")
    lines = ["Beranda > Ekonomi", f"Pasar {number} Dibuka", *paragraphs, "Baca juga: Harga Cabai"]
    flags = (
        (Flag("unsupported-number", (str(number + 7),), "Not in the article."),) if number % 3 == 0 else ()
    )
    return Article(
        id=f"a{number}",
        source=f"berita/{number}.txt",
        text="\n".join(lines),
        title=f"Pasar {number} Dibuka",
        date="2026-02-28",
        language="id",
        position=number,
        paragraphs=paragraphs,
        removed=(Removal(0, lines[0], "breadcrumb"), Removal(4, lines[4], "read-also")),
        title_en=f"Market {number} opens",
        paragraphs_en=(f"The regent opened market number {number}.", "The price of rice fell."),
        segments=(
            Segment(-1, f"Pasar {number} Dibuka", f"Market {number} opens", -0.2),
            Segment(0, paragraphs[0], f"The regent opened market number {number}.", -0.4, ("retried: lost",)),
            Segment(1, paragraphs[1], "The price of rice fell.", -0.3),
        ),
        candidates=(f"The regent opened market {number} and {number + 7} stalls.", "Rice fell."),
        summary=f"The regent opened market {number} and {number + 7} stalls.",
        support=0.5 if flags else 1.0,
        flags=flags,
        seconds=0.1 + number % 5,
        tokens=20 + number,
    )


def hostile_article() -> Article:
    """An article with `HOSTILE` in every field that can hold a text."""
    return Article(
        id=HOSTILE,
        source=HOSTILE,
        text=HOSTILE,
        title=HOSTILE,
        date=HOSTILE,
        language=HOSTILE,
        metadata={HOSTILE: HOSTILE},
        paragraphs=(HOSTILE,),
        removed=(Removal(0, HOSTILE, HOSTILE),),
        title_en=HOSTILE,
        paragraphs_en=(HOSTILE,),
        segments=(Segment(-1, HOSTILE, HOSTILE), Segment(0, HOSTILE, HOSTILE, -1.0, (HOSTILE,))),
        candidates=(HOSTILE, HOSTILE + "2"),
        summary=HOSTILE,
        support=0.5,
        flags=(Flag(HOSTILE, (HOSTILE,), HOSTILE), Flag("unsupported-name", ("img", HOSTILE), HOSTILE)),
    )


def failed_article(number: int, reason: str = "Nothing is left of the page.") -> Article:
    """An article that failed when it was cleaned."""
    return Article(
        id=f"f{number}",
        source=f"berita/f{number}.txt",
        position=number,
        error=Failure("clean", reason, "Traceback (most recent call last): …"),
    )


def make_run(folder: Path, articles: Iterable[Article], manifest: Manifest = MANIFEST) -> Folder:
    """A run folder with `articles` in it, committed a thousand at a time."""
    run = Folder(str(folder))
    run.make()
    open_manifest(run, manifest)
    store = Store(run)
    for batch in _batches(articles, 1000):
        store.commit(batch)
    return run


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for item in articles:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def add_scores(run: Folder, ids: Iterable[str], references: str | None = None) -> None:
    """scores.json with ROUGE-1 rising with the ordinal of the article, and a figure without an interval."""
    known = list(ids)
    values = {
        identity: {"rouge1": at / max(1, len(known)), "density": None} for at, identity in enumerate(known)
    }
    metrics = (
        _metric("rouge1", "ROUGE-1", "F1", 1.0, value=0.5, low=0.4, high=0.6, n=len(known)),
        _metric("density", "Density", "words", None, value=None, low=None, high=None, n=0),
        _metric("rouge1_recall", "ROUGE-1", "recall", 1.0, value=0.3, low=0.2, high=0.4, n=2, headline=False),
    )
    scores = Scores("2026-03-01T05:00:00+00:00", run.url, references, metrics, values)
    run.write("scores.json", scores.to_json().encode())


def _metric(name: str, title: str, unit: str, scale: float | None, **rest: Any) -> MetricScore:
    return MetricScore(
        name=name,
        group="rouge",
        title=title,
        unit=unit,
        scale=scale,
        better="higher",
        signature=f"{name}|nrefs:2",
        **{"headline": True, **rest},
    )


def add_references(path: Path, ids: Iterable[str], text: str = "A market opened.") -> str:
    """A reference file with two summaries and a translation of each article."""
    lines = [
        json.dumps({"id": identity, "summaries": [text, "Rice is cheap."], "translation": ["One.", "Two."]})
        for identity in ids
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def log_line(clock: str, elapsed: float, articles: int) -> str:
    """A line of log.jsonl that tells of a commit."""
    progress = {"elapsed_seconds": elapsed, "done_now": articles, "failed_now": 0}
    return json.dumps({"time": clock, "message": "committed", "progress": progress}) + "\n"
