"""Headlines for a translator: Title Case and ALL CAPS to sentence case, and the English back to a headline.

Translators take capitalised words for names and leave them as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_ACRONYM_LENGTH = 5
_LONGEST_HEADLINE = 120  # characters
_STOPS = (".", "!", "?", "…", ":", ",", '"', "”")


def sentence_caser(headline: str, body: Sequence[str], known: Container[str] = ()) -> Callable[[str], str]:
    """What puts `headline`, or a sentence of it, in sentence case; it does nothing to a headline that is.

    A headline, or a subheading of `body`, in Title Case or ALL CAPS isn't. Names keep their capitals:
    words that `body` writes with a capital inside its sentences, words in `known`, and short
    all-capital words in a headline that isn't all capitals.
    """
    words = _WORD.findall(headline)
    shouting = len(words) > 1 and headline.isupper()
    if not shouting and not _is_title_case(words):
        return lambda sentence: sentence
    usual = _usual_spellings({word.casefold() for word in words}, body)

    def cased(match: re.Match[str]) -> str:
        word = match[0]
        if word.casefold() in usual:
            return usual[word.casefold()]
        if word in known or (word.isupper() and len(word) <= _ACRONYM_LENGTH and not shouting):
            return word
        mixed = "-" not in word and not word[1:].islower() and not word.isupper()  # iPhone, MotoGP
        return word if mixed else word.lower()

    return lambda sentence: _capitalised(_WORD.sub(cased, sentence))


def is_headline_like(paragraph: str) -> bool:
    """Whether a paragraph looks like a subheading in Title Case or ALL CAPS."""
    if len(paragraph) > _LONGEST_HEADLINE or paragraph.endswith(_STOPS):
        return False
    return paragraph.isupper() or _is_title_case(_WORD.findall(paragraph))


def english_headline(translation: str, headline: str) -> str:
    """`translation` with a capital at its start and no full stop that `headline` doesn't have."""
    if translation.endswith(".") and not translation.endswith("..") and not headline.rstrip().endswith("."):
        translation = translation[:-1]
    return _capitalised(translation)


def _is_title_case(words: list[str]) -> bool:
    """Whether nearly all words of four letters or more begin with a capital."""
    long = [word for word in words if len(word) >= 4]
    return len(long) >= 3 and sum(word[0].isupper() for word in long) >= 0.8 * len(long)


def _usual_spellings(words: Container[str], body: Iterable[str]) -> dict[str, str]:
    """For each of `words` in `body`, its most frequent spelling where it doesn't begin a sentence."""
    counts: dict[str, Counter[str]] = {}
    for paragraph in body:
        if is_headline_like(paragraph):
            continue  # says nothing about how a word is usually spelled
        for match in _WORD.finditer(paragraph):
            folded = match[0].casefold()
            if folded in words:
                before = paragraph[: match.start()].rstrip(" \"'“‘(")
                if before and before[-1] not in ".!?:-–—":
                    counts.setdefault(folded, Counter())[match[0]] += 1
    return {word: spellings.most_common(1)[0][0] for word, spellings in counts.items()}


def _capitalised(sentence: str) -> str:
    return re.sub(r"[^\W\d_]", lambda first: first[0].upper(), sentence, count=1)
