"""From a name to a folder: what is here goes first, and what can't be had says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from summarize.errors import ModelError
from summarize.models.catalog import Source
from summarize.models.hub import unreachable
from summarize.models.resolve import availability, on_this_machine, resolve, sources_of
from summarize.models.weights import weights_sha256

STARTER = "starter-marian-id-en"


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    unreachable.cache_clear()


def test_the_bundled_model_is_always_there() -> None:
    found = resolve(STARTER, offline=True)
    assert (found.folder / "model.safetensors").is_file()
    assert found.source == "bundled:starter-marian-id-en"
    assert len(found.revision) == 16
    assert len(found.sha256) == 64
    assert availability(STARTER).local
    assert resolve(found.source).folder == found.folder


def test_a_folder_is_itself(tiny_marian: Path) -> None:
    found = resolve(str(tiny_marian))
    assert found.folder == tiny_marian
    assert found.source == str(tiny_marian)
    assert availability(str(tiny_marian)).where == "folder"


def test_a_catalog_name_goes_before_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / STARTER).mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve(STARTER).source.startswith("bundled:")


def test_a_name_with_an_owner_is_a_hub_model() -> None:
    assert sources_of("owner/name") == (Source("hf", "owner/name"),)
    assert sources_of("hf:owner/name@v1") == (Source("hf", "owner/name", "v1"),)


@pytest.mark.usefixtures("no_hub", "model_cache")
def test_availability_downloads_nothing_and_says_why_not() -> None:
    found = availability("opus-mt-id-en")
    assert found.where == "unavailable"
    assert not found.local
    assert "HF_HUB_OFFLINE is set" in found.why
    assert availability("smollm2-135m-instruct").where == "pypi"
    assert availability("no such model").where == "unavailable"
    assert on_this_machine("opus-mt-id-en") is None


@pytest.mark.usefixtures("no_hub", "model_cache")
def test_what_can_not_be_had_says_why_for_each_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("summarize.models.wheel.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"HF_HUB_OFFLINE is set.*pip is needed"):
        resolve("smollm2-135m-instruct")
    with pytest.raises(ModelError, match="hub can't be asked"):
        resolve("opus-mt-id-en")
    with pytest.raises(ModelError, match="downloads are off") as caught:
        resolve("opus-mt-id-en", offline=True)
    assert "models pull opus-mt-id-en" in caught.value.hint


def test_a_bundled_model_that_is_missing_is_an_error() -> None:
    assert availability("bundled:gone").where == "unavailable"
    with pytest.raises(ModelError, match="bundled:gone is missing"):
        resolve("bundled:gone")


def test_the_digest_of_weights_covers_all_files(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    single = weights_sha256(tmp_path)
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"weights")
    (tmp_path / "model-00002-of-00002.safetensors").write_bytes(b"more")
    (tmp_path / "model.safetensors.index.json").write_text(
        '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}'
    )
    assert weights_sha256(tmp_path) != single


def test_the_hub_cache_names_large_files_by_their_digest(tmp_path: Path) -> None:
    blob = tmp_path / ("ab" * 32)
    blob.write_bytes(b"not read")
    (tmp_path / "model.safetensors").symlink_to(blob)
    assert weights_sha256(tmp_path) == "ab" * 32
