"""Which language is an article in? Function words decide the clear cases, a small model the rest."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1200  # characters; news declares its language long before
_FEWEST_WORDS = 8  # below, any answer is a guess
_CERTAIN = 0.9
_WORD = re.compile(r"[^\W\d_]+")

# Words of grammar are a fifth to two fifths of running text, whatever the topic, and names are none of them.
_MALAYIC = frozenset(
    [
        "yang",
        "dan",
        "di",
        "untuk",
        "dengan",
        "dari",
        "pada",
        "ini",
        "itu",
        "dalam",
        "tidak",
        "akan",
        "adalah",
        "oleh",
        "juga",
        "ke",
        "telah",
        "lebih",
        "ada",
        "mereka",
        "kami",
        "kita",
        "saya",
        "dia",
        "ia",
        "sebagai",
        "atau",
        "saat",
        "para",
        "sudah",
        "seperti",
        "menjadi",
        "dapat",
        "bagi",
        "masih",
        "serta",
        "setelah",
        "antara",
        "tersebut",
        "secara",
        "bukan",
        "hanya",
        "tetapi",
    ]
)
_INDONESIAN = frozenset(
    [
        "bahwa",
        "karena",
        "yaitu",
        "yakni",
        "bisa",
        "polisi",
        "uang",
        "kemarin",
        "senin",
        "jumat",
        "minggu",
        "persen",
        "perusahaan",
        "sedangkan",
        "meski",
        "namun",
        "usai",
        "pemerintah",
        "rupiah",
        "januari",
        "februari",
        "maret",
        "juni",
        "juli",
        "agustus",
        "september",
        "oktober",
        "november",
        "desember",
        "sepeda",
        "kantor",
        "korban",
        "baru",
        "sangat",
        "kepada",
        "bertemu",
        "ketika",
        "sementara",
        "hingga",
        "ujar",
        "nya",
    ]
)
_MALAY = frozenset(
    [
        "bahawa",
        "kerana",
        "iaitu",
        "ialah",
        "manakala",
        "baharu",
        "polis",
        "wang",
        "isnin",
        "khamis",
        "jumaat",
        "ahad",
        "peratus",
        "syarikat",
        "mahu",
        "beliau",
        "menerusi",
        "sekiranya",
        "dijangka",
        "pelbagai",
        "susulan",
        "ogos",
        "disember",
        "julai",
        "mesyuarat",
        "hospital",
        "pihaknya",
        "berkata",
        "jurucakap",
        "mengesahkan",
        "semalam",
        "kebajikan",
        "berkaitan",
        "pegawai",
        "mangsa",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "on",
        "with",
        "as",
        "was",
        "by",
        "at",
        "from",
        "his",
        "it",
        "an",
        "were",
        "which",
        "be",
        "has",
        "have",
        "had",
        "are",
        "not",
        "this",
        "said",
        "their",
        "they",
        "would",
        "will",
        "after",
        "who",
        "he",
        "she",
        "its",
        "but",
        "been",
        "or",
        "more",
        "than",
        "about",
    ]
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`language` is an ISO 639-1 code (639-3 where there is none), None if there is too little text.

    `certain` says that the text is in that language beyond reasonable doubt. Malay (`ms`) is only told from
    Indonesian by its own spellings and words.
    """

    language: str | None
    certain: bool


def identify(text: str) -> Verdict:
    """The language of running text."""
    sample = text[:_SAMPLE]
    words = [word.lower() for word in _WORD.findall(sample)]
    if len(words) < _FEWEST_WORDS:
        return Verdict(None, False)
    counts = Counter(words)
    malayic = _share(counts, _MALAYIC, len(words))
    english = _share(counts, _ENGLISH, len(words))
    if malayic >= 0.10 and malayic > 2 * english:
        return Verdict(*_indonesian_or_malay(counts))
    if english >= 0.20 and english > 4 * malayic:
        return Verdict("en", True)
    language, probability = _model().classify(sample)
    if language in ("id", "ms") or (malayic >= 0.05 and malayic > english):
        return Verdict(*_indonesian_or_malay(counts))
    return Verdict(language, bool(probability >= _CERTAIN))


def load() -> None:
    """Load the model now, which the first unclear text would do (0.4 s)."""
    _model()


def _share(counts: Counter[str], vocabulary: frozenset[str], total: int) -> float:
    return sum(counts[word] for word in counts.keys() & vocabulary) / total


def _indonesian_or_malay(counts: Counter[str]) -> tuple[str, bool]:
    malay = sum(counts[word] for word in counts.keys() & _MALAY)
    indonesian = sum(counts[word] for word in counts.keys() & _INDONESIAN)
    if malay >= 2 and malay > indonesian:
        return "ms", malay >= 3 * indonesian and malay >= 4
    return "id", True


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
