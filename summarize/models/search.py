"""Beam search and sampling over any model that gives next-token logits.

The beam search is CTranslate2's, so that all backends find the same output on the same weights: a
sequence is done when as many hypotheses have ended as the beam is wide, and leaves the batch then.
Sampling draws one number per sequence and step from a generator of the sequence's own, so that a
sample depends on its seed and its source but not on what else shares the batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from summarize.models.backend import Decoding

History = tuple[int, ...]


class Candidate(NamedTuple):
    """A row extended by a token; `total` is the sum of log-probabilities so far.

    A tuple, since a step makes thousands of them while a GPU waits.
    """

    total: float
    row: int
    token: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What may not come next, and what is made less likely.

    `never` are tokens that no row may have, `banned` pairs of a row and a token, `seen` the tokens of
    each row (as many in each) whose logits are weakened by the factor `penalty`.
    """

    never: tuple[int, ...] = ()
    banned: tuple[tuple[int, int], ...] = ()
    seen: tuple[History, ...] = ()
    penalty: float = 1.0


class Logits(Protocol):
    """Scores of the next token of some rows, (rows, vocabulary), in whatever array library."""

    def __len__(self) -> int: ...

    def select(self, rows: list[int]) -> Self:
        """These rows, in this order; one may be named several times."""
        ...

    def log_probabilities(self, rules: Rules) -> Self:
        """Normalised, after the rules. What it is called on may not be used any more."""
        ...

    def force(self, prefixes: Sequence[Sequence[int]], position: int) -> None:
        """Leave a row only the token of its prefix at this position, for certain, if it has one there."""
        ...

    def best(self, totals: list[float], width: int, count: int) -> list[list[Candidate]]:
        """The `count` best continuations of each group of `width` rows, best first; no impossible ones."""
        ...

    def draw(self, uniform: np.ndarray[Any, Any], decoding: Decoding) -> tuple[list[int], list[float]]:
        """A token of each row, where the cumulated probability of the kept tokens passes `uniform`.

        Also the tokens' log-probabilities.
        """
        ...


class Stepper(Protocol):
    """A model that decodes some rows in step, one token per row at a time."""

    def start(self) -> Logits:
        """Logits of the first token of each sequence."""
        ...

    def select(self, rows: list[int], *, regroup: bool) -> None:
        """Go on with these rows, in this order; one may be named several times.

        Without `regroup`, each row continues the same source as the row that it replaces.
        """
        ...

    def step(self, tokens: list[int]) -> Logits:
        """Feed a token to each row; logits of the next one."""
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


def beam_search(
    stepper: Stepper, limits: Limits, decoding: Decoding, prefixes: Sequence[Sequence[int]] | None = None
) -> list[list[Output]]:
    """The best hypotheses of each sequence, best first by total / length ** length_penalty.

    With `prefixes`, those of a sequence begin with its prefix, which adds nothing to their totals.
    """
    beam = decoding.width
    logits = stepper.start()
    groups = list(range(len(logits)))  # the sequence that each run of `width` rows decodes
    width = 1
    histories: list[History] = [()] * len(groups)
    totals = [0.0] * len(groups)
    finished: list[list[Output]] = [[] for _ in groups]
    for position in range(decoding.max_length):
        logp = logits.log_probabilities(_rules(histories, limits, decoding))
        if prefixes is not None:
            logp.force([prefixes[group] for group in groups for _ in range(width)], position)
        last = position + 1 == decoding.max_length
        remaining: list[int] = []
        chosen: list[Candidate] = []
        for sequence, candidates in zip(groups, logp.best(totals, width, 2 * beam), strict=True):
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
        totals = [candidate.total for candidate in chosen]
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
    logits = logits.select(rows)
    live = list(range(len(slots)))
    histories: list[History] = [()] * len(slots)
    totals = [0.0] * len(slots)
    outputs: list[list[Output]] = [[] for _ in sources]
    for position in range(decoding.max_length):
        logp = logits.log_probabilities(_rules([histories[slot] for slot in live], limits, decoding))
        tokens, gained = logp.draw(numbers[live, position], decoding)
        going: list[int] = []
        for row, (slot, token) in enumerate(zip(live, tokens, strict=True)):
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


def _rules(histories: list[History], limits: Limits, decoding: Decoding) -> Rules:
    """What the search forbids next after these histories."""
    never = limits.suppressed_ids
    if len(histories[0]) < decoding.min_length:
        never += limits.end_ids
    size = decoding.no_repeat_ngram
    banned = tuple((row, token) for row, past in enumerate(histories) for token in _completions(past, size))
    penalized = decoding.repetition_penalty != 1 and bool(histories[0])
    return Rules(never, banned, tuple(histories) if penalized else (), decoding.repetition_penalty)


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


def _ended(candidates: list[Candidate], histories: list[History], limits: Limits, last: bool) -> list[Output]:
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
    done: list[Output], candidates: list[Candidate], limits: Limits, decoding: Decoding, beam: int
) -> bool:
    if decoding.length_penalty == 0:
        # Totals only fall, so nothing can overtake an output that ended as the best candidate.
        best_ended = bool(candidates) and candidates[0].token in limits.end_ids
        return best_ended and len(done) >= decoding.hypotheses
    return len(done) >= beam


def _continued(candidates: list[Candidate], limits: Limits, beam: int) -> list[Candidate]:
    """The `beam` best candidates that don't end; where there are fewer, copies that can't win."""
    going = [candidate for candidate in candidates if candidate.token not in limits.end_ids][:beam]
    spare = going[0] if going else candidates[0]
    return going + [Candidate(-np.inf, spare.row, spare.token)] * (beam - len(going))


def _ranked(outputs: list[Output], decoding: Decoding) -> list[Output]:
    best = sorted(outputs, key=lambda output: -output.total / output.length**decoding.length_penalty)
    return best[: decoding.hypotheses]


def _uniform(source: Sequence[int], number: int, decoding: Decoding) -> np.ndarray[Any, Any]:
    """The random numbers of one sample, one per position."""
    text = f"{decoding.seed} {number} {' '.join(map(str, source))}"
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big")).random(decoding.max_length)
