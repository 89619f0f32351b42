"""Scores of predictions against references: joined by id, nothing dropped in silence, never NaN."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.article import Article
from summarize.errors import InputError
from summarize.folder import Folder
from summarize.metrics import load
from summarize.pairs import Prediction, Records, Reference
from summarize.scores import Malformed, from_json
from summarize.scoring import measure_all, score, score_run
from summarize.store import Store


def predicted(*items: Prediction) -> Records[Prediction]:
    return Records("ours", {item.id: item for item in items}, count=len(items))


def reference(*items: Reference) -> Records[Reference]:
    return Records("theirs", {item.id: item for item in items}, count=len(items))


ARTICLE = Prediction(
    "a",
    "The minister opened a bridge in Bandung on 5 May 2024. It rained.",
    "The minister opened the bridge in Bandung on 5 May 2024. Rain fell all day.",
    ("Menteri membuka jembatan di Bandung, 5 Mei 2024.",),
)
PEOPLE = Reference(
    "a", ("A minister opened a bridge.", "It rained in Bandung."), "The minister opened a bridge in Bandung."
)


def test_every_metric_is_computed_with_its_signature():
    scores = score(predicted(ARTICLE), reference(PEOPLE))
    headlines = [metric.name for metric in scores.metrics if metric.headline]
    assert headlines == [
        *("rouge1", "rouge2", "rougeL", "rougeLsum"),
        *("bleu", "chrf", "chrf++", "ter"),
        *("novel_2", "coverage", "density", "compression"),
        "support",
    ]
    for metric in scores.metrics:
        assert metric.signature.startswith(f"{metric.name}|")
        own = scores.articles["a"][metric.name]
        assert metric.n == (own is not None)
        assert metric.value == (own if own is None else pytest.approx(own, abs=1e-6))
    assert scores.metric("rouge1").value > 0
    assert scores.metric("no such metric") is None


def test_one_article_has_a_value_and_no_interval():
    (first, *_) = score(predicted(ARTICLE), reference(PEOPLE)).metrics
    assert first.value is not None
    assert (first.low, first.high) == (None, None)


def test_what_does_not_match_is_listed():
    ours = predicted(ARTICLE, Prediction("b", "Two."), Prediction("c", ""))
    theirs = reference(PEOPLE, Reference("z", ("Nobody's.",)), Reference("c", ("Three.",)))
    scores = score(ours, theirs)
    assert scores.unmatched_predictions == ("b",)
    assert scores.unmatched_references == ("z",)
    assert scores.empty == ("c",)
    assert scores.metric("rouge1").n == 2
    assert scores.articles["c"]["rouge1"] == 0.0


def test_malformed_records_of_both_sides_are_carried_over():
    ours = Records("ours", {"a": ARTICLE}, (Malformed("ours:2", "no id"),), 2)
    theirs = Records("theirs", {"a": PEOPLE}, (Malformed("theirs:9", "not JSON"),), 9)
    assert [item.where for item in score(ours, theirs).malformed] == ["ours:2", "theirs:9"]


def test_without_references_only_what_needs_none_is_scored():
    scores = score(predicted(ARTICLE), None)
    assert {metric.group for metric in scores.metrics} == {"abstractiveness", "support"}
    assert [item.metric for item in scores.skipped] == ["rouge", "translation"]
    assert scores.unmatched_predictions == ()


def test_an_unknown_metric_is_refused():
    with pytest.raises(InputError, match="no metric 'meteor'"):
        score(predicted(ARTICLE), None, metrics=["meteor"])


def test_options_reach_the_metric():
    plain, stemmed = (
        score(
            predicted(Prediction("a", "bridges")),
            reference(Reference("a", ("bridge",))),
            metrics=["rouge"],
            options={"rouge": {"stem": stem}},
        ).metrics[0]
        for stem in (False, True)
    )
    assert (plain.value, stemmed.value) == (0.0, 1.0)
    assert "stem:porter" in stemmed.signature


def test_ter_is_left_out_of_a_large_corpus_and_the_reader_told(monkeypatch):
    monkeypatch.setattr("summarize.scoring._MOST_TER", 1)
    items = [(Prediction(x, "", "A b."), Reference(x, translation="A b.")) for x in "ab"]
    ours, theirs = ({item.id: item for item in side} for side in zip(*items, strict=True))
    found, skipped = measure_all(ours, theirs, metrics=["translation"])
    assert list(found[0].by_name) == ["bleu", "chrf", "chrf++"]
    assert skipped[0].metric == "ter"
    asked, _ = measure_all(ours, theirs, metrics=["translation"], options={"translation": {"ter": True}})
    assert "ter" in asked[0].by_name


IDS = st.sampled_from("abcd")
TEXT = st.text("ab .\n5ÄЯ", max_size=20)


@given(
    st.dictionaries(IDS, st.tuples(TEXT, st.none() | TEXT), min_size=1),
    st.dictionaries(IDS, st.tuples(st.lists(TEXT, max_size=2), st.none() | TEXT), min_size=1),
)
def test_any_texts_give_scores_that_json_can_hold(ours, theirs):
    predictions = {key: Prediction(key, *texts, (texts[0],)) for key, texts in ours.items()}
    references = {
        key: Reference(key, tuple(texts), translation) for key, (texts, translation) in theirs.items()
    }
    try:
        scores = score(Records("o", predictions), Records("t", references), resamples=20)
    except InputError:
        assert not predictions.keys() & references.keys()
        return
    assert from_json(scores.to_json()) == scores
    for metric in scores.metrics:
        assert (metric.value is None) == (metric.n == 0)


def test_a_run_is_scored_into_its_folder(tmp_path):
    run = str(tmp_path / "run")
    done = [
        Article(id=x, source=x, text="Isi", paragraphs_en=("A man ran.",), summary="A man ran.") for x in "ab"
    ]
    Store(Folder(run)).commit(done)
    references = tmp_path / "references.jsonl"
    references.write_text('{"id": "a", "summaries": ["A man ran."]}\n{"id": "b", "summaries": ["No."]}\n')
    scores = score_run(run, str(references))
    kept = from_json((tmp_path / "run" / "scores.json").read_text(encoding="utf-8"))
    assert kept == scores
    assert (kept.metric("rouge1").value, kept.metric("rouge1").low, kept.metric("rouge1").high) == (0.5, 0, 1)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', '{"version": 99}', "null"])
def test_what_is_no_scores_json_is_refused(text):
    with pytest.raises(InputError):
        from_json(text)


def test_json_has_the_documented_keys():
    row = json.loads(score(predicted(ARTICLE), reference(PEOPLE)).to_json())
    assert row.keys() == {
        *("version", "created", "predictions", "references", "confidence", "resamples", "seed"),
        *("metrics", "articles", "unmatched", "empty", "malformed", "skipped"),
    }
    assert row["unmatched"] == {"predictions": [], "references": []}


def test_a_metric_that_cannot_be_computed_here_says_why(monkeypatch):
    monkeypatch.setattr(
        load("support"), "unavailable", lambda **options: "its model isn't there", raising=False
    )
    _, skipped = measure_all({"a": ARTICLE}, {}, metrics=["support"])
    assert [(item.metric, item.reason) for item in skipped] == [("support", "its model isn't there")]
