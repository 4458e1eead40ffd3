"""Turns a TF.js graph into an ONNX model, operator by operator.

TensorFlow's tensors are (batch, height, width, channels), ONNX's convolutions want channels second:
each one gets a transposition before and after, which ONNX Runtime takes out again where two meet.
Meanings of the operators: TensorFlow's op definitions (``tensorflow/core/ops``) and the ONNX
operator documents, version 18.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from framework.errors import BackendError

from .graph import Array, Graph, Node

_OPSET = 18
# The newest format that the oldest ONNX Runtime we allow reads.
_IR_VERSION = 9
_TYPES = {
    "DT_FLOAT": TensorProto.FLOAT,
    "DT_INT32": TensorProto.INT32,
    "DT_BOOL": TensorProto.BOOL,
}
_SAME_NAME = {
    "Sqrt": "Sqrt",
    "Sigmoid": "Sigmoid",
    "Abs": "Abs",
    "Exp": "Exp",
    "Reciprocal": "Reciprocal",
    "Identity": "Identity",
    "AddV2": "Add",
    "Sub": "Sub",
    "Mul": "Mul",
    "RealDiv": "Div",
    "Maximum": "Max",
    "Minimum": "Min",
    "Less": "Less",
    "Greater": "Greater",
    "GreaterEqual": "GreaterOrEqual",
    "Equal": "Equal",
    "LogicalAnd": "And",
    "AddN": "Sum",
    "Select": "Where",
    "Range": "Range",
}


def to_onnx(graph: Graph) -> bytes:
    """Return the graph as a serialised ONNX model with one input and one output.

    Raises:
        BackendError: the graph has an operator, or a form of one, that is not known here.
    """
    model = _Model(graph)
    for node in graph.nodes:
        try:
            model.add(node)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise BackendError(
                f"{node.op} {node.name} has a form that is not known to this reader: {error!r}"
            ) from error
    return model.finish()


class _Model:
    """An ONNX graph that grows; values keep the names that they have in the TF.js graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, Array] = dict(graph.weights)
        self._count = 0

    def add(self, node: Node) -> None:
        if node.op in _SAME_NAME:
            self._emit(_SAME_NAME[node.op], node.inputs, name=node.name)
        elif node.op in _CONVERTERS:
            _CONVERTERS[node.op](self, node)
        else:
            raise BackendError(f"operator {node.op} of {node.name} is not known to this reader")

    def finish(self) -> bytes:
        used = {name for node in self._nodes for name in node.input}
        initial = [
            numpy_helper.from_array(np.array(value, order="C"), name)
            for name, value in self._constants.items()
            if name in used
        ]
        graph = self._graph
        image = helper.make_tensor_value_info(graph.input, TensorProto.INT32, graph.input_shape)
        output = helper.make_tensor_value_info(graph.output, TensorProto.FLOAT, None)
        whole = helper.make_graph(self._nodes, "graph", [image], [output], initial)
        opset = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(whole, opset_imports=opset, ir_version=_IR_VERSION)
        content: bytes = model.SerializeToString()
        return content

    def _emit(
        self, op: str, inputs: Sequence[str], *, name: str = "", outputs: int = 1, **attributes: Any
    ) -> str:
        """Add an ONNX node; return the name of its first output."""
        self._count += 1
        name = name or f"onnx_{self._count}"
        names = [name, *(f"{name}:{number}" for number in range(1, outputs))]
        # TF.js writes the first output of a node with or without ":0".
        read = [item.removesuffix(":0") for item in inputs]
        self._nodes.append(helper.make_node(op, read, names, **attributes))
        return name

    def _constant(self, values: Any, dtype: type[np.generic] = np.int64) -> str:
        self._count += 1
        name = f"constant_{self._count}"
        self._constants[name] = np.asarray(values, dtype)
        return name

    def _known(self, name: str, node: Node) -> Array:
        """The value of an input that has to be a constant."""
        try:
            return self._graph.weights[name.removesuffix(":0")]
        except KeyError:
            raise BackendError(f"{node.op} {node.name} has an input that is no constant") from None

    def _int64(self, name: str) -> str:
        return self._emit("Cast", [name], to=TensorProto.INT64)

    def _int32(self, name: str, result: str) -> None:
        self._emit("Cast", [name], name=result, to=TensorProto.INT32)

    def _index(self, name: str, node: Node, attribute: str) -> None:
        """Give 64-bit indices or lengths the type that a node's attribute names."""
        if (kind := node.attributes.get(attribute, "DT_INT32")) != "DT_INT32":
            raise BackendError(f"{node.op} {node.name} gives {kind}, which is not known")
        self._int32(name, node.name)

    def cast(self, node: Node) -> None:
        self._emit("Cast", node.inputs, name=node.name, to=_TYPES[node.attributes["DstT"]])

    def floor_div(self, node: Node) -> None:
        kind = _TYPES[node.attributes["T"]]
        if kind == TensorProto.FLOAT:
            self._emit("Floor", [self._emit("Div", node.inputs)], name=node.name)
            return
        # Integers are divided as doubles: ONNX cuts towards zero, TensorFlow rounds down.
        doubles = [self._emit("Cast", [x], to=TensorProto.DOUBLE) for x in node.inputs]
        floor = self._emit("Floor", [self._emit("Div", doubles)])
        self._emit("Cast", [floor], name=node.name, to=kind)

    def squared_difference(self, node: Node) -> None:
        difference = self._emit("Sub", node.inputs)
        self._emit("Mul", [difference, difference], name=node.name)

    def expand_dims(self, node: Node) -> None:
        axes = self._constant(self._known(node.inputs[1], node).reshape(1))
        self._emit("Unsqueeze", [node.inputs[0], axes], name=node.name)

    def squeeze(self, node: Node) -> None:
        axes = [self._constant(dims)] if (dims := node.attributes.get("squeeze_dims")) else []
        self._emit("Squeeze", [node.inputs[0], *axes], name=node.name)

    def reshape(self, node: Node) -> None:
        self._emit("Reshape", [node.inputs[0], self._int64(node.inputs[1])], name=node.name)

    def pack(self, node: Node) -> None:
        axis = node.attributes.get("axis", 0)
        parts = [self._emit("Unsqueeze", [x, self._constant([axis])]) for x in node.inputs]
        self._emit("Concat", parts, name=node.name, axis=axis)

    def unpack(self, node: Node) -> None:
        axis, count = node.attributes.get("axis", 0), node.attributes["num"]
        for number in range(count):
            name = node.name if number == 0 else f"{node.name}:{number}"
            index = self._constant(number)
            self._emit("Gather", [node.inputs[0], index], name=name, axis=axis)

    def concat(self, node: Node) -> None:
        axis = int(self._known(node.inputs[-1], node))
        self._emit("Concat", node.inputs[:-1], name=node.name, axis=axis)

    def split(self, node: Node) -> None:
        axis, count = int(self._known(node.inputs[0], node)), node.attributes["num_split"]
        self._emit(
            "Split", [node.inputs[1]], name=node.name, outputs=count, axis=axis, num_outputs=count
        )

    def gather_nd(self, node: Node) -> None:
        self._emit("GatherND", [node.inputs[0], self._int64(node.inputs[1])], name=node.name)

    def arg_max(self, node: Node) -> None:
        axis = int(self._known(node.inputs[1], node))
        found = self._emit("ArgMax", [node.inputs[0]], axis=axis, keepdims=0)
        self._index(found, node, "output_type")

    def top_k(self, node: Node) -> None:
        count = self._emit("Reshape", [self._int64(node.inputs[1]), self._constant([1])])
        values = self._emit("TopK", [node.inputs[0], count], name=node.name, outputs=2)
        # The indices get the name that TF.js gives them, as 32-bit integers.
        self._nodes[-1].output[1] = f"{values}_indices"
        self._int32(f"{values}_indices", f"{node.name}:1")

    def shape(self, node: Node) -> None:
        self._index(self._emit("Shape", node.inputs), node, "out_type")

    def size(self, node: Node) -> None:
        self._index(self._emit("Size", node.inputs), node, "out_type")

    def tile(self, node: Node) -> None:
        self._expect_bounded(node.inputs[1])
        self._emit("Tile", [node.inputs[0], self._int64(node.inputs[1])], name=node.name)

    def fill(self, node: Node) -> None:
        self._expect_bounded(node.inputs[0])
        self._emit("Expand", [node.inputs[1], self._int64(node.inputs[0])], name=node.name)

    def reduce(self, node: Node) -> None:
        axes = self._constant(self._known(node.inputs[1], node).reshape(-1))
        keep = int(bool(node.attributes.get("keep_dims", False)))
        op = {"Sum": "ReduceSum", "Max": "ReduceMax"}[node.op]
        # Without axes TensorFlow reduces nothing, and ONNX, unless told, everything.
        told = {"keepdims": keep, "noop_with_empty_axes": 1}
        self._emit(op, [node.inputs[0], axes], name=node.name, **told)

    def strided_slice(self, node: Node) -> None:
        """Numpy's ``x[begin:end:stride, None, 3]``; masks say which bounds and axes are meant."""
        masks = {key: node.attributes.get(f"{key}_mask", 0) for key in _MASKS}
        begin, end, strides = node.inputs[1:]
        steps = self._known(strides, node)
        if masks["ellipsis"]:
            raise BackendError(f"StridedSlice {node.name} has an ellipsis")
        real = [bit for bit in range(len(steps)) if not masks["new_axis"] >> bit & 1]
        taken = [bit for bit in real if masks["shrink_axis"] >> bit & 1]
        value = node.inputs[0]
        bounds = []
        # Where a bound is left open: the near end of the axis, and beyond its far end.
        near = np.where(steps[real] > 0, 0, _FAR)
        far = np.where(steps[real] > 0, _FAR, -_FAR)
        for name, mask, free in ((begin, "begin", near), (end, "end", far)):
            # A single index is given as the begin, whatever the masks say.
            bits = [masks[mask] >> bit & 1 and bit not in taken for bit in real]
            given = self._emit("Gather", [self._int64(name), self._constant(real)])
            if any(bits):
                held = self._constant(np.array(bits, bool), np.bool_)
                given = self._emit("Where", [held, self._constant(free), given])
            bounds.append(given)
        axes = self._constant(list(range(len(real))))
        if real:
            if taken:
                # An index -1 means the last element, so its end cannot be "one further": 0.
                one = self._constant([1 if bit in taken else 0 for bit in real])
                following = self._emit("Add", [bounds[0], one])
                largest = self._constant([_FAR] * len(real))
                zero = self._emit("Equal", [following, self._constant([0] * len(real))])
                following = self._emit("Where", [zero, largest, following])
                chosen = self._constant([bit in taken for bit in real], np.bool_)
                bounds[1] = self._emit("Where", [chosen, following, bounds[1]])
            value = self._emit("Slice", [value, *bounds, axes, self._constant(steps[real])])
        if taken:
            value = self._emit("Squeeze", [value, self._constant([real.index(b) for b in taken])])
        if new := [bit for bit in range(len(steps)) if masks["new_axis"] >> bit & 1]:
            gone = [sum(b < bit for b in taken) for bit in new]
            places = [bit - before for bit, before in zip(new, gone, strict=True)]
            value = self._emit("Unsqueeze", [value, self._constant(places)])
        self._emit("Identity", [value], name=node.name)

    def convolution(self, node: Node) -> None:
        depthwise = "Depthwise" in node.op
        self._expect_channels_last(node)
        kernel = self._known(node.inputs[1], node)
        height, width, channels, _ = kernel.shape
        if depthwise:
            # (h, w, in, multiplier) becomes (in * multiplier, 1, h, w), with one group per channel.
            turned = kernel.transpose(2, 3, 0, 1).reshape(-1, 1, height, width)
        else:
            # (h, w, in, out) becomes (out, in, h, w).
            turned = kernel.transpose(3, 2, 0, 1)
        fused = node.attributes.get("fused_ops", [])
        bias = [node.inputs[2]] if fused[:1] == ["BiasAdd"] else []
        result = self._emit(
            "Conv",
            [self._channels_second(node.inputs[0]), self._constant(turned, np.float32), *bias],
            strides=node.attributes["strides"][1:3],
            group=channels if depthwise else 1,
            **_padding(node, (height, width)),
        )
        for name in fused[len(bias) :]:
            result = self._activation(name, result, node)
        self._channels_last(result, node.name)

    def _activation(self, name: str, value: str, node: Node) -> str:
        if name == "Relu":
            return self._emit("Relu", [value])
        if name == "Relu6":
            bounds = [self._constant(bound, np.float32) for bound in (0, 6)]
            return self._emit("Clip", [value, *bounds])
        raise BackendError(f"{node.op} {node.name} ends in {name}, which is not known")

    def max_pool(self, node: Node) -> None:
        self._expect_channels_last(node)
        kernel, strides = (node.attributes[key][1:3] for key in ("ksize", "strides"))
        padding = _auto_pad(node)
        if padding != "VALID" and any(np.less(kernel, strides)):
            raise ValueError("ONNX Runtime pads no pool that is smaller than its stride")
        result = self._emit(
            "MaxPool",
            [self._channels_second(node.inputs[0])],
            kernel_shape=kernel,
            strides=strides,
            auto_pad=padding,
        )
        self._channels_last(result, node.name)

    def resize(self, node: Node) -> None:
        half, corners = (
            node.attributes.get(key, False) for key in ("half_pixel_centers", "align_corners")
        )
        self._expect_bounded(node.inputs[1])
        mode = "half_pixel" if half else "align_corners" if corners else "asymmetric"
        image = self._channels_second(self._emit("Cast", node.inputs[:1], to=TensorProto.FLOAT))
        kept = self._emit("Slice", [self._emit("Shape", [image]), *map(self._constant, ([0], [2]))])
        sizes = self._emit("Concat", [kept, self._int64(node.inputs[1])], axis=0)
        result = self._emit(
            "Resize",
            [image, "", "", sizes],
            mode="linear",
            coordinate_transformation_mode=mode,
        )
        self._channels_last(result, node.name)

    def _channels_second(self, name: str) -> str:
        return self._emit("Transpose", [name], perm=[0, 3, 1, 2])

    def _channels_last(self, value: str, name: str) -> None:
        self._emit("Transpose", [value], name=name, perm=[0, 2, 3, 1])

    def _expect_bounded(self, name: str) -> None:
        """Refuse a constant size that would fill the memory, since nothing was computed yet."""
        sizes = self._graph.weights.get(name.removesuffix(":0"))
        if sizes is not None and math.prod(map(int, sizes)) > _MOST_ELEMENTS:
            raise ValueError(f"it makes {'x'.join(map(str, sizes))} values")

    def _expect_channels_last(self, node: Node) -> None:
        if node.attributes.get("data_format", "NHWC") != "NHWC":
            raise BackendError(f"{node.op} {node.name} is not in NHWC")


