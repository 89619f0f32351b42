"""The words of numbers, months, weekdays and units, Indonesian and English, with what they stand for."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

LEXICON: dict[str, Any] = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


def _inverted(table: dict[str, list[str]]) -> dict[str, str]:
    return {word: key for key, words in table.items() for word in words}


MONTHS = {word: int(key) for word, key in _inverted(LEXICON["months"]).items()}
WEEKDAYS = {word: int(key) for word, key in _inverted(LEXICON["weekdays"]).items()}
NUMBERS = {word: int(key) for word, key in _inverted(LEXICON["numbers"]).items()}
ORDINALS = {word: int(key) for word, key in _inverted(LEXICON["ordinals"]).items()}
MULTIPLIERS = {word: int(key) for word, key in _inverted(LEXICON["multipliers"]).items()}
UNITS = _inverted(LEXICON["units"])
SIGNS = _inverted(LEXICON["signs"])
RELATIVE = {tuple(word.split()): key for word, key in _inverted(LEXICON["relative"]).items()}
"""Phrases such as ("next", "week"), a word each, and the key of the time that they say."""

DIGITS = frozenset("0123456789")
