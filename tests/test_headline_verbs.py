"""Bare verbs of headlines get the prefix that sentences write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.headline_verbs import active_forms, with_prefixes

BODY = (
    "Pemimpin Korea Utara itu meninggalkan Pyongyang.",
    "Pemerintah membahas harga beras. Polisi menyita uang, memperkuat penjagaan dan menggelar razia.",
    "Ia mendapat gelar. Gelar itu gelar kehormatan. Petani mengubah nasib, membuat pupuk.",
)


@pytest.mark.parametrize(
    ("headline", "restored"),
    [
        ("Kim tinggalkan Pyongyang", "Kim meninggalkan Pyongyang"),
        ("Pemerintah akan bahas harga beras", "Pemerintah akan membahas harga beras"),
        ("Geledah rumah, polisi sita uang", "Geledah rumah, polisi menyita uang"),
        ("Polri perkuat penjagaan", "Polri memperkuat penjagaan"),
        ("Petani ubah nasib", "Petani mengubah nasib"),
    ],
)
def test_a_bare_verb_is_written_as_the_article_writes_it(headline, restored):
    assert with_prefixes(headline, BODY) == restored


@pytest.mark.parametrize(
    "headline",
    [
        "Tinggalkan Pyongyang sekarang",  # a command
        "Jangan tinggalkan Pyongyang",
        "Kota yang kami tinggalkan",  # a passive
        "Rektor terima gelar",  # a noun in the article, more often than a verb
        "Kim Tinggalkan Pyongyang",  # a name, for all that is known
        "Bantuan buat petani",
        "Harga beras naik",
        "",
    ],
)
def test_other_words_stay(headline):
    assert with_prefixes(headline, BODY) == headline


@pytest.mark.parametrize(
    ("headline", "restored"),
    [
        ("Jokowi resmikan jalan tol", "Jokowi meresmikan jalan tol"),
        ("Menkeu umumkan anggaran", "Menkeu mengumumkan anggaran"),
        ("TNI kirimkan bantuan", "TNI mengirimkan bantuan"),
        ("Polisi bebaskan sandera", "Polisi membebaskan sandera"),
        ("Warga bahkan rela antre", "Warga bahkan rela antre"),
        ("Polisi berikan tilang, hukuman ditiadakan", "Polisi memberikan tilang, hukuman ditiadakan"),
    ],
)
def test_a_verb_known_by_its_ending_needs_no_article(headline, restored):
    assert with_prefixes(headline, ()) == restored


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("pukul", ["memukul", "mempukul"]),
        ("tolak", ["menolak", "mentolak"]),
        ("kirim", ["mengirim", "mengkirim"]),
        ("sebut", ["menyebut", "mensebut"]),
        ("proses", ["memproses", "memroses"]),
        ("stabilkan", ["menstabilkan", "menytabilkan"]),
        ("bahas", ["membahas"]),
        ("dukung", ["mendukung"]),
        ("guncang", ["mengguncang"]),
        ("ambil", ["mengambil"]),
        ("lihat", ["melihat"]),
        ("", []),
    ],
)
def test_the_prefix_takes_the_form_that_the_verb_asks_for(verb, forms):
    assert active_forms(verb) == forms


@given(
    st.text(alphabet="aiu kbnmt.,-Kj", max_size=60), st.lists(st.text(alphabet="aiu kbnmteg."), max_size=3)
)
def test_only_prefixes_are_added(headline, body):
    restored = with_prefixes(headline, body)
    assert len(restored.split()) == len(headline.split())
    for before, after in zip(headline.split(), restored.split(), strict=True):
        assert after == before or "me" in after
        assert after.endswith(before[-1])
