import csv
import datetime as dt
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize import tables
from summarize.article import Article
from summarize.encoding import peekable
from summarize.records import Columns
from summarize.tables import csv_articles, parquet_articles, tsv_articles

USUAL = Columns()

cells = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
)
texts = st.tuples(cells, cells).map(lambda pair: f"{pair[0]}x\n{pair[1]}")


def as_csv(text: str | bytes, columns: Columns = USUAL) -> list[Article]:
    data = text.encode() if isinstance(text, str) else text
    return list(csv_articles(peekable(io.BytesIO(data)), "x.csv", columns))


def as_tsv(text: str) -> list[Article]:
    return list(tsv_articles(peekable(io.BytesIO(text.encode())), "x.tsv", USUAL))


def as_parquet(table: pa.Table, columns: Columns = USUAL, **options: object) -> list[Article]:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return parquet_of(file.getvalue(), columns)


def parquet_of(data: bytes, columns: Columns = USUAL) -> list[Article]:
    return list(parquet_articles(peekable(io.BytesIO(data)), "x.parquet", columns))


def reason(article: Article) -> str:
    assert article.error is not None
    return article.error.reason


def test_a_row_is_an_article_and_its_source_has_the_line_number() -> None:
    first, second = as_csv("id,judul,isi,penulis\n1,Beras,Harga naik.,Sari\n2,Gula,Harga turun.,\n")
    assert (first.source, first.id, first.title, first.text) == ("x.csv:2", "1", "Beras", "Harga naik.")
    assert first.metadata == {"penulis": "Sari"}
    assert (second.source, second.metadata) == ("x.csv:3", {})


def test_quoted_cells_hold_newlines_quotes_and_delimiters() -> None:
    (first, second) = as_csv('id,text\n1,"Satu, ""dua""\n\ntiga."\n\n2,Empat\n')
    assert first.text == 'Satu, "dua"\n\ntiga.'
    assert (second.source, second.text) == ("x.csv:6", "Empat")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = f"id{delimiter}text{delimiter}x, y; z\n1{delimiter}Harga naik{delimiter}b\n"
    assert [(a.id, a.text) for a in as_csv(text.replace("x, y; z", '"x, y; z"'))] == [("1", "Harga naik")]


def test_a_line_that_names_the_separator_is_obeyed() -> None:
    assert [a.text for a in as_csv("sep=;\nid;text\n1;Satu, dua\n")] == ["Satu, dua"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_and_line_end_is_read(codec: str, end: str) -> None:
    text = end.join(["text,id", "“Café”,1", '"Dua\nbaris",2', ""])
    assert [a.text for a in as_csv(text.encode(codec))] == ["“Café”", "Dua\nbaris"]


def test_a_row_that_does_not_fit_the_header_is_a_failure() -> None:
    rows = ["id,text,kota", "1,Satu,Ende", "2,Dua, tiga,Bima", "3,Terpotong", "4,Empat,Palu,,", "5"]
    good, more, fewer, padded, bare = as_csv("\n".join(rows))
    assert (good.text, padded.text) == ("Satu", "Empat")
    assert reason(more) == "x.csv:3: 4 cells where the header has 3"
    assert "may be cut" in reason(fewer)
    assert "may be cut" in reason(bare)


def test_empty_cells_left_out_at_the_end_of_a_row_do_no_harm() -> None:
    (article,) = as_csv("id,text,kota,provinsi\n1,Satu,Ende\n")
    assert article.metadata == {"kota": "Ende"}


def test_a_stray_quotation_mark_costs_one_row() -> None:
    rows = ["id,text", "1,Satu", '2,"Dua', "3,Tiga", "4,Empat"]
    assert [a.text or reason(a) for a in as_csv("\n".join(rows))] == ["Satu", '"Dua', "Tiga", "Empat"]
    rows = ["id,text", '1,"Satu" dan, lagi', "2,Dua"]
    bad, good = as_csv("\n".join(rows))
    assert "malformed quotation marks" in reason(bad)
    assert good.text == "Dua"


def test_a_quotation_mark_that_is_never_closed_is_a_failure_and_the_rest_is_read() -> None:
    first, second = as_csv('id,text\n1,"Satu, dua\n2,Dua\n')
    assert "isn't closed" in reason(first)
    assert second.text == "Dua"


def test_quotation_marks_with_backslashes_are_understood() -> None:
    (article,) = as_csv('id,text\n1,"Kata dia, \\"ya\\", lalu pergi."\n')
    assert article.text == 'Kata dia, "ya", lalu pergi.'


def test_quotation_marks_in_an_unquoted_tsv_are_text() -> None:
    lines = ["id\ttext", '1\t"Kami siap," kata Budi.', '2\t"Belum', '3\tSelesai"', "4\tTamat"]
    assert [a.text for a in as_tsv("\n".join(lines))] == [
        '"Kami siap," kata Budi.',
        '"Belum',
        'Selesai"',
        "Tamat",
    ]


def test_a_quoted_tsv_is_read_as_one() -> None:
    assert [a.text for a in as_tsv('id\ttext\n1\t"Satu\n\n""dua"""\n2\tTiga\n')] == ['Satu\n\n"dua"', "Tiga"]


def test_columns_of_one_name_are_told_apart() -> None:
    (article,) = as_csv("text,text,,\nSatu,Dua,Tiga,Empat\n")
    assert article.text == "Satu"
    assert article.metadata == {"text_2": "Dua", "column_3": "Tiga", "column_4": "Empat"}


def test_a_table_without_a_text_column_is_one_failure_that_names_the_columns() -> None:
    (article,) = as_csv("nama,harga\na,1\nb,2\n")
    assert article.source == "x.csv"
    assert "found nama, harga" in reason(article)
    (article,) = as_parquet(pa.table({"nama": ["a"], "harga": [1]}))
    assert "found nama, harga" in reason(article)
    assert [a.text for a in as_csv("nama,harga\na,1\n", Columns(text="nama"))] == ["a"]


@pytest.mark.parametrize("text", ["id,text\n", "\n\n", "id,text"])
def test_a_table_without_rows_has_no_articles(text: str) -> None:
    assert as_csv(text) == []


def test_a_cell_may_be_longer_than_the_csv_module_likes() -> None:
    assert [len(a.text) for a in as_csv(f"id,text\n1,{'a ' * 200_000}b\n")] == [400_001]


def test_rows_that_are_too_long_are_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ITEM", 100)
    rows = ["id,text", "1,Satu", f"2,{'a' * 300}", "3,Tiga", '4,"' + "b\n" * 100, "5,Lima"]
    found = as_csv("\n".join(rows))
    assert [a.text for a in found if a.text in ("Satu", "Tiga", "Lima")] == ["Satu", "Tiga", "Lima"]
    assert "more than" in reason(found[1])


def test_a_header_that_is_too_long_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ITEM", 100)
    (article,) = as_csv("a" * 300)
    assert "more than" in reason(article)


@given(st.lists(texts, min_size=1), st.sampled_from(",;|\t"))
def test_what_the_csv_module_writes_is_read_back(bodies: list[str], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "text", "kota"])
    writer.writerows([number, body, "Ende"] for number, body in enumerate(bodies))
    found = as_csv("\ufeff" + file.getvalue())
    assert [a.text for a in found] == bodies


