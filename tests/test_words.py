import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.words import word_finder

NEWS = st.text(st.sampled_from("abcİßé19_-'’“”—… \n\t\x1c\u00a0ж中"))


@pytest.mark.parametrize("character", [r"\w", r"[^\W\d_]"])
@given(st.text() | NEWS)
def test_words_are_what_the_expression_finds(character: str, text: str) -> None:
    assert word_finder(character)(text) == re.findall(f"{character}+", text)
