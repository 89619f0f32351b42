"""Drafts through the model: a beam, another try where that is wrong, and lost words put where they belong.

Small models lose a number or a name in every seventh segment of news. Most can be had back: the model
looked at the lost word from some place of its output, and goes on well enough when it is made to write the
word there (constrained decoding with a prefix; after Hasler et al., 2018, who place terms by attention).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from summarize.draft import Attempt, Draft, attempt, translation
from summarize.glossary import insert
from summarize.memory import Translation
from summarize.models.backend import Decoding, Hypothesis, Model

_LONGEST_RETRIED = 300
"""Characters; in longer segments a wider search costs most and finds least."""

_MOST_FORCED = 4
"""Lost words of a segment to put back, one after the other. Where more are lost, all is."""

_FARTHEST = 0.5
"""How far along the output a word may be from how far along the source it is. Where a model that drops the
end of a sentence looks at its words is no place for them."""

_WORD_START = "▁"
"""What the first piece of a word begins with."""


def decode(
    model: Model, drafts: Sequence[Draft], decoding: Decoding, *, retry: bool = True
) -> list[Translation]:
    """The translation of each draft: the best of the beam or, with `retry`, of what another try gave."""
    beam = decoding.beam
    found = _attempts(model, drafts, replace(decoding, hypotheses=beam if retry else 1))
    best = [max(attempts, key=_rank) for attempts in found]
    notes = ["" if one is rivals[0] else "rival chosen" for one, rivals in zip(best, found, strict=True)]
    if retry:
        _unloop(model, drafts, best, notes, decoding)
        _find_terms(model, drafts, best, notes, decoding)
        _put_back(model, drafts, best, notes, decoding)
    return [translation(*each) for each in zip(drafts, best, notes, strict=True)]


def _unloop(
    model: Model, drafts: Sequence[Draft], best: list[Attempt], notes: list[str], decoding: Decoding
) -> None:
    """Try what is no translation again, without repetition."""
    beam = max(decoding.beam, 4)
    unlooped = replace(decoding, beam=beam, hypotheses=beam, no_repeat_ngram=3, repetition_penalty=1.2)
    odd = [index for index, one in enumerate(best) if one.degenerate]
    _try_again(model, drafts, best, notes, "degenerate", odd, unlooped)


def _find_terms(
    model: Model, drafts: Sequence[Draft], best: list[Attempt], notes: list[str], decoding: Decoding
) -> None:
    """Look for glossary terms that are missing in a beam twice as wide, with their English in the source."""
    beam = 2 * max(decoding.beam, 2)
    lacking = [
        index
        for index, one in enumerate(best)
        if one.missing and not one.degenerate and len(drafts[index].encoded) <= _LONGEST_RETRIED
    ]
    _try_again(model, drafts, best, notes, "term", lacking, replace(decoding, beam=beam, hypotheses=beam))


def _try_again(
    model: Model,
    drafts: Sequence[Draft],
    best: list[Attempt],
    notes: list[str],
    why: str,
    again: Sequence[int],
    decoding: Decoding,
) -> None:
    if not again:
        return
    anew = [replace(drafts[i], encoded=insert(drafts[i].encoded, best[i].missing)) for i in again]
    for index, attempts in zip(again, _attempts(model, anew, decoding), strict=True):
        better = max(best[index], *attempts, key=_rank)
        notes[index] = f"retried: {why}" + (", first kept" if better is best[index] else "")
        best[index] = better


def _put_back(
    model: Model, drafts: Sequence[Draft], best: list[Attempt], notes: list[str], decoding: Decoding
) -> None:
    """Put back lost numbers and names, one of each segment at a time."""
    tried: list[set[str]] = [set() for _ in drafts]
    attended: dict[int, tuple[int, ...]] = {}
    for _ in range(_MOST_FORCED):
        todo = {
            index: word
            for index, one in enumerate(best)
            if not one.degenerate and (word := _first_lost(one, tried[index]))
        }
        if not todo:
            return
        sources = dict(zip(todo, model.tokenizer.encode([best[i].source for i in todo]), strict=True))
        attended |= _looks(model, [i for i in todo if i not in attended], sources, best, decoding)
        prefixes: dict[int, list[str]] = {}
        for index, word in todo.items():
            tried[index].add(word)
            prefix = forced_prefix(sources[index], best[index].output, attended[index], word)
            if prefix is not None and len(prefix) < decoding.max_length:
                prefixes[index] = prefix
        outputs = model.backend.generate(
            [sources[index] for index in prefixes],
            replace(decoding, hypotheses=1),
            prefixes=list(prefixes.values()),
        )
        of = [replace(drafts[index], encoded=best[index].source) for index in prefixes]
        made = _judged(model, of, [one for (one,) in outputs], decoding)
        for index, one in zip(prefixes, made, strict=True):
            # What was forced is left out of the score, which therefore says nothing against the first one's.
            better = max(best[index], replace(one, score=min(one.score, best[index].score)), key=_rank)
            if better is not best[index]:
                best[index] = better
                del attended[index]
                notes[index] = "; ".join(filter(None, (notes[index], f"put back: {todo[index]}")))


def _looks(
    model: Model,
    indices: Sequence[int],
    sources: Mapping[int, list[str]],
    best: Sequence[Attempt],
    decoding: Decoding,
) -> dict[int, tuple[int, ...]]:
    """Where the model looks at the tokens of these sources when it writes the best of its outputs."""
    again = model.backend.generate(
        [sources[index] for index in indices],
        replace(decoding, beam=1, hypotheses=1),
        prefixes=[best[index].output for index in indices],
    )
    return {index: one.attended for index, (one,) in zip(indices, again, strict=True)}


def forced_prefix(
    source: Sequence[str], output: Sequence[str], attended: Sequence[int], word: str
) -> list[str] | None:
    """`output` up to the place where the model looked at `word` of `source`, and the word's tokens.

    `attended` is that of a hypothesis for `output`. None where the word isn't found in the source, or
    the place is at the other end of the sentence.
    """
    span = _span(source, word)
    if span is None or not attended:
        return None
    start, end = span
    place = min(attended[start], len(output))
    if abs(place / max(len(output), 1) - start / len(source)) > _FARTHEST:
        return None
    while 0 < place < len(output) and _begins_within(output[place], output[0]):
        place -= 1
    # A figure that is written together with its currency comes with it.
    while (
        start and _begins_within(source[start], source[0]) and source[start - 1].strip(_WORD_START).isalpha()
    ):
        start -= 1
    return [*output[:place], *source[start:end]]


def _begins_within(token: str, first: str) -> bool:
    """Whether a token goes on with a word, in a vocabulary that marks the beginnings of words."""
    return first.startswith(_WORD_START) and not token.startswith(_WORD_START)


def _span(source: Sequence[str], word: str) -> tuple[int, int] | None:
    """The tokens, from and to, that together are `word`."""
    for start in range(len(source)):
        text = ""
        for end in range(start, len(source)):
            text += source[end].lstrip(_WORD_START) if not text else source[end].replace(_WORD_START, " ")
            if text == word:
                return start, end + 1
            if text and not word.startswith(text):
                break
    return None


def _first_lost(one: Attempt, tried: set[str]) -> str | None:
    lost = [word for word in (*one.lost_numbers, *one.lost_names) if word not in tried]
    return min(lost, key=one.source.find, default=None)


def _rank(one: Attempt) -> tuple[bool, float]:
    return one.rank


def _attempts(model: Model, drafts: Sequence[Draft], decoding: Decoding) -> list[list[Attempt]]:
    """What the model makes of each draft, best first; only the first where nothing is wrong with it."""
    outputs = model.backend.generate(model.tokenizer.encode([one.encoded for one in drafts]), decoding)
    firsts = _judged(model, drafts, [several[0] for several in outputs], decoding)
    return [
        [
            first,
            *(_judged(model, [made] * (len(several) - 1), several[1:], decoding) if first.wrong else ()),
        ]
        for made, first, several in zip(drafts, firsts, outputs, strict=True)
    ]


def _judged(
    model: Model, drafts: Sequence[Draft], hypotheses: Sequence[Hypothesis], decoding: Decoding
) -> list[Attempt]:
    texts = model.tokenizer.decode([one.tokens for one in hypotheses])
    return [
        attempt(
            draft, text.strip(), one.score, cut_off=len(one.tokens) >= decoding.max_length, output=one.tokens
        )
        for draft, text, one in zip(drafts, texts, hypotheses, strict=True)
    ]
