import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarize.article import Article, article_id
from summarize.errors import InputError
from summarize.sources import Columns, find_references, in_shard, read

Tree = dict[str, str | bytes]


def write(folder: Path, tree: Tree) -> Path:
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def sources(articles: object) -> list[str]:
    return [article.source for article in articles]  # type: ignore[attr-defined]


def reason(article: Article) -> str:
    assert article.error is not None
    assert article.error.stage == "read"
    return article.error.reason


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_file_is_an_article(tmp_path: Path) -> None:
    path = write(tmp_path, {"berita.txt": "Harga naik.\n"}) / "berita.txt"
    (article,) = read(path)
    assert article == Article(article_id("Harga naik."), str(path), "Harga naik.\n")


def test_a_folder_is_read_with_its_subfolders_in_the_order_of_names(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}.txt": name for name in ("b", "a/z", "a/y/x", "C", "a/a", "ba/a", "10", "9")})
    found = [path.removeprefix(f"{tmp_path}/") for path in sources(read(tmp_path))]
    assert found == ["10.txt", "9.txt", "C.txt", "a/a.txt", "a/y/x.txt", "a/z.txt", "b.txt", "ba/a.txt"]


def test_what_is_no_article_in_a_folder_is_left_out_and_counted(tmp_path: Path) -> None:
    no_articles = [
        "README.md",
        "readme",
        "LICENSE.txt",
        "Licence",
        ".DS_Store",
        ".git/x.txt",
        "a.jpg",
        "b.py",
        "c",
    ]
    write(
        tmp_path,
        {"berita.txt": "Harga naik.", "readmeja.txt": "Meja baca."} | dict.fromkeys(no_articles, "x"),
    )
    os.mkfifo(tmp_path / "pipa.txt")
    reader = read(tmp_path)
    assert [article.text for article in reader] == ["Harga naik.", "Meja baca."]
    assert reader.skipped == {
        "README or LICENSE": 4,
        "hidden": 2,
        ".jpg": 1,
        ".py": 1,
        "no suffix": 1,
        "pipe or device": 1,
    }


def test_a_file_that_is_named_may_have_any_name(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "Satu.", "b.log": "Dua.", ".tiga": "Tiga.", "empat": '{"text": "Empat."}'})
    named = [tmp_path / name for name in ("README.md", "b.log", ".tiga", "empat")]
    assert [article.text for article in read(named)] == ["Satu.", "Dua.", "Tiga.", "Empat."]


def test_patterns_are_expanded_in_order(tmp_path: Path) -> None:
    write(
        tmp_path, {"b.txt": "b", "a.txt": "a", "c/d.txt": "d", "e.log": "e", "README.txt": "r", ".f.txt": "f"}
    )
    assert [article.text for article in read(f"{tmp_path}/*.txt")] == ["a", "b"]
    assert [article.text for article in read(f"{tmp_path}/**/*.txt")] == ["a", "b", "d"]
    assert [article.text for article in read(f"{tmp_path}/*.log")] == ["e"]
    assert [article.text for article in read(f"{tmp_path}/*")] == ["a", "b", "d"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    write(tmp_path, {"berita[1].txt": "satu", "berita1.txt": "dua"})
    assert [article.text for article in read(tmp_path / "berita[1].txt")] == ["satu"]


def test_standard_input_may_be_a_text_or_json_lines_or_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    give_stdin(monkeypatch, b"Harga naik.\nSekali.")
    (article,) = read("-")
    assert (article.source, article.text) == ("stdin", "Harga naik.\nSekali.")
    give_stdin(monkeypatch, gzip.compress(b'{"text": "Satu"}\n{"text": "Dua"}\n'))
    assert sources(read("-")) == ["stdin:1", "stdin:2"]
    file = io.BytesIO()
    pq.write_table(pa.table({"text": ["Satu"]}), file)
    give_stdin(monkeypatch, file.getvalue())
    assert [article.text for article in read("-")] == ["Satu"]
    assert not sys.stdin.buffer.closed


def test_inputs_of_all_kinds_mix_and_positions_count_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a/a.txt": "satu", "b.csv": "text\ndua\ntiga\n", "c.txt": "empat"})
    give_stdin(monkeypatch, b"lima")
    fsspec.filesystem("memory").pipe("/campur/d.txt", b"enam")
    found = list(read([tmp_path / "a", str(tmp_path / "b.csv"), f"{tmp_path}/c*", "-", "memory://campur"]))
    assert [article.text for article in found] == ["satu", "dua", "tiga", "empat", "lima", "enam"]
    assert [article.position for article in found] == list(range(6))


def test_urls_may_be_files_folders_and_patterns() -> None:
    memory = fsspec.filesystem("memory")
    for name, text in {
        "b.txt": "b",
        "a/c.txt": "c",
        "a/.x.txt": "x",
        "README.md": "r",
        "d.jsonl": '"d"',
    }.items():
        memory.pipe(f"/surat/{name}", text.encode())
    reader = read("memory://surat")
    assert [article.text for article in reader] == ["c", "b", "d"]
    assert reader.skipped.total() == 2
    assert sources(read("memory://surat/b.txt")) == ["memory:///surat/b.txt"]
    assert [article.text for article in read("memory://surat/**/*.txt")] == ["c", "b"]


def test_a_url_of_this_machine_is_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "satu"})
    assert sources(read(f"file://{tmp_path}/a.txt")) == [f"{tmp_path}/a.txt"]


