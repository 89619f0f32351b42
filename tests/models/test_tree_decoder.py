"""Hypotheses as branches of a tree: nothing but the bias says who sees whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summarize.models import tree_decoder
from summarize.models.decoder_shape import DecoderShape
from summarize.models.numpy_logits import NumpyLogits
from summarize.models.tree_decoder import TreeNetwork, TreeStepper

PROMPTS = [[1, 30, 31, 40, 41, 42], [1, 30, 31, 50], [1, 30, 31, 60, 61]]


@pytest.fixture(scope="module")
def network(tiny_onnx: dict[str, Path]) -> TreeNetwork:
    folder = tiny_onnx["llama"]
    shape = DecoderShape.of(json.loads((folder / "model_config.json").read_text()))
    assert shape is not None
    return TreeNetwork.load(folder, shape, 1)


def alone(network: TreeNetwork, tokens: list[int]) -> np.ndarray:
    """The logits after a text that is read in one go."""
    return TreeStepper(network, [tokens], 1).start().values[0]


def check(network: TreeNetwork, found: NumpyLogits, histories: list[list[int]]) -> None:
    for row, history in zip(found.values, histories, strict=True):
        assert row == pytest.approx(alone(network, history), abs=2e-3)


def test_prompts_of_different_lengths_share_their_beginning(network: TreeNetwork) -> None:
    check(network, TreeStepper(network, PROMPTS, 2).start(), PROMPTS)


def test_what_prompts_share_is_read_once(network: TreeNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    run = network.run

    def watched(tokens: np.ndarray, *others: Any) -> Any:
        read.append(tokens.size)
        return run(tokens, *others)

    monkeypatch.setattr(network, "run", watched)
    text = list(range(30, 60))
    branches = [[1, *text, 7], [1, *text, 8], [1, 9, 10], [1, *text, 8]]
    found = TreeStepper(network, branches, 1).start()
    assert read == [3, len(text) + 1, 1, 1]
    monkeypatch.undo()
    check(network, found, branches)


def test_branches_see_their_ancestors_and_no_others(network: TreeNetwork) -> None:
    stepper = TreeStepper(network, PROMPTS, 2)
    stepper.start()
    stepper.select([0, 0, 1, 1, 2, 2], regroup=True)
    rows = [[*prompt, token] for prompt in PROMPTS for token in (7, 8)]
    check(network, stepper.step([7, 8] * 3), rows)
    stepper.select([1, 1, 3, 2, 4, 4], regroup=False)
    rows = [rows[parent] for parent in (1, 1, 3, 2, 4, 4)]
    rows = [[*row, token] for row, token in zip(rows, (10, 11, 12, 13, 14, 15), strict=True)]
    check(network, stepper.step([10, 11, 12, 13, 14, 15]), rows)


def test_sequences_leave_and_the_others_go_on_in_their_order(network: TreeNetwork) -> None:
    prompts = [[1, 30, token, token + 1] for token in range(40, 80, 8)]
    stepper = TreeStepper(network, prompts, 1)
    stepper.start()
    stepper.select([0, 1, 2, 3, 4], regroup=True)
    stepper.step([20, 21, 22, 23, 24])
    stepper.select([1, 2, 4], regroup=True)  # the last one moves to the place of the first
    rows = [[*prompts[1], 21, 9], [*prompts[2], 22, 10], [*prompts[4], 24, 11]]
    check(network, stepper.step([9, 10, 11]), rows)
    stepper.select([0, 2], regroup=True)
    rows = [[*rows[0], 3], [*rows[2], 4]]
    check(network, stepper.step([3, 4]), rows)


def test_branches_change_places_after_sequences_have_left(network: TreeNetwork) -> None:
    prompts = [[1, 30, token, token + 1] for token in range(40, 64, 8)]
    stepper = TreeStepper(network, prompts, 2)
    stepper.start()
    stepper.select([0, 0, 1, 1, 2, 2], regroup=True)
    stepper.step([20, 21, 22, 23, 24, 25])
    stepper.select([2, 2, 5, 4], regroup=True)  # the third sequence is where the first one was
    rows = [[*prompts[1], 22, 5], [*prompts[1], 22, 6], [*prompts[2], 25, 7], [*prompts[2], 24, 8]]
    check(network, stepper.step([5, 6, 7, 8]), rows)


def test_rows_can_be_named_twice(network: TreeNetwork) -> None:
    stepper = TreeStepper(network, PROMPTS, 1)
    stepper.start()
    stepper.select([0, 0, 2], regroup=True)
    rows = [[*PROMPTS[0], 5], [*PROMPTS[0], 6], [*PROMPTS[2], 7]]
    check(network, stepper.step([5, 6, 7]), rows)


def test_a_prompt_is_read_in_pieces_and_room_is_made(
    network: TreeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [1, *(3 + index * 7 % 250 for index in range(60))]
    whole = alone(network, long)
    monkeypatch.setattr(tree_decoder, "_PIECE", 8)
    monkeypatch.setattr(tree_decoder, "_ROOM", 2)
    stepper = TreeStepper(network, [long], 1)
    assert stepper.start().values[0] == pytest.approx(whole, abs=2e-3)
    for token in range(20, 27):
        long = [*long, token]
        found = stepper.step([token])
    check(network, found, [long])
