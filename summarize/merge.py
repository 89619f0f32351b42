"""Shard runs into one run: nothing missing, nothing double."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from summarize.article import Article, Failure
from summarize.errors import InputError
from summarize.failure_rows import FailureRecord
from summarize.folder import Folder
from summarize.lock import hold, read_holder
from summarize.manifest import Manifest, open_manifest, read_manifest
from summarize.store import Store

_BATCH = 1000


def merge(runs: Sequence[str], output: str, *, partial: bool = False) -> Store:
    """Put the articles and failures of shard runs into the run folder `output`, and finish it.

    Merging again after a crash, or after a shard was run further, adds what is missing. Raises InputError
    where the runs aren't the shards of one run: other inputs, options or models, a shard that is missing or
    given twice, one that still runs. `partial` allows shards to be missing.
    """
    folders = [Folder(run) for run in runs]
    manifests = [read_manifest(folder) for folder in folders]
    _check(runs, manifests, partial)
    for folder in folders:
        holder = read_holder(folder)
        if holder is not None and holder.is_alive:
            raise InputError(f"{folder.url} is still being written by {holder}.", "Merge when it has ended.")
    target = Folder(output)
    target.make()
    with hold(target):
        whole = replace(manifests[0], options=_without_shard(manifests[0].options))
        manifest = open_manifest(target, whole)
        store = Store(target)
        for folder in folders:
            shard = Store(folder, writable=False)
            if shard.damaged:
                raise InputError(
                    f"{folder.url} has damaged parts: {', '.join(shard.damaged)}",
                    "Run that shard again, which mends them, then merge.",
                )
            _add(shard, store)
        store.finish({role: str(model["name"]) for role, model in manifest.models.items()})
    return store


def _add(shard: Store, store: Store) -> None:
    failures = (_failed(record) for record in shard.failures() if record.id not in store.failed)
    articles: Iterator[Article] = itertools.chain(shard.articles(), failures)
    while batch := list(itertools.islice(articles, _BATCH)):
        store.commit(batch)


def _failed(record: FailureRecord) -> Article:
    return Article(
        id=record.id,
        source=record.source,
        position=record.position,
        text_id=record.text_id,
        error=Failure(record.stage, record.reason, record.traceback),
    )


def _check(runs: Sequence[str], manifests: Sequence[Manifest], partial: bool) -> None:
    shards: dict[int, str] = {}
    count = 0
    for run, manifest in zip(runs, manifests, strict=True):
        shard = manifest.options.get("shard")
        if not shard:
            raise InputError(f"{run} is no shard: it was made without --shard.")
        number, total = (int(part) for part in str(shard).split("/"))
        if number in shards:
            raise InputError(f"{run} and {shards[number]} are both shard {shard}.")
        if count and total != count:
            raise InputError(f"{run} is a shard of {total}, the others are of {count}.")
        shards[number], count = run, total
        first = replace(manifests[0], options=_without_shard(manifests[0].options))
        differences = first.differences(replace(manifest, options=_without_shard(manifest.options)))
        if differences:
            raise InputError(
                f"{run} is not a shard of the same run as {runs[0]}:\n  " + "\n  ".join(differences)
            )
    missing = [f"{number}/{count}" for number in range(1, count + 1) if number not in shards]
    if missing and not partial:
        raise InputError(
            f"Shards are missing: {', '.join(missing)}", "Name their run folders too, or add --partial."
        )


def _without_shard(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key != "shard"}
