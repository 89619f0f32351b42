"""Profiles and options: which models, and everything else that alters results. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

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


BackendName = Literal["auto", "ctranslate2", "onnxruntime", "transformers"]
Length = Literal["short", "medium", "long"]

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
                candidates=2,
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
    length: Length = "short"
    candidates: int = 3
    support: bool = True
    glossary: str = "news"
    force: bool = False
    backend: BackendName = "auto"
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
