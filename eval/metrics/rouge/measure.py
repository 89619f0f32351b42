"""ROUGE-1, -2, -L and -Lsum as rouge-score computes them, by its Rust twin rouge-score-rs.

Chin-Yew Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Literal

from rouge_score_rs import rouge_scorer, tokenizers

OF, AGAINST = "summary", "references"
DEFAULTS: dict[str, Any] = {"stem": False, "multi": "best", "tokenizer": "standard", "split": "lines"}

_KINDS = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "rougeLsum": "ROUGE-Lsum"}
_PARTS = {"": "F1", "_precision": "precision", "_recall": "recall"}
MEASURES: dict[str, dict[str, Any]] = {
    kind + part: {"title": title, "unit": unit, "scale": 1.0, "better": "higher", "headline": not part}
    for part, unit in _PARTS.items()
    for kind, title in _KINDS.items()
}


def measure(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    stem: bool = False,
    multi: Literal["best", "mean"] = "best",
    tokenizer: Literal["standard", "unicode"] = "standard",
    split: Literal["lines", "sentences"] = "lines",
) -> dict[str, list[float | None]]:
    """F1, precision and recall of each prediction, each between 0 and 1.

    `references[i]` holds one or more reference texts for `predictions[i]`; None comes out where there
    is none. With several, `multi="best"` takes, for each ROUGE type, the reference with the highest F1
    and `multi="mean"` the mean over references. `stem` applies the Porter stemmer.
    `tokenizer="standard"` knows only the letters a-z and digits, as rouge-score does;
    "unicode" takes words of any script (UAX #29, NFKC, case-folded). For ROUGE-Lsum, the sentences are
    the lines of a text; `split="sentences"` finds them in each line first.

    Raises ValueError for an unknown option and for stemming with the Unicode tokenizer.
    """
    scorer = rouge_scorer.RougeScorer(list(_KINDS), tokenizer=_tokenizer(tokenizer, stem))
    choose = _choice(multi)
    lines = _LINES.get(split)
    if lines is None:
        raise ValueError(f"unknown split {split!r}: choose 'lines' or 'sentences'")
    pairs = [
        (lines(text), lines(prediction))
        for prediction, texts in zip(predictions, references, strict=True)
        for text in texts
    ]
    scored = iter(scorer.score_batch([pair[0] for pair in pairs], [pair[1] for pair in pairs]))
    values: dict[str, list[float | None]] = {name: [] for name in MEASURES}
    for texts in references:
        of_item = [next(scored) for _ in texts]
        for kind in _KINDS:
            precision, recall, f1 = choose([result[kind] for result in of_item]) if of_item else (None,) * 3
            values[kind].append(f1)
            values[f"{kind}_precision"].append(precision)
            values[f"{kind}_recall"].append(recall)
    return values


def settings(
    name: str,
    *,
    stem: bool = False,
    multi: str = "best",
    tokenizer: str = "standard",
    split: str = "lines",
) -> str:
    """The part of the signature that says how `name` was computed."""
    at = f"|split:{split}" if name.startswith("rougeLsum") else ""
    return (
        f"multi:{multi}|stem:{'porter' if stem else 'no'}|tok:{tokenizer}{at}"
        f"|rouge-score-rs:{version('rouge-score-rs')}"
    )


def _split(text: str) -> str:
    # Here, since the rest of this file needs nothing of the package.
    from summarize.segment import split_sentences

    return "\n".join(sentence for line in text.splitlines() for sentence in split_sentences(line))


_LINES: dict[str, Callable[[str], str]] = {"lines": lambda text: text, "sentences": _split}


def _tokenizer(name: str, stem: bool) -> Any:
    if name == "standard":
        return tokenizers.DefaultTokenizer(stem)
    if name == "unicode":
        if stem:
            raise ValueError(
                "the unicode tokenizer has no stemmer: choose stem=False or tokenizer='standard'"
            )
        return tokenizers.UnicodeTokenizer()
    raise ValueError(f"unknown tokenizer {name!r}: choose 'standard' or 'unicode'")


def _choice(multi: str) -> Callable[[list[Any]], Sequence[float]]:
    if multi == "best":
        return lambda scores: max(scores, key=lambda score: score.fmeasure)
    if multi == "mean":
        return lambda scores: [sum(part) / len(scores) for part in zip(*scores, strict=True)]
    raise ValueError(f"unknown way to use several references {multi!r}: choose 'best' or 'mean'")
