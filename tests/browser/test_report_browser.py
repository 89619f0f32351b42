"""What a report does in a browser. The browser is driven over a pipe; no test opens a socket."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runs_for_reports import (
    HOSTILE,
    add_references,
    add_scores,
    article,
    failed_article,
    hostile_article,
    make_run,
)

from summarize.report import write_report

playwright_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MANY = 10_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A report opened in a browser, and what it complained of and asked for."""

    def __init__(self, browser: Any, file: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.url = Path(file).as_uri()
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-ready]", state="attached")

    @property
    def count(self) -> str:
        return self.page.locator("#count").inner_text()

    def titles(self) -> list[str]:
        found: list[str] = self.page.locator("#table tr[data-at] .title a").all_inner_texts()
        return found

    def open_first(self) -> None:
        self.page.locator("#table tr[data-at] .title a").first.click()
        self.page.wait_for_selector("#reader h2")

    def await_count(self, pattern: str) -> None:
        playwright_api.expect(self.page.locator("#count")).to_have_text(re.compile(pattern))


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Opens a report; at the end there must have been no complaint and no request but for the file itself."""
    visits: list[Visit] = []

    def opened(file: str, **options: Any) -> Visit:
        visits.append(Visit(browser, file, **options))
        return visits[-1]

    yield opened
    for each in visits:
        complaints, requests = each.complaints, {url.split("#")[0] for url in each.requests}
        each.context.close()
        assert complaints == []
        assert requests == {each.url}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of six articles, five of them scored, and a failure."""
    folder = tmp_path_factory.mktemp("small")
    run = make_run(folder / "berita", [*map(article, range(6)), failed_article(9)])
    scored = [f"a{number}" for number in range(5)]
    add_scores(run, scored, add_references(folder / "references.jsonl", scored))
    return write_report(run)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = make_run(tmp_path_factory.mktemp("large") / "night", map(article, range(MANY)))
    add_scores(run, [f"a{number}" for number in range(MANY)])
    return write_report(run)


