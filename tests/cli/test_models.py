"""`summarize models`: a list, facts, folders, and fetching ahead of time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from summarize.cli.models import models_app
from summarize.errors import ModelError
from summarize.models.catalog import catalog
from summarize.models.hub import unreachable

STARTER = "starter-marian-id-en"


@pytest.fixture(autouse=True)
def _no_hub(model_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    unreachable.cache_clear()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(models_app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_list_shows_every_model_and_which_are_here() -> None:
    lines = run("list").splitlines()
    assert len(lines) == 1 + len(catalog())
    starter = next(line for line in lines if line.startswith(STARTER))
    assert "10 M" in starter
    assert starter.rstrip().endswith("yes")
    opus = next(line for line in lines if line.startswith("opus-mt-id-en"))
    assert "291 MB" in opus
    assert "Apache-2.0" in opus
    assert "yes" not in opus
    assert "15.2 GB" in next(line for line in lines if line.startswith("qwen2.5-7b"))


def test_the_list_as_json_asks_nothing_of_the_network() -> None:
    models = {model["name"]: model for model in json.loads(run("list", "--json"))}
    assert set(models) == set(catalog())
    assert models[STARTER]["here"] is True
    assert models["opus-mt-id-en"]["here"] is False
    assert models["opus-mt-id-en"]["sources"] == ["hf:Helsinki-NLP/opus-mt-id-en"]
    assert unreachable.cache_info().misses == 0


def test_info_tells_size_licence_sources_place_and_checksum() -> None:
    text = run("info", STARTER)
    for expected in ("CC-BY-NC-SA-4.0", "22 MB", "bundled:starter-marian-id-en", "weights sha256"):
        assert expected in text
    facts = json.loads(run("info", STARTER, "--json"))
    assert len(facts["weights sha256"]) == 64
    assert Path(facts["folder"]).is_dir()


def test_info_on_a_model_that_is_not_here_says_how_to_fetch_it() -> None:
    text = run("info", "smollm2-135m-instruct")
    assert "summarize models pull" in text
    assert "sha256:bcc81830" in text
    assert json.loads(run("info", "owner/name", "--json")) == {
        "name": "owner/name",
        "sources": ["hf:owner/name"],
        "folder": None,
    }


def test_path_prints_a_folder_and_nothing_else() -> None:
    assert (Path(run("path", STARTER).removesuffix("\n")) / "config.json").is_file()


def test_pull_prepares_a_model_for_its_backend(tiny_converted: dict[str, Path]) -> None:
    folder = str(tiny_converted["marian"])
    assert "is ready for ctranslate2" in run("pull", folder)
    assert "is ready for transformers" in run("pull", STARTER, "--backend", "transformers")
    assert run("pull", folder, str(tiny_converted["llama"])).count("is ready") == 2
    assert run("pull", folder, "--quiet") == ""


@pytest.mark.parametrize("command", ["info", "pull", "path"])
def test_an_unknown_model_is_an_error_with_a_way_on(command: str) -> None:
    with pytest.raises(ModelError, match="There is no model 'nothing'") as caught:
        CliRunner().invoke(models_app, [command, "nothing"], catch_exceptions=False)
    assert "summarize models list" in caught.value.hint


@pytest.mark.parametrize("command", ["list", "info", "pull", "path"])
def test_every_command_shows_an_example(command: str) -> None:
    assert "Example: " in run(command, "--help")
