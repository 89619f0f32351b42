"""What a report holds, without a browser; what it does in one is in tests/browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs_for_reports import (
    HOSTILE,
    MANIFEST,
    add_references,
    add_scores,
    article,
    failed_article,
    hostile_article,
    log_line,
    make_run,
)
from typer.testing import CliRunner

from summarize.article import Article, Flag
from summarize.cli.app import app
from summarize.comparison import compare
from summarize.errors import InputError, StoreError
from summarize.folder import Folder
from summarize.prediction_files import read_predictions, read_references
from summarize.report import day_and_time, write_report
from summarize.report_comparison import both, verdict, write_comparison
from summarize.report_data import detail, source_words
from summarize.report_flags import meaning
from summarize.report_markdown import markdown, plain
from summarize.report_page import embedded, packed
from summarize.report_throughput import throughput


class Page(HTMLParser):
    """A report taken apart: its text, its elements, and the contents of its scripts by class or id."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.said: list[str] = []
        self._raw: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._raw = tag if tag in ("script", "style") else self._raw

    def handle_endtag(self, tag: str) -> None:
        self._raw = None if tag == self._raw else self._raw

    def handle_data(self, data: str) -> None:
        if self._raw is None:
            self.said.append(data)
        elif self._raw == "script":
            self.scripts.append((self.tags[-1][1], data))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())

    def chunks(self, kind: str) -> list[Any]:
        return [
            json.loads(gzip.decompress(base64.b64decode(data)))
            for about, data in self.scripts
            if about.get("class") == kind
        ]

    @property
    def index(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {}
        for chunk in self.chunks("index"):
            for name, values in chunk.items():
                columns.setdefault(name, []).extend(values)
        return columns

    @property
    def details(self) -> list[Any]:
        return [item for chunk in self.chunks("details") for item in chunk]

    @property
    def run(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(
            next(data for about, data in self.scripts if about.get("id") == "run")
        )
        return known


def report(run: Folder, **options: Any) -> Page:
    return Page(Path(write_report(run, **options)).read_text(encoding="utf-8"))


class TestHtml:
    def test_tells_figures_scores_failures_and_how_it_was_made(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "berita", [*map(article, range(6)), failed_article(9)])
        add_scores(run, [f"a{number}" for number in range(6)])
        text = report(run).text
        for said in (
            "6 articles in English, translated by tiny-marian and summarized by tiny-bart",
            "Begun on 1 March 2026, 04:05 UTC",
            "ROUGE-1 F1 0.500 [0.400, 0.600]",
            "rouge1|nrefs:2",
            "berita/f9.txt clean Nothing is left of the page.",
            "summarize run berita/ -o runs/berita",
            "news-brief",
            "python 3.11",
        ):
            assert said in text
        assert "nan" not in text.lower().split()

    def test_index_and_details_hold_every_article_in_order(self, tmp_path: Path) -> None:
        page = report(make_run(tmp_path, map(article, range(470))))
        assert page.index["id"] == [f"a{number}" for number in range(470)]
        assert page.index["flags"][:2] == [["unsupported-number"], []]
        assert [len(chunk) for chunk in page.chunks("details")] == [page.run["chunk"]] + [50] * 8 + [20]
        assert [about["segments"][1][0][:2] for about in page.details] == [
            [f"Bupati meresmikan pasar nomor {number}.", f"The regent opened market number {number}."]
            for number in range(470)
        ]

    def test_words_are_those_of_the_body_or_else_of_the_text(self) -> None:
        text = "Baca juga \n\n Bupati meresmikan  pasar. Hujan turun."
        unclean = Article(id="a", source="a.txt", text=text)
        cleaned = replace(unclean, paragraphs=("Bupati meresmikan pasar.", "Hujan turun."))
        assert (source_words(unclean), source_words(cleaned)) == (7, 5)

    def test_details_tell_where_furniture_was(self) -> None:
        assert detail(article(1), None)["furniture"] == [
            [0, "Beranda > Ekonomi", "breadcrumb"],
            [2, "Baca juga: Harga Cabai", "read-also"],
        ]

    def test_an_article_without_segments_is_aligned_by_paragraph(self) -> None:
        passed_through = Article("e", "e.txt", "A.\nB.", paragraphs=("A.", "B."), paragraphs_en=("A.",))
        assert detail(passed_through, None)["segments"] == [
            [["", "", None, []]],
            [["A.", "A.", None, []]],
            [["B.", "", None, []]],
        ]

    def test_references_of_the_scores_are_shown(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "run", map(article, range(3)))
        add_scores(run, ["a0", "a1"], add_references(tmp_path / "references.jsonl", ["a0", "a1"]))
        details = report(run).details
        assert details[0]["references"] == ["A market opened.", "Rice is cheap."]
        assert details[0]["translation"] == "One.\nTwo."
        assert details[2]["references"] == []

    def test_references_that_are_gone_are_said_to_be(self, tmp_path: Path) -> None:
        run = make_run(tmp_path, [article(0)])
        add_scores(run, ["a0"], "gone/references.jsonl")
        assert "The references were not found at gone/references.jsonl" in report(run).text
        with pytest.raises(InputError):
            write_report(run, references="gone/references.jsonl")

    def test_references_at_a_url_are_not_fetched(self, tmp_path: Path) -> None:
        run = make_run(tmp_path, [article(0)])
        add_scores(run, ["a0"], "https://example.org/references.jsonl")
        assert "The references are at https://example.org/references.jsonl" in report(run).text

    def test_references_without_ids_match_no_article(self, tmp_path: Path) -> None:
        (tmp_path / "lines.txt").write_text("first\nsecond\n", encoding="utf-8")
        run = make_run(tmp_path / "run", [Article("1", "1.txt", "Teks.", summary="Text.")])
        add_scores(run, ["1"], str(tmp_path / "lines.txt"))
        assert report(run).details[0]["references"] == []

    def test_an_empty_run_is_a_report_too(self, tmp_path: Path) -> None:
        page = report(make_run(tmp_path, []))
        assert page.run["articles"] == 0
        assert "0 articles in English" in page.text

    def test_no_run_is_an_error_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="not a run folder"):
            write_report(Folder(str(tmp_path)))

    def test_damaged_scores_do_not_cost_the_report(self, tmp_path: Path) -> None:
        run = make_run(tmp_path, [article(0)])
        run.write("scores.json", b"{")
        assert report(run).index["id"] == ["a0"]

    def test_values_that_are_no_numbers_become_none(self, tmp_path: Path) -> None:
        odd = Article("a", "a.txt", "Teks.", summary="Text.", support=float("nan"), seconds=float("inf"))
        index = report(make_run(tmp_path, [odd])).index
        assert (index["support"], index["seconds"]) == ([None], [None])

    def test_memory_does_not_grow_with_the_articles(self, tmp_path: Path) -> None:
        def peak(count: int) -> int:
            run = make_run(tmp_path / str(count), map(article, range(count)))
            write_report(run)
            tracemalloc.start()
            write_report(run)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return most

        # A row of the store's reading order and a few chunks may remain; an article is over 2 kB.
        assert peak(4000) - peak(1000) < 3000 * 600


class TestSafety:
    def test_markup_in_any_field_stays_text(self, tmp_path: Path) -> None:
        manifest = MANIFEST.__class__(
            inputs=(HOSTILE,),
            options={HOSTILE: HOSTILE},
            models={HOSTILE: {HOSTILE: HOSTILE, "name": HOSTILE}},
            prompt={"name": HOSTILE},
            command=HOSTILE,
            created=HOSTILE,
        )
        run = make_run(tmp_path / "run", [hostile_article(), failed_article(2, HOSTILE)], manifest)
        add_scores(run, [HOSTILE], HOSTILE)
        page = report(run)
        plain_page = report(make_run(tmp_path / "plain", [article(0)]))
        assert not [tag for tag, _ in page.tags if tag == "img"]
        executable = [about for about, _ in page.scripts if "type" not in about]
        assert len(executable) == len([about for about, _ in plain_page.scripts if "type" not in about]) == 2
        assert not [name for _, about in page.tags for name in about if name.startswith("on")]
        assert page.index["title"] == [HOSTILE]
        assert page.details[0]["summary"] == HOSTILE
        assert HOSTILE in "".join(page.said)

    def test_the_policy_allows_this_style_and_these_scripts_alone(self, tmp_path: Path) -> None:
        html = Path(write_report(make_run(tmp_path, [article(0)]))).read_text(encoding="utf-8")
        policy = next(
            about["content"]
            for tag, about in Page(html).tags
            if tag == "meta" and about.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy is not None
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy
        for text in [
            *re.findall(r"<script>(.*?)</script>", html, re.S),
            *re.findall(r"<style>(.*?)</style>", html, re.S),
        ]:
            assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
        assert not re.search(r"\s(src|srcset|action)=", html)

    @given(
        st.recursive(
            st.text() | st.none() | st.integers(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_embedded_json_is_the_value_and_never_markup(self, value: Any) -> None:
        written = str(embedded(value))
        assert not re.search(r"[<>&\u2028\u2029]", written)
        assert json.loads(written) == value

    @given(st.lists(st.text(st.characters(exclude_categories=("Cs",)))))
    def test_packed_data_are_base64_of_the_value(self, value: list[str]) -> None:
        written = packed(value)
        assert re.fullmatch(r"[A-Za-z0-9+/=]+", written)
        assert json.loads(gzip.decompress(base64.b64decode(written))) == value


class TestThroughput:
    def test_none_without_a_log(self, tmp_path: Path) -> None:
        assert throughput(Folder(str(tmp_path))) is None

    def test_sessions_follow_each_other_without_their_pauses(self, tmp_path: Path) -> None:
        (tmp_path / "log.jsonl").write_text(
            log_line("2026-03-01T00:00:10+00:00", 10, 5)
            + log_line("2026-03-01T00:00:20+00:00", 20, 25)
            + "a line cut sho\n"
            + '{"progress": 1}\n'
            + log_line("2026-03-02T00:00:30+00:00", 30, 30)
        )
        speed = throughput(Folder(str(tmp_path)))
        assert speed is not None
        assert (speed.seconds, speed.articles, speed.resumed) == (50.0, 55, (20.0,))
        width = speed.seconds / len(speed.rates)
        assert sum(rate * width for rate in speed.rates) == pytest.approx(55)

    def test_logs_that_were_rotated_are_read_first(self, tmp_path: Path) -> None:
        (tmp_path / "log.jsonl.1").write_text(log_line("2026-03-01T00:00:10+00:00", 10, 5))
        (tmp_path / "log.jsonl").write_text(log_line("2026-03-01T00:00:20+00:00", 20, 9))
        speed = throughput(Folder(str(tmp_path)))
        assert speed is not None
        assert speed.rates == pytest.approx((0.5, 0.4))


class TestMarkdown:
    def test_tells_scores_flags_failures_and_summaries(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "berita", [*map(article, range(4)), failed_article(9)])
        add_scores(run, ["a0", "a1"])
        text = markdown(run)
        for said in (
            "## Summaries: berita",
            "**4 articles** · **1 failed** · 2 with a flag",
            "| ROUGE-1 F1 | **0.500** | \\[0.400, 0.600] | 2 |",
            "- 2 × **unsupported number**",
            "| berita/f9.txt | clean | Nothing is left of the page. |",
            "### Market 3 opens",
            "*unsupported number: 10*",
            "` summarize run berita/ -o runs/berita `",
        ):
            assert said in text

    def test_large_runs_have_figures_without_summaries(self, tmp_path: Path) -> None:
        text = markdown(make_run(tmp_path, map(article, range(21))))
        assert "**21 articles**" in text
        assert "###" not in text

    def test_markup_in_any_field_stays_text(self, tmp_path: Path) -> None:
        text = markdown(make_run(tmp_path, [hostile_article(), failed_article(2, "a|b\n<b>")]))
        assert "a\\|b \\<b\\>" in text
        assert not re.search(r"(?<!\\)<(script|img|!--)", text)

    def test_many_failures_are_counted(self, tmp_path: Path) -> None:
        text = markdown(make_run(tmp_path, map(failed_article, range(25))))
        assert text.count("| clean |") == 20
        assert "… and 5 more" in text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("two\nlines", "two lines"),
            ("*a* [b](c) <d>", "\\*a\\* \\[b\\](c) \\<d\\>"),
            ("# no heading", "\\# no heading"),
            ("- no item", "\\- no item"),
            ("1. no item", "1\\. no item"),
            ("see #12", "see \\#12"),
            ("@everyone", "@\u2060everyone"),
            ("Rp5 miliar, naik 3-4%.", "Rp5 miliar, naik 3-4%."),
        ],
    )
    def test_plain(self, text: str, shown: str) -> None:
        assert plain(text) == shown


class TestComparison:
    def _compare(self, tmp_path: Path, count: int, better: str = "A market opened.") -> Any:
        ids = [f"a{number}" for number in range(count)]
        for name, text in (("old", HOSTILE), ("new", better)):
            lines = [json.dumps({"id": identity, "summary": text}) for identity in ids]
            (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        references = read_references(add_references(tmp_path / "references.jsonl", ids))
        systems = [read_predictions(str(tmp_path / f"{name}.jsonl")) for name in ("old", "new")]
        return compare(systems, references, metrics=("rouge",), resamples=100)

    def test_shows_the_difference_and_the_texts(self, tmp_path: Path) -> None:
        comparison = self._compare(tmp_path, 12)
        page = Page(Path(write_comparison(comparison, str(tmp_path / "c.html"))).read_text(encoding="utf-8"))
        assert "new against old" in page.text
        assert "better" in page.text.split()
        assert not [tag for tag, _ in page.tags if tag == "img"]
        assert len([about for about, _ in page.scripts if "type" not in about]) <= 2

    def test_few_articles_bear_no_verdict(self, tmp_path: Path) -> None:
        few, many = self._compare(tmp_path, 3), self._compare(tmp_path, 12)
        assert {verdict(item) for item in few.comparisons[0].differences} == {"unsure"}
        assert {verdict(item) for item in many.comparisons[0].differences} == {"better"}

    def test_marks_what_only_one_text_has(self, tmp_path: Path) -> None:
        item = self._compare(tmp_path, 12).comparisons[0].most_different[0]
        left, right = both(item)
        assert "".join(text for text, _ in left) == HOSTILE
        assert ("market", True) in [
            (text.strip(), own) for piece, own in right for text in piece.split() for own in [own]
        ]


class TestCommand:
    def test_writes_and_says_where(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "run", [article(0)])
        done = CliRunner().invoke(app, ["report", run.url])
        assert done.exit_code == 0
        assert done.stdout.strip() == str(tmp_path / "run" / "report.html")
        assert (tmp_path / "run" / "report.html").is_file()

    def test_writes_markdown_elsewhere_or_prints_it(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "run", [article(0)])
        output = tmp_path / "notes.md"
        assert (
            CliRunner().invoke(app, ["report", run.url, "--format", "markdown", "-o", str(output)]).exit_code
            == 0
        )
        printed = CliRunner().invoke(app, ["report", run.url, "--format", "markdown", "-o", "-"]).stdout
        assert output.read_text(encoding="utf-8") == printed

    @pytest.mark.parametrize("output", ["-", "reports/"])
    def test_refuses_what_is_no_file(self, tmp_path: Path, output: str) -> None:
        run = make_run(tmp_path / "run", [article(0)])
        done = CliRunner().invoke(app, ["report", run.url, "--output", output])
        assert isinstance(done.exception, InputError)


def test_every_flag_that_is_set_has_a_meaning() -> None:
    package = Path(__file__).parent.parent / "summarize"
    kinds = {
        kind
        for file in package.glob("*.py")
        for kind in re.findall(r'Flag\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    assert kinds >= {"summary-fallback"}
    assert not {kind for kind in kinds if not meaning(kind).explanation}


def test_an_unknown_flag_is_shown_by_its_name(tmp_path: Path) -> None:
    odd = article(1).flagged(Flag("brand-new", (), "Something happened."))
    assert report(make_run(tmp_path, [odd])).run["flags"]["brand-new"]["label"] == "brand new"


@pytest.mark.parametrize(
    ("iso", "said"),
    [
        ("2026-03-01T04:05:06+00:00", "1 March 2026, 04:05 UTC"),
        ("2026-03-01T04:05", "1 March 2026, 04:05"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_day_and_time(iso: str, said: str) -> None:
    assert day_and_time(iso) == said
