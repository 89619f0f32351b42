"""The support stage: is every number, name and date of a summary in its source, and no denial told as a fact?

Claims are looked up in the translation and in the Indonesian original, so that neither a word that the
translator lost nor one that it kept counts against the summary; countries and cities, whose names in
both languages are known, in the original alone, since a translator may invent them. What this can't
see: who did what to whom, but for what somebody denies. A sentence whose names, numbers and words are
all in the source may still say something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from summarize.article import Article, Flag
from summarize.claims import Claim, claims, claims_of
from summarize.dateline import without_dateline
from summarize.denials import denied, told_as_fact
from summarize.english import sentences
from summarize.evidence import Evidence
from summarize.postedit import join, lead_sentences

__all__ = ["Claim", "Support", "SupportResult", "check", "claims"]

_REMAINDER = 0.6
"""The share of the longest rival's words that a candidate must have left."""

_DETAILS = {
    "number": "These numbers are not in the article.",
    "date": "These dates are not in the article.",
    "name": "These names are not in the article.",
    "words": "Most of the words of a sentence, these among them, are not in the article.",
}

_FALLBACK = (
    "All that the model wrote tells as a fact what the article says is denied; these are the first "
    "sentences of the translation."
)


@dataclass(frozen=True, slots=True)
class SupportResult:
    """How a summary stands to its sources.

    `share` is the share of its claims that are supported, 0 to 1; 1 where it claims nothing.
    `unsupported` are the claims that aren't; of a `words` claim, only the words that were missed.
    """

    share: float
    claims: tuple[Claim, ...]
    unsupported: tuple[Claim, ...]


def check(summary: str, sources: Sequence[str]) -> SupportResult:
    """Look up each claim of an English summary in its sources, English or Indonesian texts."""
    return _result(_verdicts(summary, Evidence.of(sources), clauses=denied(sources)))


class Support:
    """Chooses the best supported candidate and says what it claims without support.

    Of the chosen candidate, sentences with an unsupported claim are dropped while others remain; what
    is then left unsupported is flagged as `unsupported-number`, `-date`, `-name` or `-words`. Where all
    that is left tells a denial as a fact, the first sentences of the translation stand in, with the flag
    `summary-fallback`: nobody should read the opposite of the news.

    `support` becomes the share of the final summary's claims that are supported. With `enabled` false,
    articles are returned as they are.
    """

    name = "support"

    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled

    def __call__(self, articles: list[Article]) -> list[Article]:
        """Check a batch: same length, same order; failed and unsummarized articles are left alone."""
        if not self.enabled:
            return list(articles)
        return [
            _checked(article) if article.error is None and article.summary else article
            for article in articles
        ]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A sentence, its claims, and those that its sources don't support."""

    sentence: str
    claims: tuple[Claim, ...]
    unsupported: tuple[Claim, ...]

    @property
    def share(self) -> float:
        return 1 - len(self.unsupported) / max(1, len(self.claims))


def _checked(article: Article) -> Article:
    sources = Evidence.of(_sources(article))
    original = Evidence.of(_original(article)) if article.segments else None  # it was translated
    clauses = denied(article.paragraphs_en)
    candidates = article.candidates or (article.summary or "",)
    judged = [_verdicts(text, sources, original, clauses) for text in candidates]
    rivals = [(_kept(verdicts), _unsupported(verdicts)) for verdicts in judged]
    kept = _best(rivals)
    listed = all(verdict.sentence.startswith("- ") for verdict in kept)
    false = [claim.text for verdict in kept for claim in verdict.unsupported if claim.kind == "fact"]
    if false:
        told = without_dateline(article.paragraphs_en, article.paragraphs)
        lead = lead_sentences(told, max(len(text.split()) for text in candidates))
        kept = _verdicts(join(lead, "list" if listed else "prose"), sources, original)
        article = article.flagged(Flag("summary-fallback", tuple(false), _FALLBACK))
    result = _result(kept)
    return replace(
        article,
        summary=("\n" if listed else " ").join(verdict.sentence for verdict in kept),
        support=result.share,
    ).flagged(*_flags(result.unsupported))


def _original(article: Article) -> list[str]:
    return [article.title or "", *(article.paragraphs or (article.text,))]


def _sources(article: Article) -> list[str]:
    return [*_original(article), article.title_en or "", article.date or "", *article.paragraphs_en]


def _verdicts(
    summary: str,
    evidence: Evidence,
    original: Evidence | None = None,
    clauses: Sequence[frozenset[str]] = (),
) -> list[_Verdict]:
    verdicts = []
    for index, sentence in enumerate(sentences(summary)):
        found = claims_of(sentence, index)
        checked = (_missing(claim, evidence, original) for claim in found)
        unsupported = tuple(missing for missing in checked if missing is not None)
        if reversed_words := told_as_fact(sentence, clauses):
            claim = Claim("fact", reversed_words, index, ())
            found, unsupported = [*found, claim], (*unsupported, claim)
        verdicts.append(_Verdict(sentence, tuple(found), unsupported))
    return verdicts


def _missing(claim: Claim, evidence: Evidence, original: Evidence | None) -> Claim | None:
    missing = evidence.missing(claim)
    if missing is None and original is not None and not original.has_places(claim):
        return claim
    return missing


def _kept(verdicts: list[_Verdict]) -> list[_Verdict]:
    """The sentences without an unsupported claim, or else the best one alone."""
    kept = [verdict for verdict in verdicts if not verdict.unsupported]
    return kept or [max(verdicts, key=lambda verdict: verdict.share)]


def _unsupported(verdicts: Iterable[_Verdict]) -> int:
    return sum(len(verdict.unsupported) for verdict in verdicts)


def _best(rivals: Sequence[tuple[list[_Verdict], int]]) -> list[_Verdict]:
    """What is kept of the best candidate, the first of equals.

    `rivals` are what is kept of each and how many unsupported claims it came with: a sentence is less
    to be trusted in the company of inventions. A candidate of which little is left doesn't win by that.
    """
    words = [sum(len(verdict.sentence.split()) for verdict in kept) for kept, _ in rivals]
    enough = _REMAINDER * max(words)
    best = max(
        range(len(rivals)),
        key=lambda i: (not _unsupported(rivals[i][0]), words[i] >= enough, -rivals[i][1], -i),
    )
    return rivals[best][0]


def _result(verdicts: Iterable[_Verdict]) -> SupportResult:
    verdicts = list(verdicts)
    made = tuple(claim for verdict in verdicts for claim in verdict.claims)
    missing = tuple(claim for verdict in verdicts for claim in verdict.unsupported)
    return SupportResult(1 - len(missing) / max(1, len(made)), made, missing)


def _flags(unsupported: Sequence[Claim]) -> list[Flag]:
    words: dict[str, dict[str, None]] = {}
    for claim in unsupported:
        words.setdefault(claim.kind, {})[claim.text] = None
    return [Flag(f"unsupported-{kind}", tuple(texts), _DETAILS[kind]) for kind, texts in words.items()]
