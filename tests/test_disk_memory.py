"""The memory on disk: shared, bounded, and never a reason for a run to fail."""

import multiprocessing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from summarize.article import Flag
from summarize.disk_memory import DiskMemory, clear_memory, memory_info
from summarize.memory import Translation

FULL = Translation("Good day.", -0.25, ("glossary: PBB → UN",), (Flag("name-lost", ("Budi",), "lost"),))


def test_a_translation_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    DiskMemory(tmp_path / "m.sqlite", "marian").put_many({"Selamat siang.": FULL})
    again = DiskMemory(tmp_path / "m.sqlite", "marian")
    assert again.get_many(["Selamat siang.", "Selamat malam."]) == [FULL, None]


def test_another_way_of_translating_sees_nothing_of_it(tmp_path: Path) -> None:
    DiskMemory(tmp_path / "m.sqlite", "marian, beam 4").put_many({"Ya.": Translation("Yes.")})
    assert DiskMemory(tmp_path / "m.sqlite", "marian, beam 1").get_many(["Ya."]) == [None]


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=5,
    )
)
def test_any_text_comes_back(tmp_path_factory: object, entries: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("memory") / "m.sqlite"  # type: ignore[attr-defined]
    known = {source: Translation(target) for source, target in entries.items()}
    DiskMemory(path, "w").put_many(known)
    assert DiskMemory(path, "w").get_many(list(entries)) == list(known.values())


def test_more_segments_than_one_statement_takes(tmp_path: Path) -> None:
    known = {f"kalimat {number}": Translation(f"sentence {number}") for number in range(1700)}
    DiskMemory(tmp_path / "m.sqlite", "w").put_many(known)
    assert DiskMemory(tmp_path / "m.sqlite", "w").get_many(list(known)) == list(known.values())


def test_the_file_stays_within_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    memory = DiskMemory(path, "w", most_bytes=200_000)
    for number in range(60):
        memory.put_many({f"kalimat {number} {part}": Translation("x" * 200) for part in range(50)})
    info = memory_info(path)
    assert 0 < info.entries < 3000
    assert info.bytes < 400_000


def _remember(path: Path, number: int) -> None:
    for part in range(20):
        DiskMemory(path, "w").put_many({f"{number}/{part}": Translation(str(part))})


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_remember, args=(path, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert memory_info(path).entries == 60


def test_a_damaged_file_is_left_out_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    path.write_bytes(b"this is no database, however long one looks at it" * 50)
    memory = DiskMemory(path, "w")
    memory.put_many({"Ya.": Translation("Yes.")})
    assert memory.get_many(["Ya.", "Tidak."]) == [Translation("Yes."), None]


def test_a_folder_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = DiskMemory(tmp_path / "file" / "m.sqlite", "w")
    assert memory.get_many(["Ya."]) == [None]


def test_clearing_forgets_everything(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    DiskMemory(path, "w").put_many({"Ya.": Translation("Yes.")})
    assert memory_info(path).entries == 1
    clear_memory(path)
    assert memory_info(path) == memory_info(tmp_path / "other.sqlite").__class__(path, 0, 0, 0)
