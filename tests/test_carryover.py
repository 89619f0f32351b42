"""Numbers and names that must be carried over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.carryover import english_numbers, lost_names, lost_numbers, restore_names, spell_dates


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Harganya Rp1.500.000.", "It costs Rp1.500.000.", "It costs Rp1,500,000."),
        ("Naik 3,5 persen.", "Up 3,5 percent.", "Up 3.5 percent."),
        ("Sejauh 8.000 km.", "About 8.000 km away.", "About 8,000 km away."),
        ("Nilainya 1.234,56.", "Its value is 1.234,56.", "Its value is 1,234.56."),
        ("Pukul 19.30 WIB.", "At 19.30 WIB.", "At 19.30 WIB."),
        ("Naik 3,5 persen.", "Up 13,5 percent.", "Up 13,5 percent."),
        ("Versi 1.2.3 terbit.", "Version 1.2.3 is out.", "Version 1.2.3 is out."),
        ("Tanpa angka.", "No figure.", "No figure."),
    ],
)
def test_copied_figures_are_written_the_english_way(source: str, target: str, expected: str) -> None:
    assert english_numbers(source, target) == expected


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Selasa (12/9/2023)", "Selasa (12 September 2023)"),
        ("pada 01/08/2023", "pada 1 Agustus 2023"),
        ("Rabu (13/9)", "Rabu (13 September)"),
        ("Sabtu, 16/9", "Sabtu, 16 September"),
        ("Sabtu 16/9", "Sabtu 16 September"),
        ("dua per tiga, 2/3", "dua per tiga, 2/3"),
        ("pada 12/19/2023", "pada 12/19/2023"),
        ("surat 12/9/2023/A", "surat 12/9/2023/A"),
        ("semester I/2023", "semester I/2023"),
    ],
)
def test_numeric_dates_are_spelled_out(text: str, spelled: str) -> None:
    assert spell_dates(text) == spelled


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("1.500.000 orang", "1,500,000 people"),
        ("1,5 juta orang", "1.5 million people"),
        ("1,5 juta orang", "1,500,000 people"),
        ("Rp2,53 triliun", "Rp2.53 trillions"),
        ("20 ribu", "20,000"),
        ("2,5 bulan", "two and a half months"),
        ("24.000 orang", "twenty-four thousand people"),
        ("200 orang", "two hundred people"),
        ("25 orang", "twenty-five people"),
        ("Selasa (12/9/2023)", "on Tuesday, September 12, 2023"),
        ("Selasa (12/9)", "on 12 September"),
        ("pukul 19.30 WIB", "at 7:30 p.m."),
        ("pukul 19.30 WIB", "at 1930 hours"),
        ("pukul 06.00", "at 6 am"),
        ("abad ke-20", "the 20th century"),
        ("tahun 1990-an", "the 1990s"),
        ("menang 2-1", "won 2-1"),
        ("ke-3 kalinya", "for the third time"),
        ("versi 1.2.3", "version 1.2.3"),
        ("tanpa angka", "no figure"),
    ],
)
def test_numbers_that_are_kept(source: str, target: str) -> None:
    assert lost_numbers(source, target) == ()


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        ("ada 17 orang pada 2017", "people in 2017", ("17",)),
        ("5 juta orang", "5 people", ("5",)),
        ("1.500 orang", "1.5 people", ("1.500",)),
        ("3,5 persen", "35 percent", ("3,5",)),
        ("12/9/2023", "12 October 2023", ("9",)),
        ("antara 7,5 dan 8 persen", "8.0 percent", ("7,5",)),
    ],
)
def test_numbers_that_are_lost(source: str, target: str, lost: tuple[str, ...]) -> None:
    assert lost_numbers(source, target) == lost


@given(st.integers(0, 10**12))
def test_any_whole_number_is_kept_by_its_english_form(number: int) -> None:
    indonesian, english = f"{number:,}".replace(",", "."), f"{number:,}"
    assert lost_numbers(f"sebanyak {indonesian} butir", f"a total of {english} grains") == ()
    assert (
        english_numbers(f"ada {indonesian} butir", f"it is {indonesian} grains") == f"it is {english} grains"
    )


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        ("Kata Menteri Sergei Shoigu.", "Minister Sergei Shoigu said.", ()),
        ("Warga Palestina dan Indonesia.", "Palestinian and Indonesian people.", ()),
        ("Bersama José di Bandung.", "With Jose in Bandung.", ()),
        ("Ibu Sumiati datang.", "Mother came.", ("Sumiati",)),
        ("Kata Kim Jong-un di Vladivostok.", "Kim said in Vlavo.", ("Jong-un", "Vladivostok")),
        ("Mereka dari Kementerian Keuangan.", "They are from the Finance Ministry.", ()),
        ("Mobil Putinnya.", "Putin's car.", ()),
        ("Polisi datang. Warga pergi.", "Police came.", ()),
        ("Kata KPK.", "It said.", ()),
    ],
)
def test_names(source: str, target: str, lost: tuple[str, ...]) -> None:
    assert lost_names(source, target) == lost


def test_a_misspelt_name_is_spelled_as_in_the_source() -> None:
    restored = restore_names("di kosmodrom Vostochny", "at the Vostony cosmodrome", ["Vostochny"])
    assert restored == ("at the Vostochny cosmodrome", ("Vostochny",))


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("at the cosmodrome", "nothing looks like it"),
        ("at Vostony near Vostochy", "two words do"),
        ("at the vostony", "it isn't capitalised"),
        ("at Ostochny", "the first letter is another"),
    ],
)
def test_a_name_is_not_restored_where(target: str, why: str) -> None:
    assert restore_names("di Vostochny", target, ["Vostochny"]) == (target, ()), why


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared(source: str, target: str) -> None:
    english_numbers(source, target)
    names = lost_names(source, target)
    restored = restore_names(source, target, names)[1]
    assert set(restored) <= set(names)
    assert all(number in source for number in lost_numbers(source, target))
