"""Segments made ready for a model, and its output judged."""

from __future__ import annotations

import pytest

from summarize.article import Flag
from summarize.draft import attempt, degenerate, draft, translation
from summarize.glossary import Entry, Glossary, news_glossary
from summarize.memory import Translation


@pytest.mark.parametrize(
    ("text", "head", "core", "tail"),
    [
        ("JAKARTA, KOMPAS.com - Polisi datang.", "JAKARTA, KOMPAS.com - ", "Polisi datang.", ""),
        ("Jakarta, CNN Indonesia -- Polisi datang.", "Jakarta, CNN Indonesia -- ", "Polisi datang.", ""),
        ("TEMPO.CO, Jakarta - Polisi datang.", "TEMPO.CO, Jakarta - ", "Polisi datang.", ""),
        ("Jakarta, Lensa Dunia -- Polisi datang.", "Jakarta, Lensa Dunia -- ", "Polisi datang.", ""),
        ("Medan | KABAR.co – Polisi datang.", "Medan | KABAR.co - ", "Polisi datang.", ""),
        ("Surabaya (ANTARA) - Polisi datang.", "Surabaya (ANTARA) - ", "Polisi datang.", ""),
        ("BANDA ACEH – Polisi datang.", "BANDA ACEH - ", "Polisi datang.", ""),
        ("Jakarta - Polisi datang.", "Jakarta - ", "Polisi datang.", ""),
        ("Liputan6.com, Jakarta Polisi datang.", "Liputan6.com, Jakarta ", "Polisi datang.", ""),
        ("Bisnis.com, JAKARTA — Polisi datang.", "Bisnis.com, JAKARTA - ", "Polisi datang.", ""),
        ("1. Cuci beras.", "1. ", "Cuci beras.", ""),
        ("• Cuci beras.", "• ", "Cuci beras.", ""),
        ("“Kami siap.", '"', "Kami siap.", ""),
        ("Kami siap.”", "", "Kami siap.", '"'),
        ("“Kami siap,” katanya.", "", '"Kami siap," katanya.', ""),
        ("Kami siap,” katanya.", "", 'Kami siap," katanya.', ""),
        (
            "Presiden dan wakilnya - yang baru - datang.",
            "",
            "Presiden dan wakilnya - yang baru - datang.",
            "",
        ),
        ("2 - 3", "", "2 - 3", ""),
    ],
)
def test_what_is_set_aside(text: str, head: str, core: str, tail: str) -> None:
    made = draft(text)
    assert (made.head, made.core, made.tail) == (head, core, tail)


def test_places_of_a_dateline_are_translated_by_the_glossary() -> None:
    assert draft("MOSKOW - Polisi datang.", news_glossary()).head == "MOSCOW - "


def test_dates_are_spelled_out_for_the_model() -> None:
    made = draft("Ia datang pada Rabu (13/9/2023).")
    assert made.encoded == "Ia datang pada Rabu (13 September 2023)."
    assert attempt(made, "He came on Wednesday (13 September 2023).", -0.1).notes == ("dates: spelled out",)


@pytest.mark.parametrize(
    ("text", "words"), [("* * *", False), ("12/9/2023", False), ("", False), ("Ia", True)]
)
def test_whether_there_is_anything_to_translate(text: str, words: bool) -> None:
    assert draft(text).has_words is words


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("Ia pergi ke pasar.", "He goes to the market.", ""),
        ("Ia pergi.", "", "empty"),
        ("Naik 8 persen lagi.", "Up to 8.0 percent to 8.0 percent to 8.0 percent to the", "repetition"),
        ("Dewan itu rapat.", "The Bangsa-Bangsa-Bangsa-Bangsa meets.", "repetition"),
        ("Ha ha ha ha!", "Ha ha ha ha!", ""),
        ("Ia pergi.", "He " + " ".join(f"word{n}" for n in range(20)), "too long"),
        ("Ia pergi ke pasar besar untuk membeli beras dan sayur.", "He.", "too short"),
    ],
)
def test_output_that_is_no_translation(source: str, target: str, why: str) -> None:
    assert degenerate(source, target) == why


def test_an_output_that_ran_into_its_limit_is_degenerate() -> None:
    assert attempt(draft("Ia pergi."), "He goes.", -0.1, cut_off=True).degenerate == "cut off"


def test_figures_terms_and_names_are_put_right_and_noted() -> None:
    glossary = Glossary((Entry("Moskow", ("Moscow",)), Entry("Korut", ("North Korea",), "Korea Utara")))
    made = draft("Jarak Moskow dari kosmodrom Vostochny 8.000 km, kata Korut.", glossary)
    done = translation(made, attempt(made, "Vostony is 8.000 km from Moskow, North Korea said.", -0.5))
    assert done == Translation(
        "Vostochny is 8,000 km from Moscow, North Korea said.",
        -0.5,
        (
            "numbers: written the English way",
            "glossary: Moskow → Moscow",
            "glossary: Korut → North Korea",
            "name restored: Vostochny",
        ),
    )


def test_a_sentence_starts_with_a_capital_where_its_source_does() -> None:
    assert attempt(draft("Ia pergi."), "he goes.", -0.1).target == "He goes."
    assert attempt(draft("lalu ia pergi."), "then he goes.", -0.1).target == "then he goes."


def test_what_stays_lost_is_noted_and_flagged() -> None:
    made = draft("Kata Shoigu, 17 orang di Moskow.", Glossary((Entry("Moskow", ("Moscow",)),)))
    done = translation(made, attempt(made, "He said people.", -0.5), "retried: lost")
    assert done.flags == (
        Flag("number-lost", ("17",)),
        Flag("name-lost", ("Shoigu",)),
        Flag("term-lost", ("Moskow",)),
    )
    assert done.notes == ("retried: lost", "number-lost: 17", "name-lost: Shoigu", "term-lost: Moskow")


def test_an_attempt_with_fewer_losses_is_better_unless_it_is_much_less_likely() -> None:
    made = draft("Ada 17 orang.")
    without, with_it, unlikely = (
        attempt(made, "There are people.", -0.5),
        attempt(made, "There are 17 people.", -0.8),
        attempt(made, "17 17", -2.0),
    )
    assert with_it.rank > without.rank > unlikely.rank
