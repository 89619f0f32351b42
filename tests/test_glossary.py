"""Terms and how they must be translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from summarize.errors import InputError
from summarize.glossary import (
    Entry,
    Glossary,
    insert,
    load_glossary,
    missing,
    news_glossary,
    read_glossary,
    repair,
)

KORUT = Entry("Korut", ("North Korea", "North Korean"), "Korea Utara")
MOSCOW = Entry("Moskow", ("Moscow",))
JUBIR = Entry("jubir", ("spokesman",), "juru bicara")
US = Entry("AS", ("US", "United States"))
GLOSSARY = Glossary((KORUT, MOSCOW, JUBIR, US, Entry("DK PBB", ("Security Council",), "Dewan Keamanan PBB")))


@pytest.mark.parametrize(
    ("text", "expanded", "found"),
    [
        ("Pemimpin Korut tiba", "Pemimpin Korea Utara tiba", (KORUT,)),
        ("KORUT MENANG", "Korea Utara MENANG", (KORUT,)),
        ("Jubir Korut", "Juru bicara Korea Utara", (JUBIR, KORUT)),
        ("kata jubir", "kata juru bicara", (JUBIR,)),
        ("Hubungan AS-Korut", "Hubungan AS-Korea Utara", (US, KORUT)),
        ("Korea Utara (Korut)", "Korea Utara (Korut)", (KORUT,)),
        ("di Moskow", "di Moskow", (MOSCOW,)),
        ("as roda dan Korutmania", "as roda dan Korutmania", ()),
    ],
)
def test_terms_are_found_as_whole_words_and_expanded(
    text: str, expanded: str, found: tuple[Entry, ...]
) -> None:
    result, entries = GLOSSARY.expand(text)
    assert result == expanded
    assert set(entries) == set(found)


def test_the_longer_term_wins() -> None:
    glossary = Glossary(
        (Entry("PBB", ("UN",), "X"), Entry("DK PBB", ("Security Council",), "Dewan Keamanan"))
    )
    assert glossary.expand("rapat DK PBB")[0] == "rapat Dewan Keamanan"


@pytest.mark.parametrize(
    ("target", "entry", "repaired"),
    [
        ("He is in Moskow.", MOSCOW, "He is in Moscow."),
        ("MOSKOW - He is", MOSCOW, "MOSCOW - He is"),
        ("The AS said", US, "The US said"),
        ("the North Korean leader (Korut) said", KORUT, "the North Korean leader said"),
        ("the leader (Korut) said", KORUT, "the leader (North Korea) said"),
        ("Moskowski", MOSCOW, "Moskowski"),
        ("TNI said", Entry("TNI", ("TNI", "military")), "TNI said"),
    ],
)
def test_a_term_left_as_it_was_is_translated(target: str, entry: Entry, repaired: str) -> None:
    assert repair(target, entry) == repaired


def test_missing_are_the_terms_without_an_accepted_translation() -> None:
    assert missing("The north korean leader is in Kyiv.", (KORUT, MOSCOW)) == (MOSCOW,)


def test_the_translation_can_be_written_into_the_source() -> None:
    assert insert("Pemimpin Korea Utara di Moskow", (KORUT, MOSCOW)) == "Pemimpin North Korea di Moscow"
    assert insert("Juru bicara itu", (JUBIR,)) == "spokesman itu"


def test_the_built_in_glossary_keeps_the_capitals_of_its_terms() -> None:
    news = news_glossary()
    assert {"Korut", "Utara", "Moskow", "PBB"} <= news.capitalised
    assert "jubir" not in news.capitalised


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("Menhan Korsel", "Menteri Pertahanan Korea Selatan"),
        ("Kemlu RI memantau WNI", "Kementerian Luar Negeri RI memantau warga negara Indonesia"),
        ("TNI dan KPK", "TNI dan KPK"),
        (
            "Satgas migas di Kementerian ESDM",
            "Satuan tugas minyak dan gas di Kementerian Energi dan Sumber Daya Mineral",
        ),
    ],
)
def test_the_built_in_glossary(text: str, expanded: str) -> None:
    assert news_glossary().expand(text)[0] == expanded


def test_the_built_in_glossary_mends_everyday_words_that_small_models_leave() -> None:
    _, found = news_glossary().expand("Dosen itu korban longsor")
    assert [entry.source for entry in found] == ["dosen", "longsor"]
    assert repair("The dosen is a victim of longsor.", found[0]) == "The lecturer is a victim of longsor."


@pytest.mark.parametrize(
    ("target", "accepted"),
    [
        ("US forces", True),
        ("U.S. forces", True),
        ("americans", True),
        ("the US's forces", True),
        ("SMEs", True),
        ("because of us", False),
        ("HOUSE", False),
        ("pan-America", True),
        ("Panamerica", False),
    ],
)
def test_an_accepted_form_begins_a_word_and_an_abbreviation_is_one(target: str, accepted: bool) -> None:
    entry = Entry("AS", ("US", "U.S.", "America", "SME"))
    assert missing(target, [entry]) == (() if accepted else (entry,))


def test_a_file_is_put_on_top_of_the_built_in_glossary(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("\ufeff# ours\n\nKorut\tDPRK|N. Korea\nGojek\tGojek\tperusahaan Gojek\n", "utf-8")
    glossary = load_glossary(str(path))
    assert glossary is not None
    terms = {entry.source: entry for entry in glossary.entries}
    assert terms["Korut"] == Entry("Korut", ("DPRK", "N. Korea"))
    assert terms["Gojek"] == Entry("Gojek", ("Gojek",), "perusahaan Gojek")
    assert terms["Korsel"].targets[0] == "South Korea"
    assert read_glossary(path).entries == (terms["Korut"], terms["Gojek"])


def test_news_and_none_are_names() -> None:
    assert load_glossary("news") is news_glossary()
    assert load_glossary("none") is None


@pytest.mark.parametrize("line", ["Korut", "Korut\t", "\tNorth Korea", "a\tb\tc\td", "Korut\t|"])
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text(f"# terms\n{line}\n", "utf-8")
    with pytest.raises(InputError, match=r"terms\.tsv, line 2"):
        read_glossary(path)


def test_a_glossary_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Can't read"):
        read_glossary(tmp_path / "absent.tsv")
    (tmp_path / "binary.tsv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="Can't read"):
        read_glossary(tmp_path / "binary.tsv")


def test_an_empty_glossary_finds_nothing() -> None:
    assert Glossary(()).expand("Pemimpin Korut") == ("Pemimpin Korut", ())


def test_the_abbreviation_in_brackets_does_not_stand_for_the_long_form() -> None:
    _, found = news_glossary().expand("sanksi Perserikatan Bangsa-Bangsa (PBB)")
    assert [entry.source for entry in missing("sanctions against Bangsa-Bangsa (UN)", found)] == [
        "Perserikatan Bangsa-Bangsa"
    ]
    assert not missing("sanctions of the United Nations (UN)", found)