_MOST_ELEMENTS = 2**24
"""More than any layer of MoveNet has, for a frame of 1024 pixels."""

_FAR = np.iinfo(np.int64).max
"""As a bound of a slice: beyond the end of any axis."""

_MASKS = ("begin", "end", "shrink_axis", "new_axis", "ellipsis")


def _auto_pad(node: Node) -> str:
    """TensorFlow's SAME puts the odd pixel after the image, which ONNX calls SAME_UPPER."""
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[node.attributes["padding"]]


def _padding(node: Node, kernel_hw: tuple[int, int]) -> dict[str, Any]:
    """Attributes of an ONNX convolution for a node's padding and dilations."""
    dilations = node.attributes.get("dilations", [1] * 4)[1:3]
    how = {"dilations": dilations, "auto_pad": _auto_pad(node)}
    if dilations == [1, 1] or how["auto_pad"] == "VALID":
        return how
    # ONNX Runtime pads no dilated convolution by itself. Without strides, which TensorFlow does
    # not combine with dilations, the padding is the same for every size.
    if node.attributes["strides"][1:3] != [1, 1]:
        raise ValueError("it has strides and dilations")
    missing = [(side - 1) * step for side, step in zip(kernel_hw, dilations, strict=True)]
    before = [total // 2 for total in missing]
    after = [total - first for total, first in zip(missing, before, strict=True)]
    return {"dilations": dilations, "pads": [*before, *after]}


_CONVERTERS: Mapping[str, Callable[[_Model, Node], None]] = {
    "Cast": _Model.cast,
    "FloorDiv": _Model.floor_div,
    "SquaredDifference": _Model.squared_difference,
    "ExpandDims": _Model.expand_dims,
    "Squeeze": _Model.squeeze,
    "Reshape": _Model.reshape,
    "Pack": _Model.pack,
    "Unpack": _Model.unpack,
    "ConcatV2": _Model.concat,
    "Split": _Model.split,
    "GatherNd": _Model.gather_nd,
    "ArgMax": _Model.arg_max,
    "TopKV2": _Model.top_k,
    "Shape": _Model.shape,
    "Size": _Model.size,
    "Tile": _Model.tile,
    "Fill": _Model.fill,
    "Sum": _Model.reduce,
    "Max": _Model.reduce,
    "StridedSlice": _Model.strided_slice,
    "Conv2D": _Model.convolution,
    "_FusedConv2D": _Model.convolution,
    "DepthwiseConv2dNative": _Model.convolution,
    "FusedDepthwiseConv2dNative": _Model.convolution,
    "MaxPool": _Model.max_pool,
    "ResizeBilinear": _Model.resize,
}
