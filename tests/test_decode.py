"""Where a lost word is put back: the place of the output that looked at it, at the beginning of a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from summarize.carryover import lost_names, lost_numbers
from summarize.decode import decode, forced_prefix
from summarize.draft import draft
from summarize.glossary import Entry, Glossary
from summarize.models.backend import Architecture, Decoding, Hypothesis, Tokenizer
from summarize.models.load import load_model

SOURCE = ["▁kata", "▁Gu", "ar", "a", "▁se", "besar", "▁Rp", "7", "1", "0", ",", "3", "▁miliar", "</s>"]
OUTPUT = ["▁said", "▁Gu", "ra", "▁of", "▁a", "▁bil", "lion", "."]
ATTENDED = [0, 1, 2, 2, 3, 3, 4, 6, 6, 6, 6, 6, 6, 7]


def test_the_output_is_kept_up_to_where_the_model_looked_at_the_word() -> None:
    assert forced_prefix(SOURCE, OUTPUT, ATTENDED, "Guara") == ["▁said", "▁Gu", "ar", "a"]


def test_a_figure_comes_with_its_currency_and_no_word_is_cut_in_two() -> None:
    assert forced_prefix(SOURCE, OUTPUT, ATTENDED, "710,3") == [*OUTPUT[:5], *SOURCE[6:12]]


@pytest.mark.parametrize("word", ["Gua", "kata Gua", "Jakarta", ""])
def test_a_word_that_is_no_run_of_tokens_is_left(word: str) -> None:
    assert forced_prefix(SOURCE, OUTPUT, ATTENDED, word) is None


def test_without_a_look_there_is_no_place() -> None:
    assert forced_prefix(SOURCE, OUTPUT, (), "Guara") is None


def test_a_place_at_the_other_end_of_the_sentence_is_none() -> None:
    assert forced_prefix(SOURCE, OUTPUT, [7] * len(SOURCE), "Guara") is None
    assert forced_prefix(SOURCE, OUTPUT, [0] * len(SOURCE), "miliar") is None


def test_a_place_behind_the_end_is_the_end() -> None:
    assert forced_prefix(SOURCE, OUTPUT, [99] * len(SOURCE), "miliar") == [*OUTPUT, "▁miliar"]


@pytest.mark.parametrize("backend", ["ctranslate2", "transformers"])
def test_the_bundled_model_gets_its_lost_names_and_numbers_back(backend: str) -> None:
    model = load_model("starter-marian-id-en", backend=backend, device="cpu", offline=True)  # type: ignore[arg-type]
    sources = [
        "Pertandingan antara Rajawali Pandawa dan Garuda Swarnabhumi berakhir 87-92 untuk tuan rumah.",
        "Bupati Mangkubumi, Wakil Bupati Sosrowardoyo dan Ketua DPRD Kusumaningrat meninjau lokasi itu.",
        "Harga saham itu naik 4,75 persen menjadi Rp8.915, sedangkan volume 312.480 lot pada pukul 09.35.",
    ]
    drafts = [draft(source) for source in sources]
    plain = decode(model, drafts, Decoding(beam=2), retry=False)
    found = decode(model, drafts, Decoding(beam=2))
    for source, first, one in zip(sources, plain, found, strict=True):
        assert lost_names(source, one.target) == lost_numbers(source, one.target) == ()
        assert one.flags == ()
        assert any("put back" in note for note in one.notes) == bool(first.flags)


class Scripted:
    """A backend that knows its outputs beforehand, and remembers what it was given."""

    architecture: Architecture = "seq2seq"

    def __init__(self, tokenizer: Tokenizer, *outputs: str) -> None:
        self._outputs = [tuple(tokens[:-1]) for tokens in tokenizer.encode(outputs)]
        self.sources: list[list[str]] = []

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        if not sequences:
            return []
        (source,) = sequences
        self.sources.append(list(source))
        tokens = self._outputs.pop(0)
        return [[Hypothesis(tokens, -1.0, tuple(range(len(source))))]]


def test_a_word_is_put_back_where_the_source_that_was_translated_has_it() -> None:
    bundled = load_model("starter-marian-id-en", device="cpu", offline=True)
    glossary = Glossary((Entry("zirah", ("armour",)),))
    backend = Scripted(
        bundled.tokenizer,
        "It has a vest of the guards.",
        "It has armour of the guards.",  # asked again, with the term in the source
        "It has armour of the guards.",  # where did it look?
        "It has 45 armour of the guards.",  # with the number as part of the prefix
    )
    model = replace(bundled, backend=backend)
    (found,) = decode(model, [draft("Itu punya 45 zirah penjaga.", glossary)], Decoding(beam=1))
    first, *later = [bundled.tokenizer.decode([source])[0] for source in backend.sources]
    assert first == "Itu punya 45 zirah penjaga."
    assert later == ["Itu punya 45 armour penjaga."] * 3
    assert found.target == "It has 45 armour of the guards."
    assert found.notes[-1] == "retried: term; put back: 45"
