"""Bootstrap intervals: what they hold, when there is none, and how long they take."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.intervals import bootstrap, interval, mean_of

VALUES = st.lists(st.none() | st.floats(0, 1), max_size=30)


@given(VALUES)
def test_the_score_is_the_mean_of_what_is_defined(values):
    known = [value for value in values if value is not None]
    score = mean_of(values).score
    assert score == (pytest.approx(np.mean(known)) if known else None)
    assert mean_of(values).values == values


@given(VALUES.filter(len))
def test_an_interval_is_never_nan_and_stays_within_the_values(values):
    known = [value for value in values if value is not None]
    low, high = interval(bootstrap([mean_of(values)], resamples=50)[0])
    if known:
        assert min(known) - 1e-9 <= low <= high <= max(known) + 1e-9
    else:
        assert (low, high) == (None, None)


def test_equals_a_bootstrap_written_plainly():
    values = np.random.default_rng(1).random(40)
    draws = np.random.default_rng(9).integers(0, 40, (1000, 40))
    assert bootstrap([mean_of(list(values))], seed=9)[0] == pytest.approx(values[draws].mean(axis=1))


def test_covers_the_true_mean_about_95_times_in_100():
    rng = np.random.default_rng(0)
    spans = [interval(bootstrap([mean_of(list(rng.normal(0.5, 0.1, 60)))])[0]) for _ in range(200)]
    held = sum(low <= 0.5 <= high for low, high in spans)
    assert 180 <= held <= 199


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    sample = mean_of(list(np.random.default_rng(0).random(50)))
    first, again, other = (bootstrap([sample], seed=seed)[0] for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_measures_are_resampled_together():
    values = list(np.random.default_rng(0).random(50))
    one, double = bootstrap([mean_of(values), mean_of([2 * value for value in values])])
    assert double == pytest.approx(2 * one)


def test_no_measure_gives_nothing():
    assert bootstrap([]) == []


def test_ten_thousand_articles_take_less_than_two_seconds():
    samples = [mean_of(list(np.random.default_rng(seed).random(10_000))) for seed in range(4)]
    start = time.process_time()
    bootstrap(samples)
    assert time.process_time() - start < 2
