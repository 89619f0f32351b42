"""The row of stages, built from options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarize import __version__
from summarize.article import Article
from summarize.engines.worker import Stage, apply
from summarize.profiles import NO_MODEL, Options, choose_profile, options_for

if TYPE_CHECKING:
    from summarize.memory import Memory


def build_stages(options: Options, threads: int, memory: bool, device: str) -> list[Stage]:
    """The stages that need a model, for one device; nothing is loaded yet.

    With `memory`, translations are shared with other runs on disk.
    """
    return [translation(options, threads, device, memory=memory), *summarization(options, threads, device)]


def prepare_models(options: Options, device: str) -> None:
    """Fetch and convert the models where need be, here, where it is seen and may take its time.

    Raises ModelError where a model can't be had.
    """
    from summarize.models.load import prepare

    for name in (options.translator, options.summarizer):
        if name != NO_MODEL:
            prepare(name, backend=options.backend, device=device, compute_type=options.compute_type)


def translation(options: Options, threads: int = 0, device: str = "auto", *, memory: bool = False) -> Stage:
    """The stage that turns Indonesian paragraphs into English ones."""
    if options.translator == NO_MODEL:
        from summarize.rehearsal import CopyTranslator

        return CopyTranslator()
    from summarize.glossary import load_glossary
    from summarize.models.backend import Decoding
    from summarize.translate import Translator

    return Translator(
        options.translator,
        decoding=Decoding(beam=options.beam),
        glossary=load_glossary(options.glossary),
        backend=options.backend,
        device=device,
        compute_type=options.compute_type,
        threads=threads,
        memory=_shared_memory(options) if memory else None,
    )


def _shared_memory(options: Options) -> Memory:
    """The memory on disk for exactly this way of translating."""
    from summarize.disk_memory import DiskMemory, memory_path
    from summarize.models.cache import fingerprint
    from summarize.models.resolve import resolve

    model = resolve(options.translator)
    way = (
        __version__,
        model.revision or fingerprint(model.folder),
        options.beam,
        options.backend,
        options.compute_type,
        options.glossary if options.glossary in ("news", "none") else Path(options.glossary).read_text(),
    )
    return DiskMemory(memory_path(), repr(way))


def summarization(options: Options, threads: int = 0, device: str = "auto") -> list[Stage]:
    """The stages that turn English paragraphs into a checked summary."""
    if options.summarizer == NO_MODEL:
        from summarize.rehearsal import LeadSummarizer

        return [LeadSummarizer()]
    from summarize.abstract import Summarizer

    summarizer = Summarizer(
        options.summarizer,
        prompt=options.prompt,
        length=options.length,
        candidates=options.candidates if options.support else 1,
        backend=options.backend,
        device=device,
        compute_type=options.compute_type,
        threads=threads,
    )
    if not options.support:
        return [summarizer]
    from summarize.support import Support

    return [summarizer, Support()]


class Pipeline:
    """All stages in this process, for use from Python.

    >>> from summarize import Pipeline
    >>> for article in Pipeline.from_profile("starter").run(["artikel.txt"]):
    ...     print(article.title_en, article.summary)

    For a night's work use `summarize.run.run` or the command line: they survive crashes and go on.
    """

    def __init__(self, options: Options, *, device: str = "auto", threads: int = 0) -> None:
        from summarize.clean import Cleaner

        self.options = options
        self.stages: Sequence[Stage] = [
            Cleaner(force=options.force),
            *build_stages(options, threads, False, device),
        ]

    @classmethod
    def from_profile(
        cls, name: str = "auto", *, device: str = "auto", threads: int = 0, **changes: Any
    ) -> Pipeline:
        """The pipeline of a profile; `changes` are fields of `Options`, such as `beam=1`."""
        profile, _ = choose_profile(name)
        return cls(options_for(profile, **changes), device=device, threads=threads)

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Process a batch: same length, same order, failures marked with `error`."""
        return apply(self.stages, articles)

    def run(self, inputs: Sequence[str], *, batch_size: int = 16) -> Iterator[Article]:
        """Read files, folders, globs or URLs and yield each article when its batch is done."""
        from summarize.sources import read

        for batch in batched(read(inputs), batch_size):
            yield from self(batch)


def batched(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    """Lists of `size` articles, the last one shorter."""
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def engine_build(options: Options, threads: int, memory: bool) -> partial[list[Stage]]:
    """What an engine calls in each model process."""
    return partial(build_stages, options, threads, memory)
