"""The rules of `furniture.toml`: which line, or part of a line, is page furniture."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from summarize.pagetext import ends_sentence

_FRAGMENT = re.compile(r"\(\?&(\w+)\)")
_LONGEST_LINE = 700  # characters
_FIRST_WORD = re.compile(r"\w+")
_QUOTATION_END = re.compile(r",[\"”’']$")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_SMALL_WORDS = frozenset(
    (
        "a", "agar", "akan", "and", "antara", "atau", "bagi", "dalam", "dan", "dari", "demi", "dengan", "di",
        "for", "hingga", "in", "ini", "itu", "jadi", "karena", "ke", "of", "oleh", "on", "pada", "para",
        "per", "saat", "sampai", "sebagai", "soal", "tak", "tapi", "the", "tidak", "to", "untuk", "usai",
        "vs", "yang",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of page furniture; the fields are explained at the head of `furniture.toml`."""

    name: str
    why: str
    patterns: tuple[str, ...]
    removes: tuple[str, ...]
    keeps: tuple[str, ...]
    scope: str = "line"
    where: str = "anywhere"
    max_words: int = 30
    ends: str = "any"
    titled: bool = False
    first: bool = True
    topic: bool = False
    takes: int = 0
    starts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    below: re.Pattern[str] | None = field(default=None, compare=False, repr=False)
    expression: re.Pattern[str] = field(default=re.compile(""), compare=False, repr=False)

    def allows(self, text: str, closed: bool) -> bool:
        """Whether a line may go by the way it is written; `closed` says that it ends like a sentence."""
        if closed and self.ends == "headline":
            return is_titled(text)
        return not self.titled or is_titled(text)


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The rules by the way they are applied, in the order of the file."""

    lines: tuple[Rule, ...]  # scopes line, heading and rest
    glued: tuple[Rule, ...]  # scopes start, end and inside
    starts: frozenset[str]  # first words that some rule asks for
    longest: int  # words; no rule of `lines` takes a longer line

    def matching(self, text: str) -> Iterator[Rule]:
        """The rules of `lines` that may take the line `text`, its place on the page aside."""
        words = text.count(" ") + 1
        if words > self.longest or len(text) > _LONGEST_LINE:
            return
        closed = _is_closed(text)
        start = _FIRST_WORD.search(text)
        first = start[0].lower() if start else ""
        lowered = text.lower()
        for rule in self.candidates(first if first in self.starts else "", words, closed):
            if rule.needs and not holds_any(lowered, rule.needs):
                continue
            if rule.expression.fullmatch(text) and rule.allows(text, closed):
                yield rule

    @cache  # noqa: B019, there is one set of rules, and each line asks
    def candidates(self, first: str, words: int, closed: bool) -> tuple[Rule, ...]:
        """The rules of `lines` to try on a line with this first word, length and kind of end."""
        return tuple(
            rule
            for rule in self.lines
            if words <= rule.max_words
            and (not rule.starts or first in rule.starts)
            and not (closed and rule.ends == "open")
        )


def is_titled(text: str) -> bool:
    """Whether `text` is written like a headline: at least seven in ten of its longer words capitalised."""
    words = [word for word in _WORD.findall(text) if word.lower() not in _SMALL_WORDS]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


def _is_closed(text: str) -> bool:
    """Whether `text` ends like a sentence that is over: `?`, `!` and `...` end headlines as well."""
    if text.endswith(("...", "?", "!")) or text[0] + text[-1] in ("()", "[]"):
        return False
    return ends_sentence(text) or _QUOTATION_END.search(text) is not None


def holds_any(lowered: str, needs: Sequence[str]) -> bool:
    """Whether one of `needs` occurs in `lowered`."""
    for need in needs:  # noqa: SIM110, for `any` takes three times as long here
        if need in lowered:
            return True
    return False


@cache
def furniture() -> RuleSet:
    """The rules that ship with the package."""
    return read_rules(Path(__file__).with_name("furniture.toml").read_text("utf-8"))


def read_rules(toml: str) -> RuleSet:
    """The rules written in `toml`; raises ValueError if one of them is malformed."""
    document = tomllib.loads(toml)
    fragments: dict[str, str] = document.get("fragments", {})
    rules = [_rule(entry, fragments) for entry in document.get("rule", ())]
    names = [rule.name for rule in rules]
    if len(names) != len(set(names)):
        raise ValueError("two rules have the same name")
    lines = tuple(rule for rule in rules if rule.scope in ("line", "heading", "rest"))
    return RuleSet(
        lines=lines,
        glued=tuple(rule for rule in rules if rule.scope in ("start", "end", "inside")),
        starts=frozenset(word for rule in lines for word in rule.starts),
        longest=max((rule.max_words for rule in lines), default=0),
    )


def _rule(entry: dict[str, Any], fragments: dict[str, str]) -> Rule:
    for key, allowed in (
        ("scope", ("line", "heading", "rest", "start", "end", "inside")),
        ("where", ("anywhere", "head", "tail", "edge", "followed", "late", "last")),
        ("ends", ("any", "open", "headline")),
    ):
        if entry.get(key, allowed[0]) not in allowed:
            raise ValueError(f"rule {entry.get('name')!r}: {key} is {entry[key]!r}, not one of {allowed}")
    try:
        patterns = [_expanded(pattern, fragments) for pattern in entry["patterns"]]
        anchored = r"\s?$" if entry.get("scope") == "end" else ""
        start = "^" if entry.get("scope") == "start" else ""
        expression = re.compile(f"{start}(?i:{'|'.join(patterns)}){anchored}")
        lists = {
            key: tuple(entry.get(key, ())) for key in ("patterns", "removes", "keeps", "starts", "needs")
        }
        below = re.compile(f"(?i:{_expanded(entry['below'], fragments)})") if "below" in entry else None
        return Rule(**{**entry, **lists, "below": below, "expression": expression})
    except (KeyError, TypeError, re.error) as error:
        raise ValueError(f"rule {entry.get('name')!r}: {error}") from error


def _expanded(pattern: str, fragments: dict[str, str]) -> str:
    while match := _FRAGMENT.search(pattern):
        pattern = f"{pattern[: match.start()]}{fragments[match[1]]}{pattern[match.end() :]}"
    return pattern


def headlines_below(texts: Sequence[str], gaps: Sequence[bool], most: int, shortest: int) -> int:
    """How many of the lines `texts`, printed below a heading, are links rather than body text.

    Links stand together: where the first ones follow without a blank line, a blank line ends them
    (`gaps[i]` says that one comes before line i). A link is `shortest` to 25 words long and does not end
    like a sentence.
    """
    count = 0
    for text, gap in zip(texts[:most], gaps, strict=False):
        bare = text.lstrip("-–—•*>»·0123456789. ")
        if (count and gap and not gaps[min(1, count)]) or not shortest <= bare.count(" ") + 1 <= 25:
            break
        if ends_sentence(bare) and not bare.endswith(("?", "!")):
            break
        count += 1
    return count
