"""The clean stage: bodies whole, furniture gone, titles, dates and datelines recognised."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarize.article import Article
from summarize.clean import Cleaner, clean_page

PAGES = Path(__file__).parent / "pages"
TITLE = "Warga Lereng Gunung Panen Kopi Lebih Awal"
BODY = (
    "Warga di lereng gunung itu memanen kopi lebih awal karena hujan datang sebelum waktunya.",
    "Mereka menjemur biji kopi di halaman balai desa, bergantian dengan anak-anak yang bermain bola.",
    "“Tahun lalu kami menunggu sampai Agustus,” kata Sutinah, ketua kelompok tani setempat.",
    "Harga kopi basah naik seribu rupiah sejak pekan lalu. Pengepul datang dua kali sehari.",
    "Dinas pertanian mengirim empat mesin pengering, tetapi listrik desa belum cukup untuk semuanya.",
    "Sutinah berharap panen berikutnya tidak lagi bergantung pada langit yang sukar ditebak.",
)


@dataclass(frozen=True)
class Example:
    name: str
    date: str | None
    place: str | None
    text: str
    title: str
    body: tuple[str, ...]


def examples(file: str) -> list[Example]:
    """The pages of a file in `pages/`; the marks are explained at its head."""
    found = []
    for block in re.split(r"^@ ", (PAGES / file).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, *lines = block.rstrip("\n").split("\n")
        name, date, place = (None if part.strip() == "-" else part.strip() for part in head.split("|"))
        body = [line[2:] for line in lines if line.startswith("=")]
        found.append(
            Example(
                name=name or "",
                date=date,
                place=place,
                text="\n".join(re.sub("[⟦⟧]", "", line[2:]) for line in lines),
                title=next(line[2:] for line in lines if line.startswith("#")),
                body=tuple(re.sub(r"\s*⟦.*?⟧", "", line) for line in body),
            )
        )
    return found


OUTLETS, TRAPS = examples("outlets.txt"), examples("traps.txt")
by_name = pytest.mark.parametrize("example", OUTLETS + TRAPS, ids=lambda example: example.name)


@by_name
def test_the_body_of_a_page_comes_out_whole_and_without_furniture(example: Example) -> None:
    assert clean_page(example.text).paragraphs == example.body


@by_name
def test_headline_date_and_place_are_recognised(example: Example) -> None:
    page = clean_page(example.text)
    assert (page.title, page.date, page.dateline or None) == (example.title, example.date, example.place)


@by_name
def test_paragraphs_may_be_set_off_by_blank_lines_and_end_with_carriage_returns(example: Example) -> None:
    text = example.text.replace("\n", "\r\n")
    assert clean_page(text).paragraphs == example.body
    spread = "\n\n".join(line for line in example.text.split("\n") if line)
    lost = set(example.body) - set(clean_page(spread).paragraphs)
    assert not lost


@by_name
def test_every_word_is_either_kept_or_reported_as_removed(example: Example) -> None:
    page = clean_page(example.text)
    kept = " ".join((*page.paragraphs, *(removal.text for removal in page.removed)))
    assert Counter(kept.split()) == Counter(example.text.split())


@by_name
def test_removals_name_the_line_they_were_on(example: Example) -> None:
    lines = example.text.split("\n")
    for removal in clean_page(example.text).removed:
        assert removal.text in " ".join(lines[removal.line].split())


@by_name
def test_cleaning_what_is_clean_changes_nothing(example: Example) -> None:
    page = clean_page(example.text)
    for title in (page.title, None):
        again = clean_page("\n\n".join(page.paragraphs), title)
        assert again.paragraphs == page.paragraphs
        assert not again.removed


@by_name
def test_a_second_printing_of_the_body_goes(example: Example) -> None:
    page = clean_page("\n".join((example.title, *example.body, *example.body, "(mas)")))
    assert page.paragraphs == example.body


def page_of(*lines: str) -> str:
    return "\n".join((TITLE, *lines))


class TestRepetition:
    def test_nearly_identical_paragraphs_of_a_second_printing_go_too(self) -> None:
        second = (BODY[0], BODY[1].replace("bergantian", "bergiliran"), BODY[2].replace("“", '"'), *BODY[3:])
        assert clean_page(page_of(*BODY, *second)).paragraphs == BODY

    def test_a_second_printing_may_begin_in_the_middle_of_the_story(self) -> None:
        assert clean_page(page_of(*BODY, *BODY[2:], "(mas)")).paragraphs == BODY

    def test_a_second_printing_may_be_one_long_line(self) -> None:
        assert clean_page(page_of(*BODY, " ".join(BODY))).paragraphs == BODY

    def test_furniture_may_stand_between_the_printings(self) -> None:
        page = page_of(*BODY, "Baca juga: Harga Cabai Turun di Tiga Pasar", "(mas)", TITLE, *BODY)
        assert clean_page(page).paragraphs == BODY

    def test_paragraphs_that_differ_in_a_number_are_no_copies(self) -> None:
        patients = (
            "Pasien pertama adalah laki-laki berusia 34 tahun yang dirawat di rumah sakit umum sejak Senin.",
            "Pasien kedua adalah laki-laki berusia 35 tahun yang dirawat di rumah sakit umum sejak Senin.",
            "Pasien ketiga adalah laki-laki berusia 43 tahun yang dirawat di rumah sakit umum sejak Selasa.",
        )
        assert clean_page(page_of(*BODY, *patients)).paragraphs == (*BODY, *patients)

    def test_a_sentence_said_twice_is_a_refrain(self) -> None:
        said = "“Kopi ini milik kami,” katanya berulang kali."
        page = page_of(BODY[0], said, BODY[1], said, BODY[2], said)
        assert clean_page(page).paragraphs == (BODY[0], said, BODY[1], said, BODY[2], said)

    def test_the_beginning_of_a_paragraph_printed_as_a_teaser_goes(self) -> None:
        teaser = "Warga di lereng gunung itu memanen kopi lebih awal karena..."
        assert clean_page(page_of(teaser, *BODY)).paragraphs == BODY

    def test_a_caption_printed_with_and_without_its_credit_goes(self) -> None:
        caption = "Perempuan petani menjemur kopi di balai desa pada musim panen 2023."
        page = page_of(*BODY[:3], caption, f"{caption} (Dinas Pertanian)", *BODY[3:])
        assert clean_page(page).paragraphs == BODY


class TestBelowTheStory:
    def test_readers_comments_go_even_if_they_read_like_prose(self) -> None:
        comments = (
            "3 Komentar",
            "Joko",
            "Semoga panennya terus melimpah sampai tahun-tahun yang akan datang.",
        )
        assert clean_page(page_of(*BODY, *comments)).paragraphs == BODY

    def test_a_subheading_on_comments_is_no_comment_section(self) -> None:
        lines = (*BODY[:2], "Komentar Warga", *BODY[2:])
        assert clean_page(page_of(*lines)).paragraphs == lines

    def test_short_lines_below_the_initials_go_but_lists_stay(self) -> None:
        page = clean_page(page_of(*BODY, "(mas)", "kopi panen lereng gunung", "1. Kopi robusta"))
        assert page.paragraphs == (*BODY, "1. Kopi robusta")

    def test_a_list_at_the_end_of_the_story_stays(self) -> None:
        lines = (*BODY, "Alat yang dibutuhkan:", "Terpal", "Garpu kayu", "Mesin pengering")
        assert clean_page(page_of(*lines)).paragraphs == lines


class TestForm:
    def test_a_page_without_line_breaks_is_broken_at_wide_spaces(self) -> None:
        page = clean_page("  ".join((TITLE, *BODY[:3], "Baca Juga: Harga Cabai Turun di Pasar", *BODY[3:])))
        assert (page.title, page.paragraphs) == (TITLE, BODY)

    def test_lines_wrapped_at_a_fixed_width_are_joined(self) -> None:
        import textwrap

        for width in (60, 80, 100):
            wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in (TITLE, *BODY))
            assert clean_page(wrapped).paragraphs == BODY

    def test_wrapped_paragraphs_need_no_blank_lines_between_them(self) -> None:
        import textwrap

        long = tuple(f"{one} {other}" for one, other in zip(BODY[::2], BODY[1::2], strict=True))
        wrapped = "\n".join((TITLE, *(textwrap.fill(paragraph, 70) for paragraph in long)))
        assert " ".join(clean_page(wrapped).paragraphs) == " ".join(BODY)

    def test_a_wrapped_link_takes_no_body_with_it(self) -> None:
        import textwrap

        link = "Baca juga: Petani Kopi di Seberang Pulau Mengeluhkan Harga Pupuk yang Terus Naik"
        wrapped = "\n".join(textwrap.fill(paragraph, 80) for paragraph in (TITLE, *BODY[:3], link, *BODY[3:]))
        assert " ".join(BODY).split() == " ".join(clean_page(wrapped).paragraphs).split()

    def test_a_sentence_broken_around_a_link_is_joined(self) -> None:
        broken = BODY[0].replace("memanen kopi ", "memanen kopi\n")
        assert clean_page(page_of(broken, *BODY[1:])).paragraphs == BODY

    def test_invisible_characters_and_odd_spaces_go(self) -> None:
        odd = "\ufeff" + page_of(*BODY).replace(" kopi", "\u00a0ko\u200bpi").replace(
            " desa", "\u2009desa\u00ad"
        )
        assert clean_page(odd).paragraphs == BODY

    def test_remnants_of_markup_go(self) -> None:
        markup = "<h1>" + TITLE + "</h1>\n" + "".join(f"<p class=x><b>{text}</b></p>\n" for text in BODY[:5])
        markup += "<script>var a = 1;\nvar b;</script><!-- iklan -->\n" + BODY[5].replace(" ", "&nbsp;")
        assert clean_page(markup).paragraphs == BODY

    def test_comparisons_and_ampersands_are_no_markup(self) -> None:
        text = "Kadar air biji kopi harus < 12 persen dan > 10 persen menurut CV Tani & Rekan."
        assert clean_page(page_of(*BODY, text)).paragraphs == (*BODY, text)

    def test_lines_are_numbered_as_in_the_text_read(self) -> None:
        page = clean_page(f"{TITLE}\r\n\r\n<script>\r\n\r\n</script>\r\nloading...\r\n" + "\r\n".join(BODY))
        assert [(removal.line, removal.rule) for removal in page.removed] == [(0, "title"), (5, "loading")]


class TestTitle:
    def test_a_given_title_is_kept_and_taken_out_of_the_body(self) -> None:
        page = clean_page(page_of(*BODY), TITLE.upper())
        assert (page.title, page.paragraphs) == (TITLE.upper(), BODY)
        assert [removal.rule for removal in page.removed] == ["repeated-title"]

    def test_the_outlet_behind_a_given_title_is_cut_off(self) -> None:
        assert clean_page(page_of(*BODY), f"{TITLE} - Kompas.com").title == TITLE
        assert clean_page("\n".join(BODY), "Adu Cepat Kereta – Bus").title == "Adu Cepat Kereta – Bus"

    def test_a_text_that_begins_with_prose_has_no_title(self) -> None:
        page = clean_page("\n".join(BODY))
        assert (page.title, page.paragraphs) == (None, BODY)

    def test_a_short_headline_comes_before_a_long_caption(self) -> None:
        caption = "Petani menjemur biji kopi di halaman"
        page = clean_page("\n".join(("Panen Kopi Lebih Awal", caption, *BODY)))
        assert (page.title, page.paragraphs) == ("Panen Kopi Lebih Awal", (caption, *BODY))

    def test_a_subheading_is_no_title(self) -> None:
        page = clean_page("\n".join((BODY[0], "Panen Lebih Awal", *BODY[1:])))
        assert (page.title, page.paragraphs) == (None, (BODY[0], "Panen Lebih Awal", *BODY[1:]))

    def test_a_title_may_ask_or_exclaim(self) -> None:
        for title in ("Mengapa Kopi Dipanen Lebih Awal Tahun Ini?", "Panen Kopi Lebih Awal, Warga Lega!"):
            page = clean_page("\n".join((title, *BODY)))
            assert (page.title, page.paragraphs) == (title, BODY)

    def test_a_quotation_is_no_title(self) -> None:
        quotation = "“Kami tidak takut pada hujan!”"
        assert clean_page("\n".join((quotation, *BODY))).paragraphs[-6:] == BODY


class TestDate:
    @pytest.mark.parametrize(
        ("line", "date"),
        [
            ("Selasa, 12 Sep 2023 10:15 WIB", "2023-09-12T10:15+07:00"),
            ("Kompas.com - 12/09/2023, 10:15 WIB", "2023-09-12T10:15+07:00"),
            ("Jumat, 1 Desember 2023 | 08.05 WITA", "2023-12-01T08:05+08:00"),
            ("12 September 2023", "2023-09-12"),
            ("September 12, 2023", "2023-09-12"),
            ("2023-09-12 10:15", "2023-09-12T10:15"),
        ],
    )
    def test_the_line_above_the_story_dates_it(self, line: str, date: str) -> None:
        assert clean_page(page_of(line, *BODY)).date == date

    def test_else_the_date_behind_a_weekday_in_the_first_paragraphs_does(self) -> None:
        told = BODY[1].replace("Mereka", "Sejak Selasa (12/9/2023) mereka")
        assert clean_page(page_of(BODY[0], told)).date == "2023-09-12"

    def test_a_date_of_history_does_not(self) -> None:
        told = BODY[1].replace("Mereka", "Seperti pada proklamasi (17/8/1945), mereka")
        assert clean_page(page_of(BODY[0], told)).date is None

    def test_impossible_dates_are_ignored(self) -> None:
        page = clean_page(page_of("Selasa, 32 September 2023", *BODY))
        assert page.date is None


@pytest.mark.parametrize(
    ("opening", "place"),
    [
        ("PYONGYANG - ", "PYONGYANG"),
        ("JAKARTA, KOMPAS.com - ", "JAKARTA"),
        ("TEMPO.CO, Jakarta - ", "Jakarta"),
        ("Liputan6.com, Jakarta ", "Jakarta"),
        ("Jakarta, CNN Indonesia -- ", "Jakarta"),
        ("Jakarta (ANTARA) - ", "Jakarta"),
        ("Moskow | KABAR.co – ", "Moskow"),
        ("Kuala Lumpur, VIVA – ", "Kuala Lumpur"),
        ("NEW YORK — ", "NEW YORK"),
        ("BANDUNG: ", "BANDUNG"),
        ("Bandung: ", "Bandung"),
        ("MEDAN (Kabar): ", "MEDAN"),
        ("Bogor, Jawa Barat - ", "Bogor"),
        ("Jakarta, Lensa Kota -- ", "Jakarta"),
        ("Catatan: ", None),
        ("TRIBUNNEWS.COM - ", None),
        ("", None),
        ("Kopi - ", None),
    ],
)
def test_a_dateline_stays_in_the_text_and_its_place_is_recorded(opening: str, place: str | None) -> None:
    first = opening + BODY[0]
    page = clean_page(page_of(first, *BODY[1:]))
    assert page.paragraphs == (first, *BODY[1:])
    if opening != "Kopi - ":
        assert (page.dateline or None) == place


class TestCleaner:
    def test_the_article_gets_what_the_page_says_of_itself(self) -> None:
        (article,) = Cleaner()([Article(id="1", source="a.txt", text=OUTLETS[0].text, metadata={"row": 3})])
        assert article.error is None
        assert article.language == "id"
        assert article.date == "2023-10-03T10:15+07:00"
        assert article.metadata == {"row": 3, "dateline": "Semarang"}
        assert article.text == OUTLETS[0].text

    def test_what_the_input_says_comes_first(self) -> None:
        article = Article(id="1", source="a", text=OUTLETS[0].text, title="Perahu Baru", date="2020-01-01")
        (cleaned,) = Cleaner()([article])
        assert (cleaned.title, cleaned.date) == ("Perahu Baru", "2020-01-01")

    def test_order_and_number_stay_and_failed_articles_pass_through(self) -> None:
        failed = Article(id="2", source="b").failed("read", "empty")
        articles = [Article(id=str(n), source="a", text="\n".join(BODY)) for n in (0, 1)]
        cleaned = Cleaner()([articles[0], failed, articles[1]])
        assert [article.id for article in cleaned] == ["0", "2", "1"]
        assert cleaned[1] == failed

    def test_a_page_of_nothing_but_furniture_fails_and_says_so(self) -> None:
        (article,) = Cleaner()(
            [Article(id="1", source="a", text="loading...\nBagikan\nBaca juga: Harga Cabai")]
        )
        assert article.error is not None
        assert (article.error.stage, article.error.reason) == ("clean", "nothing left but page furniture")
        assert len(article.removed) == 3

    def test_an_empty_text_fails(self) -> None:
        (article,) = Cleaner()([Article(id="1", source="a", text=" \n\u200b\n")])
        assert article.error is not None
        assert article.error.reason == "the text is empty"

    def test_english_articles_are_marked_as_such(self) -> None:
        text = "The minister said on Monday that the bridge would be open to all by the end of the year."
        (article,) = Cleaner()([Article(id="1", source="a", text=text)])
        assert (article.error, article.language) == (None, "en")

    def test_other_languages_fail_unless_forced(self) -> None:
        text = "Le ministre a déclaré lundi que le pont serait ouvert à tous avant l'été."
        article = Article(id="1", source="a", text=text)
        (refused,) = Cleaner()([article])
        assert refused.error is not None
        assert "not Indonesian" in refused.error.reason
        (forced,) = Cleaner(force=True)([article])
        assert forced.error is None
        assert forced.language == "fr"
        assert [flag.kind for flag in forced.flags] == ["not-indonesian"]

    def test_malay_is_flagged_and_goes_on(self) -> None:
        text = (
            "Jurucakap polis mengesahkan lelaki itu ditahan kerana disyaki mencuri wang "
            "syarikat di bandar itu semalam, "
            "manakala dua lagi suspek masih dicari."
        )
        (article,) = Cleaner()([Article(id="1", source="a", text=text)])
        assert article.error is None
        assert [flag.kind for flag in article.flags] == ["possibly-malay"]
        assert article.paragraphs == (text,)

    def test_too_short_a_text_counts_as_what_the_input_says_or_as_indonesian(self) -> None:
        short = Article(id="1", source="a", text="Gempa guncang Palu.")
        (unstated, stated) = Cleaner()([short, replace(short, language="en")])
        assert (unstated.language, stated.language) == ("id", "en")
        assert unstated.paragraphs == stated.paragraphs == ("Gempa guncang Palu.",)

    def test_what_is_glued_goes_even_if_something_else_came_after_it(self) -> None:
        text = f"{BODY[0]} Scroll to Top (adsbygoogle = window.adsbygoogle || []).push({{}});"
        (article,) = Cleaner()([Article(id="1", source="a", text=text)])
        assert article.paragraphs == (BODY[0],)
        assert [one.rule for one in article.removed] == ["script", "back-to-top-glued"]

    def test_it_can_be_sent_to_another_process(self) -> None:
        assert pickle.loads(pickle.dumps(Cleaner(force=True))) == Cleaner(force=True)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(BODY),
            st.sampled_from([line for page in OUTLETS for line in page.text.split("\n")]),
            st.sampled_from(["", "Reaksi Warga", "1. Satu", "Hujan.", TITLE, "(mas)", "A"]),
            st.text(max_size=60),
        ),
        max_size=30,
    )
)
def test_whatever_the_page_cleaning_twice_is_cleaning_once(lines: list[str]) -> None:
    page = clean_page("\n".join(lines), TITLE)
    again = clean_page("\n\n".join(page.paragraphs), TITLE)
    assert again.paragraphs == page.paragraphs


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('A a.:,()[]/|-–—>"“”1\n\u00a0&;<p'), max_size=1500))
def test_no_page_takes_long(text: str) -> None:
    import time

    start = time.process_time()
    clean_page(text)
    assert time.process_time() - start < 2
