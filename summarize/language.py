"""Which language is an article in? Words of grammar decide the clear cases, a small model the rest."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from summarize.words import word_finder

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1200  # characters; a story shows its language long before
_FEWEST_WORDS = 8  # with fewer, any answer is a guess
_CERTAIN = 0.9
_words = word_finder(r"[^\W\d_]")
_LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f]")
_FOREIGN_LETTER = re.compile(r"[^\W\d_\u0000-\u024f]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`language` is an ISO 639-1 code (639-3 where there is none), None if there is too little text.

    `certain` says that the text is in that language beyond reasonable doubt; other languages than
    Indonesian and English are only certain where hardly a word of those two occurs.
    """

    language: str | None
    certain: bool


def identify(text: str) -> Verdict:
    """The language of running text, told from its first 1,200 characters.

    Indonesian and Malay are told apart by the words and spellings that only one of them has; without
    such words a text counts as Indonesian.
    """
    sample = text[:_SAMPLE]
    if _is_foreign_script(sample):
        return Verdict(_model().classify(sample)[0], True)
    words = _words(sample.lower())
    if len(words) < _FEWEST_WORDS:
        return Verdict(None, False)
    counts = _grammar(words)
    malayic, english, javanese, sundanese = (
        counts[name] / len(words) for name in ("malayic", "english", "javanese", "sundanese")
    )
    regional, language = max((javanese, "jv"), (sundanese, "su"))
    if regional >= 0.10 and regional > malayic:
        return Verdict(language, True)
    if malayic >= 0.10 and malayic > 2 * english:
        return _indonesian_or_malay(counts)
    if english >= 0.20 and english > 4 * malayic:
        return Verdict("en", True)
    language, probability = _model().classify(sample)
    if language in ("id", "ms") or (malayic >= 0.04 and malayic > english):
        return _indonesian_or_malay(counts)
    return Verdict(language, bool(probability >= _CERTAIN))


def load() -> None:
    """Load the model now, which the first unclear text would do."""
    _model()


def _is_foreign_script(sample: str) -> bool:
    foreign = 0 if sample.isascii() else len(_FOREIGN_LETTER.findall(sample))
    return foreign >= 20 and foreign > len(_LATIN_LETTER.findall(sample))


def _grammar(words: list[str]) -> Counter[str]:
    """How many of `words` each vocabulary of language.toml has."""
    vocabularies = _vocabularies_of()
    counts: Counter[str] = Counter()
    for word, count in Counter(filter(vocabularies.__contains__, words)).items():
        for name in vocabularies[word]:
            counts[name] += count
    return counts


def _indonesian_or_malay(counts: Counter[str]) -> Verdict:
    malay, indonesian = counts["malay"], counts["indonesian"]
    if malay >= 2 and malay > indonesian:
        return Verdict("ms", malay >= 4 and malay >= 3 * indonesian)
    return Verdict("id", True)


@cache
def _vocabularies_of() -> dict[str, tuple[str, ...]]:
    """The vocabularies that a word is in."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in tomllib.loads(Path(__file__).with_name("language.toml").read_text("utf-8")).items():
        for word in frozenset(words.split()):
            found[word] = (*found.get(word, ()), name)
    return found


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
