"""Suite files: those that ship, and what is said of ones that can't be used."""

import pytest

from summarize.data_files import data_path
from summarize.errors import InputError
from summarize.suites import SystemSpec, load_suite, suite_names

GOOD = """
[suite]
data = "corpus"
metrics = ["rouge"]
[suite.options.rouge]
stem = true
[[systems]]
name = "night"
predictions = "runs/night"
[[systems]]
name = "lead"
baseline = "lead-3"
text = "night"
"""


@pytest.mark.parametrize("name", suite_names())
def test_suites_that_ship_can_be_loaded_and_their_data_is_there(name):
    suite = load_suite(name)
    assert suite.name == name
    assert suite.data == str(data_path("seeds").resolve())
    assert suite.systems[0] == SystemSpec("starter", "profile", "starter")


def test_the_baselines_stand_on_the_starters_own_translation():
    first, *others = load_suite("baselines").systems
    assert [(item.name, item.kind, item.text) for item in others] == [
        (name, "baseline", first.name) for name in ("lead-1", "lead-3", "random", "textrank")
    ]


def test_paths_are_relative_to_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    suite = load_suite(str(path))
    assert (suite.name, suite.data, suite.references) == ("mine", *[str(tmp_path / "corpus")] * 2)
    assert suite.systems[0].value == str(tmp_path / "runs" / "night")
    assert suite.metrics == ("rouge",)
    assert suite.options["rouge"] == {"split": "sentences", "stem": True}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[suite]\n", "[suite\n", "can't be used"),
        ('data = "corpus"\n', "", "'data' is missing"),
        ('name = "night"\n', "", "'name' is missing"),
        ('predictions = "runs/night"\n', "", "needs one of profile, baseline, predictions"),
        ('text = "night"', 'text = "day"', "stands on 'day'"),
        ('name = "lead"', 'name = "night"', "same name"),
    ],
)
def test_a_suite_that_cannot_be_used_says_why(tmp_path, old, new, said):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=said):
        load_suite(str(path))


@pytest.mark.parametrize("name", ["nothing", "nothing.toml"])
def test_an_unknown_suite_lists_those_there_are(name):
    with pytest.raises(InputError, match="no suite") as caught:
        load_suite(name)
    assert "baselines" in caught.value.hint
