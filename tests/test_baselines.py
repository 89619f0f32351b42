"""Baselines that need no model."""

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize import baselines
from summarize.baselines import baseline
from summarize.errors import InputError

SENTENCES = [
    "A storm hit the coast on Monday.",
    "The storm destroyed houses on the coast.",
    "Officials said houses on the coast must be rebuilt after the storm.",
    "A cat was saved.",
    "Schools stay closed.",
]
TEXT = " ".join(SENTENCES[:2]) + "\n" + " ".join(SENTENCES[2:])


@pytest.mark.parametrize(("name", "count"), [("lead-1", 1), ("lead-3", 3), ("lead", 3), ("lead-9", 5)])
def test_lead_takes_the_first_sentences_across_paragraphs(name, count):
    assert baseline(name)("id", TEXT).splitlines() == SENTENCES[:count]


def test_random_is_the_same_in_each_run_and_another_for_another_article():
    choose = baseline("random")
    assert choose("id", TEXT) == choose("id", TEXT) in SENTENCES
    assert len({choose(str(number), TEXT) for number in range(50)}) == len(SENTENCES)


def test_textrank_takes_central_sentences_in_the_order_of_the_text():
    chosen = baseline("textrank-2")("id", TEXT).splitlines()
    assert chosen == SENTENCES[1:3]


@pytest.mark.parametrize("name", ["lead-1", "random-2", "textrank-1"])
@given(text=st.text('aB .!?\n’"', max_size=60))
def test_any_text_gives_some_of_its_own_words(name, text):
    summary = baseline(name)("id", text)
    assert set(summary.split()) <= set(text.split())


@pytest.mark.parametrize("name", ["lead-1", "random", "textrank"])
def test_an_empty_text_has_an_empty_summary(name):
    assert baseline(name)("id", "") == ""


@pytest.mark.parametrize("name", ["lead-0", "middle-1", "lead-x", ""])
def test_another_name_is_refused(name):
    with pytest.raises(InputError, match="no baseline"):
        baseline(name)


def test_textrank_without_its_library_says_what_to_install(monkeypatch):
    monkeypatch.setattr(baselines.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="sumy"):
        baseline("textrank")


def test_the_library_is_not_imported_for_the_others(monkeypatch):
    real = builtins.__import__

    def guarded(name, *args, **kwargs):
        assert not name.startswith("sumy")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", guarded)
    baseline("lead-1")("id", TEXT)
