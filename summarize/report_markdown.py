"""The report of a run as Markdown, short enough for a pull request or a chat."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from summarize.article import Article
from summarize.figures import counted, duration, number, span
from summarize.folder import Folder
from summarize.report import Run, place, read_run
from summarize.report_data import Totals, file_name, headline_metrics, source_words
from summarize.report_flags import meaning
from summarize.report_throughput import throughput

REPORT = "report.md"

_MOST_SUMMARIES = 20
_MOST_FAILURES = 20
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$&]|#(?=\w)|^[-+=#](?=\s|$)|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
_COLUMNS = ("title", "date", "title_en", "text", "paragraphs", "removed", "summary", "support", "flags")


def write_markdown(folder: Folder, *, output: str | None = None) -> str:
    """Write the report of a run as Markdown and return where it is: `output`, else RUN/report.md.

    Raises StoreError where `folder` is no run.
    """
    where = output or posixpath.join(folder.url, REPORT)
    target, name = place(where)
    target.write(name, markdown(folder).encode("utf-8", "replace"))
    return where


def markdown(folder: Folder) -> str:
    """The report of a run as GitHub-flavoured Markdown: figures, scores, failures, and the summaries of a
    run of up to 20 articles."""
    run = read_run(folder)
    totals = Totals()
    first: list[Article] = []
    for article in run.store.articles((*_COLUMNS, "language", "seconds")):
        totals.add(article, source_words(article))
        if len(first) < _MOST_SUMMARIES:
            first.append(article)
    blocks = [f"## Summaries: {plain(run.name)}", _headline(run, totals)]
    blocks += _scores(run)
    blocks += _flags(totals)
    blocks += _failures(run)
    if totals.articles <= _MOST_SUMMARIES:
        blocks += [_summary(article) for article in first]
    blocks.append(_made(run))
    return "\n\n".join(blocks) + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line: no markup, no HTML, no mention of anyone.

    >>> plain("a *b* <c> | @d")
    'a \\\\*b\\\\* \\\\<c\\\\> \\\\| @\\u2060d'
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split())).replace("@", "@\u2060")


def _headline(run: Run, totals: Totals) -> str:
    speed = throughput(run.folder)
    figures = [f"**{counted(totals.articles)}**"]
    if run.failures:
        figures.append(f"**{len(run.failures):,} failed**")
    if totals.flagged:
        figures.append(f"{totals.flagged:,} with a flag")
    if totals.support is not None:
        figures.append(f"{totals.support:.1%} of the summaries' claims found in the articles")
    if totals.compression is not None:
        figures.append(f"{totals.compression:.1f} words to one")
    if speed is not None:
        figures.append(duration(speed.seconds))
    return " · ".join(figures)


def _scores(run: Run) -> Iterator[str]:
    if run.scores is None:
        return
    rows = [f"| metric | value | {run.scores.confidence:.0%} interval | articles |", "|---|--:|--:|--:|"]
    for metric in headline_metrics(run.scores):
        interval = span(metric.low, metric.high, metric.scale).replace("[", "\\[")
        rows.append(
            f"| {plain(metric.title)} {plain(metric.unit)} | **{number(metric.value, metric.scale)}** "
            f"| {interval} | {metric.n:,} |"
        )
    yield "\n".join(rows)


def _flags(totals: Totals) -> Iterator[str]:
    if totals.flags:
        yield "\n".join(
            f"- {count:,} × **{plain(meaning(kind).label)}**: {plain(meaning(kind).explanation)}"
            for kind, count in totals.flags.most_common()
        )


def _failures(run: Run) -> Iterator[str]:
    if not run.failures:
        return
    rows = ["| failed | stage | reason |", "|---|---|---|"]
    rows += [
        f"| {plain(failure.source)} | {plain(failure.stage)} | {plain(failure.reason)} |"
        for failure in run.failures[:_MOST_FAILURES]
    ]
    if len(run.failures) > _MOST_FAILURES:
        rows.append(f"| … and {len(run.failures) - _MOST_FAILURES:,} more | | |")
    yield "\n".join(rows)


def _summary(article: Article) -> str:
    title = article.title_en or article.title or file_name(article.source)
    lines = [f"### {plain(title)}", plain(article.summary or "No summary.")]
    for flag in article.flags:
        words = f": {', '.join(map(plain, flag.words))}" if flag.words else ""
        lines.append(f"*{plain(meaning(flag.kind).label)}{words}*")
    return "\n\n".join(lines)


def _made(run: Run) -> str:
    models = ", ".join(
        f"{plain(str(model.get('name')))} as {role}" for role, model in run.manifest.models.items()
    )
    ticks = "`" * (1 + max((len(found) for found in re.findall("`+", run.manifest.command)), default=0))
    command = " ".join(run.manifest.command.split())
    made = [f"Made on {run.created}", models, f"{ticks} {command} {ticks}" if command else ""]
    return "<sub>" + " · ".join(filter(None, made)) + "</sub>"
