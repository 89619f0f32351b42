"""`summarize compare`, as typed."""

import json

import pytest
import typer
from typer.testing import CliRunner

from summarize.cli.compare import compare_command
from summarize.errors import InputError

app = typer.Typer()
app.command()(compare_command)


def call(*args):
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "110"})
    if isinstance(result.exception, InputError):
        raise result.exception
    return result


@pytest.fixture
def files(tmp_path):
    texts = {
        "bad": "A mayor of [/red] {} left.",
        "good": "The mayor of {} opened a bridge.",
        "people": "The mayor of {} opened a bridge today.",
    }
    for name, text in texts.items():
        rows = (json.dumps({"id": x, "summary": text.format(x)}) + "\n" for x in "abcdef")
        (tmp_path / f"{name}.jsonl").write_text("".join(rows))
    return [tmp_path / f"{name}.jsonl" for name in texts]


def test_prints_differences_tests_and_the_articles_that_differ_most(files):
    bad, good, people = files
    result = call(bad, good, "--references", people, "--most", 1)
    assert result.exit_code == 0
    assert "good against bad" in result.stdout
    row = next(line for line in result.stdout.splitlines() if line.startswith("ROUGE-1"))
    assert row.split()[-1] == "6-0-0"
    assert "0.031" in row
    assert "bad: A mayor of [/red] a left." in result.stdout
    assert "can give no p below 0.0312" in result.stdout


def test_json_holds_each_comparison_with_the_first(files):
    bad, good, people = files
    row = json.loads(call(bad, good, bad, "-r", people, "--json").stdout)
    assert [(item["baseline"], item["system"]) for item in row["comparisons"]] == [
        (str(bad) + " (1)", str(good)),
        (str(bad) + " (1)", str(bad) + " (3)"),
    ]


def test_articles_that_not_all_have_are_listed(files):
    bad, good, people = files
    good.write_text(good.read_text() + '{"id": "extra", "summary": "x"}\nbroken\n')
    result = call(bad, good, "-r", people)
    assert result.exit_code == 3
    assert "Articles of good that another system has not (1): extra" in result.stdout
    assert "left out good.jsonl:8" in result.stdout


def test_one_system_is_no_comparison(files):
    with pytest.raises(InputError, match="two systems"):
        call(files[0])
