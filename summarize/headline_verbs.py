"""Verbs of Indonesian headlines, which lose their prefix there, as sentences have them.

"Kim tinggalkan Pyongyang" says "Kim meninggalkan Pyongyang", and so does the article below it. Translators
are trained on sentences: to them, a verb without its prefix is a command, or a word that they never saw.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORTEST = 4  # letters of a verb
_AGENTS = frozenset({"aku", "anda", "dia", "ia", "kami", "kamu", "kita", "mereka", "saya"})
_NO_VERBS = frozenset({"buat"})  # "buat" is "for" in headlines, "membuat" in every article

_DROPPED = {"p": "mem", "t": "men", "k": "meng", "s": "meny"}
"""First letters that the prefix swallows, and the prefix before what is left."""

_BEFORE = {
    "mem": "bfvp",
    "men": "cdjzts",
    "meng": "aeioughk",
    "me": "lmnrwy",
}
"""The form of the prefix before each first letter that it leaves: in loanwords, before a second prefix."""

_CLUSTER = re.compile(r"[^aeiou]{2}")

_CERTAIN = re.compile(
    r"(?!me|di|ter|ber(?!i)|ke|pe|se|silah?kan|bahkan|misalkan|andaikan|jangankan|bagaikan)\w{4,}kan"
)
"""A verb by its ending, which no article has to prove, and of which one form is sure."""


def with_prefixes(headline: str, body: Iterable[str]) -> str:
    """The headline, its bare verbs with the prefix that `body` writes them with.

    A word in small letters gets it where the body has it with the prefix, and more often than without, or
    where it ends like a verb and the body doesn't have it. Commands stay, which are the first word or stand
    after "jangan", and so do passives, after "yang" and a pronoun.
    """
    words = list(_WORD.finditer(headline))
    counts = Counter(word for text in body for word in _WORD.findall(text.lower())) if words else Counter()
    parts, end = [], 0
    for index, match in enumerate(words):
        if index and _is_active(words, index) and (active := _active(match[0], counts)):
            parts += [headline[end : match.start()], active]
            end = match.end()
    return "".join([*parts, headline[end:]])


def active_forms(verb: str) -> list[str]:
    """A verb in small letters with the active prefix, in each form that its first letter allows.

    The likeliest comes first. After the rules of the national grammar (Alwi et al., Tata Bahasa Baku Bahasa
    Indonesia, 2003, chapter 4).
    """
    first = verb[:1]
    forms = [prefix + verb for prefix, letters in _BEFORE.items() if first and first in letters]
    if first in _DROPPED:
        forms.append(_DROPPED[first] + verb[1:])
    return forms if _CLUSTER.match(verb) else forms[::-1]


def _active(word: str, counts: Counter[str]) -> str | None:
    if not word.islower() or len(word) < _SHORTEST or word in _NO_VERBS:
        return None
    forms = active_forms(word)
    known = [form for form in forms if counts[form] > counts[word]]
    if known:
        return max(known, key=lambda form: counts[form])
    return forms[0] if forms and not counts[word] and _CERTAIN.fullmatch(word) else None


def _is_active(words: list[re.Match[str]], index: int) -> bool:
    before = words[index - 1][0].lower()
    passive = index > 1 and before in _AGENTS and words[index - 2][0].lower() == "yang"
    return before != "jangan" and not passive
