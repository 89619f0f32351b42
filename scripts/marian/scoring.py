"""Translating with a model folder and scoring the result: BLEU and chrF with signatures and intervals."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sacrebleu.metrics import BLEU, CHRF

from marian.pairs import Pair, numbers
from summarize.models import load_model
from summarize.models.backend import Decoding, Model
from summarize.models.convert import convert, storage_type

Backend = Literal["ctranslate2", "transformers"]
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Decoder:
    """What runs the model, and how."""

    backend: Backend = "ctranslate2"
    compute_type: str = "int8"
    device: str = "cpu"
    beam: int = 4
    threads: int = 0


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
    """The scores of a model with one decoder, and the segments a second."""

    decoder: Decoder
    segments: int
    scores: tuple[Score, ...]
    numbers_kept: float
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
    start = time.perf_counter()
    hypotheses = translate(model, [pair.source for pair in pairs], decoder.beam)
    seconds = time.perf_counter() - start
    references = [pair.target for pair in pairs]
    return Evaluation(
        decoder,
        len(pairs),
        tuple(_score(metric, hypotheses, references) for metric in (BLEU(), CHRF())),
        numbers_kept([pair.source for pair in pairs], hypotheses),
        len(pairs) / max(seconds, 1e-9),
    )


def _score(metric: BLEU | CHRF, hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    result = metric.corpus_score(hypotheses, [references], n_bootstrap=RESAMPLES)
    middle, half = (
        float(result._mean),
        float(result._ci),
    )  # sacreBLEU shows its interval only inside a formatted string
    signature = str(metric.get_signature())
    return Score(result.name, result.score, middle - half, middle + half, signature)


def numbers_kept(sources: Sequence[str], hypotheses: Sequence[str]) -> float:
    """The share of segments whose translation has every number of two or more digits of its source.

    1.0 where no source has such a number.
    """
    held = [
        wanted <= numbers(hypothesis)
        for source, hypothesis in zip(sources, hypotheses, strict=True)
        if (wanted := {number for number in numbers(source) if len(number) > 1})
    ]
    return sum(held) / len(held) if held else 1.0
