"""The text of a saved page as lines: invisible characters and markup gone, hard wraps undone."""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff\ufffc]"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSHOWN = re.compile(
    r"<!--.*?-->|<(script|style|noscript|iframe|svg|template)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_BLOCK_NAMES = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr"
    "|li|main|nav|ol|p|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE_NAMES = (
    "a|abbr|amp-img|b|big|button|cite|code|del|em|font|i|iframe|img|input|ins|label|mark|meta|noscript|picture"
    "|q|s|script|small|source|span|strike|strong|style|sub|sup|svg|time|u|video"
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^()\s]*(?: \"[^\"\n]*\")?\)")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]+)\]\((?:https?://|/|#)[^()\s]*(?: \"[^\"\n]*\")?\)")
_MARKDOWN_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(?=\S)")

_WIDE_SPACE = re.compile(r"(?<=\S)[ \t\u00a0]{2,}(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]»]*$")
LIST_ITEM = re.compile(r"^(?:[-–—•*▪‣◦·]\s|\(?(?:\d{1,3}|[A-Za-z])[.)]\s)")
_WIDEST_WRAP = 120
_LONG_LINE = 30  # characters; what comes before a break inside a sentence


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: `number` counts from 0 in the text as read, `gap` says that a blank line precedes."""

    number: int
    text: str
    gap: bool = False


def read_lines(text: str) -> list[Line]:
    """The non-empty lines of `text`, white space folded, without invisible characters or markup."""
    lines: list[Line] = []
    gap = False
    plain = _without_markup(text)
    if "\n" not in plain.rstrip("\n") and len(_WIDE_SPACE.findall(plain)) >= 3:
        plain = _WIDE_SPACE.sub("\u2028", plain)  # a page whose line breaks were lost on the way
    for number, raw in enumerate(plain.split("\n")):
        blank = True
        for piece in raw.splitlines() if raw else ():
            folded = _folded(piece)
            if folded.startswith("#"):
                folded = _MARKDOWN_HEADING.sub("", folded)
            if folded:
                lines.append(Line(number, folded, gap and bool(lines)))
                gap = blank = False
        gap = gap or blank
    return lines


def unwrap(lines: list[Line], stands_alone: Callable[[str], bool]) -> list[Line]:
    """`lines` with paragraphs that were broken over several lines put together again.

    Undone are breaks at a fixed width, recognised by the first word of each next line being the one
    that did not fit, and breaks inside a sentence (a long line without a full stop, then a lower-case
    letter), as text extractors leave them around links. A line that `stands_alone` is never joined.
    """
    width = _wrap_width(lines)
    joined: list[Line] = []
    previous = ""  # the last raw line of the paragraph being put together
    for line in lines:
        if (
            joined
            and not line.gap
            and _continues(previous, line.text, width)
            and not stands_alone(line.text)
            and not stands_alone(joined[-1].text)
        ):
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        previous = line.text
    return joined


def ends_sentence(text: str) -> bool:
    """Whether `text` ends with `.`, `!`, `?` or `…`, closing quotes and brackets aside."""
    return _SENTENCE_END.search(text[-6:]) is not None


def _folded(text: str) -> str:
    """`text` with every run of white space made one space, and none at its ends."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # as most lines are, and quicker to see than to do
    return " ".join(text.split())


def _without_markup(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        while _ENTITY.search(text) and (plain := html.unescape(text)) != text:
            text = plain
    if "<" in text:
        text = _UNSHOWN.sub(_newlines_of, text)
        while (plain := _INLINE_TAG.sub(_newlines_of, _BLOCK_TAG.sub(_break_of, text))) != text:
            text = plain
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", _MARKDOWN_IMAGE.sub("", text))
    if "**" in text:
        text = _MARKDOWN_BOLD.sub(r"\1", text)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", text).replace("\r", "\n")


def _newlines_of(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")  # so that the lines that follow keep their numbers


def _break_of(match: re.Match[str]) -> str:
    return "\u2028" + _newlines_of(match)  # `str.splitlines` breaks there, the numbering does not


def _wrap_width(lines: list[Line]) -> int:
    """The width at which `lines` are hard-wrapped, 0 if they are not."""
    if len(lines) < 4:
        return 0
    width = max(len(line.text) for line in lines)
    if width > _WIDEST_WRAP or width < 40:
        return 0
    full = cut = 0
    for line, following in itertools.pairwise(lines):
        if not following.gap and _is_full(line.text, following.text, width):
            full += 1
            cut += not ends_sentence(line.text)
    # Headlines and short paragraphs can fill a line by chance; a wrapped text does so nearly everywhere,
    # and mostly in the middle of a sentence.
    return width if full >= 3 and cut >= 0.7 * full and full >= 0.4 * (len(lines) - 1) else 0


def _is_full(text: str, following: str, width: int) -> bool:
    return len(text) + 1 + len(following.split(" ", 1)[0]) > width


def _continues(text: str, following: str, width: int) -> bool:
    if LIST_ITEM.match(following):
        return False
    if width:
        return _is_full(text, following, width)
    return (
        len(text) >= _LONG_LINE
        and (following[0].islower() or following[0] in ",;")
        and not ends_sentence(text)
        and text[-1] not in ":;"
    )
