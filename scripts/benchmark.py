"""Measure the speed of `summarize` beside its peers, and say which targets are met.

    python scripts/benchmark.py                          # minutes
    python scripts/benchmark.py --full --parallel dev.tsv  # an hour or so
    python scripts/benchmark.py --only translation start-up

Prints tables, and writes eval/results/benchmark-DATE-AND-TIME.json and .svg. `--parallel` is a file of lines
`domain TAB Indonesian TAB English`; without one the text is made of the sample corpus, and nothing is
said about quality.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from bench.chart import bars
from bench.corpora import generated_sentences, parallel_pairs
from bench.plan import Plan
from bench.sections import SECTIONS
from bench.targets import Target, markdown

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds" / "articles"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report. Returns 0 whatever was measured: a missed target is a finding."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="summarize-benchmark-") as work:
        findings: dict[str, Any] = {}
        targets: list[Target] = []
        plan = _plan(options, Path(work))
        report = _machine(plan)
        for name in options.only or SECTIONS:
            print(f"measuring: {name} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)
            found = SECTIONS[name](plan)
            findings[name] = found.records
            targets += found.targets
            _write(report, targets, findings, Path(options.output))
    print(_tables(targets, findings))
    return 0


def _write(report: dict[str, Any], targets: Sequence[Target], findings: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"benchmark-{report['date'][:16].replace(':', '')}"
    reached = [
        {"name": one.name, "value": one.value, "bound": one.bound, "met": one.met, "note": one.note}
        for one in targets
    ]
    whole = report | {"targets": reached, "findings": findings}
    stem.with_suffix(".json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    rows = [row for row in findings.get("translation", []) if row["corpus"] == "few"]
    if rows:
        speeds = [(row["system"], row["tokens_per_second"]) for row in rows]
        title = f"Indonesian to English, beam 4, {report['threads']} threads"
        stem.with_suffix(".svg").write_text(bars(title, speeds, "tokens/s"), "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parallel", type=Path, help="lines of domain TAB Indonesian TAB English")
    parser.add_argument("--full", action="store_true", help="more text, more settings, more turns")
    parser.add_argument("--sentences", type=int, help="how many to translate (72, or with --full all)")
    parser.add_argument("--turns", type=int, help="of each system (3, or with --full 5)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--datatrove", default=sys.executable, help="a Python that has datatrove")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--output", "-o", default=str(ROOT / "eval" / "results"))
    return parser


def _plan(options: argparse.Namespace, work: Path) -> Plan:
    references: tuple[str, ...] = ()
    if options.parallel:
        pairs = parallel_pairs(options.parallel)
        sentences, references = tuple(one for one, _ in pairs), tuple(one for _, one in pairs)
    else:
        sentences = tuple(generated_sentences(500, SEEDS))
    count = options.sentences or (len(sentences) if options.full else 72)
    turns = options.turns or (5 if options.full else 3)
    return Plan(
        sentences,
        references,
        work,
        SEEDS,
        count,
        options.threads,
        turns,
        device=options.device,
        full=options.full,
        datatrove=options.datatrove,
    )


def _machine(plan: Plan) -> dict[str, Any]:
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = (line.partition(":")[2] for line in cpuinfo.read_text().splitlines() if "model name" in line)
        processor = next(names, processor).strip()
    packages = ("summarize", "ctranslate2", "onnxruntime", "sentencepiece", "torch", "transformers")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "scripts/benchmark.py", *map(os.path.basename, sys.argv[1:])]),
        "machine": {"processor": processor, "cores": os.cpu_count(), "load": os.getloadavg()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "sentences": plan.count,
        "threads": plan.threads,
        "turns": plan.turns,
    }


def _tables(targets: Sequence[Target], findings: dict[str, Any]) -> str:
    parts = [markdown(("target", "bound", "measured", "", ""), [one.row for one in targets])]
    for name in ("translation", "opus"):
        if name in findings:
            header = ("system", "corpus", "articles/s", "tokens/s", "tokens/CPU s", "CPU s", "peak MB")
            rows = [
                (
                    row["system"],
                    row["corpus"],
                    f"{row['articles_per_second']:.2f}",
                    f"{row['tokens_per_second']:.0f}",
                    f"{row['tokens_per_cpu_second']:.0f}",
                    f"{row['cpu_seconds']['median']:.2f}",
                    f"{row['peak_bytes'] / 1e6:.0f}",
                )
                for row in findings[name]
            ]
            parts.append(f"{name}\n\n{markdown(header, rows)}")
    if "settings" in findings:
        header = ("beam", "type", "threads", "seconds", "CPU s", "BLEU", "chrF")
        rows = [
            (
                str(row["beam"]),
                row["compute_type"],
                str(row["threads"]),
                f"{row['wall_seconds']:.2f}",
                f"{row['cpu_seconds']:.2f}",
                f"{row['bleu']:.2f}" if "bleu" in row else "–",
                f"{row['chrf']:.2f}" if "chrf" in row else "–",
            )
            for row in findings["settings"]
        ]
        parts.append(f"settings\n\n{markdown(header, rows)}")
    if "runs" in findings:
        parts.append(_plumbing(findings["runs"]))
    return "\n\n".join(parts)


def _plumbing(found: dict[str, Any]) -> str:
    def cost(one: dict[str, float]) -> str:
        memory = f"peak memory {one['peak_bytes'] / 1e6:.0f} MB"
        return f"{one['seconds']:.1f} s, CPU {one['cpu_seconds']:.1f} s, {memory}"

    other = found["datatrove"]
    beside = other if isinstance(other, str) else cost(other)
    return (
        f"10,000 articles through a stub model: {cost(found['stub']['10000'])}\n"
        f"read and stored, nothing else: {cost(found['read and stored'])}\n"
        f"datatrove, which only reads and writes them: {beside}"
    )


if __name__ == "__main__":
    # Threads of torch that wait for each other by spinning are hit hard where others use the cores, too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    raise SystemExit(main())
