import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.pages import html_text, markdown_text

SENTENCES = [
    "Presiden meresmikan jembatan gantung sepanjang 240 meter di Kabupaten Lembata, Senin (4/3/2024).",
    "Jembatan itu menghubungkan dua desa yang selama ini terpisah sungai saat musim hujan.",
    "“Anak-anak tidak perlu lagi naik rakit ke sekolah,” kata Kepala Desa Watodiri, Maria Tuto.",
    "Pembangunan menelan biaya Rp18,4 miliar dan dikerjakan selama 14 bulan oleh kontraktor lokal.",
    "Dinas Pekerjaan Umum mencatat masih ada 37 jembatan serupa yang rusak berat di kabupaten itu.",
    "Warga berharap perbaikan dilanjutkan tahun depan sebelum musim hujan tiba.",
    "Bupati menjanjikan pemeriksaan kabel baja setiap enam bulan.",
]
HEAD = """<!DOCTYPE html><html lang="id"><head><meta charset="utf-8">
<title>Jembatan Gantung Lembata Diresmikan - Warta Contoh</title>
<meta property="og:title" content="Jembatan Gantung Lembata Diresmikan">
<meta property="article:published_time" content="2024-03-04T14:20:00+07:00">
<script>var iklan = "skrip iklan";</script><style>.menu { color: red }</style></head><body>"""
MENU = "".join(
    [
        "<nav><ul>",
        *(
            f'<li><a href="/{name}">{name}</a></li>'
            for name in ("Nasional", "Ekonomi", "Hiburan", "Otomotif")
        ),
        "</ul></nav>",
    ]
)
TEASER = '<article><a href="/b/{0}"><h2>Kabar lain nomor {0} yang ramai dibaca hari ini</h2></a></article>'
ASIDE = "".join(["<aside><h3>Terpopuler</h3>", *map(TEASER.format, range(1, 8)), "</aside>"])
COMMENTS = '<div class="comments" id="komentar"><p>Pembaca setia: kapan di desa kami dibangun</p></div>'
FOOTER = (
    "<footer><p>Hak cipta 2024 Warta Contoh.</p><a href='/tentang'>Tentang Kami</a></footer></body></html>"
)


def tagged(tag: str, sentences: list[str] = SENTENCES, after: str = "") -> str:
    return "".join(f"<{tag}>{sentence}</{tag}>{after}" for sentence in sentences)


BODIES = {
    "article element": f"<article><h1>Jembatan Gantung Lembata Diresmikan</h1>{tagged('p')}</article>",
    "paragraphs in a div": f'<div class="detail__body-text itp_bodycontent">{tagged("p")}</div>',
    "line breaks only": f'<div class="detail-desc">{"<br><br>".join(SENTENCES)}</div>',
    "dateline": f'<section><div class="isi"><b>LEMBATA</b> - {"<br />".join(SENTENCES)}</div></section>',
    "divs": f'<div class="read__content"><div class="clearfix">{tagged("div")}</div></div>',
    "links and adverts between": '<div class="post-content">'
    + tagged("p", after="<p><b>Baca juga:</b> <a href='/x'>Tol dibuka</a></p><div class='ads'></div>")
    + "</div>",
    "subheadings, quotations, lists": f"<div class='content'>{tagged('p', SENTENCES[:2])}<h2>Biaya</h2>"
    f"<blockquote>{tagged('p', SENTENCES[2:4])}</blockquote><ul>{tagged('li', SENTENCES[4:])}</ul></div>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_sentence_of_the_body_is_kept_and_nothing_around_it(body: str) -> None:
    page = html_text(HEAD + MENU + body + COMMENTS + ASIDE + FOOTER)
    assert page is not None
    flowing = " ".join(page.text.split())
    assert [each for each in SENTENCES if each not in flowing] == []
    assert [
        each for each in ("Kabar lain", "Pembaca", "Hak cipta", "Hiburan", "iklan", "<") if each in flowing
    ] == []
    assert len(page.text.split("\n")) >= len(SENTENCES)


def test_title_and_date_of_a_page_are_its_metadata() -> None:
    page = html_text(HEAD + MENU + BODIES["paragraphs in a div"] + FOOTER)
    assert page is not None
    assert page.title == "Jembatan Gantung Lembata Diresmikan"
    assert page.date == "2024-03-04"


def test_links_and_emphasis_inside_a_sentence_stay_in_it() -> None:
    page = html_text(
        f"<article><p>Kata <b>Bupati</b>, <a href='/x'>jalan</a> dibuka.</p>{tagged('p')}</article>"
    )
    assert page is not None
    assert page.text.startswith("Kata Bupati, jalan dibuka.\n")


@pytest.mark.parametrize("html", ["<html></html>", "<p></p>", "<html><body><script>x</script></body></html>"])
def test_a_page_without_an_article_gives_none(html: str) -> None:
    assert html_text(html) is None


def test_a_text_without_tags_is_a_text_whatever_its_name() -> None:
    page = html_text(SENTENCES[0])
    assert page is not None
    assert page.text == SENTENCES[0]


def test_nested_elements_without_end_do_no_harm() -> None:
    html_text("<div>" * 3000 + SENTENCES[0])


def test_a_page_that_would_take_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="tags"):
        html_text("<p>a" * 300_000)


@given(st.text("<>/pdiv&;\"'= abc!-", max_size=80))
def test_no_page_raises(html: str) -> None:
    html_text(html)


def test_markdown_loses_its_marks_and_keeps_its_text() -> None:
    page = markdown_text(
        "# Harga Beras Naik\n\nMenteri **Budi** meninjau [pasar](https://contoh.id) `induk`.\n"
        "Ia tersenyum.\n\n"
        "![foto](x.jpg)\n\n- Rp15.000\n- Rp16.000\n\n2. Dua\n3. Tiga\n\n"
        '> "Naik," katanya.\n\n    kode\n\n<b>tebal</b>\n'
    )
    assert page.text.split("\n\n") == [
        "Harga Beras Naik",
        "Menteri Budi meninjau pasar induk.\nIa tersenyum.",
        "- Rp15.000",
        "- Rp16.000",
        "2. Dua",
        "3. Tiga",
        '"Naik," katanya.',
        "kode",
        "<b>tebal</b>",
    ]


def test_front_matter_gives_title_and_date() -> None:
    page = markdown_text('---\njudul: "Harga Beras"\ntanggal: 12 September 2023\ntag: x\n---\nHarga naik.\n')
    assert (page.text, page.title, page.date) == ("Harga naik.", "Harga Beras", "2023-09-12")


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert markdown_text("---\n\nHarga naik.\n").text == "Harga naik."


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9} [a-z]{2,9}\.", fullmatch=True), min_size=1))
def test_plain_paragraphs_pass_through_markdown_unchanged(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    assert markdown_text(text).text == text