def test_archives_are_read_through_their_url(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("isi/a.txt", "satu")
        archive.writestr("isi/b.txt", "dua")
    assert [article.text for article in read(f"zip://isi/*.txt::{tmp_path}/x.zip")] == ["satu", "dua"]


def test_a_page_that_cannot_be_fetched_is_a_failure_without_its_password() -> None:
    (article,) = read("https://redaksi:rahasia@127.0.0.1:9/berita?id=7&x=[1]*")
    assert article.source == "https://127.0.0.1:9/berita?id=7&x=[1]*"
    assert "rahasia" not in repr(article)


@pytest.mark.parametrize(
    "given", ["tidak/ada.txt", "tidak/ada", "tidak/*.txt", "memory://tidak/ada", "a\0b", f"{__file__}*"]
)
def test_an_input_that_does_not_exist_is_an_error_at_once(given: str) -> None:
    with pytest.raises(InputError) as caught:
        read(["-", given])
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize(
    ("given", "message"), [("aneh://x", "aneh"), ("zip://x.txt::/tidak/ada.zip", "can't be reached")]
)
def test_a_url_of_no_known_kind_is_an_error_at_once(given: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(given)


def test_a_url_whose_package_is_not_installed_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match="s3fs"):
        read("s3://surat/berita.txt")


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"nama": ["x"]}), table)
    write(
        tmp_path,
        {
            "1.txt": "Satu.",
            "2.txt": b"\x89PNG\r\n\x1a\n" + bytes(99),
            "3.txt": "",
            "4.jsonl": '{"text": "Empat."}\n{"text": \n{"text": "Enam."}\n',
            "5.txt.gz": gzip.compress(b"Lima. " * 999)[:-9],
            "6.parquet": table.getvalue(),
            "7.parquet": b"bukan parquet",
            "8.txt": "Delapan.",
        },
    )
    (tmp_path / "9.txt").symlink_to(tmp_path / "hilang.txt")
    found = {article.source.removeprefix(f"{tmp_path}/"): article for article in read(tmp_path)}
    assert [name for name, article in found.items() if not article.error] == [
        "1.txt",
        "4.jsonl:1",
        "4.jsonl:3",
        "8.txt",
    ]
    expected = {
        "2.txt": "PNG",
        "3.txt": "empty",
        "4.jsonl:2": "malformed JSON",
        "5.txt.gz": "runcated",
        "6.parquet": "found nama",
        "7.parquet": "arquet",
        "9.txt": "No such file",
    }
    for name, word in expected.items():
        assert word in reason(found[name])
        assert str(tmp_path / name.split(":")[0]) in reason(found[name])
        assert found[name].id == article_id(found[name].source)
        assert found[name].text == ""


def test_a_failure_in_the_middle_of_a_file_tells_the_last_good_line(tmp_path: Path) -> None:
    lines = b"".join(b'{"text": "Berita %d %d"}\n' % (n, n**3) for n in range(20_000))
    write(tmp_path, {"x.jsonl.gz": gzip.compress(lines)[:-99]})
    *good, bad = read(tmp_path)
    assert f"after {good[-1].source}" in reason(bad)


def test_an_exception_that_nobody_foresaw_is_a_failure_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.html": "<p>x</p>", "b.txt": "Dua."})

    def broken(_: str) -> None:
        raise KeyError("x")

    monkeypatch.setattr("summarize.pages.html_text", broken)
    bad, good = read(tmp_path)
    assert bad.error is not None
    assert "KeyError" in bad.error.traceback
    assert good.text == "Dua."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path, {"a/a.txt": "satu", "b.txt": "dua"})
    (tmp_path / "a").chmod(0)
    bad, good = read(tmp_path)
    (tmp_path / "a").chmod(0o700)
    assert "Permission denied" in reason(bad)
    assert good.text == "dua"


