"""Stages for tests of engines and runs: they do what an article's text tells them to."""

import gc
import os
import resource
import signal
import time
from dataclasses import replace
from pathlib import Path

from summarize.article import Article
from summarize.errors import ModelError


class Obedient:
    """Summarizes by upper-casing; dies, hangs or raises where the text says so."""

    name = "obedient"

    def __call__(self, articles: list[Article]) -> list[Article]:
        for article in articles:
            if "CRASH" in article.text:
                os.kill(os.getpid(), signal.SIGSEGV)
            if "OOM-KILL" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "TOO-BIG" in article.text:
                raise ModelError("out of memory on a single sequence")
            if "EAT" in article.text:
                resource.setrlimit(resource.RLIMIT_AS, (2 << 30, resource.RLIM_INFINITY))
                bytearray(8 << 30)
            if "HANG" in article.text:
                time.sleep(3600)
            if "RAISE" in article.text:
                raise ValueError("poisoned article")
            if "SLOW" in article.text:
                time.sleep(0.2)
        return [
            replace(article, summary=article.text.upper() + ".") if article.error is None else article
            for article in articles
        ]


class TellsOfCollections:
    """Summarizes by saying after how many new objects Python looks for cyclic garbage."""

    name = "collections"

    def __call__(self, articles: list[Article]) -> list[Article]:
        return [replace(article, summary=str(gc.get_threshold()[0])) for article in articles]


class CrashesOnce(Obedient):
    """Dies by a segmentation fault the first time it is called, as a flaky driver does."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __call__(self, articles: list[Article]) -> list[Article]:
        if not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().__call__(articles)


class DiesLoading(Obedient):
    def load(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class LoadsForEver(Obedient):
    def load(self) -> None:
        time.sleep(3600)


class Breaks(Obedient):
    """After the first batch every call fails until the process ends, as after a CUDA error."""

    broken = False

    def __call__(self, articles: list[Article]) -> list[Article]:
        if self.broken:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        self.broken = any("BREAK" in article.text for article in articles)
        return super().__call__(articles)


class NoModel(Obedient):
    def load(self) -> None:
        raise ModelError("no such model", "try another")


def obedient(device: str) -> list[Obedient]:
    return [Obedient()]


def tells_of_collections(device: str) -> list[TellsOfCollections]:
    return [TellsOfCollections()]


def crashes_once(marker: Path, device: str) -> list[Obedient]:
    return [CrashesOnce(marker)]


def dies_loading(device: str) -> list[Obedient]:
    return [DiesLoading()]


def loads_for_ever(device: str) -> list[Obedient]:
    return [LoadsForEver()]


def breaks(device: str) -> list[Obedient]:
    return [Breaks()]


def no_model(device: str) -> list[Obedient]:
    return [NoModel()]
