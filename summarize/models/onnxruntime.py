"""The ONNX Runtime backend: Llama-like chat models on the CPU, int8 by default, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from summarize.errors import ModelError
from summarize.models.allowance import available_cores, workers_of
from summarize.models.backend import Architecture, Decoding, Hypothesis
from summarize.models.config import CONVERTED_CONFIG, ModelConfig, read_json
from summarize.models.decoder_shape import DecoderShape
from summarize.models.packing import TokenBudget, check_lengths, is_out_of_memory, run_packed
from summarize.models.search import Limits, Output, beam_search, sample
from summarize.models.tokenizers import Vocabulary
from summarize.models.tree_decoder import TreeNetwork, TreeStepper
from summarize.models.tuning import tune_process

_STATE_MEMORY = 512 << 20
"""Bytes for the states of all batches in hand. Eight sequences in a batch are as fast as more."""


class OnnxRuntimeBackend:
    """A model that `to_onnx` converted, on the CPU.

    With `threads` 0 all available cores are used. Each core decodes batches of its own: two cores that
    share one batch wait for each other at every operation.
    """

    def __init__(
        self, folder: Path, config: ModelConfig, vocabulary: Vocabulary, *, threads: int = 0
    ) -> None:
        self.architecture: Architecture = config.architecture
        self._config = config
        self._vocabulary = vocabulary
        self._limits = Limits(config.end_ids, config.suppressed_ids)
        self._budget = TokenBudget()
        cores = threads or available_cores()
        self._workers = workers_of(cores)
        tune_process()
        self._network = _load(folder, cores // self._workers)

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        """Decode each sequence; see `Backend.generate`. Raises ValueError for prefixes."""
        if prefixes is not None:
            raise ValueError("Prefixes are for sequence-to-sequence models.")
        check_lengths(sequences, self._config.max_length)
        prompts = [self._vocabulary.ids(sequence) for sequence in sequences]
        return run_packed(
            sequences,
            lambda batch: self._search([prompts[index] for index in batch], decoding),
            self._budget,
            self._most_tokens(max(map(len, prompts), default=0), decoding),
            workers=self._workers,
        )

    def _most_tokens(self, longest: int, decoding: Decoding) -> int:
        """The padded tokens of prompts in a batch whose states fit into a worker's share of the memory."""
        tokens = _STATE_MEMORY // self._workers // self._network.shape.state_bytes
        share = longest / (longest + decoding.width * decoding.max_length) if longest else 1.0
        return min(decoding.token_budget, int(tokens * share))

    def _search(self, prompts: list[list[int]], decoding: Decoding) -> list[list[Hypothesis]]:
        if decoding.temperature > 0:
            outputs = sample(TreeStepper(self._network, prompts, 1), prompts, self._limits, decoding)
        else:
            stepper = TreeStepper(self._network, prompts, decoding.width)
            outputs = beam_search(stepper, self._limits, decoding)
        return [[self._hypothesis(output) for output in found] for found in outputs]

    def _hypothesis(self, output: Output) -> Hypothesis:
        return Hypothesis(tuple(self._vocabulary.tokens(output.ids)), output.mean)


def _load(folder: Path, threads: int) -> TreeNetwork:
    shape = DecoderShape.of(read_json(folder / CONVERTED_CONFIG))
    if shape is None:
        raise ModelError(f"{folder} holds no model that was converted for ONNX Runtime")
    try:
        return TreeNetwork.load(folder, shape, threads)
    except Exception as error:  # ONNX Runtime's own errors have no class in common
        hint = "Use a smaller model." if is_out_of_memory(error) else "Remove the folder; it is made anew."
        raise ModelError(f"ONNX Runtime can't load {folder}: {error}", hint) from error
