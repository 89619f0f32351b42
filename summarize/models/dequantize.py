"""A GGUF file → a model in `save_pretrained` form, its quantised weights as half-precision numbers.

Run as `python -m summarize.models.dequantize FILE TARGET`; `dequantized` does that.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from summarize.models.apart import run_apart


def dequantized(file: Path, target: Path) -> None:
    """Fill the folder `target` from a GGUF file, in a process of its own.

    Raises ModelError if `transformers` can't read the file.
    """
    run_apart(
        "summarize.models.dequantize",
        str(file),
        str(target),
        failure=f"{file.name} can't be read as a model",
        hint="The download may be damaged: remove it from the cache and try again.",
    )


def dequantize(file: Path, target: Path) -> None:
    """Write configuration, weights, tokenizer and chat template of a GGUF file into `target`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    loaded = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float16)
    # The loaded model counts as quantised and refuses to be saved; a plain one takes over its weights.
    config = loaded.config
    del config.quantization_config
    with torch.device("meta"):
        plain = AutoModelForCausalLM.from_config(config, dtype=torch.float16)
    plain.load_state_dict(loaded.state_dict(), assign=True)
    plain.tie_weights()
    plain.generation_config = loaded.generation_config
    plain.save_pretrained(target)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(target)


if __name__ == "__main__":
    # Reading the vocabulary makes millions of small objects that stay, so collecting is for nothing.
    gc.disable()
    dequantize(Path(sys.argv[1]), Path(sys.argv[2]))
