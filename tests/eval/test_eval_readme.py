"""What eval/README.md shows can be done as it stands there."""

import re

import pytest

from summarize import metrics
from summarize.data_files import data_path
from summarize.pairs import Prediction, Records, Reference
from summarize.scoring import score
from summarize.suites import load_suite

README = data_path("eval", "README.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)[1]


@pytest.fixture
def own_metric(tmp_path, monkeypatch):
    folder = tmp_path / "eval" / "metrics" / "jaccard"
    folder.mkdir(parents=True)
    (folder / "measure.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.setattr(metrics, "data_path", tmp_path.joinpath)


@pytest.mark.usefixtures("own_metric")
def test_the_example_metric_gets_its_interval_and_signature():
    ours = {x: Prediction(x, text) for x, text in {"a": "One two", "b": "one", "c": ""}.items()}
    theirs = {x: Reference(x, ("one two", "three")) for x in ours}
    scores = score(Records("o", ours), Records("t", theirs), metrics=["jaccard"])
    (jaccard,) = scores.metrics
    assert jaccard.value == pytest.approx(0.5)
    assert jaccard.low == 0.0
    assert jaccard.signature == "jaccard|nrefs:2|bs:1000|seed:12345|case:lc|version:1"


def test_the_example_suite_can_be_loaded(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(block("toml"), encoding="utf-8")
    assert [item.kind for item in load_suite(str(path)).systems] == ["profile", "predictions", "baseline"]