def test_a_folder_that_vanishes_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "satu", "b/b.txt": "dua", "c.txt": "tiga"})
    reader = read(tmp_path)
    next(reader)
    (tmp_path / "b" / "b.txt").unlink()
    (tmp_path / "b").rmdir()
    bad, good = reader
    assert "No such file" in reason(bad)
    assert good.text == "tiga"


def test_loops_of_links_end(tmp_path: Path) -> None:
    write(tmp_path, {"a/a.txt": "satu"})
    (tmp_path / "a" / "b").symlink_to(tmp_path)
    (tmp_path / "c").symlink_to(tmp_path / "a")
    assert [article.text for article in read(tmp_path)] == ["satu"]


def test_a_name_that_is_no_unicode_can_be_read_shown_and_stored(tmp_path: Path) -> None:
    name = os.fsdecode(b"berit\xff.txt")
    try:
        (tmp_path / name).write_text("satu")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    (article,) = read(tmp_path)
    article.source.encode()
    assert article.text == "satu"


def test_the_same_article_comes_once_however_often_it_is_there(tmp_path: Path) -> None:
    write(
        tmp_path,
        {f"{number:04}.txt": "Harga  naik.\r\n" if number % 2 else "Harga naik." for number in range(1000)},
    )
    reader = read([tmp_path, tmp_path / "0000.txt"])
    assert sources(reader) == [f"{tmp_path}/0000.txt"]
    assert reader.duplicates == 1000


def test_a_row_with_the_same_id_and_text_comes_once(tmp_path: Path) -> None:
    table = "id,text\n1,Satu\n2,Dua\n1,Satu\n3,Satu\n"
    write(tmp_path, {"a.csv": table, "b.csv": table})
    reader = read(tmp_path)
    assert [(article.position, article.id, article.text) for article in reader] == [
        (0, "1", "Satu"),
        (1, "2", "Dua"),
        (2, "3", "Satu"),
    ]
    assert reader.duplicates == 5


def test_tables_that_number_their_rows_alike_lose_no_article(tmp_path: Path) -> None:
    write(
        tmp_path, {"a.csv": "id,text\n1,Satu\n", "b.csv": "id,text\n1,Lain\n", "c.csv": "id,text\n1,Lain\n"}
    )
    reader = read(tmp_path)
    first, other = reader
    assert (first.id, other.text) == ("1", "Lain")
    assert other.id == f"1-{article_id('Lain')[:8]}"
    assert other.metadata == {"id": "1"}
    assert [(one.position, one.text_id) for one in (first, other)] == [
        (0, article_id("Satu")),
        (1, article_id("Lain")),
    ]
    assert reader.duplicates == 1


def test_columns_are_passed_on(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "text,naskah\nringkas,Isi penuh.\n"})
    assert [article.text for article in read(tmp_path, columns=Columns(text="naskah"))] == ["Isi penuh."]


def test_shards_share_the_articles_out_and_keep_their_positions(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": "\n".join(json.dumps(f"Berita {number}") for number in range(400)) + "\n{"})
    whole = list(read(tmp_path))
    parts = [list(read(tmp_path, shard=(number, 5))) for number in range(1, 6)]
    assert all(40 < len(part) < 130 for part in parts)
    assert sorted((a for part in parts for a in part), key=lambda a: a.position) == whole
    assert all(in_shard(article.id, (3, 5)) for article in parts[2])


@pytest.mark.parametrize("shard", [(0, 4), (5, 4), (1, 0), (-1, 3)])
def test_a_shard_that_there_is_not_is_an_error(shard: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="no shard"):
        read("-", shard=shard)


@given(st.text(), st.integers(1, 50))
def test_every_id_belongs_to_exactly_one_shard(id: str, shards: int) -> None:
    assert sum(in_shard(id, (number, shards)) for number in range(1, shards + 1)) == 1


CORPUS = '[corpus]\narticles = ["isi/*", "lagi/**/*.jsonl"]\nreferences = "isi/acuan.jsonl"\n'


def test_corpus_toml_says_which_files_are_articles(tmp_path: Path) -> None:
    tree: Tree = {
        "isi/a.txt": "a",
        "isi/b.txt": "b",
        "isi/acuan.jsonl": "{}",
        "lain.txt": "x",
        "isi/c/d.txt": "d",
    }
    folder = write(tmp_path / "k", {"corpus.toml": CORPUS, "lagi/x/y.jsonl": '"y"', **tree})
    assert [article.text for article in read(folder)] == ["a", "b", "d", "y"]
    assert [article.text for article in read(tmp_path)] == ["a", "b", "d", "y"]
    assert find_references([str(folder)]) == folder / "isi/acuan.jsonl"
    for name, text in tree.items():
        fsspec.filesystem("memory").pipe(f"/korpus/{name}", text.encode() if isinstance(text, str) else text)
    fsspec.filesystem("memory").pipe("/korpus/corpus.toml", CORPUS.encode())
    assert [article.text for article in read("memory://korpus")] == ["a", "b", "d"]


def test_corpus_toml_may_name_the_references_alone(tmp_path: Path) -> None:
    write(tmp_path, {"corpus.toml": '[corpus]\nreferences = "r.jsonl"\n', "r.jsonl": "{}", "a.txt": "a"})
    assert [article.text for article in read(tmp_path)] == ["a"]
    assert find_references(tmp_path) == tmp_path / "r.jsonl"


def test_without_references_there_are_none(tmp_path: Path) -> None:
    write(tmp_path, {"a/corpus.toml": '[corpus]\narticles = "*.txt"\n', "a/a.txt": "a", "b.txt": "b"})
    assert find_references([tmp_path / "a", tmp_path / "b.txt", "-", "memory://x", "*.txt"]) is None


def test_references_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"corpus.toml": CORPUS})
    with pytest.raises(InputError, match=r"acuan\.jsonl"):
        find_references(tmp_path)


