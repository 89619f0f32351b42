"""What an article denies is no fact in its summary."""

from __future__ import annotations

import pytest

from summarize.denials import denied, told_as_fact

DENIAL = "Russia and North Korea also denied that they have agreed to sell weapons."


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Russia and North Korea have agreed to sell weapons.", "agreed sell weapons"),
        ("They agreed to sell weapons, and not to sell missiles.", "agreed sell weapons"),
        ("Both denied having agreed to sell weapons.", ""),
        ("They have not agreed to sell weapons.", ""),
        ("The leaders met in Vladivostok on Wednesday.", ""),
        ("Weapons were shown in Vladivostok.", ""),
    ],
)
def test_a_denied_clause_is_found_where_it_is_told_as_a_fact(sentence, words):
    assert told_as_fact(sentence, denied([DENIAL])) == words


@pytest.mark.parametrize(
    "text",
    [
        "The leaders met in Vladivostok.",
        "Kremlin denied it.",
        "He denied the report, saying weapons were sold by others.",
        f"{DENIAL} Seoul said they agreed to sell weapons in May.",
        "",
    ],
)
def test_what_is_not_denied_or_told_as_well_may_be_told(text):
    assert not any(told_as_fact("They agreed to sell weapons.", (clause,)) for clause in denied([text]))
