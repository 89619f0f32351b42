"""Indonesian, English, Malay, regional and foreign languages told apart."""

from __future__ import annotations

import pytest

from summarize.language import Verdict, identify

INDONESIAN = [
    "Bupati meresmikan pasar ikan yang baru pada Senin karena bangunan lama rusak diterjang ombak.",
    "Sebanyak dua belas perahu nelayan dilaporkan belum kembali ke dermaga hingga Kamis malam.",
    "Timnas menang 3-0 atas Brunei Darussalam dalam laga persahabatan di Stadion Manahan, Solo.",
    "“Kami tidak akan pindah dari sini,” ujar Sarmini, pedagang sayur yang berjualan sejak 1998.",
]
ENGLISH = [
    "The governor said that the bridge, which was damaged by the flood, would be repaired by June.",
    "More than two hundred people were moved from their homes after the river rose on Tuesday night.",
]
MALAY = (
    "Jurucakap polis berkata lelaki itu ditahan kerana disyaki mencuri wang, manakala dua lagi suspek "
    "yang melarikan diri masih dicari selepas kejadian semalam."
)
JAVANESE = (
    "Wong-wong padha teka ing alun-alun kanggo nonton wayang. Sing tuwa lungguh, sing enom ngadeg "
    "ana mburi karo ngombe wedang jahe, ora ana sing mulih nganti esuk."
)
SUNDANESE = (
    "Barudak keur ulin di buruan imah nini. Ieu taun mimiti aranjeunna henteu sakola sabab hujan, jeung "
    "jalan "
    "ka kota geus teu bisa diliwatan ku motor."
)
FOREIGN = {
    "fr": "Le maire a déclaré mardi que le marché couvert serait rénové avant la fin de l'année prochaine.",
    "es": "El alcalde dijo el martes que el mercado cubierto será renovado el próximo año.",
    "nl": "De burgemeester zei dinsdag dat de overdekte markt volgend jaar wordt gerenoveerd.",
    "ru": "Мэр заявил во вторник, что крытый рынок отремонтируют до конца года.",
    "zh": "市长星期二表示，有盖市场将在明年年底之前进行翻新，商贩们将暂时搬走。",
}


@pytest.mark.parametrize("text", INDONESIAN)
def test_indonesian_is_recognised_beyond_doubt(text: str) -> None:
    assert identify(text) == Verdict("id", True)


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_recognised_beyond_doubt(text: str) -> None:
    assert identify(text) == Verdict("en", True)


def test_a_word_of_grammar_counts_as_often_as_it_is_there() -> None:
    assert identify("the zorbu the mipka the tralo the vinsk the dorup kelba prasti") == Verdict("en", True)


def test_indonesian_with_english_quotations_is_indonesian() -> None:
    text = f"{INDONESIAN[0]} “The market is a gift to the people,” katanya. {INDONESIAN[1]}"
    assert identify(text) == Verdict("id", True)


def test_malay_is_told_by_its_own_words() -> None:
    assert identify(MALAY) == Verdict("ms", True)


def test_one_malay_word_does_not_make_an_indonesian_text_malay() -> None:
    assert identify(f"{INDONESIAN[0]} Beliau hadir.").language == "id"


def test_regional_languages_are_recognised() -> None:
    assert identify(JAVANESE) == Verdict("jv", True)
    assert identify(SUNDANESE) == Verdict("su", True)


@pytest.mark.parametrize("language", FOREIGN)
def test_foreign_languages_are_recognised(language: str) -> None:
    assert identify(FOREIGN[language]) == Verdict(language, True)


@pytest.mark.parametrize("text", ["", "Gempa guncang Palu.", "12/9/2023 10.15 WIB", "!!!"])
def test_too_short_a_text_has_no_language(text: str) -> None:
    assert identify(text) == Verdict(None, False)


def test_names_alone_are_never_certain() -> None:
    verdict = identify(
        "Hendra Setiawan Mohammad Ahsan Fajar Alfian Rian Ardianto Marcus Gideon Kevin Sanjaya"
    )
    assert verdict.language == "id" or not verdict.certain


def test_clear_cases_need_no_model() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from summarize.language import identify\n"
        f"assert identify({INDONESIAN[0]!r}).language == 'id'\n"
        f"assert identify({ENGLISH[0]!r}).language == 'en'\n"
        "assert 'py3langid' not in sys.modules and 'numpy' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
