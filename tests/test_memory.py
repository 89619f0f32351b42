"""What has been translated before."""

from __future__ import annotations

from summarize.memory import RecentMemory, Translation


def test_what_was_put_is_found_and_the_rest_is_not() -> None:
    memory = RecentMemory()
    memory.put_many({"satu": Translation("one"), "dua": Translation("two", -0.5)})
    assert memory.get_many(["dua", "tiga", "satu"]) == [Translation("two", -0.5), None, Translation("one")]


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    memory = RecentMemory(size=2)
    memory.put_many({"satu": Translation("one"), "dua": Translation("two")})
    memory.get_many(["satu"])
    memory.put_many({"tiga": Translation("three")})
    assert len(memory) == 2
    assert memory.get_many(["satu", "dua"]) == [Translation("one"), None]
