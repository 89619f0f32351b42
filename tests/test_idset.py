from hypothesis import given
from hypothesis import strategies as st

from summarize.idset import IdSet, VersionSet


@given(st.lists(st.text(max_size=5)), st.lists(st.text(max_size=5)))
def test_behaves_like_a_set(added: list[str], asked: list[str]) -> None:
    ids = IdSet(added)
    expected = set(added)
    assert len(ids) == len(expected)
    assert [item in ids for item in asked] == [item in expected for item in asked]


def test_remembers_across_many_merges() -> None:
    ids = IdSet()
    assert all(ids.add(f"article-{number}") for number in range(120_000))
    assert not any(ids.add(f"article-{number}") for number in range(0, 120_000, 7))
    assert len(ids) == 120_000
    assert "article-120000" not in ids


def test_add_tells_whether_the_id_was_new() -> None:
    ids = IdSet()
    assert ids.add("a")
    assert not ids.add("a")


def test_tells_an_id_that_comes_again_from_one_that_comes_with_another_text() -> None:
    ids = VersionSet()
    for number in range(40_000):
        assert ids.add_version(f"row-{number}", "a text") == "new"
    for number in range(0, 40_000, 9):
        assert ids.add_version(f"row-{number}", "a text") == "same"
        assert ids.add_version(f"row-{number}", "another") == "other text"
        assert ids.add_version(f"row-{number}", "another") == "same"


def test_a_text_that_is_not_an_id_s_own_is_told() -> None:
    versions = VersionSet()
    versions.add_version("1", "one text")
    versions.add_version("1", "another text")
    assert versions.has_other("1", "a third")
    assert not versions.has_other("1", "another text")
    assert not versions.has_other("2", "one text")
