"""Conversion for CTranslate2: once, apart, whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from summarize.errors import ModelError
from summarize.models import convert as convert_module
from summarize.models import to_onnx
from summarize.models.config import read_config
from summarize.models.convert import converted, converted_folder, is_converted, storage_type
from summarize.models.to_ctranslate2 import convert
from summarize.models.tokenizers import load_tokenizer


def test_a_conversion_is_complete_and_kept(
    tiny_marian: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = converted("tiny", tiny_marian, "int8")
    assert folder == converted_folder("tiny", tiny_marian, "int8")
    assert folder.is_relative_to(model_cache)
    assert is_converted(folder)
    assert {"source.spm", "target.spm", "vocab.json", "tokenizer_config.json"} <= {
        path.name for path in folder.iterdir()
    }
    monkeypatch.setattr(convert_module, "run_apart", lambda *arguments, **options: pytest.fail("again"))
    assert converted("tiny", tiny_marian, "int8") == folder
    assert converted("tiny", tiny_marian, "int8_float32") == folder
    assert converted("anything", folder, "int8") == folder


def test_a_conversion_is_for_one_content_and_one_type(tiny_marian: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_marian, tmp_path / "copy")
    assert converted_folder("tiny", copy, "int8") == converted_folder("tiny", tiny_marian, "int8")
    assert converted_folder("tiny", copy, "int8") != converted_folder("tiny", copy, "float32")
    (copy / "vocab.json").write_text("{}")
    assert converted_folder("tiny", copy, "int8") != converted_folder("tiny", tiny_marian, "int8")


@pytest.mark.parametrize(
    ("compute", "stored"),
    [("int8", "int8"), ("int8_float16", "int8"), ("float16", "float16"), ("float32", "float32")],
)
def test_weights_are_stored_as_they_are_computed_on(compute: str, stored: str) -> None:
    assert storage_type(compute) == stored


def test_a_model_that_can_not_be_converted_leaves_nothing(tmp_path: Path, model_cache: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "clip", "eos_token_id": 1}')
    with pytest.raises(ModelError, match="can't be converted for CTranslate2") as caught:
        converted("odd", folder, "int8")
    assert "--backend transformers" in caught.value.hint
    assert not any(path.is_dir() for path in (model_cache / "ctranslate2").iterdir())


def with_sentencepiece_alone(
    tiny_models: dict[str, Path], family: str, folder: Path, *, name: str, tokenizer: str
) -> Path:
    """A copy of a model whose only tokenizer is a SentencePiece model of that name."""
    shutil.copytree(tiny_models[family], folder)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text(tokenizer)
    shutil.copyfile(tiny_models["marian"] / "source.spm", folder / name)
    return folder


def test_a_tokenizer_is_made_where_the_folder_has_only_a_sentencepiece_model(
    tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    described = '{"tokenizer_class": "T5Tokenizer", "extra_ids": 0}'
    folder = with_sentencepiece_alone(
        tiny_models, "t5", tmp_path / "t5", name="spiece.model", tokenizer=described
    )
    target = tmp_path / "converted"
    target.mkdir()
    convert(folder, target, "int8")
    assert (target / "tokenizer.json").is_file()


def test_so_it_is_for_a_chat_model_in_a_graph(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    described = '{"tokenizer_class": "LlamaTokenizer"}'
    folder = with_sentencepiece_alone(
        tiny_models, "llama", tmp_path / "llama", name="tokenizer.model", tokenizer=described
    )
    target = tmp_path / "converted"
    target.mkdir()
    to_onnx.convert(folder, target, "int8")
    assert load_tokenizer(target, read_config(target)).encode(["Hujan."]) == [["▁H", "u", "j", "an", "."]]
