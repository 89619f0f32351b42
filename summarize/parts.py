"""A text longer than a model's window into parts that fit, at paragraph ends where possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from summarize.english import sentences

Count = Callable[[Sequence[str]], list[int]]
"""Tokens of each text."""


def split_to_window(paragraphs: Sequence[str], window: int, count: Count) -> list[list[str]]:
    """The paragraphs in parts of at most `window` tokens each, nothing lost, order kept.

    A paragraph longer than the window is split at sentence ends, a sentence longer than it between
    words. The parts are of about equal length, so that the last isn't a scrap. `window` is at least 1.
    """
    pieces = _pieces(paragraphs, window, count)
    left = sum(tokens for _, tokens in pieces)
    parts: list[list[str]] = []
    filled = fair = 0.0
    for piece, tokens in pieces:
        # A little over the fair share is better than a part more; over the window is not.
        if not parts or filled + tokens > window or filled + tokens / 2 > fair:
            parts.append([])
            filled, fair = 0, left / max(1, -(-left // window))
        parts[-1].append(piece)
        filled += tokens
        left -= tokens
    return parts


def first_words(paragraphs: Sequence[str], words: int) -> list[str]:
    """The first paragraphs up to `words` words; of a first paragraph longer than that, its sentences."""
    kept: list[str] = []
    for paragraph in paragraphs:
        words -= len(paragraph.split())
        if words < 0:
            break
        kept.append(paragraph)
    if kept or not paragraphs:
        return kept
    words += len(paragraphs[0].split())
    lead: list[str] = []
    for sentence in sentences(paragraphs[0]):
        words -= len(sentence.split())
        if lead and words < 0:
            break
        lead.append(sentence)
    return [" ".join(lead)]


def _pieces(paragraphs: Sequence[str], window: int, count: Count) -> list[tuple[str, int]]:
    return [
        piece
        for paragraph, tokens in zip(paragraphs, count(paragraphs), strict=True)
        for piece in ([(paragraph, tokens)] if tokens <= window else _of_long(paragraph, window, count))
    ]


def _of_long(paragraph: str, window: int, count: Count) -> list[tuple[str, int]]:
    found = sentences(paragraph)
    pieces = []
    for sentence, tokens in zip(found, count(found), strict=True):
        pieces += [(sentence, tokens)] if tokens <= window else _halved(sentence, window, count)
    return pieces


def _halved(text: str, window: int, count: Count) -> list[tuple[str, int]]:
    tokens = count([text])[0]
    if tokens <= window or len(text) < 2:
        return [(text, tokens)]
    words = text.split()
    middle = len(words) // 2
    # A "word" longer than the window has no better place to be split than its middle.
    halves = (
        (" ".join(words[:middle]), " ".join(words[middle:]))
        if len(words) > 1
        else (text[: len(text) // 2], text[len(text) // 2 :])
    )
    return [piece for half in halves for piece in _halved(half, window, count)]
