"""A run: inputs and options in, a run folder out, complete or ready to go on."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from summarize.article import Article
from summarize.engines import local
from summarize.engines.pace import Pace
from summarize.engines.worker import Build
from summarize.errors import InputError, TooManyFailuresError
from summarize.folder import Folder
from summarize.identity import describe
from summarize.journal import journal
from summarize.lock import HEARTBEAT_SECONDS, Lock, hold
from summarize.manifest import Manifest, open_manifest, read_manifest
from summarize.pipeline import engine_build, prepare_models
from summarize.profiles import PROFILES, Options, Profile, choose_profile
from summarize.progress import Progress, Snapshot
from summarize.stopping import Stop, listening
from summarize.store import Store

if TYPE_CHECKING:
    from summarize.feed import Feed, Source
    from summarize.sources import Columns

log = logging.getLogger(__name__)

_MOST_ARTICLES = 512  # of a batch
_AIM_SECONDS = 20.0  # for a batch: what a stop waits for
_FINISH_SECONDS = 5.0
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run is carried out. Nothing here alters results."""

    profile: str = ""  # for the record
    device: str = "auto"
    threads: int = 0
    memory: bool = True  # share translations with other runs, on disk
    batch_size: int | None = None  # at most; fewer where `commit_every` needs it
    commit_every: float = 60.0
    watchdog: float = 900.0
    time_limit: float | None = None
    retry_failed: bool = False
    max_failures: str | None = None  # "20" or "5%"
    shard: tuple[int, int] | None = None
    columns: Columns | None = None
    watch: bool = False
    settle: float | None = None  # seconds; None is 5 with `watch`, else 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `new` counts the articles of this session, `done` and `failed` all of the folder."""

    folder: str
    done: int
    failed: int
    new: int
    duplicates: int
    seconds: float
    stopped: str | None = None  # why, if it did not get to the end
    damaged: tuple[str, ...] = ()
    unsettled: int = 0  # files left for next time, because they are still being written

    @property
    def exit_code(self) -> int:
        """0 all done, 3 done but some failed, 75 stopped: run again to go on."""
        if self.stopped is not None:
            return 75
        return 3 if self.failed else 0


@dataclass(frozen=True, slots=True)
class Observer:
    """What wants to hear of a run while it goes on; the console, a metrics file."""

    started: Callable[[Manifest, Store], None] = lambda manifest, store: None
    progress: Callable[[Snapshot], None] = lambda snapshot: None


@dataclass(slots=True)
class _Session:
    """The state of one run while this process works on it."""

    store: Store
    lock: Lock
    progress: Progress
    observer: Observer
    tolerance: Callable[[Snapshot], bool]
    models: dict[str, str]
    next_beat: float = 0.0
    next_finish: float = 0.0
    is_cut: bool = False

    def commit(self, articles: list[Article]) -> None:
        self.lock.check()
        retried = sum(article.id in self.store.failed for article in articles)
        self.store.commit(articles)
        self.progress.add(articles, retried)
        for article in articles:
            if article.error is not None:
                log.warning("%s failed in %s: %s", article.source, article.error.stage, article.error.reason)
        snapshot = self.progress.snapshot()
        log.info("%d articles committed", len(articles), extra={"progress": snapshot.as_dict()})
        self.tolerate(snapshot)

    def tolerate(self, snapshot: Snapshot) -> None:
        if not self.tolerance(snapshot):
            last = f" The last: {snapshot.last_error}" if snapshot.last_error else ""
            raise TooManyFailuresError(
                f"Too many articles failed: {snapshot.failed} of {snapshot.done + snapshot.failed}.{last}",
                "What was finished is saved. Look at the failures with `summarize status`, mend the cause, "
                "then run again with --retry-failed.",
            )

    def tick(self) -> None:
        snapshot = self.progress.snapshot()
        self.observer.progress(snapshot)
        if time.monotonic() >= self.next_beat:
            self.next_beat = time.monotonic() + HEARTBEAT_SECONDS
            self.lock.beat(snapshot.as_dict())

    def finish_for_now(self) -> None:
        """Bring summaries.jsonl up to date while nothing is to do, taking a tenth of the time at most."""
        began = time.monotonic()
        if began >= self.next_finish:
            self.store.finish(self.models)
            self.next_finish = time.monotonic() + max(1.0, 10 * (time.monotonic() - began))


