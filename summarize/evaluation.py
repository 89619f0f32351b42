"""Running a suite: every system's predictions, their comparison, and a result that can be checked later.

A result is a `comparison.Comparison` as JSON with `suite`, `data_sha256`, `software` and `runs` beside it,
and `sha256`, the digest of all the rest as canonical JSON, which tells whether a result was edited.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from summarize.article import Article
from summarize.baselines import baseline
from summarize.comparison import Comparison, compare
from summarize.data_files import data_path
from summarize.errors import InputError, ModelError
from summarize.pairs import (
    Prediction,
    Records,
    Reference,
    prediction_of,
)
from summarize.prediction_files import read_predictions, read_references
from summarize.scores import Skipped
from summarize.suites import REFERENCES, Suite, SystemSpec

_PACKAGES = (
    "summarize",
    "rouge-score-rs",
    "sacrebleu",
    "sumy",
    "numpy",
    "ctranslate2",
    "onnxruntime",
    "transformers",
)

Run = Callable[[str, str], list[Article]]
"""Runs a profile over the articles at a place."""


@dataclass(frozen=True, slots=True)
class SystemRun:
    """How a system's predictions came about: a baseline's text, the time, and ids that failed.

    A failed article counts as an empty summary: leaving it out would reward failing on hard ones.
    """

    name: str
    text: str | None
    seconds: float
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came out of a suite."""

    suite: Suite
    comparison: Comparison
    runs: tuple[SystemRun, ...]
    data_sha256: str

    def to_json(self) -> str:
        """The result as the text of a file in eval/results/."""
        suite = asdict(self.suite)
        for key in ("data", "references"):  # a folder's place on this machine is nobody's business
            suite[key] = Path(suite[key]).name
        for system in suite["systems"]:
            system["value"] = Path(system["value"]).name
        row: dict[str, Any] = {
            "suite": suite,
            "data_sha256": self.data_sha256,
            "software": _software(),
            "runs": [asdict(run) for run in self.runs],
            **json.loads(self.comparison.to_json()),
            "references": suite["references"],
        }
        return json.dumps(row | {"sha256": digest(row)}, ensure_ascii=False, indent=1) + "\n"


def digest(result: Mapping[str, Any]) -> str:
    """SHA-256 of `result` without its key `sha256`, as JSON with sorted keys and no spaces."""
    rest = {key: value for key, value in result.items() if key != "sha256"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def run_suite(
    suite: Suite, *, run: Run | None = None, progress: Callable[[str], None] = lambda name: None
) -> Result:
    """Run all systems of a suite and compare them with the first.

    A system whose model isn't to be had, or whose library isn't installed, is skipped and listed, as is a
    baseline on its text. `progress` is told the name of each system as it starts. Raises InputError
    where no system is left or the references can't be used.
    """
    references = read_references(suite.references)
    done: dict[str, Records[Prediction]] = {}
    runs: list[SystemRun] = []
    skipped: list[Skipped] = []
    for system in suite.systems:
        progress(system.name)
        start = time.monotonic()
        try:
            records, failed = _predict(system, suite, references, done, run or _run_profile)
        except (ModelError, InputError) as error:
            skipped.append(Skipped(system.name, f"{error} {error.hint}".strip()))
            continue
        done[system.name] = records
        seconds = round(time.monotonic() - start, 1)
        text = system.text if system.kind == "baseline" else None
        runs.append(SystemRun(system.name, text, seconds, failed))
    if not done:
        raise InputError(f"No system of the suite {suite.name} could be run: {skipped[0].reason}")
    comparison = compare(
        list(done.values()), references, names=list(done), metrics=suite.metrics, options=suite.options
    )
    comparison = replace(comparison, skipped=(*skipped, *comparison.skipped))
    people = {item.id: [item.summaries, item.translation] for item in references.items.values()}
    return Result(suite, comparison, tuple(runs), digest(people))


def write_result(result: Result, folder: str | None = None) -> Path:
    """Write a result into `folder`, by default eval/results/, under its suite's name and the time."""
    target = Path(folder) if folder is not None else results_folder()
    target.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromisoformat(result.comparison.created).astimezone(UTC)
    path = target / f"{moment:%Y-%m-%dT%H%M%SZ}-{result.suite.name}.json"
    path.write_text(result.to_json(), encoding="utf-8")
    return path


def results_folder() -> Path:
    """eval/results/ of the checkout, or of the current folder where the program is installed."""
    shipped = data_path("eval", "results")
    return Path("eval", "results") if shipped.parent.parent.name == "_data" else shipped


def _predict(
    system: SystemSpec,
    suite: Suite,
    references: Records[Reference],
    done: Mapping[str, Records[Prediction]],
    run: Run,
) -> tuple[Records[Prediction], tuple[str, ...]]:
    if system.kind == "predictions":
        return read_predictions(system.value), ()
    if system.kind == "profile":
        articles = run(system.value, suite.data)
        failed = tuple(article.id for article in articles if article.error is not None)
        if articles and len(failed) == len(articles):
            assert articles[0].error is not None
            raise InputError(f"Every article failed; the first: {articles[0].error.reason}")
        return Records(system.name, {item.id: prediction_of(item) for item in articles}), failed
    extract = baseline(system.value)
    if system.text == REFERENCES:
        texts = {
            item.id: Prediction(item.id, "", item.translation, (item.translation,))
            for item in references.items.values()
            if item.translation
        }
    elif system.text in done:
        texts = done[system.text].items
    else:
        raise InputError(f"{system.text}, on whose text it stands, was skipped.")
    items = {
        identity: replace(item, summary=extract(identity, item.translation or ""))
        for identity, item in texts.items()
    }
    return Records(system.name, items), ()


def _run_profile(name: str, data: str) -> list[Article]:
    from summarize.pipeline import Pipeline

    return list(Pipeline.from_profile(name).run([data]))


def _software() -> dict[str, str]:
    found = {"python": platform.python_version(), "platform": platform.platform(terse=True)}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
