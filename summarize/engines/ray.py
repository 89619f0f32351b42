"""The engine for many machines: model processes that Ray places on the nodes of a cluster.

Each is watched by an actor on its node that hands messages to and fro, so that a crash of native code, a hang
and the loss of a node all look like the end of a local process and are dealt with in the same way.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from summarize.article import Article
from summarize.engines.local import LocalLink
from summarize.engines.process import ModelProcess
from summarize.engines.worker import Build
from summarize.errors import InputError

try:
    import ray
    from ray.exceptions import RayError
except ImportError:
    raise InputError("--engine ray needs Ray, which isn't installed.", "pip install 'ray>=2.49'") from None

_JOIN_SECONDS = 10.0
_KNOCK_SECONDS = 5.0

Needs = dict[str, float]
"""What an actor takes of its node, in Ray's words: num_cpus, num_gpus."""


def hire(
    build: Callable[[int], Build], device: str, *, threads: int = 0, actors: int = 0
) -> list[ModelProcess]:
    """Model processes on the cluster that `RAY_ADDRESS` names, or else on this machine alone.

    With GPUs, one for each; without, one for `threads` cores, which is all of a node where it is 0. `actors`
    is how many at most. `build` takes the number of threads. Raises InputError where there is no
    such cluster, or no GPU in it and `device` says cuda.
    """
    _connect()
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    gpus = sum(int(node.get("GPU", 0)) for node in nodes)
    if device.startswith("cuda") and not gpus:
        raise InputError(f"--device {device}: the Ray cluster has no GPU.", "Leave it out to use CPUs.")
    if gpus and device != "cpu":
        count, place, needs, cores = gpus, "cuda:0", {"num_gpus": 1.0, "num_cpus": 1.0}, threads
    else:
        sizes = [int(node["CPU"]) for node in nodes if node.get("CPU", 0) >= 1]
        cores = threads or min(sizes, default=1)
        count = sum(size // cores for size in sizes)
        place, needs = "cpu", {"num_cpus": float(cores)}
    if not count:
        raise InputError(f"No node of the Ray cluster has {cores} cores.", "Give fewer --threads.")
    start = partial(RayLink, build(cores), place, needs)
    return [ModelProcess(start) for _ in range(min(count, actors or count))]


def _connect() -> None:
    """Join the cluster; leave the one that the program is in already as it is."""
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    address = os.environ.get("RAY_ADDRESS")
    alone: dict[str, Any] = {} if address else {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **alone)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            f"There is no Ray cluster at {address}: {error}",
            "Start one with `ray start --head`, or unset RAY_ADDRESS to use this machine alone.",
        ) from error


def _knock(address: str | None) -> None:
    """Raise OSError where nobody listens: Ray itself would try for minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=_KNOCK_SECONDS).close()


class _Relay:
    """The actor: starts the process next to it and hands on what is said."""

    def __init__(self, build: Build, device: str) -> None:
        self._link = LocalLink(build, device)

    def send(self, articles: list[Article]) -> None:
        with contextlib.suppress(OSError):  # it died; `receive` says that
            self._link.send(articles)

    def receive(self) -> tuple[str, Any]:
        try:
            message: tuple[str, Any] = self._link.pipe.recv()
        except (EOFError, OSError):
            return "dead", self._link.cause_of_death()
        return message


class RayLink:
    """A process on some node with the resources that it `needs`, at work on what `build` makes."""

    def __init__(self, build: Build, device: str, needs: Needs) -> None:
        self.pipe: Connection
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self._cause = "was lost"
        self._killed = False
        relay = ray.remote(max_concurrency=2)(_Relay)  # one call waits to receive while another sends
        self._actor = relay.options(scheduling_strategy="SPREAD", **needs).remote(build, device)
        self._started = self._actor.__ray_ready__.remote()
        self._receiver = threading.Thread(target=self._receive, args=(theirs,), daemon=True)
        self._receiver.start()

    def _receive(self, theirs: Connection) -> None:
        with theirs, contextlib.suppress(OSError):
            try:
                while True:
                    kind, payload = ray.get(self._actor.receive.remote())
                    if kind == "dead":
                        self._cause = payload
                        return
                    theirs.send((kind, payload))
            except RayError as error:
                self._cause = f"was lost with its node or actor ({type(error).__name__})"

    def send(self, articles: list[Article]) -> None:
        """See `Link`."""
        try:
            ray.get(self._actor.send.remote(articles))
        except RayError as error:
            raise OSError(str(error)) from error

    def kill(self) -> None:
        """See `Link`."""
        if self._killed:
            return
        self._killed = True
        # One that is killed while it is being placed may keep its place for good.
        ray.wait([self._started], timeout=_JOIN_SECONDS)
        ray.kill(self._actor)

    def join(self) -> None:
        """See `Link`."""
        self._receiver.join(_JOIN_SECONDS)

    def cause_of_death(self) -> str:
        """See `Link`."""
        self._receiver.join(_JOIN_SECONDS)
        return self._cause
