"""BERTScore: how well the words of a summary match those of a reference in the space of an encoder.

Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020; without idf weights and without
rescaling by a baseline.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

OF, AGAINST = "summary", "references"
DEFAULTS: dict[str, Any] = {
    "model": os.environ.get("SUMMARIZE_BERTSCORE_MODEL", "FacebookAI/roberta-large"),
    "layer": None,
    "device": None,
}

_PARTS = {"": "F1", "_precision": "precision", "_recall": "recall"}
MEASURES: dict[str, dict[str, Any]] = {
    f"bertscore{part}": {
        "title": "BERTScore",
        "unit": unit,
        "scale": 1.0,
        "better": "higher",
        "headline": not part,
    }
    for part, unit in _PARTS.items()
}
_BATCH = 32


def unavailable(model: str = DEFAULTS["model"], **options: Any) -> str | None:
    """Why it can't be computed here: the encoder is neither a local folder nor in the hub's cache."""
    try:
        _folder(model)
    except OSError:
        return (
            f"its model {model} isn't on this machine; fetch it with `hf download {model}` "
            "or name a folder in SUMMARIZE_BERTSCORE_MODEL"
        )
    return None


def measure(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    model: str = DEFAULTS["model"],
    layer: int | None = None,
    device: str | None = None,
) -> dict[str, list[float | None]]:
    """F1, precision and recall of each prediction, against the reference with the highest F1.

    `model` is a folder or a model in the hub's cache, with safetensors weights; `layer` is the hidden layer
    to compare, by default the one at 7/10 of the depth (17 of roberta-large's 24, as the paper's authors
    do). Texts are cut to the model's length. An empty text scores 0. Nothing is downloaded.
    """
    embed = _Encoder(_folder(model), layer, device)
    texts = list(dict.fromkeys([*predictions, *(text for several in references for text in several)]))
    vectors = dict(zip(texts, embed(texts), strict=True))
    values: dict[str, list[float | None]] = {name: [] for name in MEASURES}
    for prediction, several in zip(predictions, references, strict=True):
        scored = [_match(vectors[prediction], vectors[text]) for text in several]
        best = max(scored) if scored else (None, None, None)
        for name, value in zip(MEASURES, best, strict=True):
            values[name].append(value)
    return values


def settings(
    name: str, *, model: str = DEFAULTS["model"], layer: int | None = None, device: str | None = None
) -> str:
    """The part of the signature that says how `name` was computed."""
    chosen = layer if layer is not None else _usual_layer(_layers(_folder(model)))
    called = Path(model).name if Path(model).is_dir() else model
    return (
        f"multi:best|model:{called}|layer:{chosen}|idf:no|rescale:no|transformers:{version('transformers')}"
    )


def _match(prediction: Any, reference: Any) -> tuple[float, float, float]:
    """F1, precision and recall of two texts' unit vectors, each of shape (tokens, width)."""
    if not len(prediction) or not len(reference):
        return 0.0, 0.0, 0.0
    similar = prediction @ reference.T
    precision, recall = float(similar.max(axis=1).mean()), float(similar.max(axis=0).mean())
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f1, precision, recall


class _Encoder:
    """Texts to arrays of unit vectors, one for each token that isn't a special one."""

    def __init__(self, folder: str, layer: int | None, device: str | None) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        self._torch = torch
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModel.from_pretrained(folder, use_safetensors=True)
        self._model = model.to(self._device).eval()
        self._layer = layer if layer is not None else _usual_layer(_layers(folder))
        longest = getattr(self._model.config, "max_position_embeddings", 512)
        self._most = min(self._tokenizer.model_max_length, longest - 2)

    def __call__(self, texts: Sequence[str]) -> list[Any]:
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found: list[Any] = [None] * len(texts)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            for at, vectors in zip(batch, self._batch([texts[at] for at in batch]), strict=True):
                found[at] = vectors
        return found

    def _batch(self, texts: Sequence[str]) -> list[Any]:
        tokens = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self._most,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        kept = (tokens.pop("special_tokens_mask") == 0) & (tokens["attention_mask"] == 1)
        with self._torch.inference_mode():
            output = self._model(**tokens.to(self._device), output_hidden_states=True)
        hidden = self._torch.nn.functional.normalize(output.hidden_states[self._layer].float(), dim=-1).cpu()
        return [vectors[mask].numpy() for vectors, mask in zip(hidden, kept, strict=True)]


@cache
def _layers(folder: str) -> int:
    from transformers import AutoConfig

    return int(AutoConfig.from_pretrained(folder).num_hidden_layers)


def _usual_layer(layers: int) -> int:
    return max(1, round(0.7 * layers))


def _folder(model: str) -> str:
    """The model's folder; OSError where it isn't on this machine."""
    if Path(model).is_dir():
        return model
    from huggingface_hub import snapshot_download

    return str(snapshot_download(model, local_files_only=True))
