"""The transformers backend: PyTorch models, in half precision on CUDA, with our own search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError

from summarize.errors import ModelError
from summarize.models.allowance import available_cores
from summarize.models.backend import Architecture, Decoding, Hypothesis
from summarize.models.config import ModelConfig, limited
from summarize.models.packing import TokenBudget, check_lengths, is_out_of_memory, run_packed
from summarize.models.search import Limits, Output, Stepper, beam_search, sample
from summarize.models.tokenizers import Vocabulary
from summarize.models.torch_logits import TorchLogits

_TYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}


class TransformersBackend:
    """A model in `save_pretrained` form on one device."""

    def __init__(
        self,
        folder: Path,
        config: ModelConfig,
        vocabulary: Vocabulary,
        *,
        device: str = "cpu",
        compute_type: str = "auto",
        threads: int = 0,
    ) -> None:
        self.architecture: Architecture = config.architecture
        self._config = config
        self._vocabulary = vocabulary
        self._limits = Limits(config.end_ids, config.suppressed_ids)
        self._budget = TokenBudget()
        self._device = torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads or available_cores())
        self._model = _load(folder, config, self._device, _dtype(compute_type, self._device))

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        """Decode each sequence; see `Backend.generate`."""
        check_lengths(sequences, self._config.max_length)
        decoding = limited(decoding, self._config)
        ids = [self._vocabulary.ids(sequence) for sequence in sequences]
        forced = None if prefixes is None else [self._vocabulary.ids(prefix) for prefix in prefixes]

        def decode(batch: list[int]) -> list[list[Hypothesis]]:
            sources = [ids[index] for index in batch]
            outputs = self._search(sources, decoding, forced and [forced[index] for index in batch])
            if forced is None or decoding.beam > 1:
                return [[self._hypothesis(output) for output in found] for found in outputs]
            bests = [one for (one,) in outputs]
            places = self._attended(sources, [one.ids for one in bests])
            return [
                [replace(self._hypothesis(one), attended=attended)]
                for one, attended in zip(bests, places, strict=True)
            ]

        return run_packed(
            sequences, decode, self._budget, decoding.token_budget, after_failure=self._free_memory
        )

    def _search(
        self, batch: list[list[int]], decoding: Decoding, prefixes: list[list[int]] | None = None
    ) -> list[list[Output]]:
        kind = _Seq2SeqStepper if self.architecture == "seq2seq" else _CausalStepper
        with torch.inference_mode():
            stepper: Stepper = kind(self._model, self._config, batch)
            if decoding.temperature > 0:
                return sample(stepper, batch, self._limits, decoding)
            return beam_search(stepper, self._limits, decoding, prefixes)

    def _attended(self, sources: list[list[int]], outputs: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        """Where the first head of the last layer looks at each source token: the one that is CTranslate2's,
        and that OPUS-MT trains to align words.
        """
        start, pad = _decoder_start(self._config), self._config.pad_id or 0
        ids, mask = _padded(sources, pad, self._device, left=False)
        inputs, _ = _padded([[*start, *output[:-1]] for output in outputs], pad, self._device, left=False)
        usual = self._model.config._attn_implementation
        self._model.set_attn_implementation("eager")  # the others don't tell
        try:
            with torch.inference_mode():
                found = self._model(
                    input_ids=ids, attention_mask=mask, decoder_input_ids=inputs, output_attentions=True
                )
        finally:
            self._model.set_attn_implementation(usual)
        weights = found.cross_attentions[-1][:, 0, len(start) - 1 :]
        return [
            tuple(row[: len(output), : len(source)].argmax(0).tolist()) if output else ()
            for row, source, output in zip(weights, sources, outputs, strict=True)
        ]

    def _hypothesis(self, output: Output) -> Hypothesis:
        return Hypothesis(tuple(self._vocabulary.tokens(output.ids)), output.mean)

    def _free_memory(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()


class _Seq2SeqStepper:
    """Encodes once, then decodes with the states of encoder and decoder kept."""

    def __init__(self, model: Any, config: ModelConfig, batch: list[list[int]]) -> None:
        self._model = model
        self._ids, self._mask = _padded(batch, config.pad_id or 0, model.device, left=False)
        self._prefix = _decoder_start(config)

    def start(self) -> TorchLogits:
        self._encoded = self._model.get_encoder()(input_ids=self._ids, attention_mask=self._mask)
        prefix = torch.tensor([self._prefix] * len(self._ids), device=self._ids.device)
        self._cache: Any = None
        return self._forward(prefix)

    def select(self, rows: list[int], *, regroup: bool) -> None:
        index = torch.tensor(rows, device=self._mask.device)
        if regroup:
            self._cache.batch_select_indices(index)
            self._mask = self._mask[index]
            self._encoded.last_hidden_state = self._encoded.last_hidden_state[index]
        else:  # the rows of a group share their source, whose states can stay where they are
            self._cache.self_attention_cache.batch_select_indices(index)

    def step(self, tokens: list[int]) -> TorchLogits:
        return self._forward(torch.tensor(tokens, device=self._mask.device)[:, None])

    def _forward(self, tokens: torch.Tensor) -> TorchLogits:
        output = self._model(
            encoder_outputs=self._encoded,
            attention_mask=self._mask,
            decoder_input_ids=tokens,
            past_key_values=self._cache,
            use_cache=True,
        )
        self._cache = output.past_key_values
        return TorchLogits(output.logits[:, -1])


def _decoder_start(config: ModelConfig) -> list[int]:
    """What decoding starts from: the start token, and a language's where the model wants one."""
    forced = [] if config.forced_bos_id is None else [config.forced_bos_id]
    start = config.decoder_start_id if config.decoder_start_id is not None else config.pad_id
    return [start or 0, *forced]


