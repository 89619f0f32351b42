"""HTML pages that stand alone: one file, no network, nothing in the text can run.

The page's Content-Security-Policy allows its own style and script by their hashes and nothing else. Data
go into script elements of a type that browsers don't run: small ones as JSON with `<`, `>` and `&`
escaped, large ones as base64 of gzip, which the page's script decodes when they are needed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from summarize import __version__
from summarize.figures import duration, number, p_value, span

_TEMPLATES = "templates"
_LEVEL = 5  # of gzip; 6 takes nearly twice as long for 2 % less
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def render(template: str, scripts: Sequence[str], **values: Any) -> str:
    """A page made of `template` and of `scripts`, files of `templates/` in the order to run them."""
    style, theme, script = _file("page.css"), _file("theme.js"), _script(tuple(scripts))
    policy = (
        f"default-src 'none'; script-src '{_hash(theme)}' '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy,
            style=Markup(style),
            theme=Markup(theme),
            script=Markup(script),
            version=__version__,
            **values,
        )
    )


def embedded(value: Any) -> Markup:
    """A value as JSON for a script element of type application/json."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))


def packed(value: Any) -> str:
    """A value as base64 of gzip of JSON, for a script element of type text/plain."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return base64.b64encode(gzip.compress(data, _LEVEL, mtime=0)).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("summarize", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "embedded": embedded}
    environment.globals |= {"number": number, "span": span, "p_value": p_value}
    return environment


@cache
def _script(names: tuple[str, ...]) -> str:
    body = "\n".join(_file(name) for name in names)
    return f'(() => {{\n"use strict";\n{body}}})();\n'


@cache
def _file(name: str) -> str:
    return resources.files("summarize").joinpath(_TEMPLATES, name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
