"""The run folder: what is committed stays, what is damaged is noticed, what is done isn't done twice."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarize.article import SCHEMA, Article, Failure, Flag, Removal, Segment, from_row, to_row
from summarize.errors import StoreError
from summarize.folder import Folder
from summarize.manifest import Manifest, open_manifest, read_manifest
from summarize.store import Store


def article(number: int, **fields: object) -> Article:
    return Article(
        id=f"id{number}", source=f"{number}.txt", position=number, summary=f"Summary {number}.", **fields
    )  # type: ignore[arg-type]


def full_article() -> Article:
    return Article(
        id="a1",
        source="berita.txt",
        text="teks",
        title="Judul",
        metadata={"rubrik": "dunia", "halaman": 2},
        paragraphs=("Satu.", "Dua."),
        removed=(Removal(3, "Baca juga: lain", "read-also"),),
        paragraphs_en=("One.", "Two."),
        segments=(Segment(0, "Satu.", "One.", -0.5, ("retried",)), Segment(-1, "Judul", "Title")),
        summary="One two.",
        support=0.5,
        flags=(Flag("unsupported-name", ("Putin",), "not in the source"),),
    )


def open_store(path: Path) -> Store:
    return Store(Folder(str(path)))


def test_an_article_survives_the_store_unchanged(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([full_article()])
    assert list(open_store(tmp_path).articles()) == [full_article()]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    title=st.none() | texts,
    paragraphs=st.lists(texts),
    words=st.lists(texts),
    score=st.floats(-9, 0, width=32),
)
@settings(max_examples=50)
def test_any_text_survives_as_a_row(
    title: str | None, paragraphs: list[str], words: list[str], score: float
) -> None:
    original = replace(
        full_article(),
        title=title,
        paragraphs=tuple(paragraphs),
        flags=(Flag("name-lost", tuple(words)),),
        segments=(Segment(0, "a", "b", score),),
    )
    assert from_row(to_row(original)) == original


REOPEN = """
import sys
from summarize.folder import Folder
from summarize.store import Store
assert len(Store(Folder(sys.argv[1])).done) == 3
print("pandas" in sys.modules)
"""


def test_reopening_does_not_wait_for_pandas(tmp_path: Path) -> None:
    open_store(tmp_path).commit([article(number) for number in range(3)])
    command = [sys.executable, "-c", REOPEN, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_reopening_knows_what_is_done_and_what_failed(tmp_path: Path) -> None:
    open_store(tmp_path).commit([article(1), article(2).failed("translate", "poison", "Traceback …")])
    store = open_store(tmp_path)
    assert "id1" in store.done
    assert "id2" not in store.done
    assert "id2" in store.failed
    [failure] = store.failures()
    assert (failure.stage, failure.reason, failure.traceback, failure.attempt) == (
        "translate",
        "poison",
        "Traceback …",
        1,
    )


def test_an_article_is_stored_once_however_often_it_is_committed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([article(1)])
    store.commit([article(1), article(2)])
    assert [item.id for item in store.articles()] == ["id1", "id2"]


def test_articles_come_in_the_order_of_the_input(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([article(3), article(4)])
    store.commit([article(0), article(2), article(1)])
    assert [item.position for item in store.articles()] == [0, 1, 2, 3, 4]


def test_a_failure_that_succeeds_later_is_a_failure_no_more(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([article(1).failed("translate", "out of luck")])
    store.commit([article(1).failed("translate", "again")])
    assert [(item.reason, item.attempt) for item in store.failures()] == [("again", 2)]
    store.commit([article(1)])
    assert list(store.failures()) == []


def test_an_unreadable_file_that_is_mended_is_a_failure_no_more(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([Article(id="hash-of-name", source="1.txt", error=Failure("read", "empty"))])
    assert len(list(store.failures())) == 1
    store.commit([article(1)])
    assert list(store.failures()) == []


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty"])
def test_a_damaged_part_is_set_aside_and_its_articles_are_to_do_again(tmp_path: Path, damage: str) -> None:
    store = open_store(tmp_path)
    store.commit([article(1)])
    store.commit([article(2)])
    store.finish({})
    victim = sorted((tmp_path / "articles").iterdir())[0]
    data = bytearray(victim.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
    victim.write_bytes({"truncate": bytes(data[:-10]), "flip": bytes(data), "empty": b""}[damage])

    store = open_store(tmp_path)
    assert store.damaged == [victim.name]
    assert "id1" not in store.done
    assert "id2" in store.done
    assert not (tmp_path / "summaries.jsonl").exists()
    assert [path.name for path in (tmp_path / "damaged").iterdir()] == [f"articles-{victim.name}"]
    store.commit([article(1)])
    assert [item.id for item in open_store(tmp_path).articles()] == ["id1", "id2"]


def test_looking_at_a_damaged_folder_changes_nothing(tmp_path: Path) -> None:
    open_store(tmp_path).commit([article(1)])
    victim = next((tmp_path / "articles").iterdir())
    victim.write_bytes(b"garbage")
    store = Store(Folder(str(tmp_path)), writable=False)
    assert store.damaged == [victim.name]
    assert victim.exists()


def test_leftovers_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    open_store(tmp_path).commit([article(1)])
    leftover = tmp_path / "articles" / ".part-000001-0123456789abcdef.parquet.ab12.tmp"
    leftover.write_bytes(b"half")
    store = open_store(tmp_path)
    assert not leftover.exists()
    assert [item.id for item in store.articles()] == ["id1"]


def test_a_read_only_folder_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)

    def refuse(source: object, target: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(StoreError, match="Read-only file system") as caught:
        store.commit([article(1)])
    assert "--output" in caught.value.hint
    assert "id1" not in store.done
    assert list((tmp_path / "articles").iterdir()) == []


def test_summaries_are_one_json_line_an_article_and_are_rebuilt_when_articles_are_added(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path)
    store.commit([full_article()])
    store.finish({"translator": "marian"})
    [line] = map(json.loads, (tmp_path / "summaries.jsonl").read_text().splitlines())
    assert line["text_en"] == "One.\n\nTwo."
    assert line["flags"] == [{"kind": "unsupported-name", "words": ["Putin"], "detail": "not in the source"}]
    assert line["models"] == {"translator": "marian"}
    store.commit([article(7)])
    assert not (tmp_path / "summaries.jsonl").exists()
    store.finish({})
    assert len((tmp_path / "summaries.jsonl").read_text().splitlines()) == 2


def test_many_small_parts_are_merged_and_nothing_changes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number in range(80):
        store.commit([article(number)])
    before = list(store.articles())
    store.finish({})
    assert len(list((tmp_path / "articles").iterdir())) == 1
    assert list(open_store(tmp_path).articles()) == before


def test_a_crash_in_the_middle_of_merging_doubles_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number in range(70):
        store.commit([article(number)])
    kept = {path.name: path.read_bytes() for path in (tmp_path / "articles").iterdir()}
    store.finish({})
    for name, data in kept.items():  # as if the process had died before deleting what it merged
        (tmp_path / "articles" / name).write_bytes(data)
    assert [item.position for item in open_store(tmp_path).articles()] == list(range(70))


def test_parts_are_plain_parquet(tmp_path: Path) -> None:
    open_store(tmp_path).commit([full_article()])
    table = pq.read_table(next((tmp_path / "articles").iterdir()))
    assert table.schema.names == SCHEMA.names
    assert table["summary"].to_pylist() == ["One two."]


def test_a_run_folder_may_be_a_url() -> None:
    folder = Folder("memory://night/run")
    store = Store(folder)
    store.commit([article(1), article(2).failed("read", "empty")])
    store.finish({})
    again = Store(Folder("memory://night/run"))
    assert [item.id for item in again.articles()] == ["id1"]
    assert [item.id for item in again.failures()] == ["id2"]
    assert json.loads(folder.read("summaries.jsonl"))["id"] == "id1"


def test_other_options_are_refused_with_the_difference_shown(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    model = {"name": "marian", "sha256": "aa" * 8}
    manifest = Manifest(
        inputs=("/news",), options={"beam": 4}, models={"translator": model}, created="yesterday"
    )
    assert open_manifest(folder, manifest) == manifest
    assert open_manifest(folder, replace(manifest, created="today", command="another")) == manifest
    with pytest.raises(StoreError, match="beam: this run has 4, the command says 2"):
        open_manifest(folder, replace(manifest, options={"beam": 2}))
    with pytest.raises(StoreError, match="translator model: this run has marian"):
        open_manifest(folder, replace(manifest, models={"translator": model | {"sha256": "bb" * 8}}))
    with pytest.raises(StoreError, match="inputs: this run has /news, the command says /other"):
        open_manifest(folder, replace(manifest, inputs=("/other",)))


def test_a_folder_that_is_no_run_folder_is_told_from_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a run folder"):
        read_manifest(Folder(str(tmp_path)))
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(StoreError, match="damaged"):
        read_manifest(Folder(str(tmp_path)))


def test_a_merge_that_was_cut_short_is_finished_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number in range(70):
        store.commit([article(number)])
    kept = {path.name: path.read_bytes() for path in (tmp_path / "articles").iterdir()}
    store.finish({})
    for name, data in list(kept.items())[5:]:  # as if the process had died after deleting five of them
        (tmp_path / "articles" / name).write_bytes(data)
    assert len(list(Store(Folder(str(tmp_path)), writable=False).articles())) == 70
    open_store(tmp_path)
    parts = list((tmp_path / "articles").iterdir())
    assert sum(pq.read_metadata(part).num_rows for part in parts) == 70


def test_who_looks_while_another_process_commits_and_merges_misses_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    looking = Store(Folder(str(tmp_path)), writable=False, verify=False)
    for number in range(70):
        store.commit([article(number), article(100 + number).failed("translate", "poison")])
        if number % 23 == 0:
            looking.refresh()
            assert len(looking.done) == number + 1
    store.finish({})
    looking.refresh()
    assert len(looking.done) == 70
    assert len(list(looking.failures())) == 70
    assert [item.position for item in looking.articles()] == list(range(70))


def test_articles_of_parts_that_overlap_come_in_order_too(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for start in range(3):
        store.commit([article(number) for number in range(start, 600, 3)])
    assert [item.position for item in open_store(tmp_path).articles()] == list(range(600))


def test_an_article_that_cannot_be_stored_fails_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([article(1), replace(article(2), title="half a \ud83d"), article(3)])
    store = open_store(tmp_path)
    assert [item.id for item in store.articles()] == ["id1", "id3"]
    [failure] = store.failures()
    assert (failure.id, failure.stage) == ("id2", "store")


def test_summaries_that_take_too_long_are_left_to_the_next_run(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.commit([article(1)])
    assert not store.finish({}, within=-1)
    assert not (tmp_path / "summaries.jsonl").exists()
    assert store.finish({})
    assert (tmp_path / "summaries.jsonl").exists()
