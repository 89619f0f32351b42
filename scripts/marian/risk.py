"""Minimum risk training: the model's own translations, judged by their references (Shen et al., 2016).

Cross-entropy asks for the reference after a perfect beginning, and never sees what a beam would write. Here
each source is decoded first; then the probability of what was found moves from worse translations to better
ones (Edunov et al., 2018), while cross-entropy keeps the model close to its references.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from sacrebleu.metrics import BLEU, CHRF
from torch import Tensor
from transformers import MarianMTModel

from marian import network
from marian.batches import SYNTHETIC, Mixture
from marian.output_loss import output_loss, token_log_probabilities
from marian.pairs import Pair
from marian.vocabulary import Codec
from summarize.models.backend import Hypothesis

Decode = Callable[[MarianMTModel, list[list[str]]], list[list[Hypothesis]]]
"""The likeliest outputs of a network for sources in pieces, best first."""


@dataclass(frozen=True, slots=True)
class Risk:
    """How much the expected cost counts beside cross-entropy (0: not at all), and how it is found.

    The probabilities of a source's `candidates` are the softmax of their mean log-probabilities a token,
    times `sharpness`. They are decoded for `sentences` sources a round, with the weights of that time.
    """

    weight: float = 0.0
    candidates: int = 8
    sharpness: float = 10.0
    sentences: int = 3000


@dataclass(frozen=True, slots=True)
class Listed:
    """A source, its reference and what the model made of it: ids, ends included, and costs from 0 to 1."""

    source: list[int]
    target: list[int]
    candidates: list[list[int]]
    costs: list[float]

    @property
    def width(self) -> int:
        """The most ids of a target or candidate."""
        return max(map(len, [self.target, *self.candidates]))


@dataclass(frozen=True, slots=True)
class ListBatch:
    """Sources with their candidates; `tokens` is the number of target ids."""

    rows: list[Listed]

    @property
    def tokens(self) -> int:
        """Target ids in the batch, `</s>` included."""
        return sum(len(row.target) for row in self.rows)


def draw(
    pairs: Sequence[Pair], weights: Mapping[str, float], count: int, rng: random.Random
) -> Iterator[Pair]:
    """`count` pairs, each as likely as its domain weighs (1 where no weight is given)."""
    yield from rng.choices(
        pairs, cum_weights=list(accumulate(weights.get(pair.domain, 1.0) for pair in pairs)), k=count
    )


def decoded(
    pairs: Sequence[Pair],
    codec: Codec,
    mixture: Mixture,
    rng: random.Random,
    decode: Callable[[list[list[str]]], list[list[Hypothesis]]],
) -> Iterator[Listed]:
    """The pairs, varied by the mixture but segmented in one way, with what is decoded from their sources."""
    varied = [mixture.augmentation(pair, rng) for pair in pairs]
    sources = [codec.encode_source(pair.source, tagged=pair.domain == SYNTHETIC) for pair in varied]
    pieces = {index: piece for piece, index in codec.ids.items()}
    found = decode([[pieces[index] for index in source] for source in sources])
    for pair, source, hypotheses in zip(varied, sources, found, strict=True):
        candidates = [[*(codec.ids[piece] for piece in one.tokens), codec.eos] for one in hypotheses]
        texts = [codec.target.decode(list(one.tokens)) for one in hypotheses]
        row = Listed(source, codec.encode_target(pair.target), candidates, costs(texts, pair.target))
        if max(len(source), row.width) <= mixture.longest:
            yield row


def costs(hypotheses: Sequence[str], reference: str) -> list[float]:
    """What each hypothesis lacks of the reference: one minus the mean of sentence BLEU and chrF."""
    bleu, chrf = BLEU(effective_order=True), CHRF()
    return [
        1 - (bleu.sentence_score(one, [reference]).score + chrf.sentence_score(one, [reference]).score) / 200
        for one in hypotheses
    ]


def pack(rows: Sequence[Listed], tokens: int) -> list[ListBatch]:
    """Batches of rows of like length, targets and candidates together at most `tokens` padded ids."""
    batches: list[ListBatch] = []
    widest = count = 0
    for row in sorted(rows, key=lambda row: (row.width, len(row.source))):
        widest, count = max(widest, row.width), count + len(row.candidates) + 1
        if batches and widest * count <= tokens:
            batches[-1].rows.append(row)
        else:
            batches.append(ListBatch([row]))
            widest, count = row.width, len(row.candidates) + 1
    return batches


def loss(model: MarianMTModel, batch: ListBatch, smoothing: float, risk: Risk) -> Tensor:
    """Label-smoothed cross-entropy a target token, and the weighted mean of the sources' expected costs."""
    rows, device = batch.rows, model.device
    lists = [len(row.candidates) for row in rows]
    of = [index for index, count in enumerate(lists) for _ in range(count)] + list(range(len(rows)))
    outputs = [ids for row in rows for ids in row.candidates] + [row.target for row in rows]
    hidden, targets = network.states(model, [row.source for row in rows], outputs, of)
    weight, bias = network.output_layer(model)
    real, made = targets != model.config.pad_token_id, sum(lists)
    right = real[made:]
    entropy = output_loss(hidden[made:][right], weight, bias, targets[made:][right], smoothing)
    left = real[:made]
    logp = token_log_probabilities(hidden[:made][left], weight, bias, targets[:made][left])
    lengths = left.sum(1)
    owner = torch.repeat_interleave(torch.arange(made, device=device), lengths)
    means = torch.zeros(made, device=device).index_add(0, owner, logp) / lengths
    cost = torch.tensor([one for row in rows for one in row.costs], device=device)
    expected = [
        (torch.softmax(risk.sharpness * own, 0) * theirs).sum()
        for own, theirs in zip(means.split(lists), cost.split(lists), strict=True)
    ]
    return entropy + risk.weight * torch.stack(expected).mean()
