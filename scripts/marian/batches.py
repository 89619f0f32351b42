"""An endless, repeatable stream of batches: weighted, varied, encoded, packed by length."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sentencepiece

from marian.augment import Augmentation
from marian.pairs import Pair
from marian.vocabulary import Codec

SYNTHETIC = "synthetic"
SLAB = 20_000
HIDDEN = 0.1  # of the pieces of a masked source


@dataclass(frozen=True, slots=True)
class Mixture:
    """What an epoch holds and how it is varied.

    `weights` say how often a pair of a domain comes in an epoch (1 where none is given; 0.25 means
    every fourth epoch on average). `sampled` is the share of sources that get a random segmentation,
    `masked` the share of which a tenth of the pieces is hidden (Sennrich and Zhang, 2019).
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    sampled: float = 0.15
    alpha: float = 0.5
    augmentation: Augmentation = field(default_factory=Augmentation)
    tokens: int = 2600
    longest: int = 200
    masked: float = 0.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of ids, unpadded, ends included; `tokens` is the number of target ids."""

    sources: list[list[int]]
    targets: list[list[int]]

    @property
    def tokens(self) -> int:
        """Target ids in the batch, `</s>` included."""
        return sum(map(len, self.targets))


def epoch(pairs: Sequence[Pair], codec: Codec, mixture: Mixture, seed: int, number: int) -> Iterator[Batch]:
    """The batches of one epoch; the same for the same seed and number."""
    rng = random.Random(f"{seed}/{number}")
    sentencepiece.set_random_generator_seed(rng.getrandbits(31))
    chosen = [index for index, pair in enumerate(pairs) for _ in range(_copies(pair, mixture.weights, rng))]
    rng.shuffle(chosen)
    for start in range(0, len(chosen), SLAB):
        examples = [_example(pairs[index], codec, mixture, rng) for index in chosen[start : start + SLAB]]
        kept = [e for e in examples if max(map(len, e)) <= mixture.longest]
        packed = pack(kept, mixture.tokens)
        rng.shuffle(packed)
        yield from packed


def _copies(pair: Pair, weights: Mapping[str, float], rng: random.Random) -> int:
    whole = math.floor(weight := weights.get(pair.domain, 1.0))
    return whole + (rng.random() < weight - whole)


def _example(pair: Pair, codec: Codec, mixture: Mixture, rng: random.Random) -> tuple[list[int], list[int]]:
    pair = mixture.augmentation(pair, rng)
    alpha = mixture.alpha if rng.random() < mixture.sampled else None
    source = codec.encode_source(pair.source, alpha, tagged=pair.domain == SYNTHETIC)
    if rng.random() < mixture.masked:
        source = [codec.unknown if rng.random() < HIDDEN else piece for piece in source[:-1]] + source[-1:]
    return source, codec.encode_target(pair.target)


def pack(examples: Sequence[tuple[list[int], list[int]]], tokens: int) -> list[Batch]:
    """Batches of examples of like length, each with at most `tokens` ids a side, padding included.

    An example that is longer than that by itself makes a batch of its own.
    """
    batches: list[Batch] = []
    rows: list[tuple[list[int], list[int]]] = []
    widest = 0
    for example in sorted(examples, key=lambda e: (max(map(len, e)), len(e[1]), len(e[0]))):
        width = max(widest, *map(len, example))
        if rows and width * (len(rows) + 1) > tokens:
            batches.append(Batch([s for s, _ in rows], [t for _, t in rows]))
            rows, width = [], max(map(len, example))
        rows.append(example)
        widest = width
    if rows:
        batches.append(Batch([s for s, _ in rows], [t for _, t in rows]))
    return batches
