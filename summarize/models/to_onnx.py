"""A chat model in `save_pretrained` form → an ONNX graph that decodes a tree of tokens.

The graph reads new tokens, some for each sequence, and looks back on tokens read before, whose keys and
values come in as they went out. What a token may see is said by a bias: a prompt is read with a causal
one; beams are branches of a tree, each seeing its own ancestors (tree attention: Miao et al., 2023,
"SpecInfer"). So the states of a prompt are kept once for all beams, and none is ever copied.

With int8 weights each output has a scale, and inputs are quantized a row at a time while the model runs,
as CTranslate2 does it. Converting runs in a process of its own, since reading weights takes torch:
`python -m summarize.models.to_onnx FOLDER TARGET STORAGE_TYPE`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from summarize.errors import ModelError
from summarize.models.config import read_json
from summarize.models.convert import copy_companions
from summarize.models.decoder_shape import EMBEDDINGS, GRAPH, DecoderShape
from summarize.models.onnx_graph import Array, Graph, Linear, Plain, Quantized, float_input, integer_input
from summarize.models.tuning import multiplies_bytes
from summarize.models.weights import weight_files


def convert(folder: Path, target: Path, stored: str, *, unsigned: bool | None = None) -> None:
    """Write the graph, its weights in the type `stored` (int8 or float32) and the embeddings to `target`.

    With `unsigned`, int8 weights are stored with an offset of 128: x86 processors that have no
    instruction for the products of bytes overflow on signed ones. None asks this machine.

    Raises ModelError for a model that the graph can't express, or another type.
    """
    if stored not in ("int8", "float32"):
        raise ModelError(f"ONNX Runtime doesn't compute in {stored} here", "Choose int8 or float32.")
    config = read_json(folder / "config.json")
    shape = DecoderShape.of(config)
    if shape is None:
        raise ModelError(f"{folder}: no graph is known for a model of this kind")
    offset = 128 if unsigned or (unsigned is None and not multiplies_bytes()) else 0
    graph = Graph(target / GRAPH)
    weights = _Weights(folder)
    linear = Quantized(graph, offset) if stored == "int8" else Plain(graph)
    _decoder(graph, linear, shape, weights)
    graph.save(_inputs(shape))
    embeddings = weights["model.embed_tokens.weight"]
    np.save(target / EMBEDDINGS, embeddings.astype(np.float16 if stored == "int8" else np.float32))
    copy_companions(folder, target)


class _Weights:
    """The weights of a model, by name, as float32."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open

        self._folder = folder
        files: list[Any] = [safe_open(path, framework="pt") for path in weight_files(folder)]
        self._places = {name: file for file in files for name in file.keys()}  # noqa: SIM118

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Array:
        if name not in self._places:
            raise ModelError(f"{self._folder} has no weight {name}")
        array: Array = self._places[name].get_tensor(name).float().numpy()
        return array

    def joined(self, layer: str, names: tuple[str, ...]) -> tuple[Array, Array | None]:
        """The matrices of several projections, one above the other, and their biases if they have any."""
        paths = [f"{layer}{name}_proj" for name in names]
        matrix = np.concatenate([self[f"{path}.weight"] for path in paths])
        biased = f"{paths[0]}.bias" in self
        return matrix, np.concatenate([self[f"{path}.bias"] for path in paths]) if biased else None


