"""The abstract stage: English paragraphs in, an abstractive summary and its rivals out.

Two kinds of models: sequence-to-sequence ones (BART, PEGASUS, T5) read the text as it is, chat models
read it in a prompt. An article longer than the model's window is summarized in parts, and the parts'
summaries are summarized, until the rest fits.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from summarize.article import Article, Flag
from summarize.dateline import without_dateline
from summarize.errors import InputError
from summarize.models.backend import Decoding, Model
from summarize.models.catalog import catalog
from summarize.models.load import load_model
from summarize.postedit import join, lead_sentences
from summarize.prompts import load_prompt
from summarize.writer import LENGTHS, Brief, Document, Writer

_SMALL = 500_000_000
"""Chat models of fewer parameters lose the thread of a whole article …"""

_SMALL_LEAD = 140
"""… and are given so many words of its beginning, where news has its essence."""

_SHRINK = 0.8
"""What is longer than this after a round of summarizing parts is cut to its beginning."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """Candidates fit to print, best first; `fallback` says that they are the lead and no summary."""

    candidates: tuple[str, ...] = ()
    tokens: int = 0
    fallback: bool = False


class Summarizer:
    """Fills `candidates` and `summary`, which is the first of them.

    `model` is a loaded model, or a name or folder for `load_model`, which gets `backend`, `device`,
    `compute_type`, `threads` and `offline`. `prompt` matters for chat models only: the name of a
    shipped one, or a path. `length` is `short` (2 or 3 sentences, at most about 60 words), `medium`
    (4 or 5, 110) or `long` (6 to 8, 180), unless the prompt sets its own.

    `candidates` is how many summaries to make, for the support stage to choose from: the best beams of a
    sequence-to-sequence or small chat model, the greedy outputs of a larger chat model after each of the
    likeliest first tokens. A small chat model is searched with two beams, and with four where these hold
    nothing fit to print.
    A chat model of fewer than 500 million parameters reads only the first `lead` words; 0 means all,
    None what suits the model. `decoding` replaces the search, but for its lengths and its number of
    hypotheses.

    A text of no more words than the summary may have is its own summary. Where the model gives
    nothing fit to print, the first sentences of the text stand in, with the flag `summary-fallback`.

    Nothing is loaded before the first call or `load`, so that an instance can be pickled. Raises
    InputError for a prompt or a length that isn't there, ModelError when the model can't be loaded.
    """

    name = "abstract"

    def __init__(
        self,
        model: str | Model,
        *,
        prompt: str = "news-brief",
        length: str = "short",
        candidates: int = 4,
        lead: int | None = None,
        decoding: Decoding | None = None,
        backend: str = "auto",
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
        offline: bool = False,
    ) -> None:
        if length not in LENGTHS:
            raise InputError(f"There is no length {length!r}.", f"Choose one of: {', '.join(LENGTHS)}.")
        if candidates < 1:
            raise InputError("A summarizer makes at least one candidate.")
        self.model = model
        self.lead = lead if lead is not None else _suitable_lead(model)
        self.brief = Brief.of(load_prompt(prompt), LENGTHS[length], candidates)
        self._decoding = decoding
        self._settings: dict[str, Any] = {
            "backend": backend,
            "device": device,
            "compute_type": compute_type,
            "threads": threads,
            "offline": offline,
        }
        self._writer: Writer | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_writer": None}

    def load(self) -> Writer:
        """Load the model now rather than at the first call."""
        if self._writer is None:
            model = self.model
            if isinstance(model, str):
                model = load_model(model, **self._settings)
            self._writer = Writer(model, lead=self.lead, decoding=self._decoding)
        return self._writer

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Summarize a batch: same length, same order; failed articles are passed on untouched."""
        started = time.perf_counter()
        chosen = [index for index, article in enumerate(articles) if article.error is None]
        documents = [_document(articles[index]) for index in chosen]
        drafts = self._drafts(documents)
        rate = (time.perf_counter() - started) / (1 + sum(document.words for document in documents))
        result = list(articles)
        for index, document, draft in zip(chosen, documents, drafts, strict=True):
            article = articles[index]
            article = replace(
                article,
                seconds=article.seconds + rate * document.words,
                tokens=article.tokens + draft.tokens,
            )
            result[index] = _filled(article, draft)
        return result

    def summarize(self, texts: Sequence[str]) -> list[str]:
        """The summary of each English text; paragraphs are separated by blank lines.

        A text without a word has an empty summary.
        """
        documents = [Document("", _solid(re.split(r"\n\s*\n", text))) for text in texts]
        return ["".join(draft.candidates[:1]) for draft in self._drafts(documents)]

    def _drafts(self, documents: Sequence[Document]) -> list[_Draft]:
        limit = self.brief.length.words
        short = [document.words <= limit for document in documents]
        long = [document for document, is_short in zip(documents, short, strict=True) if not is_short]
        written = iter(self._written(long) if long else [])
        return [
            _Draft(_lead(document, self.brief)) if is_short else next(written)
            for document, is_short in zip(documents, short, strict=True)
        ]

    def _written(self, documents: Sequence[Document]) -> list[_Draft]:
        writer = self.load()
        reduced, spent = _reduced([writer.cut(document) for document in documents], writer, self.brief)
        return [
            _Draft(written.candidates, tokens + written.tokens)
            if written.candidates
            else _Draft(_lead(document, self.brief), tokens + written.tokens, fallback=True)
            for document, tokens, written in zip(
                documents, spent, writer.write(reduced, self.brief), strict=True
            )
        ]


