"""What of a model's output is fit to print."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.postedit import join, lead_sentences, postedit

NEWS = "The governor opened a bridge in Bandung."


def edited(text: str, **options) -> str:
    return postedit(text, **({"words": 60, "most_sentences": 3} | options))


@pytest.mark.parametrize(
    "raw",
    [
        "Here is a summary of the article in 2 sentences:\n\n" + NEWS,
        "Here's the summary: " + NEWS,
        "Sure! Here is a concise summary:\n" + NEWS,
        "Certainly, here it is: " + NEWS,
        "Summary: " + NEWS,
        "**Summary:** " + NEWS,
        "News summary:\n" + NEWS,
        "In summary, the governor opened a bridge in Bandung.",
        "The article reports that the governor opened a bridge in Bandung.",
        "According to the article, the governor opened a bridge in Bandung.",
        f"“{NEWS}”",
        f'"{NEWS}"',
        f"# {NEWS}",
        f"> {NEWS}",
        f"- {NEWS}",
        f"1. {NEWS}",
        "The **governor** opened a [bridge](https://example.org) in __Bandung__.",
        "*The **governor** opened a bridge in `Bandung`.*",
        f"Yes. - {NEWS}",
        f"<summary>{NEWS}</summary>",
        f"{NEWS}<|im_end|>",
        f"<s>{NEWS}</s>",
        f"{NEWS} The article is about a bridge.",
        f"{NEWS}\n\nI hope this helps! Let me know if you need more.",
        f"{NEWS}\n\n(Word count: 7)",
        f"{NEWS} Note: written from the article.",
    ],
)
def test_chatter_and_markup_go(raw):
    assert edited(raw) == NEWS


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. governor said “we agree” to Dr. Hale.",
        "Overall prices rose by 5 percent.",
        "The authors of the law resigned.",
        "The Article 5 pact was signed by 30 countries: all agreed.",
        'The minister said: "No deal."',
        "Sure winners lost the race in Bandung.",
        "The film M*A*S*H was shown in Bandung.",
    ],
)
def test_news_stays_as_it_is(text):
    assert edited(text) == text


def test_a_repeated_sentence_goes_even_if_a_word_differs():
    raw = "Kim left Pyongyang on Sunday by train. Kim left Pyongyang on Sunday by his train. He met Putin."
    assert edited(raw) == "Kim left Pyongyang on Sunday by train. He met Putin."


def test_a_sentence_in_another_language_goes():
    assert edited(f"Gubernur dan para menteri itu membuka jembatan baru. {NEWS}") == NEWS


@pytest.mark.parametrize("torn", ["He will meet the", "He will meet Dr.", "He said…", "He went to..."])
def test_a_torn_last_sentence_goes(torn):
    assert edited(f"{NEWS} {torn}", cut_off=True) == NEWS


def test_a_finished_headline_gets_its_full_stop():
    assert edited("Governor opens a bridge") == "Governor opens a bridge."


def test_a_torn_only_sentence_leaves_nothing():
    assert edited("The governor opened a bridge in", cut_off=True) == ""


def test_a_full_stop_inside_a_bracket_goes_outside():
    assert edited("The governor came (he was late.)") == "The governor came (he was late)."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('He said "we agree.', "He said we agree."),
        ("He said “we agree.", "He said we agree."),
        ('We agree," he said.', "We agree, he said."),
    ],
)
def test_a_lone_quotation_mark_goes(raw, expected):
    assert edited(raw) == expected


@pytest.mark.parametrize("raw", ["", "   ", "...", "The article is about a bridge.", "12345", "<|im_end|>"])
def test_where_nothing_is_left_the_output_is_empty(raw):
    assert edited(raw) == ""


def test_whole_sentences_up_to_the_limits():
    raw = "One dog came in. Two cats went out. Three birds flew up. Four cows ran off."
    assert edited(raw) == "One dog came in. Two cats went out. Three birds flew up."
    assert edited(raw, words=8, most_sentences=None) == "One dog came in. Two cats went out."
    assert edited(raw, words=1) == "One dog came in."


def test_emphasis_may_span_lines():
    assert edited("**The bridge is open.\nCars may use it.**") == "The bridge is open. Cars may use it."


def test_a_list_has_a_sentence_a_line():
    raw = "Here are the main facts:\n* **The bridge** is open\n2) It cost Rp 5 million.\n\n- Cars may use it"
    assert edited(raw, form="list") == "- The bridge is open.\n- It cost Rp 5 million.\n- Cars may use it."


def test_pegasus_writes_line_breaks_as_n():
    assert edited("The bridge is open.<n>Cars may use it.") == "The bridge is open. Cars may use it."


@given(st.text(max_size=200), st.booleans())
def test_every_output_ends_at_a_sentence_end_on_one_line(raw, cut_off):
    output = edited(raw, cut_off=cut_off)
    assert output == "" or re.search(r"[.!?][\"”]?\Z", output)
    assert "\n" not in output


@given(st.text(alphabet="THEON CATSDG.!?*- \n", max_size=200))
def test_editing_twice_changes_nothing_more(raw):
    once = edited(raw)
    assert edited(once) == once


def test_the_lead_is_the_first_sentences_that_fit():
    paragraphs = ["One dog came in. Two cats went out.", "", "Three birds flew up"]
    assert lead_sentences(paragraphs, 4) == ["One dog came in."]
    assert lead_sentences(paragraphs, 8) == ["One dog came in.", "Two cats went out."]
    assert lead_sentences(paragraphs, 99)[-1] == "Three birds flew up."
    assert lead_sentences(["", "…"], 10) == []


def test_joining():
    assert join(["A.", "B."]) == "A. B."
    assert join(["A.", "B."], "list") == "- A.\n- B."
