"""A model in `save_pretrained` form → a CTranslate2 model, kept in the cache.

Converting needs torch and `transformers`; it runs in a process of its own, so that the process that
decodes imports neither: `python -m summarize.models.convert FOLDER TARGET STORAGE_TYPE`.
"""

from __future__ import annotations

import gc
import importlib
import logging
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from summarize.models.apart import run_apart
from summarize.models.cache import build_once, cache_folder, fingerprint, slug
from summarize.models.config import CONVERTED_CONFIG, read_config

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
_ASSUMED = {
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
}
"""What CTranslate2 reads from a configuration, and `transformers` knows by heart and may leave out."""

_FORM = 1  # of the converted folder; raise it when what we write changes


def is_converted(folder: Path) -> bool:
    """Whether `folder` holds a model converted for CTranslate2."""
    return (folder / "model.bin").is_file() and (folder / CONVERTED_CONFIG).is_file()


def storage_type(compute_type: str) -> str:
    """The type to store weights in for a CTranslate2 compute type: int8_float16 computes on int8."""
    return compute_type.partition("_")[0]


def converted_folder(name: str, folder: Path, compute_type: str) -> Path:
    """Where the conversion of the model in `folder` is kept, whether or not it is there yet."""
    stored = storage_type(compute_type)
    key = f"{fingerprint(folder)}-{stored}-{version('ctranslate2')}-{_FORM}"
    return cache_folder() / "ctranslate2" / f"{slug(name)}-{key}"


def converted(name: str, folder: Path, compute_type: str) -> Path:
    """The folder of the model in `folder`, converted for CTranslate2 and complete with its tokenizer.

    Converts once and caches by content, CTranslate2 version and type. A folder that is converted
    already is returned as it is. Raises ModelError if the model can't be converted.
    """
    if is_converted(folder):
        return folder
    stored = storage_type(compute_type)
    return build_once(
        converted_folder(name, folder, compute_type), lambda target: _convert_apart(folder, target, stored)
    )


def _convert_apart(folder: Path, target: Path, stored: str) -> None:
    _log.info("converting %s for CTranslate2 (%s), once", folder, stored)
    run_apart(
        "summarize.models.convert",
        str(folder),
        str(target),
        stored,
        failure=f"{folder} can't be converted for CTranslate2",
        hint="Try --backend transformers, which runs every model that transformers can load.",
    )


def convert(folder: Path, target: Path, stored: str) -> None:
    """Convert the model in `folder` into the empty folder `target`, weights in the type `stored`.

    Imports torch and `transformers`; call `converted` instead where that matters.
    """
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        def load_model(self, model_class: Any, path: str, **settings: Any) -> Any:
            model = super().load_model(model_class, path, use_safetensors=True, **settings)
            for name, value in _ASSUMED.get(model.config.model_type, {}).items():
                if not hasattr(model.config, name):
                    setattr(model.config, name, value)
            return model

    config = read_config(folder)
    Converter(str(folder)).convert(str(target), quantization=stored, force=True)
    for name in _TOKENIZER_FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    shutil.copyfile(folder / "config.json", target / CONVERTED_CONFIG)
    if config.family != "marian" and not (target / "tokenizer.json").is_file():
        from transformers import AutoTokenizer

        AutoTokenizer.from_pretrained(folder).backend_tokenizer.save(str(target / "tokenizer.json"))


if __name__ == "__main__":
    # CTranslate2 collects garbage after each layer; with torch's objects left out that costs nothing.
    importlib.import_module("ctranslate2.converters.transformers")
    gc.freeze()
    convert(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
