"""Minimum risk training: candidates are judged, packed, and made likelier the better they are."""

import random
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import MarianMTModel

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from marian import network, risk, vocabulary
from marian.batches import SYNTHETIC, Mixture
from marian.network import Shape
from marian.pairs import Pair
from marian.risk import ListBatch, Listed, Risk
from marian.vocabulary import Codec

from summarize.models.backend import Hypothesis

WORDS = "Presiden mengunjungi pasar di Jakarta pada Senin The president visited a market in Jakarta on Monday"


@pytest.fixture(scope="module")
def codec(tmp_path_factory) -> Codec:
    """A vocabulary of a few hundred pieces."""
    folder = tmp_path_factory.mktemp("vocabulary")
    vocabulary.train([WORDS] * 20, folder, 320)
    return vocabulary.load(folder)


@pytest.fixture
def model(codec) -> MarianMTModel:
    """A small random network."""
    torch.manual_seed(3)
    return network.create(Shape(1, 1, 32, 2, 64), codec, dropout=0.0).eval()


def listed(
    codec: Codec, *candidates: tuple[str, float], source: str = "Presiden mengunjungi pasar"
) -> Listed:
    return Listed(
        codec.encode_source(source),
        codec.encode_target("The president visited a market"),
        [codec.encode_target(text) for text, _ in candidates],
        [cost for _, cost in candidates],
    )


class TestCosts:
    def test_a_translation_costs_what_it_lacks_of_the_reference(self):
        reference = "The president visited a market in Jakarta on Monday."
        texts = [reference, "The president visited a market on Monday.", "The cat sleeps.", ""]
        costs = risk.costs(texts, reference)
        assert costs == sorted(costs)
        assert costs[0] == pytest.approx(0)
        assert costs[-1] == 1


class TestDrawing:
    def test_domains_come_as_often_as_they_weigh(self):
        pairs = [Pair("a", "b", "news"), Pair("c", "d", "law"), Pair("e", "f", "talk")]
        drawn = list(risk.draw(pairs, {"news": 3, "talk": 0}, 4000, random.Random(1)))
        count = {domain: sum(pair.domain == domain for pair in drawn) for domain in ("news", "law", "talk")}
        assert count["news"] == pytest.approx(3000, abs=150)
        assert count["talk"] == 0


class TestDecoding:
    def test_candidates_are_of_the_tagged_source_and_end(self, codec):
        seen = []

        def decode(sources):
            seen.extend(sources)
            return [[Hypothesis(tuple(codec.target.encode("The market", out_type=str)), -1.0)]] * len(sources)

        pairs = [Pair("pasar", "The market", SYNTHETIC), Pair("pasar", "A market", "news")]
        made, real = risk.decoded(pairs, codec, Mixture(), random.Random(1), decode)
        assert (seen[0][0], seen[0][-1]) == (codec.tag, "</s>")
        assert seen[0][1:] == seen[1]
        assert made.candidates == [codec.encode_target("The market")] == [made.target]
        assert made.costs == [pytest.approx(0)]
        assert real.costs[0] > 0.1

    def test_what_is_too_long_is_left_out(self, codec):
        def decode(sources):
            return [[Hypothesis(("<0x41>",) * 30, -1.0)] for _ in sources]

        mixture = Mixture(longest=20)
        assert not list(risk.decoded([Pair("pasar", "market")], codec, mixture, random.Random(1), decode))


class TestPacking:
    @given(
        st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 4)), max_size=40),
        st.integers(1, 400),
    )
    def test_nothing_is_lost_and_the_budget_kept(self, sizes, budget):
        rows = [
            Listed([5], [1] * target, [[2] * width] * count, [0.5] * count) for target, width, count in sizes
        ]
        packed = risk.pack(rows, budget)
        assert sorted(map(repr, rows)) == sorted(repr(row) for batch in packed for row in batch.rows)
        for batch in packed:
            padded = max(row.width for row in batch.rows) * sum(len(row.candidates) + 1 for row in batch.rows)
            assert padded <= budget or len(batch.rows) == 1


class TestLoss:
    def test_it_is_the_expected_cost_beside_cross_entropy(self, model, codec):
        row = listed(codec, ("The president", 0.25), ("Jakarta on Monday", 0.75))
        plain = risk.loss(model, ListBatch([row]), 0.0, Risk(weight=0))
        means = []
        for ids in row.candidates:
            inputs = torch.tensor([[model.config.decoder_start_token_id, *ids[:-1]]])
            logits = model(input_ids=torch.tensor([row.source]), decoder_input_ids=inputs).logits[0]
            means.append(logits.log_softmax(-1).gather(1, torch.tensor(ids)[:, None]).mean())
        expected = (torch.softmax(2 * torch.stack(means), 0) * torch.tensor(row.costs)).sum()
        both = risk.loss(model, ListBatch([row]), 0.0, Risk(weight=3, sharpness=2))
        torch.testing.assert_close(both, plain + 3 * expected)

    def test_a_batch_costs_the_mean_of_its_sources(self, model, codec):
        one = listed(codec, ("The president", 0.1), ("Jakarta", 0.9))
        theirs = ("a market in Jakarta on Monday", 0.6), ("visited", 0.2), ("on", 0.5)
        other = listed(codec, *theirs, source="di Jakarta pada Senin pasar")
        both, *alone = (
            risk.loss(model, ListBatch(rows), 0.1, Risk(weight=2)) for rows in ([one, other], [one], [other])
        )
        torch.testing.assert_close(both, sum(alone) / 2)

    def test_training_makes_the_better_candidate_likelier(self, model, codec):
        row = listed(codec, ("Jakarta on Monday", 0.9), ("The president visited", 0.1))
        settings = Risk(weight=20)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

        def expected() -> float:
            with torch.no_grad():
                batch = ListBatch([row])
                whole, entropy = (risk.loss(model, batch, 0.0, Risk(weight)).item() for weight in (1, 0))
            return whole - entropy

        before = expected()
        for _ in range(10):
            risk.loss(model, ListBatch([row]), 0.1, settings).backward()
            optimizer.step()
            optimizer.zero_grad()
        assert expected() < before - 0.05
