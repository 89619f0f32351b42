"""The parts of the benchmark. Each gives records for the JSON file, and targets."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict
from statistics import median
from typing import Any

import sacrebleu

from bench import opus_sized, whole
from bench.corpora import REPEATED, Corpus, distinct, mostly_short
from bench.measuring import Result, agreement, by_turns, speedup
from bench.plan import Findings, Plan
from bench.summaries import summaries
from bench.systems import (
    BATCH,
    Rival,
    Setup,
    backend_alone,
    ours,
    raw_ctranslate2,
    transformers_generate,
)
from bench.targets import Target

STARTER = "starter-marian-id-en"
OURS, RAW = "summarize", "CTranslate2 alone"
SORTED, LOOP = "transformers, sorted batches", "transformers, a loop"


@contextmanager
def _rivals(*rivals: Rival):  # type: ignore[no-untyped-def]
    try:
        yield rivals
    finally:
        for rival in rivals:
            rival.close()


def _records(results: dict[str, Result], corpus: Corpus, model: str) -> list[dict[str, Any]]:
    from summarize.models.config import read_config
    from summarize.models.resolve import resolve
    from summarize.models.tokenizers import load_tokenizer

    folder = resolve(model).folder
    pieces = load_tokenizer(folder, read_config(folder))
    return [
        result.record(len(corpus.articles), sum(map(len, pieces.encode(result.turns[0].output))))
        for result in results.values()
    ]


def translation(plan: Plan) -> Findings:
    """The translate stage beside its rivals: the slow ones on a few sentences, CTranslate2 on all of them,
    distinct and as newswire that repeats itself.
    """
    setup = Setup(STARTER, threads=plan.threads, device=plan.device)
    few = Corpus.of("few", distinct(plan.sentences[: plan.count]))
    plain = Corpus.of("distinct", distinct(plan.sentences))
    repeated = Corpus.of("newswire", distinct(plan.sentences, repeated=REPEATED))
    warm_up = Corpus.of("warm-up", distinct(plan.sentences[:12]))
    fast = "int8" if plan.device == "cpu" else "float16"
    with _rivals(
        Rival(OURS, ours, setup, "ctranslate2", fast),
        Rival(f"{OURS}, glossary and second tries", ours, setup, "ctranslate2", fast, full=True),
        Rival(RAW, raw_ctranslate2, setup, fast),
        Rival(SORTED, transformers_generate, setup, "float32", BATCH),
        Rival(LOOP, transformers_generate, setup, "float32", 1),
    ) as rivals:
        slow = by_turns(rivals, few, plan.turns, warm_up)
        found = by_turns(rivals[:3], plain, plan.turns, warm_up)
        again = by_turns(rivals[:3], repeated, plan.turns, warm_up)

    def target(name: str, result: Result, other: Result, bound: float) -> Target:
        wall, cpu = speedup(result, other)
        return Target(name, wall.median, bound, unit="×", note=f"wall {wall}, CPU {cpu}")

    return Findings(
        _records(slow, few, STARTER) + _records(found, plain, STARTER) + _records(again, repeated, STARTER),
        (
            target("Distinct text, against CTranslate2 alone", found[OURS], found[RAW], 0.95),
            target("Distinct text, against sorted batches", slow[OURS], slow[SORTED], 3),
            target("Distinct text, against a loop", slow[OURS], slow[LOOP], 8),
            target("Newswire, against CTranslate2 alone", again[OURS], again[RAW], 1.3),
        ),
    )


def agreement_of_systems(plan: Plan) -> Findings:
    """The same float32 weights and beam through every system: do they write the same?"""
    setup = Setup(STARTER, threads=plan.threads, device=plan.device)
    corpus = Corpus.of("agreement", distinct(plan.sentences[: min(plan.count, 60)]))
    with _rivals(
        Rival(RAW, raw_ctranslate2, setup, "float32"),
        Rival("summarize, ctranslate2", backend_alone, setup, "ctranslate2", "float32"),
        Rival("summarize, transformers", backend_alone, setup, "transformers", "float32"),
        Rival(SORTED, transformers_generate, setup, "float32", BATCH),
        Rival(LOOP, transformers_generate, setup, "float32", 1),
    ) as rivals:
        found = by_turns(rivals, corpus, 1, Corpus.of("warm-up", distinct(plan.sentences[:4])))
    scores = agreement(found, RAW)
    least = min(scores, key=lambda name: scores[name])
    return Findings(
        {"chrf_against": RAW, "segments": len(corpus.segments), "chrf": scores},
        (Target("Agreement of all systems (chrF)", scores[least], 99, note=f"least: {least}"),),
    )


def opus(plan: Plan) -> Findings:
    """The size of OPUS-MT, random weights, every output as long as the mean source."""
    from summarize.models.resolve import resolve

    folder = str(opus_sized.build(plan.work / "opus-sized", resolve(STARTER).folder))
    setup = Setup(folder, threads=plan.threads, device=plan.device, length=24)
    corpus = Corpus.of("distinct", distinct(plan.sentences[: 200 if plan.full else 64]))
    fast = "int8" if plan.device == "cpu" else "float16"
    with _rivals(
        Rival(OURS, backend_alone, setup, "ctranslate2", fast),
        Rival(RAW, raw_ctranslate2, setup, fast),
        Rival(f"{OURS}, transformers", backend_alone, setup, "transformers", "float32"),
        Rival(SORTED, transformers_generate, setup, "float32", BATCH),
    ) as rivals:
        found = by_turns(rivals, corpus, plan.turns, Corpus.of("warm-up", distinct(plan.sentences[:4])))
    return Findings(
        [result.record(len(corpus.articles), 24 * len(corpus.segments)) for result in found.values()]
    )


def settings(plan: Plan) -> Findings:
    """Quality and speed: beam by compute type, with one thread and with all."""
    types = ("int8", "float32") if plan.device == "cpu" else ("float16", "float32")
    count = len(plan.sentences) if plan.references else 60
    corpus = Corpus.of("settings", distinct(plan.sentences[:count]))
    whole_lines = Corpus("lines", (), tuple(plan.sentences[:count]))
    rows = []
    for beam in (1, 2, 4, 6):
        for kind in types:
            for threads in sorted({1, plan.threads}):
                setup = Setup(STARTER, beam=beam, threads=threads, device=plan.device)
                with _rivals(Rival("", backend_alone, setup, "ctranslate2", kind)) as (rival,):
                    found = by_turns([rival], whole_lines, plan.turns if plan.full else 1, corpus)[""]
                row: dict[str, Any] = {"beam": beam, "compute_type": kind, "threads": threads}
                row |= {"wall_seconds": found.wall.median, "cpu_seconds": found.cpu.median}
                if plan.references:
                    output, expected = list(found.turns[0].output), [list(plan.references[:count])]
                    row["bleu"] = sacrebleu.corpus_bleu(output, expected).score
                    row["chrf"] = sacrebleu.corpus_chrf(output, expected).score
                rows.append(row)
    return Findings(rows)


def runs(plan: Plan) -> Findings:
    """Whole runs: what isn't the model, scaling, memory; datatrove beside the stub."""
    corpus = Corpus.of("runs", distinct(plan.sentences))
    stub = {}
    for count in (100, 1_000, 10_000):
        inputs = whole.write_jsonl(corpus, count, plan.work / f"{count}.jsonl")
        # Of a short run, starting is most, and takes now longer, now shorter.
        turns = [
            whole.run(inputs, plan.work / f"stub-{count}", "--profile", "rehearsal", "--quiet")
            for _ in range(plan.turns if count == 10_000 else 3 * plan.turns)
        ]
        stub[count] = sorted(turns, key=lambda one: one.cpu_seconds)[len(turns) // 2]
    few = 200 if plan.full else 8
    inputs = whole.write_jsonl(corpus, few, plan.work / "few.jsonl")
    options = ("--profile", "starter", "--quiet", "--no-memory", "--threads", str(plan.threads))
    starter = whole.run(inputs, plan.work / "starter", *options)
    many = mostly_short(plan.sentences, 10_000, 60, plan.seeds)
    short = whole.write_jsonl(Corpus("mostly short", tuple(many), ()), 10_000, plan.work / "short.jsonl")
    night = whole.run(short, plan.work / "night", *options)
    stored = whole.stored(plan.work / "10000.jsonl", plan.work / "stored")
    copied = whole.datatrove(plan.work / "10000.jsonl", plan.work / "datatrove", plan.datatrove)
    rate = 9_900 / (stub[10_000].seconds - stub[100].seconds)
    marginal = (stub[10_000].cpu_seconds - stub[1_000].cpu_seconds) / 9_000
    share = 100 * marginal / (starter.cpu_seconds / few)
    growth = marginal / ((stub[1_000].cpu_seconds - stub[100].cpu_seconds) / 900)
    return Findings(
        {
            "stub": {str(count): asdict(one) for count, one in stub.items()},
            "starter": asdict(starter) | {"articles": few},
            "starter, mostly short": asdict(night) | {"articles": len(many)},
            "read and stored": asdict(stored),
            "datatrove": asdict(copied) if copied else "not installed",
        },
        (
            Target(
                "Stub model, articles a second",
                rate,
                1_000,
                unit="/s",
                note=f"{1 / marginal:,.0f} a CPU second",
            ),
            Target("Not the model, of a starter run's CPU time", share, 5, most=True, unit=" %"),
            Target("CPU time an article, 10,000 against 1,000", growth, 1.15, most=True, unit="×"),
            Target(
                "Peak memory of 10,000 articles, stub",
                stub[10_000].peak_bytes / 1e9,
                2,
                most=True,
                unit=" GB",
            ),
            Target(
                "Peak memory of a starter run",
                starter.peak_bytes / 1e9,
                2,
                most=True,
                unit=" GB",
                note=f"{few} articles",
            ),
            Target(
                "Peak memory of a starter run of 10,000 articles",
                night.peak_bytes / 1e9,
                2,
                most=True,
                unit=" GB",
                note=f"{sum(len(one.paragraphs) > 1 for one in many)} of them long; {night.seconds:.0f} s",
            ),
        ),
    )


def start_up(plan: Plan) -> Findings:
    """How soon there is something."""
    inputs = whole.write_jsonl(Corpus.of("one", distinct(plan.sentences[:12])), 1, plan.work / "one.jsonl")
    done = plan.work / "finished"
    options = ("--profile", "rehearsal", "--quiet")
    whole.run(inputs, done, *options)
    turns = range(plan.turns)
    help_ = [whole.timed([*whole.SUMMARIZE, "--help"]) for _ in turns]
    finished = [whole.again(inputs, done, *options) for _ in turns]
    first = [whole.first_batch(STARTER) for _ in turns]
    heavy = sorted({name for one in first for name in one["imports"]})

    def target(name: str, found: Sequence[whole.Timed], bound: float) -> Target:
        cpu = median(one.cpu_seconds for one in found)
        return Target(
            name, median(o.seconds for o in found), bound, most=True, unit=" s", note=f"CPU {cpu:.2f} s"
        )

    return Findings(
        {
            "help": [asdict(one) for one in help_],
            "finished": [asdict(one) for one in finished],
            "first_batch": first,
        },
        (
            target("summarize --help", help_, 0.4),
            target("summarize run, finished already", finished, 1.5),
            Target(
                "First batch translated",
                median(float(one["seconds"]) for one in first),
                3,
                most=True,
                unit=" s",
                note=f"imports {', '.join(heavy) or 'neither torch nor transformers'}",
            ),
        ),
    )


SECTIONS = {
    "translation": translation,
    "agreement": agreement_of_systems,
    "start-up": start_up,
    "settings": settings,
    "runs": runs,
    "summaries": summaries,
    "opus": opus,
}
