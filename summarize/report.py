"""The report of a run: one HTML file with its figures and every article behind them."""

from __future__ import annotations

import contextlib
import logging
import posixpath
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any

from summarize.errors import InputError
from summarize.failure_rows import FailureRecord
from summarize.folder import Folder
from summarize.manifest import Manifest, read_manifest
from summarize.pairs import Records, Reference
from summarize.report_data import (
    Totals,
    detail,
    file_name,
    headline_metrics,
    index_line,
    metric_groups,
    read_scores,
    source_words,
)
from summarize.report_flags import meaning
from summarize.report_page import packed, render
from summarize.report_throughput import Throughput, throughput
from summarize.scores import MetricScore, Scores
from summarize.store import Store

REPORT = "report.html"

_DETAILS_A_CHUNK = 50
_LINES_A_CHUNK = 1000
_PACKERS = 2  # threads; with more, reading would be what takes the time
_MOST_WAITING = 4
_MOST_FAILURES = 500
_MOST_TRACEBACKS = 20
_DATA_HERE = "<!-- the articles -->"
_SCRIPTS = ("data.js", "plots.js", "table.js", "article.js", "report.js")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """What a report needs of a run folder, but for its articles."""

    name: str
    folder: Folder
    manifest: Manifest
    store: Store
    scores: Scores | None
    references: Mapping[str, Reference]
    references_note: str
    failures: Sequence[FailureRecord]

    @property
    def created(self) -> str:
        """When the run began, for people."""
        return day_and_time(self.manifest.created)


def write_report(folder: Folder, *, references: str | None = None, output: str | None = None) -> str:
    """Write the report of a run as one HTML file and return where it is: `output`, else RUN/report.html.

    `references` is a reference file or a corpus folder; without, those that the run was scored with are
    shown if they are still there. Articles stream through: memory holds a few chunks of them, the scores
    and the references. Raises StoreError where `folder` is no run, InputError where `references` can't be
    read.
    """
    run = read_run(folder, references)
    metrics = headline_metrics(run.scores)
    with tempfile.TemporaryFile("w+", encoding="utf-8", prefix="summarize-") as data:
        totals = _write_articles(data, run, metrics)
        page = _page(run, totals, metrics)
        head, _, tail = page.partition(_DATA_HERE)
        where = output or posixpath.join(folder.url, REPORT)
        target, name = place(where)
        with (
            target.replacing(name) as temporary,
            open(temporary, "w", encoding="utf-8", errors="replace", newline="\n") as file,
        ):
            file.write(head)
            data.seek(0)
            shutil.copyfileobj(data, file)
            file.write(tail)
    return where


def read_run(folder: Folder, references: str | None = None) -> Run:
    """What a report needs of a run folder; errors as `write_report` raises them."""
    manifest = read_manifest(folder)
    store = Store(folder, writable=False)
    scores = _scores(folder)
    known, note = _references(references, scores, manifest.inputs)
    return Run(
        name=file_name(folder.url),
        folder=folder,
        manifest=manifest,
        store=store,
        scores=scores,
        references=known,
        references_note=note,
        failures=list(store.failures()),
    )


def place(where: str) -> tuple[Folder, str]:
    """The folder and the name of a file at a path or URL; InputError where it names a folder."""
    parent, name = posixpath.split(where)
    if not name:
        raise InputError(f"{where} is a folder", "Name the file to write, such as report.html.")
    return Folder(parent or "."), name


def day_and_time(iso: str) -> str:
    """`2026-03-01T04:05:06+00:00` as `1 March 2026, 04:05 UTC`; what is no such time as it stands."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    zone = f" {when.tzname()}" if when.tzinfo else ""
    return f"{when.day} {when:%B %Y, %H:%M}{zone}"


def _scores(folder: Folder) -> Scores | None:
    try:
        return read_scores(folder)
    except InputError as error:
        log.warning("the report has no scores: %s", error)
        return None


def _references(
    asked: str | None, scores: Scores | None, inputs: Sequence[str]
) -> tuple[Mapping[str, Reference], str]:
    """References by id, and what to say where those of the scores can't be shown."""
    from summarize.prediction_files import read_references

    if asked is not None:
        return _by_id(read_references(asked)), ""
    known = scores.references if scores else None
    if known is None:
        return {}, ""
    hint = "summarize report --references FILE shows them beside the articles."
    if "://" in known:  # a report asks no network of its own accord
        return {}, f"The references are at {known}; {hint}"
    for location in _still_there(known, inputs):
        try:
            return _by_id(read_references(location)), ""
        except (InputError, OSError) as error:
            log.info("no references for the report at %s: %s", location, error)
    return {}, f"The references were not found at {known}; {hint}"


