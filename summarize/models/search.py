"""Beam search and sampling over any model that gives next-token logits.

The beam search is CTranslate2's, so that both backends find the same output on the same weights: a
sequence is done when as many hypotheses have ended as the beam is wide, and leaves the batch then.
Sampling draws one number per sequence and step from a generator of the sequence's own, so that a
sample depends on its seed and its source but not on what else shares the batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from summarize.models.backend import Decoding

History = tuple[int, ...]


class Stepper(Protocol):
    """A model that decodes some rows in step, one token per row at a time."""

    def start(self) -> torch.Tensor:
        """Logits of the first token of each sequence, (sequences, vocabulary)."""
        ...

    def select(self, rows: list[int], *, regroup: bool) -> None:
        """Go on with these rows, in this order; one may be named several times.

        Without `regroup`, each row continues the same source as the row that it replaces.
        """
        ...

    def step(self, tokens: list[int]) -> torch.Tensor:
        """Feed a token to each row; logits of the next one, (rows, vocabulary)."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens that end an output, and tokens that never come out."""

    end_ids: tuple[int, ...]
    suppressed_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """Token ids without the end token, the sum of log-probabilities, and the number of tokens summed."""

    ids: History
    total: float
    length: int

    @property
    def mean(self) -> float:
        """Mean log-probability per token, the end token included."""
        return self.total / max(self.length, 1)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row extended by a token; `total` is the sum of log-probabilities so far."""

    total: float
    row: int
    token: int


def beam_search(
    stepper: Stepper, limits: Limits, decoding: Decoding, prefixes: Sequence[Sequence[int]] | None = None
) -> list[list[Output]]:
    """The best hypotheses of each sequence, best first by total / length ** length_penalty.

    With `prefixes`, those of a sequence begin with its prefix, which adds nothing to their totals.
    """
    beam = max(decoding.beam, decoding.hypotheses)
    logits = stepper.start()
    groups = list(range(len(logits)))  # the sequence that each run of `width` rows decodes
    width = 1
    histories: list[History] = [()] * len(groups)
    totals = torch.zeros(len(groups), device=logits.device)
    finished: list[list[Output]] = [[] for _ in groups]
    for position in range(decoding.max_length):
        logp = _log_probabilities(logits, histories, limits, decoding)
        if prefixes is not None:
            _force(logp, [prefixes[group] for group in groups for _ in range(width)], position)
        last = position + 1 == decoding.max_length
        remaining: list[int] = []
        chosen: list[_Candidate] = []
        for sequence, candidates in zip(groups, _candidates(logp, totals, width, 2 * beam), strict=True):
            done = finished[sequence]
            done += _ended(candidates[:beam], histories, limits, last)
            if not last and not _is_complete(done, candidates, limits, decoding, beam):
                remaining.append(sequence)
                chosen += _continued(candidates, limits, beam)
        if not remaining:
            break
        rows = [candidate.row for candidate in chosen]
        regroup = width != beam or len(remaining) < len(groups)
        if regroup or rows != list(range(len(rows))):
            stepper.select(rows, regroup=regroup)
        groups, width = remaining, beam
        histories = [(*histories[candidate.row], candidate.token) for candidate in chosen]
        totals = torch.tensor([candidate.total for candidate in chosen], device=logits.device)
        logits = stepper.step([candidate.token for candidate in chosen])
    return [_ranked(outputs, decoding) for outputs in finished]


def sample(
    stepper: Stepper, sources: Sequence[Sequence[int]], limits: Limits, decoding: Decoding
) -> list[list[Output]]:
    """`decoding.hypotheses` independent samples of each sequence, the likeliest first.

    `sources` are the token ids of the sequences, from which with the seed the random numbers follow.
    """
    count = decoding.hypotheses
    logits = stepper.start()
    slots = [(sequence, number) for sequence in range(len(sources)) for number in range(count)]
    numbers = np.stack([_uniform(sources[sequence], number, decoding) for sequence, number in slots])
    rows = [sequence for sequence, _ in slots]
    stepper.select(rows, regroup=True)
    logits = logits[rows]
    live = list(range(len(slots)))
    histories: list[History] = [()] * len(slots)
    totals = [0.0] * len(slots)
    outputs: list[list[Output]] = [[] for _ in sources]
    for position in range(decoding.max_length):
        logp = _log_probabilities(logits, [histories[slot] for slot in live], limits, decoding)
        uniform = torch.from_numpy(numbers[live, position]).to(logp)
        tokens = _draw(logp, uniform, decoding)
        gained = logp.gather(1, tokens[:, None]).squeeze(1).tolist()
        going: list[int] = []
        for row, (slot, token) in enumerate(zip(live, tokens.tolist(), strict=True)):
            totals[slot] += gained[row]
            ended = token in limits.end_ids
            if not ended:
                histories[slot] = (*histories[slot], token)
            if ended or position + 1 == decoding.max_length:
                outputs[slots[slot][0]].append(Output(histories[slot], totals[slot], position + 1))
            else:
                going.append(row)
        if not going:
            break
        if len(going) < len(live):
            stepper.select(going, regroup=True)
            live = [live[row] for row in going]
        logits = stepper.step([histories[slot][-1] for slot in live])
    return [sorted(found, key=lambda output: -output.mean) for found in outputs]


def _log_probabilities(
    logits: torch.Tensor, histories: list[History], limits: Limits, decoding: Decoding
) -> torch.Tensor:
    """Log-probabilities of the next token, after the rules of `decoding` on what was generated."""
    logits = logits.float()
    if decoding.repetition_penalty != 1 and histories[0]:
        seen = torch.tensor(histories, device=logits.device)  # rows in step have equal lengths
        old = logits.gather(1, seen)
        penalty = decoding.repetition_penalty
        logits = logits.scatter(1, seen, torch.where(old < 0, old * penalty, old / penalty))
    never = limits.suppressed_ids
    if len(histories[0]) < decoding.min_length:
        never += limits.end_ids
    if never:
        logits = logits.index_fill(1, torch.tensor(never, device=logits.device), -torch.inf)
    size = decoding.no_repeat_ngram
    banned = [(row, token) for row, past in enumerate(histories) for token in _completions(past, size)]
    if banned:
        rows, tokens = torch.tensor(banned, device=logits.device).T
        logits = logits.index_put((rows, tokens), logits.new_tensor(-torch.inf))
    return logits.log_softmax(-1)


def _force(logp: torch.Tensor, prefixes: Sequence[Sequence[int]], position: int) -> None:
    """Leave a row only the token of its prefix at this position, for certain, if it has one there."""
    for row, prefix in enumerate(prefixes):
        if position < len(prefix):
            logp[row] = -torch.inf
            logp[row, prefix[position]] = 0.0


def _completions(history: History, size: int) -> set[int]:
    """Tokens that would make the last `size` tokens repeat an n-gram of the history; none for size 0."""
    if size == 0:
        return set()
    start = history[len(history) - size + 1 :]
    return {
        history[index + size - 1]
        for index in range(len(history) - size + 1)
        if history[index : index + size - 1] == start
    }


def _candidates(logp: torch.Tensor, totals: torch.Tensor, width: int, count: int) -> list[list[_Candidate]]:
    """The `count` best continuations of each group of `width` rows, best first."""
    vocabulary = logp.shape[1]
    scores = (totals[:, None] + logp).view(-1, width * vocabulary)
    best, flat = scores.topk(min(count, scores.shape[1]))
    return [
        [
            _Candidate(total, group * width + index // vocabulary, index % vocabulary)
            for total, index in zip(group_totals, indices, strict=True)
            if total > -torch.inf
        ]
        for group, (group_totals, indices) in enumerate(zip(best.tolist(), flat.tolist(), strict=True))
    ]


def _ended(
    candidates: list[_Candidate], histories: list[History], limits: Limits, last: bool
) -> list[Output]:
    """Outputs of the candidates that end here, or all of them at the last position."""
    outputs = []
    for candidate in candidates:
        history = histories[candidate.row]
        if candidate.token in limits.end_ids:
            outputs.append(Output(history, candidate.total, len(history) + 1))
        elif last:
            outputs.append(Output((*history, candidate.token), candidate.total, len(history) + 1))
    return outputs


def _is_complete(
    done: list[Output], candidates: list[_Candidate], limits: Limits, decoding: Decoding, beam: int
) -> bool:
    if decoding.length_penalty == 0:
        # Totals only fall, so nothing can overtake an output that ended as the best candidate.
        best_ended = bool(candidates) and candidates[0].token in limits.end_ids
        return best_ended and len(done) >= decoding.hypotheses
    return len(done) >= beam


def _continued(candidates: list[_Candidate], limits: Limits, beam: int) -> list[_Candidate]:
    """The `beam` best candidates that don't end; where there are fewer, copies that can't win."""
    going = [candidate for candidate in candidates if candidate.token not in limits.end_ids][:beam]
    spare = going[0] if going else candidates[0]
    return going + [_Candidate(-torch.inf, spare.row, spare.token)] * (beam - len(going))


def _ranked(outputs: list[Output], decoding: Decoding) -> list[Output]:
    best = sorted(outputs, key=lambda output: -output.total / output.length**decoding.length_penalty)
    return best[: decoding.hypotheses]


def _draw(logp: torch.Tensor, uniform: torch.Tensor, decoding: Decoding) -> torch.Tensor:
    """One token per row: where the cumulated probability of the kept tokens passes `uniform`."""
    count = decoding.top_k if 0 < decoding.top_k < logp.shape[1] else logp.shape[1]
    best, tokens = (logp / decoding.temperature).topk(count)
    probability = best.softmax(-1)
    if decoding.top_p < 1:
        before = probability.cumsum(-1) - probability
        probability = probability * (before < decoding.top_p)
    cumulated = probability.cumsum(-1)
    index = torch.searchsorted(cumulated, uniform[:, None] * cumulated[:, -1:], right=True)
    return tokens.gather(1, index.clamp(max=count - 1)).squeeze(1)


def _uniform(source: Sequence[int], number: int, decoding: Decoding) -> np.ndarray:
    """The random numbers of one sample, one per position."""
    text = f"{decoding.seed} {number} {' '.join(map(str, source))}"
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big")).random(decoding.max_length)
