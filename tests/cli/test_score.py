"""`summarize score`, as typed."""

import csv
import io
import json

import pytest
import typer
from typer.testing import CliRunner

from summarize.article import Article
from summarize.cli.score import score_command
from summarize.errors import InputError
from summarize.folder import Folder
from summarize.scores import from_json
from summarize.store import Store

app = typer.Typer()
app.command()(score_command)


def call(*args):
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "100"})
    if isinstance(result.exception, InputError):
        raise result.exception
    return result


@pytest.fixture
def files(tmp_path):
    ours, theirs = tmp_path / "ours.jsonl", tmp_path / "theirs.jsonl"
    ours.write_text('{"id": "a", "summary": "A man ran."}\n{"id": "b", "summary": "A dog sat."}\n')
    theirs.write_text('{"id": "a", "reference": "A man ran."}\n{"id": "b", "reference": "No."}\n')
    return ours, theirs


def test_prints_a_table_with_intervals_and_signatures(files):
    result = call(*files)
    assert result.exit_code == 0
    assert "ROUGE-Lsum" in result.stdout
    assert "0.500" in result.stdout
    assert "[0.000, 1.000]" in result.stdout
    assert "rougeL|nrefs:1|bs:1000|seed:12345|multi:best|stem:no|tok:standard" in result.stdout
    assert "nan" not in result.stdout.lower()


def test_json_is_what_scores_json_would_hold(files):
    scores = from_json(call(*files, "--json", "--seed", 7).stdout)
    assert scores.seed == 7
    assert scores.metric("rouge1").value == 0.5


def test_csv_has_a_row_for_each_metric_or_each_article(files):
    metrics = list(csv.DictReader(io.StringIO(call(*files, "--csv", "--metric", "rouge").stdout)))
    assert metrics[0]["name"] == "rouge1"
    assert float(metrics[0]["value"]) == 0.5
    articles = list(csv.DictReader(io.StringIO(call(*files, "--per-article").stdout)))
    assert [(row["id"], float(row["rouge1"])) for row in articles] == [("a", 1.0), ("b", 0.0)]


def test_what_could_not_be_scored_is_listed_and_the_exit_code_says_so(files):
    ours, theirs = files
    ours.write_text(ours.read_text() + 'oops\n{"id": "c", "summary": ""}\n')
    theirs.write_text(theirs.read_text() + '{"id": "z", "reference": "Nobody."}\n')
    result = call(ours, theirs)
    assert result.exit_code == 3
    assert "References without a prediction (1): z" in result.stdout
    assert "Predictions without a reference (1): c" in result.stdout
    assert "Empty predictions, scored as they stand (1): c" in result.stdout
    assert "left out ours.jsonl:3: not JSON" in result.stdout


def test_one_article_has_no_interval(tmp_path):
    (tmp_path / "a.txt").write_text("A man ran.\n")
    result = call(tmp_path / "a.txt", tmp_path / "a.txt")
    assert result.exit_code == 0
    assert "One article gives no interval." in result.stdout


def test_a_run_folder_gets_scores_json(files, tmp_path):
    run = tmp_path / "run"
    done = [Article(id=x, source=x, text="Isi", summary="A man ran.") for x in "ab"]
    Store(Folder(str(run))).commit(done)
    assert call(run, files[1]).exit_code == 0
    row = json.loads((run / "scores.json").read_text())
    assert row["articles"]["a"]["rouge1"] == 1.0


def test_without_references_it_scores_what_needs_none(files):
    result = call(files[0])
    assert result.exit_code == 0
    assert "skipped rouge: no article has a summary and references" in result.stdout


def test_rouge_options_are_in_the_signature(files):
    result = call(*files, "--metric", "rouge", "--stem", "--multi", "mean")
    assert "multi:mean|stem:porter" in result.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tokenizer", "x"], "unknown tokenizer"),
        (["--metric", "x"], "no metric"),
        (["--multi", "x"], "choose 'best'"),
    ],
)
def test_options_that_cannot_be_are_input_errors(files, options, said):
    with pytest.raises(InputError, match=said):
        call(*files, *options)
