"""Words that a model hardly knows, written into its source in English."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.draft import attempt, draft
from summarize.errors import InputError
from summarize.models.load import load_model
from summarize.rare_words import Words, news_words, read_words, write_in

WORDS = Words(
    {"pencemaran": "pollution", "memberantas": "fought", "korupsi": "graft"},
    {"pencemaran": "pollution", "memberantas": "fight", "korupsi": "graft"},
)


@pytest.mark.parametrize(
    ("sentence", "encoded", "written"),
    [
        ("Polisi memberantas korupsi.", "Polisi fought graft.", ("fought", "graft")),
        ("Ia ingin memberantas korupsi.", "Ia ingin fight graft.", ("fight", "graft")),
        ("Pencemaran naik.", "Pollution naik.", ("pollution",)),
        ("Warga Desa Korupsi pulang.", "Warga Desa Korupsi pulang.", ()),
        ("Ada anti-korupsi.", "Ada anti-korupsi.", ()),
        ("Akibat pencemarannya,", "Akibat the pollution,", ("the pollution",)),
        ("korupsi " * 6, "korupsi " * 6, ()),
        ("", "", ()),
    ],
)
def test_the_english_of_listed_words_is_written_into_a_sentence(sentence, encoded, written):
    assert write_in(sentence, WORDS) == (encoded, written)


@given(st.text(alphabet="korupsi 'Az3-.\n", max_size=60))
def test_all_but_listed_words_stays(text):
    encoded, written = write_in(text, WORDS)
    assert encoded == text or written
    assert re.sub(r"\b[gG]raft\b", "korupsi", encoded).lower() == text.lower() or "the graft" in written


def test_only_words_that_a_model_hardly_knows_are_written():
    tokenizer = load_model("starter-marian-id-en", offline=True).tokenizer
    rare = news_words().rare(tokenizer).english
    assert "pencemaran" in rare
    assert "akurasi" in news_words().english.keys() - rare.keys()  # two pieces
    assert 1000 < len(rare) < len(news_words().english)


def test_a_draft_is_encoded_with_them_and_its_translation_says_so():
    made = draft("JAKARTA - Polisi memberantas korupsi.", words=WORDS)
    assert (made.core, made.encoded) == ("Polisi memberantas korupsi.", "Polisi fought graft.")
    notes = attempt(made, "Police fought graft.", -0.1).notes
    assert notes == ("written into the source: fought", "written into the source: graft")


def test_words_are_read_from_a_file(tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text("# note\n\nmemberantas\tfought\tfight\nKorupsi\tgraft\n", encoding="utf-8")
    words = read_words(path)
    assert words.english == {"memberantas": "fought", "korupsi": "graft"}
    assert words.plain == {"memberantas": "fight", "korupsi": "graft"}


@pytest.mark.parametrize("line", ["kado", "kado\t", "a\tb\tc\td", "\tgift"])
def test_a_line_of_another_form_is_named(line, tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text(f"hadiah\tgift\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"words.tsv, line 2: not a word and its English"):
        read_words(path)


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="Can't read the word list"):
        read_words(tmp_path / "absent.tsv")


def test_the_built_in_list_is_sorted_and_says_each_word_once():
    words = news_words()
    assert len(words.english) > 6000
    assert list(words.english) == sorted(words.english)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", word) for word in words.english)
    assert (words.english["memberantas"], words.plain["memberantas"]) == ("eradicated", "eradicate")
