from pathlib import Path

import fsspec
import pytest

from summarize.errors import InputError
from summarize.places import Entry, place_of, without_password


def test_a_path_is_on_this_machine_and_a_url_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("satu")
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in (f"{tmp_path}/a.txt", "~/a.txt", f"file://{tmp_path}/a.txt"):
        place, path = place_of(given)
        assert place.kind(path) == "file"
        with place.open(path) as file:
            assert file.read() == b"satu"


@pytest.mark.parametrize("remote", [False, True])
def test_every_place_lists_by_name_and_matches_by_path(tmp_path: Path, remote: bool) -> None:
    if remote:
        place, folder = place_of("memory://tempat")
        for name in ("b.txt", "a.txt", "c/d.txt"):
            fsspec.filesystem("memory").pipe(f"{folder}/{name}", b"x")
    else:
        place, folder = place_of(str(tmp_path))
        (tmp_path / "c").mkdir()
        for name in ("b.txt", "a.txt", "c/d.txt"):
            (tmp_path / name).write_text("x")
    a, b = (Entry(name, f"{folder}/{name}", "file") for name in ("a.txt", "b.txt"))
    assert place.entries(folder) == [a, b, Entry("c", f"{folder}/c", "folder")]
    assert place.match("*.txt", folder) == [a, b]
    assert place.match("*", folder)[-1].kind == "folder"
    assert place.kind(f"{folder}/c") == "folder"
    assert place.kind(f"{folder}/tidak-ada") == ""
    assert place.identity(folder) == place.identity(f"{folder}")
    assert place.identity(folder) != place.identity(f"{folder}/c")


def test_a_storage_that_cannot_be_reached_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    place, path = place_of("memory://tempat")

    def unreachable(*_: object) -> bool:
        raise ConnectionResetError("no route")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "isdir", unreachable)
    with pytest.raises(InputError, match="memory:///tempat can't be reached: no route"):
        place.kind(path)


def test_a_web_address_is_never_a_pattern() -> None:
    place, path = place_of("https://contoh.id/berita?id=[1]*")
    assert place.kind(path) == "file"
    assert place.match(path) == []


def test_standard_input_is_one_file() -> None:
    place, path = place_of("-")
    assert (place.kind(path), place.shown(path)) == ("file", "stdin")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://redaksi:rahasia@contoh.id/a?b=c@d", "https://contoh.id/a?b=c@d"),
        ("s3://kunci@ember/a", "s3://ember/a"),
        ("https://contoh.id/a@b", "https://contoh.id/a@b"),
        ("a@b.txt", "a@b.txt"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
