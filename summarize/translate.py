"""Articles from Indonesian to English with a MarianMT model, a whole batch of them at a time."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from summarize.article import Article, Flag, Segment
from summarize.decode import decode
from summarize.draft import draft
from summarize.errors import SummarizeError
from summarize.glossary import Glossary, load_glossary
from summarize.headline import english_headline, is_headline_like, sentence_caser
from summarize.headline_verbs import with_prefixes
from summarize.memory import Memory, RecentMemory, Translation
from summarize.models.backend import Decoding, Model
from summarize.models.load import load_model
from summarize.rare_words import Words, news_words
from summarize.segment import split_sentences, split_to_fit

TITLE = -1
"""The paragraph number of a title's segments."""

_LONGEST_SEGMENT = 200
"""Tokens, where the model would take more: quality falls long before a model's limit."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment of an article: as the article has it, and as it is to be translated."""

    paragraph: int
    source: str
    text: str


class Translator:
    """Translates batches of articles, or plain strings.

    `model` is a name or folder for `load_model`, or a loaded `Model`. It is loaded at the first call, or by
    `load`; until then the translator can be pickled, and a model that was loaded by name is never pickled
    with it. `glossary` is `news` (the built-in one), a file to put on top of it, or None for none; with
    one, words that the model hardly knows are written into its source in English, see `rare_words`.
    `memory` is asked for each segment before the model is; by default it is one of this translator's own,
    in this process. English articles are passed through unless `force`. Where an output is no translation
    or lacks a number, a name or a term, another of the beam is taken, and the model is asked again for
    what none has, unless `retry` is false; see `decode`.

    Raises InputError for a file that isn't a glossary.
    """

    name = "translate"

    def __init__(
        self,
        model: str | Model,
        *,
        decoding: Decoding = Decoding(),  # noqa: B008 (frozen)
        glossary: Glossary | str | None = "news",
        backend: str = "auto",
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
        offline: bool = False,
        force: bool = False,
        retry: bool = True,
        memory: Memory | None = None,
    ) -> None:
        self._name = model if isinstance(model, str) else None
        self._model = None if isinstance(model, str) else model
        self._options: dict[str, Any] = {
            "backend": backend,
            "device": device,
            "compute_type": compute_type,
            "threads": threads,
            "offline": offline,
        }
        self._decoding = decoding
        self._glossary = load_glossary(glossary) if isinstance(glossary, str) else glossary
        self._names = self._glossary.capitalised if self._glossary else frozenset[str]()
        self._words: Words | None = None
        self._force = force
        self._retry = retry
        self._memory = memory if memory is not None else RecentMemory()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | ({"_model": None, "_words": None} if self._name is not None else {})

    def load(self) -> Model:
        """The model, loaded if it wasn't. Raises ModelError where that fails."""
        if self._model is None:
            assert self._name is not None
            self._model = load_model(self._name, **self._options)
        if self._glossary is not None and self._words is None:
            self._words = news_words().rare(self._model.tokenizer)
        return self._model

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Each article with `title_en`, `paragraphs_en`, `segments` and flags, in order.

        Articles that have failed are returned as they are; so are English ones, with their own text as
        translation. An article that can't be segmented fails alone; an error of the model is raised, since
        it concerns the whole batch.
        """
        plans: list[list[_Piece] | Article] = [self._plan(article) for article in articles]
        texts = [piece.text for plan in plans if isinstance(plan, list) for piece in plan]
        translations = self._translate(texts)
        spent = {text: translation.tokens for text, translation in translations.items()}
        return [
            _filled(article, plan, translations, spent) if isinstance(plan, list) else plan
            for article, plan in zip(articles, plans, strict=True)
        ]

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Plain strings, each translated sentence by sentence, its line breaks kept."""
        lines = [re.split(r"(\s*\n\s*)", text) for text in texts]
        sentences = {line: self._segments(line) for parts in lines for line in parts[::2]}
        translations = self._translate([part for parts in sentences.values() for part in parts])
        english = {
            line: " ".join(filter(None, (translations[part].target for part in parts)))
            for line, parts in sentences.items()
        }
        return ["".join(english[p] if i % 2 == 0 else p for i, p in enumerate(parts)) for parts in lines]

    def _plan(self, article: Article) -> list[_Piece] | Article:
        """The segments of an article, or the article itself where there is nothing to translate."""
        if article.error is not None:
            return article
        if article.language == "en" and not self._force:
            return replace(article, title_en=article.title, paragraphs_en=article.paragraphs)
        try:
            title = article.title or ""
            headline = sentence_caser(title, article.paragraphs, self._names)
            pieces = [
                _Piece(TITLE, segment, with_prefixes(headline(segment), article.paragraphs))
                for segment in self._segments(title)
            ]
            for number, paragraph in enumerate(article.paragraphs):
                cased: Callable[[str], str] = str
                if is_headline_like(paragraph):
                    cased = sentence_caser(paragraph, article.paragraphs, self._names)
                pieces += [_Piece(number, segment, cased(segment)) for segment in self._segments(paragraph)]
        except SummarizeError:
            raise
        except Exception as error:
            return article.failed("translate", f"{type(error).__name__}: {error}", traceback.format_exc())
        return pieces

    def _segments(self, text: str) -> list[str]:
        """Sentences, those that are too long cut at clause boundaries."""
        return [
            piece.strip()
            for sentence in split_sentences(text)
            for piece in split_to_fit(sentence, self._fits)
            if piece.strip()
        ]

    def _fits(self, text: str) -> bool:
        tokenizer = self.load().tokenizer
        # An output needs room to be longer than its input.
        limit = min(tokenizer.max_length, self._decoding.max_length * 3 // 4, _LONGEST_SEGMENT)
        if len(text) < limit // 2:
            return True
        encoded = draft(text, self._glossary, self._words).encoded
        # A token has at least one character, but where characters outside the vocabulary become bytes.
        return (encoded.isascii() and len(encoded) + 2 <= limit) or len(
            tokenizer.encode([encoded])[0]
        ) <= limit

    def _translate(self, texts: Iterable[str]) -> dict[str, Translation]:
        """The translation of each different text, from memory or by the model in one call."""
        unique = list(dict.fromkeys(texts))
        found = dict(zip(unique, self._memory.get_many(unique), strict=True))
        unknown = [text for text, known in found.items() if known is None]
        if any(character.isalpha() for text in unknown for character in text):
            self.load()  # which words it hardly knows is asked of its vocabulary
        drafts = {text: draft(text, self._glossary, self._words) for text in unknown}
        todo = {text: made for text, made in drafts.items() if made.has_words}
        new = {text: Translation(text) for text in drafts if text not in todo}
        if todo:
            made = decode(self.load(), list(todo.values()), self._decoding, retry=self._retry)
            new.update(zip(todo, made, strict=True))
        self._memory.put_many({text: replace(one, tokens=0) for text, one in new.items()})
        return {text: known or new[text] for text, known in found.items()}


_DETAILS = {
    "degenerate-translation": "The model's output for a segment is no translation: {}.",
    "number-lost": "Numbers of the article are missing from its translation: {}.",
    "name-lost": "Names of the article are missing from its translation: {}.",
    "term-lost": "Glossary terms of the article are missing from its translation: {}.",
}


def _filled(
    article: Article, pieces: list[_Piece], translations: dict[str, Translation], spent: dict[str, int]
) -> Article:
    """The article with its translations put together again, paragraph by paragraph.

    The tokens in `spent` are counted for the first article that has the segment, and taken out.
    """
    targets: dict[int, list[str]] = {number: [] for number in range(TITLE, len(article.paragraphs))}
    segments: list[Segment] = []
    words: dict[str, dict[str, None]] = {}
    for piece in pieces:
        translation = translations[piece.text]
        targets[piece.paragraph].append(translation.target)
        segments.append(
            Segment(piece.paragraph, piece.source, translation.target, translation.score, translation.notes)
        )
        for flag in translation.flags:
            words.setdefault(flag.kind, {}).update(dict.fromkeys(flag.words))
    joined = {number: " ".join(filter(None, parts)) for number, parts in targets.items()}
    flags = (
        Flag(kind, tuple(found), _DETAILS[kind].format(", ".join(found))) for kind, found in words.items()
    )
    return replace(
        article,
        title_en=english_headline(joined[TITLE], article.title) if article.title else article.title,
        paragraphs_en=tuple(joined[number] for number in range(len(article.paragraphs))),
        segments=tuple(segments),
        tokens=article.tokens + sum(spent.pop(piece.text, 0) for piece in pieces),
    ).flagged(*flags)
