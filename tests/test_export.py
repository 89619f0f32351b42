import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from summarize.article import Article, Flag
from summarize.export import export
from summarize.folder import Folder
from summarize.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(Folder(str(tmp_path)))
    store.commit(
        [
            Article(
                id="a",
                source="a.txt",
                title="Judul",
                title_en="A <b>title</b>",
                paragraphs_en=("One.", "Two."),
                summary="=HYPERLINK(1) said *so*.",
                support=0.5,
                flags=(Flag("unsupported-name", ("Putin", "Shoigu")), Flag("summary-fallback")),
            ),
            Article(id="b", source="b.txt", position=1, summary="Fine."),
        ]
    )
    return store


def exported(store: Store, form: str) -> bytes:
    buffer = io.BytesIO()
    assert export(store, {"translator": "marian"}, form, buffer) == 2
    return buffer.getvalue()


def test_jsonl_has_the_lines_of_summaries_jsonl(store: Store, tmp_path: Path) -> None:
    store.finish({"translator": "marian"})
    assert exported(store, "jsonl") == (tmp_path / "summaries.jsonl").read_bytes()


def test_csv_has_one_row_an_article_and_no_formula(store: Store) -> None:
    first, second = csv.DictReader(io.StringIO(exported(store, "csv").decode()))
    assert first["summary"] == "'=HYPERLINK(1) said *so*."
    assert first["flags"] == "unsupported-name: Putin, Shoigu; summary-fallback"
    assert second["translator"] == "marian"


def test_parquet_has_typed_columns(store: Store) -> None:
    table = pq.read_table(io.BytesIO(exported(store, "parquet")))
    assert table["id"].to_pylist() == ["a", "b"]
    assert table["support"].to_pylist() == [0.5, None]


def test_markdown_keeps_web_text_from_meaning_anything(store: Store) -> None:
    text = exported(store, "markdown").decode()
    assert "## A \\<b\\>title\\</b\\>" in text
    assert "said \\*so\\*." in text
    assert "- flag: unsupported-name (Putin, Shoigu)" in text


def test_an_empty_run_exports_nothing_but_a_header(tmp_path: Path) -> None:
    empty = Store(Folder(str(tmp_path / "empty")))
    buffer = io.BytesIO()
    assert export(empty, {}, "csv", buffer) == 0
    assert buffer.getvalue().startswith(b"id,source,title")


def test_jsonl_is_utf8(store: Store) -> None:
    store.commit([Article(id="c", source="c.txt", position=2, title="“Kutipan”", summary="Ok.")])
    buffer = io.BytesIO()
    export(store, {}, "jsonl", buffer)
    assert json.loads(buffer.getvalue().decode().splitlines()[2])["title"] == "“Kutipan”"
