"""The CTranslate2 backend beyond what all backends share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import SENTENCES

from summarize.errors import ModelError
from summarize.models import load_model
from summarize.models.backend import Decoding, Hypothesis, Model
from summarize.models.ctranslate2 import CTranslate2Backend, common_prefix


@pytest.fixture(scope="module")
def marian(tiny_converted: dict[str, Path]) -> Model:
    return load_model(str(tiny_converted["marian"]), device="cpu", compute_type="float32", threads=1)


@pytest.fixture(scope="module")
def llama(tiny_converted: dict[str, Path]) -> Model:
    return load_model(str(tiny_converted["llama"]), device="cpu", compute_type="float32", threads=1)


def prompts(model: Model, texts: tuple[str, ...] = SENTENCES) -> list[list[str]]:
    return model.tokenizer.encode(
        [model.tokenizer.chat([{"role": "user", "content": text}]) for text in texts]
    )


def tokens(results: list[list[Hypothesis]]) -> list[list[tuple[str, ...]]]:
    return [[one.tokens for one in group] for group in results]


@pytest.mark.parametrize("family", ["marian", "llama"])
@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(beam=1, max_length=16),
        Decoding(beam=3, hypotheses=2, max_length=16, repetition_penalty=1.3, no_repeat_ngram=2),
        Decoding(hypotheses=2, max_length=16, temperature=1.0, seed=4),
    ],
    ids=["greedy", "beam-with-rules", "sampling"],
)
def test_the_output_does_not_depend_on_what_else_is_in_the_batch(
    request: pytest.FixtureRequest, family: str, decoding: Decoding
) -> None:
    model: Model = request.getfixturevalue(family)
    sequences = prompts(model) if family == "llama" else model.tokenizer.encode(SENTENCES)
    together = tokens(model.backend.generate(sequences, decoding))
    assert together == [tokens(model.backend.generate([one], decoding))[0] for one in sequences]
    assert together[::-1] == tokens(model.backend.generate(sequences[::-1], decoding))


def test_samples_follow_the_seed(marian: Model) -> None:
    sequences = marian.tokenizer.encode(SENTENCES[:3])

    def draw(seed: int) -> list[list[Hypothesis]]:
        decoding = Decoding(hypotheses=3, max_length=12, temperature=1.0, seed=seed)
        return marian.backend.generate(sequences, decoding)

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    for group in draw(1):
        assert [one.score for one in group] == sorted((one.score for one in group), reverse=True)
    greedy = Decoding(beam=1, max_length=12)
    assert marian.backend.generate(sequences, greedy) == marian.backend.generate(sequences, greedy)


def test_an_answer_does_not_repeat_its_prompt(llama: Model) -> None:
    (sequence,) = prompts(llama, ("Hujan turun.",))
    ((found,),) = llama.backend.generate([sequence], Decoding(beam=1, max_length=8))
    assert len(found.tokens) <= 8
    assert list(found.tokens) != sequence[:8]


def test_no_sequences_give_no_results(marian: Model, llama: Model) -> None:
    assert marian.backend.generate([], Decoding()) == []
    assert llama.backend.generate([], Decoding()) == []


@pytest.mark.parametrize("message", ["CUDA failed with error out of memory", "std::bad_alloc"])
def test_a_batch_that_does_not_fit_is_halved(
    marian: Model, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    assert isinstance(marian.backend, CTranslate2Backend)
    real = marian.backend._model
    sizes: list[int] = []

    class Small:
        """The model on a device with room for two sequences."""

        def translate_batch(self, batch: list[list[str]], **options: object) -> object:
            sizes.append(len(batch))
            if len(batch) > 2:
                raise MemoryError(message) if "bad_alloc" in message else RuntimeError(message)
            return real.translate_batch(batch, **options)

    sequences = marian.tokenizer.encode(SENTENCES)
    expected = marian.backend.generate(sequences, Decoding(max_length=10))
    backend = load_model(marian.folder, device="cpu", compute_type="float32", threads=1).backend
    monkeypatch.setattr(backend, "_model", Small())
    assert tokens(backend.generate(sequences, Decoding(max_length=10))) == tokens(expected)
    assert sizes[0] == len(SENTENCES)
    assert 2 in sizes


def test_a_sequence_longer_than_the_model_takes_is_refused(marian: Model) -> None:
    with pytest.raises(ModelError, match="65 tokens is longer than the 64"):
        marian.backend.generate([["▁a"] * 65], Decoding())


def test_a_device_that_is_not_there_is_an_error(tiny_converted: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match="CTranslate2 can't load") as caught:
        load_model(str(tiny_converted["marian"]), device="cuda:7")
    assert "--device cpu" in caught.value.hint


def test_the_shared_beginning_of_prompts_leaves_each_a_token() -> None:
    assert common_prefix([["a", "b", "c"], ["a", "b", "d"]]) == ["a", "b"]
    assert common_prefix([["a", "b"], ["a", "b", "c"]]) == ["a"]
    assert common_prefix([["a"], ["b"]]) == []
    assert common_prefix([["a", "b"], ["a", "b"]]) == ["a"]
