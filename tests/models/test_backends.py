"""All backends on the same weights: the same output, whatever the architecture and the search."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import FAMILIES, SENTENCES

from summarize.models import load_model
from summarize.models.backend import Decoding, Model
from summarize.models.config import read_config
from summarize.models.onnxruntime import OnnxRuntimeBackend
from summarize.models.tokenizers import load_tokenizer

STARTER = "starter-marian-id-en"


@pytest.fixture(scope="session")
def pairs(tiny_models: dict[str, Path], tiny_converted: dict[str, Path]) -> dict[str, tuple[Model, Model]]:
    return {
        family: (
            load_model(str(tiny_converted[family]), device="cpu", compute_type="float32", threads=2),
            load_model(str(tiny_models[family]), device="cpu", backend="transformers", threads=1),
        )
        for family in FAMILIES
    }


def inputs(model: Model) -> list[list[str]]:
    if model.backend.architecture == "causal":
        prompts = [
            model.tokenizer.chat([{"role": "user", "content": f"Shorten: {text}"}]) for text in SENTENCES
        ]
        return model.tokenizer.encode(prompts)
    return model.tokenizer.encode(SENTENCES)


searches = pytest.mark.parametrize(
    "decoding",
    [
        Decoding(beam=1, max_length=24),
        Decoding(beam=4, max_length=24),
        Decoding(beam=3, hypotheses=3, max_length=20, length_penalty=0.6),
        Decoding(beam=2, max_length=20, length_penalty=0.0),
        Decoding(beam=1, max_length=20, min_length=12, repetition_penalty=1.4),
        Decoding(beam=2, max_length=20, no_repeat_ngram=2),
        Decoding(beam=2, max_length=16, token_budget=40),
        Decoding(beam=1, max_length=200),
    ],
    ids=[
        "greedy",
        "beam",
        "n-best",
        "no-length-penalty",
        "repetition-penalty",
        "no-repeat",
        "small-batches",
        "longer-than-its-positions",
    ],
)


@pytest.mark.parametrize("family", FAMILIES)
@searches
def test_both_backends_find_the_same_output(
    pairs: dict[str, tuple[Model, Model]], family: str, decoding: Decoding
) -> None:
    ours, reference = pairs[family]
    sequences = inputs(ours)
    found = ours.backend.generate(sequences, decoding)
    expected = reference.backend.generate(sequences, decoding)
    assert [[one.tokens for one in group] for group in found] == [
        [one.tokens for one in group] for group in expected
    ]
    assert [one.score for group in found for one in group] == pytest.approx(
        [one.score for group in expected for one in group], abs=5e-3
    )
    assert all(len(group) == decoding.hypotheses for group in found)


@pytest.fixture(scope="session")
def trees(tiny_onnx: dict[str, Path]) -> dict[str, Model]:
    found = {}
    for family, folder in tiny_onnx.items():
        config = read_config(folder)
        tokenizer = load_tokenizer(folder, config)
        backend = OnnxRuntimeBackend(folder, config, tokenizer, threads=2)
        found[family] = Model(family, str(folder), tokenizer, backend)
    return found


@pytest.mark.parametrize("family", ["llama", "qwen2"])
@searches
def test_beams_in_a_tree_find_the_same_output(
    pairs: dict[str, tuple[Model, Model]], trees: dict[str, Model], family: str, decoding: Decoding
) -> None:
    sequences = inputs(trees[family])
    found = trees[family].backend.generate(sequences, decoding)
    expected = pairs[family][1].backend.generate(sequences, decoding)
    assert [[one.tokens for one in group] for group in found] == [
        [one.tokens for one in group] for group in expected
    ]
    assert [one.score for group in found for one in group] == pytest.approx(
        [one.score for group in expected for one in group], abs=5e-3
    )


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_samples_are_those_of_the_other_backend(
    pairs: dict[str, tuple[Model, Model]], trees: dict[str, Model], family: str
) -> None:
    decoding = Decoding(hypotheses=3, max_length=20, temperature=0.8, top_k=20, top_p=0.9, seed=3)
    sequences = inputs(trees[family])
    found = trees[family].backend.generate(sequences, decoding)
    expected = pairs[family][1].backend.generate(sequences, decoding)
    assert [[one.tokens for one in group] for group in found] == [
        [one.tokens for one in group] for group in expected
    ]


@pytest.mark.parametrize("family", ["marian", "bart", "pegasus"])
@pytest.mark.parametrize("beam", [1, 3])
def test_both_go_on_from_a_prefix_and_look_at_the_same_places(
    pairs: dict[str, tuple[Model, Model]], family: str, beam: int
) -> None:
    ours, reference = pairs[family]
    sequences = inputs(ours)
    first = ours.backend.generate(sequences, Decoding(beam=1, max_length=12))
    prefixes = [one.tokens[1 : 2 + index] for index, (one,) in enumerate(first)]  # of different lengths
    decoding = Decoding(beam=beam, max_length=20)
    found = ours.backend.generate(sequences, decoding, prefixes=prefixes)
    expected = reference.backend.generate(sequences, decoding, prefixes=prefixes)
    for sequence, prefix, (one,), (other,) in zip(sequences, prefixes, found, expected, strict=True):
        assert one.tokens[: len(prefix)] == tuple(prefix)
        assert one.tokens == other.tokens
        assert one.score == pytest.approx(other.score, abs=1e-3)
        assert len(one.attended) == len(other.attended) == (len(sequence) if beam == 1 else 0)
        assert all(0 <= place < len(one.tokens) for place in one.attended)
        agreed = sum(a == b for a, b in zip(one.attended, other.attended, strict=True))
        assert agreed >= 0.8 * len(one.attended)  # tiny random models look about everywhere alike
