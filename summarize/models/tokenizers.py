"""Text to token strings and back, without `transformers`.

Marian models keep two SentencePiece models and a vocabulary; all others are read from the
`tokenizer.json` of the `tokenizers` library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, Protocol

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from summarize.errors import ModelError
from summarize.models.backend import Tokenizer
from summarize.models.config import ModelConfig, read_json

_GENERATION_TAG = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")  # marks training targets; no meaning here


class Vocabulary(Tokenizer, Protocol):
    """A tokenizer that also knows the ids of its tokens, for backends that compute with ids."""

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The id of each token; that of the unknown token for those that aren't in the vocabulary."""
        ...

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The token of each id."""
        ...


def load_tokenizer(folder: Path, config: ModelConfig) -> Vocabulary:
    """The tokenizer of a model folder.

    Raises ModelError where the folder has none that can be read without running its code.
    """
    if config.family == "marian":
        return MarianTokenizer(folder, config)
    return JsonTokenizer(folder, config)


class MarianTokenizer:
    """The tokenizer of a MarianMT model: source.spm, target.spm and vocab.json."""

    def __init__(self, folder: Path, config: ModelConfig) -> None:
        import sentencepiece

        self.max_length = config.max_length
        self._vocabulary: dict[str, int] = read_json(folder / "vocab.json")
        # A model with two vocabularies names the target's apart.
        target = read_json(folder / "target_vocab.json") or self._vocabulary
        self._target_tokens = {index: token for token, index in target.items()}
        try:
            self._source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
            self._target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
            self._unknown = self._vocabulary["<unk>"]
        except (OSError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"{folder} has no readable Marian tokenizer: {error}",
                "source.spm, target.spm and vocab.json must lie beside the weights.",
            ) from error
        self._special = {"</s>", "<s>", "<unk>", "<pad>"}

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text as SentencePiece pieces and the end token."""
        pieces = self._source.encode(list(texts), out_type=str)
        return [[*sequence, "</s>"] for sequence in pieces]

    def decode(self, sequences: Sequence[Sequence[str]]) -> list[str]:
        """Each sequence of pieces as text."""
        kept = [[token for token in sequence if token not in self._special] for sequence in sequences]
        return [self._target.decode(sequence) if sequence else "" for sequence in kept]

    def chat(self, messages: Sequence[dict[str, str]]) -> str:
        """Always raises ModelError: a translator doesn't chat."""
        raise ModelError("A Marian translation model has no chat template")

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The source id of each token."""
        return [self._vocabulary.get(token, self._unknown) for token in tokens]

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The target token of each id."""
        return [self._target_tokens[index] for index in ids]


class JsonTokenizer:
    """A tokenizer of the `tokenizers` library, with the model's chat template if it has one."""

    def __init__(self, folder: Path, config: ModelConfig) -> None:
        self.max_length = config.max_length
        self._tokenizer = _read_tokenizer(folder)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        settings = read_json(folder / "tokenizer_config.json")
        self._named = {
            name: _token_text(settings.get(name))
            for name in ("bos_token", "eos_token", "pad_token", "unk_token")
        }
        self._special = [
            token.content for token in self._tokenizer.get_added_tokens_decoder().values() if token.special
        ]
        self._template = _chat_template(folder, settings)
        self._causal = config.architecture == "causal"
        unknown = self._named["unk_token"]
        self._unknown = (self._tokenizer.token_to_id(unknown) if unknown else None) or 0

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text as token strings, with the special tokens that it doesn't have yet.

        A chat template writes them into its text, so a text of a decoder-only model that starts with
        the first special token is taken as it is.
        """
        start = self._named["bos_token"] if self._causal else None
        written = [start is not None and text.startswith(start) for text in texts]
        result: list[list[str]] = [[]] * len(texts)
        for flag in (True, False):
            chosen = [index for index, value in enumerate(written) if value is flag]
            encoded = self._tokenizer.encode_batch(
                [texts[index] for index in chosen], add_special_tokens=not flag
            )
            for index, encoding in zip(chosen, encoded, strict=True):
                result[index] = encoding.tokens
        return result

    def decode(self, sequences: Sequence[Sequence[str]]) -> list[str]:
        """Each sequence of token strings as text."""
        texts: list[str] = self._tokenizer.decode_batch([self.ids(sequence) for sequence in sequences])
        return texts

    def chat(self, messages: Sequence[dict[str, str]]) -> str:
        """The messages in the model's chat template, up to where the answer starts.

        Special tokens inside a message are taken out: an article must not end its own message.
        """
        if self._template is None:
            raise ModelError(
                "The model has no chat template",
                "Choose an instruct model, or a sequence-to-sequence one without a prompt.",
            )
        clean = [{**message, "content": self._without_special(message["content"])} for message in messages]
        try:
            text: str = self._template.render(
                messages=clean,
                add_generation_prompt=True,
                enable_thinking=False,
                tools=None,
                documents=None,
                **{name: token or "" for name, token in self._named.items()},
            )
        except TemplateError as error:
            raise ModelError(f"The model's chat template failed: {error}") from error
        return text

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The id of each token."""
        found = (self._tokenizer.token_to_id(token) for token in tokens)
        return [self._unknown if index is None else index for index in found]

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The token of each id; ids that only pad the embedding have none and come out as empty."""
        return [self._tokenizer.id_to_token(index) or "" for index in ids]

    def _without_special(self, text: str) -> str:
        for token in self._special:
            text = text.replace(token, " ")
        return text


def _read_tokenizer(folder: Path) -> Any:
    import tokenizers

    path = folder / "tokenizer.json"
    if not path.is_file():
        return _converted_tokenizer(folder)
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise ModelError(f"{path} can't be read: {error}") from error


def _converted_tokenizer(folder: Path) -> Any:
    """Older T5 and PEGASUS folders have only a SentencePiece model, which `transformers` can convert."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False).backend_tokenizer
    except (OSError, ValueError, AttributeError, ImportError) as error:
        raise ModelError(
            f"{folder} has no tokenizer that can be read: {error}",
            "Save one beside the weights with tokenizer.save_pretrained(folder).",
        ) from error


def _token_text(token: Any) -> str | None:
    return token.get("content") if isinstance(token, dict) else token


def _chat_template(folder: Path, settings: dict[str, Any]) -> Any:
    path = folder / "chat_template.jinja"
    source = path.read_text(encoding="utf-8") if path.is_file() else settings.get("chat_template")
    if isinstance(source, list):  # several named templates
        source = {item["name"]: item["template"] for item in source}.get("default")
    if not source:
        return None
    # A template comes with a model from anywhere: it must not reach into Python.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    try:
        return environment.from_string(_GENERATION_TAG.sub("", source))
    except TemplateError as error:
        raise ModelError(f"{folder}: its chat template can't be read: {error}") from error


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)
