"""From a model's raw output to a summary fit to print: no chatter, no markup, no repetition, no torn end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarize.english import ends_sentence, is_english, sentences
from summarize.prompts import Form

_REPORTING = (
    r"reports?|states?|says|notes|explains|mentions|describes how|highlights|reveals|shows|suggests|"
    r"emphasizes|concludes|announces|claims|indicates"
)
_PREAMBLE = re.compile(
    r"""\A(?:
        (?:sure|certainly|of\ course|okay|ok|absolutely)[.!,:]\s*
      | here(?:'s|’s|\ is|\ are|\ it\ is|\ you\ go)\b[^.\n]{0,120}?:\s*
      | (?:below|the\ following)\ (?:is|are)\b[^.\n]{0,120}?:\s*
      | (?:the\ )?(?:[a-z]+\ ){0,3}(?:summary|headline|answer|output)(?:\ of\ [a-z\ ]{1,40})?\ ?:\s*
      | (?:in\ summary|to\ summari[sz]e|in\ short|in\ brief|overall)\s*[,:]\s*
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTION = re.compile(
    r"\A(?:[Aa]ccording to (?:the|this) (?:news )?(?:article|text|report above), "
    r"|(?:[Tt]he|[Tt]his) (?:news )?(?:article|text|passage|story|summary) (?:also )?"
    rf"(?:{_REPORTING}) that )"
)
_ABOUT_ITSELF = re.compile(
    r"\A(?:(?:[Tt]he|[Tt]his) (?:news |given |above )?(?:article|text|passage|summary|author|writer)\b"
    r"|I hope\b|I (?:have|am|will|can(?:'t|not)?) (?:summar|provid|happy|sorry)\w*|Let me know\b"
    r"|Please (?:note|let)\b|Note:|\(?[Ww]ord count|If you (?:have|need|would)\b)"
)
_SPECIAL = re.compile(r"<\|[^|<>]{1,40}\|>|</?(?:s|pad|unk|article|summary|think)>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<n>|<br\s*/?>")  # PEGASUS writes <n>
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{2,3}|`{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)
_LINE_MARK = re.compile(r"\A\s*(?:#{1,6}\s+|>\s+|[-*•–—+]\s+|\(?\d{1,2}[.)]\s+)+")
_TOKEN = re.compile(r"\w+")
_QUOTES = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»"}


def postedit(
    text: str, *, words: int, most_sentences: int | None = None, form: Form = "prose", cut_off: bool = False
) -> str:
    """The printable part of a model's output; empty if there is none.

    Chat preambles, sentences about the article instead of its subject, markdown, quotes around the
    whole, sentences that aren't English or that repeat an earlier one are taken out, and so is a last
    sentence without an end. With `cut_off` false, a last line that only lacks its full stop gets one.
    Whole sentences are kept up to about `words` words and `most_sentences` sentences, at least one.
    A list has one sentence a line, each behind "- ".
    """
    lines = [_without_markup(line) for line in _LINE_BREAK.sub("\n", _SPECIAL.sub(" ", text)).splitlines()]
    whole = _without_preamble(_unquoted(_without_emphasis("\n".join(line for line in lines if line))))
    found = _complete([_direct(sentence) for sentence in sentences(whole)], form=form, cut_off=cut_off)
    kept = _distinct([sentence for sentence in found if _fit_to_print(sentence)])
    return join(_within(kept, words, most_sentences), form)


def join(kept: Sequence[str], form: Form = "prose") -> str:
    """Sentences as one text of the form: prose on one line, or a list with a sentence a line."""
    return "\n".join(f"- {sentence}" for sentence in kept) if form == "list" else " ".join(kept)


def lead_sentences(paragraphs: Sequence[str], words: int) -> list[str]:
    """The first sentences of a text, up to about `words` words, at least one if the text has any."""
    found = [_ended(sentence) for paragraph in paragraphs for sentence in sentences(paragraph)]
    return _within(_distinct([sentence for sentence in found if sentence]), words, None)


def _without_markup(line: str) -> str:
    return " ".join(_LINE_MARK.sub("", _LINK.sub(r"\1", line)).split())


def _without_emphasis(text: str) -> str:
    while (plain := _EMPHASIS.sub(r"\2", text)) != text:  # emphasis within emphasis
        text = plain
    return text


def _without_preamble(text: str) -> str:
    for _ in range(3):
        shorter = _PREAMBLE.sub("", text, count=1).lstrip()
        if shorter == text:
            break
        text = _unquoted(shorter)
    return _capitalised(text)


def _unquoted(text: str) -> str:
    text = text.strip()
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 1 and text.endswith(closing) and not set(text[1:-1]) & {text[0], closing}:
        return text[1:-1].strip()
    return text


def _direct(sentence: str) -> str:
    """What "- The article says that …" says."""
    return _capitalised(_ATTRIBUTION.sub("", _LINE_MARK.sub("", sentence), count=1))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _complete(found: list[str], *, form: Form, cut_off: bool) -> list[str]:
    """Without what isn't a sentence to its end; titles and list items that aren't the last get a stop."""
    complete = []
    for index, sentence in enumerate(found):
        last = index == len(found) - 1
        sentence = re.sub(r"([.!?])([)\]])\Z", r"\2\1", sentence)
        sentence = _balanced(sentence)
        if ends_sentence(sentence):
            complete.append(sentence)
        elif (not last and form == "list") or (last and not cut_off):
            complete.append(_ended(sentence))
    return [sentence for sentence in complete if sentence]


def _balanced(sentence: str) -> str:
    """Without quotation marks that have no counterpart, as a sentence may be all that is kept of a quote."""
    if sentence.count('"') % 2:
        sentence = sentence.replace('"', "")
    if sentence.count("“") != sentence.count("”"):
        sentence = sentence.replace("“", "").replace("”", "")
    return sentence


def _ended(sentence: str) -> str:
    if ends_sentence(sentence):
        return sentence
    bare = sentence.rstrip(" .…,;:–—-")
    return f"{bare}." if bare else ""


def _fit_to_print(sentence: str) -> bool:
    scrap = len(_TOKEN.findall(sentence)) < 2  # the end of a torn initialism, a lone name
    return is_english(sentence) and not scrap and not _ABOUT_ITSELF.match(sentence)


def _distinct(found: Sequence[str]) -> list[str]:
    """Without sentences that say again, in nearly the same words, what an earlier one said."""
    kept: list[str] = []
    seen: list[frozenset[str]] = []
    for sentence in found:
        bag = frozenset(_TOKEN.findall(sentence.lower()))
        if any(len(bag & earlier) >= 0.8 * min(len(bag), len(earlier)) for earlier in seen):
            continue
        kept.append(sentence)
        seen.append(bag)
    return kept


def _within(found: Sequence[str], words: int, most_sentences: int | None) -> list[str]:
    kept: list[str] = []
    room = words * 1.15  # rather a few words more than one sentence less
    for sentence in found[:most_sentences]:
        room -= len(sentence.split())
        if kept and room < 0:
            break
        kept.append(sentence)
    return kept
