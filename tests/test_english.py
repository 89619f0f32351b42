"""Sentences of English news, and what is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.english import ends_sentence, is_english, sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. Army left.", "It came back on Jan. 5 from Washington, D.C."],
        ["Dr. Smith met Mr. Jones.", "Gov. J. R. Hale was there."],
        ["Rice rose 3.5 percent to $1.5 billion.", "It was 5 p.m. in Jakarta."],
        ["“We agree,” he said.", "Is it so?", "Yes!"],
        ["He said: “We will go on. We are friends.”", "Then he left."],
    ],
)
def test_sentences_end_where_a_reader_would_say(expected):
    assert sentences(" ".join(expected)) == expected


def test_a_line_break_ends_a_sentence():
    assert sentences("- One point\n\n- Another. And more.") == ["- One point", "- Another.", "And more."]


@given(st.text())
def test_nothing_is_lost_but_white_space(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["He left.", "Did he?", "Go!", "He said “yes.”", 'He said "yes."', "In the U.S."]
)
def test_a_sentence_end(text):
    assert ends_sentence(text)


@pytest.mark.parametrize(
    "text",
    ["He left", "He left,", "He left…", "He left...", "He met Dr.", "He met John F.", "(He left.)", ""],
)
def test_no_sentence_end(text):
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "Kim Jong Un left Vladivostok for Pyongyang on Sunday.",
        "The price of rice rose.",
        "Rice prices rise",
        "Menteri Sri Mulyani said that the Dewan Perwakilan Rakyat would meet in Jakarta.",
    ],
)
def test_english(sentence):
    assert is_english(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Harga beras naik lima persen sejak awal bulan lalu dan tidak akan turun.",
        "Presiden dan para menteri bertemu.",
        "Он уехал в воскресенье.",
        "习近平周日离开北京。",
        "12345.",
        "",
    ],
)
def test_not_english(sentence):
    assert not is_english(sentence)
