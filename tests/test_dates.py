from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.dates import iso_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2023-09-12", "2023-09-12"),
        ("2023-09", "2023-09"),
        ("2023-09-12 08:15", "2023-09-12T08:15"),
        ("2023-09-12T08:15:30Z", "2023-09-12T08:15:30+00:00"),
        ("2023-09-12 08:15:30.25 +0700", "2023-09-12T08:15:30.250000+07:00"),
        ("12/9/2023", "2023-09-12"),
        ("12-09-2023 08.15", "2023-09-12T08:15"),
        ("12 September 2023", "2023-09-12"),
        ("Selasa, 12 September 2023 - 08:15 WIB", "2023-09-12T08:15+07:00"),
        ("Rabu 1 Agustus 2023 | 21.05 WITA", "2023-08-01T21:05+08:00"),
        ("Kamis, 5 Okt 2023 10:11:12 WIT", "2023-10-05T10:11:12+09:00"),
        ("3 Mei 2023, pukul 07.00 WIB", "2023-05-03T07:00+07:00"),
        ("Tue, 12 Sep 2023 08:15:00 +0700", "2023-09-12T08:15:00+07:00"),
        (date(2023, 9, 12), "2023-09-12"),
        (datetime(2023, 9, 12, 8, 15, tzinfo=UTC), "2023-09-12T08:15:00+00:00"),
    ],
)
def test_a_date_as_it_is_written_becomes_iso(written: object, iso: str) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        "kemarin",
        "",
        "12/13/2023",
        "31 Februari 2023",
        "2023-13",
        "2023-02-30",
        "12 Kucing 2023",
        1694480400,
        None,
    ],
)
def test_what_is_no_date_gives_none(written: object) -> None:
    assert iso_date(written) is None


@given(st.dates(min_value=date(1900, 1, 1)))
def test_iso_dates_stay_as_they_are(day: date) -> None:
    assert iso_date(day.isoformat()) == day.isoformat()
    assert iso_date(f"{day.day}/{day.month}/{day.year}") == day.isoformat()


@given(st.text())
def test_no_text_raises(text: str) -> None:
    iso_date(text)
