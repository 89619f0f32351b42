"""A row of a table, or a JSON object → an `Article`: which column is what, and values made fit to store."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from summarize.article import Article, Failure, article_id
from summarize.dates import iso_date
from summarize.encoding import NotTextError, decode, tidy

MAX_ITEM = 20 << 20
"""The longest article, line or record that is read, in bytes or characters: a novel is a tenth of it."""

_MAX_DEPTH = 64

_KNOWN = {
    "text": (
        *("text", "body", "content", "article", "isi", "artikel", "teks", "konten", "berita", "isiberita"),
        *("isiartikel", "articletext", "articlebody", "fulltext", "maintext", "cleantext", "cleanarticle"),
        *("paragraphs", "paragraf", "story", "document"),
    ),
    "id": ("id", "articleid", "docid", "uid", "uuid", "guid", "idartikel", "idberita"),
    "title": ("title", "judul", "headline", "judulberita", "judulartikel", "heading"),
    "date": (
        *("date", "tanggal", "tgl", "published", "publishedat", "publisheddate", "publishdate"),
        *("datepublished", "pubdate", "tanggalterbit", "waktu", "datetime", "timestamp", "createdat"),
    ),
}
"""Usual column names of each role, best first, as `_plain` leaves them."""

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufffd]*")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns (or JSON keys) to read; None takes the first with a usual name.

    The usual names are, among others, `text`, `body`, `content`, `isi`, `artikel`; `id`; `title`,
    `judul`, `headline`; `date`, `tanggal`, `published`. Case, spaces and underscores don't matter.
    """

    text: str | None = None
    id: str | None = None
    title: str | None = None
    date: str | None = None


def failure(source: str, reason: str, traceback: str = "") -> Article:
    """An item that can't be read; its id is made of its source, since it has no text."""
    return Article(
        id=article_id(source), source=source, error=Failure("read", f"{source}: {reason}", traceback)
    )


def article_of_text(text: str, source: str, *, title: str | None = None, date: str | None = None) -> Article:
    """An article that is a file of its own, named by its text."""
    return _article(tidy(text), source, title=title, date=date)


def article_of_record(record: Mapping[str, Any], source: str, columns: Columns) -> Article:
    """An article that is a row of a table; columns without a role go to its metadata.

    Its id is the record's own, else it is made of its text. A date that isn't understood stays in the
    metadata under its own name.
    """
    names = tuple(record)
    try:
        used, text = _first_text(record, _find(columns, "text", names))
        if used is None:
            return failure(source, missing_text(columns, names))
        own_id = title = iso = None
        if (name := _only(columns, "id", names)) and (own_id := _as_id(record[name])):
            used.add(name)
        if (name := _only(columns, "title", names)) and (title := _as_title(record[name])):
            used.add(name)
        if (name := _only(columns, "date", names)) and (iso := iso_date(record[name])):
            used.add(name)
        rest = {tidy(name): _storable(value) for name, value in record.items() if name not in used}
    except (NotTextError, _TooDeepError) as error:
        return failure(source, str(error))
    metadata = {name: value for name, value in rest.items() if value is not None and value != ""}
    return _article(text, source, id=own_id, title=title, date=iso, metadata=metadata)


def has_text(columns: Columns, names: Sequence[str]) -> bool:
    """Whether a table with these columns has one for the text."""
    return bool(text_columns(columns, names))


def text_columns(columns: Columns, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of a table that may hold the text, best first."""
    return _find(columns, "text", tuple(names))


def has_role(columns: Columns, name: str) -> bool:
    """Whether a column of this name may be the text, id, title or date."""
    return any(_find(columns, role, (name,)) for role in _KNOWN)


def missing_text(columns: Columns, names: Sequence[str]) -> str:
    """Says that there is no text column, and what there is."""
    wanted = f"no column {columns.text!r}" if columns.text else "no column that looks like the text"
    found = ", ".join(tidy(name)[:40] for name in names[:30]) or "nothing"
    return f"{wanted}; found {found} (--text-column NAME says which it is)"


def _article(
    text: str,
    source: str,
    *,
    id: str | None = None,
    title: str | None = None,
    date: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Article:
    if _INVISIBLE.fullmatch(text):
        return failure(source, "empty")
    if len(text) > MAX_ITEM:
        return failure(source, too_long())
    return Article(
        id=id or article_id(text), source=source, text=text, title=title, date=date, metadata=metadata or {}
    )


def too_long(what: str = "an article") -> str:
    """Says that an item is over the limit."""
    return f"{what} of more than {MAX_ITEM >> 20} MB"


@lru_cache(maxsize=1024)
def _find(columns: Columns, role: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that may have `role`, best first."""
    wanted: str | None = getattr(columns, role)
    if wanted is not None:
        if wanted in names:
            return (wanted,)
        return tuple(name for name in names if _plain(name) == _plain(wanted))[:1]
    plain = [_plain(name) for name in names]
    return tuple(names[plain.index(known)] for known in _KNOWN[role] if known in plain)


def _only(columns: Columns, role: str, names: tuple[str, ...]) -> str | None:
    found = _find(columns, role, names)
    return found[0] if found else None


def _plain(name: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", name).casefold()


def _first_text(record: Mapping[str, Any], names: Sequence[str]) -> tuple[set[str] | None, str]:
    """The first of the columns `names` that isn't empty, and its text; None where there is no column."""
    for name in names:
        text = _as_text(record[name])
        if not _INVISIBLE.fullmatch(text):
            return {name}, text
    return (set(), "") if names else (None, "")


def _as_text(value: object) -> str:
    """A text, or a list of paragraphs, or a list of tokenized ones, as one text."""
    if isinstance(value, bytes):
        return tidy(decode(value))
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, list):
        return "\n".join(" ".join(_flat(item)) for item in value)
    return ""


def _flat(value: object, depth: int = 0) -> list[str]:
    if depth > _MAX_DEPTH:
        raise _TooDeepError
    if isinstance(value, list):
        return [text for item in value for text in _flat(item, depth + 1)]
    return [tidy(value)] if isinstance(value, str) else []


def _as_id(value: object) -> str | None:
    if isinstance(value, float | Decimal):
        # A column of whole numbers with a gap in it is made floats by some tools.
        value = int(value) if abs(float(value)) < 1 << 53 and float(value).is_integer() else None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return " ".join(tidy(str(value)).split()) or None


def _as_title(value: object) -> str | None:
    return " ".join(_as_text(value).split()) or None


class _TooDeepError(ValueError):
    def __str__(self) -> str:
        return f"nested deeper than {_MAX_DEPTH} levels"


def _storable(value: Any, depth: int = 0) -> Any:
    """`value` as JSON can hold it: no lone surrogates, no NaN, no bytes, not too deep."""
    if depth > _MAX_DEPTH:
        raise _TooDeepError
    match value:
        case None | bool() | int():
            return value
        case str():
            return tidy(value)
        case float() | Decimal():
            return number if math.isfinite(number := float(value)) else None
        case bytes():
            return None
        case date():
            return value.isoformat()
        case dict():
            return {tidy(str(name)): _storable(item, depth + 1) for name, item in value.items()}
        case list() | tuple():
            return [_storable(item, depth + 1) for item in value]
        case _:
            return tidy(str(value))
