"""Translating with a model folder and scoring the result: BLEU and chrF with signatures and intervals."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sacrebleu.metrics import BLEU, CHRF

from marian.pairs import Pair
from summarize.carryover import lost_names, lost_numbers
from summarize.models import load_model
from summarize.models.backend import Decoding, Model
from summarize.models.convert import storage_type
from summarize.models.to_ctranslate2 import convert
from summarize.translate import Translator

Backend = Literal["ctranslate2", "transformers"]
RESAMPLES = 1000
_INDONESIAN = ("id", "ind", "in")


@dataclass(frozen=True, slots=True)
class Decoder:
    """What runs the model, and how."""

    backend: Backend = "ctranslate2"
    compute_type: str = "int8"
    device: str = "cpu"
    beam: int = 4
    threads: int = 0
    stage: bool = False  # all of summarize's translate stage but the glossary, rather than the model alone

    def __str__(self) -> str:
        name = "summarize's translate stage" if self.stage else self.backend
        return f"{name}, {self.compute_type}, beam {self.beam}"


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over one test set: the score, its 95 % bootstrap interval, sacreBLEU's signature."""

    metric: str
    value: float
    low: float
    high: float
    signature: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a model with one decoder, and the segments a second.

    `kept` is the share of the segments in which no number and no name is lost that the reference keeps.
    A number may be written otherwise, a name may have an ending: Palestina is kept as Palestinian. The
    rules are for Indonesian sources; None for others.
    """

    decoder: Decoder
    segments: int
    scores: tuple[Score, ...]
    kept: float | None
    segments_per_second: float


def load(folder: Path, decoder: Decoder) -> Model:
    """The model of a Marian folder, ready to translate.

    Converts for CTranslate2 into a temporary folder, so that checkpoints don't fill the cache.
    Raises ModelError where the model can't be loaded.
    """
    with tempfile.TemporaryDirectory() as temporary:
        if decoder.backend == "ctranslate2":
            convert(folder, Path(temporary), storage_type(decoder.compute_type))
            folder = Path(temporary)
        return load_model(
            str(folder),
            backend=decoder.backend,
            device=decoder.device,
            compute_type=decoder.compute_type,
            threads=decoder.threads,
            offline=True,
        )


def translate(model: Model, texts: Sequence[str], beam: int = 4) -> list[str]:
    """The best translation of each normalised text."""
    results = model.backend.generate(model.tokenizer.encode(texts), Decoding(beam=beam))
    return model.tokenizer.decode([result[0].tokens for result in results])


def quick(hypotheses: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Corpus BLEU and chrF alone, for the log of a run."""
    return {
        "bleu": round(BLEU().corpus_score(hypotheses, [references]).score, 2),
        "chrf": round(CHRF().corpus_score(hypotheses, [references]).score, 2),
    }


def evaluate(folder: Path, pairs: Sequence[Pair], decoder: Decoder) -> Evaluation:
    """Translate the sources of a test set and score them against its targets."""
    model = load(folder, decoder)
    sources, references = [pair.source for pair in pairs], [pair.target for pair in pairs]
    start = time.perf_counter()
    if decoder.stage:
        hypotheses = Translator(model, glossary=None, decoding=Decoding(beam=decoder.beam)).translate(sources)
    else:
        hypotheses = translate(model, sources, decoder.beam)
    seconds = time.perf_counter() - start
    return Evaluation(
        decoder,
        len(pairs),
        tuple(_score(metric, hypotheses, references) for metric in (BLEU(), CHRF())),
        share_kept(sources, references, hypotheses) if reads_indonesian(folder) else None,
        len(pairs) / max(seconds, 1e-9),
    )


def _score(metric: BLEU | CHRF, hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    result = metric.corpus_score(hypotheses, [references], n_bootstrap=RESAMPLES)
    middle, half = (
        float(result._mean),
        float(result._ci),
    )  # sacreBLEU shows its interval only inside a formatted string
    signature = str(metric.get_signature())
    # It is symmetric, and near a perfect score it reaches beyond; so does rounding.
    value, low, high = (min(max(one, 0.0), 100.0) for one in (result.score, middle - half, middle + half))
    return Score(result.name, value, low, high, signature)


def reads_indonesian(folder: Path) -> bool:
    """Whether a model translates from Indonesian, which the translate stage and its checks are made for."""
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return settings.get("source_lang") in _INDONESIAN


def share_kept(sources: Sequence[str], references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """The share of hypotheses that lack no number or name of their source but what the reference lacks."""
    held = [
        _lost(source, hypothesis) <= _lost(source, reference)
        for source, reference, hypothesis in zip(sources, references, hypotheses, strict=True)
    ]
    return sum(held) / max(len(held), 1)


def _lost(source: str, target: str) -> set[str]:
    return {*lost_numbers(source, target), *lost_names(source, target)}
