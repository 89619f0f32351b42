"""Summaries that need no model: what a system has to beat to earn its keep.

They are extracted from an English text of the article. The first sentences of a news article are a strong
baseline, since reporters put what matters there (Nenkova 2005).
"""

from __future__ import annotations

import importlib.util
import random
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from summarize.errors import InputError
from summarize.segment import split_sentences

SEED = 12345
_NAME = re.compile(r"(lead|random|textrank)(?:-([1-9]\d*))?")
_USUAL = MappingProxyType({"lead": 3, "random": 1, "textrank": 3})
_WORD = re.compile(r"[^\W_]+")


def baseline(name: str) -> Callable[[str, str], str]:
    """A function from an article's id and English text to a summary of it, one sentence a line.

    `lead-N` takes the first N sentences, `random-N` N others drawn anew for each article but the same in each
    run, `textrank-N` the N most central ones by TextRank (Mihalcea & Tarau 2004); all in the order of the
    text. Without N it is 3, for `random` 1. An empty text has an empty summary.
    Raises InputError for another name, and for `textrank` where the library sumy isn't installed.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise InputError(f"There is no baseline {name!r}.", "There are lead-N, random-N and textrank-N.")
    kind = match[1]
    count = int(match[2] or _USUAL[kind])
    choose = _CHOICES[kind]
    if kind == "textrank":
        _check_sumy()

    def extract(identity: str, text: str) -> str:
        sentences = [sentence for line in text.splitlines() for sentence in split_sentences(line)]
        if len(sentences) <= count:
            return "\n".join(sentences)
        return "\n".join(sentences[at] for at in sorted(choose(sentences, count, identity)))

    return extract


def _lead(sentences: Sequence[str], count: int, identity: str) -> Sequence[int]:
    return range(count)


def _random(sentences: Sequence[str], count: int, identity: str) -> Sequence[int]:
    return random.Random(f"{SEED} {identity}").sample(range(len(sentences)), count)


def _textrank(sentences: Sequence[str], count: int, identity: str) -> Sequence[int]:
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence  # type: ignore[import-untyped]
    from sumy.nlp.stemmers import Stemmer  # type: ignore[import-untyped]
    from sumy.summarizers.text_rank import TextRankSummarizer  # type: ignore[import-untyped]
    from sumy.utils import get_stop_words  # type: ignore[import-untyped]

    document = ObjectDocumentModel([Paragraph([Sentence(text, _Words) for text in sentences])])
    summarizer = TextRankSummarizer(Stemmer("english"))
    summarizer.stop_words = get_stop_words("english")
    ratings = summarizer.rate_sentences(document)
    by_rank = sorted(range(len(sentences)), key=lambda at: -ratings[document.sentences[at]])
    return by_rank[:count]


class _Words:
    """What sumy asks of a tokenizer; its own would download NLTK's data."""

    @staticmethod
    def to_words(text: str) -> tuple[str, ...]:
        return tuple(_WORD.findall(text))


def _check_sumy() -> None:
    if importlib.util.find_spec("sumy") is None:
        raise InputError(
            "The baseline textrank needs the library sumy, which isn't installed.",
            "pip install sumy",
        )


_CHOICES: Mapping[str, Callable[[Sequence[str], int, str], Sequence[int]]] = MappingProxyType(
    {"lead": _lead, "random": _random, "textrank": _textrank}
)
