"""The row of stages: which models a profile names, and how they stand one behind the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from summarize.article import Article
from summarize.engines.worker import Stage, apply
from summarize.errors import InputError


@dataclass(frozen=True, slots=True)
class Profile:
    """A pair of models with the settings that suit them."""

    name: str
    translator: str
    summarizer: str
    beam: int
    candidates: int
    suits: str


NO_MODEL = "none"
"""In the place of a model's name: the stage copies instead (see `rehearsal`)."""

PROFILES = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                "starter",
                "starter-marian-id-en",
                "smollm2-135m-instruct",
                beam=4,
                candidates=3,
                suits="first runs, tests, machines without a hub",
            ),
            Profile(
                "standard",
                "opus-mt-id-en",
                "distilbart-cnn-12-6",
                beam=4,
                candidates=3,
                suits="laptops and small GPUs",
            ),
            Profile(
                "quality",
                "opus-mt-id-en",
                "qwen2.5-1.5b-instruct",
                beam=6,
                candidates=4,
                suits="overnight on a GPU",
            ),
            Profile(
                "rehearsal",
                NO_MODEL,
                NO_MODEL,
                beam=1,
                candidates=1,
                suits="trying a night's plumbing in minutes: no model runs, nothing is translated",
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that alters results, and nothing that doesn't.

    `glossary` is `news` (the built-in one), a path, or `none`; `length` is short, medium or long.
    """

    translator: str
    summarizer: str
    beam: int = 4
    prompt: str = "news-brief"
    length: str = "short"
    candidates: int = 3
    support: bool = True
    glossary: str = "news"
    force: bool = False
    backend: str = "auto"
    compute_type: str = "auto"


def choose_profile(name: str) -> tuple[Profile, str]:
    """The profile of that name, and why; `auto` takes `standard` where its models can be had.

    Nothing is downloaded; the hub is asked at most once. Raises InputError for an unknown name.
    """
    if name != "auto":
        if name not in PROFILES:
            known = ", ".join(["auto", *PROFILES])
            raise InputError(f"There is no profile {name!r}.", f"Choose one of: {known}.")
        return PROFILES[name], "as asked"
    from summarize.models.resolve import availability

    standard = PROFILES["standard"]
    for model in (standard.translator, standard.summarizer):
        found = availability(model)
        if found.where == "unavailable":
            return PROFILES["starter"], f"{model} is not to be had: {found.why}"
    return standard, "its models are cached or can be fetched"


def options_for(profile: Profile, **changes: Any) -> Options:
    """The options of a profile, with those of `changes` that aren't None in their place."""
    base = Options(
        translator=profile.translator,
        summarizer=profile.summarizer,
        beam=profile.beam,
        candidates=profile.candidates,
    )
    return replace(base, **{name: value for name, value in changes.items() if value is not None})


def build_stages(options: Options, threads: int, device: str) -> list[Stage]:
    """The stages that need a model, for one device; nothing is loaded yet.

    `functools.partial(build_stages, options, threads)` is what an engine takes.
    """
    return [translation(options, threads, device), *summarization(options, threads, device)]


def translation(options: Options, threads: int = 0, device: str = "auto") -> Stage:
    """The stage that turns Indonesian paragraphs into English ones."""
    if options.translator == NO_MODEL:
        from summarize.rehearsal import CopyTranslator

        return CopyTranslator()
    from summarize.models.backend import Decoding
    from summarize.translate import Translator

    return Translator(
        options.translator,
        decoding=Decoding(beam=options.beam),
        glossary=None if options.glossary == "none" else options.glossary,
        backend=options.backend,
        device=device,
        compute_type=options.compute_type,
        threads=threads,
    )


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
            *build_stages(options, threads, device),
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


def engine_build(options: Options, threads: int) -> partial[list[Stage]]:
    """What an engine calls in each model process."""
    return partial(build_stages, options, threads)
