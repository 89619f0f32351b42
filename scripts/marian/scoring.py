"""Translating with a model folder and scoring the result: BLEU and chrF with signatures and intervals."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sacrebleu.metrics import BLEU, CHRF

from marian.augment import NAME, shared_names
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
    """The scores of a model with one decoder, and the segments a second.

    `numbers_kept` is the share of segments with all numbers of their source, `names_kept` of those
    with all names that source and reference share, among segments that have any.
    """

    decoder: Decoder
    segments: int
    scores: tuple[Score, ...]
    numbers_kept: float
    names_kept: float
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
        kept([_long_numbers(pair.source) for pair in pairs], map(numbers, hypotheses)),
        kept([set(shared_names(pair)) for pair in pairs], (set(NAME.findall(text)) for text in hypotheses)),
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


def kept(wanted: Iterable[set[str]], found: Iterable[set[str]]) -> float:
    """The share of segments that have all they should have; 1.0 where none should have anything."""
    held = [need <= have for need, have in zip(wanted, found, strict=True) if need]
    return sum(held) / len(held) if held else 1.0


def _long_numbers(text: str) -> set[str]:
    """Numbers of two or more digits: those of one are spelt out."""
    return {number for number in numbers(text) if len(number) > 1}
