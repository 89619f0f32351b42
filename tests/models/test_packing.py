"""Batches by token budget, and what happens when memory runs out."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnxruntime.capi.onnxruntime_pybind11_state import Fail

from summarize.errors import ModelError
from summarize.models.packing import (
    TokenBudget,
    check_lengths,
    is_out_of_memory,
    pack,
    pack_evenly,
    run_packed,
)

LENGTHS = st.lists(st.integers(0, 600), max_size=60)


class OutOfMemoryError(RuntimeError):
    """Named as PyTorch's."""


def sequences_of(lengths: list[int]) -> list[list[str]]:
    return [["token"] * length for length in lengths]


@given(lengths=LENGTHS, budget=st.integers(1, 4000), spread=st.none() | st.integers(0, 50))
def test_every_sequence_is_in_one_batch_that_keeps_the_budget(
    lengths: list[int], budget: int, spread: int | None
) -> None:
    batches = pack(lengths, budget, spread)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        shortest = min(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= budget
        assert spread is None or longest - shortest <= max(spread, 1)


@given(lengths=LENGTHS)
def test_the_longest_come_first_so_that_memory_runs_out_early(lengths: list[int]) -> None:
    flat = [lengths[index] for batch in pack(lengths, 1000) for index in batch]
    assert flat == sorted(lengths, reverse=True)


@given(lengths=LENGTHS, budget=st.integers(1, 4000), workers=st.integers(1, 4))
def test_results_come_in_the_order_of_the_sequences(lengths: list[int], budget: int, workers: int) -> None:
    results = run_packed(
        sequences_of(lengths),
        lambda batch: [index * 10 for index in batch],
        TokenBudget(),
        budget,
        workers=workers,
    )
    assert results == [index * 10 for index in range(len(lengths))]


@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=40), room=st.integers(50, 400))
def test_a_batch_that_does_not_fit_is_halved_until_it_does(lengths: list[int], room: int) -> None:
    def run(batch: list[int]) -> list[int]:
        if len(batch) * max(lengths[index] for index in batch) > room:
            raise OutOfMemoryError("CUDA out of memory")
        return batch

    assert run_packed(sequences_of(lengths), run, TokenBudget(), 4000) == list(range(len(lengths)))


def test_a_lowered_budget_is_kept_for_the_next_call_and_creeps_up_again() -> None:
    budget = TokenBudget(patience=3)
    sizes: list[int] = []
    full = True

    def run(batch: list[int]) -> list[int]:
        sizes.append(len(batch))
        if full and len(batch) > 4:
            raise MemoryError
        return batch

    run_packed(sequences_of([10] * 16), run, budget, 160)
    assert sizes == [16, 8, 4, 4, 4, 4]
    full = False
    sizes.clear()
    run_packed(sequences_of([10] * 4), run, budget, 160)
    assert sizes == [4]
    for _ in range(40):
        run_packed(sequences_of([10]), run, budget, 160)
    sizes.clear()
    run_packed(sequences_of([10] * 16), run, budget, 160)
    assert sizes == [16]


def test_memory_is_freed_before_the_next_try() -> None:
    events: list[str] = []

    def run(batch: list[int]) -> list[int]:
        events.append(f"batch of {len(batch)}")
        if len(batch) > 1:
            raise MemoryError
        return batch

    run_packed(sequences_of([5, 5]), run, TokenBudget(), 100, after_failure=lambda: events.append("freed"))
    assert events == ["batch of 2", "freed", "batch of 1", "batch of 1"]


def test_a_sequence_that_does_not_fit_alone_is_an_error_with_its_length() -> None:
    def run(batch: list[int]) -> list[int]:
        raise MemoryError

    with pytest.raises(ModelError, match="single sequence of 7 tokens"):
        run_packed(sequences_of([7]), run, TokenBudget(), 100)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def run(batch: list[int]) -> list[int]:
        raise RuntimeError("device-side assert triggered")

    with pytest.raises(RuntimeError, match="device-side"):
        run_packed(sequences_of([7, 8]), run, TokenBudget(), 100)


def test_workers_run_at_the_same_time_and_none_idles() -> None:
    together = threading.Barrier(2, timeout=5)

    def run(batch: list[int]) -> list[int]:
        together.wait()
        time.sleep(0.01)
        return batch

    # One batch would hold all four; two workers get two each.
    assert run_packed(sequences_of([10] * 4), run, TokenBudget(), 4000, workers=2) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError("tried to allocate"),
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        Fail("MatMul: Failed to allocate memory for requested buffer of size 81000192"),
    ],
)
def test_what_each_library_says_when_memory_runs_out_is_known(error: Exception) -> None:
    assert is_out_of_memory(error)


def test_a_sequence_longer_than_the_model_takes_is_refused() -> None:
    check_lengths([], 5)
    check_lengths(sequences_of([5]), 5)
    with pytest.raises(ModelError, match="6 tokens is longer than the 5"):
        check_lengths(sequences_of([2, 6]), 5)


@given(lengths=LENGTHS, budget=st.integers(1, 4000), workers=st.integers(1, 5))
def test_few_batches_are_as_many_for_each_worker(lengths: list[int], budget: int, workers: int) -> None:
    usual = pack(lengths, budget)
    even = pack_evenly(lengths, budget, None, workers)
    assert sorted(index for batch in even for index in batch) == list(range(len(lengths)))
    rounds = -(-len(usual) // workers)
    assert len(even) <= max(rounds * workers, len(usual))

    def largest(batches: list[list[int]]) -> int:
        return max((len(batch) * max(lengths[index] for index in batch) for batch in batches), default=0)

    assert largest(even) <= largest(usual)


def test_twelve_equal_sequences_are_shared_by_two_workers() -> None:
    assert [len(batch) for batch in pack_evenly([100] * 12, 1000, None, 2)] == [6, 6]
    assert [len(batch) for batch in pack_evenly([100] * 12, 500, None, 2)] == [3, 3, 3, 3]
