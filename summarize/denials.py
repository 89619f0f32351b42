"""What an article says that somebody denies, and whether a sentence of a summary tells it as a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from summarize.claims import TOKEN, is_content, normal, stems
from summarize.english import sentences

_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|refut(?:e|es|ed|ing)|dismiss(?:es|ed|ing)|reject(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
_NEGATES = re.compile(
    r"\b(?:not|no|never|nor|neither|none|without|cannot|denials?)\b|n['’]t\b|" + _DENIES.pattern,
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[,;:.!?\"“”]|\b(?:but|while|saying)\b")

_SHARE = 0.75
"""The share of a denied clause's words that a sentence must have to tell the same, two words at least."""


def denied(texts: Iterable[str]) -> tuple[frozenset[str], ...]:
    """The stems of each clause of English texts that is denied there and nowhere told as a fact."""
    texts = list(texts)
    if not any(map(_DENIES.search, texts)):  # as in most articles
        return ()
    told: list[frozenset[str]] = []
    found: list[frozenset[str]] = []
    for sentence in (sentence for text in texts for sentence in sentences(text)):
        match = _DENIES.search(sentence)
        if match is not None:
            clause = frozenset(stems(_content(_CLAUSE_ENDS.split(sentence[match.end() :], maxsplit=1)[0])))
            if len(clause) > 1:
                found.append(clause)
        elif not _NEGATES.search(sentence):
            told.append(frozenset(stems(_content(sentence))))
    return tuple(clause for clause in found if not any(clause <= fact for fact in told))


def told_as_fact(sentence: str, clauses: Sequence[frozenset[str]]) -> str:
    """The words of a denied clause that a sentence has before it negates anything; empty where it has few."""
    if not clauses:
        return ""
    negation = _NEGATES.search(sentence)
    words = _content(sentence[: negation.start()] if negation else sentence)
    by_stem = dict(zip(stems(words), words, strict=True))
    for clause in clauses:
        shared = clause & by_stem.keys()
        if len(shared) > 1 and len(shared) >= _SHARE * len(clause):
            return " ".join(word for stem, word in by_stem.items() if stem in shared)
    return ""


def _content(text: str) -> list[str]:
    tokens = (normal(match[0]) for match in TOKEN.finditer(text))
    return [token for token in tokens if len(token) > 2 and is_content(token)]
