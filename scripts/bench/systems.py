"""Ways to translate the same segments with the same weights and the same beam.

Each runs in a process of its own, so that its memory and CPU time are its own; the parent gives them
turns. Beside ours: `generate` of `transformers` a sentence at a time, the same over sorted padded
batches, and CTranslate2 alone with its own batching.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.corpora import Corpus

Translate = Callable[[Corpus], list[str]]
"""All segments of a corpus translated. Ours give one translation for each segment too."""

BATCH = 32  # sentences; as EasyNMT does
MOST_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Setup:
    """What all systems of a comparison share. `model` is a name or folder for `load_model`."""

    model: str
    beam: int = 4
    threads: int = 2
    device: str = "cpu"
    raw_tokens: int = 1024  # of a batch of CTranslate2 alone
    length: int = 0  # of all outputs, for random weights that never end; 0 for what the model chooses

    @property
    def longest(self) -> int:
        """Most tokens of an output."""
        return self.length or MOST_TOKENS


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of one system over a corpus. `peak_bytes` is of its process since that began."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: tuple[str, ...]


def ours(setup: Setup, backend: str, compute_type: str, *, full: bool = False) -> Translate:
    """The translate stage: segmenting, deduplication, repair and all; `full` adds glossary and retries.

    Nothing is remembered from one run to the next.
    """
    from summarize.models import load_model
    from summarize.models.backend import Decoding
    from summarize.translate import Translator

    model = load_model(
        setup.model,
        backend=backend,
        device=setup.device,
        compute_type=compute_type,
        threads=setup.threads,
        offline=True,
    )

    def translate(corpus: Corpus) -> list[str]:
        stage = Translator(
            model,
            decoding=Decoding(beam=setup.beam, max_length=MOST_TOKENS),
            glossary="news" if full else None,
            retry=full,
        )
        return [segment.target for article in stage(list(corpus.articles)) for segment in article.segments]

    return translate


def backend_alone(setup: Setup, backend: str, compute_type: str) -> Translate:
    """Our backend without the stage around it, whose output nothing has repaired: for the agreement."""
    from summarize.models import load_model
    from summarize.models.backend import Decoding

    model = load_model(
        setup.model, backend=backend, device=setup.device, compute_type=compute_type, threads=setup.threads
    )
    decoding = Decoding(beam=setup.beam, min_length=setup.length, max_length=setup.longest)

    def translate(corpus: Corpus) -> list[str]:
        found = model.backend.generate(model.tokenizer.encode(corpus.segments), decoding)
        return model.tokenizer.decode([several[0].tokens for several in found])

    return translate


def raw_ctranslate2(setup: Setup, compute_type: str) -> Translate:
    """CTranslate2 as its documentation has it: one call, sorted and batched by tokens by itself."""
    import ctranslate2
    import sentencepiece

    from summarize.models.load import prepare

    folder = prepare(
        setup.model, backend="ctranslate2", device=setup.device, compute_type=compute_type
    ).folder
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    words = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
    model = ctranslate2.Translator(
        str(folder),
        device=setup.device,
        compute_type=compute_type,
        inter_threads=setup.threads,
        intra_threads=1,
    )

    def translate(corpus: Corpus) -> list[str]:
        found = model.translate_batch(
            [[*tokens, "</s>"] for tokens in pieces.encode(list(corpus.segments), out_type=str)],
            beam_size=setup.beam,
            max_batch_size=setup.raw_tokens,
            batch_type="tokens",
            max_input_length=0,
            max_decoding_length=setup.longest,
            min_decoding_length=setup.length or 1,
        )
        return [words.decode(one.hypotheses[0]) for one in found]

    return translate


def transformers_generate(setup: Setup, dtype: str, batch: int) -> Translate:
    """`generate` over batches of so many sentences, the longest first; 1 is the plain loop."""
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    from summarize.models.resolve import resolve

    torch.set_num_threads(setup.threads)
    folder = resolve(setup.model).folder
    tokenizer = MarianTokenizer.from_pretrained(folder)
    model = MarianMTModel.from_pretrained(folder, dtype=getattr(torch, dtype)).to(setup.device).eval()

    def translate(corpus: Corpus) -> list[str]:
        segments, found = corpus.segments, {}
        order = range(len(segments))
        if batch > 1:
            order = sorted(order, key=lambda index: -len(segments[index]))
        for at in range(0, len(order), batch):
            chosen = order[at : at + batch]
            inputs = tokenizer([segments[i] for i in chosen], return_tensors="pt", padding=True)
            with torch.inference_mode():
                outputs = model.generate(
                    **inputs.to(setup.device),
                    num_beams=setup.beam,
                    max_length=None,
                    max_new_tokens=setup.longest,
                    min_new_tokens=setup.length or None,
                    early_stopping=setup.beam > 1,
                )
            found.update(zip(chosen, tokenizer.batch_decode(outputs, skip_special_tokens=True), strict=True))
        return [found[index] for index in range(len(segments))]

    return translate


class Rival:
    """A system in a process of its own."""

    def __init__(self, name: str, make: Callable[..., Translate], *arguments: Any, **options: Any) -> None:
        self.name = name
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, arguments, options), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, corpus: Corpus) -> Turn:
        """Translate a corpus. Raises EOFError if the process died."""
        self._pipe.send(corpus)
        turn: Turn = self._pipe.recv()
        return turn

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join(5)
        self._process.kill()


def _serve(pipe: Connection, make: Callable[..., Translate], arguments: Sequence[Any], options: Any) -> None:
    translate = make(*arguments, **options)
    while True:
        try:
            corpus = pipe.recv()
        except EOFError:
            return
        before, started = cpu_seconds(), time.perf_counter()
        output = translate(corpus)
        seconds = time.perf_counter() - started
        pipe.send(Turn(seconds, cpu_seconds() - before, peak_bytes(), tuple(output)))


def cpu_seconds() -> float:
    """CPU time of this process, all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    """The most memory that this process has had in use at once."""
    try:
        # getrusage counts what the parent had when it forked, too.
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak * (1 if sys.platform == "darwin" else 1024)
