"""Batches of articles through a summarizer, over a model that shows its input and over tiny real ones."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from summarize.abstract import Summarizer
from summarize.article import Article, Failure
from summarize.errors import InputError, ModelError
from summarize.models.backend import Architecture, Decoding, Hypothesis, Model
from summarize.writer import LENGTHS

FACTS = [
    "The governor opened the new bridge in Bandung on Monday.",
    "Three thousand people came to the river to see it.",
    "The old bridge had been closed since the flood in May.",
    "Traffic had to take the road through the hills.",
    "The work cost forty million rupiah more than was planned.",
    "A second bridge is to follow before the next elections.",
    "Engineers from Surabaya tested the cables for a week.",
    "Fishermen asked for a new landing place further down.",
]
BODY = tuple(FACTS)


class Words:
    """A tokenizer of words, with a chat template that shows who says what."""

    def __init__(self, max_length: int = 512) -> None:
        self.max_length = max_length

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        return [text.replace("\n", " \n ").split(" ") for text in texts]

    def decode(self, sequences: Sequence[Sequence[str]]) -> list[str]:
        return [" ".join(sequence) for sequence in sequences]

    def chat(self, messages: Sequence[dict[str, str]]) -> str:
        return "\n".join(f"[{message['role']}] {message['content']}" for message in messages)


@dataclass
class Scribe:
    """A backend whose output is a function of its input; it keeps its calls.

    The n-th hypothesis is the n-th text that `write` gives for the input.
    """

    write: Callable[[str], Sequence[str]]
    architecture: Architecture = "seq2seq"
    calls: list[tuple[list[str], Decoding]] = field(default_factory=list)

    def generate(self, sequences: Sequence[Sequence[str]], decoding: Decoding) -> list[list[Hypothesis]]:
        texts = [" ".join(sequence) for sequence in sequences]
        self.calls.append((texts, decoding))
        return [
            [
                Hypothesis(tuple(filter(None, output.split(" ")))[: decoding.max_length], -0.1 * rank)
                for rank, output in enumerate(self.write(text), 1)
            ][: decoding.hypotheses]
            for text in texts
        ]

    @property
    def read(self) -> list[str]:
        return [text for texts, _ in self.calls for text in texts]


def always(*outputs: str) -> Callable[[str], Sequence[str]]:
    return lambda text: outputs


def opening(text: str) -> Sequence[str]:
    """The first eleven words of what comes after the prompt, as far as they are a sentence."""
    return [" ".join(text.split("\n")[-1].split(" ")[:11]).split(".")[0] + "."]


def summarizer(
    write: Callable[[str], Sequence[str]],
    *,
    architecture: Architecture = "seq2seq",
    window: int = 512,
    folder: str = "",
    **options: object,
) -> tuple[Summarizer, Scribe]:
    scribe = Scribe(write, architecture)
    model = Model("scribe", folder, Words(window), scribe)
    return Summarizer(model, **({"length": "short", "candidates": 3} | options)), scribe  # type: ignore[arg-type]


def article(*paragraphs: str, **fields: object) -> Article:
    return Article(id="1", source="a.txt", paragraphs_en=paragraphs or BODY, **fields)  # type: ignore[arg-type]


class TestBatch:
    def test_candidates_and_the_first_of_them_as_summary(self):
        summarize, _ = summarizer(always("One fact is here.", "Two facts are here.", "One fact is here."))
        [done] = summarize([article()])
        assert done.candidates == ("One fact is here.", "Two facts are here.")
        assert done.summary == "One fact is here."
        assert done.flags == ()
        assert done.tokens == 12
        assert done.seconds > 0

    def test_all_articles_go_to_the_model_together(self):
        summarize, scribe = summarizer(opening)
        done = summarize([article(fact, *FACTS) for fact in FACTS])
        assert [one.summary for one in done] == FACTS
        assert [len(texts) for texts, _ in scribe.calls] == [len(FACTS)]

    def test_failed_articles_are_passed_on(self):
        failed = article(error=Failure("clean", "empty"))
        summarize, scribe = summarizer(opening)
        done = summarize([failed, article()])
        assert done[0] == failed
        assert done[1].summary == FACTS[0]
        assert len(scribe.read) == 1

    def test_an_article_without_text_fails_alone(self):
        summarize, _ = summarizer(opening)
        empty, done = summarize([article("", " "), article()])
        assert empty.error is not None
        assert (empty.error.stage, empty.summary) == ("abstract", None)
        assert done.error is None

    def test_an_empty_batch(self):
        assert summarizer(opening)[0]([]) == []

    def test_a_text_no_longer_than_a_summary_is_its_own_summary(self):
        summarize, scribe = summarizer(opening)
        [done] = summarize([article("The bridge is open.", "It is new")])
        assert done.summary == "The bridge is open. It is new."
        assert scribe.calls == []

    def test_plain_texts(self):
        summarize, _ = summarizer(opening)
        assert summarize.summarize(["\n\n".join(FACTS), "", "Short."]) == [FACTS[0], "", "Short."]

    def test_an_error_of_the_model_is_raised(self):
        def broken(text: str) -> Sequence[str]:
            raise ModelError("no")

        with pytest.raises(ModelError):
            summarizer(broken)[0]([article()])


class TestFallback:
    @pytest.mark.parametrize(
        "output", ["", "...", "Presiden dan para menteri itu tidak akan datang.", "He went to"]
    )
    def test_the_lead_stands_in_and_a_flag_says_so(self, output):
        summarize, _ = summarizer(lambda text: [output] if "He" not in output else ["word " * 200 + output])
        [done] = summarize([article()])
        assert done.summary is not None
        assert done.summary.startswith(FACTS[0])
        assert len(done.summary.split()) <= 1.15 * LENGTHS["short"].words
        assert [flag.kind for flag in done.flags] == ["summary-fallback"]

    def test_other_articles_are_not_touched_by_it(self):
        summarize, _ = summarizer(lambda text: [""] if "Surabaya" in text else ["It is new."])
        done = summarize([article(), article(*FACTS[:6], *FACTS[:3])])
        assert [bool(one.flags) for one in done] == [True, False]


class TestLongArticles:
    def test_parts_are_summarized_and_their_summaries_too(self):
        summarize, scribe = summarizer(opening, window=50)
        [done] = summarize([article()])
        rounds = [texts for texts, _ in scribe.calls]
        assert len(rounds) == 2
        assert len(rounds[0]) > 1
        assert rounds[1] == [" ".join(opening(part)[0] for part in rounds[0])]
        assert done.summary == FACTS[0]
        assert done.tokens == sum(len(opening(text)[0].split()) for text in scribe.read)

    def test_nothing_is_left_out_and_every_part_fits(self):
        summarize, scribe = summarizer(opening, window=50)
        summarize([article(*FACTS * 5)])
        parts = scribe.calls[0][0]
        assert " ".join(parts) == " ".join(FACTS * 5)
        assert all(len(text.split(" ")) <= 50 for text in scribe.read)

    def test_a_prompt_is_counted_in(self):
        summarize, scribe = summarizer(opening, window=400, architecture="causal", prompt="news-brief")
        summarize([article(*FACTS * 20)])
        longest = max(len(Words().encode([text])[0]) for text in scribe.read)
        assert longest + scribe.calls[-1][1].max_length <= 400

    def test_a_window_that_the_prompt_fills_is_an_error(self):
        with pytest.raises(ModelError, match="news-brief"):
            summarizer(opening, window=60, architecture="causal")[0]([article()])

    def test_parts_that_do_not_shrink_come_to_an_end(self):
        summarize, scribe = summarizer(lambda text: [text], window=40)
        [done] = summarize([article(*FACTS * 3)])
        assert done.summary
        assert len(scribe.calls) < 10

    def test_a_part_without_an_output_is_represented_by_its_first_sentences(self):
        summarize, scribe = summarizer(lambda text: [""] if "Bandung" in text else opening(text), window=50)
        summarize([article()])
        assert scribe.calls[1][0][0].startswith(FACTS[0])


class TestChat:
    def test_the_prompt_holds_text_and_length(self):
        summarize, scribe = summarizer(opening, architecture="causal", length="medium")
        summarize([article(*FACTS * 2, title_en="New Bridge")])
        assert all(fact in scribe.read[0] for fact in FACTS)
        assert "4 or 5 sentences" in scribe.read[0]
        assert scribe.read[0].startswith("[system]")

    def test_a_list(self):
        output = "Here are the facts:\n* The bridge is open\n* It is new"
        summarize, _ = summarizer(always(output), architecture="causal", prompt="bullets", candidates=1)
        [done] = summarize([article()])
        assert done.summary == "- The bridge is open.\n- It is new."

    def test_a_headline(self):
        output = "Governor Opens New Bridge"
        summarize, scribe = summarizer(always(output), architecture="causal", prompt="headline", candidates=1)
        [done] = summarize([article()])
        assert done.summary == "Governor Opens New Bridge."
        assert scribe.calls[0][1].max_length < LENGTHS["short"].tokens

    def test_a_small_model_reads_the_lead_and_gives_its_beams(self):
        summarize, scribe = summarizer(
            always("It is new.", "It is old."), architecture="causal", lead=30, candidates=2
        )
        [done] = summarize([article()])
        assert FACTS[1] in scribe.read[0]
        assert FACTS[4] not in scribe.read[0]
        [(_, decoding)] = scribe.calls
        assert (decoding.hypotheses, decoding.beam, decoding.temperature) == (2, 2, 0.0)
        assert len(done.candidates) == 2

    def test_a_small_model_that_wrote_nothing_fit_to_print_searches_more_widely(self):
        def write(text: str) -> Sequence[str]:
            return ["-"] * 2 + ["It is new."] if FACTS[0] in text else ["It is old."] * 2

        summarize, scribe = summarizer(write, architecture="causal", lead=30, candidates=2)
        found = summarize([article(), article(*FACTS[1:])])
        assert [one.summary for one in found] == ["It is new.", "It is old."]
        assert [one.flags for one in found] == [(), ()]
        (everything, narrow), (again, wide) = scribe.calls
        assert (len(everything), narrow.beam) == (2, 2)
        assert again == everything[:1]
        assert (wide.beam, wide.hypotheses) == (4, 3)
        assert found[0].tokens == 2 + 5  # of both searches

    def test_the_starter_s_model_is_a_small_one(self):
        assert Summarizer("smollm2-135m-instruct").lead > 0
        assert Summarizer("qwen2.5-1.5b-instruct").lead == 0
        assert Summarizer("distilbart-cnn-12-6").lead == 0

    def test_a_larger_model_goes_on_from_its_likeliest_first_words(self):
        rest = {"A": "bridge was opened.", "The": "bridge is new.", "It": "is open."}

        def write(text: str) -> Sequence[str]:
            return [rest[last] if (last := text.split(" ")[-1]) in rest else word for word in rest]

        summarize, scribe = summarizer(write, architecture="causal", candidates=3)
        [done] = summarize([article()])
        assert sorted(done.candidates) == ["A bridge was opened.", "It is open.", "The bridge is new."]
        [(prompts, first), (branches, greedy)] = scribe.calls
        assert (first.beam, first.hypotheses, first.max_length) == (3, 3, 1)
        assert (greedy.beam, greedy.hypotheses) == (1, 1)
        assert branches == [f"{prompts[0]} {word}" for word in rest]
        assert done.tokens == 11

    def test_a_branch_that_ends_at_once_is_none(self):
        def write(text: str) -> Sequence[str]:
            return ["is open."] if text.endswith(" It") else ["", "It"]

        summarize, scribe = summarizer(write, architecture="causal", candidates=2)
        assert summarize([article()])[0].candidates == ("It is open.",)
        [(prompts, _), (branches, _)] = scribe.calls
        assert branches == [f"{prompts[0]} It"]

    def test_one_candidate_takes_one_search(self):
        summarize, scribe = summarizer(opening, architecture="causal", candidates=1)
        summarize([article()])
        assert [(d.hypotheses, d.beam) for _, d in scribe.calls] == [(1, 1)]

    def test_the_search_can_be_replaced(self):
        decoding = Decoding(beam=2, repetition_penalty=1.3)
        summarize, scribe = summarizer(opening, architecture="causal", decoding=decoding, candidates=2)
        summarize([article()])
        [(_, used)] = scribe.calls
        assert (used.beam, used.repetition_penalty, used.hypotheses) == (2, 1.3, 2)

    @pytest.mark.parametrize(
        ("english", "original"),
        [
            ("BANDUNG - ", "BANDUNG - Gubernur membuka jembatan."),
            ("Bandung, TEMPO.CO -- ", "Bandung, TEMPO.CO -- Gubernur membuka jembatan."),
            ("The city of Bandung (ANTARA) - ", "Bandung (ANTARA) - Gubernur membuka jembatan."),
            ("BANDUNG - ", None),
        ],
    )
    def test_the_dateline_is_not_read(self, english: str, original: str | None):
        body = (english + FACTS[0], *FACTS[1:])
        summarize, scribe = summarizer(opening, architecture="causal")
        summarize([article(*body, paragraphs=(original,) * len(body) if original else ())])
        assert english not in scribe.read[0]
        assert FACTS[0] in scribe.read[0]

    def test_a_dash_without_a_dateline_stays(self):
        body = ("The bridge - the new one - is open.", *FACTS)
        summarize, scribe = summarizer(opening, architecture="causal")
        summarize([article(*body, paragraphs=("Jembatan baru dibuka.",) * len(body))])
        assert body[0] in scribe.read[0]


class TestSequenceToSequence:
    def test_the_text_is_read_without_a_prompt(self):
        summarize, scribe = summarizer(opening)
        summarize([article(title_en="New Bridge")])
        assert scribe.read == [" ".join(FACTS)]

    def test_a_model_is_searched_as_it_was_published(self, tmp_path: Path):
        (tmp_path / "config.json").write_text(
            '{"model_type": "bart", "task_specific_params": {"summarization": '
            '{"length_penalty": 2.0, "no_repeat_ngram_size": 4, "prefix": "shorten: "}}}'
        )
        summarize, scribe = summarizer(opening, folder=str(tmp_path))
        summarize([article()])
        [(texts, decoding)] = scribe.calls
        assert texts[0].startswith("shorten: The governor")
        assert (decoding.length_penalty, decoding.no_repeat_ngram) == (2.0, 4)
        assert 0 < decoding.min_length < decoding.max_length

    def test_a_t5_is_told_its_task(self, tmp_path: Path):
        (tmp_path / "config.json").write_text('{"model_type": "t5"}')
        summarize, scribe = summarizer(opening, folder=str(tmp_path))
        summarize([article()])
        assert scribe.read[0].startswith("summarize: ")


class TestSettings:
    def test_nothing_is_loaded_before_the_first_call(self):
        summarize = Summarizer("no/such-model", candidates=2)
        copy = pickle.loads(pickle.dumps(summarize))
        assert (copy.model, copy.brief) == (summarize.model, summarize.brief)

    def test_a_model_that_is_not_there_is_named(self, tmp_path: Path):
        with pytest.raises(ModelError):
            Summarizer(str(tmp_path), offline=True)([article()])

    @pytest.mark.parametrize(
        "options", [{"length": "endless"}, {"candidates": 0}, {"prompt": "no-such-prompt"}]
    )
    def test_settings_that_can_not_be(self, options):
        with pytest.raises(InputError):
            Summarizer("some-model", **options)

    @pytest.mark.parametrize("length", ["short", "medium", "long"])
    def test_lengths(self, length):
        summarize, _ = summarizer(lambda text: [" ".join(FACTS * 4)], length=length)
        [done] = summarize([article(*FACTS * 4)])
        assert done.summary is not None
        assert len(done.summary.split()) <= 1.15 * LENGTHS[length].words


@pytest.mark.parametrize("family", ["bart", "pegasus", "t5", "llama"])
def test_a_real_model_of_each_family_gives_a_summary(
    tiny_models: dict[str, Path], tmp_path: Path, family: str
):
    """Tiny random models: what they write means nothing, so that the fallback may stand in."""
    prompt = tmp_path / "plain.md"
    prompt.write_text("+++\n[output]\nwords = 12\n+++\n{% block user %}{{ text }}{% endblock %}")
    summarize = Summarizer(
        str(tiny_models[family]),
        prompt=str(prompt),
        backend="transformers",
        device="cpu",
        candidates=2,
        offline=True,
    )
    batch = [article(*FACTS[:2]), article(*FACTS[:1])]
    done = summarize(batch)
    assert all(one.error is None and one.summary for one in done)
    assert [one.summary for one in summarize(batch)] == [one.summary for one in done]
    assert done[1].summary == FACTS[0]
    assert (done[0].tokens > 0, done[1].tokens) == (True, 0)
