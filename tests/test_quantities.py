"""Numbers and dates, read alike from English and Indonesian."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.claims import TOKEN, normal
from summarize.quantities import implied, rounds_to, weekday_of
from summarize.stated_dates import find_dates
from summarize.stated_numbers import find_numbers


def tokens(text: str) -> tuple[list[str], list[bool]]:
    raw = TOKEN.findall(text)
    return [normal(token) for token in raw], [token[0].isupper() for token in raw]


def numbers(text: str, **options) -> set[str]:
    return {key for fact in find_numbers(tokens(text)[0], **options) for key in fact.keys}


def dates(text: str) -> set[str]:
    return {key for fact in find_dates(*tokens(text)) for key in fact.keys}


@pytest.mark.parametrize(
    ("english", "indonesian", "key"),
    [
        ("five drones", "lima drone", "number 5"),
        ("5 drones", "5 drone", "number 5"),
        ("twelve days", "dua belas hari", "number 12"),
        ("twenty-five ships", "dua puluh lima kapal", "number 25"),
        ("one hundred people", "seratus orang", "number 100"),
        ("eleven people", "sebelas orang", "number 11"),
        ("two hundred thousand", "dua ratus ribu", "number 200000"),
        ("three hundred forty-six", "tiga ratus empat puluh enam", "number 346"),
        ("1,500,000 people", "1.500.000 orang", "number 1500000"),
        ("1.5 million people", "1,5 juta orang", "number 1500000"),
        ("2.3 million people", "2,3 juta orang", "number 2300000"),
        ("3.2 billion", "3,2 miliar", "number 3.2e+09"),
        ("1,234.5 tons", "1.234,5 ton", "number 1234.5"),
        ("5 percent", "5 persen", "number 5 %"),
        ("5%", "lima persen", "number 5 %"),
        ("5 per cent", "5%", "number 5 %"),
        ("1.5 million rupiah", "Rp1,5 juta", "number 1500000 IDR"),
        ("$40", "40 dolar AS", "number 40 USD"),
        ("US$ 40", "USD 40", "number 40 USD"),
        ("the first visit", "kunjungan pertama", "number 1"),
        ("the third time", "ketiga kalinya", "number 3"),
        ("the two leaders", "kedua pemimpin", "number 2"),
        ("the 5th time", "yang ke-5", "number 5"),
        ("zero growth", "pertumbuhan nol", "number 0"),
    ],
)
def test_the_same_number_in_both_languages(english, indonesian, key):
    assert key in numbers(english)
    assert key in numbers(indonesian)


def test_a_point_and_three_digits_can_be_either():
    assert numbers("1.500") == {"number 1500", "number 1.5"}


def test_a_score_and_a_range_are_two_numbers():
    assert numbers("won 3-1") == {"number 1", "number 3"}


def test_the_pronoun_one_is_no_number():
    assert numbers("one of the ministers") == set()


def test_a_number_that_refers_back_is_no_new_claim():
    assert numbers("the two leaders", strict=True) == set()
    assert numbers("two leaders", strict=True) == {"number 2"}
    assert numbers("the 2 leaders", strict=True) == {"number 2"}


@pytest.mark.parametrize(
    ("english", "indonesian", "keys"),
    [
        ("on Tuesday", "pada Selasa", {"weekday 1"}),
        ("on Friday", "hari Jum'at", {"weekday 4"}),
        ("in September", "pada September", {"month 9"}),
        ("in May", "pada Mei", {"month 5"}),
        ("17 September", "17 September", {"day 9-17"}),
        ("September 17", "17 September", {"day 9-17"}),
        ("Sept. 17th", "17 Sep", {"day 9-17"}),
        ("the 17th of August 1945", "17 Agustus 1945", {"day 8-17", "year 1945"}),
        ("March 3, 2020", "3 Maret 2020", {"day 3-3", "year 2020"}),
        ("May 5", "5 Mei", {"day 5-5"}),
        ("September 10-13", "10-13 September", {"day 9-10", "day 9-13"}),
        ("2023-09-12", "2023-09-12", {"day 9-12", "year 2023"}),
        ("in 2019", "pada 2019", {"year 2019"}),
        ("next month", "bulan depan", {"time next-month"}),
        ("yesterday", "kemarin", {"time yesterday"}),
        ("last week", "pekan lalu", {"time last-week"}),
    ],
)
def test_the_same_date_in_both_languages(english, indonesian, keys):
    assert dates(english) == keys
    assert dates(indonesian) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("(12/9/2023)", {"day 9-12", "day 12-9", "year 2023"}),
        ("(16/9)", {"day 9-16"}),
        ("13/9/23", {"day 9-13", "year 2023"}),
        ("31/2", {"day 2-31"}),
        ("45/67", set()),
        ("2000 people", {"year 2000"}),
        ("2000 rupiah", set()),
    ],
)
def test_dates_in_figures(text, keys):
    assert dates(text) == keys


@pytest.mark.parametrize("text", ["He may come.", "They march on.", "The sun sat low.", "May he come?"])
def test_words_that_only_look_like_dates(text):
    assert dates(text) == set()


def test_a_date_implies_its_weekday_month_and_day():
    facts = find_dates(*tokens("pada (12/9/2023)"))
    assert {"weekday 1", "month 9", "number 12"} <= implied(facts)


def test_weekdays():
    assert weekday_of(2023, 9, 17) == 6
    assert weekday_of(2023, 2, 31) is None


@pytest.mark.parametrize(
    ("value", "claimed", "expected"),
    [
        (1_234_567, 1_200_000, True),
        (1_234_567, 1_234_567, True),
        (1_234_567, 1_300_000, False),
        (7_968, 8_000, True),
        (17, 20, False),
        (99, 100, False),
    ],
)
def test_rounding(value, claimed, expected):
    assert rounds_to(value, claimed) is expected


@given(st.text())
def test_any_text_can_be_read(text):
    words, capitalised = tokens(text)
    for fact in [*find_dates(words, capitalised), *find_numbers(words)]:
        assert 0 <= fact.start < fact.end <= len(words)
        assert all(fact.needs)


@given(st.integers(0, 10**12))
def test_grouped_figures_are_read_in_both_conventions(value):
    assert f"number {value:.8g}" in numbers(f"{value:,}")
    assert f"number {value:.8g}" in numbers(f"{value:,}".replace(",", "."))


_WORDS = (
    "besok", "kemarin", "hari", "ini", "tomorrow", "tonight", "next", "week", "last", "year", "may", "of",
    "th", "Juni", "June", "Jumat", "Friday", "two", "hundred", "dua", "belas", "juta", "million",
    "percent", "Rp", "$",
)  # fmt: skip


@given(
    st.lists(
        st.sampled_from(_WORDS) | st.from_regex(r"\A\d{1,4}(?:[.,/:-]\d{1,4}){0,3}\Z"), min_size=1, max_size=7
    )
)
def test_no_text_of_words_and_figures_is_too_odd(words: list[str]) -> None:
    found, capitalised = tokens(" ".join(words))
    for fact in (*find_dates(found, capitalised), *find_numbers(found), *find_numbers(found, strict=True)):
        assert 0 <= fact.start < fact.end <= len(found)


@pytest.mark.parametrize("text", ["We go tomorrow", "ia pergi besok", "it rained yesterday"])
def test_a_day_may_be_the_last_word(text: str) -> None:
    [fact] = find_dates(*tokens(text))
    assert fact.end == len(text.split())


def test_figures_with_marks_of_both_kinds() -> None:
    assert numbers("3,761.412") == {"number 3761.412"}
    assert numbers("3.761,412") == {"number 3761.412"}
    assert numbers("3,761.412,5")  # no number, but no reason to fail
