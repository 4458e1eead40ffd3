"""Cuts out of a LiteRT model what only outputs need that nobody reads.

BlazePose's landmark networks also compute a mask of the person and a heat map: a third of their
time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

_IDENTIFIER = b"TFL3"


def only_outputs(path: Path, shapes: set[tuple[int, ...]]) -> bytes | None:
    """The model of a file with the outputs of these shapes alone, which stay the same to the bit.

    None where there is nothing to cut out, or this version of LiteRT comes without its schema.

    Args:
        path: a tflite file that LiteRT opens.
        shapes: of the outputs wanted; the file has them all.
    """
    try:
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema
    except ImportError:
        return None
    model: Any = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    if len(model.subgraphs) != 1:
        return None
    graph = model.subgraphs[0]
    wanted = [out for out in graph.outputs if tuple(graph.tensors[out].shape.tolist()) in shapes]
    operators, read = _leading_to(graph.operators, wanted)
    if len(operators) == len(graph.operators):
        return None
    graph.operators, graph.outputs = operators, np.array(wanted, np.int32)
    model.signatureDefs = None  # they name the outputs that are gone
    _empty(model.buffers, {graph.tensors[tensor].buffer for tensor in read})
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _leading_to(operators: list[Any], outputs: list[int]) -> tuple[list[Any], set[int]]:
    """The operators that lead to tensors, in their order, and all tensors that these touch."""
    read, kept = set(outputs), []
    for operator in reversed(operators):  # every operator stands after those that it needs
        if read & set(operator.outputs.tolist()):
            kept.append(operator)
            read |= {tensor for tensor in operator.inputs.tolist() if tensor >= 0}
            read |= set(operator.outputs.tolist())
    return kept[::-1], read


def _empty(buffers: list[Any], used: set[int]) -> None:
    """Drop the weights that no operator reads any more; the first buffer is empty by rule."""
    for number, buffer in enumerate(buffers):
        if number and number not in used:
            buffer.data = None
