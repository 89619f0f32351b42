"""Prompt templates: TOML front matter and a Jinja body of two blocks, `system` and `user`.

The format is described for authors in `prompts/README.md`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from summarize.data_files import data_path
from summarize.errors import InputError

Form = Literal["prose", "list"]

VARIABLES = frozenset({"title", "text", "sentences", "words"})
"""What a template body may use."""

_FRONT_MATTER = re.compile(
    r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*\Z")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt template, checked when it was loaded.

    `form` says whether the output is prose or a list with one point a line. `words` and `sentences`
    are the template's own limits on the output, which go before those of `--length`; None where it
    has none. `sha256` is that of the file, for a run's manifest.
    """

    name: str
    version: int
    languages: tuple[str, ...]
    description: str
    variables: Mapping[str, str]
    body: str
    sha256: str
    form: Form = "prose"
    words: int | None = None
    sentences: int | None = None

    def messages(self, *, title: str, text: str, sentences: str, words: int) -> list[dict[str, str]]:
        """The messages for one article, as chat models take them: `system` if there is one, and `user`.

        `sentences` is a phrase such as "2 or 3 sentences", `words` the most words of the output.
        Raises InputError where the template fails on these values.
        """
        values = {"title": title, "text": text, "sentences": sentences, "words": words}
        messages = []
        for role, block in _compiled(self.body).blocks.items():
            try:
                content = "".join(block(_compiled(self.body).new_context(values))).strip()
            except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
                raise InputError(f"Prompt {self.name!r}, block {role!r}: {error}") from error
            if content:
                messages.append({"role": role, "content": content})
        return sorted(messages, key=lambda message: message["role"] != "system")


def load_prompt(name: str) -> Prompt:
    """A prompt by the name of a shipped one (`news-brief`) or by the path of a file.

    Raises InputError where there is no such prompt or the file isn't of the form described in
    `prompts/README.md`.
    """
    path = Path(name)
    if path.suffix != ".md" and _NAME.match(name):
        path = data_path("prompts", f"{name}.md")
    try:
        content = path.read_bytes()
        source = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(prompt_names())
        raise InputError(f"No prompt {name!r}: {error}", f"Give a path, or one of: {known}.") from error
    return _parse(path.stem, source, hashlib.sha256(content).hexdigest())


def prompt_names() -> list[str]:
    """Names of the shipped prompts."""
    return sorted(path.stem for path in data_path("prompts").glob("*.md") if path.stem != "README")


def _parse(name: str, source: str, sha256: str) -> Prompt:
    matter = _FRONT_MATTER.match(source)
    if not matter:
        raise InputError(f"Prompt {name!r} has no front matter", "It goes between two lines of '+++'.")
    try:
        head = tomllib.loads(matter[1])
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"Prompt {name!r}: front matter is not TOML: {error}") from error
    body = source[matter.end() :]
    _check_body(name, body)
    output = head.get("output", {})
    prompt = Prompt(
        name=_entry(name, head, "name", str, name),
        version=_entry(name, head, "version", int, 1),
        languages=tuple(_entry(name, head, "languages", list, ["en"])),
        description=_entry(name, head, "description", str, ""),
        variables=_entry(name, head, "variables", dict, {}),
        body=body,
        sha256=sha256,
        form=_entry(name, output, "form", str, "prose"),
        words=_entry(name, output, "words", int, None),
        sentences=_entry(name, output, "sentences", int, None),
    )
    if prompt.form not in get_args(Form):
        raise InputError(f"Prompt {name!r}: form must be one of {', '.join(get_args(Form))}")
    return prompt


def _entry(name: str, table: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
    value = table.get(key, default)
    if value is not default and type(value) is not kind:
        raise InputError(f"Prompt {name!r}: {key!r} must be of type {kind.__name__}")
    return value


def _check_body(name: str, body: str) -> None:
    try:
        unknown = meta.find_undeclared_variables(_environment().parse(body)) - VARIABLES
        blocks = set(_compiled(body).blocks)
    except TemplateError as error:
        raise InputError(f"Prompt {name!r} is not a valid template: {error}") from error
    if unknown:
        raise InputError(
            f"Prompt {name!r} uses unknown variables: {', '.join(sorted(unknown))}",
            f"There are: {', '.join(sorted(VARIABLES))}.",
        )
    if not {"user"} <= blocks <= {"system", "user"}:
        raise InputError(f"Prompt {name!r} must have a block 'user', and may have a block 'system'")


def _environment() -> ImmutableSandboxedEnvironment:
    # Sandboxed, since prompts are passed around like any text file; no escaping, since the output is
    # read by a model and not by a browser.
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=64)
def _compiled(body: str) -> Template:
    return _environment().from_string(body)
