"""scripts/train_marian.py: pairs are cleaned, a tiny model learns, goes on after a kill, and is exported."""

import json
import random
import sys
from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn import functional
from transformers import MarianMTModel, MarianTokenizer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import train_marian
from marian import (
    augment,
    batches,
    curves,
    growth,
    network,
    pairs,
    preparation,
    runs,
    scoring,
    synthesis,
    team,
    training,
    vocabulary,
    word_list,
)
from marian.augment import Augmentation
from marian.batches import Mixture
from marian.network import Shape
from marian.output_loss import output_loss, token_log_probabilities
from marian.pairs import Limits, Pair
from marian.scoring import share_kept
from marian.team import Team
from marian.training import Progress, Recipe, Run

from summarize.rare_words import Words

SUBJECTS = {"Presiden": "The president", "Menteri": "The minister", "Warga": "Residents", "Polisi": "Police"}
VERBS = {"mengunjungi": "visited", "meninggalkan": "left", "membangun": "built", "melihat": "saw"}
OBJECTS = {"sekolah": "a school", "pasar": "a market", "jembatan": "a bridge", "rumah sakit": "a hospital"}
PLACES = {
    "di Jakarta": "in Jakarta",
    "di Medan": "in Medan",
    "di Surabaya": "in Surabaya",
    "di Ambon": "in Ambon",
}
DAYS = {"pada Senin": "on Monday", "pada Jumat": "on Friday", "kemarin": "yesterday", "hari ini": "today"}


def news(count: int) -> list[Pair]:
    every = list(product(*(part.items() for part in (SUBJECTS, VERBS, OBJECTS, PLACES, DAYS))))
    chosen = random.Random(3).sample(every, count)
    return [
        Pair(" ".join(s for s, _ in words) + ".", " ".join(t for _, t in words) + ".", "news")
        for words in chosen
    ]


