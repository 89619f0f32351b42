"""Running a suite: systems, failures, and a result that tells whether it was edited."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from summarize.article import Article
from summarize.data_files import data_path
from summarize.errors import InputError, ModelError
from summarize.evaluation import digest, results_folder, run_suite, write_result
from summarize.suites import Suite, SystemSpec

BODY = "The mayor opened a bridge. Hundreds came. It rained."
STARTER = SystemSpec("starter", "profile", "starter")
LEAD = SystemSpec("lead", "baseline", "lead-1", "starter")


@pytest.fixture
def suite(tmp_path):
    people = tmp_path / "references.jsonl"
    rows = (
        {"id": x, "summaries": [f"The mayor of {x} opened a bridge."], "translation": [BODY]} for x in "abc"
    )
    people.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Suite("small", str(tmp_path), str(people), (STARTER, LEAD), ("rouge",))


def made(identity, summary="A mayor opened it.", body=BODY):
    return Article(id=identity, source=identity, text="Isi", paragraphs_en=(body,), summary=summary)


def all_done(profile, data):
    return [made(x) for x in "abc"]


def test_a_baseline_extracts_from_the_named_systems_translation(suite):
    result = run_suite(suite, run=lambda *_: [made(x, body="Own words. More.") for x in "abc"])
    lead = result.comparison.comparisons[0].most_different[0]
    assert lead.system_text == "Own words."
    assert result.runs[1].text == "starter"


def test_a_baseline_can_extract_from_the_reference_translation(suite):
    alone = replace(suite, systems=(replace(LEAD, text="references"),))
    result = run_suite(alone, run=all_done)
    (only,) = result.comparison.systems
    assert only.metrics[0].n == 3
    assert result.comparison.comparisons == ()


def test_a_failed_article_counts_as_an_empty_summary(suite):
    failed = made("c").failed("translate", "no")
    result = run_suite(suite, run=lambda *_: [made("a"), made("b"), replace(failed, summary=None)])
    assert result.runs[0].failed == ("c",)
    assert result.comparison.systems[0].metrics[0].n == 3
    assert result.comparison.systems[0].metrics[0].low == 0.0


def test_a_system_without_its_model_is_skipped_with_those_that_stand_on_it(suite):
    def missing(profile, data):
        raise ModelError("no such model", "fetch it")

    other = SystemSpec("lead on references", "baseline", "lead-1")
    result = run_suite(replace(suite, systems=(STARTER, LEAD, other)), run=missing)
    assert [(item.metric, item.reason) for item in result.comparison.skipped] == [
        ("starter", "no such model fetch it"),
        ("lead", "starter, on whose text it stands, was skipped."),
    ]
    assert [item.name for item in result.runs] == ["lead on references"]


def test_a_suite_of_which_nothing_can_be_run_is_an_error(suite):
    with pytest.raises(InputError, match="Every article failed; the first: broken"):
        run_suite(suite, run=lambda *_: [made("a").failed("abstract", "broken")])


def test_predictions_from_a_file_are_a_system(suite, tmp_path):
    (tmp_path / "night.jsonl").write_text('{"id": "a", "summary": "The mayor."}\n')
    night = SystemSpec("night", "predictions", str(tmp_path / "night.jsonl"))
    result = run_suite(replace(suite, systems=(STARTER, night)), run=all_done)
    assert result.comparison.articles == 1


def test_the_result_is_dated_signed_and_names_no_place_on_this_machine(suite, tmp_path):
    result = run_suite(suite, run=all_done)
    path = write_result(result, str(tmp_path / "results"))
    assert path.name.endswith("Z-small.json")
    text = path.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    row = json.loads(text)
    assert row["sha256"] == digest(row)
    assert row["sha256"] != digest(row | {"articles": 4})
    assert {"suite", "software", "runs", "data_sha256", "systems", "comparisons"} <= row.keys()


def test_the_same_suite_gives_the_same_figures(suite):
    first, second = (run_suite(suite, run=all_done) for _ in range(2))
    assert first.comparison.systems == second.comparison.systems
    assert first.comparison.comparisons == second.comparison.comparisons
    assert first.data_sha256 == second.data_sha256


def test_progress_is_told_each_system(suite):
    told = []
    run_suite(suite, run=all_done, progress=told.append)
    assert told == ["starter", "lead"]


def test_a_profile_is_run_over_the_corpus():
    plain = Suite(
        "plain",
        str(data_path("seeds")),
        str(data_path("seeds")),
        (SystemSpec("copy", "profile", "rehearsal"), SystemSpec("lead", "baseline", "lead-2")),
        ("rouge", "support"),
    )
    result = run_suite(plain)
    assert result.runs[0].failed == ()
    copied, led = (system.metrics[0] for system in result.comparison.systems)
    assert copied.n == led.n == 5
    assert led.value > copied.value  # the one is in English as the references are, the other in Indonesian


def test_results_of_an_installed_program_go_to_the_current_folder(monkeypatch):
    assert results_folder() == data_path("eval", "results")
    installed = Path("site-packages", "summarize", "_data")
    monkeypatch.setattr("summarize.evaluation.data_path", installed.joinpath)
    assert results_folder() == Path("eval", "results")
