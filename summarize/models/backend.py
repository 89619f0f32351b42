"""The contract between the stages and whatever runs a model: token sequences in, hypotheses out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Architecture = Literal["seq2seq", "causal"]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One output of a model: tokens without special ones, and the mean log-probability per token.

    `attended` is there where it was asked for: for each token of the source, the place in `tokens` at
    which the model looked at it most.
    """

    tokens: tuple[str, ...]
    score: float
    attended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search for the output. Everything here but `token_budget` changes results.

    `temperature` 0 means beam search (greedy at beam 1); above 0 means sampling, seeded by `seed`.
    `length_penalty` is the exponent of the length normalisation; lengths are in tokens.
    `token_budget` is the most padded source tokens in one batch on the device.
    """

    beam: int = 4
    hypotheses: int = 1
    max_length: int = 256
    min_length: int = 0
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    temperature: float = 0.0
    top_k: int = 50
    top_p: float = 1.0
    seed: int = 0
    token_budget: int = 4096

    @property
    def width(self) -> int:
        """Hypotheses of a sequence that a beam search keeps side by side."""
        return max(self.beam, self.hypotheses)


class Tokenizer(Protocol):
    """Text to token strings and back; `encode` adds the special tokens that the model expects."""

    max_length: int

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text as token strings, never truncated, special tokens of the model included."""
        ...

    def decode(self, sequences: Sequence[Sequence[str]]) -> list[str]:
        """Each sequence of token strings as text; special tokens are dropped."""
        ...

    def chat(self, messages: Sequence[dict[str, str]]) -> str:
        """The messages as one text in the model's chat template, ready for `encode`.

        Raises ModelError where the model has no template.
        """
        ...


class Backend(Protocol):
    """Runs one model on one device."""

    architecture: Architecture

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        """Decode each sequence; `decoding.hypotheses` outputs each, best first.

        Sorts by length, packs by token budget, halves the budget when memory runs out and goes on;
        the result is in the order of `sequences`. For a causal model the prompt isn't repeated.

        With `prefixes`, for a sequence-to-sequence model, each output begins with the tokens given for
        it, which don't count for its score. At beam 1 `attended` is then filled in.
        """
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model with its tokenizer. `name` is what the user asked for, `folder` what was loaded."""

    name: str
    folder: str
    tokenizer: Tokenizer
    backend: Backend