def run(
    inputs: Sequence[str],
    output: str,
    options: Options,
    conduct: Conduct | None = None,
    *,
    build: Build | None = None,
    observer: Observer | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Do every article of `inputs` that the run folder `output` doesn't have yet.

    `build` replaces the stages of `options`, for stages of one's own. Raises StoreError where the folder is
    locked, can't be written, or was made with other options; InputError for an input that isn't there;
    ModelError where a model can't be had; TooManyFailuresError; KeyboardInterrupt when it is asked to stop
    before it has begun, or a second time. Whatever is raised, committed articles stay committed.
    """
    conduct, observer = conduct or Conduct(), observer or Observer()
    stop = stop or Stop(conduct.time_limit)
    started = time.monotonic()
    tolerance = _tolerance(conduct.max_failures)
    source = _source(inputs, conduct)
    folder = Folder(output)
    folder.make()
    with hold(folder) as lock, journal(folder), listening(stop):
        with stop.idle():
            manifest = open_manifest(
                folder,
                describe(
                    inputs, options, profile=conduct.profile, shard=conduct.shard, columns=conduct.columns
                ),
            )
            store = Store(folder)
            observer.started(manifest, store)
            progress = Progress(len(store.done), sum(1 for _ in store.failures()))
            models = {role: str(model["name"]) for role, model in manifest.models.items()}
            session = _Session(store, lock, progress, observer, tolerance, models)
            if not conduct.retry_failed:
                session.tolerate(progress.snapshot())
            feed = _feed(source, output, options, conduct, session, stop)
            pace = Pace(conduct.batch_size or _MOST_ARTICLES, min(_AIM_SECONDS, conduct.commit_every / 3))
            batches = feed.batches(lambda: pace.size)
            first = _first(batches, session)
        try:
            if first:  # else no model process is started for nothing
                _work(itertools.chain([first], batches), feed, pace, session, options, conduct, build, stop)
        except TooManyFailuresError:
            store.finish(models, within=_FINISH_SECONDS)
            raise
        stopped = stop.reason if feed.cut or session.is_cut else None
        lock.beat(progress.snapshot().as_dict())
        # Who asks to stop won't wait for a big run's summaries; the next run writes them.
        store.finish(models, within=_FINISH_SECONDS if stopped else float("inf"))
        outcome = Outcome(
            folder=output,
            done=len(store.done),
            failed=sum(1 for _ in store.failures()),
            new=progress.snapshot().done_now,
            duplicates=progress.duplicates,
            seconds=time.monotonic() - started,
            stopped=stopped,
            damaged=tuple(store.damaged),
            unsettled=feed.unsettled,
        )
        log.info("run ended", extra={"outcome": asdict(outcome)})
        return outcome


def _source(inputs: Sequence[str], conduct: Conduct) -> Source:
    """What to read; raises InputError for what isn't there, before a run folder is made for it."""
    from summarize.feed import Source
    from summarize.sources import Columns, read

    settle = conduct.settle
    if settle is None:
        settle = _SETTLE_SECONDS if conduct.watch else 0.0
    columns = conduct.columns or Columns()
    source = Source(tuple(inputs), columns, conduct.shard, settle, conduct.watch)
    read(inputs, columns=columns, shard=conduct.shard)
    return source


def _feed(
    source: Source, output: str, options: Options, conduct: Conduct, session: _Session, stop: Stop
) -> Feed:
    from summarize.clean import Cleaner
    from summarize.feed import Feed

    store = session.store

    def is_done(article: Article) -> bool:
        return article.id in store.done or (not conduct.retry_failed and article.id in store.failed)

    cleaner = Cleaner(force=options.force)
    return Feed(source, cleaner, is_done, session.progress, stop, output, store.is_taken)


def _first(batches: Iterator[list[Article]], session: _Session) -> list[Article] | None:
    """The first batch that has something in it; None where there is nothing to do."""
    for batch in batches:
        if batch:
            return batch
        session.finish_for_now()
        session.tick()
    return None


def _work(
    batches: Iterator[list[Article]],
    feed: Feed,
    pace: Pace,
    session: _Session,
    options: Options,
    conduct: Conduct,
    build: Build | None,
    stop: Stop,
) -> None:
    def tick(idle: bool) -> None:
        session.tick()
        if idle and feed.waiting.is_set():
            session.finish_for_now()

    feed.count_apart()
    devices = devices_for(conduct.device)
    if build is None:
        prepare_models(options, devices[0])
    session.is_cut = not local.run(
        (batch for batch in batches if batch),
        build or engine_build(options, conduct.threads, conduct.memory),
        session.commit,
        devices=devices,
        stop=stop,
        limits=local.Limits(watchdog=conduct.watchdog),
        pace=pace,
        tick=tick,
    )


def _tolerance(limit: str | None) -> Callable[[Snapshot], bool]:
    if limit is None:
        return lambda snapshot: True
    try:
        number = float(limit.removesuffix("%"))
    except ValueError:
        raise InputError(f"--max-failures takes a number or a percentage, not {limit!r}.") from None
    if not limit.endswith("%"):
        return lambda snapshot: snapshot.failed <= number
    settled = 100  # a share of fewer articles says nothing
    return lambda snapshot: (
        snapshot.done + snapshot.failed < settled
        or 100 * snapshot.failed <= number * (snapshot.done + snapshot.failed)
    )


def devices_for(device: str) -> list[str]:
    """The devices that `auto`, `cpu`, `cuda`, `cuda:1` or `cuda:0,cuda:1` mean on this machine.

    Raises InputError where a GPU is asked for and there is none.
    """
    if device == "cpu":
        return ["cpu"]
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if device == "auto":
        return [f"cuda:{index}" for index in range(count)] or ["cpu"]
    if not count:
        raise InputError(f"--device {device}: this machine has no CUDA GPU.", "Leave it out to use the CPU.")
    if device == "cuda":
        return [f"cuda:{index}" for index in range(count)]
    return device.split(",")


def pinned_profile(output: str, name: str) -> tuple[Profile, str]:
    """The profile to use, and why; `auto` stays what it was when the run folder was made.

    Otherwise a hub that answers today and didn't yesterday would change models in the middle of a run.
    """
    folder = Folder(output)
    if name == "auto" and folder.exists("manifest.json"):
        profile = read_manifest(folder).profile
        if profile in PROFILES:
            return PROFILES[profile], "as this run began"
    return choose_profile(name)
