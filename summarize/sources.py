"""Files, folders, globs, URLs and standard input → one stream of articles, each of them once."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from summarize.article import Article, article_id
from summarize.errors import InputError
from summarize.formats import READERS, articles_in, suffix_of
from summarize.idset import VersionSet
from summarize.places import Entry, Place, place_of, without_password
from summarize.records import Columns, failure

__all__ = ["Columns", "Reader", "find_references", "read"]

_NO_ARTICLE = re.compile(r"(readme|licen[sc]e)([._-].*)?|corpus\.toml", re.IGNORECASE)
_WILD = re.compile(r"[*?\[]")
_RUN_FOLDER = {"manifest.json", "articles"}
_USUAL_COLUMNS = Columns()


def read(
    inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    columns: Columns = _USUAL_COLUMNS,
    shard: tuple[int, int] | None = None,
    settled: Callable[[str], bool] | None = None,
    is_taken: Callable[[str, str], bool] | None = None,
) -> Reader:
    """The articles of `inputs`, streamed in a fixed order.

    An input is a file, a folder (read with its subfolders, names in order), a glob pattern, a URL that
    fsspec knows (`s3://`, `gs://`, `https://`…) or `-` for standard input. Formats are told by the
    suffix: .txt .md .html .htm .jsonl .ndjson .json .csv .tsv .parquet, each also .gz or .zst; a file
    that is named itself may have any suffix. In a folder hidden files, README, LICENSE, other suffixes
    and run folders are left out and counted; `corpus.toml` there says which files are articles.

    `columns` names the columns of tables. `shard=(3, 16)` keeps the third of sixteen parts of any input,
    chosen by article id. `settled` is asked with the path of each file whether it may be read yet,
    `is_taken` with the id of a row and the hash of its text whether the id is already another text's.

    Raises `InputError` for an input that doesn't exist. All else that can't be read comes as an
    article with `error` set.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    return Reader([os.fspath(each) for each in given], columns, shard, settled, is_taken)


def find_references(inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Path | None:
    """The references that corpus.toml of the first such input folder names; None where none does.

    Raises `InputError` if the file isn't there.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    for folder in map(Path, given):
        if not (folder / "corpus.toml").is_file():
            continue
        corpus = _corpus_of(*place_of(str(folder)))
        if corpus and corpus.references:
            path = folder / corpus.references
            if not path.is_file():
                raise InputError(f"{folder / 'corpus.toml'} names references that aren't there: {path}")
            return path
    return None


class Reader(Iterator[Article]):
    """The stream that `read` returns, and what it left out so far.

    `duplicates` counts articles that came before; `skipped` counts what was left out of folders, by
    suffix or kind; `unsettled` counts files that are still being written. `count` is how many articles
    came. `position` of an article counts the whole input, whatever the shard.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        columns: Columns,
        shard: tuple[int, int] | None,
        settled: Callable[[str], bool] | None = None,
        is_taken: Callable[[str, str], bool] | None = None,
    ) -> None:
        if shard and not 1 <= shard[0] <= shard[1]:
            raise InputError(f"There is no shard {shard[0]}/{shard[1]}", "Shards of 16 are 1/16 to 16/16.")
        self.duplicates = self.unsettled = self.count = 0
        self.skipped: Counter[str] = Counter()
        self._columns = columns
        self._shard = shard
        self._settled = settled
        self._is_taken = is_taken
        self._seen = VersionSet()
        self._roots = [root for given in dict.fromkeys(inputs) for root in _roots(given, self.skipped)]
        self._stream = self._articles()

    def __next__(self) -> Article:
        return next(self._stream)

    def _articles(self) -> Iterator[Article]:
        position = 0
        for place, entry in self._roots:
            for found in _walk(place, entry, self.skipped):
                if isinstance(found, Entry) and self._settled and not self._settled(found.path):
                    self.unsettled += 1
                    continue
                articles = [found] if isinstance(found, Article) else _read_file(place, found, self._columns)
                for article in articles:
                    unique = self._unique(article, position)
                    if unique is None:
                        self.duplicates += 1
                        continue
                    if self._shard is None or in_shard(unique.id, self._shard):
                        self.count += 1
                        yield unique
                    position += 1

    def _unique(self, article: Article, position: int) -> Article | None:
        """The article in its place, None if it came before.

        Where tables number their rows each from 1, an id comes again with another text, in this input or
        since an earlier run. That is another article: its id gets a suffix made of its text.
        """
        text_id = article_id(article.text)
        if article.error or article.id == text_id:  # the id stands for all there is
            known = self._seen.add_version(article.id, article.id)
            return None if known == "same" else replace(article, position=position)
        taken = self._is_taken is not None and self._is_taken(article.id, text_id)
        known = "other text" if taken else self._seen.add_version(article.id, text_id)
        if known == "same":
            return None
        if known == "new":
            return replace(article, text_id=text_id, position=position)
        other = f"{article.id}-{text_id[:8]}"
        if self._seen.add_version(other, text_id) == "same":
            return None
        metadata = {**article.metadata, "id": article.id}
        return replace(article, id=other, text_id=text_id, position=position, metadata=metadata)


