"""Models in the form that a backend loads, made once and kept in the cache."""

from __future__ import annotations

import logging
import shutil
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from summarize.models.apart import run_apart
from summarize.models.cache import build_once, cache_folder, fingerprint, slug
from summarize.models.config import CONVERTED_CONFIG, read_config
from summarize.models.tuning import multiplies_bytes

_log = logging.getLogger(__name__)

_TOKENIZER_FILES = (
    "source.spm",
    "target.spm",
    "vocab.json",
    "target_vocab.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
    "chat_template.jinja",
)
_LIBRARIES = MappingProxyType({"ctranslate2": "CTranslate2", "onnxruntime": "ONNX Runtime"})
_CONVERTERS = MappingProxyType(
    {"ctranslate2": "summarize.models.to_ctranslate2", "onnxruntime": "summarize.models.to_onnx"}
)
_FORM = 1  # of the converted folder; raise it when what we write changes


def is_converted(folder: Path) -> bool:
    """Whether `folder` holds a model converted for CTranslate2."""
    return (folder / "model.bin").is_file() and (folder / CONVERTED_CONFIG).is_file()


def storage_type(compute_type: str) -> str:
    """The type to store weights in for a CTranslate2 compute type: int8_float16 computes on int8."""
    return compute_type.partition("_")[0]


def converted_folder(name: str, folder: Path, compute_type: str, backend: str = "ctranslate2") -> Path:
    """Where the conversion of the model in `folder` is kept, whether or not it is there yet."""
    stored = storage_type(compute_type)
    made_with = version(backend)
    if backend == "onnxruntime" and not multiplies_bytes():
        made_with += "-unsigned"
    key = f"{fingerprint(folder)}-{stored}-{made_with}-{_FORM}"
    return cache_folder() / backend / f"{slug(name)}-{key}"


def converted(name: str, folder: Path, compute_type: str, backend: str = "ctranslate2") -> Path:
    """The folder of the model in `folder`, converted for a backend and complete with its tokenizer.

    Converts once and caches by content, version of the library and type. A folder that is converted
    for CTranslate2 already is returned as it is. Raises ModelError if the model can't be converted.
    """
    if is_converted(folder):
        return folder
    stored = storage_type(compute_type)

    def convert_apart(target: Path) -> None:
        _log.info("converting %s for %s (%s), once", folder, _LIBRARIES[backend], stored)
        run_apart(
            _CONVERTERS[backend],
            str(folder),
            str(target),
            stored,
            failure=f"{folder} can't be converted for {_LIBRARIES[backend]}",
            hint="Try --backend transformers, which runs every model that transformers can load.",
        )

    return build_once(converted_folder(name, folder, compute_type, backend), convert_apart)


def copy_companions(folder: Path, target: Path) -> None:
    """Copy what goes with the weights of a model: its tokenizer and its configuration.

    A tokenizer.json is made, with `transformers`, where there is only a SentencePiece model.
    """
    for name in _TOKENIZER_FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    shutil.copyfile(folder / "config.json", target / CONVERTED_CONFIG)
    if read_config(folder).family != "marian" and not (target / "tokenizer.json").is_file():
        from transformers import AutoTokenizer

        AutoTokenizer.from_pretrained(folder).backend_tokenizer.save(str(target / "tokenizer.json"))
