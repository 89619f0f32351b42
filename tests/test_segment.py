"""Sentences of Indonesian news, and clauses of the ones that are too long."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.segment import split_sentences, split_to_fit

GOLD = Path(__file__).parent / "gold" / "sentences.id.txt"


def boundaries(sentences: list[str]) -> set[int]:
    """Where one sentence ends and the next begins, counted in characters that aren't white space."""
    ends, length = set(), 0
    for sentence in sentences[:-1]:
        length += len("".join(sentence.split()))
        ends.add(length)
    return ends


def test_f1_on_the_gold_file_is_at_least_99_percent() -> None:
    found = right = wanted = 0
    for block in GOLD.read_text("utf-8").strip().split("\n\n"):
        sentences = block.split("\n")
        gold, ours = boundaries(sentences), boundaries(split_sentences(" ".join(sentences)))
        found, wanted, right = found + len(ours), wanted + len(gold), right + len(gold & ours)
    assert wanted >= 150
    assert 2 * right / (found + wanted) >= 0.99


@pytest.mark.parametrize(
    "sentence",
    [
        "Prof. Dr. Ir. H. Budi Santoso, S.H., M.Si. hadir.",
        "Kantornya di Jl. Jend. Sudirman Kav. 52 No. 3.",
        "JL. SUDIRMAN NO. 5 DITUTUP.",
        "Harganya Rp1.500.000 pada 12/9/2023 pukul 19.30 WIB.",
        "“Mundur!” kata polisi.",
        "“Siapa?” tanya dia.",
        "JAKARTA, KOMPAS.com - Polisi datang.",
        "TEMPO.CO, Jakarta - Polisi datang.",
        "1. Cuci beras sampai bersih.",
        "Neymar Jr. cedera.",
        "Ia membuka www.contoh.co.id lalu berhenti.",
        "Ia bekerja di Detik.Com sejak lama.",
        "Kita tunggu ... lalu pulang.",
        "Yahoo! Indonesia tutup.",
        "Nilainya Rp 1. 500.000 saja.",
        "PT Bara Tbk. (BARA) untung.",
        "Apple Co. Ltd. untung.",
    ],
)
def test_one_sentence_stays_one(sentence: str) -> None:
    assert split_sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("“Kami siap. Kami menang,” katanya.", ["“Kami siap.", "Kami menang,” katanya."]),
        ("Ia minum vitamin C. Ia sembuh.", ["Ia minum vitamin C.", "Ia sembuh."]),
        ("Pelakunya Budi S. Ia kabur.", ["Pelakunya Budi S.", "Ia kabur."]),
        ("Polisi tiba.Warga pergi.", ["Polisi tiba.", "Warga pergi."]),
        ("Lahir pada 1961. Ayahnya guru.", ["Lahir pada 1961.", "Ayahnya guru."]),
        ("Syaratnya dua. a. Jujur. b. Rajin.", ["Syaratnya dua.", "a. Jujur.", "b. Rajin."]),
        ("Ini syaratnya:\n- jujur\n- rajin", ["Ini syaratnya:", "- jujur", "- rajin"]),
        ("Tanpa titik\n\nparagraf lain", ["Tanpa titik", "paragraf lain"]),
        ("baris\nyang dilipat", ["baris\nyang dilipat"]),
        ("Selesai … Semua pulang", ["Selesai …", "Semua pulang"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


NEWS_LIKE = st.text(alphabet=st.sampled_from('ABab1. ,;:!?…“”"()-\n\t\u00a0é'), max_size=80)


@given(st.one_of(st.text(max_size=80), NEWS_LIKE))
def test_splitting_loses_and_adds_nothing_but_white_space(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def test_a_sentence_that_fits_is_not_cut() -> None:
    assert split_to_fit("Ia datang, lalu pergi.", lambda piece: True) == ["Ia datang, lalu pergi."]


def test_the_strongest_boundary_near_the_middle_is_cut_first() -> None:
    sentence = "Polisi menutup jalan utama itu; warga, yang marah, menunggu di tepi jalan."
    assert split_to_fit(sentence, lambda piece: len(piece) <= 50) == [
        "Polisi menutup jalan utama itu; ",
        "warga, yang marah, menunggu di tepi jalan.",
    ]


def test_a_conjunction_is_preferred_to_any_space() -> None:
    sentence = "Harga beras naik tajam di pasar tetapi pedagang tidak mau menambah stok"
    assert split_to_fit(sentence, lambda piece: len(piece) <= 50)[1].startswith("tetapi")


def test_a_word_without_spaces_is_cut_between_characters() -> None:
    assert split_to_fit("a" * 10, lambda piece: len(piece) <= 3) == ["aa", "aaa", "aa", "aaa"]


@given(st.one_of(st.text(max_size=60), NEWS_LIKE), st.integers(1, 20))
def test_pieces_fit_and_join_to_the_sentence(sentence: str, size: int) -> None:
    pieces = split_to_fit(sentence, lambda piece: len(piece) <= size)
    assert "".join(pieces) == sentence
    assert all(len(piece.rstrip()) <= size for piece in pieces)


def test_a_single_character_is_kept_even_if_it_does_not_fit() -> None:
    assert split_to_fit("abc", lambda piece: False) == ["a", "b", "c"]
