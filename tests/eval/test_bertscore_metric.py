"""BERTScore with a tiny encoder made here: the greedy matching, and what is said without a model."""

import re

import numpy as np
import pytest

from summarize.metrics import load, measure
from summarize.pairs import Prediction, Reference
from summarize.scoring import measure_all

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *re.findall(r"\w+", "the a cat dog sat ran on under mat tree")]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A BERT of random weights that knows ten words, as a folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=24,
    )
    BertModel(config).save_pretrained(folder)
    words = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=24,
    ).save_pretrained(folder)
    return str(folder)


def plain(encoder, prediction, reference, layer):
    """The formula of the paper, word by word, one text at a time."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(encoder), AutoModel.from_pretrained(encoder).eval()

    def vectors(text):
        with torch.inference_mode():
            output = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True)
        return [vector / np.linalg.norm(vector) for vector in output.hidden_states[layer][0].numpy()[1:-1]]

    ours, theirs = vectors(prediction), vectors(reference)
    precision = sum(max(x @ y for y in theirs) for x in ours) / len(ours)
    recall = sum(max(x @ y for x in ours) for y in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall), precision, recall


def values(encoder, predictions, references, **options):
    measured = measure("bertscore", predictions, references, {"model": encoder, "device": "cpu", **options})
    return [tuple(item.sample.values[at] for item in measured) for at in range(len(predictions))]


def test_equals_the_formula_whatever_the_batch(encoder):
    predictions = ["the cat sat", "a dog ran under the tree on a mat"]
    references = [["the dog sat on the mat"], ["the dog ran"]]
    found = values(encoder, predictions, references, layer=2)
    for at in range(2):
        assert found[at] == pytest.approx(plain(encoder, predictions[at], references[at][0], 2), abs=1e-5)


def test_the_best_reference_counts_and_the_same_text_scores_one(encoder):
    ((f1, precision, recall),) = values(encoder, ["the cat sat"], [["a dog ran", "the cat sat"]])
    assert (f1, precision, recall) == pytest.approx((1, 1, 1), abs=1e-6)


def test_empty_and_overlong_texts(encoder):
    found = values(encoder, ["", "cat " * 100, "cat"], [["the cat"], ["cat"], []])
    assert found[0] == (0, 0, 0)
    assert 0 < found[1][0] <= 1.000001
    assert found[2] == (None, None, None)


def test_signature_names_the_model_and_its_layer(encoder):
    (first, *_) = measure("bertscore", ["a"], [["a"]], {"model": encoder})
    assert "|layer:2|idf:no|rescale:no|transformers:" in first.signature
    assert encoder not in first.signature


def test_without_its_model_it_is_skipped_with_a_line_that_says_what_to_do():
    found, skipped = measure_all(
        {"a": Prediction("a", "x")},
        {"a": Reference("a", ("x",))},
        metrics=["bertscore"],
        options={"bertscore": {"model": "nobody/no-such-encoder"}},
    )
    assert found == []
    assert "hf download nobody/no-such-encoder" in skipped[0].reason


def test_the_default_layer_of_roberta_large_is_the_papers():
    assert load("bertscore")._usual_layer(24) == 17
