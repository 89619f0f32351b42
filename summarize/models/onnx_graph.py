"""An ONNX graph in the making, and products with weights in float32 or int8 as parts of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper
from onnx.numpy_helper import from_array

Array = np.ndarray[Any, Any]

_OPSET = 23  # the first with RMSNormalization and RotaryEmbedding
_IR = 11
_LARGE = 1024  # bytes; greater arrays are written beside the graph
_SMALL = 16  # numbers; equal arrays of fewer are stored once
_BLOCK = 4096  # rows
_LEAST = np.float32(1e-9)  # the least that a row's greatest value counts as: rows of zeros have a scale, too


class Graph:
    """Nodes and constants, in the order in which they are added, for a file at `path`.

    Greater constants are written to a file beside it at once, and not kept in memory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.data")
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._outputs: list[str] = []

    def add(
        self,
        operator: str,
        *inputs: str,
        outputs: int = 1,
        gives: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> Any:
        """A node; the name of its output, or a list of the names where there are several.

        One that `gives` an output of the graph has that name.
        """
        names = [gives or f"{operator}.{len(self._nodes)}.{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        self._outputs += [gives] if gives else []
        return names if outputs > 1 else names[0]

    def constant(self, value: Any, dtype: Any = np.int64) -> str:
        """The name of a constant."""
        array = np.ascontiguousarray(value, dtype=dtype)
        shared = array.size < _SMALL
        name = f"{array.dtype}{array.tolist()}" if shared else f"weight.{len(self._constants)}"
        if name not in self._constants:
            large = array.nbytes >= _LARGE
            self._constants[name] = self._external(array, name) if large else from_array(array, name)
        return name

    def _external(self, array: Array, name: str) -> TensorProto:
        tensor = TensorProto(
            name=name,
            dims=array.shape,
            data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
            data_location=TensorProto.EXTERNAL,
        )
        with self._beside.open("ab") as stream:
            place = {"location": self._beside.name, "offset": stream.tell(), "length": array.nbytes}
            stream.write(array.data)
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def save(self, inputs: list[ValueInfoProto]) -> None:
        """Write the graph."""
        outputs = [helper.make_empty_tensor_value_info(name) for name in self._outputs]
        graph = helper.make_graph(self._nodes, "graph", inputs, outputs, list(self._constants.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR)
        self._path.write_bytes(model.SerializeToString())


def float_input(name: str, shape: list[int | str]) -> ValueInfoProto:
    """An input of float32; sizes that may differ have names."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def integer_input(name: str, shape: list[int | str]) -> ValueInfoProto:
    """An input of int64."""
    return helper.make_tensor_value_info(name, TensorProto.INT64, shape)


class Linear(Protocol):
    """Products with weight matrices. Several may share an input, which is prepared once."""

    def prepare(self, states: str) -> Any:
        """Rows of inputs, (rows, inputs), made ready to be multiplied."""
        ...

    def multiply(self, prepared: Any, matrix: Array, bias: Array | None = None) -> str:
        """Their products with a matrix, (outputs, inputs)."""
        ...


class Plain:
    """In float32."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def prepare(self, states: str) -> str:
        """See `Linear.prepare`."""
        return states

    def multiply(self, prepared: str, matrix: Array, bias: Array | None = None) -> str:
        """See `Linear.multiply`."""
        product: str = self._graph.add("MatMul", prepared, self._graph.constant(matrix.T, np.float32))
        return _biased(self._graph, product, bias)


class Quantized:
    """In int8: a scale for each row of the input and for each column of the output.

    Weights are stored with `offset` added: 0, or 128 for processors that would overflow on signed ones.
    """

    def __init__(self, graph: Graph, offset: int) -> None:
        self._graph = graph
        self._offset = offset

    def prepare(self, states: str) -> tuple[str, str]:
        """See `Linear.prepare`."""
        add, last = self._graph.add, self._graph.constant([-1])
        greatest = add("ReduceMax", states, last, keepdims=1)
        least = add("Neg", add("ReduceMin", states, last, keepdims=1))
        size = add("Max", greatest, least, self._graph.constant(_LEAST, np.float32))
        scale = add("Mul", size, self._graph.constant(1 / 127, np.float32))
        flat = add("Squeeze", scale, last)
        zeros = add("Expand", self._graph.constant(128, np.uint8), add("Shape", flat))
        return add("QuantizeLinear", states, flat, zeros, axis=0), scale

    def multiply(self, prepared: tuple[str, str], matrix: Array, bias: Array | None = None) -> str:
        """See `Linear.multiply`."""
        rows, row_scale = prepared
        greatest = np.maximum(matrix.max(axis=1), -matrix.min(axis=1))
        scale = np.maximum(greatest, _LEAST) / 127
        whole = _rounded(matrix, scale, self._offset)
        zero = (self._graph.constant(self._offset, np.uint8),) if self._offset else ()
        add = self._graph.add
        sums = add(
            "MatMulInteger",
            rows,
            self._graph.constant(whole.T, whole.dtype),
            self._graph.constant(128, np.uint8),
            *zero,
        )
        scaled = add("Mul", add("Cast", sums, to=TensorProto.FLOAT), self._graph.constant(scale, np.float32))
        return _biased(self._graph, add("Mul", scaled, row_scale), bias)


def _rounded(matrix: Array, scale: Array, offset: int) -> Array:
    """A matrix in units of its rows' scales, a block at a time: vocabularies make matrices of gigabytes."""
    whole = np.empty(matrix.shape, np.uint8 if offset else np.int8)
    for start in range(0, len(matrix), _BLOCK):
        block = slice(start, start + _BLOCK)
        whole[block] = np.rint(matrix[block] / scale[block, None]) + offset
    return whole


def _biased(graph: Graph, product: str, bias: Array | None) -> str:
    if bias is None:
        return product
    biased: str = graph.add("Add", product, graph.constant(bias, np.float32))
    return biased
