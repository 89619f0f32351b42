"""Terms and how they must be translated, with any model and without touching the search.

An entry works in up to three ways. An *expansion* replaces the term before translation by a longer form that
translation models know ("Korut" by "Korea Utara"). After it, a term left as it was ("Moskow") is replaced by
its translation. And a translation that has none of the accepted forms is asked for again, with the
English term written into the source, which models mostly copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

from summarize.errors import InputError

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A term, its accepted translations (the first one is written), and its expansion if it has one."""

    source: str
    targets: tuple[str, ...]
    expansion: str = ""

    @property
    def note(self) -> str:
        """The entry as a note on a segment."""
        return f"glossary: {self.source} → {self.targets[0]}"


@dataclass(frozen=True)
class Glossary:
    """Entries, found in running text as whole words.

    A term is found as it is spelled, with its first letter as a capital, and, if it has three letters
    or more, in ALL CAPS: "AS" is never found in "as", "jubir" is in "Jubir".
    """

    entries: tuple[Entry, ...]
    _by_spelling: dict[str, Entry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_first_word: dict[str, list[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_first_word: dict[str, list[str]] = {}
        for entry in self.entries:
            for spelling in _spellings(entry.source):
                self._by_spelling[spelling] = entry
                by_first_word.setdefault(_WORD.findall(spelling)[0], []).append(spelling)
        self._by_first_word.update(by_first_word)

    @cached_property
    def capitalised(self) -> frozenset[str]:
        """All capitalised words of the terms and their expansions: mostly names."""
        words = (word for e in self.entries for word in _WORD.findall(f"{e.source} {e.expansion}"))
        return frozenset(word for word in words if word[0].isupper())

    def expand(self, text: str) -> tuple[str, tuple[Entry, ...]]:
        """`text` with terms replaced by their expansions, and the entries of all terms found in it.

        A term in brackets stays, since its long form stands before it: "Korea Utara (Korut)".
        """
        # A look-up of each word first: a pattern of hundreds of terms is slow on texts that have none.
        words = self._by_first_word.keys() & set(_WORD.findall(text))
        terms = {term for word in words for term in self._by_first_word[word] if term in text}
        if not terms:
            return text, ()
        found: dict[Entry, None] = {}

        def replaced(match: re.Match[str]) -> str:
            entry = self._by_spelling[match[0]]
            found[entry] = None
            if not entry.expansion or (
                text[match.start() - 1 : match.start()],
                text[match.end() : match.end() + 1],
            ) == ("(", ")"):
                return match[0]
            capital = match.start() == 0 or (match[0][0].isupper() and entry.source[0].islower())
            return entry.expansion[0].upper() + entry.expansion[1:] if capital else entry.expansion

        longest_first = sorted(map(re.escape, terms), key=lambda term: (-len(term), term))
        return re.sub(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", replaced, text), tuple(found)


def repair(target: str, entry: Entry) -> str:
    """`target` with a term that was left in the source language replaced by its translation."""
    for spelling in _spellings(entry.source):
        if spelling in target and not any(spelling in accepted for accepted in entry.targets):
            shouted = spelling.isupper() and not entry.source.isupper()
            translation = entry.targets[0].upper() if shouted else entry.targets[0]
            # "the North Korean leader (Korut)": the translation stands there already.
            bracketed = f" ({spelling})"
            if bracketed in target and len(entry.targets[0]) > 3 and _accepted(entry, target):
                target = target.replace(bracketed, "")
            target = re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", translation, target)
    return target


def insert(text: str, entries: Iterable[Entry]) -> str:
    """`text` with the terms of `entries`, or their expansions, replaced by their English translation."""
    for entry in entries:
        for spelling in (
            *(_spellings(entry.expansion) if entry.expansion else ()),
            *_spellings(entry.source),
        ):
            text = re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", entry.targets[0], text)
    return text


def missing(target: str, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of which `target` has no accepted translation."""
    return tuple(entry for entry in entries if not _accepted(entry, target))


def read_glossary(path: Path | str, *, base: Glossary | None = None) -> Glossary:
    """The glossary in a UTF-8 TSV file, on top of `base`, whose entries for the same terms it replaces.

    A line is `term<TAB>translation[|other accepted form…][<TAB>expansion]`; `#` starts a comment line.
    Raises InputError, with file and line, where a line isn't of that form.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Can't read the glossary {path}: {error}") from error
    own = _parse(text, str(path))
    terms = {entry.source for entry in own}
    return Glossary((*(entry for entry in (base.entries if base else ()) if entry.source not in terms), *own))


def load_glossary(name: str) -> Glossary | None:
    """`news` is the built-in glossary, `none` is none, anything else a file that is put on top of `news`.

    Raises InputError, with file and line, for a file that isn't a glossary.
    """
    if name == "none":
        return None
    return news_glossary() if name == "news" else read_glossary(name, base=news_glossary())


@cache
def news_glossary() -> Glossary:
    """The built-in glossary of Indonesian news abbreviations and place names, `glossary.tsv`."""
    text = resources.files(__package__).joinpath("glossary.tsv").read_text("utf-8")
    return Glossary(tuple(_parse(text, "glossary.tsv")))


def _parse(text: str, name: str) -> list[Entry]:
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [column.strip() for column in line.split("\t")]
        targets = (
            tuple(form.strip() for form in columns[1].split("|") if form.strip()) if len(columns) > 1 else ()
        )
        if len(columns) > 3 or not columns[0] or not targets:
            raise InputError(
                f"{name}, line {number}: not a glossary entry: {line!r}",
                "A line is: term, a tab, its translation; for example Korut<TAB>North Korea.",
            )
        entries.append(Entry(columns[0], targets, columns[2] if len(columns) > 2 else ""))
    return entries


def _accepted(entry: Entry, target: str) -> bool:
    return _forms(entry.targets).search(target) is not None


@cache
def _forms(targets: tuple[str, ...]) -> re.Pattern[str]:
    """What any of `targets` begins a word with; an abbreviation is a word of its own.

    "Prosecutors" has the form "prosecut", but "because" hasn't "US".
    """
    forms = [
        rf"{re.escape(form)}s?(?!\w)" if form.isupper() else rf"(?i:{re.escape(form)})" for form in targets
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})")


def _spellings(term: str) -> tuple[str, ...]:
    spellings = [term, term[0].upper() + term[1:]]
    if len(term) > 2:
        spellings.append(term.upper())
    return tuple(dict.fromkeys(spellings))