class TestTable:
    def test_sorts_by_any_column_both_ways_with_what_has_no_value_last(self, visit: Any, small: str) -> None:
        report = visit(small)
        heading = report.page.locator('#table th[data-key="rouge1"]')
        heading.get_by_role("button").click()
        assert report.titles() == [f"Market {number} opens" for number in (4, 3, 2, 1, 0, 5)]
        assert heading.get_attribute("aria-sort") == "descending"
        heading.get_by_role("button").click()
        assert report.titles() == [f"Market {number} opens" for number in range(6)]
        assert heading.get_attribute("aria-sort") == "ascending"

    def test_filters_by_text_flag_and_range_and_shows_all_again(self, visit: Any, small: str) -> None:
        report = visit(small)
        page = report.page
        page.keyboard.press("/")
        page.keyboard.type(
            "MÁRKET 10"
        )  # market 3's summary speaks of 10 stalls; accents and case don't matter
        report.await_count("1 of 6")
        assert report.titles() == ["Market 3 opens"]
        page.get_by_role("button", name="Show all").click()
        report.await_count("^6 articles")
        page.get_by_text("unsupported number").first.click()
        report.await_count("2 of 6")
        page.get_by_role("button", name="Show all").click()
        page.locator("#range-metric").select_option("rouge1")
        page.locator("#range-low").fill("0.3")
        page.locator("#range-high").fill("0.7")
        report.await_count("2 of 6")
        assert report.titles() == ["Market 2 opens", "Market 3 opens"]
        page.locator("#search").fill("nothing like it")
        report.await_count("No article is like that")

    def test_is_worked_by_keys_alone(self, visit: Any, small: str) -> None:
        report = visit(small)
        page = report.page
        for key in ("j", "j", "j", "k"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == "Market 1 opens"
        page.keyboard.press("Enter")
        page.wait_for_selector("#reader h2")
        assert page.locator("#reader h2").inner_text() == "Market 1 opens"
        page.keyboard.press("j")
        playwright_api.expect(page.locator("#reader h2")).to_have_text("Market 2 opens")
        page.keyboard.press("Escape")
        page.wait_for_selector("#table tr[data-at]")
        assert page.evaluate("document.activeElement.textContent") == "Market 2 opens"
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"


class TestArticle:
    def test_shows_source_translation_summary_references_and_flags(self, visit: Any, small: str) -> None:
        report = visit(small)
        report.open_first()
        said = report.page.locator("#reader").inner_text()
        for text in (
            "Bupati meresmikan pasar nomor 0.",
            "The regent opened market number 0.",
            "The regent opened market 0 and 7 stalls.",
            "A market opened.",
            "neither in the article nor in its translation",
        ):
            assert text in said
        assert report.page.locator(".summary mark").all_inner_texts() == ["7"]

    def test_pointing_at_a_sentence_marks_its_translation(self, visit: Any, small: str) -> None:
        report = visit(small)
        report.open_first()
        report.page.locator(".source [data-segment='1']").hover()
        assert report.page.locator(".on").all_inner_texts() == [
            "Bupati meresmikan pasar nomor 0.",
            "The regent opened market number 0.",
        ]
        assert "retried: lost" in report.page.locator(".segment-note").inner_text()
        report.page.locator(".summary span").first.hover()
        assert report.page.locator(".target .near").all_inner_texts() == [
            "The regent opened market number 0."
        ]

    def test_removed_furniture_and_reference_translation_show_on_demand(self, visit: Any, small: str) -> None:
        report = visit(small)
        report.open_first()
        furniture = report.page.locator("#reader del")
        assert not furniture.first.is_visible()
        report.page.keyboard.press("f")
        assert furniture.all_inner_texts() == ["Beranda > Ekonomi", "Baca juga: Harga Cabai"]
        assert furniture.first.is_visible()
        assert "line-through" in furniture.first.evaluate("item => getComputedStyle(item).textDecorationLine")
        report.page.keyboard.press("r")
        assert report.page.locator(".aligned").all_inner_texts() == ["One.", "Two."]

    def test_has_an_address_of_its_own(self, visit: Any, small: str) -> None:
        report = visit(small)
        report.page.goto(report.url + "#article/a4")
        report.page.wait_for_selector("#reader h2")
        assert report.page.title() == "Market 4 opens"
        report.page.goto(report.url + "#article/%E0%A4%A")  # no text in that encoding
        report.page.wait_for_selector("#table tr[data-at]")
        report.page.goto(report.url + "#article/a4")
        report.page.wait_for_selector("#reader h2")
        report.page.go_back()
        report.page.wait_for_selector("#table tr[data-at]")


class TestLook:
    def test_theme_follows_the_system_until_switched_and_is_remembered(self, visit: Any, small: str) -> None:
        report = visit(small, color_scheme="dark")

        def brightness() -> int:
            colour = report.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            return sum(map(int, re.findall(r"\d+", colour)[:3]))

        assert brightness() < 150
        report.page.get_by_role("button", name="Light").click()
        assert brightness() > 600
        report.page.reload()
        report.page.wait_for_selector("html[data-ready]", state="attached")
        assert brightness() > 600

    @pytest.mark.parametrize("width", [360, 390, 768, 1280])
    def test_nothing_is_wider_than_the_screen(self, visit: Any, small: str, width: int) -> None:
        report = visit(small, viewport={"width": width, "height": 800})
        assert report.page.evaluate("document.documentElement.scrollWidth") <= width
        report.open_first()
        assert report.page.evaluate("document.documentElement.scrollWidth") <= width

    def test_prints_every_row(self, visit: Any, large: str) -> None:
        report = visit(large)
        report.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert len(report.titles()) == 2000
        report.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert len(report.titles()) < 100


class TestTenThousand:
    def test_draws_only_the_rows_in_view(self, visit: Any, large: str) -> None:
        report = visit(large)
        assert report.count == "10,000 articles"
        assert len(report.titles()) < 100
        report.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        report.page.wait_for_selector(f'#table tr[aria-rowindex="{MANY + 1}"]')
        assert report.titles()[-1] == f"Market {MANY - 1} opens"
        assert len(report.titles()) < 100

    def test_sorts_and_searches_at_once(self, visit: Any, large: str) -> None:
        report = visit(large)
        began = time.monotonic()
        report.page.locator('#table th[data-key="rouge1"] button').click()
        assert report.titles()[0] == f"Market {MANY - 1} opens"
        report.page.locator("#search").fill("a9876")
        report.await_count("1 of 10,000")
        assert time.monotonic() - began < 5  # measured: under one; the machine may be busy
        report.open_first()
        assert "Bupati meresmikan pasar nomor 9876." in report.page.locator("#reader").inner_text()

    def test_a_bar_of_a_plot_filters(self, visit: Any, large: str) -> None:
        report = visit(large)
        report.page.locator("#plots svg .bar").nth(3).click()
        report.await_count(r"of 10,000")
        low, high = (float(report.page.locator(f"#range-{end}").input_value()) for end in ("low", "high"))
        assert 0 < low < high < 1
        shown = int(report.count.split()[0].replace(",", ""))
        assert shown == pytest.approx((high - low) * MANY, abs=5)


def test_an_article_of_markup_does_nothing(visit: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [hostile_article(), failed_article(2, HOSTILE)])
    add_scores(run, [HOSTILE], add_references(tmp_path / "references.jsonl", [HOSTILE], HOSTILE))
    report = visit(write_report(run))
    assert report.titles() == [HOSTILE]
    report.open_first()
    assert report.page.locator("#reader h2").inner_text() == HOSTILE
    report.page.keyboard.press("f")
    report.page.keyboard.press("r")
    for words in ("img", "owned"):
        assert words in report.page.locator("#reader").inner_text()
    assert report.page.evaluate("window.owned === undefined && document.images.length === 0")
    assert report.page.title() == HOSTILE.strip()


def test_the_policy_stops_what_would_load_or_run(browser: Any, small: str) -> None:
    report = Visit(browser, small)
    blocked = report.page.evaluate(
        """async () => {
            const image = new Image();
            const failed = new Promise((done) => {
                image.onerror = () => done(true);
                image.onload = () => done(false);
            });
            image.src = "https://example.org/x.png";
            const fetched = await fetch("https://example.org/").then(() => false, () => true);
            let parsed = true;
            try { document.body.innerHTML = "<b>x</b>"; } catch { parsed = false; }
            return [await failed, fetched, !parsed];
        }"""
    )
    assert blocked == [True, True, True]
    assert {url.split("#")[0] for url in report.requests} <= {
        report.url,
        "https://example.org/x.png",
        "https://example.org/",
    }
    assert any("Content Security Policy" in complaint for complaint in report.complaints)
    report.context.close()


def test_an_empty_run_says_so(visit: Any, tmp_path: Path) -> None:
    report = visit(write_report(make_run(tmp_path, [])))
    assert report.count == "No article is done."
