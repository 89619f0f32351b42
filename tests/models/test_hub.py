"""Models from a hub, which for these tests runs on this machine."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_hub import FakeHub, commit_of, point_to, running

from summarize.errors import ModelError
from summarize.models.catalog import Source
from summarize.models.hub import cached_snapshot, fetch_snapshot, unreachable
from summarize.models.resolve import availability, resolve

pytestmark = pytest.mark.enable_socket

NAME = "owner/tiny"
SOURCE = Source("hf", NAME)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running(FakeHub()) as hub:
        point_to(hub.url, tmp_path / "hub", monkeypatch)
        yield hub
    unreachable.cache_clear()


@pytest.fixture
def pickled(tiny_marian: Path, tmp_path: Path) -> Path:
    """The model as older repositories hold it: with pickled weights only."""
    folder = shutil.copytree(tiny_marian, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    return folder


def test_a_model_is_fetched_once_and_then_found_without_asking(hub: FakeHub, tiny_marian: Path) -> None:
    hub.add(NAME, tiny_marian, README__md=b"words", pytorch_model__bin=b"pickle", run__py=b"code")
    assert availability(NAME).where == "hub"
    found = resolve(NAME, quiet=True)
    assert found.revision == commit_of(NAME, "main")
    assert found.source == f"hf:{NAME}@{found.revision}"
    assert {path.name for path in found.folder.iterdir()} == {path.name for path in tiny_marian.iterdir()}
    assert (found.folder / "source.spm").read_bytes() == (tiny_marian / "source.spm").read_bytes()
    hub.requests.clear()
    assert resolve(NAME) == found
    assert resolve(found.source).folder == found.folder
    assert availability(NAME).where == "cached"
    assert hub.requests == []


def test_only_weights_in_safetensors_are_downloaded(hub: FakeHub, tiny_marian: Path) -> None:
    hub.add(NAME, tiny_marian, pytorch_model__bin=b"pickle", model__fp16__safetensors=b"half")
    fetch_snapshot(SOURCE, quiet=True)
    asked = " ".join(hub.requests)
    assert "/model.safetensors" in asked
    assert "pytorch_model.bin" not in asked
    assert "fp16" not in asked


def test_a_revision_is_taken_as_named(hub: FakeHub, tiny_marian: Path, tiny_llama: Path) -> None:
    hub.add(NAME, tiny_llama)
    hub.add(NAME, tiny_marian, revision="v1")
    folder = fetch_snapshot(Source("hf", NAME, "v1"), quiet=True)
    assert folder.name == commit_of(NAME, "v1")
    assert cached_snapshot(Source("hf", NAME, "v1")) == folder
    assert cached_snapshot(Source("hf", NAME, "v2")) is None


def test_pickled_weights_are_refused(hub: FakeHub, pickled: Path) -> None:
    hub.add(NAME, pickled)
    with pytest.raises(ModelError, match="no safetensors weights, and pickled ones are not loaded"):
        resolve(NAME, quiet=True)


def test_the_pull_request_of_the_hubs_own_converter_is_taken(
    hub: FakeHub, pickled: Path, tiny_marian: Path
) -> None:
    hub.add(NAME, pickled)
    hub.add(NAME, tiny_marian, revision="refs/pr/2")
    hub.pull_requests[NAME] = [(2, "SFconvertbot")]
    found = resolve(NAME, quiet=True)
    assert found.revision == commit_of(NAME, "refs/pr/2")
    hub.requests.clear()
    assert resolve(NAME) == found
    assert hub.requests == []


def test_a_pull_request_of_anyone_else_is_not(hub: FakeHub, pickled: Path, tiny_marian: Path) -> None:
    hub.add(NAME, pickled)
    hub.add(NAME, tiny_marian, revision="refs/pr/1")
    hub.pull_requests[NAME] = [(1, "mallory")]
    with pytest.raises(ModelError, match="no safetensors weights"):
        resolve(NAME, quiet=True)


def test_weights_that_are_not_what_the_hub_lists_are_refused(hub: FakeHub, tiny_marian: Path) -> None:
    hub.add(NAME, tiny_marian)
    hub.damaged.add("model.safetensors")
    with pytest.raises(ModelError, match="wrong checksum"):
        resolve(NAME, quiet=True)


def test_a_snapshot_that_lacks_weights_does_not_count_as_cached(hub: FakeHub, tiny_marian: Path) -> None:
    hub.add(NAME, tiny_marian)
    folder = fetch_snapshot(SOURCE, quiet=True)
    (folder / "model.safetensors").unlink()
    assert cached_snapshot(SOURCE) is None
    assert fetch_snapshot(SOURCE, quiet=True) == folder
    assert cached_snapshot(SOURCE) == folder


def test_an_unknown_model_and_a_gated_one_are_told_apart(hub: FakeHub) -> None:
    with pytest.raises(ModelError, match="The hub has no model owner/nothing"):
        resolve("owner/nothing", quiet=True)
    hub.gated.add(NAME)
    with pytest.raises(ModelError, match="licence to be accepted"):
        resolve(NAME, quiet=True)


def test_offline_asks_nothing(hub: FakeHub, tiny_marian: Path) -> None:
    hub.add(NAME, tiny_marian)
    with pytest.raises(ModelError, match="not on this machine, and downloads are off"):
        resolve(NAME, offline=True)
    assert hub.requests == []


def test_the_hub_is_asked_once_whether_it_answers(hub: FakeHub) -> None:
    for name in ("opus-mt-id-en", "bart-large-cnn", "distilbart-cnn-12-6"):
        assert availability(name).where == "hub"
    assert hub.requests == ["HEAD /"]


def test_a_hub_that_refuses_connections_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    point_to(f"http://127.0.0.1:{port}", tmp_path, monkeypatch)
    assert "not reachable" in unreachable()
    assert availability("opus-mt-id-en").where == "unavailable"
    with pytest.raises(ModelError, match="hub can't be asked"):
        resolve(NAME)
    unreachable.cache_clear()


def test_a_hub_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("summarize.models.hub.PATIENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        point_to(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, monkeypatch)
        start = time.monotonic()
        assert unreachable()
        assert unreachable()
        assert time.monotonic() - start < 1
    unreachable.cache_clear()


def test_a_proxy_that_refuses_is_not_the_hub(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "answer", lambda path: (407, {}, b""))
    assert unreachable() == "it answers 407"


def test_the_offline_variable_is_respected(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert unreachable() == "HF_HUB_OFFLINE is set"
    assert hub.requests == []