def _document(article: Article) -> Document:
    paragraphs = without_dateline(article.paragraphs_en, article.paragraphs)
    return Document(article.title_en or "", _solid(paragraphs))


def _solid(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Without paragraphs that have nothing in them."""
    return tuple(paragraph.strip() for paragraph in paragraphs if paragraph.strip())


def _reduced(documents: list[Document], writer: Writer, brief: Brief) -> tuple[list[Document], list[int]]:
    """The documents, those too long for the model as the summaries of their parts, until they fit.

    Also the tokens that each took.
    """
    # A headline or a list of each part would lose what holds the parts together.
    own = brief.prompt.form == "prose" and brief.prompt.words is None
    part_brief = Brief.of(brief.prompt if own else load_prompt("news-brief"), LENGTHS["medium"])
    split = [writer.parts(document, brief) for document in documents]
    spent = [0] * len(documents)
    while long := [index for index, parts in enumerate(split) if len(parts) > 1]:
        # The part brief's prompt may be the longer one.
        fitting = [writer.parts(documents[index], part_brief) for index in long]
        written = iter(writer.write([part for parts in fitting for part in parts], part_brief))
        for index, parts in zip(long, fitting, strict=True):
            merged: list[str] = []
            for part in parts:
                one = next(written)
                merged += (one.candidates or _lead(part, part_brief))[:1]
                spent[index] += one.tokens
            shorter = replace(documents[index], paragraphs=tuple(merged))
            # Another round wouldn't help where this one didn't.
            stuck = shorter.words > _SHRINK * documents[index].words
            parts = writer.parts(shorter, brief)
            split[index] = parts[:1] if stuck else parts
            documents[index] = shorter
    return [parts[0] if parts else document for document, parts in zip(documents, split, strict=True)], spent


def _lead(document: Document, brief: Brief) -> tuple[str, ...]:
    """The first sentences of a document as its only candidate; none if it is empty."""
    text = lead_sentences(document.paragraphs, brief.length.words)
    return (join(text, brief.prompt.form),) if text else ()


def _filled(article: Article, draft: _Draft) -> Article:
    if not draft.candidates:
        return article.failed("abstract", "There is no translated text to summarize.")
    article = replace(article, candidates=draft.candidates, summary=draft.candidates[0])
    if not draft.fallback:
        return article
    detail = "The model wrote nothing fit to print; these are the first sentences of the translation."
    return article.flagged(Flag("summary-fallback", (), detail))


def _suitable_lead(model: str | Model) -> int:
    entry = catalog().get(model if isinstance(model, str) else model.name)
    small = entry is not None and entry.architecture == "causal" and entry.parameters < _SMALL
    return _SMALL_LEAD if small else 0
