"""Sentences of English prose, and whether a sentence is complete and English."""

from __future__ import annotations

import re

from sentencex import segment  # type: ignore[import-untyped]

from summarize.lexicon import LEXICON

_SENTENCE_END = re.compile(r"[.!?][\"”]?\Z")
_TITLE_OR_INITIAL = re.compile(
    r"(?:\A|[\s(\"“])(?:Dr|Mr|Mrs|Ms|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Sen|Rep|Gov|Rev|Hon|St|vs|No|[A-Z])\.\Z"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")

FUNCTION_WORDS = frozenset(LEXICON["english"].split())
REPORTING_WORDS = frozenset(LEXICON["reporting"].split())
VERBS = frozenset(LEXICON["verbs"].split())
_INDONESIAN = frozenset(LEXICON["indonesian"].split()) - FUNCTION_WORDS


def sentences(text: str) -> list[str]:
    """The sentences of `text`, without the white space around them.

    A line break ends a sentence, so that list items and paragraphs don't run together.
    """
    found = (
        sentence.strip()
        for line in text.splitlines()
        if line.strip()
        for sentence in segment("en", line.strip())
    )
    return [sentence for sentence in found if sentence]


def ends_sentence(text: str) -> bool:
    """Whether `text` ends at a sentence end: `.`, `!` or `?`, with or without a closing quote.

    An ellipsis doesn't end a sentence here, and neither does the full stop of a title or an initial:
    both are what a text looks like that was cut off.
    """
    if text.endswith(("…", "...", "..")):
        return False
    return bool(_SENTENCE_END.search(text)) and not _TITLE_OR_INITIAL.search(text)


def is_english(sentence: str) -> bool:
    """Whether a sentence could be English, judged by script and function words.

    A language identifier needs more text than a sentence full of foreign names gives it. A sentence
    of less than six words needs no function word, as headlines often have none.
    """
    letters = [character for character in sentence if character.isalpha()]
    if not letters:
        return False
    if sum(bool(_LATIN.match(character)) for character in letters) < 0.9 * len(letters):
        return False
    words = [word.lower() for word in _WORD.findall(sentence)]
    english = sum(word in FUNCTION_WORDS for word in words)
    indonesian = sum(word in _INDONESIAN for word in words)
    if len(words) < 6:
        return indonesian <= english
    return english > indonesian
