"""The row of stages, from Python."""

from pathlib import Path

import pytest
from newsroom import article_text, write_articles

import summarize
from summarize import Pipeline, Summarizer, Translator
from summarize.data_files import data_path
from summarize.errors import InputError
from summarize.pipeline import batched
from summarize.profiles import PROFILES, choose_profile, options_for


def test_a_pipeline_yields_every_article_in_order_failures_marked(tmp_path: Path) -> None:
    news = write_articles(tmp_path / "news", 5, a0002="")
    articles = list(Pipeline.from_profile("rehearsal").run([str(news)], batch_size=2))
    assert [Path(article.source).stem for article in articles] == [f"a{n:04d}" for n in range(5)]
    assert [article.error is not None for article in articles] == [False, False, True, False, False]
    assert articles[0].summary is not None
    assert articles[0].summary in article_text(0)


def test_the_starter_profile_translates_summarizes_and_checks_a_real_page() -> None:
    page = data_path("seeds", "articles", "01-berangkat.txt")
    [article] = Pipeline.from_profile("starter", device="cpu").run([str(page)])
    assert article.error is None
    assert "North Korea" in article.text_en
    assert "Baca Juga" not in article.text_en
    assert "loading" not in article.text_en
    assert len(article.paragraphs_en) == len(article.paragraphs)
    assert article.summary is not None
    assert article.summary.endswith((".", "!", "?", '"', "”"))
    assert article.support is not None
    assert 0 <= article.support <= 1
    assert article.tokens > 100


def test_models_can_be_used_alone_on_plain_strings() -> None:
    [english] = Translator("starter-marian-id-en").translate(["Presiden tiba di Jakarta pada Senin."])
    assert "president" in english.lower()
    assert "Jakarta" in english
    short = "The president arrived in Jakarta on Monday."
    assert Summarizer("smollm2-135m-instruct").summarize([short]) == [short]


def test_profiles_are_chosen_by_name_and_changed_by_option() -> None:
    assert choose_profile("quality") == (PROFILES["quality"], "as asked")
    options = options_for(PROFILES["starter"], beam=2, prompt=None, summarizer="none")
    assert (options.beam, options.prompt, options.summarizer) == (2, "news-brief", "none")
    with pytest.raises(InputError, match="no profile 'best'") as caught:
        choose_profile("best")
    assert "starter" in caught.value.hint


def test_auto_takes_starter_where_no_hub_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    profile, why = choose_profile("auto")
    assert profile.name == "starter"
    assert "opus-mt-id-en" in why


def test_batches_are_full_but_for_the_last() -> None:
    articles = [summarize.Article(id=str(n), source="") for n in range(5)]
    assert [len(batch) for batch in batched(articles, 2)] == [2, 2, 1]


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sumarizer'"):
        summarize.Sumarizer  # noqa: B018
