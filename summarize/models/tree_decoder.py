"""Decoding a batch of prompts in step, the hypotheses of each as branches of a tree.

A row's past is its prompt and its ancestors in the tree. Keys and values of a sequence stand in one
array: those of the prompt, then those of each step's tokens, of all its rows. When a search goes on with
other rows, only the bias that hides what isn't an ancestor changes; with caches a row, as CTranslate2 and
transformers have them, the states of the whole prompt are copied at each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from summarize.models.decoder_shape import EMBEDDINGS, GRAPH, DecoderShape
from summarize.models.numpy_logits import Array, NumpyLogits

_PIECE = 512
"""Tokens of a prompt read at once: scores take memory by the square."""

_ROOM = 32
"""Steps that arrays have room for before they are made greater."""

_HIDDEN = -np.inf


@dataclass(frozen=True, slots=True)
class States:
    """Keys, (sequences, groups, head width, tokens), and values, (sequences, groups, tokens, head width),
    of each layer."""

    keys: list[Array]
    values: list[Array]

    @classmethod
    def zeros(cls, shape: DecoderShape, sequences: int, tokens: int) -> States:
        """States that have something to be multiplied with while they are hidden."""
        groups, depth = shape.groups, shape.head_width
        layers = range(shape.layers)
        return cls(
            [np.zeros((sequences, groups, depth, tokens), np.float32) for _ in layers],
            [np.zeros((sequences, groups, tokens, depth), np.float32) for _ in layers],
        )

    @property
    def tokens(self) -> int:
        """How many tokens there is room for."""
        return int(self.keys[0].shape[3])

    def of(self, sequences: Any) -> States:
        """Those of some sequences: views for a slice, copies for indices."""
        return States([one[sequences] for one in self.keys], [one[sequences] for one in self.values])

    def first(self, tokens: int) -> States:
        """The first tokens' states."""
        return States(
            [np.ascontiguousarray(one[..., :tokens]) for one in self.keys],
            [np.ascontiguousarray(one[:, :, :tokens]) for one in self.values],
        )

    def put(self, sequences: slice, start: int, states: States) -> None:
        """Write the states of some tokens, from `start`, of some sequences."""
        end = start + states.tokens
        for mine, theirs in zip(self.keys, states.keys, strict=True):
            mine[sequences, :, :, start:end] = theirs
        for mine, theirs in zip(self.values, states.values, strict=True):
            mine[sequences, :, start:end] = theirs

    def widen(self, tokens: int) -> None:
        """Make room for more tokens, one array at a time, so that there are never two copies of all."""
        for layer, keys in enumerate(self.keys):
            self.keys[layer] = np.pad(keys, ((0, 0), (0, 0), (0, 0), (0, tokens)))
        for layer, values in enumerate(self.values):
            self.values[layer] = np.pad(values, ((0, 0), (0, 0), (0, tokens), (0, 0)))

    def move(self, source: int, target: int) -> None:
        """Put one sequence in the place of another."""
        for one in (*self.keys, *self.values):
            one[target] = one[source]


