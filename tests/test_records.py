import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.article import article_id
from summarize.records import MAX_ITEM, Columns, article_of_record, article_of_text, has_text

ISI = "Harga beras naik.\nMenteri meninjau pasar."
USUAL = Columns()

values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_a_record_with_the_usual_names_fills_the_article() -> None:
    record = {"id": "a-1", "judul": " Harga  beras ", "isi": ISI, "tanggal": "12/9/2023", "penulis": "Sari"}
    article = article_of_record(record, "x.csv:2", USUAL)
    assert article.id == "a-1"
    assert article.source == "x.csv:2"
    assert article.title == "Harga beras"
    assert article.text == ISI
    assert article.date == "2023-09-12"
    assert article.metadata == {"penulis": "Sari"}
    assert article.error is None


@pytest.mark.parametrize(
    "name", ["text", "BODY", "Isi Berita", "article_text", "articleBody", "teks", "konten"]
)
def test_names_are_known_in_any_case_and_spelling(name: str) -> None:
    assert article_of_record({name: ISI, "kategori": "ekonomi"}, "x", USUAL).text == ISI


def test_a_named_column_beats_the_usual_ones() -> None:
    record = {"text": "ringkasan", "naskah": ISI, "kode": 7, "kepala": "Judul"}
    article = article_of_record(record, "x", Columns(text="naskah", id="kode", title="KEPALA"))
    assert (article.text, article.id, article.title) == (ISI, "7", "Judul")
    assert article.metadata == {"text": "ringkasan"}


def test_the_first_text_column_that_is_not_empty_is_taken() -> None:
    article = article_of_record({"text": "  ", "content": ISI, "body": None}, "x", USUAL)
    assert article.text == ISI


def test_without_an_id_the_text_gives_it() -> None:
    for none in (None, "", "  ", math.nan, [], {"a": 1}, True):
        assert article_of_record({"text": ISI, "id": none}, "x", USUAL).id == article_id(ISI)


@pytest.mark.parametrize(
    ("own", "id"), [(12, "12"), (12.0, "12"), (Decimal("12"), "12"), (" a\nb ", "a b"), (b"k", "k")]
)
def test_an_id_becomes_a_string(own: object, id: str) -> None:
    assert article_of_record({"text": ISI, "id": own}, "x", USUAL).id == id


def test_a_date_that_is_not_understood_stays_in_the_metadata() -> None:
    article = article_of_record({"text": ISI, "published_at": "kemarin sore"}, "x", USUAL)
    assert article.date is None
    assert article.metadata == {"published_at": "kemarin sore"}


def test_paragraphs_and_tokens_are_joined_to_a_text() -> None:
    assert article_of_record({"paragraphs": ["Satu.", "Dua."]}, "x", USUAL).text == "Satu.\nDua."
    tokens = [[["Harga", "naik", "."], ["Ya", "."]], [["Tamat", "."]]]
    assert article_of_record({"paragraphs": tokens}, "x", USUAL).text == "Harga naik . Ya .\nTamat ."


def test_a_record_without_text_says_which_columns_there_are() -> None:
    article = article_of_record({"nama": "x", "harga": 2}, "x.jsonl:3", USUAL)
    assert article.error is not None
    assert article.error.stage == "read"
    for word in ("x.jsonl:3", "nama", "harga", "--text-column"):
        assert word in article.error.reason
    assert article.id == article_id("x.jsonl:3")
    named = article_of_record({"text": ISI}, "x", Columns(text="naskah"))
    assert named.error is not None
    assert "'naskah'" in named.error.reason


@pytest.mark.parametrize("empty", ["", " \n\t", "\u200b\ufeff\u00a0", None, [], 3])
def test_an_empty_text_is_a_failure(empty: object) -> None:
    article = article_of_record({"text": empty}, "x", USUAL)
    assert article.error is not None
    assert article.error.reason == "x: empty"


def test_a_text_that_is_too_long_is_a_failure() -> None:
    article = article_of_text("a " * (MAX_ITEM // 2 + 1), "x")
    assert article.error is not None
    assert "more than 20 MB" in article.error.reason
    assert article.text == ""


def test_nesting_without_end_is_a_failure() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    for record in ({"text": ISI, "lain": deep}, {"text": deep}):
        article = article_of_record(record, "x", USUAL)
        assert article.error is not None
        assert "nested" in article.error.reason


def test_a_number_of_any_size_does_no_harm() -> None:
    record = {"text": ISI, "id": Decimal("1e999999999"), "n": Decimal("1e999999999"), "m": 1e308 * 10}
    article = article_of_record(record, "x", USUAL)
    assert article.id == article_id(ISI)
    assert article.metadata == {}


@given(
    st.dictionaries(st.sampled_from(["text", "isi", "id", "judul", "tanggal", "lain"]) | st.text(), values)
)
def test_any_record_gives_an_article_that_can_be_stored(record: dict[str, Any]) -> None:
    article = article_of_record(record, "x", USUAL)
    assert (article.error is None) == bool(article.text.strip())
    stored = [article.id, article.text, article.title or "", json.dumps(article.metadata, allow_nan=False)]
    "".join(stored).encode()


def test_has_text_tells_whether_a_table_can_be_read() -> None:
    assert has_text(USUAL, ["id", "Isi Artikel"])
    assert not has_text(USUAL, ["id", "judul"])
    assert not has_text(Columns(text="naskah"), ["text"])
