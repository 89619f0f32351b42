"""Long texts in parts that fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.parts import first_words, split_to_window


def letters(texts: Sequence[str]) -> list[int]:
    """A tokenizer that makes a token of each character but spaces."""
    return [len("".join(text.split())) for text in texts]


def test_paragraphs_stay_whole_where_they_fit():
    assert split_to_window(["aaa", "bbb", "ccc"], 6, letters) == [["aaa", "bbb"], ["ccc"]]


def test_what_fits_at_once_is_one_part():
    assert split_to_window(["aaa", "bbb"], 6, letters) == [["aaa", "bbb"]]


def test_nothing_has_no_parts():
    assert split_to_window([], 6, letters) == []


def test_parts_are_about_equal():
    # 13 paragraphs at 5 a part could be 5 + 5 + 3
    assert [len(part) for part in split_to_window(["ab"] * 13, 10, letters)] == [4, 5, 4]


def test_a_long_paragraph_is_split_at_sentence_ends():
    paragraph = "He left on Sunday. She came on Monday. They met."
    assert split_to_window([paragraph], 18, letters) == [
        ["He left on Sunday."],
        ["She came on Monday."],
        ["They met."],
    ]


def test_a_long_sentence_is_split_between_words_and_a_long_word_anywhere():
    parts = split_to_window(["aa bb cc dd", "e" * 9], 4, letters)
    assert [piece for part in parts for piece in part] == ["aa bb", "cc dd", "eeee", "ee", "eee"]


@given(st.lists(st.text(alphabet="ab .\u00e9", max_size=40), max_size=8), st.integers(1, 30))
def test_every_part_fits_and_nothing_is_lost(paragraphs, window):
    parts = split_to_window(paragraphs, window, letters)
    assert all(sum(letters(part)) <= window for part in parts)
    joined = "".join("".join(part) for part in parts)
    assert "".join(joined.split()) == "".join("".join(paragraphs).split())


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (100, ["One two three. Four five.", "Six."]),
        (5, ["One two three. Four five."]),
        (4, ["One two three."]),
        (1, ["One two three."]),
    ],
)
def test_the_first_words_are_whole_sentences_and_at_least_one(words, kept):
    assert first_words(["One two three. Four five.", "Six."], words) == kept


def test_the_first_words_of_nothing():
    assert first_words([], 10) == []
