"""What the flags of an article mean, in words for the reader of a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind of flag for people. `place` is the text its words stand in: summary, source or nowhere."""

    label: str
    explanation: str
    place: str = ""


_MEANINGS = {
    "unsupported-number": Meaning(
        "unsupported number",
        "The summary states a number that is neither in the article nor in its translation. Check it.",
        "summary",
    ),
    "unsupported-date": Meaning(
        "unsupported date",
        "The summary states a date that is neither in the article nor in its translation. Check it.",
        "summary",
    ),
    "unsupported-name": Meaning(
        "unsupported name",
        "The summary names someone or something that the article doesn't. It may be invented.",
        "summary",
    ),
    "unsupported-words": Meaning(
        "unsupported words",
        "Most words of a sentence of the summary are not in the article. The sentence may be invented.",
        "summary",
    ),
    "degenerate-translation": Meaning(
        "degenerate translation",
        "The translation of a passage repeats itself, is cut off or is not English. Read the source.",
    ),
    "number-lost": Meaning(
        "number lost", "A number of the article is missing from its translation.", "source"
    ),
    "name-lost": Meaning(
        "name lost",
        "A name of the article is missing from its translation. A capitalised word that is no name can "
        "cause this too.",
        "source",
    ),
    "term-lost": Meaning(
        "term lost", "A term that the glossary fixes is missing from the translation.", "source"
    ),
    "summary-fallback": Meaning(
        "first sentences instead",
        "The summarizer wrote nothing usable, or nothing but what the article says is denied, so the first "
        "sentences of the translation stand in its place.",
    ),
    "possibly-malay": Meaning(
        "possibly Malay", "The article reads like Malay, which the translator was not trained for."
    ),
    "not-indonesian": Meaning(
        "not Indonesian", "The article is in another language and was processed all the same."
    ),
    "rehearsal": Meaning(
        "rehearsal", "No model ran. The text is the original's own, to try a run without its cost."
    ),
}


def meaning(kind: str) -> Meaning:
    """The meaning of a kind of flag; of an unknown one, its name made readable.

    >>> meaning("number-lost").label, meaning("brand-new").label
    ('number lost', 'brand new')
    """
    return _MEANINGS.get(kind) or Meaning(kind.replace("-", " "), "")
