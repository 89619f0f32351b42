"""A model as a writer of summaries: what it is given to read, how it is searched, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Any

from summarize.errors import ModelError
from summarize.models.backend import Decoding, Hypothesis, Model
from summarize.models.config import read_json
from summarize.parts import first_words, split_to_window
from summarize.postedit import postedit
from summarize.prompts import Prompt

_MARGIN = 16
"""Tokens left free in the window, since the pieces of a text may join into other tokens."""


_LEAST_WINDOW = 16
"""Fewer tokens for a text make no part of it."""

_NARROW, _WIDE = 2, 4
"""Beams. A small chat model searches with the narrow one, and once more with the wide one where it wrote
nothing fit to print: one article in six of the hardest, so that this takes three quarters of the time."""

_BETWEEN = "\n\n"
"""What parts paragraphs in a prompt."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a summary should be: a phrase for prompts, the most sentences, the most words."""

    phrase: str
    sentences: int
    words: int

    @property
    def tokens(self) -> int:
        """The most tokens to decode; foreign names take several each."""
        return ceil(self.words * 1.6) + 8


LENGTHS = MappingProxyType(
    {
        "short": Length("2 or 3 sentences", 3, 60),
        "medium": Length("4 or 5 sentences", 5, 110),
        "long": Length("6 to 8 sentences", 8, 180),
    }
)
"""What `--length` means."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be summarized: an article, a part of one, or the summaries of its parts."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def words(self) -> int:
        """Words of the body."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for: by which prompt, how long, and how many candidates."""

    prompt: Prompt
    length: Length
    candidates: int = 1

    @classmethod
    def of(cls, prompt: Prompt, length: Length, candidates: int = 1) -> Brief:
        """A brief in which the prompt's own limits go before those of `length`."""
        count = prompt.sentences or length.sentences
        phrase = length.phrase if prompt.sentences is None else f"{count} sentence{'s' * (count > 1)}"
        return cls(prompt, Length(phrase, count, prompt.words or length.words), candidates)


@dataclass(frozen=True, slots=True)
class Written:
    """Candidates fit to print, best first by the model's score, and the tokens that they took."""

    candidates: tuple[str, ...] = ()
    tokens: int = 0