def _inputs(shape: DecoderShape) -> list[Any]:
    """`sequences` sequences, each with `new` tokens that see themselves and `past` earlier ones."""
    depth, groups = shape.head_width, shape.groups
    past = [
        info
        for layer in range(shape.layers)
        for info in (
            float_input(f"past_keys.{layer}", ["sequences", groups, depth, "past"]),
            float_input(f"past_values.{layer}", ["sequences", groups, "past", depth]),
        )
    ]
    return [
        float_input("states", ["sequences", "new", shape.width]),
        float_input("cosines", [1, "tokens", depth // 2]),
        float_input("sines", [1, "tokens", depth // 2]),
        float_input("bias", ["sequences", 1, "new", 1, "seen"]),
        integer_input("rows", ["rows"]),
        integer_input("split", [2]),
        *past,
    ]


def _decoder(graph: Graph, linear: Linear, shape: DecoderShape, weights: _Weights) -> None:
    add, constant = graph.add, graph.constant
    shapes = _Shapes(graph, shape)
    states = add("Reshape", "states", constant([-1, shape.width]))
    for layer in range(shape.layers):
        path = f"model.layers.{layer}."
        attended = _attention(graph, linear, shape, shapes, weights, layer, states)
        states = add("Add", states, attended)
        norm = constant(weights[f"{path}post_attention_layernorm.weight"], np.float32)
        normed = linear.prepare(add("RMSNormalization", states, norm, axis=-1, epsilon=shape.epsilon))
        gate, up = add(
            "Split",
            linear.multiply(normed, *weights.joined(f"{path}mlp.", ("gate", "up"))),
            outputs=2,
            axis=-1,
            num_outputs=2,
        )
        silu = add("QuickGelu", gate, domain="com.microsoft", alpha=1.0)
        inner = linear.prepare(add("Mul", silu, up))
        states = add("Add", states, linear.multiply(inner, *weights.joined(f"{path}mlp.", ("down",))))
    wanted = add("Gather", states, "rows", axis=0)
    norm = constant(weights["model.norm.weight"], np.float32)
    normed = linear.prepare(add("RMSNormalization", wanted, norm, axis=-1, epsilon=shape.epsilon))
    head = "lm_head.weight" if "lm_head.weight" in weights else "model.embed_tokens.weight"
    add("Identity", linear.multiply(normed, weights[head]), gives="logits")


class _Shapes:
    """Shapes that depend on how many sequences and tokens come in, computed once for all layers."""

    def __init__(self, graph: Graph, shape: DecoderShape) -> None:
        add, constant = graph.add, graph.constant
        size = add("Shape", "states")
        sequences = add("Slice", size, constant([0]), constant([1]))
        tokens = add("Slice", size, constant([1]), constant([2]))
        in_group, depth = shape.heads // shape.groups, shape.head_width

        def joined(*parts: Any) -> str:
            named = [part if isinstance(part, str) else constant([part]) for part in parts]
            name: str = add("Concat", *named, axis=0)
            return name

        self.queries = joined(sequences, tokens, shape.groups, in_group, depth)
        self.states = joined(sequences, tokens, shape.groups, depth)
        self.by_token = joined(sequences, shape.groups, tokens, in_group, -1)
        seen = add("ReduceSum", "split", keepdims=1)
        self.by_row = joined(sequences, shape.groups, -1, seen)


def _attention(
    graph: Graph,
    linear: Linear,
    shape: DecoderShape,
    shapes: _Shapes,
    weights: _Weights,
    layer: int,
    states: str,
) -> str:
    add, constant = graph.add, graph.constant
    heads, groups, depth = shape.heads, shape.groups, shape.head_width
    path = f"model.layers.{layer}.self_attn."
    matrix, bias = weights.joined(path, ("q", "k", "v"))
    # Dividing the queries here spares dividing the scores. The norm's weights go into the matrix, since
    # they make a few inputs so great that whole rows were rounded coarsely.
    divisor = np.ones(len(matrix), np.float32)
    divisor[: heads * depth] = depth**-0.5
    norm = weights[f"model.layers.{layer}.input_layernorm.weight"]
    matrix = matrix * divisor[:, None] * norm
    ones = constant(np.ones(shape.width), np.float32)
    normed = linear.prepare(add("RMSNormalization", states, ones, axis=-1, epsilon=shape.epsilon))
    projected = linear.multiply(normed, matrix, None if bias is None else bias * divisor)
    turned, value = add(
        "Split", projected, constant([(heads + groups) * depth, groups * depth]), outputs=2, axis=-1
    )
    turned = add("Reshape", turned, constant([1, -1, (heads + groups) * depth]))
    turned = add("RotaryEmbedding", turned, "cosines", "sines", num_heads=heads + groups)
    query, key = add("Split", turned, constant([heads * depth, groups * depth]), outputs=2, axis=-1)
    query = add("Transpose", add("Reshape", query, shapes.queries), perm=[0, 2, 1, 3, 4])
    query = add("Reshape", query, constant([0, 0, -1, depth]))
    keys = add("Transpose", add("Reshape", key, shapes.states), perm=[0, 2, 3, 1], gives=f"keys.{layer}")
    values = add(
        "Transpose", add("Reshape", value, shapes.states), perm=[0, 2, 1, 3], gives=f"values.{layer}"
    )
    scores = add("Concat", add("MatMul", query, f"past_keys.{layer}"), add("MatMul", query, keys), axis=-1)
    scores = add("Add", add("Reshape", scores, shapes.by_token), "bias")
    weight = add("Reshape", add("Softmax", scores, axis=-1), shapes.by_row)
    past, new = add("Split", weight, "split", outputs=2, axis=-1)
    mixed = add("Add", add("MatMul", past, f"past_values.{layer}"), add("MatMul", new, values))
    mixed = add("Transpose", add("Reshape", mixed, shapes.by_token), perm=[0, 2, 1, 3, 4])
    flat = linear.prepare(add("Reshape", mixed, constant([-1, heads * depth])))
    return linear.multiply(flat, *weights.joined(path, ("o",)))


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
