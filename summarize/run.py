"""A run: inputs and options in, a run folder out, complete or ready to go on."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from summarize.article import Article
from summarize.engines import Engine, crew, local
from summarize.engines.devices import devices_for
from summarize.engines.pace import Pace
from summarize.engines.process import ModelProcess
from summarize.engines.worker import Build
from summarize.errors import TooManyFailuresError
from summarize.folder import Folder
from summarize.identity import describe
from summarize.journal import journal
from summarize.lock import hold
from summarize.manifest import open_manifest
from summarize.pipeline import engine_build, prepare_models
from summarize.profiles import Options
from summarize.progress import Progress
from summarize.session import Observer, Session, tolerance_of
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
    engine: Engine = "local"
    actors: int = 0  # of Ray, at most; 0 is as many as fit
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
    tolerance = tolerance_of(conduct.max_failures)
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
            session = Session(store, lock, progress, observer, tolerance, models)
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
    source: Source, output: str, options: Options, conduct: Conduct, session: Session, stop: Stop
) -> Feed:
    from summarize.clean import Cleaner
    from summarize.feed import Feed

    store = session.store

    def is_done(article: Article) -> bool:
        return article.id in store.done or (not conduct.retry_failed and article.id in store.failed)

    cleaner = Cleaner(force=options.force)
    return Feed(source, cleaner, is_done, session.progress, stop, output, store.is_taken)


def _first(batches: Iterator[list[Article]], session: Session) -> list[Article] | None:
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
    session: Session,
    options: Options,
    conduct: Conduct,
    build: Build | None,
    stop: Stop,
) -> None:
    def tick(idle: bool) -> None:
        session.tick()
        if idle and feed.waiting.is_set():
            session.finish_for_now()

    with feed.counting():
        session.is_cut = not crew.run(
            (batch for batch in batches if batch),
            _workers(options, conduct, build),
            session.commit,
            stop=stop,
            limits=crew.Limits(watchdog=conduct.watchdog),
            pace=pace,
            tick=tick,
        )


def _workers(options: Options, conduct: Conduct, build: Build | None) -> list[ModelProcess]:
    """The model processes of the engine, started."""

    def with_threads(threads: int) -> Build:
        return build or engine_build(options, threads, conduct.memory)

    if conduct.engine == "ray":
        from summarize.engines import ray

        return ray.hire(with_threads, conduct.device, threads=conduct.threads, actors=conduct.actors)
    devices = devices_for(conduct.device)
    if build is None:
        prepare_models(options, devices[0])
    return local.hire(with_threads(conduct.threads), devices)
