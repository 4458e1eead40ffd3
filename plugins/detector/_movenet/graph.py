"""Reads TF.js graph models: a graph in JSON and its weights in a binary file.

The format is that of TensorFlow's converter (tensorflow/tfjs, ``tfjs-converter``): in
``modelTopology.node`` a GraphDef whose nodes have ``name``, ``op``, ``input`` and ``attr``, and in
``weightsManifest`` the order, shape and type in which the weights follow each other in the file.
Both are data: nothing in them is executed, and operators that nobody knows are refused later, by
whoever runs the graph.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.errors import BackendError

_TYPES: Mapping[str, type[np.generic]] = {
    "float32": np.float32,
    "float16": np.float16,
    "int32": np.int32,
    "bool": np.bool_,
}
Array = NDArray[Any]

# What reading a damaged document raises: OverflowError for sizes beyond 64 bits.
_FAULTS = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes:
        name: of its output; further outputs are called ``name:1`` and so on.
        op: TensorFlow's name of the operation.
        inputs: names of what it reads, in order.
        attributes: values as Python types: int, bool, str, a shape (None for an open side), or a
            list of them.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph whose nodes come after whatever they read.

    Attributes:
        nodes: without placeholders and constants.
        weights: constants by name.
        input: name of the one placeholder.
        input_shape: its shape; None for sides that the graph leaves open.
        output: name of the one result.
    """

    nodes: tuple[Node, ...]
    weights: Mapping[str, Array]
    input: str
    input_shape: tuple[int | None, ...]
    output: str


def read_graph(topology: Path, weights: Path) -> Graph:
    """Read a graph model.

    Args:
        topology: the JSON file.
        weights: the one binary file of its manifest.

    Raises:
        BackendError: the files are damaged, do not belong together, or are no graph model.
    """
    try:
        document = json.loads(topology.read_bytes())
        parsed = [_node(described) for described in document["modelTopology"]["node"]]
        constants = _weights(document["weightsManifest"], weights.read_bytes())
        return _graph(parsed, constants)
    except OSError as error:
        raise BackendError(
            f"{topology.name} and {weights.name} cannot be read: {error}",
            "Both files of a TF.js graph model are needed.",
        ) from error
    except _FAULTS as error:
        raise BackendError(
            f"{topology.name} and {weights.name} are no TF.js graph model: {error!r}",
            "Remove both files; they are fetched again at the next run.",
        ) from error


def _graph(nodes: Sequence[Node], constants: Mapping[str, Array]) -> Graph:
    (placeholder,) = (node for node in nodes if node.op == "Placeholder")
    (output,) = (node.name for node in nodes if node.op == "Identity")
    if missing := {node.name for node in nodes if node.op == "Const"} - set(constants):
        raise ValueError(f"no weights for {sorted(missing)[0]}")
    computed = [node for node in nodes if node.op not in ("Placeholder", "Const")]
    return Graph(
        nodes=tuple(_in_order(computed, {placeholder.name, *constants})),
        weights=constants,
        input=placeholder.name,
        input_shape=placeholder.attributes["shape"],
        output=output,
    )


def _in_order(nodes: Sequence[Node], known: set[str]) -> list[Node]:
    """Sort nodes so that each comes after what it reads (the converter promises no order)."""
    named = {node.name: node for node in nodes}
    if len(named) < len(nodes):
        raise ValueError("two nodes have the same name")
    reads = {node.name: [owner(name) for name in node.inputs] for node in nodes}
    sorter = TopologicalSorter(reads)  # a circle is a ValueError
    return [named[name] for name in sorter.static_order() if name not in known]


def owner(name: str) -> str:
    """The node that makes an output: ``"split:1"`` is made by ``"split"``."""
    return name.partition(":")[0]


def _node(described: Mapping[str, Any]) -> Node:
    return Node(
        name=str(described["name"]),
        op=str(described["op"]),
        # A leading ^ is a control dependency: an order of execution, not a value.
        inputs=tuple(name for name in described.get("input", ()) if not name.startswith("^")),
        attributes={key: _value(value) for key, value in described.get("attr", {}).items()},
    )


def _value(described: Mapping[str, Any]) -> Any:
    """An attribute as a Python value; protobuf's JSON form writes integers as strings."""
    if "list" in described:
        parts = described["list"]
        return [_value({kind: part}) for kind, many in parts.items() for part in many]
    ((kind, value),) = described.items()
    if kind == "i":
        return int(value)
    if kind == "s":
        return base64.b64decode(value).decode()
    if kind == "shape":
        sides = (int(side["size"]) for side in value["dim"])
        return tuple(side if side >= 0 else None for side in sides)  # -1 is any length
    return value


def _weights(manifest: Sequence[Mapping[str, Any]], content: bytes) -> dict[str, Array]:
    """Constants by name; they follow each other in the file without gaps."""
    found: dict[str, Array] = {}
    begin = 0
    for weight in (weight for group in manifest for weight in group["weights"]):
        stored = _TYPES[weight.get("quantization", weight)["dtype"]]
        shape = weight["shape"]
        if min(shape, default=0) < 0:  # -1 would mean the rest of the file
            raise ValueError(f"{weight['name']} has the shape {shape}")
        count = math.prod(shape)
        values = np.frombuffer(content, stored, count, begin)
        found[weight["name"]] = values.astype(_TYPES[weight["dtype"]]).reshape(shape)
        begin += values.nbytes
    if begin != len(content):
        raise ValueError(f"the weights have {len(content)} bytes, the graph asks for {begin}")
    return found
