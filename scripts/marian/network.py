"""The network: built or loaded, its loss, and the tricks that make it train fast on a CPU."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from transformers import MarianConfig, MarianMTModel

from marian.batches import Batch
from marian.output_loss import output_loss
from marian.vocabulary import Codec

BANNED = -1e4  # a final bias that fits float16 and keeps <pad> out of every softmax


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a network from scratch: layers of encoder and decoder, width, heads, feed-forward width."""

    encoder_layers: int = 4
    decoder_layers: int = 2
    dim: int = 256
    heads: int = 4
    feed_forward: int = 1024


def create(shape: Shape, codec: Codec, dropout: float) -> MarianMTModel:
    """A new network in the layout of OPUS-MT (tied embeddings, sinusoidal positions, swish)."""
    size = len(codec.ids)
    if codec.pad != size - 1:
        raise ValueError("a new network needs <pad> as the last id of its vocabulary")
    config = MarianConfig(
        vocab_size=size,
        decoder_vocab_size=size,
        d_model=shape.dim,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        activation_function="swish",
        dropout=dropout,
        init_std=shape.dim**-0.5,
        max_position_embeddings=512,
        scale_embedding=True,
        pad_token_id=codec.pad,
        eos_token_id=codec.eos,
        forced_eos_token_id=codec.eos,
        bos_token_id=None,
        decoder_start_token_id=codec.pad,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    model = MarianMTModel(config)
    for name, weight in model.named_parameters():
        if weight.dim() == 2 and "shared" not in name and "embed" not in name:
            torch.nn.init.xavier_uniform_(weight)
    with torch.no_grad():
        model.get_input_embeddings().weight[codec.pad].zero_()
        model.final_logits_bias[0, codec.pad] = BANNED
    return _fixed_positions(model)


def load(folder: Path, dropout: float) -> MarianMTModel:
    """An existing network to go on with, in float32; safetensors only, attention written out.

    Raises OSError where the folder has no such weights.
    """
    return _fixed_positions(
        MarianMTModel.from_pretrained(
            folder, dtype=torch.float32, dropout=dropout, attn_implementation="eager", use_safetensors=True
        )
    )


def _fixed_positions(model: MarianMTModel) -> MarianMTModel:
    """Sinusoids aren't saved, so that they must not be trained; loading forgets that they are fixed."""
    for side in (model.model.encoder, model.model.decoder):
        side.embed_positions.weight.requires_grad_(False)
    return model


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Rows of ids as one tensor (rows, longest), filled up on the right."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[value] * (longest - len(row))] for row in rows])


def loss(model: MarianMTModel, batch: Batch, smoothing: float) -> Tensor:
    """Label-smoothed cross-entropy a target token (Szegedy et al., 2016), without `<pad>` in the softmax."""
    hidden, targets = states(model, batch.sources, batch.targets)
    real = targets != model.config.pad_token_id  # the output layer costs most: only where there is a target
    return output_loss(hidden[real], *output_layer(model), targets[real], smoothing)


def states(
    model: MarianMTModel,
    sources: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    of: Sequence[int] | None = None,
) -> tuple[Tensor, Tensor]:
    """The decoder's states before each id of each output (rows, longest, dim), and the padded ids.

    `of` says which source an output is of, where there are several of one; each source is encoded once.
    """
    end = model.config.pad_token_id
    ids, targets = pad(sources, end).to(model.device), pad(outputs, end).to(model.device)
    mask = (ids != end).long()
    encoded = model.model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    if of is not None:
        rows = torch.tensor(of, device=model.device)
        encoded, mask = encoded[rows], mask[rows]
    start = targets.new_full((len(targets), 1), model.config.decoder_start_token_id)
    hidden = model.model.decoder(
        input_ids=torch.cat([start, targets[:, :-1]], dim=1),
        encoder_hidden_states=encoded,
        encoder_attention_mask=mask,
        use_cache=False,
    ).last_hidden_state
    return hidden, targets


def output_layer(model: MarianMTModel) -> tuple[Tensor, Tensor]:
    """Weight (pieces, dim) and bias (pieces) of the output layer, without a `<pad>` that comes last."""
    weight, bias = model.get_output_embeddings().weight, model.final_logits_bias[0]
    return (weight[:-1], bias[:-1]) if model.config.pad_token_id == len(bias) - 1 else (weight, bias)


def mask_pool(rate: float, seed: int, size: int = 1 << 21) -> Tensor:
    """Dropout masks drawn once: a flat tensor of zeros and of 1 / (1 - rate)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(size, generator=generator).ge(rate).to(torch.bfloat16) / (1 - rate)


@contextmanager
def pooled_dropout(rate: float, pool: Tensor, rng: random.Random) -> Iterator[None]:
    """Within the context, dropout cuts its masks from `pool` at a random offset.

    Drawing a mask for each call takes a tenth of a training step on a CPU; a cut costs nothing.
    """
    drawn = functional.dropout

    def cut(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
        if not training or p == 0:
            return input
        spare = len(pool) - input.numel()
        if p != rate or spare <= 0 or input.device != pool.device:
            return drawn(input, p, training, inplace)
        start = rng.randrange(spare)
        return input * pool[start : start + input.numel()].view(input.shape)

    functional.dropout = cut
    try:
        yield
    finally:
        functional.dropout = drawn


def save(
    model: MarianMTModel, codec_folder: Path, folder: Path, languages: tuple[str, str], half: bool = False
) -> None:
    """Write a `save_pretrained` folder in the OPUS-MT layout: config, weights, tokenizer.

    `half` stores float16; the network itself stays as it is.
    """
    from transformers import GenerationConfig, MarianTokenizer

    pad_id, end = model.config.pad_token_id, model.config.eos_token_id
    with warnings.catch_warnings(action="ignore"):  # it recommends a package for cleaning that isn't needed
        tokenizer = MarianTokenizer(
            source_spm=str(codec_folder / "source.spm"),
            target_spm=str(codec_folder / "target.spm"),
            vocab=str(codec_folder / "vocab.json"),
            source_lang=languages[0],
            target_lang=languages[1],
        )
    tokenizer.save_pretrained(folder)
    model.generation_config = GenerationConfig(
        bad_words_ids=[[pad_id]],
        decoder_start_token_id=pad_id,
        eos_token_id=end,
        forced_eos_token_id=end,
        pad_token_id=pad_id,
        max_length=256,
        num_beams=4,
    )
    if half:
        twin = MarianMTModel(model.config)
        twin.load_state_dict(model.state_dict())
        twin.generation_config = model.generation_config
        model = twin.half()
    model.save_pretrained(folder)
