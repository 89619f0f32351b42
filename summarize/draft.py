"""A segment made ready for a translation model, and what the model made of it, put right and judged."""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarize.article import Flag
from summarize.carryover import english_numbers, lost_names, lost_numbers, restore_names, spell_dates
from summarize.glossary import Entry, Glossary, missing, repair
from summarize.memory import Translation
from summarize.normalize import normalize
from summarize.rare_words import Words, write_in

_LOSS = 0.5
"""How much mean log-probability each number, name or term is worth that another try brings back."""

_HEAD = re.compile(
    r"""(?x)
    (?: [A-Z][\w.]*\.(?:com|co|id|net|COM|CO|ID|NET)(?:\.id|\.ID)?,\s        # Liputan6.com, Jakarta
        [A-Z]\w+(?:\s[A-Z]\w+)?\s (?:-{1,2}\s)? (?=["A-Z])
      | (?=[^-]{2,60}?\s-{1,2}\s)                                              # JAKARTA, KOMPAS.com -
        (?=[^-]*(?:[A-Z]{3}|\.(?:com|co|id)\b|[(,|])|\w+(?:\s\w+)?\s-)
        (?:(?:[A-Z(][\w.()/]*,?|\|)\s){1,6} -{1,2}\s
      | (?:\d{1,2}|[a-z])[.)]\s | [-•*▪]\s                                    # 1. a) •
    )?
    """
)
_LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A segment made ready for the model: what is put before and after its translation, what is encoded,
    the glossary entries found in it, and the English that was written into what is encoded."""

    head: str
    core: str
    tail: str
    encoded: str
    entries: tuple[Entry, ...]
    written: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate."""
        return bool(_LETTERS.search(self.core))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One output of the model for a draft, put right as far as that is safe, and what is wrong with it."""

    target: str
    score: float
    notes: tuple[str, ...]
    degenerate: str = ""
    lost_numbers: tuple[str, ...] = ()
    lost_names: tuple[str, ...] = ()
    missing: tuple[Entry, ...] = ()
    source: str = ""  # what was encoded; another try may have had a term written into it
    output: tuple[str, ...] = ()  # the tokens that the model generated

    @property
    def losses(self) -> int:
        """How many numbers, names and terms are missing."""
        return len(self.lost_numbers) + len(self.lost_names) + len(self.missing)

    @property
    def wrong(self) -> bool:
        """Whether another output may be better."""
        return bool(self.degenerate or self.losses)

    @property
    def rank(self) -> tuple[bool, float]:
        """Greater is better."""
        return not self.degenerate, self.score - _LOSS * self.losses


def draft(text: str, glossary: Glossary | None = None, words: Words | None = None) -> Draft:
    """`text` normalised, its glossary terms expanded, `words` in English, and set aside what models stumble
    over: a dateline, a list number, one half of a quotation's marks."""
    plain = normalize(text)
    found = _HEAD.match(plain)
    head = found[0] if found and found.end() < len(plain) else ""
    core, tail = plain[len(head) :], ""
    if core.count('"') % 2:
        # One half of a quotation of several sentences: models make pairs of single quotes.
        if core[0] == '"':
            head, core = head + '"', core[1:].lstrip()
        elif core[-1] == '"':
            core, tail = core[:-1].rstrip(), '"'
    encoded, entries = glossary.expand(core) if glossary else (core, ())
    if head and glossary:
        for entry in glossary.expand(head)[1]:
            head = repair(head, entry)
    encoded, written = write_in(encoded, words) if words else (encoded, ())
    return Draft(head, core, tail, spell_dates(encoded), entries, written)


def degenerate(source: str, target: str) -> str:
    """What makes `target` no translation of `source`, in a word or two; "" where nothing does."""
    if not target:
        return "empty"
    there, here = target.split(), source.split()
    if _repeats(there) and not _repeats(here):
        return "repetition"
    if len(there) > 2.5 * len(here) + 8:
        return "too long"
    if len(there) < 0.3 * len(here) - 1:
        return "too short"
    return ""


def _repeats(words: list[str]) -> bool:
    """Whether one to six words stand there three times in a row, or three letters or more inside a word."""
    if len(words) - len(set(words)) >= 2:
        for size in range(1, 7):
            for start in range(len(words) - 3 * size + 1):
                unit = words[start : start + size]
                if unit * 2 == words[start + size : start + 3 * size]:
                    return True
    return any(len(word) > 15 and re.search(r"([^\W\d_][\w-]{2,}?)\1\1", word) for word in words)


def attempt(
    draft: Draft, target: str, score: float, *, cut_off: bool = False, output: tuple[str, ...] = ()
) -> Attempt:
    """A hypothesis with figures, terms and names put right, and what is still wrong with it.

    `target` is the text of its tokens `output`; `cut_off` says that the model ran into its maximal length.
    """
    notes = ["dates: spelled out"] if spell_dates(draft.core) != draft.core else []
    if (figures := english_numbers(draft.core, target)) != target:
        notes.append("numbers: written the English way")
        target = figures
    notes += [f"written into the source: {english}" for english in draft.written]
    for entry in draft.entries:
        repaired = repair(target, entry)
        if entry.expansion or repaired != target:
            notes.append(entry.note)
            target = repaired
    if draft.core[:1].isupper() and target[:1].islower():
        target = target[0].upper() + target[1:]
    names = lost_names(draft.encoded, target)
    if names:
        target, restored = restore_names(draft.encoded, target, names)
        notes += [f"name restored: {name}" for name in restored]
        names = tuple(name for name in names if name not in restored)
    return Attempt(
        target,
        score,
        tuple(notes),
        degenerate=degenerate(draft.core, target) or ("cut off" if cut_off else ""),
        lost_numbers=lost_numbers(draft.core, target),
        lost_names=names,
        missing=missing(target, draft.entries),
        source=draft.encoded,
        output=output,
    )


def translation(draft: Draft, best: Attempt, retried: str = "") -> Translation:
    """The best attempt at a draft as its translation; `retried` is a note."""
    flags: tuple[Flag, ...] = ()
    if best.degenerate or best.losses:
        lost = {
            "degenerate-translation": (best.degenerate,) if best.degenerate else (),
            "number-lost": best.lost_numbers,
            "name-lost": best.lost_names,
            "term-lost": tuple(entry.source for entry in best.missing),
        }
        flags = tuple(Flag(kind, words) for kind, words in lost.items() if words)
    problems = [f"{flag.kind}: {', '.join(flag.words)}" for flag in flags]
    notes = (*best.notes, *([retried] if retried else []), *problems)
    return Translation(f"{draft.head}{best.target}{draft.tail}", best.score, notes, flags, len(best.output))
