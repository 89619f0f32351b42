"""Batches of articles through a translator. The model here is a dictionary, so that every step shows."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.article import Article
from summarize.errors import InputError, ModelError
from summarize.memory import RecentMemory, Translation
from summarize.models.backend import Architecture, Decoding, Hypothesis, Model
from summarize.translate import Translator


class Words:
    """A tokenizer of words."""

    max_length = 512

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        return [[*text.split(), "</s>"] for text in texts]

    def decode(self, sequences: Sequence[Sequence[str]]) -> list[str]:
        return [" ".join(token for token in sequence if token != "</s>") for sequence in sequences]

    def chat(self, messages: Sequence[dict[str, str]]) -> str:
        raise ModelError("no template")


@dataclass
class Phrasebook:
    """A backend that knows some sentences and repeats all others in upper case; it keeps its calls.

    A sentence may have several translations, best first; the second and later ones are only given to
    those who ask for more than one hypothesis. It goes on from a prefix with what its best translation
    has after as many words, and looks at the source word by word.
    """

    phrases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    calls: list[tuple[list[str], Decoding]] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    is_blind: bool = False
    architecture: Architecture = "seq2seq"

    def generate(
        self,
        sequences: Sequence[Sequence[str]],
        decoding: Decoding,
        *,
        prefixes: Sequence[Sequence[str]] | None = None,
    ) -> list[list[Hypothesis]]:
        texts = [" ".join(sequence[:-1]) for sequence in sequences]
        if prefixes is not None:
            return [
                [self._continued(text, prefix, len(sequence))]
                for text, prefix, sequence in zip(texts, prefixes, sequences, strict=True)
            ]
        self.calls.append((texts, decoding))
        return [
            [
                Hypothesis(tuple(target.split()), -0.1 * rank)
                for rank, target in enumerate(self.phrases.get(text, [text.upper()]), 1)
            ][: decoding.hypotheses]
            for text in texts
        ]

    def _continued(self, text: str, prefix: Sequence[str], length: int) -> Hypothesis:
        best = self.phrases.get(text, [text.upper()])[0].split()
        output = (*prefix, *best[len(prefix) :])
        self.forced.append(" ".join(prefix))
        looks = 0 if self.is_blind else length
        return Hypothesis(output, 0.0, tuple(min(index, len(output) - 1) for index in range(looks)))


def translator(
    phrases: Mapping[str, Sequence[str]] | None = None, **options: object
) -> tuple[Translator, Phrasebook]:
    book = Phrasebook(phrases or {})
    return Translator(Model("book", "", Words(), book), **options), book  # type: ignore[arg-type]


def article(*paragraphs: str, title: str | None = None, **fields: object) -> Article:
    return Article(id="1", source="a.txt", title=title, paragraphs=paragraphs, **fields)  # type: ignore[arg-type]


def test_paragraphs_are_translated_sentence_by_sentence_and_put_together_again() -> None:
    translate, book = translator(
        {"Ia datang.": ["He comes."], "Lalu pergi.": ["Then goes."], "Sepi.": ["Quiet."]}
    )
    [done] = translate([article("Ia datang. Lalu pergi.", "", "Sepi.")])
    assert done.paragraphs_en == ("He comes. Then goes.", "", "Quiet.")
    assert [(s.paragraph, s.source, s.target, s.score) for s in done.segments] == [
        (0, "Ia datang.", "He comes.", -0.1),
        (0, "Lalu pergi.", "Then goes.", -0.1),
        (2, "Sepi.", "Quiet.", -0.1),
    ]
    assert done.title_en is None
    assert done.flags == ()
    assert len(book.calls) == 1


def test_a_title_is_the_paragraph_before_the_first() -> None:
    translate, _ = translator({"Beras naik tajam di pasar": ["rice rises sharply."]})
    [done] = translate([article(title="Beras Naik Tajam di Pasar")])
    assert done.title_en == "Rice rises sharply"
    assert [(s.paragraph, s.source) for s in done.segments] == [(-1, "Beras Naik Tajam di Pasar")]


def test_a_shouting_subheading_is_put_in_sentence_case() -> None:
    _, book = both = translator()
    both[0]([article("HARGA BERAS NAIK", "Di pasar itu harga turun.")])
    assert book.calls[0][0][0] == "Harga beras naik"


def test_a_subheading_in_title_case_is_put_in_sentence_case_by_the_rest_of_the_body() -> None:
    translate, book = translator()
    translate([article("Rute Yang Panjang Menuju Rusia", "Kereta itu menuju Rusia melalui rute lain.")])
    assert book.calls[0][0][0] == "Rute yang panjang menuju Rusia"


def test_the_same_sentence_goes_to_the_model_once() -> None:
    translate, book = translator()
    batch = [article("Sepi sekali.", "Sepi sekali."), article("Sepi sekali.", title="Sepi sekali.")]
    done = translate(batch)
    assert book.calls[0][0] == ["Sepi sekali."]
    assert [a.paragraphs_en for a in done] == [("SEPI SEKALI.",) * 2, ("SEPI SEKALI.",)]
    translate(batch)
    assert len(book.calls) == 1


def test_a_memory_is_asked_first_and_told_afterwards() -> None:
    memory = RecentMemory()
    memory.put_many({"Ia datang.": Translation("He has come.", -0.2, ("remembered",))})
    translate, book = translator({"Sepi.": ["Quiet."]}, memory=memory)
    [done] = translate([article("Ia datang. Sepi.")])
    assert done.paragraphs_en == ("He has come. Quiet.",)
    assert done.segments[0].notes == ("remembered",)
    assert book.calls[0][0] == ["Sepi."]
    assert memory.get_many(["Sepi."]) == [Translation("Quiet.", -0.1)]


def test_failed_and_english_articles_are_passed_on() -> None:
    translate, book = translator()
    failed = article("Rusak.").failed("read", "no text")
    english = article("Rice rises.", title="Rice", language="en")
    done = translate([failed, english])
    assert done[0] is failed
    assert (done[1].title_en, done[1].paragraphs_en, done[1].segments) == ("Rice", ("Rice rises.",), ())
    assert book.calls == []


def test_force_translates_english_articles_too() -> None:
    translate, _ = translator(force=True)
    assert translate([article("Rice rises.", language="en")])[0].paragraphs_en == ("RICE RISES.",)


def test_an_article_that_cannot_be_cut_up_fails_alone() -> None:
    translate, _ = translator()
    broken = Article(id="2", source="b", paragraphs=(None,))  # type: ignore[arg-type]
    done = translate([broken, article("Sepi.")])
    assert done[0].error is not None
    assert done[0].error.stage == "translate"
    assert done[1].paragraphs_en == ("SEPI.",)


def test_what_has_no_words_does_not_go_to_the_model() -> None:
    translate, book = translator()
    [done] = translate([article("* * *")])
    assert done.paragraphs_en == ("* * *",)
    assert book.calls == []


def test_a_sentence_longer_than_the_model_takes_is_cut_and_nothing_is_lost() -> None:
    sentence = "kata " * 400 + "selesai."
    translate, book = translator(decoding=Decoding(max_length=100))
    [done] = translate([article(sentence)])
    assert max(len(text.split()) for text in book.calls[0][0]) < 75
    assert " ".join(s.source for s in done.segments) == sentence
    assert done.paragraphs_en[0].count("KATA") == 400


def test_a_lost_number_is_looked_for_in_the_rest_of_the_beam() -> None:
    translate, book = translator(
        {"Ada 17 orang.": ["There are people.", "Seventeen it is.", "There are 17 people."]}
    )
    [done] = translate([article("Ada 17 orang. Sepi.")])
    assert done.segments[0].target == "Seventeen it is."
    assert done.segments[0].notes == ("rival chosen",)
    assert done.flags == ()
    assert len(book.calls) == 1


def test_a_number_that_the_beam_lost_is_put_where_the_model_looked_at_it() -> None:
    translate, book = translator({"Ada 17 orang.": ["There people there."]})
    [done] = translate([article("Ada 17 orang. Sepi.")])
    assert done.segments[0].target == "There 17 there."
    assert done.segments[0].notes == ("put back: 17",)
    assert done.flags == ()
    assert len(book.calls) == 1
    assert book.forced == ["There people there.", "There 17"]  # a look at the first output, then the prefix


def test_lost_names_are_put_back_one_by_one() -> None:
    translate, book = translator({"Kata Budi Santoso kemarin.": ["It was said again yesterday."]})
    [done] = translate([article("Kata Budi Santoso kemarin.")])
    assert done.paragraphs_en == ("It Budi Santoso again yesterday.",)
    assert done.segments[0].notes == ("put back: Budi; put back: Santoso",)
    assert [prefix for prefix in book.forced if not prefix.endswith(".")] == ["It Budi", "It Budi Santoso"]


def test_what_is_put_back_does_not_count_for_the_score() -> None:
    translate, _ = translator({"Ada 17 orang.": ["There people there."]})
    [done] = translate([article("Ada 17 orang.")])
    assert done.segments[0].score == -0.1


def test_without_retries_the_first_output_is_taken() -> None:
    translate, book = translator({"Ada 17 orang.": ["People.", "17 people."]}, retry=False)
    [done] = translate([article("Ada 17 orang.")])
    assert done.paragraphs_en == ("People.",)
    assert [flag.kind for flag in done.flags] == ["number-lost"]
    assert book.calls[0][1].hypotheses == 1


def test_what_no_hypothesis_has_is_flagged_once_an_article() -> None:
    translate, book = translator({"Ada 17 orang.": ["Many."], "Lalu 17 lagi.": ["More."]})
    book.is_blind = True
    [done] = translate([article("Ada 17 orang.", "Lalu 17 lagi.")])
    assert [(flag.kind, flag.words) for flag in done.flags] == [("number-lost", ("17",))]
    assert done.flags[0].detail == "Numbers of the article are missing from its translation: 17."
    assert done.segments[0].notes == ("number-lost: 17",)


def test_degenerate_output_is_tried_again_with_other_options() -> None:
    translate, book = translator(
        {"Ia pergi jauh.": [*["he goes he goes he goes he goes"] * 3, "He goes far."]},
        decoding=Decoding(beam=3),
    )
    [done] = translate([article("Ia pergi jauh.")])
    assert done.paragraphs_en == ("He goes far.",)
    assert done.segments[0].notes == ("retried: degenerate",)
    assert book.calls[1][1].no_repeat_ngram == 3
    assert book.calls[1][1].repetition_penalty > 1


def test_output_that_stays_degenerate_is_flagged() -> None:
    translate, book = translator({"Ia pergi jauh.": [""]})
    [done] = translate([article("Ia pergi jauh.")])
    assert [(flag.kind, flag.words) for flag in done.flags] == [("degenerate-translation", ("empty",))]
    assert len(book.calls) == 2


def test_a_term_that_was_not_translated_is_written_into_the_source(tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text("Senayan\tparliament\n", "utf-8")
    translate, _ = translator(
        {
            "Kata Senayan kemarin.": ["It said yesterday."],
            "Kata parliament kemarin.": ["Parliament said yesterday."],
        },
        glossary=str(terms),
    )
    [done] = translate([article("Kata Senayan kemarin.")])
    assert done.paragraphs_en == ("Parliament said yesterday.",)


class Pieces(Words):
    """A tokenizer that knows words in sentences whole, and alone in pieces of three letters."""

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        return [[*(text.split() if " " in text else re.findall("..?.?", text)), "</s>"] for text in texts]


def test_words_that_the_model_hardly_knows_reach_it_in_english_where_there_is_a_glossary() -> None:
    for glossary, expected in (("news", "Polisi eradicated pollution itu."), (None, POLLUTION)):
        book = Phrasebook()
        Translator(Model("book", "", Pieces(), book), glossary=glossary)([article(POLLUTION)])
        assert book.calls[0][0] == [expected]


POLLUTION = "Polisi memberantas pencemaran itu."


def test_a_bare_verb_of_a_title_reaches_the_model_as_the_body_writes_it() -> None:
    translate, book = translator(glossary=None)
    translate([article("Kim meninggalkan kota.", title="Kim tinggalkan kota")])
    assert "Kim meninggalkan kota" in book.calls[0][0]


def test_the_glossary_can_be_off() -> None:
    translate, book = translator(glossary=None)
    translate([article("Pemimpin Korut tiba.")])
    assert book.calls[0][0] == ["Pemimpin Korut tiba."]


def test_plain_strings_keep_their_line_breaks() -> None:
    translate, _ = translator({"Ia datang.": ["He comes."], "Sepi.": ["Quiet."]})
    assert translate.translate(["Ia datang. Sepi.\n\nSepi.\n", ""]) == ["He comes. Quiet.\n\nQuiet.\n", ""]


def test_a_translator_is_pickled_without_its_model_and_with_its_settings() -> None:
    fresh = Translator("starter-marian-id-en", decoding=Decoding(beam=2), threads=1)
    again = pickle.loads(pickle.dumps(fresh))
    assert vars(again)["_decoding"] == Decoding(beam=2)
    assert vars(again)["_model"] is None


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Translator(str(tmp_path / "absent")).load()


def test_a_bad_glossary_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Translator("starter-marian-id-en", glossary=str(tmp_path / "absent.tsv"))


@given(st.lists(st.text(max_size=60), max_size=4))
def test_as_many_paragraphs_come_out_as_went_in(paragraphs: list[str]) -> None:
    translate, _ = translator()
    [done] = translate([article(*paragraphs)])
    assert done.error is None
    assert len(done.paragraphs_en) == len(paragraphs)
    assert [s.paragraph for s in done.segments] == sorted(s.paragraph for s in done.segments)


@pytest.mark.slow
def test_the_bundled_model_translates_with_names_numbers_and_terms() -> None:
    translate = Translator("starter-marian-id-en", backend="ctranslate2", device="cpu", threads=1)
    [english] = translate.translate(["Pemimpin Korut Kim Jong-un berangkat ke Moskow pada 12/9/2023."])
    assert "North Korea" in english
    assert "Kim Jong-un" in english
    assert "Moscow" in english
    assert "Korut" not in english


def test_tokens_are_counted_once_for_the_article_that_needed_them_first() -> None:
    translate, _ = translator({"Ia datang.": ["He comes."], "Ia pergi.": ["He is going away."]})
    first, second = translate([article("Ia datang."), article("Ia datang. Ia pergi.")])
    assert (first.tokens, second.tokens) == (2, 4)
    [again] = translate([article("Ia pergi.")])
    assert again.tokens == 0
