"""The data model: an `Article` flows through the stages, each of which returns it enriched."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Removal:
    """A piece of page furniture taken out of a text.

    `line` is the 0-based line of the text as read; `rule` is the name of the rule in furniture.toml.
    """

    line: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence (or a clause of a long one) and its translation.

    `paragraph` is the index into `Article.paragraphs`, -1 for the title. `score` is the mean
    log-probability per target token. `notes` name what was done to it: a glossary entry applied,
    a retry, a check that failed.
    """

    paragraph: int
    source: str
    target: str = ""
    score: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a reader should know before trusting an article's output.

    `kind` is one of a small fixed set of names (`unsupported-number`, `degenerate-translation`, …),
    `words` the words concerned, `detail` one sentence for people.
    """

    kind: str
    words: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an article could not be processed: the stage, a sentence for people, and a traceback if any."""

    stage: str
    reason: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One news article on its way from a file to an English summary.

    Each stage fills its own fields and leaves the others alone. An article with `error` set has
    failed; the stages that follow pass it on untouched.
    """

    # sources
    id: str
    source: str
    text: str = ""
    title: str | None = None
    date: str | None = None  # ISO 8601, as precise as the input says
    language: str | None = None  # ISO 639-1
    metadata: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0  # ordinal in the input stream
    text_id: str = ""  # what `article_id` gives for the text, where the article has another id
    # clean
    paragraphs: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()
    # translate
    title_en: str | None = None
    paragraphs_en: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    # abstract
    candidates: tuple[str, ...] = ()  # best first by the model's own score; the support stage chooses
    summary: str | None = None
    # support
    support: float | None = None  # share of the summary's claims found in its source, 0 to 1
    flags: tuple[Flag, ...] = ()
    # run
    seconds: float = 0.0  # this article's share of its batch's model time
    tokens: int = 0  # generated for it by the models, all candidates counted
    error: Failure | None = None

    @property
    def text_en(self) -> str:
        """The translated body, paragraphs separated by a blank line."""
        return "\n\n".join(self.paragraphs_en)

    def failed(self, stage: str, reason: str, traceback: str = "") -> Article:
        """This article, marked as failed at `stage`."""
        return replace(self, error=Failure(stage, reason, traceback))

    def flagged(self, *flags: Flag) -> Article:
        """This article with `flags` added."""
        return replace(self, flags=(*self.flags, *flags))


def article_id(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the normalised text.

    Normalised means NFKC with all runs of white space folded to one space, so that the same article
    is the same article in any folder, on any day, with any line ending.
    """
    normalised = " ".join(unicodedata.normalize("NFKC", text).split())
    return hashlib.sha256(normalised.encode("utf-8", "surrogatepass")).hexdigest()[:16]


_REMOVAL = pa.struct([("line", pa.int32()), ("text", pa.string()), ("rule", pa.string())])
_SEGMENT = pa.struct(
    [
        ("paragraph", pa.int32()),
        ("source", pa.string()),
        ("target", pa.string()),
        ("score", pa.float32()),
        ("notes", pa.list_(pa.string())),
    ]
)
_FLAG = pa.struct([("kind", pa.string()), ("words", pa.list_(pa.string())), ("detail", pa.string())])

_REMOVAL_NAMES, _SEGMENT_NAMES, _FLAG_NAMES = (
    tuple(each.name for each in struct) for struct in (_REMOVAL, _SEGMENT, _FLAG)
)

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("date", pa.string()),
        ("language", pa.string()),
        ("metadata", pa.string()),  # JSON
        ("position", pa.int64()),
        ("text_id", pa.string()),
        ("paragraphs", pa.list_(pa.string())),
        ("removed", pa.list_(_REMOVAL)),
        ("title_en", pa.string()),
        ("paragraphs_en", pa.list_(pa.string())),
        ("segments", pa.list_(_SEGMENT)),
        ("candidates", pa.list_(pa.string())),
        ("summary", pa.string()),
        ("support", pa.float32()),
        ("flags", pa.list_(_FLAG)),
        ("seconds", pa.float32()),
        ("tokens", pa.int32()),
    ]
)
"""Columns of `articles/part-*.parquet`. Failed articles are stored apart, see `store`."""


_COLUMNS = tuple(SCHEMA.names)
_values = attrgetter(*_COLUMNS)
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def to_row(article: Article) -> dict[str, Any]:
    """An article as a row of `SCHEMA`."""
    row: dict[str, Any] = dict(zip(_COLUMNS, _values(article), strict=True))
    row["metadata"] = _as_json(article.metadata)
    row["removed"] = [_fields(item, _REMOVAL_NAMES) for item in article.removed]
    row["segments"] = [_fields(item, _SEGMENT_NAMES) for item in article.segments]
    row["flags"] = [_fields(item, _FLAG_NAMES) for item in article.flags]
    return row


def _fields(item: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def from_row(row: Mapping[str, Any]) -> Article:
    """The article that `to_row` made `row` of; columns that are missing take their defaults."""
    fields = dict(row)
    fields["metadata"] = json.loads(fields.get("metadata") or "{}")
    for name in ("paragraphs", "paragraphs_en", "candidates"):
        fields[name] = tuple(fields.get(name) or ())
    fields["removed"] = tuple([Removal(**item) for item in fields.get("removed") or ()])
    fields["segments"] = tuple(
        [Segment(**{**item, "notes": tuple(item["notes"] or ())}) for item in fields.get("segments") or ()]
    )
    fields["flags"] = tuple(
        [Flag(**{**item, "words": tuple(item["words"] or ())}) for item in fields.get("flags") or ()]
    )
    return Article(**fields)
