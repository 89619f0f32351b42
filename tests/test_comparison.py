"""Systems side by side, on the articles that all of them have."""

import json

import pytest

from summarize.comparison import compare, names_of
from summarize.errors import InputError
from summarize.pairs import Prediction, Records, Reference

PEOPLE = Records(
    "people", {x: Reference(x, (f"The mayor of {x} opened a bridge today.",)) for x in "abcde"}, count=5
)


def system(name, texts):
    return Records(name, {key: Prediction(key, text) for key, text in texts.items()}, count=len(texts))


GOOD = system("runs/good", {x: f"The mayor of {x} opened a bridge." for x in "abcde"})
BAD = system("runs/bad", {x: f"A mayor of {x} left." for x in "abcd"} | {"z": "Nobody's."})


def found(comparison, name, at=0):
    return next(item.found for item in comparison.comparisons[at].differences if item.name == name)


def test_each_system_is_compared_with_the_first():
    comparison = compare([BAD, GOOD, BAD], PEOPLE, metrics=["rouge"])
    assert [(item.baseline, item.system) for item in comparison.comparisons] == [
        ("runs/bad (1)", "runs/good"),
        ("runs/bad (1)", "runs/bad (3)"),
    ]
    assert found(comparison, "rouge1").difference > 0.3
    assert found(comparison, "rouge1").wins == 4
    assert found(comparison, "rouge1", at=1).difference == 0


def test_only_common_articles_count_and_the_others_are_listed():
    comparison = compare([BAD, GOOD], PEOPLE, metrics=["rouge"])
    assert comparison.articles == 4
    assert [item.left_out for item in comparison.systems] == [("z",), ("e",)]
    assert all(metric.n == 4 for item in comparison.systems for metric in item.metrics)


def test_the_articles_that_differ_most_come_first_with_both_texts():
    same = "The mayor of a opened a bridge today."
    a = system("a", {"a": same, "b": "x", "c": "The mayor."})
    b = system("b", {"a": same, "b": "The mayor of b opened", "c": "mayor."})
    (contrast,) = compare([a, b], PEOPLE, metrics=["rouge"], most=2).comparisons
    assert [item.id for item in contrast.most_different] == ["b", "c"]
    assert contrast.most_different[0].baseline_text == "x"
    assert contrast.most_different[0].difference > 0 > contrast.most_different[1].difference


def test_fewer_edits_are_a_win():
    def translated(name, text):
        return Records(name, {x: Prediction(x, "", text) for x in "ab"}, count=2)

    people = Records("p", {x: Reference(x, translation="a b c d") for x in "ab"}, count=2)
    comparison = compare([translated("bad", "d x y"), translated("good", "a b c d")], people)
    assert found(comparison, "ter").difference < 0
    assert found(comparison, "ter").wins == found(comparison, "bleu").wins == 2


def test_articles_for_which_one_system_lacks_a_text_are_left_out_of_that_measure():
    a = Records("a", {x: Prediction(x, "One two", "One two three") for x in "ab"}, count=2)
    b = Records("b", {"a": Prediction("a", "One", "One two"), "b": Prediction("b", "One")}, count=2)
    assert found(compare([a, b], None), "coverage").n == 1


def test_no_article_in_common_is_an_input_error():
    with pytest.raises(InputError, match="no article in common"):
        compare([system("a", {"a": "x"}), system("b", {"b": "x"})], None)


def test_json_is_as_documented_and_has_no_nan():
    row = json.loads(compare([BAD, GOOD], PEOPLE).to_json(), parse_constant=pytest.fail)
    assert row.keys() == {
        *("version", "created", "references", "articles", "systems", "comparisons", "malformed", "skipped")
    }
    (contrast,) = row["comparisons"]
    assert contrast["differences"][0].keys() == {
        *("name", "title", "unit", "scale", "better", "headline", "baseline", "system", "difference", "low"),
        *("high", "p_bootstrap", "p_randomisation", "wins", "losses", "ties", "n"),
    }
    assert [item["metric"] for item in row["skipped"]] == ["translation", "abstractiveness", "support"]


@pytest.mark.parametrize(
    ("locations", "names"),
    [
        (["runs/monday", "runs/tuesday/"], ["monday", "tuesday"]),
        (["a/run", "b/run"], ["a/run", "b/run"]),
        (["x.jsonl", "x.jsonl"], ["x.jsonl (1)", "x.jsonl (2)"]),
    ],
)
def test_names_are_short_and_distinct(locations, names):
    assert names_of(locations) == names
