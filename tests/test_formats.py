import gzip
import io
import json
from itertools import islice
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from summarize import formats
from summarize.article import Article, article_id
from summarize.formats import READERS, articles_in, suffix_of
from summarize.records import Columns

ISI = "Harga beras naik di pasar induk.\nMenteri meninjau gudang pada Senin.\n"
RECORDS = [{"text": "Satu naik."}, {"text": "Dua turun."}]


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), file)
    return file.getvalue()


FILES = {
    ".txt": ISI.encode(),
    ".md": ISI.encode(),
    ".html": f"<html><body><article><p>{ISI}</p></article></body></html>".encode(),
    ".htm": f"<!doctype html><p>{ISI * 3}</p>".encode(),
    ".jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    ".ndjson": "\n".join(map(json.dumps, RECORDS)).encode(),
    ".json": json.dumps(RECORDS).encode(),
    ".csv": b"text\nSatu naik.\nDua turun.\n",
    ".tsv": b"text\tid\nSatu naik.\t\nDua turun.\t\n",
    ".parquet": parquet(),
}


class Pipe(io.BytesIO):
    """Bytes that can't be sought."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    tell = seek


def articles(data: bytes, name: str) -> list[Article]:
    return list(articles_in(Pipe(data), name, name, Columns()))


@pytest.mark.parametrize("suffix", READERS)
def test_every_format_is_read_plain_and_compressed(suffix: str) -> None:
    data = FILES[suffix]
    plain = articles(data, f"x{suffix}")
    assert all(article.error is None and article.text for article in plain)
    assert len(plain) == (1 if suffix in (".txt", ".md", ".html", ".htm") else 2)
    texts = [article.text for article in plain]
    assert [a.text for a in articles(gzip.compress(data), f"x{suffix}.gz")] == texts
    assert [a.text for a in articles(zstandard.compress(data), f"X{suffix.upper()}.ZST")] == texts


@pytest.mark.parametrize("suffix", [".txt", ".html", ".jsonl", ".json", ".parquet"])
def test_without_a_known_suffix_the_content_tells_the_format(suffix: str) -> None:
    expected = [a.text for a in articles(FILES[suffix], f"x{suffix}")]
    for name in ("x", "x.dat", "berita"):
        assert [a.text for a in articles(FILES[suffix], name)] == expected
        assert [a.text for a in articles(gzip.compress(FILES[suffix]), name)] == expected


@pytest.mark.parametrize(
    "text", ["[Foto] Harga naik.", "{catatan} Harga naik.", "<b>Harga</b> naik.", "PAR naik"]
)
def test_a_text_that_begins_like_another_format_is_a_text(text: str) -> None:
    assert [a.text for a in articles(text.encode(), "x")] == [text]


def test_a_text_is_kept_as_it_is_and_gives_the_id() -> None:
    (article,) = articles(ISI.replace("\n", "\r\n").encode("utf-16"), "x.txt")
    assert article.text == ISI
    assert article.id == article_id(ISI)
    assert article.title is None


def test_a_file_that_is_compressed_without_saying_so_is_read_and_so_is_the_opposite() -> None:
    assert articles(gzip.compress(ISI.encode()), "x.txt")[0].text == ISI
    assert articles(ISI.encode(), "x.txt.gz")[0].text == ISI


def test_compressed_parts_written_after_each_other_are_all_read() -> None:
    parts = [f'{{"text": "Berita {number}"}}\n'.encode() for number in range(3)]
    for compress in (gzip.compress, zstandard.compress):
        assert len(articles(b"".join(map(compress, parts)), "x.jsonl")) == 3


@pytest.mark.parametrize("codec", [gzip, zstandard])
def test_a_compressed_file_cut_off_gives_what_is_whole_and_then_raises(codec: ModuleType) -> None:
    lines = b"".join(b'{"text": "Berita %d %d"}\n' % (n, n * n * n) for n in range(20_000))
    stream = articles_in(Pipe(codec.compress(lines)[:-100]), "x.jsonl", "x.jsonl", Columns())
    assert all(article.error is None for article in islice(stream, 1000))
    with pytest.raises(OSError, match="runcated"):
        list(stream)


def test_a_bomb_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_ITEM", 1000)
    with pytest.raises(ValueError, match="more than"):
        articles(gzip.compress(b"a " * 100_000), "x.txt.gz")


@pytest.mark.parametrize("data", [b"", gzip.compress(b""), b" \n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".json", ".csv", ".html", ".md", ""])
def test_an_empty_file_is_one_failure(data: bytes, suffix: str) -> None:
    (article,) = articles(data, f"x{suffix}")
    assert article.error is not None
    assert article.error.reason in (f"x{suffix}: empty", f"x{suffix}: no article found in this HTML page")


def test_an_html_page_without_an_article_is_a_failure() -> None:
    (article,) = articles(b"<html><body></body></html>", "x.html")
    assert article.error is not None
    assert "no article found" in article.error.reason


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.txt", ".txt"),
        ("A.JSONL.GZ", ".jsonl"),
        ("a.b.csv.zst", ".csv"),
        ("a", ""),
        ("a.gz", ""),
        (".txt", ""),
    ],
)
def test_suffix_of_leaves_compression_out(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@given(st.binary(max_size=300), st.sampled_from(["", *READERS]))
def test_garbage_raises_only_what_is_promised(data: bytes, suffix: str) -> None:
    try:
        for article in articles(data, f"x{suffix}"):
            assert article.error is not None or article.text.strip()
    except (ValueError, OSError):
        pass
