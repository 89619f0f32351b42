"""What stands above the body of a page: its headline, names of authors, captions, the date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarize.dateline import page_date
from summarize.editor import begins_story, is_prose, rules_for
from summarize.furniture import is_titled
from summarize.pagetext import Line, ends_sentence
from summarize.repeats import key

_LONGEST_TITLE = 30  # words
_LONGEST_LABEL = 8
_AUTHORS = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?:(?:,? (?:dan |& )?)[A-ZÀ-Þ][\w.'’-]*){1,6}")
_SECTION = re.compile(r"(?:berita|kabar|info|rubrik|kanal|home|news|laporan|seputar)\b", re.IGNORECASE)
_POSITIONS = re.compile(r"\((?:kiri|kanan|tengah|ketiga|kedua|dua|tiga|paling)\b[^()]{0,20}\)", re.IGNORECASE)
_OUTLET = re.compile(
    r"\s(?:[-|–—:])\s(?:[\w-]+(?:\.[\w-]+)+|(?:ANTARA|Tribun|detik|kumparan|CNN|CNBC|VIVA|VOA|BBC|Tempo|Republika"
    r"|Okezone|SINDO|Kompas|Liputan6)[\w ]{0,20})(?:\s?[-|–—].{0,30})?$"
)


def without_outlet(title: str) -> str:
    """A headline without the outlet's name that browsers show behind it: `… - Kompas.com`."""
    return _OUTLET.sub("", " ".join(title.split()))


def title_index(lines: Sequence[Line], first: int) -> int | None:
    """The headline: above line `first`, where the body begins, the first line of five words or more.

    One of three or four words is taken if there is none, or if it alone has its words capitalised. Lines
    that a rule takes for furniture are passed over. A page of one line has no headline.
    """
    candidates = [
        (index, line.text.count(" ") + 1)
        for index, line in enumerate(lines[: max(first, 1)])
        if line.text.count(" ") < _LONGEST_TITLE
        and _may_be_title(line.text, index < first)
        and all(index == 0 and not rule.first for rule in rules_for(line.text))
    ]
    if len(lines) < 2:
        return None
    long = next((index for index, words in candidates if words >= 5), None)
    short = next((index for index, words in candidates if words >= 3), None)
    if long is None or short is None or short == long:
        return short
    text = lines[short].text
    is_headline = is_titled(text) and not is_titled(lines[long].text) and not _SECTION.match(text)
    return short if is_headline else long


def labels_above(lines: Sequence[Line], title: str, first: int) -> dict[int, str]:
    """The short lines above the headline: names of sections, kickers, buttons."""
    wanted = key(title)
    place = next((index for index, line in enumerate(lines[:first]) if key(line.text) == wanted), 0)
    return {
        index: "above-title"
        for index, line in enumerate(lines[:place])
        if line.text.count(" ") < _LONGEST_LABEL and not ends_sentence(line.text)
    }


def authors_above(lines: Sequence[Line], first: int) -> dict[int, str]:
    """Names without a label, directly above the date, 'Tim Redaksi' or the like."""
    return {
        index: "byline-name"
        for index, line in enumerate(lines[: max(first - 1, 0)])
        if line.text.count(" ") < 7
        and any(rule.name in ("date-line", "byline-heading") for rule in rules_for(lines[index + 1].text))
        and _AUTHORS.fullmatch(line.text)
    }


def captions_above(lines: Sequence[Line], first: int) -> dict[int, str]:
    """Captions between the headline and a dateline: what follows a credit, what tells left from right."""
    if first >= len(lines) or not begins_story(lines[first].text):
        return {}
    found: dict[int, str] = {}
    for index in range(1, first):
        text = lines[index].text
        credited = any(rule.name == "photo-credit" for rule in rules_for(lines[index - 1].text))
        if (credited and is_prose(text)) or _POSITIONS.search(text):
            found[index] = "photo-caption"
    return found


def date_above(lines: Sequence[Line]) -> str | None:
    """The date of the first date line among `lines`, in ISO 8601."""
    for line in lines:
        if any(rule.name in ("date-line", "byline") for rule in rules_for(line.text)) and (
            found := page_date(line.text)
        ):
            return found
    return None


def _may_be_title(text: str, above_body: bool) -> bool:
    if not ends_sentence(text):
        return above_body and text[-1] not in ",;:"
    return text.endswith(("?", "!", "?”", "!”", '?"', '!"')) and (above_body or is_titled(text))