def run(*arguments: object) -> str:
    result = CliRunner().invoke(train_marian.app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


class TestReadingPairs:
    def test_a_tsv_has_a_domain_or_not(self, tmp_path):
        file = tmp_path / "pairs.tsv"
        file.write_text("news\tSatu\tOne\nDua\tTwo\n", encoding="utf-8")
        assert list(pairs.read_tsv(file)) == [Pair("Satu", "One", "news"), Pair("Dua", "Two")]

    def test_a_wrong_number_of_columns_is_reported_with_its_line(self, tmp_path):
        file = tmp_path / "pairs.tsv"
        file.write_text("Satu\tOne\nDua\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"pairs\.tsv:2: 1 columns"):
            list(pairs.read_tsv(file))

    def test_aligned_files_must_be_of_one_length(self, tmp_path):
        for name, text in (("id", "Satu\nDua\n"), ("en", "One\n")):
            (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="shorter"):
            list(pairs.read_aligned(tmp_path / "id", tmp_path / "en"))


class TestCleaning:
    @pytest.mark.parametrize(
        ("raw", "undone"),
        [
            (
                ('"Ia berkata ""ya"", lalu pergi."', "He said yes."),
                ('Ia berkata "ya", lalu pergi.', "He said yes."),
            ),
            (
                ("b'Virus menyebar cepat.", "b'The virus spread."),
                ("Virus menyebar cepat.", "The virus spread."),
            ),
            (
                ("Ia datang, lalu pergi.", '"He came, then left."'),
                ("Ia datang, lalu pergi.", "He came, then left."),
            ),
            (('"Ya," katanya.', '"Yes," he said.'), ('"Ya," katanya.', '"Yes," he said.')),
            (('"Ya, tentu."', '"Yes, of course."'), ('"Ya, tentu."', '"Yes, of course."')),
        ],
    )
    def test_what_exports_did_is_undone(self, raw, undone):
        assert pairs.undo_export(Pair(*raw)) == Pair(*undone)

    @pytest.mark.parametrize(
        ("source", "target", "reason"),
        [
            ("", "Something", "empty"),
            ("Sama saja", "Sama saja", "untranslated"),
            ("kata " * 121, "word " * 121, "too long"),
            (
                "Ya, tentu saja.",
                "Yes, but that is another story, which will be told on another day.",
                "length ratio",
            ),
            ("Menurut dia ^ catatan kaki", "According to him ^ footnote", "web junk"),
            ("12 34 56 a", "12 34 56 b", "few letters"),
            ("Pada 1998 ia lahir di Solo.", "In 2004 he was born in Solo.", "other numbers"),
            ("Harga naik 1.200 rupiah", "Prices rose 1,200 rupiah", None),
            ("Presiden tiba di Jakarta.", "The president arrived in Jakarta.", None),
        ],
    )
    def test_a_fault_is_named(self, source, target, reason):
        assert pairs.fault(Pair(source.strip(), target.strip()), Limits()) == reason

    def test_text_in_the_wrong_language_is_dropped(self):
        wrong = Pair(
            "The government said it would raise fuel prices.", "The government will raise prices of fuel."
        )
        right = Pair(
            "Pemerintah akan menaikkan harga bahan bakar minyak.", "The government will raise fuel prices."
        )
        dropped = Counter()
        kept = list(
            pairs.clean(
                [wrong, right], Limits(languages=("id", "en")), dropped, pairs.language_detector(["id", "en"])
            )
        )
        assert kept == [right]
        assert dropped == {"language": 1}

    def test_duplicates_come_once_whatever_their_case(self):
        dropped = Counter()
        kept = list(
            pairs.clean(
                [Pair("Harga naik", "Prices rise"), Pair("HARGA NAIK", "Prices rise")], Limits(), dropped
            )
        )
        assert [pair.source for pair in kept] == ["Harga naik"]
        assert dropped == {"duplicate": 1}

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_any_text_is_either_clean_or_counted(self, source, target):
        dropped = Counter()
        kept = list(pairs.clean([Pair(source, target)], Limits(), dropped))
        assert len(kept) + dropped.total() == 1
        for pair in kept:
            assert "\t" not in pair.source + pair.target
            assert "\n" not in pair.source + pair.target

    def test_no_dev_sentence_is_left_in_train(self):
        data = [*news(40), Pair(news(1)[0].source, "Another translation of it.")]
        train, dev = pairs.hold_out(data, 20, seed=1)
        assert len(dev) == 20
        assert not {p.source for p in dev} & {p.source for p in train}
        assert not {p.target for p in dev} & {p.target for p in train}


class TestAugmentation:
    def test_a_headline_has_capitals_and_no_full_stop(self):
        pair = Pair("KPK memeriksa gubernur di Riau.", "The KPK questioned a governor in Riau.")
        assert augment.headline(pair).source == "KPK Memeriksa Gubernur di Riau"
        assert augment.headline(pair).target == "The KPK questioned a governor in Riau"
        assert augment.headline(pair, capitals=True).source == "KPK MEMERIKSA GUBERNUR DI RIAU"

    def test_a_shared_name_is_exchanged_on_both_sides(self):
        pair = Pair("Kemarin Sudirman bertemu Rina.", "Yesterday Sudirman met Rina.")
        new = augment.rename(pair, ["Qolbina"], random.Random(1))
        assert new.source.count("Qolbina") == new.target.count("Qolbina") == 1

    def test_a_pair_without_a_shared_name_stays(self):
        pair = Pair("Kemarin hujan turun.", "Yesterday it rained.")
        assert augment.rename(pair, ["Qolbina"], random.Random(1)) == pair

    def test_numbers_keep_their_length_and_agree(self):
        pair = Pair(
            "Sebanyak 4500 orang dan 3 anjing pada 17/8.", "As many as 4500 people and 3 dogs on 8/17."
        )
        new = augment.renumber(pair, random.Random(1))
        assert pairs.numbers(new.source) == pairs.numbers(new.target)
        assert "3 anjing" in new.source
        assert "4500" not in new.source
        assert len(new.source) == len(pair.source)

    def test_words_that_are_also_written_small_are_no_names(self):
        data = [Pair("Kata Bank itu, bank Mandiri untung.", "The Bank said that bank Mandiri gained.")]
        assert augment.collect_names(data, ["He met Blair there. Then Blair left."]) == ("Mandiri", "Blair")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A prepared data folder: 500 generated pairs, 20 of them held out, a vocabulary of 400 pieces."""
    folder = tmp_path_factory.mktemp("data")
    raw = folder / "raw.tsv"
    pairs.write_tsv(raw, [*news(500), Pair("^", "junk", "news")])
    run("prepare", folder, "--tsv", raw, "--dev-size", 20, "--pieces", 400)
    return folder


class TestPrepare:
    def test_it_records_what_it_did(self, data):
        record = json.loads((data / "prepare.json").read_text(encoding="utf-8"))
        assert (record["read"], record["train"], record["dev"]) == (501, 480, 20)
        assert record["dropped"]["web junk"] == 1
        assert record["domains"] == {"news": 480}
        assert len(record["files"]["raw.tsv"]) == 64

    def test_pad_is_the_last_piece_and_end_the_first(self, data):
        ids = json.loads((data / "vocab.json").read_text(encoding="utf-8"))
        assert ids["</s>"] == 0
        assert ids["<unk>"] == 1
        assert ids["<pad>"] == len(ids) - 1

    def test_text_comes_back_from_its_ids(self, data):
        codec = vocabulary.load(data)
        by_id = {index: piece for piece, index in codec.ids.items()}
        text = "Presiden melihat jembatan di Ambon, ujar ŷ."
        ids = codec.encode_source(text)
        assert ids[-1] == codec.eos
        assert codec.source.decode_pieces([by_id[index] for index in ids[:-1]]) == text

    def test_a_given_dev_set_stays_whole(self, data, tmp_path):
        record = preparation.prepare(
            preparation.Inputs(tsv=[data / "raw.tsv"], dev=data / "dev.tsv"), tmp_path, Limits(), pieces=0
        )
        assert (record["dev"], record["train"], record["dropped"]["in the dev set"]) == (20, 480, 20)

    def test_wrong_use_is_explained(self, tmp_path):
        result = CliRunner().invoke(train_marian.app, ["prepare", str(tmp_path)])
        assert result.exit_code == 2


class TestBatches:
    def test_an_epoch_repeats_for_the_same_seed_and_number(self, data):
        codec, given = vocabulary.load(data), list(pairs.read_tsv(data / "train.tsv"))
        mixture = Mixture({"news": 0.5}, 0.5, 0.3, Augmentation(0.3, 0.3, ("Bella",)), tokens=300)
        first, again, other = (list(batches.epoch(given, codec, mixture, 1, n)) for n in (0, 0, 1))
        assert first == again
        assert first != other
        assert 180 < sum(len(batch.sources) for batch in first) < 300

    @settings(deadline=None)
    @given(
        st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=40),
        st.integers(30, 200),
    )
    def test_packing_loses_nothing_and_keeps_the_budget(self, lengths, budget):
        examples = [([index] * s, [index] * t) for index, (s, t) in enumerate(lengths)]
        packed = batches.pack(examples, budget)
        assert sorted(row for batch in packed for row in batch.sources) == sorted(s for s, _ in examples)
        for batch in packed:
            assert len(batch.sources) * max(map(len, batch.sources + batch.targets)) <= budget

    def test_masked_sources_lose_a_tenth_of_their_pieces_but_never_the_end(self, data):
        codec = vocabulary.load(data)
        given = list(pairs.read_tsv(data / "train.tsv"))
        whole, masked = (
            [
                row
                for batch in batches.epoch(given, codec, Mixture(sampled=0, masked=share), 1, 0)
                for row in batch.sources
            ]
            for share in (0.0, 1.0)
        )
        hidden = Counter(piece == codec.unknown for row in masked for piece in row[:-1])
        assert 0.07 < hidden[True] / hidden.total() < 0.13
        assert {row[-1] for row in masked} == {codec.eos}
        assert sorted(map(len, masked)) == sorted(map(len, whole))

    def test_synthetic_sources_are_tagged(self, data):
        codec = vocabulary.load(data)
        (batch,) = batches.epoch([Pair("Warga", "Residents", "synthetic")], codec, Mixture(sampled=0), 1, 0)
        assert batch.sources[0][0] == codec.ids["<0x01>"]


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """A run of a tiny network over the 480 pairs."""
    folder = tmp_path_factory.mktemp("run")
    run(
        "train", folder, data, "--layers", "1,1", "--dim", 64, "--heads", 2, "--ff", 128, "--steps", 300,
        "--tokens", 600, "--peak", 4e-3, "--warmup", 30, "--average", 0.9,
        "--dropout", 0.05, "--smoothing", 0.05, "--score-every", 300, "--log-every", 20,
        "--threads", 1, "--headlines", 0.1, "--renamed", 0.1,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def model(trained, data, tmp_path_factory):
    """The exported model of that run."""
    folder = tmp_path_factory.mktemp("models") / "tiny-id-en"
    run("export", trained, folder, "--data", data, "--licence", "cc-by-4.0", "--threads", 1)
    return folder


def small_run(folder: Path, data: Path, recipe: Recipe) -> tuple[Run, list[Pair], Mixture]:
    torch.manual_seed(5)
    torch.set_num_threads(1)
    codec = vocabulary.load(data)
    folder.mkdir(exist_ok=True)
    model = network.create(Shape(1, 1, 32, 2, 64), codec, recipe.dropout)
    mixture = Mixture(sampled=0.5, augmentation=Augmentation(0.2, 0.2, ("Bella",)), tokens=200)
    return Run(folder, model, codec, recipe), list(pairs.read_tsv(data / "train.tsv"))[:60], mixture


def dev_translations(folder: Path, data: Path) -> tuple[list[str], list[str]]:
    dev = list(pairs.read_tsv(data / "dev.tsv"))
    loaded = scoring.load(folder, scoring.Decoder(threads=1))
    return scoring.translate(loaded, [pair.source for pair in dev], 1), [pair.target for pair in dev]


def share_own_rank(member: Team) -> tuple[list[float], float]:
    weights = [torch.full((2, 3), float(member.rank)), torch.tensor([4.0 * member.rank])]
    seconds = member.share(weights, seconds=7.0 + member.rank)
    return [weights[0].mean().item(), weights[1].item()], seconds


def constant(model: MarianMTModel) -> dict[str, float]:
    return {"bleu": 1.0, "chrf": 1.0}


class TestTraining:
    @pytest.mark.parametrize("optimizer", ["adamw", "muon"])
    def test_a_killed_run_goes_on_as_if_nothing_had_happened(self, data, tmp_path, optimizer):
        recipe = Recipe(steps=14, warmup=3, log_every=1, save_every=4, score_every=7, optimizer=optimizer)
        bleu = iter(range(100))

        def score(model):
            return {"bleu": float(next(bleu)), "chrf": 0.0}

        def die_at_ten(line):
            if line["step"] == 10:
                raise KeyboardInterrupt

        whole, given, mixture = small_run(tmp_path / "whole", data, recipe)
        whole.train(given, mixture, score, lambda line: None)
        killed, _, _ = small_run(tmp_path / "killed", data, recipe)
        with pytest.raises(KeyboardInterrupt):
            killed.train(given, mixture, score, die_at_ten)
        resumed, _, _ = small_run(tmp_path / "killed", data, recipe)
        steps = []
        resumed.train(given, mixture, score, lambda line: steps.append(line["step"]))
        assert steps[0] == 9  # from the checkpoint of step 8
        assert resumed.progress.tokens == whole.progress.tokens
        assert resumed.progress.epoch == whole.progress.epoch > 0
        for one, other in zip(whole.average.parameters(), resumed.average.parameters(), strict=True):
            assert torch.equal(one, other)
        logged = [json.loads(line)["step"] for line in (tmp_path / "killed" / "log.jsonl").open()]
        assert logged == [*range(1, 8), 7, *range(8, 15), 14]

    def test_a_team_takes_the_mean_of_its_weights_and_the_time_of_the_first(self):
        with team.gather(2, share_own_rank) as first:
            assert share_own_rank(first) == ([0.5, 2.0], 7.0)
        assert share_own_rank(Team()) == ([0.0, 0.0], 7.0)

    def test_a_team_trains_and_goes_on_from_its_checkpoint(self, data, tmp_path):
        options = (
            "--layers", "1,1", "--dim", 32, "--heads", 2, "--ff", 64, "--tokens", 1500, "--threads", 1,
            "--log-every", 1, "--save-every", 4, "--processes", 2,
        )  # fmt: skip
        run("train", tmp_path, data, "--steps", 13, *options)
        run("train", tmp_path, data, "--steps", 18, *options)
        lines = runs.log(tmp_path)
        assert [line["step"] for line in lines] == [*range(1, 14), 13, *range(14, 19), 18]
        alone = tmp_path / "alone"
        run("train", alone, data, "--steps", 18, *options[:-1], 1)
        assert lines[-1]["tokens"] > 1.5 * runs.log(alone)[-1]["tokens"]
        assert lines[-1]["epoch"] > 0

    def test_memory_goes_back_at_every_line_of_the_log(self, data, tmp_path, monkeypatch):
        events = []
        monkeypatch.setattr(training, "give_back_memory", lambda: events.append("given back"))
        run, given, mixture = small_run(tmp_path, data, Recipe(steps=5, warmup=1, log_every=2))
        run.train(given, mixture, constant, lambda line: events.append(line["step"]))
        assert events == ["given back", 2, "given back", 4, 5, 5]

    def test_a_finished_run_is_left_alone(self, data, tmp_path):
        steps = []
        for _ in range(2):
            run, given, mixture = small_run(tmp_path, data, Recipe(steps=2, warmup=1))
            run.train(given, mixture, constant, lambda line: steps.append(line["step"]))
        assert steps == [2, 2]  # a line with the rate and one with the scores, of the first time

    def test_data_without_a_pair_that_fits_is_an_error(self, data, tmp_path):
        run, _, mixture = small_run(tmp_path, data, Recipe(steps=2))
        with pytest.raises(ValueError, match="no pair that fits"):
            run.train([Pair("kata " * 300, "word " * 300)], mixture, lambda model: {}, lambda line: None)

    def test_the_rate_rises_falls_and_ends_at_zero(self):
        recipe = Recipe(steps=100, warmup=10, peak=1.0, cooldown=0.2)
        rates = [training.rate(recipe, Progress(step=step)) for step in range(101)]
        assert max(rates) == rates[9] == 1.0
        assert all(a < b for a, b in pairwise(rates[:10]))
        assert all(a > b for a, b in pairwise(rates[9:]))
        assert rates[100] == 0.0

    def test_a_run_may_end_by_time(self):
        recipe = Recipe(minutes=2)
        assert training.share_done(recipe, Progress(step=5, seconds=60)) == 0.5
        assert training.share_done(recipe, Progress(step=5, seconds=150)) == 1.0

    def test_padding_stays_zero_and_out_of_the_softmax(self, data, tmp_path):
        run, given, mixture = small_run(tmp_path, data, Recipe(steps=3))
        run.train(given, mixture, constant, lambda line: None)
        assert not run.model.get_input_embeddings().weight[run.codec.pad].any()
        assert run.model.final_logits_bias[0, run.codec.pad] == -1e4

    def test_the_fused_loss_is_the_plain_one(self):
        torch.manual_seed(1)
        hidden, weight, bias = torch.randn(300, 16), torch.randn(50, 16), torch.randn(50)
        targets = torch.randint(50, (300,))
        results = []
        for loss in (
            lambda h, w: output_loss(h, w, bias, targets, 0.1),
            lambda h, w: functional.cross_entropy(
                functional.linear(h, w, bias), targets, label_smoothing=0.1
            ),
        ):
            h, w = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
            value = loss(h, w)
            value.backward()
            results.append((value.detach(), h.grad, w.grad))
        for ours, theirs in zip(*results, strict=True):
            torch.testing.assert_close(ours, theirs)

    def test_fused_log_probabilities_are_the_plain_ones(self):
        torch.manual_seed(2)
        hidden, weight, bias = torch.randn(300, 16), torch.randn(50, 16), torch.randn(50)
        targets, shares = torch.randint(50, (300,)), torch.randn(300)
        results = []
        for logp in (
            lambda h, w: token_log_probabilities(h, w, bias, targets),
            lambda h, w: functional.linear(h, w, bias).log_softmax(1).gather(1, targets[:, None])[:, 0],
        ):
            h, w = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
            value = logp(h, w)
            (value * shares).sum().backward()
            results.append((value.detach(), h.grad, w.grad))
        for ours, theirs in zip(*results, strict=True):
            torch.testing.assert_close(ours, theirs)

    def test_dropout_from_the_pool_drops_its_share_and_is_put_back(self):
        before, rng = functional.dropout, random.Random(1)
        with network.pooled_dropout(0.25, network.mask_pool(0.25, 1), rng):
            dropped = functional.dropout(torch.ones(200, 200), 0.25, True)
            assert functional.dropout(dropped, 0.25, False) is dropped
        assert functional.dropout is before
        assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)
        assert dropped.mean().item() == pytest.approx(1.0, abs=0.03)

    def test_it_learns_the_language(self, trained):
        scores = [line["bleu"] for line in map(json.loads, (trained / "log.jsonl").open()) if "bleu" in line]
        assert scores[-1] > 80

    def test_curves_are_drawn_from_the_log(self, trained):
        picture = curves.draw(trained / "log.jsonl")
        assert picture.count("<polyline") == 2
        assert (trained / "curves.svg").exists()


class TestModel:
    def test_the_folder_has_the_layout_of_opus_mt(self, model):
        names = {path.name for path in model.iterdir()}
        assert {
            "README.md", "config.json", "generation_config.json", "model.safetensors", "source.spm",
            "target.spm", "tokenizer_config.json", "vocab.json",
        } == names  # fmt: skip
        with safe_open(model / "model.safetensors", "pt") as weights:
            assert {weights.get_tensor(name).dtype for name in weights.keys()} == {torch.float16}  # noqa: SIM118

    def test_transformers_alone_can_use_it(self, model):
        tokenizer = MarianTokenizer.from_pretrained(model)
        network = MarianMTModel.from_pretrained(model, dtype=torch.float32)
        pair = news(1)[0]
        ids = network.generate(**tokenizer([pair.source], return_tensors="pt"), max_new_tokens=40)
        assert tokenizer.decode(ids[0], skip_special_tokens=True).split()[-1].endswith(".")

    def test_the_card_tells_data_recipe_and_scores(self, model):
        card = (model / "README.md").read_text(encoding="utf-8")
        assert card.startswith("---\nlanguage: [id, en]\n")
        assert "license: cc-by-4.0" in card
        assert "| news | 480 | 1 |" in card
        assert "300 steps" in card
        assert "BLEU: `nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:" in card

    def test_evaluation_writes_what_it_prints(self, model, data, tmp_path):
        out = tmp_path / "scores.jsonl"
        printed = run(
            "evaluate", model, data / "dev.tsv", "--compute-type", "int8", "--compute-type", "float32",
            "--beam", 2, "--out", out, "--threads", 1,
        )  # fmt: skip
        results = [json.loads(line) for line in out.open()]
        assert [(one["decoder"]["compute_type"], one["decoder"]["stage"]) for one in results] == [
            ("int8", False), ("int8", True), ("float32", False), ("float32", True),
        ]  # fmt: skip
        for result in results:
            assert 0 <= result["kept"] <= 1
            bleu = result["scores"][0]
            assert bleu["low"] <= bleu["value"] <= bleu["high"] <= 100
            assert f"{bleu['value']:.2f}" in printed

    def test_an_interval_ends_where_scores_end(self):
        references = [f"The minister left in the year {year}." for year in range(1990, 2000)]
        score = scoring._score(
            BLEU(), [*references[:9], "Nothing of this is right, nor of that."], references
        )
        assert 0 < score.low < score.value < score.high == 100

    def test_what_the_reference_lacks_may_be_lost(self):
        source = "Pada 2019 Nugroho membawa 17 sapi ke Karanganyar."
        reference = "In 2019 Nugroho brought cows to Karanganyar."
        assert share_kept([source], [reference], ["Nugroho brought cows to Karanganyar in 2019."]) == 1
        assert share_kept([source] * 2, [reference] * 2, ["Nugroho brought cows.", reference]) == 0.5

    def test_fine_tuning_keeps_the_vocabulary(self, model, data, tmp_path):
        """As the README does it: prepare without a vocabulary, train from a model, export."""
        run("prepare", tmp_path / "data", "--tsv", data / "raw.tsv", "--dev-size", 50, "--pieces", 0)
        run(
            "train", tmp_path / "run", tmp_path / "data", "--init", model, "--steps", 10, "--peak", 1e-4,
            "--warmup", 2, "--threads", 1,
        )  # fmt: skip
        run("export", tmp_path / "run", tmp_path / "tuned", "--last")
        assert (tmp_path / "tuned" / "vocab.json").read_bytes() == (model / "vocab.json").read_bytes()
        assert "From the weights of tiny-id-en" in (tmp_path / "tuned" / "README.md").read_text(
            encoding="utf-8"
        )
        before, after = (load_file(folder / "model.safetensors") for folder in (model, tmp_path / "tuned"))
        assert before.keys() == after.keys()
        assert any(not torch.equal(before[name], after[name]) for name in before)
        record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
        assert record["parameters"] == sum(w.numel() for n, w in before.items() if n != "final_logits_bias")

    @pytest.mark.parametrize("processes", [1, 2])
    def test_risk_is_trained_in_rounds_and_goes_on_from_its_checkpoint(
        self, model, data, tmp_path, processes
    ):
        options = (
            "--init", model, "--risk", 5, "--candidates", 3, "--round-size", 40, "--tokens", 1200,
            "--peak", 1e-4, "--warmup", 1, "--cooldown", 0, "--threads", 1, "--processes", processes,
            "--log-every", 1, "--save-every", 2,
        )  # fmt: skip
        for steps in (3, 6):
            run("train", tmp_path, data, "--steps", steps, *options)
        lines = runs.log(tmp_path)
        assert [line["step"] for line in lines] == [1, 2, 3, 3, 4, 5, 6, 6]
        assert lines[-1]["epoch"] > 0  # a round is smaller than these steps
        assert lines[-1]["bleu"] > 0.8 * scoring.quick(*dev_translations(model, data))["bleu"]
        assert not (tmp_path / runs.DECODING).exists()
        run("export", tmp_path, tmp_path / "model", "--threads", 1)
        card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
        assert "Minimum risk training with 3 candidates a source, decoded 40 sources at a time" in card
        assert "Random segmentation" not in card

    def test_risk_is_for_a_trained_model(self, data, tmp_path):
        failed = CliRunner().invoke(
            train_marian.app, ["train", str(tmp_path), str(data), "--risk", "5", "--steps", "1"]
        )
        assert failed.exit_code == 2
        assert "--init" in failed.output

    def test_a_deeper_encoder_starts_where_the_model_was(self, model, data, tmp_path):
        codec = vocabulary.load(model)
        rows = [codec.encode_source(pair.source) for pair in pairs.read_tsv(data / "dev.tsv")]
        batch = batches.Batch(rows, [codec.encode_target(p.target) for p in pairs.read_tsv(data / "dev.tsv")])
        old = network.load(model, 0.0).eval()
        before = network.loss(old, batch, 0.0).item()
        deeper = growth.deepen(old, 3, rows)
        assert len(deeper.model.encoder.layers) == deeper.config.encoder_layers == 3
        assert network.loss(deeper, batch, 0.0).item() == pytest.approx(before, abs=0.05 * before)
        run(
            "train", tmp_path / "run", data, "--init", model, "--encoder-layers", 3, "--optimizer", "muon",
            "--masked", 0.3, "--steps", 4, "--peak", 1e-2, "--threads", 1,
        )  # fmt: skip
        run("export", tmp_path / "run", tmp_path / "deeper", "--last", "--start-share", 0.25)
        assert len(MarianMTModel.from_pretrained(tmp_path / "deeper").model.encoder.layers) == 3
        start = load_file(tmp_path / "run" / "start.safetensors")
        run("export", tmp_path / "run", tmp_path / "trained", "--last")
        mixed, trained = (load_file(tmp_path / name / "model.safetensors") for name in ("deeper", "trained"))
        name = "model.encoder.layers.0.fc1.weight"
        expected = 0.25 * start[name] + 0.75 * trained[name].float()
        assert torch.allclose(mixed[name].float(), expected, atol=1e-3)
        assert not torch.allclose(trained[name].float(), expected, atol=1e-3)

    def test_an_encoder_is_not_made_shallower(self, model):
        with pytest.raises(ValueError, match="has 1 layers"):
            growth.deepen(network.load(model, 0.0), 1, [[5, 0]])

    def test_a_model_with_a_vocabulary_a_side_can_be_tuned(self, data, tmp_path):
        """OPUS-MT has two SentencePiece models, and one numbering of their pieces that neither has."""
        given = list(pairs.read_tsv(data / "train.tsv"))
        for side, texts in (("source", [p.source for p in given]), ("target", [p.target for p in given])):
            vocabulary.train(texts, tmp_path / side, 330)
        start = tmp_path / "opus"
        start.mkdir()
        names = {"</s>": 0, "<unk>": 1}
        for side in ("target", "source"):
            (start / f"{side}.spm").write_bytes((tmp_path / side / f"{side}.spm").read_bytes())
            for name in json.loads((tmp_path / side / "vocab.json").read_text(encoding="utf-8")):
                names.setdefault(name, len(names))
        del names["<pad>"]
        ids = {name: index for index, name in enumerate([*names, "<pad>"])}
        (start / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
        codec = vocabulary.load(start)
        network.save(network.create(Shape(1, 1, 32, 2, 64), codec, 0.1), start, start, ("id", "en"))
        ids_of = codec.encode_target("The minister left.")
        by_id = {index: name for name, index in ids.items()}
        assert codec.target.decode_pieces([by_id[index] for index in ids_of[:-1]]) == "The minister left."
        run("train", tmp_path / "run", data, "--init", start, "--steps", 2, "--threads", 1)
        run("export", tmp_path / "run", tmp_path / "tuned", "--last")
        for name in vocabulary.FILES[:2]:
            assert (tmp_path / "tuned" / name).read_bytes() == (start / name).read_bytes()


class TestBackTranslation:
    def test_pairs_are_made_filtered_and_tagged(self, model, tmp_path):
        """With a model of the wrong direction, as only the plumbing is of interest here."""
        text = tmp_path / "text.txt"
        text.write_text("".join(pair.source + "\n" for pair in news(5)), encoding="utf-8")
        summary = json.loads(
            run("back-translate", model, text, tmp_path / "out.tsv", "--limit", 4, "--threads", 1)
        )
        made = list(pairs.read_tsv(tmp_path / "out.tsv"))
        assert summary["texts"] == 4
        assert len(made) == summary["pairs"] == 4 - sum(summary["dropped"].values())
        assert {pair.target for pair in made} <= {pair.source for pair in news(5)}
        assert {pair.domain for pair in made} <= {"synthetic"}

    def test_forward_translation_keeps_what_was_translated(self):
        made = {
            "Presiden Widodo tiba pada Senin.": "President Widodo arrived on Monday.",
            "Harga gandum naik.": "The price of gandum rose.",
            "Menteri Retno pergi.": "The minister left.",
            "Ada 25 warga di pasar.": "There were residents at the market.",
            "Ya.": "yes yes yes yes yes",
        }
        english = " ".join(made.values()).lower().replace("gandum", "")
        known = synthesis.target_words([Pair("gandum di pasar", english)] * 2)
        dropped = Counter()
        kept = synthesis.forward_translate(
            list(made), lambda chunk: [made[text] for text in chunk], Limits(), dropped, known=known
        )
        assert list(kept) == [Pair(*next(iter(made.items())), "forward")]
        assert dropped == {"unknown word": 1, "lost name or number": 2, "loop": 1}

    def test_forward_translation_writes_pairs_to_train_on(self, model, data, tmp_path):
        text = tmp_path / "text.txt"
        text.write_text("".join(pair.source + "\n" for pair in news(5)), encoding="utf-8")
        summary = json.loads(
            run("forward-translate", model, text, data, tmp_path / "out.tsv", "--threads", 1)
        )
        made = list(pairs.read_tsv(tmp_path / "out.tsv"))
        assert len(made) == summary["pairs"] == 5 - sum(summary["dropped"].values())
        assert {pair.source for pair in made} <= {pair.source for pair in news(5)}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ya ya ya ya tentu", True),
            ("ini dan " * 10, True),
            ("Presiden dan menteri dan gubernur dan wali kota tiba.", False),
            ("", False),
        ],
    )
    def test_loops_are_found(self, text, expected):
        assert synthesis.loops(text) is expected

    def test_the_reverse_direction_swaps_the_vocabularies(self, tmp_path):
        for name in vocabulary.FILES:
            (tmp_path / name).write_text(name, encoding="utf-8")
        vocabulary.copy(tmp_path, tmp_path / "reversed", reverse=True)
        assert (tmp_path / "reversed" / "source.spm").read_text(encoding="utf-8") == "target.spm"
        assert (tmp_path / "reversed" / "target.spm").read_text(encoding="utf-8") == "source.spm"


class TestWordList:
    @pytest.fixture
    def words(self, tmp_path):
        path = tmp_path / "words.tsv"
        lines = [
            "gandum wheat",
            "hadiah gift",
            "kado gift",
            "gula sugar",
            "dapur kitchen",
            "tamat end",
            "an to",
        ]
        path.write_text("".join(line.replace(" ", "\t") + "\n" for line in [*lines, "kado bad luck"]))
        return word_list.read(path)

    def test_what_was_left_untranslated_is_translated(self, words):
        pair = Pair("Harga wheat dan sugar naik.", "Prices of wheat and sugar rise.")
        assert word_list.vary(pair, words, random.Random(1)).source == "Harga gandum dan gula naik."

    def test_a_word_gives_way_to_one_that_means_what_the_target_says(self, words):
        pair = Pair("Ia membawa hadiah.", "She brings gifts.")
        varied = {word_list.vary(pair, words, random.Random(seed)).source for seed in range(20)}
        assert varied == {"Ia membawa hadiah.", "Ia membawa kado."}

    def test_a_word_that_means_something_else_here_stays(self, words):
        pair = Pair("Ia memenangkan hadiah.", "She wins a prize.")
        assert all(word_list.vary(pair, words, random.Random(seed)) == pair for seed in range(20))

    def test_phrases_and_short_words_are_no_entries(self, words):
        assert "bad luck" not in words.words
        assert "an" not in words.translations

    @given(st.text(alphabet="abdeghiku 'Az3-.\n", max_size=60), st.text(max_size=60), st.integers(0, 5))
    def test_the_target_and_all_but_words_stay(self, source, target, seed):
        pair = Pair(f"gift {source}", f"{target} gift")
        words = word_list.WordList({"kado": frozenset({"gift"})}, {"gift": ("kado",)})
        varied = word_list.vary(pair, words, random.Random(seed))
        assert varied.target == pair.target
        assert varied.source == pair.source.replace("gift", "kado")

    def test_back_translation_uses_one(self, words):
        made = synthesis.back_translate(
            ["Prices of wheat rise."], lambda chunk: ["Harga wheat naik."], Limits(), Counter(), words=words
        )
        assert list(made) == [Pair("Harga gandum naik.", "Prices of wheat rise.", "synthetic")]


class TestTeaching:
    def test_a_translation_has_what_was_written_in_any_inflection(self):
        assert synthesis.has_all("Fighting grafts goes on.", ("fight", "graft"))
        assert not synthesis.has_all("Fighting goes on.", ("fight", "graft"))
        assert synthesis.has_all("Nothing was written.", ())

    def test_what_a_model_makes_of_the_draft_goes_with_the_untouched_sentence(self):
        english = {"pencemaran": "pollution", "memberantas": "fought", "korupsi": "graft"}
        made = {
            "Polisi fought graft.": "The police fought graft.",
            "Pollution naik.": "It rises.",
            "Harga graft.": "The harga of graft.",
        }
        dropped = Counter()
        kept = synthesis.forward_translate(
            ["Polisi memberantas korupsi.", "Harga naik.", "Pencemaran naik.", "Harga korupsi."],
            lambda chunk: [made[text] for text in chunk],
            Limits(),
            dropped,
            known={"the", "police", "of"},
            teach=Words(english, english),
        )
        assert list(kept) == [Pair("Polisi memberantas korupsi.", "The police fought graft.", "taught")]
        assert dropped == {"no listed word": 1, "lost listed word": 1, "unknown word": 1}

    def test_forward_translation_takes_a_list(self, model, data, tmp_path):
        text, words = tmp_path / "text.txt", tmp_path / "words.tsv"
        text.write_text("".join(pair.source + "\n" for pair in news(5)), encoding="utf-8")
        words.write_text("zzz\tsleep\n", encoding="utf-8")
        arguments = ("forward-translate", model, text, data, tmp_path / "out.tsv", "--words", words)
        assert json.loads(run(*arguments, "--threads", 1)) == {
            "texts": 5,
            "pairs": 0,
            "dropped": {"no listed word": 5},
        }


class TestAveraging:
    def test_weights_of_several_files_are_meant(self, data, tmp_path):
        for value in (1.0, 3.0):
            one, _, _ = small_run(tmp_path / str(value), data, Recipe(steps=1))
            with torch.no_grad():
                for parameter in one.averages:
                    parameter.fill_(value)
            one.save()
        files = [tmp_path / name / training.CHECKPOINT for name in ("1.0", "3.0")]
        codec = vocabulary.load(data)
        mean = training.load_average(files, network.create(Shape(1, 1, 32, 2, 64), codec, 0.1))
        assert all((p == 2).all() for name, p in mean.named_parameters() if "positions" not in name)


class TestCurves:
    def test_a_log_without_scores_says_so(self, tmp_path):
        log = tmp_path / "log.jsonl"
        log.write_text('{"step": 50, "loss": 3.5, "rate": 0.1}\n', encoding="utf-8")
        picture = curves.draw(log)
        assert picture.count("nothing yet") == 1
        assert picture.count("<circle") == 1
