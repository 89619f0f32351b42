"""`summarize evaluate`, as typed, with predictions and baselines as its systems."""

import json

import pytest
import typer
from typer.testing import CliRunner

from summarize.cli.evaluate import evaluate_command
from summarize.errors import InputError
from summarize.evaluation import digest

app = typer.Typer()
app.command()(evaluate_command)


@pytest.fixture
def suite(tmp_path):
    body = ["The mayor of {} opened a bridge. Hundreds came. It rained.", "He left. All was well."]
    people = (
        {
            "id": x,
            "summaries": [f"A bridge was opened by the mayor of {x}."],
            "translation": [part.format(x) for part in body],
        }
        for x in "abcd"
    )
    (tmp_path / "references.jsonl").write_text("".join(json.dumps(row) + "\n" for row in people))
    (tmp_path / "night.jsonl").write_text(
        "".join(json.dumps({"id": x, "summary": f"A mayor opened a bridge in {x}."}) + "\n" for x in "abcd")
    )
    path = tmp_path / "mine.toml"
    path.write_text(
        '[suite]\ndata = "."\nmetrics = ["rouge"]\n'
        '[[systems]]\nname = "night"\npredictions = "night.jsonl"\n'
        '[[systems]]\nname = "lead-1"\nbaseline = "lead-1"\n'
        '[[systems]]\nname = "textrank"\nbaseline = "textrank-1"\n'
    )
    return path


def call(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "120"})


def test_prints_the_systems_side_by_side_and_what_the_tests_say(suite, tmp_path):
    result = call(suite, "--output", tmp_path / "results")
    assert result.exit_code == 0
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == ["ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum"]
    assert [row.split()[0] for row in rows[:6:2]] == ["night", "lead-1", "textrank"]
    assert rows[1].count("[") == 4
    assert "lead-1 against night: ROUGE-L" in result.stdout
    assert "by randomisation" in result.stdout
    assert "can give no p below 0.125" in result.stdout
    (kept,) = (tmp_path / "results").iterdir()
    assert kept.name in result.stdout.replace("\n", "")


def test_json_is_the_kept_result(suite, tmp_path):
    row = json.loads(call(suite, "--output", tmp_path / "results", "--json").stdout)
    (kept,) = (tmp_path / "results").iterdir()
    assert json.loads(kept.read_text()) == row
    assert row["sha256"] == digest(row)


def test_malformed_references_are_listed(suite, tmp_path):
    with (tmp_path / "references.jsonl").open("a") as file:
        file.write("oops\n")
    result = call(suite, "--output", tmp_path / "results")
    assert result.exit_code == 3
    assert "left out references.jsonl:5: not JSON" in result.stdout


def test_an_unknown_suite_is_an_input_error():
    assert isinstance(call("nothing").exception, InputError)


def test_one_system_is_shown_with_all_its_figures(suite, tmp_path):
    head = suite.read_text().split("[[systems]]")
    suite.write_text(head[0].replace('metrics = ["rouge"]', "") + "[[systems]]" + head[1])
    result = call(suite, "--output", tmp_path / "results")
    assert "ROUGE-Lsum" in result.stdout
    assert "skipped translation: no article has a translation" in result.stdout
    assert "against" not in result.stdout.split("skipped")[0]


def test_a_measure_that_only_some_systems_have_is_a_dash_for_the_others(suite, tmp_path):
    text = suite.read_text().replace('["rouge"]', '["abstractiveness"]')
    head, night, lead, textrank = text.split("[[systems]]")
    suite.write_text("[[systems]]".join([head, lead, night, textrank]))
    result = call(suite, "--output", tmp_path / "results")
    assert result.exit_code == 0
    (row,) = (line for line in result.stdout.splitlines() if line.startswith("night "))
    assert set(row.split()[1:]) == {"–"}
