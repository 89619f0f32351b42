"""What a run shows while it goes on: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from types import TracebackType

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from summarize.cli.console import counted, duration, err
from summarize.errors import InputError
from summarize.manifest import Manifest
from summarize.progress import Snapshot
from summarize.session import Observer
from summarize.store import Store

_LINE_EVERY_SECONDS = 15.0
_METRICS_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)


class Display:
    """Follows a run on standard error, so that standard output stays clean for `--json`."""

    def __init__(self, folder: str, profile: str, *, quiet: bool, metrics: Path | None = None) -> None:
        self._folder, self._profile, self._quiet = folder, profile, quiet
        self._metrics = metrics
        if metrics is not None and not metrics.parent.is_dir():
            raise InputError(f"--metrics: there is no folder {metrics.parent}.")
        self._next_metrics = 0.0
        self._last: Snapshot | None = None
        self._next_line = time.monotonic() + _LINE_EVERY_SECONDS
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[rate]}[/]"),
            console=err,
            transient=True,
            disable=quiet or not err.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, rate="loading the models")
        self.observer = Observer(started=self._started, progress=self._progress)

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._bar.stop()
        self._write_metrics()

    def _started(self, manifest: Manifest, store: Store) -> None:
        if self._quiet:
            return
        err.print(f"[bold]{escape(self._folder)}[/]  [dim]profile {escape(self._profile)}[/]")
        for role, model in manifest.models.items():
            source = f" [dim]({escape(str(model['source']))})[/]" if model.get("source") else ""
            err.print(f"  {role}: {escape(str(model['name']))}{source}")
        if len(store.done):
            err.print(f"  {counted(len(store.done))} done already")
        for name in store.damaged:
            err.print(f"  [yellow]{name} was damaged and is set aside; its articles are done again[/]")
        self._bar.start()

    def _progress(self, snapshot: Snapshot) -> None:
        self._last = snapshot
        if time.monotonic() >= self._next_metrics:
            self._next_metrics = time.monotonic() + _METRICS_EVERY_SECONDS
            self._write_metrics()
        if self._quiet:
            return
        try:
            self._show(snapshot)
        except OSError:  # the terminal was closed, the reader of a pipe has gone: the run goes on
            self._quiet = True

    def _write_metrics(self) -> None:
        if self._metrics is None or self._last is None:
            return
        from summarize.prometheus import write_metrics

        try:
            write_metrics(self._metrics, self._last)
        except OSError as error:
            log.error("the metrics can't be written and are left out from now on: %s", error)
            self._metrics = None

    def _show(self, snapshot: Snapshot) -> None:
        rate = _rate(snapshot)
        if self._bar.disable:
            if time.monotonic() >= self._next_line:
                self._next_line = time.monotonic() + _LINE_EVERY_SECONDS
                of = f" of {snapshot.total:,}" if snapshot.total else ""
                err.print(f"{snapshot.done:,}{of} done, {snapshot.failed:,} failed, {rate}")
            return
        total = snapshot.total
        self._bar.update(
            self._task, completed=snapshot.done + snapshot.failed, total=total, rate=rate or "loading"
        )


def _rate(snapshot: Snapshot) -> str:
    if not snapshot.done_now and not snapshot.failed_now:
        return "loading the models" if snapshot.elapsed_seconds < 10 else "working on the first batch"
    rate = snapshot.articles_per_second_now or snapshot.articles_per_second
    speed = f"{rate:,.1f} articles/s" if rate >= 1 else f"{1 / rate:,.1f} s/article" if rate else "waiting"
    to_go = f", {duration(snapshot.eta_seconds)} to go" if snapshot.eta_seconds else ""
    failed = f", {snapshot.failed:,} failed" if snapshot.failed else ""
    return speed + to_go + failed
