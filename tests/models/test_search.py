"""Beam search and sampling, over models small enough to enumerate."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from summarize.models.backend import Decoding
from summarize.models.numpy_logits import NumpyLogits
from summarize.models.search import Limits, Logits, Output, Rules, beam_search, sample
from summarize.models.torch_logits import TorchLogits

END = 0
VOCABULARY = 5


class Table:
    """A model whose next token depends on its sequence, the token before and the position."""

    def __init__(self, seeds: list[int], vocabulary: int = VOCABULARY) -> None:
        self.seeds = seeds
        self.vocabulary = vocabulary
        self.position = 0
        self.rows_decoded: list[int] = []

    def logits(self, seed: int, token: int, position: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed * 10_007 + token * 101 + position)
        return torch.randn(self.vocabulary, generator=generator) * 2

    def wrapped(self, rows: list[torch.Tensor]) -> Logits:
        return TorchLogits(torch.stack(rows))

    def start(self) -> Logits:
        self.rows_decoded.append(len(self.seeds))
        return self.wrapped([self.logits(seed, 0, 0) for seed in self.seeds])

    def select(self, rows: list[int], *, regroup: bool) -> None:
        chosen = [self.seeds[row] for row in rows]
        assert regroup or chosen == self.seeds
        self.seeds = chosen

    def step(self, tokens: list[int]) -> Logits:
        assert len(tokens) == len(self.seeds)
        self.rows_decoded.append(len(tokens))
        self.position += 1
        return self.wrapped(
            [self.logits(seed, token, self.position) for seed, token in zip(self.seeds, tokens, strict=True)]
        )


class NumpyTable(Table):
    """The same model with its logits as NumPy arrays."""

    def wrapped(self, rows: list[torch.Tensor]) -> Logits:
        return NumpyLogits(torch.stack(rows).numpy())


both = pytest.mark.parametrize("table", [Table, NumpyTable], ids=["torch", "numpy"])


def every_output(seed: int, max_length: int) -> dict[tuple[int, ...], float]:
    """The log-probability of all outputs: those that end, and those that reach the limit."""
    model = Table([seed])
    found: dict[tuple[int, ...], float] = {}
    for length in range(1, max_length + 1):
        for tokens in itertools.product(range(VOCABULARY), repeat=length):
            ends = tokens[-1] == END
            if END in tokens[:-1] or not (ends or length == max_length):
                continue
            total = 0.0
            for position, token in enumerate(tokens):
                before = tokens[position - 1] if position else 0
                total += float(model.logits(seed, before, position).log_softmax(-1)[token])
            found[tokens] = total
    return found


LIMITS = Limits((END,))


@both
@pytest.mark.parametrize("seed", range(8))
def test_a_beam_as_wide_as_the_space_finds_the_best_output(table: type[Table], seed: int) -> None:
    outputs = every_output(seed, 3)
    decoding = Decoding(beam=60, max_length=3, length_penalty=1.0)
    ((found,),) = beam_search(table([seed]), LIMITS, decoding)
    best = max(outputs, key=lambda tokens: outputs[tokens] / len(tokens))
    assert found.ids == tuple(token for token in best if token != END)
    assert found.total == pytest.approx(outputs[best], abs=1e-4)
    assert found.mean == pytest.approx(outputs[best] / len(best), abs=1e-4)


@both
@pytest.mark.parametrize("seed", range(4))
def test_greedy_search_takes_the_likeliest_token_each_time(table: type[Table], seed: int) -> None:
    model = table([seed])
    expected: list[int] = []
    while len(expected) < 12:
        token = int(model.logits(seed, expected[-1] if expected else 0, len(expected)).argmax())
        if token == END:
            break
        expected.append(token)
    ((found,),) = beam_search(table([seed]), LIMITS, Decoding(beam=1, max_length=12))
    assert list(found.ids) == expected


@both
@given(
    seeds=st.lists(st.integers(0, 50), min_size=1, max_size=6),
    beam=st.integers(1, 4),
    penalty=st.sampled_from([0.0, 0.6, 1.0]),
    temperature=st.sampled_from([0.0, 1.0]),
)
@settings(max_examples=15, deadline=None)
def test_the_output_does_not_depend_on_what_else_is_in_the_batch(
    table: type[Table], seeds: list[int], beam: int, penalty: float, temperature: float
) -> None:
    decoding = Decoding(
        beam=beam, hypotheses=beam, max_length=9, length_penalty=penalty, temperature=temperature
    )

    def run(chosen: list[int]) -> list[list[Output]]:
        if temperature:
            return sample(table(chosen), [[seed] for seed in chosen], LIMITS, decoding)
        return beam_search(table(chosen), LIMITS, decoding)

    assert run(seeds) == [run([seed])[0] for seed in seeds]


@both
def test_sequences_leave_the_batch_when_they_are_done(table: type[Table]) -> None:
    model = table(list(range(12)))
    beam_search(model, LIMITS, Decoding(beam=1, max_length=30))
    assert model.rows_decoded[0] == 12
    assert model.rows_decoded == sorted(model.rows_decoded, reverse=True)
    assert model.rows_decoded[-1] < 6


@both
def test_samples_leave_the_batch_when_they_are_done(table: type[Table]) -> None:
    model = table(list(range(12)))
    sample(model, [[seed] for seed in range(12)], LIMITS, Decoding(temperature=1.0, max_length=30))
    assert model.rows_decoded[-1] < model.rows_decoded[0]


@both
@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_length_limits_are_kept(table: type[Table], temperature: float) -> None:
    for least, most in [(0, 1), (4, 4), (3, 7)]:
        decoding = Decoding(beam=2, min_length=least, max_length=most, temperature=temperature)
        seeds = list(range(20))
        outputs = (
            sample(table(seeds), [[seed] for seed in seeds], LIMITS, decoding)
            if temperature
            else beam_search(table(seeds), LIMITS, decoding)
        )
        assert all(least <= len(one.ids) <= most for group in outputs for one in group)


@both
def test_suppressed_tokens_never_come_out_and_all_end_tokens_end(table: type[Table]) -> None:
    limits = Limits((0, 3), suppressed_ids=(2,))
    outputs = beam_search(table(list(range(20))), limits, Decoding(beam=3, hypotheses=3, max_length=10))
    assert not {0, 2, 3} & {token for group in outputs for one in group for token in one.ids}


@both
def test_no_ngram_comes_twice(table: type[Table]) -> None:
    decoding = Decoding(beam=2, max_length=25, min_length=20, no_repeat_ngram=2)
    for (found,) in beam_search(table(list(range(10)), vocabulary=12), LIMITS, decoding):
        pairs = list(itertools.pairwise(found.ids))
        assert len(found.ids) >= 20
        assert len(pairs) == len(set(pairs))


@both
def test_a_repetition_penalty_makes_repetition_rarer(table: type[Table]) -> None:
    def distinct(penalty: float) -> float:
        decoding = Decoding(beam=1, max_length=12, min_length=12, repetition_penalty=penalty)
        groups = beam_search(table(list(range(20)), vocabulary=40), LIMITS, decoding)
        return sum(len(set(one.ids)) for group in groups for one in group)

    assert distinct(3.0) > distinct(1.0)


@both
def test_the_hypotheses_are_distinct_and_best_first(table: type[Table]) -> None:
    for group in beam_search(table([1, 2, 3]), LIMITS, Decoding(beam=2, hypotheses=4, max_length=8)):
        assert len({one.ids for one in group}) == len(group) == 4
        assert [one.mean for one in group] == sorted((one.mean for one in group), reverse=True)


@both
def test_a_vocabulary_smaller_than_the_beam_is_no_problem(table: type[Table]) -> None:
    ((found,),) = beam_search(table([1], vocabulary=2), LIMITS, Decoding(beam=5, max_length=4))
    assert set(found.ids) <= {1}


@both
def test_samples_follow_the_seed(table: type[Table]) -> None:
    def draw(seed: int) -> list[list[Output]]:
        decoding = Decoding(hypotheses=4, temperature=1.0, seed=seed, max_length=10)
        return sample(table([1, 2]), [[1], [2]], LIMITS, decoding)

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert len({one.ids for one in draw(1)[0]}) > 1


@both
def test_samples_are_as_frequent_as_they_are_likely(table: type[Table]) -> None:
    count = 3000
    decoding = Decoding(hypotheses=count, temperature=1.0, top_k=0, max_length=1)
    (outputs,) = sample(table([7]), [[7]], LIMITS, decoding)
    probabilities = table([7]).logits(7, 0, 0).softmax(-1).tolist()
    for token, probability in enumerate(probabilities):
        share = sum(one.ids == ((token,) if token != END else ()) for one in outputs) / count
        assert share == pytest.approx(probability, abs=4 * math.sqrt(0.25 / count))


@both
def test_top_k_and_top_p_leave_only_the_likeliest(table: type[Table]) -> None:
    base = Decoding(hypotheses=50, temperature=1.0, max_length=6, min_length=6)
    greedy = sample(table([3]), [[3]], LIMITS, replace(base, top_k=1))
    nucleus = sample(table([3]), [[3]], LIMITS, replace(base, top_p=1e-6))
    assert len({one.ids for one in greedy[0]}) == 1
    assert greedy == nucleus


rows_of_logits = st.integers(1, 4).flatmap(
    lambda rows: st.integers(2, 700).flatmap(
        lambda size: st.integers(0, 2**32 - 1).map(
            lambda seed: np.random.default_rng(seed).normal(size=(rows, size)).astype(np.float32) * 4
        )
    )
)


def test_a_row_with_every_token_banned_stands_in_no_others_way() -> None:
    values = np.array([[0.5, -0.5], [1.0, 2.0]], dtype=np.float32)
    rules = Rules(never=(0,), banned=((0, 1),))
    for count in (1, 3):
        for logits in (NumpyLogits(values.copy()), TorchLogits(torch.from_numpy(values))):
            with np.errstate(all="raise"):
                ((found,),) = logits.log_probabilities(rules).best([0.0, 0.0], 2, count)
            assert (found.total, found.row, found.token) == (pytest.approx(0.0), 1, 1)


@given(values=rows_of_logits, count=st.integers(1, 12), width=st.integers(1, 4), data=st.data())
@settings(max_examples=80, deadline=None)
def test_numpy_and_torch_find_the_same_best_continuations(
    values: np.ndarray, count: int, width: int, data: st.DataObject
) -> None:
    values = np.repeat(values, width, axis=0) + np.arange(len(values) * width, dtype=np.float32)[:, None] / 7
    rows, size = values.shape
    token = st.integers(0, size - 1)
    rules = Rules(
        never=tuple(data.draw(st.sets(token, max_size=size - 1))),
        banned=tuple(data.draw(st.sets(st.tuples(st.integers(0, rows - 1), token), max_size=3))),
        seen=tuple((data.draw(token), data.draw(token)) for _ in range(rows)),
        penalty=1.3,
    )
    totals = [-0.1 * row for row in range(rows)]
    ours = NumpyLogits(values.copy()).log_probabilities(rules).best(totals, width, count)
    theirs = TorchLogits(torch.from_numpy(values)).log_probabilities(rules).best(totals, width, count)
    assert [[(one.row, one.token) for one in group] for group in ours] == [
        [(one.row, one.token) for one in group] for group in theirs
    ]
    assert [one.total for group in ours for one in group] == pytest.approx(
        [one.total for group in theirs for one in group], abs=1e-4
    )


@given(values=rows_of_logits, seed=st.integers(0, 99), top_k=st.integers(0, 20), top_p=st.floats(0.1, 1.0))
@settings(max_examples=80, deadline=None)
def test_numpy_and_torch_draw_the_same_tokens(
    values: np.ndarray, seed: int, top_k: int, top_p: float
) -> None:
    decoding = Decoding(temperature=0.8, top_k=top_k, top_p=top_p)
    uniform = np.random.default_rng(seed).random(len(values))
    tokens, gained = NumpyLogits(values.copy()).log_probabilities(Rules()).draw(uniform, decoding)
    others, theirs = TorchLogits(torch.from_numpy(values)).log_probabilities(Rules()).draw(uniform, decoding)
    assert tokens == others
    assert gained == pytest.approx(theirs, abs=1e-4)


@both
def test_a_forced_token_is_certain_and_alone(table: type[Table]) -> None:
    logp = table([1, 2]).start().log_probabilities(Rules())
    logp.force([(3,), ()], 0)
    first, second = logp.best([0.0, 0.0], 1, 3)
    assert [(one.token, one.total) for one in first] == [(3, pytest.approx(0.0, abs=1e-6))]
    assert len(second) == 3
