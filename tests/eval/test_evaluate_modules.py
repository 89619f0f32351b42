"""Every metric folder is a module that `evaluate.load` takes, without a network."""

import json

import pytest

from summarize.data_files import data_path
from summarize.metrics import compute, load, names


@pytest.fixture(scope="module")
def evaluate(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hf")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        import evaluate

        yield evaluate


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rouge", "translation", "abstractiveness", "support"])
def test_loads_and_gives_what_compute_gives(evaluate, name, tmp_path):
    module = evaluate.load(str(data_path("eval", "metrics", name)), cache_dir=str(tmp_path))
    against = "sources" if load(name).AGAINST in ("translation", "sources") else "references"
    predictions, texts = (
        ["The cat sat in Paris.", "A dog ran 5 miles."],
        [["A cat in Paris."], ["Dogs ran 5 km."]],
    )
    ours = compute(name, predictions, texts)
    assert module.compute(predictions=predictions, **{against: texts}) == ours
    single = [text[0] for text in texts]
    assert module.compute(predictions=predictions, **{against: single}) == ours
    json.dumps(ours, allow_nan=False)


@pytest.mark.parametrize("name", names())
def test_has_a_module_and_a_card(name):
    folder = data_path("eval", "metrics", name)
    assert (folder / f"{name}.py").is_file()
    card = (folder / "README.md").read_text(encoding="utf-8")
    for measured in load(name).MEASURES:
        assert f"`{measured}`" in card
