"""Text as translation models were trained to read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from summarize.normalize import normalize


def test_quotes_and_dashes_are_plain() -> None:
    assert normalize("“Kami – ‘siap’ — pergi”") == "\"Kami - 'siap' - pergi\""


def test_white_space_is_single_and_invisible_characters_go() -> None:
    assert normalize(" a\u00a0\tb\u200b\n c\ufeff\u00ad ") == "a b c"


def test_compatibility_forms_are_folded() -> None:
    assert normalize("ﬁlm … ５") == "film ... 5"


def test_an_accent_in_the_place_of_an_apostrophe_becomes_one() -> None:
    assert normalize("Jum´at") == "Jum'at"


@given(st.text(max_size=50))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
