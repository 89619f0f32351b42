"""Novel n-grams, coverage, density and compression, on texts small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.metrics import compute, load

fragments = load("abstractiveness").fragments


def of_one(summary: str, article: str) -> dict[str, float | None]:
    result = compute("abstractiveness", [summary], [article], per_item=True)
    return {name: values[0] for name, values in result.items() if name not in ("intervals", "signatures")}


def test_counts_of_a_summary_with_two_copied_fragments():
    # Copied: "the mayor opened" and "a bridge"; new: "yesterday". Six words from an article of twelve.
    article = "On Monday the mayor opened the market and then visited a bridge"
    found = of_one("The mayor opened a bridge yesterday.", article)
    assert found["coverage"] == pytest.approx(5 / 6)
    assert found["density"] == pytest.approx((3**2 + 2**2) / 6)
    assert found["compression"] == pytest.approx(12 / 6)
    assert found["novel_1"] == pytest.approx(1 / 6)
    assert found["novel_2"] == pytest.approx(2 / 5)  # "opened a", "bridge yesterday"
    assert found["novel_3"] == pytest.approx(3 / 4)
    assert found["novel_4"] == 1.0


def test_greedy_match_takes_the_longest_fragment_at_each_word():
    # At "a" the article offers "a b" and "a b c"; after that "d" stands alone.
    assert fragments("abcd", "abxabcyd") == [3, 1]


def test_a_copied_text_is_all_extract():
    text = "One two three four five."
    found = of_one(text, text)
    assert (found["coverage"], found["density"], found["compression"]) == (1.0, 5.0, 1.0)
    assert found["novel_4"] == 0.0


@pytest.mark.parametrize(("summary", "article"), [("", "a b"), ("a b", ""), ("...", "a b")])
def test_nothing_is_defined_without_words(summary, article):
    assert set(of_one(summary, article).values()) == {None}


def test_ngrams_longer_than_the_summary_are_not_defined():
    found = of_one("One two", "One two three")
    assert found["novel_2"] == 0.0
    assert found["novel_3"] is None


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abcd")))
def test_fragments_cover_exactly_the_words_that_the_article_has(summary, article):
    assert sum(fragments(summary, article)) == sum(word in article for word in summary)
