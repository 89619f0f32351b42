"""A run's progress as a Prometheus textfile, for node_exporter's textfile collector."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from summarize.progress import Snapshot

_GAUGES = {
    "articles_done": ("done", "Articles finished, former sessions included"),
    "articles_failed": ("failed", "Articles that failed, former sessions included"),
    "articles_left": ("left", "Articles still to do, where the input's size is known"),
    "articles_per_second": ("articles_per_second_now", "Articles per second over the last minute"),
    "tokens_per_second": ("tokens_per_second_now", "Tokens generated per second over the last minute"),
    "elapsed_seconds": ("elapsed_seconds", "Seconds since this session began"),
}


def write_metrics(path: Path, snapshot: Snapshot) -> None:
    """Write all gauges to `path`, atomically; a value that isn't known is left out."""
    registry = CollectorRegistry()
    values = snapshot.as_dict()
    for name, (key, description) in _GAUGES.items():
        if values[key] is not None:
            Gauge(f"summarize_{name}", description, registry=registry).set(values[key])
    write_to_textfile(str(path), registry)
