"""Whole runs by the command line, and start-up."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.corpora import Corpus

SUMMARIZE = (sys.executable, "-c", "from summarize.cli.app import main; main()")


@dataclass(frozen=True, slots=True)
class Timed:
    """A command from start to end. CPU time and memory are of the whole process tree, memory the peak."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def timed(command: Sequence[str]) -> Timed:
    """Run a command, and watch what it and its children take. Raises CalledProcessError where it fails."""
    before, started = _cpu_of_children(), time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, sum(map(_memory, _tree(process))))
            if done.wait(0.1):  # looking takes time that the command may want
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, complaint = process.communicate()
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=complaint)
    return Timed(seconds, _cpu_of_children() - before, peak)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _tree(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def write_jsonl(corpus: Corpus, count: int, path: Path) -> Path:
    """`count` articles as a JSONL file: those of the corpus in turn, with a number that tells them apart."""
    articles = corpus.articles
    with path.open("w", encoding="utf-8") as file:
        for index in range(count):
            text = f"{articles[index % len(articles)].text}\n\nBerita nomor {index}."
            file.write(json.dumps({"id": f"{index:08d}", "text": text}, ensure_ascii=False) + "\n")
    return path


def run(inputs: Path, output: Path, *options: str) -> Timed:
    """`summarize run` into a folder that isn't there yet."""
    shutil.rmtree(output, ignore_errors=True)
    return again(inputs, output, *options)


def again(inputs: Path, output: Path, *options: str) -> Timed:
    """`summarize run` into a folder that may be finished."""
    return timed([*SUMMARIZE, "run", str(inputs), "-o", str(output), *options])


def first_batch(model: str) -> dict[str, object]:
    """How soon a new process has translated its first batch, and which heavy libraries it has imported."""
    code = (
        "import sys, time\n"
        "from summarize.translate import Translator\n"
        "from summarize.article import Article\n"
        "texts = tuple(f'Pada tahun {1950 + n} Jakarta dilanda banjir besar.' for n in range(16))\n"
        f"stage = Translator({model!r}, device='cpu')\n"
        "stage([Article(id='0', source='', paragraphs=texts, language='id')])\n"
        "print(*[name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {"seconds": time.perf_counter() - started, "imports": done.stdout.split()}


def stored(inputs: Path, output: Path) -> Timed:
    """Articles read and stored in batches, with neither cleaning nor stages nor a report."""
    code = (
        "import sys\n"
        "from summarize.folder import Folder\n"
        "from summarize.pipeline import batched\n"
        "from summarize.sources import read\n"
        "from summarize.store import Store\n"
        "store = Store(Folder(sys.argv[2]))\n"
        "for batch in batched(read(sys.argv[1]), 512):\n"
        "    store.commit(batch)\n"
    )
    shutil.rmtree(output, ignore_errors=True)
    return timed([sys.executable, "-c", code, str(inputs), str(output)])


def datatrove(inputs: Path, output: Path, python: str) -> Timed | None:
    """datatrove's local executor reading and writing the same JSONL; None where `python` doesn't have it."""
    code = (
        "import sys\n"
        "from datatrove.executor import LocalPipelineExecutor\n"
        "from datatrove.pipeline.readers import JsonlReader\n"
        "from datatrove.pipeline.writers import JsonlWriter\n"
        "source, target = sys.argv[1:]\n"
        "folder, _, name = source.rpartition('/')\n"
        "LocalPipelineExecutor(pipeline=[JsonlReader(folder, glob_pattern=name),\n"
        "    JsonlWriter(target, compression=None)], logging_dir=target + '/log').run()\n"
    )
    shutil.rmtree(output, ignore_errors=True)
    if subprocess.run([python, "-c", "import datatrove"], capture_output=True, check=False).returncode:
        return None
    return timed([python, "-c", code, str(inputs), str(output)])
