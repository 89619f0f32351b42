import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize import json_files
from summarize.article import Article
from summarize.encoding import peekable
from summarize.json_files import json_articles, jsonl_articles
from summarize.records import Columns

ISI = "Harga beras naik di pasar induk nomor"


def as_json(text: str | bytes, columns: Columns = Columns()) -> list[Article]:  # noqa: B008
    return list(json_articles(stream_of(text), "x.json", columns))


def as_jsonl(text: str | bytes) -> list[Article]:
    return list(jsonl_articles(stream_of(text), "x.jsonl", Columns()))


def stream_of(text: str | bytes) -> io.BufferedReader:
    return peekable(io.BytesIO(text.encode() if isinstance(text, str) else text))


def records(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "text": f"{ISI} {number}"} for number in range(1, count + 1)]


def outcome(article: Article) -> tuple[str, str]:
    return article.source, article.error.reason if article.error else article.text


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Files of a kilobyte stand for those of many megabytes."""
    monkeypatch.setattr(json_files, "MAX_ITEM", 500)
    return 500


def test_a_line_is_an_article_and_its_source_has_the_line_number() -> None:
    text = "\n".join(map(json.dumps, records(3)))
    assert [(a.source, a.id) for a in as_jsonl(text)] == [
        ("x.jsonl:1", "1"),
        ("x.jsonl:2", "2"),
        ("x.jsonl:3", "3"),
    ]


def test_blank_lines_and_carriage_returns_are_no_articles_but_count_as_lines() -> None:
    assert [a.source for a in as_jsonl('\r\n{"text": "Satu"}\r\n\n\n"Dua"\n')] == ["x.jsonl:2", "x.jsonl:5"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "Satu"', "malformed JSON"),
        ("bukan json", "malformed JSON: Expecting value at column 1"),
        ("[" * 100_000, "nested too deep"),
        ('{"n": ' + "9" * 5000 + "}", "malformed JSON"),
        ("17", "neither a record nor a text"),
        ("[1]", "neither a record nor a text"),
        ('{"judul": "x"}', "found judul"),
        ('{"text": ""}', "empty"),
    ],
)
def test_a_bad_line_is_a_failure_and_the_next_ones_go_on(line: str, reason: str) -> None:
    first, bad, last = as_jsonl(f'{{"text": "Satu"}}\n{line}\n{{"text": "Tiga"}}\n')
    assert (first.text, last.text) == ("Satu", "Tiga")
    assert bad.error is not None
    assert bad.source == "x.jsonl:2"
    assert reason in bad.error.reason


def test_a_line_that_is_too_long_is_a_failure(small_limit: int) -> None:
    long = json.dumps({"text": "a" * 5000})
    found = as_jsonl(f'{{"text": "Satu"}}\n{long}\n{{"text": "Tiga"}}')
    assert [a.text for a in found] == ["Satu", "", "Tiga"]
    assert found[1].error is not None


def test_lone_surrogates_are_replaced() -> None:
    (article,) = as_jsonl('{"text": "a\\ud83db", "x": "\\udc00", "emoji": "\\ud83d\\ude00"}')
    assert article.text == "a\ufffdb"
    assert article.metadata == {"x": "\ufffd", "emoji": "😀"}


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
def test_lines_may_have_any_encoding(codec: str) -> None:
    text = "\n".join(json.dumps({"text": f"“Café” {n}"}, ensure_ascii=False) for n in range(2))
    assert [a.text for a in as_jsonl(text.encode(codec))] == ["“Café” 0", "“Café” 1"]


def test_an_array_has_an_article_an_item() -> None:
    assert [(a.source, a.id) for a in as_json(json.dumps(records(2), indent=2))] == [
        ("x.json:1", "1"),
        ("x.json:2", "2"),
    ]


def test_a_record_is_one_article() -> None:
    (article,) = as_json(json.dumps(records(1)[0], indent=1))
    assert (article.source, article.id) == ("x.json", "1")


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_inside_an_object_is_found(indent: int | None) -> None:
    text = json.dumps({"version": 1, "tags": ["a"], "data": records(3)}, indent=indent)
    assert [a.id for a in as_json(text)] == ["1", "2", "3"]


def test_json_lines_under_the_name_json_are_read_as_such() -> None:
    assert [a.id for a in as_json("\n".join(map(json.dumps, records(3))))] == ["1", "2", "3"]
    good, bad, last = as_json('{"text": "Satu"}\n{"text": }\n{"text": "Tiga"}')
    assert (good.text, bad.source, last.text) == ("Satu", "x.json:2", "Tiga")
    bad, last = as_json('{"text": }\n{"text": "Dua"}')
    assert bad.error
    assert last.text == "Dua"


def test_nan_in_an_array_does_no_harm() -> None:
    (article,) = as_json('[{"text": "Satu", "date": NaN}]')
    assert article.metadata == {}


def test_an_array_cut_off_gives_what_is_whole() -> None:
    *whole, broken = as_json(json.dumps(records(5))[:-20])
    assert [a.id for a in whole] == ["1", "2", "3", "4"]
    assert broken.source == "x.json:5"
    assert broken.error is not None
    assert "malformed JSON" in broken.error.reason


@pytest.mark.parametrize("wrap", ["{items}", '{{"version": 2, "data": {items}}}'])
def test_a_long_array_is_streamed(wrap: str, small_limit: int) -> None:
    found = as_json(wrap.format(items=json.dumps(records(100))))
    assert [a.id for a in found] == [str(number) for number in range(1, 101)]


def test_a_long_array_is_streamed_in_any_encoding(small_limit: int) -> None:
    items = [{"text": f"“Café” {number}"} for number in range(100)]
    found = as_json(json.dumps(items, ensure_ascii=False).encode("windows-1252"))
    assert [a.text for a in found] == [item["text"] for item in items]


def test_long_json_lines_under_the_name_json_are_streamed(small_limit: int) -> None:
    assert len(as_json("\n".join(map(json.dumps, records(100))))) == 100


def test_a_record_in_an_array_may_not_be_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MAX_ITEM", 1 << 16)
    items = [{"text": "Satu"}, {"text": "a" * (3 << 20)}]
    first, bad = as_json(json.dumps(items))
    assert first.text == "Satu"
    assert bad.error is not None
    assert "a record of more than" in bad.error.reason


def test_nesting_without_end_in_an_array_is_a_failure() -> None:
    first, bad = as_json('[{"text": "Satu"}, ' + " " * (1 << 16) + "[" * 1_000_000)
    assert first.text == "Satu"
    assert bad.error is not None
    assert "nested too deep" in bad.error.reason


def test_nesting_without_end_in_an_object_raises_value_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MAX_ITEM", 1 << 16)
    with pytest.raises(ValueError, match="nested too deep"):
        as_json('{"a":' * 100_000)


@pytest.mark.parametrize("text", ['{"text": "Satu"', "{", "bukan json", "}"])
def test_what_is_no_json_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="malformed JSON"):
        as_json(text)


def test_an_object_that_is_too_long_raises_value_error(small_limit: int) -> None:
    with pytest.raises(ValueError, match="malformed"):
        as_json(json.dumps({"text": "a" * 1000}))


@pytest.mark.parametrize("text", ["[]", "", " \n\n"])
def test_an_empty_file_has_no_articles(text: str) -> None:
    assert as_json(text) == as_jsonl(text.strip("[]")) == []


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.none()), min_size=1
    )
)
def test_array_lines_and_stream_agree(items: list[dict[str, Any]]) -> None:
    array = as_json(json.dumps(items))
    lines = as_jsonl("\n".join(map(json.dumps, items)))
    streamed = list(json_files._of_array(io.StringIO(json.dumps(items)), "item", "x.json", Columns()))
    assert array == streamed
    assert [a.text for a in array] == [a.text for a in lines]


@given(st.binary(max_size=200) | st.text('{}[]",:truen0 \n', max_size=60).map(str.encode))
def test_garbage_is_a_failure_or_a_value_error(data: bytes) -> None:
    for read in (json_articles, jsonl_articles):
        try:
            for article in read(stream_of(data), "x", Columns()):
                assert article.error is not None or article.text
        except ValueError:
            pass
