"""The translation metric is sacreBLEU, over paragraphs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF, TER

from summarize.metrics import compute, measure

WORDS = st.sampled_from(
    [
        "the",
        "president",
        "met",
        "a",
        "minister",
        "in",
        "Jakarta",
        "on",
        "Tuesday",
        ",",
        "and",
        "left",
        ".",
        "Said",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)

THEIRS = {"bleu": BLEU(), "chrf": CHRF(), "chrf++": CHRF(word_order=2), "ter": TER()}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=5))
def test_corpus_scores_are_sacrebleus(pairs):
    predictions, references = zip(*pairs, strict=True)
    ours = compute("translation", predictions, references)
    for name, metric in THEIRS.items():
        assert ours[name] == pytest.approx(metric.corpus_score(predictions, [references]).score)


def test_each_articles_own_score_is_sacrebleus_for_that_segment():
    predictions = ["the cat sat on the mat", "dogs bark"]
    references = ["the cat sat on a mat", "a dog barks loudly"]
    ours = compute("translation", predictions, references, per_item=True)
    for at, (prediction, reference) in enumerate(zip(predictions, references, strict=True)):
        for name, metric in THEIRS.items():
            expected = metric.corpus_score([prediction], [[reference]]).score
            assert ours[name][at] == pytest.approx(expected)


def test_paragraphs_are_compared_with_their_own_references_only():
    predictions, references = ["a b c d\n\ne f g h", "x y"], ["a b c d\ne f g h", "x y z"]
    ours = compute("translation", predictions, references)
    apart = (["a b c d", "e f g h", "x y"], [["a b c d", "e f g h", "x y z"]])
    for name, metric in THEIRS.items():
        assert ours[name] == pytest.approx(metric.corpus_score(*apart).score)
    swapped = compute("translation", ["e f g h\na b c d"], ["a b c d\ne f g h"])
    assert swapped["bleu"] == 0


def test_a_translation_with_other_paragraphs_is_one_segment():
    ours = compute("translation", ["a b c d e f"], ["a b c\nd e f"])
    assert ours["bleu"] == pytest.approx(BLEU().corpus_score(["a b c d e f"], [["a b c\nd e f"]]).score)


def test_several_references_for_some_articles_only():
    predictions, references = ["a b c d", "e f g h"], [["a b c x", "a b c d"], ["e f g h"]]
    ours = compute("translation", predictions, references)
    assert ours["bleu"] == pytest.approx(100)
    assert "nrefs:1-2" in ours["signatures"]["bleu"]


def test_the_interval_holds_the_corpus_score():
    predictions = [f"the cat number {n} sat on the mat" for n in range(20)]
    references = [f"the cat number {n} {'sat' if n % 3 else 'lay down'} on a mat" for n in range(20)]
    ours = compute("translation", predictions, references)
    for name in THEIRS:
        low, high = ours["intervals"][name]
        assert low < ours[name] < high


def test_ter_can_be_left_out():
    measured = measure("translation", ["a"], [["a"]], {"ter": False})
    assert [item.name for item in measured] == ["bleu", "chrf", "chrf++"]


def test_signature_is_sacrebleus_own():
    signature = compute("translation", ["a"], ["a"])["signatures"]["bleu"]
    assert signature.startswith("bleu|nrefs:1|bs:1000|seed:12345|seg:paragraph|case:mixed|eff:no|tok:13a|")
