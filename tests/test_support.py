"""What is found in the sources, what isn't, and what becomes of a summary."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarize.article import Article, Failure, Segment
from summarize.support import Support, check, claims

ORIGINAL = (
    "Presiden Korea Utara (Korut) Kim Jong-un tiba di Moskow pada Selasa (12/9/2023) dengan kereta.",
    "Gubernur Kozhemyako memberinya lima drone, sebuah rompi, dan uang Rp1,5 juta atau naik 20 persen.",
    "Menteri Pertahanan Rusia Sergei Shoigu menemuinya. Kedua negara membantah tuduhan AS.",
)
TRANSLATION = (
    "North Korea's President Kim Jong Un arrived in Moscow on Tuesday by train.",
    "The governor gave him five drones, a vest and money, an increase of 20 percent.",
    "Russian Defence Minister Sergei Shoigu met him. Both countries denied the US charges.",
)
SOURCES = [*ORIGINAL, *TRANSLATION]


def unsupported(summary: str, sources=SOURCES) -> list[tuple[str, str]]:
    return [(claim.kind, claim.text) for claim in check(summary, sources).unsupported]


def kinds(summary: str) -> list[tuple[str, str]]:
    return [(claim.kind, claim.text) for claim in claims(summary)]


def article(*candidates: str, **fields) -> Article:
    defaults = {"paragraphs": ORIGINAL, "paragraphs_en": TRANSLATION}
    return Article(id="1", source="a", candidates=candidates, summary=candidates[0], **(defaults | fields))


class TestClaims:
    def test_the_kinds(self):
        assert kinds("On Tuesday, Kim Jong Un gave five drones to the University of Indonesia.") == [
            ("date", "Tuesday"),
            ("number", "five"),
            ("name", "Kim Jong Un"),
            ("name", "University of Indonesia"),
            ("words", "gave drones"),
        ]

    def test_each_knows_its_sentence(self):
        assert [claim.sentence for claim in claims("He met Kim. He met Putin.\n- He met Shoigu.")] == [
            0,
            1,
            2,
        ]

    @pytest.mark.parametrize("text", ["", "He left.", "It is so, and that is all there is to it.", "..."])
    def test_what_claims_nothing(self, text):
        assert claims(text) == []
        assert check(text, SOURCES).share == 1.0

    def test_a_date_is_no_number_and_a_title_part_of_the_name(self):
        assert kinds("President Joko Widodo spoke on 12 September 2023.")[:2] == [
            ("date", "12 September 2023"),
            ("name", "President Joko Widodo"),
        ]

    def test_the_first_word_of_a_sentence_is_no_name_for_its_capital(self):
        assert kinds("Farmers left Bandung.") == [("name", "Bandung"), ("words", "farmers left")]

    @pytest.mark.parametrize("sentence", ["Merkel met him.", "Merkel's car left.", "Jokowi arrived."])
    def test_unless_a_verb_or_its_spelling_makes_it_one(self, sentence):
        [kind, text] = kinds(sentence)[0]
        assert (kind, text.startswith(("Merkel", "Jokowi"))) == ("name", True)

    def test_designations_and_initialisms(self):
        assert kinds("A Su-57 and COVID-19 in the U.S.")[-2:] == [("name", "COVID-19"), ("name", "U.S.")]


class TestCheck:
    @pytest.mark.parametrize(
        "summary",
        [
            "Kim Jong Un arrived in Moscow on Tuesday.",
            "Kim Jong-un arrived in Moskow on September 12, 2023.",
            "DPRK's Kim met Russia's defense minister, Sergey Shoygu.",
            "Kim received 5 drones.",
            "Governor Kojemyako gave Kim a vest.",
            "Kim got 1.5 million rupiah.",
            "It rose by 20%.",
            "The two countries denied the charges of the United States.",
            "North Korean and Russian officials denied American charges.",
        ],
    )
    def test_supported_in_either_language_and_any_spelling(self, summary):
        assert unsupported(summary) == []
        assert check(summary, SOURCES).share == 1.0

    @pytest.mark.parametrize(
        ("summary", "missing"),
        [
            ("Kim met Shoigu for a speech to the UN General Assembly.", ("name", "UN General Assembly")),
            ("Kim Jong Un arrived in Beijing.", ("name", "Beijing")),
            ("South Korea's Kim arrived.", ("name", "South Korea's Kim")),
            ("Kim arrived on Wednesday.", ("date", "Wednesday")),
            ("Kim arrived on 13 September.", ("date", "13 September")),
            ("Kim arrived on Friday, 12 September.", ("date", "Friday, 12 September")),
            ("Kim arrived in 2022.", ("date", "2022")),
            ("Kim arrives next month.", ("date", "next month")),
            ("Kim received six drones.", ("number", "six")),
            ("Kim received 50 drones.", ("number", "50")),
            ("Kim got $1.5 million.", ("number", "$1.5 million")),
            ("It rose by 5 percent.", ("number", "5 percent")),
            ("Kim celebrated his birthday.", ("words", "celebrated birthday")),
        ],
    )
    def test_what_is_nowhere_is_named(self, summary, missing):
        assert missing in unsupported(summary)
        assert check(summary, SOURCES).share < 1.0

    def test_the_original_alone_is_a_source(self):
        assert unsupported("Kim Jong Un of North Korea came to Moscow on Tuesday.", ORIGINAL) == []

    def test_the_share_is_of_all_claims(self):
        result = check("Kim arrived in Moscow on Tuesday. Merkel met him in Paris on Friday.", SOURCES)
        assert len(result.claims) - len(result.unsupported) == round(result.share * len(result.claims))

    def test_a_rounded_number_is_supported(self):
        assert unsupported("Some 1.2 million fled.", ["1.234.567 orang mengungsi."]) == []
        assert unsupported("Some 1.3 million fled.", ["1.234.567 orang mengungsi."]) != []

    def test_a_weekday_and_a_date_must_belong_together(self):
        sources = ["Ia pergi pada Minggu (10/9) dan kembali pada Sabtu (16/9)."]
        assert unsupported("He left on Sunday (10/9), back on Saturday, September 16.", sources) == []
        assert unsupported("He came on Saturday (10/9).", sources) == [("date", "Saturday (10/9")]
        assert unsupported("He came on Monday, May 2.", ["Senin lalu. Ia datang pada 2 Mei."]) == []

    def test_the_capitals_of_america_are_not_the_conjunction(self):
        assert unsupported("The US left Bandung.", ["He came as they left Bandung."]) == [("name", "US")]

    @given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
    def test_any_texts_can_be_checked(self, summary, sources):
        assert 0.0 <= check(summary, sources).share <= 1.0

    @given(st.sampled_from(TRANSLATION))
    def test_a_source_supports_itself(self, sentence):
        assert check(sentence, [sentence]).unsupported == ()


class TestSupport:
    def test_the_best_supported_candidate_is_kept(self):
        [done] = Support()(
            [article("Kim arrived in Paris on Friday.", "Kim Jong Un arrived in Moscow on Tuesday.")]
        )
        assert done.summary == "Kim Jong Un arrived in Moscow on Tuesday."
        assert done.support == 1.0
        assert done.flags == ()

    def test_of_equals_the_model_s_first_is_kept(self):
        first = "Kim Jong Un arrived in Moscow on Tuesday."
        [done] = Support()([article(first, first.replace("arrived", "arrived by train"), first)])
        assert done.summary in (first, first.replace("arrived", "arrived by train"))
        [done] = Support()([article(first, first)])
        assert done.summary == first

    def test_a_sentence_without_support_is_dropped_while_others_remain(self):
        [done] = Support()([article("Kim arrived in Moscow. He gave a speech to the UN General Assembly.")])
        assert done.summary == "Kim arrived in Moscow."
        assert done.support == 1.0
        assert done.flags == ()

    def test_what_is_left_without_support_is_flagged_with_the_words(self):
        [done] = Support()([article("Merkel gave 70 drones on Friday in Paris.")])
        assert done.summary == "Merkel gave 70 drones on Friday in Paris."
        assert {flag.kind: flag.words for flag in done.flags} == {
            "unsupported-date": ("Friday",),
            "unsupported-number": ("70",),
            "unsupported-name": ("Merkel", "Paris"),
        }
        assert all(flag.detail.endswith(".") for flag in done.flags)
        assert done.support == pytest.approx(0.2)

    def test_where_nothing_is_supported_the_least_bad_sentence_stays(self):
        [done] = Support()([article("Merkel met Macron in Paris. Kim met Merkel in Moscow on Tuesday.")])
        assert done.summary == "Kim met Merkel in Moscow on Tuesday."
        assert [flag.kind for flag in done.flags] == ["unsupported-name"]

    def test_what_the_article_says_is_denied_is_no_fact(self):
        denial = ("Russia and North Korea denied that they have agreed to sell weapons.",)
        false = "Russia and North Korea have agreed to sell weapons."
        [done] = Support()([article(f"{false} They denied it.", paragraphs_en=denial)])
        assert done.summary == "They denied it."
        [done] = Support()([article(false, denial[0], paragraphs_en=denial)])
        assert done.summary == denial[0]
        assert not done.flags

    def test_where_only_a_denied_fact_is_left_the_first_sentences_stand_in(self):
        lead = "Russia and North Korea denied that they have agreed to sell weapons. They met in Moscow."
        false = "Russia and North Korea have agreed to sell weapons."
        [done] = Support()([article(false, paragraphs_en=(lead,))])
        assert done.summary == "Russia and North Korea denied that they have agreed to sell weapons."
        assert [(flag.kind, flag.words) for flag in done.flags] == [
            ("summary-fallback", ("agreed sell weapons",))
        ]
        assert done.support == 1
        [done] = Support()([article(f"- {false}", paragraphs_en=(lead,))])
        assert done.summary.startswith("- Russia and North Korea denied")

    def test_the_first_sentences_begin_after_the_dateline(self):
        lead = "SUARA.COM - Russia and North Korea denied that they have agreed to sell weapons."
        false = "Russia and North Korea have agreed to sell weapons."
        [done] = Support()([article(false, paragraphs=(lead,), paragraphs_en=(lead,))])
        assert done.summary == "Russia and North Korea denied that they have agreed to sell weapons."

    def test_points_stay_on_their_lines(self):
        [done] = Support()([article("- Kim arrived in Moscow.\n- He went to Paris.\n- Kim got five drones.")])
        assert done.summary == "- Kim arrived in Moscow.\n- Kim got five drones."

    def test_title_and_date_of_the_article_are_sources(self):
        summary = "Jokowi spoke in Bandung on September 19."
        [done] = Support()([article(summary, title="Jokowi di Bandung", date="2023-09-19")])
        assert done.flags == ()

    def test_an_article_that_was_not_cleaned_is_checked_against_its_text(self):
        [done] = Support()([article("It rose in Bandung.", paragraphs=(), text="Beras naik di Bandung.")])
        assert done.flags == ()

    def test_a_country_that_only_the_translation_has_is_an_invention(self):
        translated = {
            "paragraphs": (
                "Kabar dari Pyongyang itu disiarkan media Korut dan Tiongkok, kata Kedubes Inggris.",
            ),
            "paragraphs_en": (
                "Cameroon from Pyongyang was broadcast in North Korea and China, said the British Embassy.",
            ),
            "segments": (Segment(0, "Kabar dari Pyongyang …", "Cameroon from Pyongyang …"),),
        }
        bad = "Cameroon was broadcast in North Korea."
        (checked,) = Support()([article(bad, **translated)])
        assert [(flag.kind, flag.words) for flag in checked.flags] == [("unsupported-name", ("Cameroon",))]
        good = "It was broadcast in Korea, the British and the Chinese said."
        (checked,) = Support()([article(bad, good, **translated)])
        assert checked.summary == good
        assert checked.flags == ()

    def test_a_country_in_an_english_article_needs_no_other_source(self):
        (checked,) = Support()(
            [article("Cameroon won.", paragraphs=(), text="", paragraphs_en=("Cameroon won.",))]
        )
        assert checked.support == 1.0

    def test_earlier_flags_stay(self):
        [done] = Support()([article("Kim arrived in Paris.").flagged()])
        assert [flag.kind for flag in done.flags] == ["unsupported-name"]

    def test_failed_and_unsummarized_articles_are_passed_on(self):
        failed = Article(id="1", source="a", error=Failure("clean", "empty"))
        empty = Article(id="2", source="b")
        assert Support()([failed, empty]) == [failed, empty]

    def test_it_can_be_turned_off(self):
        given = [article("Kim arrived in Paris.")]
        assert Support(enabled=False)(given) == given

    def test_order_and_number_are_kept(self):
        batch = [article(f"Kim got {n} drones.") for n in range(5)]
        assert [done.summary for done in Support()(batch)] == [one.summary for one in batch]

    def test_it_can_be_sent_to_another_process(self):
        batch = [article("Kim arrived in Paris.")]
        assert pickle.loads(pickle.dumps(Support()))(batch) == Support()(batch)
