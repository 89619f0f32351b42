"""Sequences into batches: sorted by length, packed by token budget, halved when memory runs out."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from math import ceil
from typing import TypeVar

from summarize.errors import ModelError

Result = TypeVar("Result")

_MANY = 8
"""Batches a worker; where there are more, an idle worker at the end costs little."""

_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "failed to allocate memory", "bad_alloc")


def pack(lengths: Sequence[int], budget: int, spread: int | None = None) -> list[list[int]]:
    """Indices of the sequences, in batches of at most `budget` padded tokens, the longest first.

    A batch's padded tokens are its size times its longest length; a sequence that exceeds the budget
    alone is a batch of one. With `spread`, lengths within a batch differ by at most that.
    """
    batches: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        length = lengths[index]
        fits = batches and (len(batches[-1]) + 1) * longest <= budget
        if fits and (spread is None or longest - length <= spread):
            batches[-1].append(index)
        else:
            batches.append([index])
            longest = max(length, 1)
    return batches


def pack_evenly(
    lengths: Sequence[int], budget: int, spread: int | None = None, workers: int = 1
) -> list[list[int]]:
    """As `pack`, but where there are few batches, in smaller ones that keep all workers busy to the end."""
    batches = pack(lengths, budget, spread)
    if len(batches) >= _MANY * workers:
        return batches
    most = ceil(len(batches) / workers) * workers
    low, high = 1, budget
    while low < high:
        middle = (low + high) // 2
        tried = pack(lengths, middle, spread)
        if len(tried) <= most:
            batches, high = tried, middle
        else:
            low = middle + 1
    return batches


class TokenBudget:
    """The most padded tokens that fit into memory, learnt from failures.

    Halves when memory runs out, and grows by a quarter after `patience` batches in a row that went
    well, since what took the memory may have gone. Safe to share between threads.
    """

    def __init__(self, patience: int = 32) -> None:
        self._patience = patience
        self._limit: int | None = None
        self._successes = 0
        self._lock = threading.Lock()

    def within(self, wanted: int) -> int:
        """The budget to use where `wanted` tokens are asked for."""
        return wanted if self._limit is None else min(wanted, self._limit)

    def succeeded(self, wanted: int) -> None:
        """Note a batch that went well under a wanted budget of `wanted` tokens."""
        with self._lock:
            if self._limit is None:
                return
            self._successes += 1
            if self._successes >= self._patience:
                self._successes = 0
                self._limit += max(1, self._limit // 4)
                if self._limit >= wanted:
                    self._limit = None

    def failed(self, tokens: int) -> None:
        """Note a batch of `tokens` padded tokens that ran out of memory."""
        with self._lock:
            self._successes = 0
            self._limit = max(1, min(tokens, self._limit or tokens) // 2)


def run_packed(
    sequences: Sequence[Sequence[str]],
    run: Callable[[list[int]], list[Result]],
    budget: TokenBudget,
    wanted: int,
    *,
    spread: int | None = None,
    workers: int = 1,
    after_failure: Callable[[], None] = lambda: None,
) -> list[Result]:
    """`run` over all sequences in packed batches; results in the order of `sequences`.

    `run` takes indices into `sequences` and returns one result for each. A batch that runs out of
    memory is packed anew at half its size, after `after_failure` has had a chance to free some.
    Raises ModelError if one sequence alone doesn't fit.
    """
    lengths = [len(sequence) for sequence in sequences]
    results: dict[int, Result] = {}
    batches = pack_evenly(lengths, budget.within(wanted), spread, workers)
    waiting = deque(batches)
    running: dict[Future[list[Result]], list[int]] = {}
    with ThreadPoolExecutor(workers) as pool:
        while waiting or running:
            while waiting and len(running) < workers:
                batch = waiting.popleft()
                running[pool.submit(run, batch)] = batch
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                try:
                    results.update(zip(batch, future.result(), strict=True))
                except Exception as error:
                    if not is_out_of_memory(error):
                        raise
                    after_failure()
                    longest = max(lengths[index] for index in batch)
                    if len(batch) == 1:
                        raise ModelError(
                            f"Out of memory on a single sequence of {longest} tokens",
                            "Use a smaller model, a smaller beam or int8 weights (--compute-type int8).",
                        ) from error
                    budget.failed(len(batch) * longest)
                    remaining = sorted([*batch, *(index for later in waiting for index in later)])
                    waiting = deque(_repack(remaining, lengths, budget.within(wanted), spread))
                else:
                    budget.succeeded(wanted)
    return [results[index] for index in range(len(sequences))]


def check_lengths(sequences: Sequence[Sequence[str]], limit: int) -> None:
    """Raise ModelError if a sequence has more tokens than the model takes: nothing is cut off silently."""
    longest = max(map(len, sequences), default=0)
    if longest > limit:
        raise ModelError(
            f"A sequence of {longest} tokens is longer than the {limit} that the model takes",
            "Split it before it is encoded; `Tokenizer.max_length` is the limit.",
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether PyTorch, CTranslate2, CUDA, ONNX Runtime or Python says that memory ran out."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # ONNX Runtime's errors are of classes of its own.
    is_of_a_library = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    text = str(error).lower()
    return is_of_a_library and any(phrase in text for phrase in _OUT_OF_MEMORY)


def _repack(indices: list[int], lengths: Sequence[int], budget: int, spread: int | None) -> list[list[int]]:
    batches = pack([lengths[index] for index in indices], budget, spread)
    return [[indices[position] for position in batch] for batch in batches]
