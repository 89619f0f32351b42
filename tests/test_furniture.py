"""Every rule of furniture.toml proves itself on its own examples."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import summarize.furniture
from summarize.clean import clean_page
from summarize.furniture import Rule, furniture, headlines_below, is_titled, read_rules

BODY = (
    "Puluhan orang tua murid menanam pohon trembesi di halaman sekolah dasar itu sejak Sabtu pagi.",
    "Kepala sekolah bercerita bahwa terik matahari membuat anak-anak enggan bermain pada jam istirahat.",
    "Bibitnya disumbangkan oleh seorang pensiunan yang dulu mengajar di sana selama tiga puluh tahun.",
)
RULES = (*furniture().lines, *furniture().glued)
TITLE = "Orang Tua Murid Menanam Trembesi di Sekolah"


def pages_with(example: str, rule: Rule) -> list[str]:
    """Pages with `example` in the places where `rule` looks."""
    first, second, third = BODY
    in_head = f"{TITLE}\n\n{example}\n\n{first}\n\n{second}\n\n{third}"
    inside = f"{TITLE}\n\n{first}\n\n{second}\n\n{example}\n\n{third}"
    in_tail = f"{TITLE}\n\n{first}\n\n{second}\n\n{third}\n\n{example}"
    if "\n" in example and rule.below is None:
        return [in_tail] if rule.where in ("edge", "tail", "late") else [inside, in_tail]
    return {
        "anywhere": [in_head, inside, in_tail] if rule.scope != "end" else [inside, in_tail],
        "head": [in_head],
        "tail": [in_tail],
        "edge": [in_head, in_tail],
        "late": [in_tail],
        "followed": [in_head, inside],
        "last": [in_tail],
    }[rule.where]


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.name}: {example[:40]}")
        for rule in RULES
        for example in getattr(rule, kind)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("removes"))
def test_a_rule_removes_its_examples_wherever_it_looks(rule: Rule, example: str) -> None:
    furniture_parts = re.findall(r"⟦(.*?)⟧", example) or example.split("\n")
    stays = " ".join(re.sub(r"⟦.*?⟧", " ", example).split()) if "⟦" in example else ""
    for page in pages_with(re.sub("[⟦⟧]", "", example), rule):
        cleaned = clean_page(page, TITLE)
        assert [r.text for r in cleaned.removed if r.rule == rule.name] == [
            p.strip() for p in furniture_parts
        ]
        assert set(cleaned.paragraphs) == {*BODY, stays} - {""}


@pytest.mark.parametrize(("rule", "example"), examples("keeps"))
def test_a_rule_keeps_body_text_that_looks_like_furniture(rule: Rule, example: str) -> None:
    pages = pages_with(example, rule)
    for page in pages[1:2] if rule.where == "anywhere" and rule.scope != "end" else pages:
        assert clean_page(page, TITLE).paragraphs.count(example) == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_why_and_has_examples_of_both_kinds(rule: Rule) -> None:
    assert rule.why
    assert rule.removes
    assert rule.keeps


def test_the_rules_are_read_from_the_file_beside_the_module() -> None:
    toml = Path(summarize.furniture.__file__).with_name("furniture.toml").read_text("utf-8")
    assert [rule.name for rule in read_rules(toml).lines] == [rule.name for rule in furniture().lines]


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('[[rule]]\nname = "a"\nwhy = "b"\npatterns = ["("]\nremoves = []\nkeeps = []', "rule 'a'"),
        ('[[rule]]\nname = "a"\nwhy = "b"\nremoves = []\nkeeps = []', "rule 'a'.*patterns"),
        ('[[rule]]\nname = "a"\nwhy = "b"\npatterns = ["(?&no)"]\nremoves = []\nkeeps = []', "rule 'a'.*no"),
        ('[[rule]]\nname = "a"\nwhere = "top"\npatterns = ["x"]', "where is 'top'"),
        ('[[rule]]\nname = "a"\nwhy = "b"\npatterns = ["x"]\nremoves = []\nkeeps = []\n' * 2, "same name"),
    ],
)
def test_malformed_rules_are_refused_with_their_name(toml: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_rules(toml)


def test_headlines_have_most_words_capitalised() -> None:
    assert is_titled("Warga Menanam Pohon di Halaman Sekolah")
    assert not is_titled("Warga menanam pohon di halaman sekolah")
    assert not is_titled("Kepala Desa")


def test_links_below_a_heading_end_at_a_blank_line_or_at_prose() -> None:
    links = ["Panen Raya di Lereng Gunung", "Harga Cabai Turun di Pasar", "Reaksi warga desa setelah panen"]
    assert headlines_below(links, [False, False, True], 5, 3) == 2
    assert headlines_below([*links[:2], BODY[0]], [False] * 3, 5, 3) == 2
    assert headlines_below(["Reaksi"], [False], 5, 3) == 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_takes_long_whatever_the_line(rule: Rule) -> None:
    match = rule.expression.search if rule in furniture().glued else rule.expression.fullmatch
    pieces = (
        "A",
        "Aa ",
        "Aa, ",
        "A. ",
        "1 ",
        "(",
        "Aa/",
        "foto: ",
        "Editor: Aa ",
        "#a ",
        "12 Sep 2023 ",
        "> a ",
    )
    for piece in (*pieces, "facebook ", "halaman 1 ", "redaksi | ", "! "):
        for length in (20, 60, 600):
            start = time.process_time()
            match(f"Editor: {piece * (length // len(piece))}!")
            assert time.process_time() - start < 0.2
