"""A file is read when it has come to rest, whatever the clocks say."""

import os
import time
from pathlib import Path

from summarize.settling import Settling
from summarize.sources import read


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_a_file_that_changed_just_now_is_left_and_one_that_rested_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("half of an art")
    settled = Settling(5)
    assert not settled(str(path))
    age(path, 6)
    assert settled(str(path))


def test_a_file_from_the_future_is_read_once_it_has_been_seen_not_to_change(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("half")
    age(path, -3600)
    settled = Settling(0.2)
    assert not settled(str(path))
    time.sleep(0.25)
    path.write_text("half and more")
    age(path, -3600)
    assert not settled(str(path))  # it changed meanwhile
    time.sleep(0.25)
    assert settled(str(path))


def test_what_is_no_local_file_is_left_to_whoever_reads_it(tmp_path: Path) -> None:
    assert Settling(5)(str(tmp_path / "nothing"))
    assert Settling(5)("s3://bucket/file\0")


def test_the_reader_counts_what_it_left(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"Berita {name} dari Jakarta pada hari Senin.")
    age(tmp_path / "a.txt", 60)
    reader = read(tmp_path, settled=Settling(5))
    assert [Path(article.source).name for article in reader] == ["a.txt"]
    assert (reader.count, reader.unsettled) == (1, 1)
