"""Sentence pairs: reading, normalising, filtering, and holding out a dev set."""

from __future__ import annotations

import gzip
import html
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from summarize.normalize import normalize

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
BYTES_LITERAL = re.compile(r"^b(['\"])(.*?)\1?$")


@dataclass(frozen=True, slots=True)
class Pair:
    """A source sentence and its translation; `domain` names the corpus, for weights and reports."""

    source: str
    target: str
    domain: str = ""

    def reversed(self) -> Pair:
        """The same pair for the other direction."""
        return replace(self, source=self.target, target=self.source)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a usable pair looks like; lengths in words, the ratio in characters.

    `languages` are ISO 639-1 codes of source and target, None to skip the language check.
    """

    longest: int = 120
    ratio: float = 2.5
    languages: tuple[str, str] | None = None


def open_text(path: Path) -> TextIO:
    """A text file, plain or gzipped."""
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a text file without their ends, normalised; empty ones are left out."""
    with open_text(path) as lines:
        yield from filter(None, map(normalise, lines))


def read_tsv(path: Path) -> Iterator[Pair]:
    """Pairs of a TSV: `source, target` or `domain, source, target`.

    Raises ValueError with the line's number where a line has other than two or three columns.
    """
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            columns = line.rstrip("\r\n").split("\t")
            if len(columns) == 2:
                yield Pair(columns[0], columns[1])
            elif len(columns) == 3:
                yield Pair(columns[1], columns[2], columns[0])
            else:
                raise ValueError(f"{path}:{number}: {len(columns)} columns; a pair has 2 or 3")


def read_aligned(source: Path, target: Path) -> Iterator[Pair]:
    """Pairs of two files, line by line. Raises ValueError where one is longer."""
    with open_text(source) as sources, open_text(target) as targets:
        for one, other in zip(sources, targets, strict=True):
            yield Pair(one.rstrip("\r\n"), other.rstrip("\r\n"), source.stem)


def write_tsv(path: Path, pairs: Iterable[Pair]) -> int:
    """Write pairs as `domain, source, target`; how many were written."""
    with path.open("w", encoding="utf-8") as file:
        return sum(1 for pair in pairs if file.write(f"{pair.domain}\t{pair.source}\t{pair.target}\n"))


def normalise(text: str) -> str:
    """Text as the models expect it, HTML entities resolved."""
    return normalize(html.unescape(text))


def undo_export(pair: Pair) -> Pair:
    """Take back what careless exports did to both sides: CSV quoting and Python's `b'...'`."""
    source, target = (_undo_bytes(_undo_csv(side)) for side in (pair.source, pair.target))
    # A CSV cell with a comma is quoted, its translation without one is not.
    if _is_wrapped(target) and '"' not in source:
        target = target[1:-1]
    elif _is_wrapped(source) and '"' not in target:
        source = source[1:-1]
    return replace(pair, source=normalise(source), target=normalise(target))


def _undo_csv(text: str) -> str:
    if '""' not in text:
        return text
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    return text.replace('""', '"')


def _undo_bytes(text: str) -> str:
    match = BYTES_LITERAL.match(text)
    return match[2] if match else text


def _is_wrapped(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]


def fault(pair: Pair, limits: Limits, language_of: Callable[[str], str] | None = None) -> str | None:
    """Why a pair can't be used, in one or two words; None if it can."""
    source, target = pair.source, pair.target
    if not source or not target:
        return "empty"
    if source == target:
        return "untranslated"
    if max(len(source.split()), len(target.split())) > limits.longest:
        return "too long"
    if max(len(source), len(target)) > limits.ratio * min(len(source), len(target)) + 12:
        return "length ratio"
    if "^" in source + target or "\ufffd" in source + target or "http" in source + target:
        return "web junk"
    if _letters(source) < 0.5 or _letters(target) < 0.5:
        return "few letters"
    if not _same_numbers(source, target):
        return "other numbers"
    if limits.languages and language_of and len(source.split()) >= 6:
        expected_source, expected_target = limits.languages
        if language_of(source) == expected_target or language_of(target) == expected_source:
            return "language"
    return None


def _letters(text: str) -> float:
    """The share of Latin letters among the characters that aren't spaces."""
    solid = text.replace(" ", "")
    return sum(c.isalpha() and c < "\u0250" for c in solid) / len(solid)


def _same_numbers(source: str, target: str) -> bool:
    """False where both sides have numbers and share none: the mark of a misaligned pair."""
    ours, theirs = numbers(source), numbers(target)
    return not ours or not theirs or bool(ours & theirs)


def numbers(text: str) -> set[str]:
    """The numbers of a text as bare digits, so that 1.200,5 and 1,200.5 are the same."""
    return {re.sub(r"[.,]", "", match) for match in NUMBER.findall(text)}


def language_detector(codes: Sequence[str]) -> Callable[[str], str]:
    """A function from text to the likeliest of the given ISO 639-1 codes.

    Malay counts as Indonesian where Malay isn't asked for: short sentences don't tell them apart.
    """
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_DIR / langid.MODEL_FILE)
    merged = {"ms": "id"} if "id" in codes and "ms" not in codes else {}
    identifier.set_languages([*codes, *merged])

    def language_of(text: str) -> str:
        code = str(identifier.classify(text)[0])
        return merged.get(code, code)

    return language_of


def clean(
    pairs: Iterable[Pair],
    limits: Limits,
    dropped: Counter[str],
    language_of: Callable[[str], str] | None = None,
) -> Iterator[Pair]:
    """Normalised usable pairs, each once; `dropped` counts the others by reason."""
    seen: set[tuple[str, str]] = set()
    for raw in pairs:
        pair = undo_export(replace(raw, source=normalise(raw.source), target=normalise(raw.target)))
        key = (pair.source.casefold(), pair.target.casefold())
        reason = fault(pair, limits, language_of) or ("duplicate" if key in seen else None)
        if reason:
            dropped[reason] += 1
        else:
            seen.add(key)
            yield pair


def hold_out(pairs: Sequence[Pair], size: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Train and dev: `size` random pairs for dev, and no sentence of theirs, on either side, in train."""
    shuffled = list(pairs)
    random.Random(seed).shuffle(shuffled)
    dev = shuffled[:size]
    return without(shuffled[size:], dev), dev


def without(pairs: Iterable[Pair], dev: Iterable[Pair]) -> list[Pair]:
    """The pairs that share neither side with a dev pair."""
    held = [*dev]
    sources = {pair.source.casefold() for pair in held}
    targets = {pair.target.casefold() for pair in held}
    return [p for p in pairs if p.source.casefold() not in sources and p.target.casefold() not in targets]
