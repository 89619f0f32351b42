"""Suites: files that name data, systems and metrics, so that anyone can repeat an evaluation.

[suite]
data = "../../seeds"                  corpus folder or articles, relative to this file
references = "references.jsonl"       optional: where the data folder doesn't name its own
metrics = ["rouge", "support"]        optional: names of folders of eval/metrics
[suite.options.rouge]                 optional: options of a metric
stem = true

[[systems]]                           one or more; each is compared with the first
name = "starter"
profile = "starter"                   a profile of the pipeline
[[systems]]
name = "lead-3"
baseline = "lead-3"                   see `baselines`
text = "starter"                      the system whose translation it extracts from, or "references"
[[systems]]
name = "night"
predictions = "../../runs/night"      what `score` takes, relative to this file
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from summarize.data_files import data_path
from summarize.errors import InputError
from summarize.scoring import METRICS, OPTIONS, Options

_KINDS = ("profile", "baseline", "predictions")
REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """A system of a suite: `kind` is profile, baseline or predictions, `value` which one."""

    name: str
    kind: str
    value: str
    text: str = REFERENCES


@dataclass(frozen=True)
class Suite:
    """What to evaluate; paths are resolved."""

    name: str
    data: str
    references: str
    systems: tuple[SystemSpec, ...]
    metrics: tuple[str, ...] = METRICS
    options: Options = field(default_factory=lambda: OPTIONS)


def suite_names() -> list[str]:
    """The suites that ship with the program."""
    return sorted(path.stem for path in data_path("eval", "suites").glob("*.toml"))


def load_suite(name: str) -> Suite:
    """The suite of that name, or in the file of that name.

    Raises InputError where there is none, or where it isn't one.
    """
    path = Path(name) if name.endswith(".toml") else data_path("eval", "suites", f"{name}.toml")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _suite(path, table)
    except FileNotFoundError:
        raise InputError(
            f"There is no suite {name!r}.", f"There are {', '.join(suite_names())}; or name a .toml file."
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(f"The suite {path} can't be used: {said}") from error


def _suite(path: Path, table: dict[str, Any]) -> Suite:
    head = table["suite"]
    near = path.parent
    data = str((near / head["data"]).resolve())
    metrics = tuple(head.get("metrics", METRICS))
    systems = tuple(_system(row, near) for row in table["systems"])
    names = [system.name for system in systems]
    if len(set(names)) < len(names):
        raise ValueError("two systems have the same name")
    for at, system in enumerate(systems):
        if system.kind == "baseline" and system.text not in (REFERENCES, *names[:at]):
            raise ValueError(f"{system.name} stands on {system.text!r}, which isn't a system before it")
    return Suite(
        name=path.stem,
        data=data,
        references=str((near / head["references"]).resolve()) if "references" in head else data,
        systems=systems,
        metrics=metrics,
        options={
            name: {**OPTIONS.get(name, {}), **head.get("options", {}).get(name, {})} for name in metrics
        },
    )


def _system(row: dict[str, Any], near: Path) -> SystemSpec:
    kinds = [kind for kind in _KINDS if kind in row]
    if len(kinds) != 1:
        raise ValueError(f"the system {row['name']} needs one of {', '.join(_KINDS)}")
    kind = kinds[0]
    value = str((near / row[kind]).resolve()) if kind == "predictions" else str(row[kind])
    return SystemSpec(str(row["name"]), kind, value, str(row.get("text", REFERENCES)))
