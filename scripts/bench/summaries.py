"""Summaries: in batches against one at a time, and against CTranslate2."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.corpora import distinct
from bench.plan import Findings, Plan
from bench.systems import cpu_seconds
from bench.targets import Target

if TYPE_CHECKING:
    from summarize.article import Article
    from summarize.models.backend import Decoding, Model

CHAT = "smollm2-135m-instruct"


def summaries(plan: Plan) -> Findings:
    """Batched summaries against one at a time: as the starter searches, more widely, and greedily.

    Also as the starter searches against CTranslate2, whose beams keep and copy the states of the prompt.
    """
    from summarize.models import load_model
    from summarize.models.backend import Decoding
    from summarize.profiles import PROFILES

    texts = plan.references or plan.sentences
    count = 32  # a run gives the stage a few hundred at a time
    articles = [
        replace(article, title_en="News", paragraphs_en=article.paragraphs)
        for article in distinct(texts[: count * 12])
    ]
    options = {"device": plan.device, "threads": plan.threads, "offline": True}
    model = load_model(CHAT, **options)
    turns = plan.turns if plan.full else 1
    records, targets = {}, []
    for name, candidates, decoding in (
        ("the starter's", PROFILES["starter"].candidates, None),
        ("beam 4, three candidates", 3, Decoding(beam=4)),
        ("greedy", 1, Decoding(beam=1)),
    ):
        stage = _writer(model, candidates, decoding)
        together, apart = [], []
        for _ in range(turns):
            together.append(_spent(lambda stage=stage: stage(articles)))
            apart.append(_spent(lambda stage=stage: [stage([article]) for article in articles]))
        records[name] = {"articles": len(articles)} | _seconds(batched=together, one_at_a_time=apart)
        targets.append(
            _faster(f"Summaries, batched against one at a time, {name}", together, apart, 3, len(articles))
        )
    other = load_model(CHAT, backend="ctranslate2", **options)
    stages = [_writer(one, PROFILES["starter"].candidates, None) for one in (model, other)]
    ours, theirs = zip(
        *([_spent(lambda stage=stage: stage(articles)) for stage in stages] for _ in range(turns)),
        strict=True,
    )
    records["against CTranslate2"] = _seconds(ours=ours, ctranslate2=theirs)
    name = "Summaries, the starter's, against CTranslate2's batches"
    targets.append(_faster(name, ours, theirs, 1, len(articles)))
    return Findings(records, tuple(targets))


def _writer(model: Model, candidates: int, decoding: Decoding | None) -> Callable[[list[Article]], Any]:
    """A summarizer that has written its first summary."""
    from summarize.abstract import Summarizer

    stage = Summarizer(model, candidates=candidates, decoding=decoding)
    stage.summarize(["The train left the station on Sunday night, an hour late. " * 12])
    return stage


def _spent(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and CPU seconds, that something takes."""
    started, before = time.perf_counter(), cpu_seconds()
    work()
    return time.perf_counter() - started, cpu_seconds() - before


def _seconds(**turns: Sequence[tuple[float, float]]) -> dict[str, list[float]]:
    return {
        f"{name}_{kind}": [turn[place] for turn in found]
        for name, found in turns.items()
        for place, kind in enumerate(("seconds", "cpu_seconds"))
    }


def _faster(
    name: str,
    fast: Sequence[tuple[float, float]],
    slow: Sequence[tuple[float, float]],
    bound: float,
    articles: int,
) -> Target:
    wall, cpu = (median(b[place] / a[place] for a, b in zip(fast, slow, strict=True)) for place in (0, 1))
    return Target(name, wall, bound, unit="×", note=f"{articles} articles; CPU {cpu:.2f}")
