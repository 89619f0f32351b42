"""Reading predictions and references from whatever people keep them in."""

from __future__ import annotations

import contextlib
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import fsspec

from summarize.errors import InputError
from summarize.folder import Folder
from summarize.pairs import Item, Prediction, Records, Reference, prediction_of
from summarize.rows import Row, read_rows
from summarize.scores import Malformed
from summarize.sources import find_references
from summarize.store import Store

_SUMMARY = (("prediction",), ("hypothesis",), ("summary",), ("output",), ("generated",))
_REFERENCE = (
    ("references", "reference"),
    ("summaries", "summary"),
    ("highlights",),
    ("abstract",),
    ("target",),
)
_TRANSLATION = ("translation", "text_en", "paragraphs_en")
_SOURCE = ("text", "article", "document")
_ID = (("id",), ("article_id",), ("guid",), ("uuid",))
_NUMBERED = re.compile(r"(?:reference|summary)[_ -]?\d+")

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the columns or JSON keys to read; None means the usual names."""

    id: str | None = None
    prediction: str | None = None
    reference: str | None = None


def read_predictions(location: str, fields: Fields | None = None) -> Records[Prediction]:
    """The predictions of a run folder, or of a JSONL, JSON, CSV, TSV, Parquet or plain text file.

    A plain text file has one summary a line. Files may be compressed and may be at any fsspec URL. Records
    that can't be used come back in `malformed`; where an id comes twice the first is kept.
    Raises InputError where there is nothing that can be read as predictions.
    """
    if is_run(location):
        return Records(location, {item.id: item for item in _of_run(location)})
    return _collect(location, _prediction_of, (fields or Fields()).prediction, _SUMMARY, fields, _first)


def read_references(location: str, fields: Fields | None = None) -> Records[Reference]:
    """The references in a file of the kinds that `read_predictions` takes, or of a corpus folder.

    A corpus folder holds references.jsonl, or a corpus.toml that names another file. Several summaries of
    an article stand in a list, in numbered columns (`reference1`, `reference2`), or in several records with
    the same id. Raises InputError where there is nothing that can be read as references.
    """
    found = _references_file(location)
    return _collect(found, _reference_of, (fields or Fields()).reference, _REFERENCE, fields, _merged)


def is_run(location: str) -> bool:
    """Whether a run folder is there; InputError for a folder of another kind."""
    fs, path = fsspec.url_to_fs(location)
    if not fs.isdir(path):
        return False
    if any(name.endswith(".parquet") for name in Folder(location).names("articles")):
        return True
    raise InputError(
        f"{location} is a folder, but not a run with finished articles",
        "Give the folder that `summarize run` wrote, or a file of predictions.",
    )


def _of_run(location: str) -> Iterator[Prediction]:
    columns = ("title", "text", "paragraphs", "title_en", "paragraphs_en", "summary")
    return (prediction_of(article) for article in Store(Folder(location), writable=False).articles(columns))


def _references_file(location: str) -> str:
    fs, path = fsspec.url_to_fs(location)
    if not fs.isdir(path):
        return location
    if found := find_references(location):
        return str(found)
    usual = posixpath.join(location, "references.jsonl")
    if not fs.exists(posixpath.join(path, "references.jsonl")):
        raise InputError(
            f"{location} holds no references: there is neither a corpus.toml that names them "
            "nor a references.jsonl",
            "Name the file with references.",
        )
    return usual


def _collect(
    location: str,
    make: Callable[[str, Row, Keys], Item],
    asked: str | None,
    usual: tuple[Keys, ...],
    fields: Fields | None,
    again: Callable[[Item, Item], Item | None],
) -> Records[Item]:
    rows = list(read_rows(location))
    records = [(at, where, row) for at, (where, row) in enumerate(rows, 1) if isinstance(row, dict)]
    malformed = [Malformed(where, row) for where, row in rows if isinstance(row, str)]
    if not records:
        first = f"{malformed[0].where}: {malformed[0].reason}" if malformed else "it is empty"
        raise InputError(f"{location} holds no record that can be used: {first}")
    present = dict.fromkeys(name for _, _, row in records for name in row)
    id_keys = _keys(present, fields.id if fields else None, _ID, location)
    keys = _keys(present, asked, usual, location)
    if not keys and (usual is _SUMMARY or not present.keys() & set(_TRANSLATION)):
        raise InputError(
            f"{location} has no column {_listed(usual)}: it has {', '.join(present)}",
            "Name the column with --prediction-column or --reference-column.",
        )
    items: dict[str, Item] = {}
    for at, where, row in records:
        try:
            identity = _id_of(row, id_keys[0]) if id_keys else str(at)
            item = make(identity, row, keys)
        except ValueError as error:
            malformed.append(Malformed(where, str(error)))
            continue
        kept = again(items[identity], item) if identity in items else item
        if kept is None:
            malformed.append(Malformed(where, f"the id {identity!r} comes again; the first was kept"))
        else:
            items[identity] = kept
    return Records(location, items, tuple(malformed), len(rows), by_line=not id_keys)


def _keys(present: Mapping[str, None], asked: str | None, usual: tuple[Keys, ...], location: str) -> Keys:
    """The columns to read: the one asked for, or the first of the usual ones, with those that go with it."""
    if asked is not None:
        if asked in present:
            return (asked,)
        raise InputError(f"{location} has no column {asked!r}: it has {', '.join(present)}")
    numbered = tuple(name for name in present if usual is _REFERENCE and _NUMBERED.fullmatch(name))
    families = (tuple(name for name in family if name in present) for family in usual)
    return next((family for family in families if family), ()) + numbered


def _listed(usual: tuple[Keys, ...]) -> str:
    return " or ".join(name for family in usual for name in family)


def _id_of(row: Row, key: str) -> str:
    value = row.get(key)
    if isinstance(value, float) and value.is_integer():  # a column of whole numbers that has a gap
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise ValueError(f"no id: {key} is {value!r}")
    return str(value).strip()


def _prediction_of(identity: str, row: Row, keys: Keys) -> Prediction:
    if not any(key in row for key in keys):
        raise ValueError(f"no {' or '.join(keys) or 'summary'}")
    translation = _joined(row, _TRANSLATION)
    english = "\n".join(part for part in (_joined(row, ("title_en",)), translation) if part)
    return Prediction(
        id=identity,
        summary=(_joined(row, keys) or "").strip(),
        translation=translation,
        sources=tuple(text for text in (_joined(row, _SOURCE), english) if text),
    )


def _reference_of(identity: str, row: Row, keys: Keys) -> Reference:
    summaries = tuple(text.strip() for key in keys for text in _texts(row.get(key), key))
    translation = _joined(row, _TRANSLATION)
    if not summaries and not translation:
        raise ValueError("neither a summary nor a translation")
    return Reference(identity, summaries, translation)


def _first(known: Prediction, again: Prediction) -> None:
    return None


def _merged(known: Reference, again: Reference) -> Reference:
    return replace(
        known,
        summaries=known.summaries + tuple(text for text in again.summaries if text not in known.summaries),
        translation=known.translation or again.translation,
    )


def _joined(row: Row, names: tuple[str, ...]) -> str | None:
    for name in names:
        texts = _texts(row.get(name), name)
        if texts:
            return "\n".join(texts)
    return None


def _texts(value: Any, name: str) -> list[str]:
    """A text or a list of texts (in a CSV cell, as JSON) as a list; ValueError for anything else."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with contextlib.suppress(ValueError):  # a text may begin with a bracket
            value = json.loads(value)
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return [text for text in value if text.strip()]
    raise ValueError(f"{name} is no text: {str(value)[:60]!r}")
