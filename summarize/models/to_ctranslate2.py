"""A model in `save_pretrained` form → a CTranslate2 model.

Needs torch and `transformers`; it runs in a process of its own, so that the process that decodes imports
neither: `python -m summarize.models.to_ctranslate2 FOLDER TARGET STORAGE_TYPE`.
"""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path
from typing import Any

from summarize.models.convert import copy_companions

_ASSUMED = {
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
}
"""What CTranslate2 reads from a configuration, and `transformers` knows by heart and may leave out."""


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

    Converter(str(folder)).convert(str(target), quantization=stored, force=True)
    copy_companions(folder, target)


if __name__ == "__main__":
    # CTranslate2 collects garbage after each layer; with torch's objects left out that costs nothing.
    importlib.import_module("ctranslate2.converters.transformers")
    gc.freeze()
    convert(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
