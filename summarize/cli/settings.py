"""summarize.toml: any option of any command, kept in a file."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from summarize.errors import InputError

_FILE = "summarize.toml"
_VARIABLE = "SUMMARIZE_SETTINGS"


def load_settings(command: Any) -> dict[str, dict[str, Any]]:
    """Default values by command, from summarize.toml here or the file that SUMMARIZE_SETTINGS names.

    A key at the top holds for every command that has the option, one in a table `[run]` for that command.
    `command` is the root of the command line, asked which options there are. The order of precedence is
    option, environment variable (`SUMMARIZE_RUN_BEAM`), file. Raises InputError for a file that
    isn't TOML and for a key that is no option.
    """
    named = os.environ.get(_VARIABLE)
    path = Path(named or _FILE)
    if not path.is_file():
        if named:
            raise InputError(f"There is no settings file {named}.", f"{_VARIABLE} names it.")
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from error
    options = {name: _options(sub) for name, sub in command.commands.items()}
    defaults: dict[str, dict[str, Any]] = {name: {} for name in options}
    for key, value in content.items():
        if key in options and isinstance(value, dict):
            for option, setting in value.items():
                name = _known(option, options[key], path, f" of [{key}]")
                defaults[key][name] = setting
        else:
            name = _known(key, set().union(*options.values()), path, "")
            for sub in options:
                if name in options[sub]:
                    defaults[sub].setdefault(name, value)
    return defaults


def _options(command: Any) -> set[str]:
    return {parameter.name for parameter in command.params if parameter.param_type_name == "option"}


def _known(key: str, options: set[str], path: Path, where: str) -> str:
    name = key.replace("-", "_")
    if name not in options:
        close = difflib.get_close_matches(name, options, 1)
        hint = f"Did you mean {close[0].replace('_', '-')}?" if close else "See summarize --help."
        raise InputError(f"{path}: there is no option {key!r}{where}.", hint)
    return name
