"""The rouge metric equals rouge-score, and says what it does with several references."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from summarize.errors import InputError
from summarize.metrics import compute, measure

KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]

# Words that the stemmer changes, repeat and share stems; punctuation, numbers, lines, other scripts.
PIECES = st.sampled_from(
    [
        "the",
        "cats",
        "cat",
        "sat",
        "sitting",
        "happily",
        "happiness",
        "generalization",
        "3,5",
        "2024",
        "U.S.",
        "don't",
        "—",
        "“said”",
        "Jakarta",
        "naïve",
        "Ünal",
        "Россия",
        "新聞",
        "\n",
        ".",
        ",",
        ";",
        "-",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60)


def expected(prediction: str, reference: str, *, stem: bool) -> dict[str, float]:
    scored = rouge_scorer.RougeScorer(KINDS, use_stemmer=stem).score(reference, prediction)
    return {
        f"{kind}{part}": value
        for kind, score in scored.items()
        for part, value in (
            ("", score.fmeasure),
            ("_precision", score.precision),
            ("_recall", score.recall),
        )
    }


def of_one(prediction: str, references: list[str], **options: object) -> dict[str, float | None]:
    measured = measure("rouge", [prediction], [references], options)
    return {item.name: item.sample.values[0] for item in measured}


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.booleans())
def test_equals_rouge_score_on_any_pair(prediction, reference, stem):
    assert of_one(prediction, [reference], stem=stem) == pytest.approx(
        expected(prediction, reference, stem=stem), abs=1e-6
    )


def test_lin_2004_example_of_longest_common_subsequence():
    # Section 3.1 of the paper: S2 shares "police the gunman" with S1 in order, S3 only "the gunman".
    reference = "police killed the gunman"
    assert of_one("police kill the gunman", [reference])["rougeL"] == pytest.approx(3 / 4)
    assert of_one("the gunman kill police", [reference])["rougeL"] == pytest.approx(2 / 4)


def test_lsum_takes_lines_as_sentences_and_splits_them_where_asked():
    prediction, reference = "It was sold. The dog ran.", "The dog ran. It was sold."
    assert of_one(prediction, [reference])["rougeLsum"] == pytest.approx(0.5)
    assert of_one(prediction, [reference], split="sentences")["rougeLsum"] == pytest.approx(1.0)
    assert of_one("It was sold.\nThe dog ran.", ["The dog ran.\nIt was sold."])["rougeLsum"] == 1.0


def test_best_of_several_references_is_chosen_for_each_type_by_f1():
    prediction, references = "a b c d", ["d c b a", "a b x y z"]
    best = of_one(prediction, references, multi="best")
    each = [expected(prediction, reference, stem=False) for reference in references]
    assert best["rouge1"] == each[0]["rouge1"] == 1.0
    assert best["rouge2"] == each[1]["rouge2"] > each[0]["rouge2"]
    assert best["rouge2_recall"] == each[1]["rouge2_recall"]


def test_mean_of_several_references():
    prediction, references = "a b c d", ["d c b a", "a b x y z"]
    each = [expected(prediction, reference, stem=False) for reference in references]
    mean = of_one(prediction, references, multi="mean")
    assert mean == pytest.approx({name: (each[0][name] + each[1][name]) / 2 for name in mean})


def test_unicode_tokenizer_sees_what_the_standard_one_destroys():
    assert of_one("Привет мир", ["привет мир"])["rouge1"] == 0.0
    assert of_one("Привет мир", ["привет мир"], tokenizer="unicode")["rouge1"] == 1.0


def test_an_empty_prediction_scores_zero_and_no_reference_scores_nothing():
    assert of_one("", ["a b"])["rouge1"] == 0.0
    assert of_one("a b", [""])["rougeLsum"] == 0.0
    assert of_one("a b", [])["rouge1"] is None


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"multi": "worst"}, "several references 'worst'"),
        ({"tokenizer": "words"}, "unknown tokenizer"),
        ({"split": "pages"}, "unknown split"),
        ({"tokenizer": "unicode", "stem": True}, "no stemmer"),
        ({"colour": "red"}, "no option colour"),
    ],
)
def test_options_that_cannot_be_are_refused(option, said):
    with pytest.raises(InputError, match=said):
        measure("rouge", ["a"], [["a"]], option)


def test_signature_names_everything_that_alters_the_figure():
    result = compute("rouge", ["a", "b"], [["a"], ["b", "c"]], stem=True, multi="mean", seed=7)
    signature = result["signatures"]["rougeLsum"]
    for part in ("rougeLsum", "nrefs:1-2", "bs:1000", "seed:7", "multi:mean", "stem:porter"):
        assert part in signature.split("|")
    for part in ("tok:standard", "split:lines"):
        assert part in signature.split("|")
    assert "rouge-score-rs:" in signature


def test_per_item_gives_each_predictions_own_value():
    result = compute("rouge", ["a", "b"], ["a", "c"], per_item=True)
    assert result["rouge1"] == [1.0, 0.0]
    assert result["intervals"]["rouge1"] == [0.0, 1.0]
