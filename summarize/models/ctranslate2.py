"""The CTranslate2 backend: converted models, int8 by default on the CPU, without torch."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from summarize.errors import ModelError
from summarize.models.allowance import available_cores, workers_of
from summarize.models.backend import Architecture, Decoding, Hypothesis
from summarize.models.config import ModelConfig, limited
from summarize.models.packing import TokenBudget, check_lengths, is_out_of_memory, run_packed
from summarize.models.tokenizers import Vocabulary
from summarize.models.tuning import tune_process

Run = Callable[[list[list[str]], Decoding], list[list[Hypothesis]]]

_PROMPT_SPREAD = 16
"""Prompts of one batch differ in length by at most this: what exceeds the shortest is fed token by token."""

_SHARED_PROMPT = 8
"""Fewest tokens that all prompts must begin with before their state is computed once and kept."""

_MOST_TOKENS_ON_CPU = 1024
"""Bigger batches of a translator fall out of the cache, a tenth slower at 4096."""

_MOST_STATES_ON_CPU = 1920
"""The same for a chat model, where each beam keeps and copies the states of its prompt: bigger batches are
no faster and take gigabytes; a greedy search of one prompt at a time takes a fifth longer."""


class CTranslate2Backend:
    """A converted model on one device.

    With `threads` 0 all available cores are used. On the CPU each core decodes batches of its own; both
    of two cores on one batch take half as much CPU time again for a chat model, and no less for Marian.
    """

    def __init__(
        self,
        folder: Path,
        config: ModelConfig,
        vocabulary: Vocabulary,
        *,
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 0,
    ) -> None:
        self.architecture: Architecture = config.architecture
        self._folder = folder
        self._config = config
        kind, _, index = device.partition(":")
        self._cores = threads or available_cores() if kind == "cpu" else 1
        self._workers = workers_of(self._cores)
        self._settings = {"device": kind, "device_index": int(index or 0), "compute_type": compute_type}
        self._end_tokens = vocabulary.tokens(config.end_ids)
        self._forced = vocabulary.tokens([config.forced_bos_id]) if config.forced_bos_id is not None else []
        unwanted = (index for index in config.suppressed_ids if index != config.pad_id)
        self._suppressed = [[token] for token in vocabulary.tokens(unwanted)]
        self._budget = TokenBudget()
        self._on_cpu = kind == "cpu"
        if self._on_cpu:
            tune_process()
        self._model = self._load(self._workers)

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        """Decode each sequence; see `Backend.generate`. How they are batched matters for rounding only."""
        check_lengths(sequences, self._config.max_length)
        decoding = limited(decoding, self._config)
        if prefixes is not None:
            forced = [list(prefix) for prefix in prefixes]
            return self._packed(
                sequences,
                lambda batch: self._generate_seq2seq(
                    [list(sequences[index]) for index in batch], decoding, [forced[index] for index in batch]
                ),
                decoding,
            )
        run = self._generate_causal if self.architecture == "causal" else self._generate_seq2seq
        if decoding.temperature > 0:
            return self._sampled(sequences, run, decoding)
        spread = None
        if self.architecture == "causal":
            # Tokens fed one by one count as generated, so such rules need prompts of equal length.
            ruled = decoding.repetition_penalty != 1 or decoding.no_repeat_ngram > 0
            spread = 0 if ruled else _PROMPT_SPREAD
        return self._packed(
            sequences,
            lambda batch: run([list(sequences[index]) for index in batch], decoding),
            decoding,
            spread,
        )

    def _packed(
        self,
        sequences: Sequence[Sequence[str]],
        run: Callable[[list[int]], list[list[Hypothesis]]],
        decoding: Decoding,
        spread: int | None = None,
    ) -> list[list[Hypothesis]]:
        return run_packed(
            sequences,
            run,
            self._budget,
            min(decoding.token_budget, self._most_tokens(decoding)),
            spread=spread,
            workers=self._workers,
        )

    def _most_tokens(self, decoding: Decoding) -> int:
        """The padded tokens of a batch beyond which it gets no faster."""
        if not self._on_cpu:
            return decoding.token_budget
        if self.architecture == "seq2seq":
            return _MOST_TOKENS_ON_CPU
        return _MOST_STATES_ON_CPU // decoding.width

    def _sampled(
        self, sequences: Sequence[Sequence[str]], run: Run, decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """Samples of each sequence, which depend on nothing but the seed and the sequence.

        CTranslate2 seeds a random generator when a worker thread first draws from it and never again,
        and a batch shares one; so each sequence gets a model loaded anew. Loading reads the weights once,
        decoding once a token.
        """
        results = []
        try:
            for sequence in sequences:
                text = " ".join([str(decoding.seed), *sequence])
                self._model.unload_model()
                ctranslate2.set_random_seed(zlib.crc32(text.encode("utf-8", "surrogatepass")))
                self._model = self._load(1)
                results += run([list(sequence)], decoding)
        finally:
            self._model = self._load(self._workers)
        return results

    def _generate_seq2seq(
        self, batch: list[list[str]], decoding: Decoding, prefixes: list[list[str]] | None = None
    ) -> list[list[Hypothesis]]:
        skipped = len(self._forced)
        looking = prefixes is not None and decoding.beam == 1
        starts = [[*self._forced, *prefix] for prefix in prefixes or [[]] * len(batch)]
        results = self._model.translate_batch(
            batch,
            target_prefix=starts if any(starts) else None,
            max_input_length=0,
            max_decoding_length=decoding.max_length + skipped,
            min_decoding_length=decoding.min_length + skipped,
            return_attention=looking,
            **self._search(decoding),
        )
        found = [self._hypotheses(result.hypotheses, result.scores, decoding) for result in results]
        if not looking:
            return found
        return [
            [replace(one, attended=_attended(result.attention[0][skipped:][: len(one.tokens)]))]
            for result, (one,) in zip(results, found, strict=True)
        ]

    def _generate_causal(self, batch: list[list[str]], decoding: Decoding) -> list[list[Hypothesis]]:
        shared = common_prefix(batch) if len(batch) > 1 else []
        if len(shared) < _SHARED_PROMPT:
            shared = []
        results = self._model.generate_batch(
            [prompt[len(shared) :] for prompt in batch],
            static_prompt=shared or None,
            include_prompt_in_result=False,
            max_length=decoding.max_length,
            min_length=decoding.min_length,
            **self._search(decoding),
        )
        return [self._hypotheses(result.sequences, result.scores, decoding) for result in results]

    def _search(self, decoding: Decoding) -> dict[str, Any]:
        sampling = decoding.temperature > 0
        return {
            "beam_size": 1 if sampling else decoding.width,
            "num_hypotheses": decoding.hypotheses,
            "length_penalty": decoding.length_penalty,
            "repetition_penalty": decoding.repetition_penalty,
            "no_repeat_ngram_size": decoding.no_repeat_ngram,
            "sampling_topk": decoding.top_k if sampling else 1,
            "sampling_topp": decoding.top_p if sampling else 1.0,
            "sampling_temperature": decoding.temperature if sampling else 1.0,
            "suppress_sequences": self._suppressed or None,
            "end_token": self._end_tokens,
            "return_end_token": True,
            "return_scores": True,
        }

    def _hypotheses(
        self, sequences: list[list[str]], scores: list[float], decoding: Decoding
    ) -> list[Hypothesis]:
        found = []
        for tokens, score in zip(sequences, scores, strict=True):
            # CTranslate2 divides the sum of log-probabilities by length ** length_penalty.
            length = max(len(tokens), 1)
            mean = score * length ** (decoding.length_penalty - 1)
            ended = tokens[:-1] if tokens and tokens[-1] in self._end_tokens else tokens
            found.append(Hypothesis(tuple(ended[len(self._forced) :]), mean))
        return sorted(found, key=lambda one: -one.score) if decoding.temperature > 0 else found

    def _load(self, workers: int) -> Any:
        runner = ctranslate2.Translator if self.architecture == "seq2seq" else ctranslate2.Generator
        try:
            return runner(
                str(self._folder),
                **self._settings,
                inter_threads=workers,
                intra_threads=self._cores // workers,
            )
        except (RuntimeError, ValueError, MemoryError) as error:
            hint = "Try --device cpu or --compute-type auto."
            if is_out_of_memory(error):
                hint = "Use a smaller model or --compute-type int8."
            raise ModelError(f"CTranslate2 can't load {self._folder}: {error}", hint) from error


def _attended(attention: list[list[float]]) -> tuple[int, ...]:
    """The row, a token of the output, that is greatest in each column, a token of the source."""
    return tuple(np.argmax(attention, axis=0).tolist()) if attention else ()


def common_prefix(prompts: Sequence[list[str]]) -> list[str]:
    """What all prompts begin with, leaving each at least one token of its own to start from."""
    first, last = min(prompts), max(prompts)
    length = next(
        (index for index, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[: min(length, min(map(len, prompts)) - 1)]
