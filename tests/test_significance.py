"""The paired tests: exact where they can be, calm under no difference, sure under a large one."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.intervals import mean_of
from summarize.metrics import measure
from summarize.significance import differences, smallest_p


def compare(a, b, **options):
    return differences([mean_of(list(a))], [mean_of(list(b))], **options)[0]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=6))
def test_few_articles_are_tested_exactly(pairs):
    a, b = np.array(pairs).T
    gains = b - a
    ways = [np.mean(gains * signs) for signs in itertools.product((1, -1), repeat=len(gains))]
    expected = np.mean(np.abs(ways) >= abs(gains.mean()) - 1e-9)
    assert compare(a, b).p_randomisation == pytest.approx(expected)


def test_a_clear_gain_on_five_articles_cannot_go_below_one_in_sixteen():
    found = compare([0.1, 0.2, 0.1, 0.3, 0.2], [0.8, 0.9, 0.7, 0.9, 0.8])
    assert found.p_randomisation == smallest_p(5) == 2 / 2**5
    assert (found.wins, found.losses, found.ties, found.n) == (5, 0, 0, 5)
    assert found.low <= found.difference <= found.high


def test_a_clear_gain_on_many_articles_is_significant_by_both_tests():
    rng = np.random.default_rng(0)
    a = rng.random(200)
    found = compare(a, a + 0.1 + rng.normal(0, 0.05, 200))
    assert found.p_bootstrap < 0.01
    assert found.p_randomisation < 0.001
    assert 0.05 < found.low < found.difference < found.high < 0.15


def test_the_sign_belongs_to_the_second_system():
    found = compare([0.9, 0.8, 0.9], [0.1, 0.3, 0.9])
    assert found.difference == pytest.approx(found.system - found.baseline)
    assert found.difference < 0
    assert (found.wins, found.losses, found.ties) == (0, 2, 1)


def test_equal_systems_are_never_significant():
    values = np.random.default_rng(0).random(100)
    found = compare(values, values)
    assert (found.difference, found.p_bootstrap, found.p_randomisation, found.ties) == (0, 1, 1, 100)


def test_without_a_difference_one_test_in_twenty_is_below_5_percent():
    rng = np.random.default_rng(3)
    found = [compare(rng.random(40), rng.random(40), trials=500, resamples=300) for _ in range(200)]
    assert sum(item.p_randomisation < 0.05 for item in found) <= 20
    assert sum(item.p_bootstrap < 0.05 for item in found) <= 24


@pytest.mark.parametrize(("a", "b"), [([0.5], [0.7]), ([None, 0.5], [0.5, 0.7]), ([None, None], [0.1, 0.2])])
def test_fewer_than_two_articles_with_both_values_give_no_test(a, b):
    found = compare(a, b)
    assert found.n <= 1
    assert (found.p_bootstrap, found.p_randomisation, found.low, found.high) == (None,) * 4


def test_articles_without_a_value_in_one_system_are_left_out_of_both():
    found = compare([0.1, 0.9, 0.2], [0.3, None, 0.4])
    assert (found.baseline, found.system, found.n) == (pytest.approx(0.15), pytest.approx(0.35), 2)


def test_corpus_scores_such_as_bleu_are_swapped_by_their_counts():
    references = [[f"the quick brown fox number {n} jumps over the lazy dog"] for n in range(30)]
    good = [f"the quick brown fox number {n} jumps over a lazy dog" for n in range(30)]
    bad = [f"a quick fox number {n} jumped over some dog" for n in range(30)]
    samples = [[item.sample for item in measure("translation", texts, references)] for texts in (bad, good)]
    bleu, *_, ter = differences(*samples, trials=500)
    assert bleu.difference > 0 > ter.difference
    assert bleu.p_randomisation < 0.01
    assert bleu.wins == 30


def test_no_measure_gives_nothing():
    assert differences([], []) == []