def in_shard(id: str, shard: tuple[int, int]) -> bool:
    """Whether an article belongs to the shard (number from 1, number of shards), by its id alone."""
    number, shards = shard
    digest = hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % shards == number - 1


def _roots(given: str, skipped: Counter[str]) -> list[tuple[Place, Entry]]:
    """What an input stands for; raises `InputError` where that is nothing."""
    place, path = place_of(given)
    kind = place.kind(path)
    if kind:
        entry = Entry(_name_of(path), path, kind)
        if kind == "folder":
            _corpus_of(place, path)  # a fault in it is told before the work begins
        return [(place, entry)]
    if not _WILD.search(path):
        raise InputError(
            f"There is no {without_password(given)}",
            "Give a file, a folder, a pattern in quotes, a URL, or - for standard input.",
        )
    suffix = suffix_of(_name_of(path))
    entries = [entry for entry in place.match(path) if _is_wanted(entry, skipped, suffix)]
    if not entries:
        raise InputError(
            f"Nothing to read matches {without_password(given)}",
            "Put a pattern in quotes, so that the shell leaves it alone; ** stands for any folders.",
        )
    return [(place, entry) for entry in entries]


def _walk(place: Place, root: Entry, skipped: Counter[str]) -> Iterator[Entry | Article]:
    """The files in and under `root` in a fixed order; a folder that can't be listed comes as a failure."""
    stack = [iter([root])]
    seen: set[Hashable] = set()
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif entry.kind != "folder":
            yield entry
        else:
            try:
                folder = place.identity(entry.path)
                if folder not in seen:
                    seen.add(folder)
                    stack.append(iter(_inside(place, entry.path, skipped)))
            except Exception as error:  # each storage has exceptions of its own
                yield failure(place.shown(entry.path), _reason(error))


def _inside(place: Place, folder: str, skipped: Counter[str]) -> list[Entry]:
    entries = place.entries(folder)
    names = {entry.name for entry in entries}
    if "corpus.toml" in names and (corpus := _corpus_of(place, folder)):
        if corpus.articles:
            matches = [entry for pattern in corpus.articles for entry in place.match(pattern, folder)]
            entries = sorted({entry.path: entry for entry in matches}.values(), key=lambda entry: entry.path)
        references = f"{folder.rstrip('/')}/{corpus.references}"
        entries = [entry for entry in entries if entry.path != references]
    elif names >= _RUN_FOLDER:
        skipped["run folder"] += 1
        return []
    return [entry for entry in entries if _is_wanted(entry, skipped)]


def _is_wanted(entry: Entry, skipped: Counter[str], named_suffix: str = "") -> bool:
    suffix = suffix_of(entry.name)
    if entry.name.startswith("."):
        why = "hidden"
    elif entry.kind == "other":
        why = "pipe or device"
    elif entry.kind == "folder":
        return True
    elif _NO_ARTICLE.fullmatch(entry.name):
        why = "README or LICENSE"
    elif suffix in READERS or (suffix and suffix == named_suffix):
        return True
    else:
        why = suffix or "no suffix"
    skipped[why] += 1
    return False


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What corpus.toml says of its folder: which files are articles, and where the references are."""

    articles: tuple[str, ...] = ()
    references: str | None = None


def _corpus_of(place: Place, folder: str) -> _Corpus | None:
    path = f"{folder.rstrip('/')}/corpus.toml"
    if place.kind(path) != "file":
        return None
    try:
        with place.open(path) as file:
            table = tomllib.loads(file.read(1 << 20).decode("utf-8-sig"))["corpus"]
        articles, references = table.get("articles", []), table.get("references")
        if isinstance(articles, str):
            articles = [articles]
        for each in [*articles, *([references] if references is not None else [])]:
            if not each or PurePosixPath(each).is_absolute() or ".." in PurePosixPath(each).parts:
                raise ValueError(f"{each!r} isn't a path inside the folder")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{place.shown(path)} can't be used: {_reason(error)}",
            'It holds [corpus] with articles = ["articles/*"] and, if there are any, references = "FILE".',
        ) from error
    return _Corpus(tuple(articles), references)


def _read_file(place: Place, file: Entry, columns: Columns) -> Iterator[Article]:
    source = last = place.shown(file.path)
    try:
        with place.open(file.path) as stream:
            for article in articles_in(stream, file.name, source, columns):
                last = article.source
                yield article
    except Exception as error:  # whatever a file does to its reader, the other files go on
        after = f", after {last}" if last != source else ""
        known = isinstance(error, OSError | ValueError)
        yield failure(source, _reason(error) + after, "" if known else traceback.format_exc())


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, KeyError):
        return f"no {error}"
    return without_password(" ".join(str(error).split())) or type(error).__name__


def _name_of(path: str) -> str:
    return (urlsplit(path).path if "://" in path else path).rstrip("/").rpartition("/")[2]