class Writer:
    """A loaded model that writes summaries to a brief.

    `lead` words of a document are read, all of them where it is 0; a model that needs it is a small one,
    which beam search keeps close to the text. `decoding` replaces the search that suits the model, but
    for its lengths and its number of hypotheses.
    """

    def __init__(self, model: Model, *, lead: int = 0, decoding: Decoding | None = None) -> None:
        self._tokenizer = model.tokenizer
        self._backend = model.backend
        self._chat = model.backend.architecture == "causal"
        self._lead = lead
        self._decoding = decoding
        self._tuned = {} if self._chat else _tuned_settings(Path(model.folder))

    def cut(self, document: Document) -> Document:
        """The document as far as it is read."""
        if not self._lead:
            return document
        return replace(document, paragraphs=tuple(first_words(document.paragraphs, self._lead)))

    def parts(self, document: Document, brief: Brief) -> list[Document]:
        """The document in parts that fit the model's window together with the prompt and the output.

        Raises ModelError where prompt and output leave no room for a text.
        """
        empty = replace(document, paragraphs=())
        taken = len(self._encode([empty], brief)[0]) + (self._tokens(brief) if self._chat else 0)
        window = self._tokenizer.max_length - taken - _MARGIN
        if window < _LEAST_WINDOW:
            raise ModelError(
                f"Prompt {brief.prompt.name!r} and the output leave {max(0, window)} tokens for the text, of "
                f"{self._tokenizer.max_length} that the model takes",
                "Use a model with a longer window, a shorter prompt or --length short.",
            )
        parts = split_to_window(document.paragraphs, window, self._count)
        return [replace(document, paragraphs=tuple(part)) for part in parts]

    def write(self, documents: Sequence[Document], brief: Brief) -> list[Written]:
        """The candidates for each document.

        There may be fewer than the brief asks for, as those that are the same count as one, or none.
        """
        sequences = self._encode(documents, brief)
        decoding = self._search(brief)
        written = self._written(sequences, brief, decoding)
        lacking = [index for index, one in enumerate(written) if not one.candidates]
        if self._is_small and decoding.beam < _WIDE and lacking:
            wide = replace(decoding, beam=_WIDE, hypotheses=max(decoding.hypotheses, _WIDE - 1))
            again = self._written([sequences[index] for index in lacking], brief, wide)
            for index, one in zip(lacking, again, strict=True):
                few = one.candidates[: brief.candidates]
                written[index] = Written(few, written[index].tokens + one.tokens)
        return written

    def _written(self, sequences: Sequence[list[str]], brief: Brief, decoding: Decoding) -> list[Written]:
        search = self._branched if self._branches and brief.candidates > 1 else self._backend.generate
        return [
            Written(
                _best_first(self._printable(hypotheses, brief, decoding)),
                sum(len(hypothesis.tokens) for hypothesis in hypotheses),
            )
            for hypotheses in search(sequences, decoding)
        ]

    def _branched(self, sequences: Sequence[list[str]], decoding: Decoding) -> list[list[Hypothesis]]:
        """Greedy outputs that begin with different tokens, the likeliest.

        A sampler would be as varied, but CTranslate2 can draw for one sequence at a time only.
        """
        greedy = replace(decoding, beam=1, hypotheses=1)
        first = replace(greedy, beam=decoding.hypotheses, hypotheses=decoding.hypotheses, max_length=1)
        openings = [
            (index, opening)
            for index, hypotheses in enumerate(self._backend.generate(sequences, first))
            for opening in hypotheses
            if opening.tokens
        ]
        rest = self._backend.generate(
            [[*sequences[index], *opening.tokens] for index, opening in openings],
            replace(greedy, max_length=decoding.max_length - 1),
        )
        found: list[list[Hypothesis]] = [[] for _ in sequences]
        for (index, opening), (following,) in zip(openings, rest, strict=True):
            count = len(following.tokens)
            score = (opening.score + following.score * count) / (1 + count)
            found[index].append(Hypothesis(opening.tokens + following.tokens, score))
        return found

    def _printable(
        self, hypotheses: Sequence[Hypothesis], brief: Brief, decoding: Decoding
    ) -> list[tuple[float, str]]:
        texts = self._tokenizer.decode([hypothesis.tokens for hypothesis in hypotheses])
        edited = (
            postedit(
                text,
                words=brief.length.words,
                most_sentences=brief.length.sentences,
                form=brief.prompt.form,
                cut_off=len(hypothesis.tokens) >= decoding.max_length - 1,
            )
            for hypothesis, text in zip(hypotheses, texts, strict=True)
        )
        return [(one.score, text) for one, text in zip(hypotheses, edited, strict=True) if text]

    @property
    def _branches(self) -> bool:
        """Whether candidates are branches: beams of a larger chat model differ by a word or two."""
        return self._chat and not self._lead and self._decoding is None

    @property
    def _is_small(self) -> bool:
        """Whether a narrow beam is tried first: each beam of a chat model takes time."""
        return self._chat and self._lead > 0 and self._decoding is None

    def _search(self, brief: Brief) -> Decoding:
        """How to search for the candidates of a brief."""
        count = brief.candidates
        beam = _NARROW if self._is_small else _WIDE
        base = self._decoding or Decoding(beam=beam, **self._tuned.get("search", {}))
        base = replace(base, max_length=self._tokens(brief), hypotheses=count)
        if not self._chat:
            # Without a minimum the models trained on CNN/DailyMail may stop after one clause.
            base = replace(base, min_length=min(brief.length.words, base.max_length) // 2)
        return replace(base, beam=1 if self._branches else max(base.beam, count))

    def _tokens(self, brief: Brief) -> int:
        """The most tokens of an output: a decoder has no more positions than an encoder."""
        return min(brief.length.tokens, self._tokenizer.max_length // 2)

    def _encode(self, documents: Sequence[Document], brief: Brief) -> list[list[str]]:
        if not self._chat:
            prefix = self._tuned.get("prefix", "")
            return self._tokenizer.encode([prefix + " ".join(one.paragraphs) for one in documents])
        return self._tokenizer.encode(
            [
                self._tokenizer.chat(
                    brief.prompt.messages(
                        title=document.title,
                        text=_BETWEEN.join(document.paragraphs),
                        sentences=brief.length.phrase,
                        words=brief.length.words,
                    )
                )
                for document in documents
            ]
        )

    def _count(self, texts: Sequence[str]) -> list[int]:
        joined = [text + _BETWEEN for text in texts] if self._chat else texts
        return [len(tokens) for tokens in self._tokenizer.encode(joined)] if texts else []


def _best_first(scored: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for _, text in sorted(scored, key=lambda one: -one[0])))


def _tuned_settings(folder: Path) -> dict[str, Any]:
    """The input prefix and the search that a sequence-to-sequence model was published with."""
    config = read_json(folder / "config.json")
    task = (config.get("task_specific_params") or {}).get("summarization") or {}
    published = config | read_json(folder / "generation_config.json") | task
    prefix = task.get("prefix") or ("summarize: " if config.get("model_type") == "t5" else "")
    return {
        "prefix": prefix,
        "search": {
            "length_penalty": float(published.get("length_penalty") or 1.0),
            "no_repeat_ngram": int(published.get("no_repeat_ngram_size") or 3),
        },
    }