class _CausalStepper:
    """Reads the prompts, padded on the left so that all of them end together, then goes on from there."""

    def __init__(self, model: Any, config: ModelConfig, batch: list[list[int]]) -> None:
        self._model = model
        self._ids, self._mask = _padded(batch, config.pad_id or 0, model.device, left=True)

    def start(self) -> TorchLogits:
        positions = (self._mask.cumsum(-1) - 1).clamp(min=0)
        self._next = positions[:, -1:] + 1
        self._cache: Any = None
        return self._forward(self._ids, positions)

    def select(self, rows: list[int], *, regroup: bool) -> None:
        index = torch.tensor(rows, device=self._mask.device)
        self._cache.batch_select_indices(index)
        if regroup:
            self._mask = self._mask[index]
            self._next = self._next[index]

    def step(self, tokens: list[int]) -> TorchLogits:
        self._mask = torch.nn.functional.pad(self._mask, (0, 1), value=1)
        logits = self._forward(torch.tensor(tokens, device=self._mask.device)[:, None], self._next)
        self._next = self._next + 1
        return logits

    def _forward(self, tokens: torch.Tensor, positions: torch.Tensor) -> TorchLogits:
        output = self._model(
            input_ids=tokens,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache = output.past_key_values
        return TorchLogits(output.logits[:, -1])


def _padded(
    batch: list[list[int]], pad: int, device: torch.device, *, left: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and attention mask, both (sequences, longest)."""
    longest = max(map(len, batch))

    def fill(row: list[int], value: int) -> list[int]:
        padding = [value] * (longest - len(row))
        return padding + row if left else row + padding

    ids = [fill(row, pad) for row in batch]
    mask = [fill([1] * len(row), 0) for row in batch]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def _dtype(compute_type: str, device: torch.device) -> torch.dtype:
    if compute_type == "auto":
        if device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if compute_type not in _TYPES:
        raise ModelError(
            f"The transformers backend doesn't compute in {compute_type}",
            f"Choose one of {', '.join(_TYPES)}, or --backend ctranslate2 for int8.",
        )
    return _TYPES[compute_type]


def _load(folder: Path, config: ModelConfig, device: torch.device, dtype: torch.dtype) -> Any:
    loader = (
        transformers.AutoModelForSeq2SeqLM
        if config.architecture == "seq2seq"
        else transformers.AutoModelForCausalLM
    )
    transformers.utils.logging.disable_progress_bar()
    try:
        model = loader.from_pretrained(
            folder, dtype=dtype, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
        return model.to(device).eval()
    except (OSError, ValueError, KeyError, RuntimeError, AssertionError, SafetensorError) as error:
        hint = "Use a smaller model or another device." if is_out_of_memory(error) else ""
        raise ModelError(f"transformers can't load {folder} on {device}: {error}", hint) from error
