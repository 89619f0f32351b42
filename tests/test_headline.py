"""Headlines: to sentence case for the translator, and back."""

from __future__ import annotations

import pytest

from summarize.headline import english_headline, sentence_caser

BODY = (
    "Pemimpin Korea Utara Kim Jong-un pergi ke Rusia, kata KCNA.",
    "Hadiah itu, sebuah drone, diberikan kepada Kim.",
)


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        (
            "Kim Jong-un Akhiri Perjalanan ke Rusia dengan Hadiah",
            "Kim Jong-un akhiri perjalanan ke Rusia dengan hadiah",
        ),
        ("KIM JONG-UN AKHIRI PERJALANAN KE RUSIA", "Kim Jong-un akhiri perjalanan ke Rusia"),
        (
            "Polisi Tangkap Pelaku Pencurian Motor, KPK Bantah",
            "Polisi tangkap pelaku pencurian motor, KPK bantah",
        ),
        ("Pabrik iPhone Baru Segera Dibangun", "Pabrik iPhone baru segera dibangun"),
        ("Kim tiba di Rusia dengan kereta lapis baja", "Kim tiba di Rusia dengan kereta lapis baja"),
        ("Kim", "Kim"),
    ],
)
def test_sentence_case(headline: str, expected: str) -> None:
    assert sentence_caser(headline, BODY)(headline) == expected


def test_known_names_keep_their_capital() -> None:
    headline = "Presiden Kunjungi Yogyakarta Besok Pagi"
    assert sentence_caser(headline, (), {"Yogyakarta"})(headline) == "Presiden kunjungi Yogyakarta besok pagi"


def test_each_sentence_of_a_headline_starts_with_a_capital() -> None:
    caser = sentence_caser("Harga Beras Naik Tajam? Ini Sebabnya", ())
    assert caser("Ini Sebabnya") == "Ini sebabnya"


def test_a_shouting_paragraph_of_the_body_is_no_witness_of_spelling() -> None:
    caser = sentence_caser("KIM PULANG NAIK KERETA", ("KIM PULANG NAIK KERETA", "Kini Kim pulang."))
    assert caser("KIM PULANG NAIK KERETA") == "Kim pulang naik kereta"


def test_the_english_headline_has_a_capital_and_no_stop_of_its_own() -> None:
    assert english_headline("the price of rice rises.", "Harga Beras Naik") == "The price of rice rises"
    assert english_headline("It rises.", "Harga naik.") == "It rises."
    assert english_headline("and so on...", "Dan Seterusnya") == "And so on..."
    assert english_headline("", "Judul") == ""
