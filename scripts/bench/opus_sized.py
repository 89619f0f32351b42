"""A Marian model of the size of OPUS-MT with random weights: its compute is true, its output isn't."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

PIECES = 58_101


def build(folder: Path, starter: Path) -> Path:
    """Six layers each, 512 wide, 58,101 pieces: the starter's own, and others that no text has."""
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel, MarianTokenizer

    if (folder / "model.safetensors").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, int] = json.loads((starter / "vocab.json").read_text("utf-8"))
    pieces = [piece for piece, _ in sorted(known.items(), key=lambda one: one[1]) if piece != "<pad>"]
    pieces += [f"▁unused{index}" for index in range(PIECES - 1 - len(pieces))]
    (folder / "vocab.json").write_text(
        json.dumps({piece: index for index, piece in enumerate([*pieces, "<pad>"])}), "utf-8"
    )
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(starter / name, folder / name)
    tokenizer = MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    pad, end = PIECES - 1, pieces.index("</s>")
    config = MarianConfig(
        vocab_size=PIECES,
        decoder_vocab_size=PIECES,
        d_model=512,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=2048,
        decoder_ffn_dim=2048,
        activation_function="swish",
        max_position_embeddings=512,
        scale_embedding=True,
        pad_token_id=pad,
        eos_token_id=end,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
    )
    model = MarianMTModel(config)
    model.generation_config = GenerationConfig(
        bad_words_ids=[[pad]], decoder_start_token_id=pad, eos_token_id=end, pad_token_id=pad
    )
    model.save_pretrained(folder)
    return folder
