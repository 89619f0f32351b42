"""Numbers, dates and names of a summary, looked up in an Indonesian or English source."""

import pytest

from summarize.metrics import compute, load

claims = load("support").claims


def of_one(summary: str, *sources: str) -> dict[str, float | None]:
    result = compute("support", [summary], [list(sources)], per_item=True)
    names = ("support", "support_numbers", "support_dates", "support_names")
    return {name: result[name][0] for name in names}


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("It cost 1.5 million rupiah.", "Harganya 1,5 juta rupiah."),
        ("It cost 1,500,000 rupiah.", "Harganya 1,5 juta rupiah."),
        ("About 2,500 came.", "Sekitar 2.500 orang datang."),
        ("Growth was 5.2 percent.", "Pertumbuhan 5,2 persen."),
        ("The 3 men left.", "Ketiga pria, tiga orang, pergi."),
        ("They flew 20 billion.", "Nilainya 20 miliar."),
    ],
)
def test_numbers_are_the_same_in_both_ways_of_writing(summary, source):
    assert of_one(summary, source)["support_numbers"] == 1.0


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("It cost 1.5 million.", "Harganya 1,5 miliar."),
        ("It cost 15 million.", "Harganya 1,5 juta."),
        ("Some 40 died.", "Sebanyak 14 orang tewas."),
    ],
)
def test_another_number_is_not_supported(summary, source):
    assert of_one(summary, source)["support_numbers"] == 0.0


@pytest.mark.parametrize(
    "source",
    ["Rabu (17/8/2024)", "17 Agustus 2024", "2024-08-17", "August 17, 2024", "17 Aug. 2024", "(17/8)"],
)
def test_a_date_is_found_in_any_form(source):
    assert of_one("It was on August 17, 2024.", source)["support_dates"] == 1.0


def test_another_day_or_year_is_another_date():
    found = of_one("From 17 August 2023 to 18 August 2024.", "17 Agustus 2024")
    assert found["support_dates"] == 0.0


def test_a_date_is_no_number_and_no_name():
    found = claims("On Tuesday, 12 September 2023, it rained.")
    assert (found.dates, found.numbers, found.names) == ([(12, 9, 2023)], [], [])


def test_a_decimal_number_is_no_date():
    assert claims("It rose 3.5 percent.").dates == []


def test_names_are_runs_of_capitalised_words():
    found = claims(
        "Officials said President Putin met Kim Jong-un in Russia. The Ministry of Health was told."
    )
    assert found.names == ["President Putin", "Kim Jong-un", "Russia", "Ministry of Health"]


def test_a_name_is_supported_where_all_of_its_words_are_in_one_of_the_sources():
    summary = "They saw Budi Santoso and Siti Rahayu in Bandung."
    found = of_one(summary, "Budi Santoso pergi ke Bandung.", "Siti Aminah went to Bandung.")
    assert found["support_names"] == pytest.approx(2 / 3)


def test_a_summary_that_claims_nothing_has_no_score():
    assert set(of_one("It went well.", "Semua baik.").values()) == {None}


def test_support_is_over_all_claims_together():
    found = of_one("They paid 5 dollars to Ahmad on 3 May 2020.", "Ahmad menerima 6 dolar, 3 Mei 2020.")
    assert found["support"] == pytest.approx(2 / 3)


def test_an_article_without_its_source_supports_nothing():
    assert of_one("They paid 5 dollars.", "")["support"] == 0.0