@pytest.mark.parametrize(
    "toml",
    [
        *("[corpus", "x = 1", "corpus = 3", "[corpus]\narticles = 3", "[corpus]\narticles = [3]"),
        *(
            '[corpus]\narticles = ["../x"]',
            '[corpus]\nreferences = "/etc/passwd"',
            '[corpus]\nreferences = ""',
        ),
    ],
)
def test_a_corpus_toml_that_cannot_be_used_is_an_error_or_inside_a_folder_a_failure(
    tmp_path: Path, toml: str
) -> None:
    write(tmp_path, {"k/corpus.toml": toml, "k/a.txt": "a", "z.txt": "z"})
    with pytest.raises(InputError, match=r"corpus\.toml can't be used"):
        read(tmp_path / "k")
    bad, good = read(tmp_path)
    assert "corpus.toml" in reason(bad)
    assert good.text == "z"


def test_a_run_folder_inside_a_folder_is_no_input(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.txt": "a", "run/manifest.json": "{}", "run/articles/part-0.parquet": "x", "run/log.jsonl": "{}"},
    )
    reader = read(tmp_path)
    assert sources(reader) == [f"{tmp_path}/a.txt"]
    assert reader.skipped == {"run folder": 1}


def test_long_files_are_streamed(tmp_path: Path) -> None:
    lines = (json.dumps({"id": number, "text": "a" * 60_000}) + "\n" for number in range(400))
    write(
        tmp_path,
        {"x.jsonl": "".join(lines), "y.jsonl.gz": gzip.compress(b'{"text": "Harga naik."}\n' * 20_000)},
    )
    # In a process of its own: threads that other tests left behind allocate too.
    done = subprocess.run(
        [sys.executable, "-c", _READ_AND_MEASURE, tmp_path], capture_output=True, check=True
    )
    count, duplicates, peak = map(int, done.stdout.split())
    assert (count, duplicates) == (401, 19_999)
    assert peak < 3 << 20


_READ_AND_MEASURE = """
import sys, tracemalloc
from summarize.sources import read
tracemalloc.start()
reader = read(sys.argv[1])
count = sum(not article.error for article in reader)
print(count, reader.duplicates, tracemalloc.get_traced_memory()[1])
"""


def test_reading_begins_before_the_folder_is_listed_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, {"a/a.txt": "satu", "b/b.txt": "dua"})
    reader = read(tmp_path)
    assert [article.text for article in islice(reader, 1)] == ["satu"]
    write(tmp_path, {"b/a.txt": "baru"})
    assert [article.text for article in reader] == ["baru", "dua"]


names = st.sampled_from(
    ["a.txt", "b.jsonl", "c.csv", "d.json", "e.html", "f.tsv", "g.parquet", "h.md", "i.txt.gz"]
)


@settings(max_examples=60)
@given(tree=st.dictionaries(names, st.binary(max_size=200)))
def test_a_folder_of_garbage_never_raises(
    tree: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write(tmp_path_factory.mktemp("sampah"), dict(tree))
    found = list(read(folder))
    assert {article.source.split(":")[0] for article in found} <= {str(folder / name) for name in tree}
    for article in found:
        assert article.error is not None or article.text.strip()
    assert sources(read(folder)) == sources(found)
