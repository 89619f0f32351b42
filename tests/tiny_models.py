"""Tiny random models of each architecture, in `save_pretrained` form, with real tokenizers.

Small enough to be made in a second; their output means nothing, but every code path is that of the
real ones. Weights are drawn wide apart, so that no two tokens are ever nearly as likely.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SENTENCES = (
    "Kereta api itu berangkat dari stasiun pada Minggu malam.",
    "Presiden bertemu dengan para menteri di istana pagi ini.",
    "Harga beras naik lima persen sejak awal bulan lalu.",
    "Warga desa membersihkan sungai setelah banjir surut.",
    "Gubernur meresmikan jembatan baru di kota pelabuhan.",
    "Tim nasional menang dua gol tanpa balas di Bandung.",
    "Hujan lebat diperkirakan turun sampai hari Kamis.",
    "Polisi memeriksa tiga saksi dalam kasus kebakaran pasar.",
    "The train left the station on Sunday night.",
    "The president met the ministers at the palace this morning.",
    "The price of rice has risen by five percent since last month.",
    "Villagers cleaned the river after the flood had gone.",
    "The governor opened a new bridge in the harbour city.",
    "The national team won by two goals in Bandung.",
    "Heavy rain is expected to fall until Thursday.",
    "Police questioned three witnesses about the market fire.",
)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

_SIZES = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2}
_HEADS = {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
_FEED_FORWARD = {"encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
_SPREAD = 0.4  # standard deviation of the weights


def marian(folder: Path) -> None:
    """A MarianMT with one shared vocabulary; `<pad>` comes last, has no embedding, starts the decoder."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES),
        model_prefix=str(folder / "source"),
        vocab_size=120,
        hard_vocab_limit=False,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        minloglevel=2,
    )
    (folder / "source.vocab").unlink()
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    tokens = [pieces.id_to_piece(index) for index in range(len(pieces))] + ["<pad>"]
    pad = len(tokens) - 1
    _write(folder / "vocab.json", {token: index for index, token in enumerate(tokens)})
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "MarianTokenizer",
            "source_lang": "id",
            "target_lang": "en",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "model_max_length": 64,
        },
    )
    torch.manual_seed(1)
    config = MarianConfig(
        **_SIZES,
        **_HEADS,
        **_FEED_FORWARD,
        vocab_size=len(tokens),
        max_position_embeddings=64,
        init_std=_SPREAD,
        activation_function="swish",
        scale_embedding=True,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        bad_words_ids=[[pad]],
    )
    model = MarianMTModel(config)
    with torch.no_grad():
        model.model.shared.weight[pad] = 0
    model.generation_config.bad_words_ids = [[pad]]
    model.save_pretrained(folder)


def bart(folder: Path) -> None:
    """A BART whose output is made to begin with `<s>`, as that of bart-large-cnn is."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration

    tokenizer = _byte_level(folder, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s> $A </s>")
    torch.manual_seed(2)
    config = BartConfig(
        **_SIZES,
        **_HEADS,
        **_FEED_FORWARD,
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=64,
        init_std=_SPREAD,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_bos_token_id=0,
    )
    BartForConditionalGeneration(config).save_pretrained(folder)


def pegasus(folder: Path) -> None:
    """A PEGASUS: normalised before each layer, sinusoidal positions, decoding starts from `<pad>`."""
    import torch
    from transformers import PegasusConfig, PegasusForConditionalGeneration

    tokenizer = _unigram(folder)
    torch.manual_seed(3)
    config = PegasusConfig(
        **_SIZES,
        **_HEADS,
        **_FEED_FORWARD,
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=64,
        init_std=_SPREAD,
        activation_function="relu",
        scale_embedding=True,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        forced_eos_token_id=1,
    )
    PegasusForConditionalGeneration(config).save_pretrained(folder)


def t5(folder: Path) -> None:
    """A T5: relative positions, no biases, output scaled as its embeddings are tied."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = _unigram(folder)
    torch.manual_seed(4)
    config = T5Config(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=32,
        d_kv=8,
        d_ff=48,
        num_layers=2,
        num_heads=4,
        initializer_factor=3.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        n_positions=64,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)


def llama(folder: Path) -> None:
    """A chat model: grouped-query attention, two end tokens, and a template."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(5)
    config = LlamaConfig(
        **_chat(folder),
        num_key_value_heads=2,
        rope_parameters={"rope_type": "default", "rope_theta": 50_000.0},
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(bos_token_id=1, eos_token_id=[2, 0], pad_token_id=2)
    model.save_pretrained(folder)


def qwen2(folder: Path) -> None:
    """A chat model whose queries, keys and values have biases, and whose output has weights of its own."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(7)
    config = Qwen2Config(
        **_chat(folder),
        num_key_value_heads=1,
        tie_word_embeddings=False,
    )
    model = Qwen2ForCausalLM(config)
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight, std=_SPREAD)
    model.save_pretrained(folder)


FAMILIES: dict[str, Callable[[Path], None]] = {
    "marian": marian,
    "bart": bart,
    "pegasus": pegasus,
    "t5": t5,
    "llama": llama,
    "qwen2": qwen2,
}


def _chat(folder: Path) -> dict[str, Any]:
    """Write a tokenizer with a chat template; the settings that models with it share."""
    tokenizer = _byte_level(folder, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], "$A")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    return {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 512,
        "initializer_range": _SPREAD,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    }


def _byte_level(folder: Path, special: list[str], template: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    _template(tokenizer, template)
    chat = "<|im_start|>" in special
    _save_tokenizer(
        folder,
        tokenizer,
        bos_token=special[1] if chat else special[0],
        eos_token=special[2],
        pad_token=special[2] if chat else special[1],
        unk_token=special[0] if chat else special[3],
    )
    return tokenizer


def _unigram(folder: Path) -> Any:
    import sentencepiece
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    # The trainer of `tokenizers` numbers pieces differently each time, and some numberings have near ties.
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES),
        model_writer=trained,
        vocab_size=150,
        hard_vocab_limit=False,
        bos_id=-1,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
    vocabulary = [(pieces.id_to_piece(index), pieces.get_score(index)) for index in range(len(pieces))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    _template(tokenizer, "$A </s>")
    _save_tokenizer(folder, tokenizer, eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    return tokenizer


def _template(tokenizer: Any, template: str) -> None:
    from tokenizers import processors

    special = [part for part in template.split() if part != "$A"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(token, tokenizer.token_to_id(token)) for token in special]
    )


def _save_tokenizer(folder: Path, tokenizer: Any, **special: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64, **special}
    if "bos_token" in special and special["bos_token"] == "<|im_start|>":
        settings["model_max_length"] = 512
    _write(folder / "tokenizer_config.json", settings)


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False))
