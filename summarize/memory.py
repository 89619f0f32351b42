"""What a translator has translated before: newswire repeats itself, within a day and within a page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from summarize.article import Flag


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of one segment. `score` is the mean log-probability per target token, None where
    no model was needed; `notes` say what was done to it, `flags` what is wrong with it. `tokens` is how
    many the model generated for it, 0 where it was remembered."""

    target: str
    score: float | None = None
    notes: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    tokens: int = 0


class Memory(Protocol):
    """Keeps translations by the text of their segment.

    A memory is of one way of translating: whoever opens it sees to it that model, decoding and glossary
    are those that its content was made with.
    """

    def get_many(self, segments: Sequence[str]) -> list[Translation | None]:
        """What is known of each segment, in order."""
        ...

    def put_many(self, translations: Mapping[str, Translation]) -> None:
        """Remember each."""
        ...


class RecentMemory:
    """A memory in this process, of the `size` segments used last."""

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._known: OrderedDict[str, Translation] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get_many(self, segments: Sequence[str]) -> list[Translation | None]:
        """What is known of each segment; each that is becomes the one used last."""
        found = []
        for segment in segments:
            translation = self._known.get(segment)
            if translation is not None:
                self._known.move_to_end(segment)
            found.append(translation)
        return found

    def put_many(self, translations: Mapping[str, Translation]) -> None:
        """Remember each, and forget those that were used longest ago."""
        for segment, translation in translations.items():
            self._known[segment] = translation
            self._known.move_to_end(segment)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
