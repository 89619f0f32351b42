"""The transformers backend beyond what all backends share."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
import torch
from tiny_models import FAMILIES, SENTENCES

from summarize.errors import ModelError
from summarize.models import load_model
from summarize.models.backend import Decoding, Hypothesis, Model


@pytest.fixture(scope="module")
def models(tiny_models: dict[str, Path]) -> dict[str, Model]:
    return {
        family: load_model(str(folder), backend="transformers", device="cpu", threads=1)
        for family, folder in tiny_models.items()
    }


def sequences(model: Model) -> list[list[str]]:
    texts = list(SENTENCES)
    if model.backend.architecture == "causal":
        texts = [model.tokenizer.chat([{"role": "user", "content": text}]) for text in texts]
    return model.tokenizer.encode(texts)


def tokens(results: list[list[Hypothesis]]) -> list[list[tuple[str, ...]]]:
    return [[one.tokens for one in group] for group in results]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(beam=3, hypotheses=2, max_length=14, repetition_penalty=1.3, no_repeat_ngram=2),
        Decoding(hypotheses=2, max_length=14, temperature=1.0, top_p=0.9, seed=4),
    ],
    ids=["beam-with-rules", "sampling"],
)
def test_the_output_does_not_depend_on_what_else_is_in_the_batch(
    models: dict[str, Model], family: str, decoding: Decoding
) -> None:
    model = models[family]
    inputs = sequences(model)
    together = tokens(model.backend.generate(inputs, decoding))
    assert together == [tokens(model.backend.generate([one], decoding))[0] for one in inputs]


@pytest.mark.parametrize("family", FAMILIES)
def test_decoding_leaves_no_tensor_in_a_cycle_as_garbage_is_looked_for_rarely(
    models: dict[str, Model], family: str
) -> None:
    model = models[family]
    inputs = sequences(model)
    decoding = Decoding(beam=2, max_length=8)
    model.backend.generate(inputs, decoding)
    gc.collect()
    gc.disable()
    try:
        model.backend.generate(inputs, decoding)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        left = [item for item in gc.garbage if isinstance(item, torch.Tensor)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_output_is_that_of_transformers_own_generate(
    models: dict[str, Model], tiny_models: dict[str, Path], family: str
) -> None:
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    causal = models[family].backend.architecture == "causal"
    loader = AutoModelForCausalLM if causal else AutoModelForSeq2SeqLM
    reference = loader.from_pretrained(tiny_models[family], dtype=torch.float32)
    reference.generation_config.forced_eos_token_id = None
    tokenizer = models[family].tokenizer
    for sequence in sequences(models[family])[:4]:
        ids = torch.tensor([tokenizer.ids(sequence)])  # type: ignore[attr-defined]
        mask = torch.ones_like(ids)
        output = reference.generate(
            ids, attention_mask=mask, do_sample=False, num_beams=1, max_new_tokens=10, min_new_tokens=0
        )[0].tolist()
        ((found,),) = models[family].backend.generate([sequence], Decoding(beam=1, max_length=10))
        text = tokenizer.decode([tokenizer.tokens(output[len(sequence) if causal else 1 :])])  # type: ignore[attr-defined]
        # transformers counts a forced first token as one of the ten.
        assert tokenizer.decode([found.tokens])[0].startswith(text[0])
        assert found.tokens


def test_a_batch_that_runs_out_of_memory_is_halved(
    models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = models["marian"].backend
    inputs = sequences(models["marian"])
    expected = backend.generate(inputs, Decoding(max_length=8))
    real = backend._search  # type: ignore[attr-defined]
    sizes: list[int] = []

    def search(batch: list[list[int]], decoding: Decoding, prefixes=None) -> object:
        sizes.append(len(batch))
        if len(batch) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return real(batch, decoding)

    monkeypatch.setattr(backend, "_search", search)
    assert tokens(backend.generate(inputs, Decoding(max_length=8))) == tokens(expected)
    assert sizes[0] == len(inputs)
    assert max(sizes[-3:]) <= 3


def test_no_sequences_give_no_results(models: dict[str, Model]) -> None:
    assert models["t5"].backend.generate([], Decoding()) == []


def test_a_sequence_longer_than_the_model_takes_is_refused(models: dict[str, Model]) -> None:
    with pytest.raises(ModelError, match="65 tokens is longer than the 64"):
        models["bart"].backend.generate([["a"] * 65], Decoding())


def test_a_device_that_is_not_there_is_an_error(tiny_marian: Path) -> None:
    with pytest.raises(ModelError, match="transformers can't load"):
        load_model(str(tiny_marian), backend="transformers", device="cuda:7", compute_type="float16")
