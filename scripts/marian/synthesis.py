"""Back-translation (Sennrich, Haddow and Birch, 2016): text in the target language gets a made-up source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from marian import pairs
from marian.batches import SYNTHETIC
from marian.pairs import Limits, Pair

CHUNK = 2000
LOOP = 4


def back_translate(
    texts: Sequence[str],
    translate: Callable[[Sequence[str]], list[str]],
    limits: Limits,
    dropped: Counter[str],
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[Pair]:
    """Pairs of machine-made source and real target, in the domain that training tags.

    `translate` goes from the target language to the source language. Pairs that look wrong, or
    whose source runs in a loop, are dropped and counted; `progress` hears how many texts are done.
    """

    def made() -> Iterator[Pair]:
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            for source, target in zip(translate(chunk), chunk, strict=True):
                if loops(source):
                    dropped["loop"] += 1
                else:
                    yield Pair(source, target, SYNTHETIC)
            progress(start + len(chunk))

    yield from pairs.clean(made(), limits, dropped)


def loops(text: str) -> bool:
    """Whether a word comes four times in a row, or one to three words make a tenfold refrain."""
    words = text.split()
    if any(len(set(words[at : at + LOOP])) == 1 for at in range(len(words) - LOOP + 1)):
        return True
    return any(
        Counter(zip(*(words[at:] for at in range(size)), strict=False)).most_common(1)[0][1] >= 10
        for size in (2, 3)
        if len(words) >= size
    )