@given(st.text('",;\t\n\rax\\', max_size=80))
def test_no_text_raises(text: str) -> None:
    for read in (as_csv, as_tsv):
        read("id,text\n" + text)
        read("id\ttext\n" + text)


def test_parquet_rows_are_articles() -> None:
    table = pa.table(
        {"id": [1, 2], "judul": ["Beras", None], "isi": ["Naik.", "Turun."], "n": [1.5, float("nan")]}
    )
    first, second = as_parquet(table)
    assert (first.source, first.id, first.title, first.metadata) == ("x.parquet:1", "1", "Beras", {"n": 1.5})
    assert (second.source, second.title, second.metadata) == ("x.parquet:2", None, {})


def test_parquet_is_read_group_by_group() -> None:
    table = pa.table({"text": [f"Berita {number}" for number in range(1000)]})
    found = as_parquet(table, row_group_size=70)
    assert [a.text for a in found] == [f"Berita {number}" for number in range(1000)]
    assert found[-1].source == "x.parquet:1000"


def test_parquet_dates_times_and_nested_values_are_understood() -> None:
    moment = dt.datetime(2023, 9, 12, 1, 15, 30, 123456)
    table = pa.table(
        {
            "text": [["Satu.", "Dua."]],
            "tanggal": pa.array([moment], pa.timestamp("ns", "Asia/Jakarta")),
            "diubah": pa.array([moment], pa.timestamp("ns")),
            "hari": [moment.date()],
            "tanda": [{"topik": ["beras"]}],
        }
    )
    (article,) = as_parquet(table)
    assert article.text == "Satu.\nDua."
    assert article.date == "2023-09-12T01:15:30.123456+00:00"
    assert article.metadata["hari"] == "2023-09-12"
    assert article.metadata["diubah"].startswith("2023-09-12 01:15:30.123456")
    assert article.metadata["tanda"] == {"topik": ["beras"]}


def test_binary_columns_of_parquet_are_left_out_but_a_binary_text_is_read() -> None:
    table = pa.table(
        {"text": ["Café".encode()], "gambar": [b"\x89PNG"], "foto": [{"bytes": b"\xff", "path": "a"}]}
    )
    (article,) = as_parquet(table)
    assert article.text == "Café"
    assert article.metadata == {}


def test_bytes_that_are_no_utf8_in_a_text_column_do_no_harm() -> None:
    broken = pa.array([b"Caf\xe9 buka", b"Toko tutup"]).view(pa.string())
    assert [a.text for a in as_parquet(pa.table({"text": broken}))] == ["Café buka", "Toko tutup"]


def test_parquet_columns_of_one_name_are_told_apart() -> None:
    table = pa.Table.from_arrays([pa.array(["Satu"]), pa.array(["Dua"])], names=["text", "text"])
    (article,) = as_parquet(table)
    assert (article.text, article.metadata) == ("Satu", {"text_2": "Dua"})


def test_a_damaged_row_group_costs_its_own_rows() -> None:
    file = io.BytesIO()
    table = pa.table({"text": [f"Berita panjang nomor {number}" for number in range(300)]})
    pq.write_table(table, file, row_group_size=100, compression="gzip", use_dictionary=False)
    data = bytearray(file.getvalue())
    start = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(1).column(0).data_page_offset
    data[start + 40 : start + 200] = bytes(160)
    found = parquet_of(bytes(data))
    good = [a for a in found if not a.error]
    assert [a.source for a in good] == [f"x.parquet:{row}" for row in (*range(1, 101), *range(201, 301))]
    (bad,) = (a for a in found if a.error)
    assert "rows 101 to 200 can't be read" in reason(bad)


def test_an_empty_parquet_table_has_no_articles() -> None:
    assert as_parquet(pa.table({"text": pa.array([], pa.string())})) == []


@given(st.binary(max_size=100))
def test_garbage_as_parquet_raises_only_what_is_promised(data: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        parquet_of(b"PAR1" + data + b"PAR1")


@given(st.lists(cells, min_size=1))
def test_parquet_texts_come_back(bodies: list[str]) -> None:
    found = as_parquet(pa.table({"text": [f"x{body}" for body in bodies]}))
    assert [a.text for a in found] == [f"x{body}" for body in bodies]
