"""Predictions and references in every form that people keep them in, and what is said of the rest."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.article import Article
from summarize.errors import InputError
from summarize.folder import Folder
from summarize.pairs import check_joinable
from summarize.prediction_files import Fields, read_predictions, read_references
from summarize.store import Store

RECORDS = [{"id": "a", "summary": "First."}, {"id": "b", "summary": "Second, “quoted”."}]


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return str(path)


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.fixture(params=["jsonl", "jsonl.gz", "json", "json by id", "csv", "tsv", "parquet"])
def file(request, tmp_path):
    """The same two records in each kind of file."""
    kind = request.param
    path = tmp_path / f"records.{kind.split()[0]}"
    if kind == "jsonl":
        path.write_text(lines(*RECORDS), encoding="utf-8")
    elif kind == "jsonl.gz":
        path.write_bytes(gzip.compress(lines(*RECORDS).encode()))
    elif kind == "json":
        path.write_text(json.dumps(RECORDS), encoding="utf-8")
    elif kind == "json by id":
        path.write_text(json.dumps({row["id"]: row["summary"] for row in RECORDS}), encoding="utf-8")
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(RECORDS), path)
    else:
        mark = "," if kind == "csv" else "\t"
        rows = [f"id{mark}summary", f"a{mark}First.", f'b{mark}"Second, “quoted”."']
        path.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    return str(path)


def test_reads_every_kind_of_file_alike(file):
    predictions, references = read_predictions(file), read_references(file)
    assert {item.id: item.summary for item in predictions.items.values()} == {
        row["id"]: row["summary"] for row in RECORDS
    }
    assert [item.summaries for item in references.items.values()] == [("First.",), ("Second, “quoted”.",)]
    assert not predictions.malformed
    assert not predictions.by_line


def test_text_files_are_one_record_a_line_and_an_empty_line_is_an_empty_prediction(tmp_path):
    records = read_predictions(write(tmp_path / "out.txt", "First.\n\nThird.\n"))
    assert {key: item.summary for key, item in records.items.items()} == {
        "1": "First.",
        "2": "",
        "3": "Third.",
    }
    assert (records.count, records.by_line) == (3, True)


def test_a_run_folder_gives_its_finished_articles(tmp_path):
    store = Store(Folder(str(tmp_path / "run")))
    store.commit(
        [
            Article(
                id="a",
                source="a.txt",
                title="Judul",
                text="Isi lama",
                paragraphs=("Isi.",),
                title_en="Title",
                paragraphs_en=("Body.", "More."),
                summary=" Short. ",
            ),
            Article(id="b", source="b.txt", text="Isi").failed("translate", "no"),
        ]
    )
    (only,) = read_predictions(str(tmp_path / "run")).items.values()
    assert (only.id, only.summary, only.translation) == ("a", "Short.", "Body.\nMore.")
    assert only.sources == ("Judul\nIsi.", "Title\nBody.\nMore.")


def test_summaries_jsonl_of_a_run_gives_the_translation_too(tmp_path):
    row = {"id": "a", "source": "a.txt", "title_en": "T", "text_en": "Body.\n\nMore.", "summary": None}
    (only,) = read_predictions(write(tmp_path / "summaries.jsonl", lines(row))).items.values()
    assert (only.summary, only.translation, only.sources) == ("", "Body.\n\nMore.", ("T\nBody.\n\nMore.",))


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a run"):
        read_predictions(str(tmp_path))


def test_a_corpus_folder_names_its_references(tmp_path):
    write(tmp_path / "people.jsonl", lines({"id": "a", "summaries": ["One.", "Two."]}))
    write(tmp_path / "corpus.toml", '[corpus]\narticles = ["*.txt"]\nreferences = "people.jsonl"\n')
    assert read_references(str(tmp_path)).items["a"].summaries == ("One.", "Two.")


def test_a_folder_with_references_jsonl_needs_no_corpus_file(tmp_path):
    with pytest.raises(InputError, match="no references"):
        read_references(str(tmp_path))
    write(tmp_path / "references.jsonl", lines({"id": "a", "translation": ["P1.", "P2."]}))
    (only,) = read_references(str(tmp_path)).items.values()
    assert (only.summaries, only.translation) == ((), "P1.\nP2.")


@pytest.mark.parametrize(
    "text",
    [
        "id,reference1,reference2\na,One.,Two.\n",
        'id,references\na,"[""One."", ""Two.""]"\n',
        "id,reference\na,One.\na,Two.\n",
        "id,summary_1,summary_2,summary_3\na,One.,Two.,\n",
    ],
)
def test_several_references_in_columns_lists_or_rows(tmp_path, text):
    assert read_references(write(tmp_path / "r.csv", text)).items["a"].summaries == ("One.", "Two.")


def test_where_a_file_has_predictions_and_references_each_reader_takes_its_own(tmp_path):
    path = write(tmp_path / "both.jsonl", lines({"id": 1, "summary": "Machine.", "reference": "Human."}))
    assert read_predictions(path).items["1"].summary == "Machine."
    assert read_references(path).items["1"].summaries == ("Human.",)


def test_columns_can_be_named(tmp_path):
    path = write(tmp_path / "odd.csv", "nr,mine,yours\n7,Machine.,Human.\n")
    fields = Fields(id="nr", prediction="mine", reference="yours")
    assert read_predictions(path, fields).items["7"].summary == "Machine."
    assert read_references(path, fields).items["7"].summaries == ("Human.",)
    with pytest.raises(InputError, match="no column 'theirs'"):
        read_references(path, Fields(reference="theirs"))
    with pytest.raises(InputError, match="no column prediction or"):
        read_predictions(path)


def test_records_that_cannot_be_used_are_listed_with_their_place(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(
        lines(
            {"id": "a", "summary": "Good."},
            {"summary": "no id"},
            {"id": "b"},
            {"id": "c", "summary": 5},
            {"id": "a", "summary": "Again."},
            ["a list"],
        ).encode()
        + b'{"id": "d", "summary": "\xff"}\nnot JSON\n'
    )
    records = read_predictions(str(path))
    assert list(records.items) == ["a"]
    assert [(item.where, item.reason.split(":")[0]) for item in records.malformed] == [
        ("bad.jsonl:6", "not an object but \"['a list']\""),
        ("bad.jsonl:7", "not JSON"),
        ("bad.jsonl:8", "not JSON"),
        ("bad.jsonl:2", "no id"),
        ("bad.jsonl:3", "no summary"),
        ("bad.jsonl:4", "summary is no text"),
        ("bad.jsonl:5", "the id 'a' comes again; the first was kept"),
    ]


def test_a_row_with_too_many_cells_is_listed(tmp_path):
    records = read_predictions(write(tmp_path / "p.csv", "id,summary\na,One.,extra\nb,Two.\n"))
    assert list(records.items) == ["b"]
    assert records.malformed[0].where == "p.csv:2"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jsonl", b""),
        ("none.txt", b""),
        ("broken.json", b"{"),
        ("number.json", b"5"),
        ("broken.parquet", b"PAR1"),
        ("latin.csv", b"id,summary\na,caf\xe9\n"),
        ("all-bad.jsonl", b"x\ny\n"),
    ],
)
def test_a_file_with_nothing_to_use_is_an_input_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name.split(".")[0]):
        read_predictions(str(tmp_path / name))


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_references(str(tmp_path / "nowhere.jsonl"))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "x.jsonl"
    path.write_bytes(data)
    try:
        records = read_references(str(path))
    except InputError:
        return
    assert len(records.items) + len(records.malformed) <= records.count


def test_files_by_line_must_have_as_many_lines(tmp_path):
    two, three = (
        write(tmp_path / name, text) for name, text in [("a.txt", "x\ny\n"), ("b.txt", "x\ny\nz\n")]
    )
    with pytest.raises(InputError, match="has 2 lines"):
        check_joinable(read_predictions(two), read_references(three))
    check_joinable(read_predictions(two), read_references(two))


def test_ids_and_lines_are_not_joined(tmp_path):
    with_ids = write(tmp_path / "a.jsonl", lines({"id": "1", "summary": "x"}))
    without = write(tmp_path / "b.txt", "x\n")
    with pytest.raises(InputError, match=r"b\.txt has no ids"):
        check_joinable(read_predictions(with_ids), read_references(without))


def test_no_id_in_common_says_what_the_ids_look_like(tmp_path):
    ours, theirs = (write(tmp_path / f"{x}.jsonl", lines({"id": x, "summary": "t"})) for x in "ab")
    with pytest.raises(InputError, match="'a' against 'b'"):
        check_joinable(read_predictions(ours), read_references(theirs))
