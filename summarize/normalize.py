"""Text as translation models were trained to read it: NFKC, plain quotes and dashes, single spaces."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # Invisible: soft hyphen, zero-width characters, direction marks, byte order mark.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"),
    }
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def normalize(text: str) -> str:
    """`text` in NFKC with plain quotes and dashes, single spaces, and nothing invisible."""
    if not text.isascii():
        # Marks first: NFKC would turn an acute accent that stands for an apostrophe into a space and a mark.
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    return " ".join(_UNPRINTABLE.sub("", text).split())