class TreeNetwork:
    """A converted model, of which each call is computed by the thread that calls."""

    def __init__(self, session: Any, shape: DecoderShape, embeddings: Array) -> None:
        self.shape = shape
        self._session = session
        self._embeddings = embeddings
        widths = np.arange(0, shape.head_width, 2) / shape.head_width
        self._frequencies = shape.rotary_base**-widths

    @classmethod
    def load(cls, folder: Path, shape: DecoderShape, threads: int) -> TreeNetwork:
        """The model that `to_onnx` wrote to `folder`, with `threads` threads for each call.

        Raises what ONNX Runtime raises, OSError or ValueError where that can't be read.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4  # errors are raised, and needn't be printed too
        options.enable_mem_pattern = False  # made for inputs of one size
        session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        return cls(session, shape, np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False))

    def run(
        self, tokens: Array, positions: Array, past: States, bias: Array, rows: Array
    ) -> tuple[Array, States]:
        """Logits of some rows, (rows, vocabulary), and the states of the new tokens.

        `tokens` are (sequences, new); a row is one of them. `positions`, a number each, count from the
        beginning of the sequence. `bias`, (sequences, new, past + new), is added to what a token's
        heads make of each other token.
        """
        angles = np.outer(positions, self._frequencies)
        layers = range(self.shape.layers)
        inputs = {
            "states": self._embeddings[tokens].astype(np.float32),
            "cosines": np.cos(angles).astype(np.float32)[None],
            "sines": np.sin(angles).astype(np.float32)[None],
            "bias": bias[:, None, :, None],
            "rows": rows,
            "split": np.array([past.tokens, tokens.shape[1]]),
            **{f"past_keys.{layer}": past.keys[layer] for layer in layers},
            **{f"past_values.{layer}": past.values[layer] for layer in layers},
        }
        names = [f"{kind}.{layer}" for kind in ("keys", "values") for layer in layers]
        logits, *states = self._session.run(["logits", *names], inputs)
        return logits, States(states[: len(layers)], states[len(layers) :])


class TreeStepper:
    """Prompts of token ids, decoded in step by `width` rows each; a `Stepper` for `beam_search`.

    With `width` 1 `select` may also name a row several times, as sampling does; the states of its
    prompt are then copied.
    """

    def __init__(self, network: TreeNetwork, prompts: Sequence[Sequence[int]], width: int) -> None:
        self._network = network
        self._prompts = [list(prompt) for prompt in prompts]
        self._width = width
        self._step = 0
        self._lengths = np.array([len(prompt) for prompt in self._prompts])
        self._places = np.arange(len(self._prompts))  # where the arrays have each sequence

    def start(self) -> NumpyLogits:
        """Read the prompts, each from where it differs from the one before it in sorted order."""
        shape = self._network.shape
        self._prompt_end = 1 + int(self._lengths.max())  # the first place is hidden, so that none is empty
        room = self._prompt_end + self._width * _ROOM
        self._states = States.zeros(shape, len(self._prompts), room)
        self._bias = np.full((len(self._prompts), self._width, room), _HIDDEN, np.float32)
        logits: list[Array] = [np.empty(0)] * len(self._prompts)
        before: list[int] = []
        states = States.zeros(shape, 1, 1)
        for index in sorted(range(len(self._prompts)), key=self._prompts.__getitem__):
            prompt = self._prompts[index]
            known = _shared(before, prompt)
            logits[index], states = self._read(prompt[known:], states.first(1 + known))
            self._states.put(slice(index, index + 1), 0, states)
            self._bias[index, :, 1 : states.tokens] = 0
            before = prompt
        return NumpyLogits(np.concatenate(logits))

    def select(self, rows: list[int], *, regroup: bool) -> None:
        """See `Stepper.select`."""
        before = self._width if self._step else 1
        chosen = np.array(rows).reshape(-1, self._width)
        sequences, parents = chosen[:, 0] // before, chosen % before
        if regroup:
            self._keep(sequences)
        if self._step:
            grown = self._bias[:, :, self._prompt_end :]
            order = parents[np.argsort(self._places)]
            self._bias[:, :, self._prompt_end :] = np.take_along_axis(grown, order[:, :, None], axis=1)

    def step(self, tokens: list[int]) -> NumpyLogits:
        """See `Stepper.step`."""
        width, start = self._width, self._prompt_end + self._width * self._step
        if start + width > self._states.tokens:
            self._make_room()
        by_place = np.argsort(self._places)
        branches = np.where(np.eye(width, dtype=bool), np.float32(0), np.float32(_HIDDEN))
        logits, states = self._network.run(
            np.array(tokens).reshape(-1, width)[by_place],
            np.repeat(self._lengths + self._step, width),
            self._states,
            np.concatenate([self._bias, np.broadcast_to(branches, (len(by_place), width, width))], axis=2),
            (self._places[:, None] * width + np.arange(width)).reshape(-1),
        )
        self._states.put(slice(None), start, states)
        self._bias[:, :, start : start + width] = branches
        self._step += 1
        return NumpyLogits(logits)

    def _read(self, tokens: list[int], past: States) -> tuple[Array, States]:
        """Logits after the last token, and the states of the past and of all tokens."""
        logits = np.empty((0, 0), np.float32)
        for start in range(0, len(tokens), _PIECE):
            piece = np.array(tokens[start : start + _PIECE])
            size, before = len(piece), past.tokens
            bias = np.zeros((1, size, before + size), np.float32)
            bias[0, :, before:][np.triu_indices(size, 1)] = _HIDDEN
            bias[:, :, 0] = _HIDDEN
            positions = np.arange(before - 1, before - 1 + size)
            logits, new = self._network.run(piece[None], positions, past, bias, np.array([size - 1]))
            joined = States.zeros(self._network.shape, 1, before + size)
            joined.put(slice(None), 0, past)
            joined.put(slice(None), before, new)
            past = joined
        return logits, past

    def _keep(self, sequences: Array) -> None:
        """Go on with these sequences; the last ones move to the places of those that are left out."""
        kept = self._places[sequences]
        count = len(kept)
        if len(set(kept.tolist())) < count:
            self._states = self._states.of(kept)
            self._bias, self._lengths = self._bias[kept], self._lengths[kept]
            self._places = np.arange(count)
            return
        free = sorted(set(range(count)) - set(kept.tolist()))
        for index in np.flatnonzero(kept >= count):
            place = free.pop()
            self._states.move(int(kept[index]), place)
            self._bias[place], self._lengths[place] = self._bias[kept[index]], self._lengths[kept[index]]
            kept[index] = place
        self._states = self._states.of(slice(count))
        self._bias, self._lengths, self._places = self._bias[:count], self._lengths[:count], kept

    def _make_room(self) -> None:
        more = self._width * _ROOM
        self._states.widen(more)
        hidden = np.full((*self._bias.shape[:2], more), _HIDDEN, np.float32)
        self._bias = np.concatenate([self._bias, hidden], axis=2)


def _shared(one: list[int], other: list[int]) -> int:
    """How many tokens both begin with, but for the last of `other`, after which there are logits."""
    most = min(len(one), len(other) - 1)
    return next((index for index in range(most) if one[index] != other[index]), most)