def _still_there(location: str, inputs: Sequence[str]) -> Iterator[str]:
    """Where the references may be: where they were, or, from another folder, beside the input."""
    from summarize.sources import find_references

    yield location
    with contextlib.suppress(InputError, OSError):
        found = find_references([item for item in inputs if "://" not in item])
        if found is not None and found.name == posixpath.basename(location):
            yield str(found)


def _by_id(records: Records[Reference]) -> Mapping[str, Reference]:
    return {} if records.by_line else records.items


def _write_articles(file: IO[str], run: Run, metrics: Sequence[MetricScore]) -> Totals:
    """Write index and details of all articles as chunks; what they add up to.

    Compressing takes as long as all else together and leaves Python free, so that threads do it meanwhile.
    """
    totals = Totals()
    waiting: deque[Future[str]] = deque()
    with ThreadPoolExecutor(_PACKERS) as pool:
        for kind, value in _chunks(run, metrics, totals):
            waiting.append(pool.submit(_element, kind, value))
            if len(waiting) > _MOST_WAITING:
                file.write(waiting.popleft().result())
        file.writelines(element.result() for element in waiting)
    return totals


def _chunks(run: Run, metrics: Sequence[MetricScore], totals: Totals) -> Iterator[tuple[str, Any]]:
    """Index and details of all articles, some at a time; `totals` counts them as they pass."""
    lines: list[dict[str, Any]] = []
    articles = run.store.articles()
    while batch := list(islice(articles, _DETAILS_A_CHUNK)):
        for article in batch:
            words = source_words(article)
            totals.add(article, words)
            lines.append(index_line(article, words, metrics, run.scores))
        yield "details", [detail(article, run.references.get(article.id)) for article in batch]
        if len(lines) >= _LINES_A_CHUNK:
            yield "index", _columns(lines)
            lines = []
    if lines:
        yield "index", _columns(lines)


def _element(kind: str, value: Any) -> str:
    return f'<script type="text/plain" class="{kind}">{packed(value)}</script>\n'


def _columns(lines: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns, which compress to less."""
    return {name: [line[name] for line in lines] for name in lines[0]}


def _page(run: Run, totals: Totals, metrics: Sequence[MetricScore]) -> str:
    speed = throughput(run.folder)
    return render(
        "report.html.jinja",
        _SCRIPTS,
        title=f"{run.name}: summaries",
        data_here=_DATA_HERE,
        run=run,
        totals=totals,
        speed=speed,
        groups=metric_groups(metrics),
        details=[metric for metric in run.scores.metrics if not metric.headline] if run.scores else [],
        bar=bar,
        failures=list(_shown_failures(run.failures)),
        data=_data(totals, metrics, speed),
    )


def _data(totals: Totals, metrics: Sequence[MetricScore], speed: Throughput | None) -> dict[str, Any]:
    """What the page's script needs beside the articles."""
    kinds = {kind: meaning(kind) for kind, _ in totals.flags.most_common()}
    return {
        "articles": totals.articles,
        "chunk": _DETAILS_A_CHUNK,
        "metrics": [
            {
                "name": metric.name,
                "title": metric.title,
                "unit": metric.unit,
                "scale": metric.scale,
                "better": metric.better,
                "value": metric.value,
            }
            for metric in metrics
        ],
        "flags": {
            kind: {
                "label": known.label,
                "explanation": known.explanation,
                "place": known.place,
                "count": totals.flags[kind],
            }
            for kind, known in kinds.items()
        },
        "throughput": speed
        and {"seconds": speed.seconds, "rates": [round(rate, 5) for rate in speed.rates]}
        | {"resumed": [round(moment, 1) for moment in speed.resumed]},
    }


def bar(metric: MetricScore, width: float = 100.0) -> tuple[float, float, float] | None:
    """Where low, value and high of a metric lie on a bar of `width`; None for one without a scale."""
    if metric.scale is None or metric.value is None:
        return None
    low = metric.value if metric.low is None else metric.low
    high = metric.value if metric.high is None else metric.high
    a, b, c = (
        round(max(0.0, min(1.0, item / metric.scale)) * width, 2) for item in (low, metric.value, high)
    )
    return a, b, c


def _shown_failures(failures: Sequence[FailureRecord]) -> Iterator[dict[str, Any]]:
    for number, failure in enumerate(failures[:_MOST_FAILURES]):
        yield {
            "source": failure.source,
            "id": failure.id,
            "stage": failure.stage,
            "reason": failure.reason,
            "attempt": failure.attempt,
            "traceback": failure.traceback if number < _MOST_TRACEBACKS else "",
        }
