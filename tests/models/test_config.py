"""What a model folder says of itself."""

import json
from pathlib import Path

import pytest

from summarize.errors import ModelError
from summarize.models.config import read_config


def folder(tmp_path: Path, config: object, **files: object) -> Path:
    for name, value in {"config": config, **files}.items():
        (tmp_path / f"{name}.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return tmp_path


def test_the_generation_config_goes_before_the_config(tmp_path: Path) -> None:
    config = read_config(
        folder(
            tmp_path,
            {"model_type": "llama", "eos_token_id": 2, "max_position_embeddings": 2048, "pad_token_id": 0},
            generation_config={"eos_token_id": [2, 7]},
            tokenizer_config={"model_max_length": 10**30},
        )
    )
    assert config.architecture == "causal"
    assert config.end_ids == (2, 7)
    assert config.pad_id == 0
    assert config.max_length == 2048


def test_a_seq2seq_model_tells_where_decoding_starts_and_what_never_comes_out(tmp_path: Path) -> None:
    config = read_config(
        folder(
            tmp_path,
            {
                "model_type": "marian",
                "is_encoder_decoder": True,
                "eos_token_id": 0,
                "decoder_start_token_id": 9,
                "bad_words_ids": [[9], [3, 4]],
                "forced_bos_token_id": 5,
                "max_position_embeddings": 512,
            },
            tokenizer_config={"model_max_length": 128},
        )
    )
    assert config.architecture == "seq2seq"
    assert (config.decoder_start_id, config.forced_bos_id, config.suppressed_ids) == (9, 5, (9,))
    assert config.max_length == 128


def test_a_model_that_names_no_limit_takes_512_tokens(tmp_path: Path) -> None:
    assert read_config(folder(tmp_path, {"model_type": "t5", "eos_token_id": 1})).max_length == 512


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "holds no model"),
        ({"model_type": "bert"}, "names no eos_token_id"),
        ("{", "not valid JSON"),
        ("[1]", "holds no JSON object"),
    ],
)
def test_a_folder_that_is_no_generating_model_is_refused(tmp_path: Path, config: object, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        read_config(folder(tmp_path, config))


def test_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        read_config(tmp_path / "nowhere")
