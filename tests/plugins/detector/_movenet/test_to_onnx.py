"""Converted graphs give what a slow evaluation by TensorFlow's definitions gives."""

import itertools
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from framework.errors import BackendError
from framework.plugins.detector._movenet.graph import Graph, Node, read_graph
from framework.plugins.detector._movenet.to_onnx import _CONVERTERS, _SAME_NAME, to_onnx

RANDOM = np.random.default_rng(5)


def floats(*shape):
    return RANDOM.uniform(-2, 2, shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int32)


def graph_of(*nodes, **weights):
    """A graph of nodes; "x" is its image (1, H, W, C) as floats, and results are not looked at."""
    node = {"x": Node("x", "Cast", ("image",), {"DstT": "DT_FLOAT"})}
    last = Node("result", "Identity", ("x",), {})
    return Graph((*node.values(), *nodes, last), weights, "image", (1, None, None, None), "result")


def node(op, *inputs, **attributes):
    return Node("y", op, inputs, attributes)


class Case:
    """One operator with its constants, and the image that it is given."""

    def __init__(self, made, image_hwc=(5, 6, 4), outputs=("y",), **weights):
        self.node, self.image_hwc, self.outputs, self.weights = made, image_hwc, outputs, weights

    def __repr__(self):
        return self.node.op


def convolutions():
    sizes = [(5, 7), (8, 8), (6, 9)]
    forms = itertools.product(sizes, [(3, 3), (1, 1), (2, 4)], [1, 2, 3], ["SAME", "VALID"])
    for size, kernel, stride, padding in forms:
        how = {"strides": [1, stride, stride, 1], "padding": padding, "dilations": [1, 1, 1, 1]}
        for name, fused in (("_FusedConv2D", ["BiasAdd", "Relu6"]), ("Conv2D", [])):
            weights = {"k": floats(*kernel, 4, 6), "b": floats(6)}
            inputs = ("x", "k", "b") if fused else ("x", "k")
            yield Case(node(name, *inputs, fused_ops=fused, **how), (*size, 4), **weights)
        for name, fused, many in (
            ("FusedDepthwiseConv2dNative", ["BiasAdd", "Relu"], 1),
            ("FusedDepthwiseConv2dNative", ["Relu"], 2),
            ("FusedDepthwiseConv2dNative", ["BiasAdd"], 3),
            ("DepthwiseConv2dNative", [], 2),
        ):
            weights = {"k": floats(*kernel, 4, many), "b": floats(4 * many)}
            inputs = ("x", "k", "b") if "BiasAdd" in fused else ("x", "k")
            yield Case(node(name, *inputs, fused_ops=fused, **how), (*size, 4), **weights)
        pool = {"ksize": [1, *kernel, 1], "strides": how["strides"], "padding": padding}
        if padding == "VALID" or min(kernel) >= stride:
            yield Case(node("MaxPool", "x", **pool), (*size, 4))
    for padding, op, last in (
        ("VALID", "Conv2D", 3),
        ("SAME", "Conv2D", 3),
        ("SAME", "DepthwiseConv2dNative", 1),
        ("VALID", "DepthwiseConv2dNative", 2),
    ):
        dilated = {"strides": [1] * 4, "dilations": [1, 2, 3, 1], "padding": padding}
        yield Case(node(op, "x", "k", **dilated), (9, 11, 4), k=floats(3, 3, 4, last))


def resizes():
    for size in [(10, 12), (7, 5), (3, 2), (1, 1), (5, 6)]:
        for attributes in ({}, {"half_pixel_centers": True}, {"align_corners": True}):
            yield Case(node("ResizeBilinear", "x", "size", **attributes), size=ints(*size))
    whole = node("ResizeBilinear", "image", "size", half_pixel_centers=True, T="DT_INT32")
    yield Case(whole, size=ints(7, 9))


def slices():
    far = 2**31 - 1
    forms = [
        # begin, end, strides and masks, for an array (1, 5, 6, 4)
        ([0, 1, 2], [1, 4, 6], [1, 1, 1], {}),
        ([0, -4, -3], [1, -1, far], [1, 2, 1], {}),
        ([0, 4, 5], [1, 0, 1], [1, -1, -2], {}),
        ([0, 0, 0], [0, 0, 0], [1, -1, -2], {"begin": 7, "end": 7}),
        ([0, 3, 0], [0, 0, 0], [1, -1, 2], {"begin": 5, "end": 7}),
        ([0, 0, 4], [0, 1, 0], [1, -2, -1], {"begin": 3, "end": 5}),
        ([0, 2], [1, 3], [1, 1], {"shrink_axis": 2}),
        ([0, -1, 1], [1, 0, 3], [1, 1, 1], {"shrink_axis": 2}),
        ([0, -1, -2], [1, 0, -1], [1, 1, 1], {"shrink_axis": 6}),
        ([0, 2, 1], [1, 3, 3], [1, 1, 1], {"shrink_axis": 2, "begin": 7, "end": 7}),
        ([0, 0, 1], [1, 0, 4], [1, 1, 1], {"new_axis": 2}),
        ([0, 0, 0, 1], [1, 0, 0, 5], [1, 1, 1, 1], {"new_axis": 6}),
        ([0, 0, 2, 0, 1], [1, 0, 3, 0, 4], [1] * 5, {"new_axis": 10, "shrink_axis": 4}),
        ([0, 0, 0, 0], [0, 0, 0, 0], [1] * 4, {"begin": 11, "end": 11, "new_axis": 4}),
        ([0, 0], [1, 0], [1, 1], {"new_axis": 3}),
        ([0, 3, 0], [1, 1, 3], [1, 1, 1], {}),  # nothing is left
    ]
    for begin, end, strides, masks in forms:
        attributes = {f"{mask}_mask": value for mask, value in masks.items()}
        yield Case(
            node("StridedSlice", "x", "begin", "end", "strides", **attributes),
            begin=ints(*begin),
            end=ints(*end),
            strides=ints(*strides),
        )


def element_wise():
    positive = np.abs(floats(3, 4)) + 0.1
    for op in ("Sqrt", "Reciprocal"):
        yield Case(node(op, "a"), a=positive)
    for op in ("Sigmoid", "Abs", "Exp", "Identity"):
        yield Case(node(op, "x"))
    two = {"a": floats(3, 4), "b": floats(4)}
    two["a"][1] = two["b"]  # some are equal
    for op in ("AddV2", "Sub", "Mul", "RealDiv", "SquaredDifference", "Maximum", "Minimum"):
        yield Case(node(op, "a", "b"), **two)
    for op in ("Less", "Greater", "GreaterEqual", "Equal"):
        yield Case(node(op, "a", "b"), **two)
        yield Case(node(op, "a", "b"), a=ints(1, 2, 3), b=ints(3, 2, 1))
    yes = np.array([True, True, False, False])
    yield Case(node("LogicalAnd", "a", "b"), a=yes, b=yes[[0, 2, 1, 3]])
    yield Case(node("Select", "yes", "a", "b"), yes=yes, a=floats(4), b=floats(4))
    yield Case(node("AddN", "a", "b", "c"), a=floats(3, 4), b=floats(3, 4), c=floats(3, 4))
    signed = {"a": ints(7, -7, 7, -7, 6, -6, 0, -1, 2**31 - 1, -(2**31)), "T": "DT_INT32"}
    for by in (2, -2, 3, -3, 1):
        yield Case(node("FloorDiv", "a", "b", T="DT_INT32"), a=signed["a"], b=ints(by))
    yield Case(node("FloorDiv", "a", "b", T="DT_FLOAT"), a=floats(3, 4), b=floats(4))
    for kind in ("DT_INT32", "DT_BOOL", "DT_FLOAT"):
        yield Case(node("Cast", "a", DstT=kind), a=np.array([-1.7, -0.2, 0, 0.9, 2.5], np.float32))
        yield Case(node("Cast", "a", DstT=kind), a=yes)
        yield Case(node("Cast", "a", DstT=kind), a=ints(-3, 0, 2))


def shapes():
    for axis in (0, 2, -1, -5):
        yield Case(node("ExpandDims", "x", "axis"), axis=ints(axis)[0].reshape(()))
    yield Case(node("ExpandDims", "x", "axis"), axis=ints(1))
    yield Case(node("Squeeze", "x", squeeze_dims=[0]))
    yield Case(node("Squeeze", "x", squeeze_dims=[-4]))
    yield Case(node("Squeeze", "x", squeeze_dims=[0, 2]), (5, 1, 4))
    yield Case(node("Squeeze", "x"), (5, 1, 4))
    yield Case(node("Reshape", "x", "shape"), shape=ints(4, -1, 3))
    yield Case(node("Shape", "x"))
    yield Case(node("Size", "x"))
    yield Case(node("Tile", "x", "times"), times=ints(2, 1, 1, 3))
    yield Case(node("Fill", "shape", "value"), shape=ints(2, 3), value=np.float32(0.5))
    yield Case(node("Fill", "shape", "value"), shape=ints(2, 0), value=np.int32(7))
    yield Case(node("Range", "a", "b", "c"), a=np.int32(7), b=np.int32(-3), c=np.int32(-3))
    for axis in (0, 1, 2, -1, -3):
        yield Case(node("Pack", "a", "b", axis=axis), a=floats(2, 3), b=floats(2, 3))
    for axis, count in ((0, 1), (1, 5), (-1, 4), (-3, 5)):
        names = tuple(f"y:{number}" if number else "y" for number in range(count))
        yield Case(node("Unpack", "x", axis=axis, num=count), outputs=names)
    yield Case(node("ConcatV2", "a", "b", "axis"), a=floats(2, 3), b=floats(2, 5), axis=np.int32(1))
    yield Case(
        node("ConcatV2", "a", "b", "axis"), a=floats(2, 3), b=floats(4, 3), axis=np.int32(-2)
    )
    for axis, count in ((2, 3), (-1, 2), (-2, 6)):
        names = tuple(f"y:{number}" if number else "y" for number in range(count))
        split = node("Split", "axis", "x", num_split=count)
        yield Case(split, outputs=names, axis=np.int32(axis))


def choices():
    for axis in (0, 1, 2, 3, -1, -2):
        yield Case(node("ArgMax", "x", "axis"), axis=np.int32(axis))
    ties = np.array([[1, 3, 3, 2], [5, 5, 5, 5]], np.float32)
    yield Case(node("ArgMax", "a", "axis"), a=ties, axis=np.int32(-1))
    yield Case(node("TopKV2", "a", "k"), outputs=("y", "y:1"), a=ties, k=np.int32(3))
    yield Case(node("TopKV2", "x", "k"), outputs=("y", "y:1"), k=np.int32(2))
    yield Case(node("GatherNd", "x", "at"), at=ints([0, 4, 5, 3], [0, 0, 1, 2]))
    yield Case(node("GatherNd", "x", "at"), at=ints([[0, 4], [0, 1]], [[0, 0], [0, 2]]))
    for op in ("Sum", "Max"):
        for axes in (np.int32(1), ints(1, 2), ints(-1, 1), ints(0, 1, 2, 3)):
            for keep in (False, True):
                yield Case(node(op, "x", "axes", keep_dims=keep), axes=axes)
        yield Case(node(op, "x", "axes"), axes=np.zeros(0, np.int32))


GROUPS = (convolutions, resizes, slices, element_wise, shapes, choices)
CASES = {made.__name__: list(made()) for made in GROUPS}
ALL = [
    pytest.param(case, id=f"{group}-{number}-{case}")
    for group, cases in CASES.items()
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize("case", ALL)
def test_an_operator_gives_what_its_definition_says(case, slow_graph, run_all):
    graph = graph_of(case.node, **case.weights)
    image = np.random.default_rng(1).integers(-3, 4, (1, *case.image_hwc)).astype(np.int32)
    expected = slow_graph.evaluate(graph, image)
    found = run_all(graph, image, list(case.outputs))
    for name in case.outputs:
        assert found[name].shape == expected[name].shape
        kinds = found[name].dtype.kind, expected[name].dtype.kind
        assert kinds[0] == kinds[1], "the type is that of TensorFlow"
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-5)


def test_every_operator_that_is_known_has_a_case():
    tried = {case.node.op for cases in CASES.values() for case in cases}
    assert tried == {*_CONVERTERS, *_SAME_NAME}


@pytest.mark.parametrize(
    "made",
    [
        node("Fft", "x"),
        node("Cast", "x", DstT="DT_STRING"),
        node("Cast", "x"),
        node("Conv2D", "x", "x", strides=[1] * 4, padding="SAME"),
        node("Conv2D", "x", "flat", strides=[1] * 4, padding="SAME"),
        node("Conv2D", "x", "k", strides=[1] * 4, padding="EXPLICIT"),
        node("Conv2D", "x", "k", strides=7, padding="SAME"),
        node("Conv2D", "x", "k", strides=[1] * 4, padding="SAME", data_format="NCHW"),
        node("_FusedConv2D", "x", "k", strides=[1] * 4, padding="SAME", fused_ops=["Elu"]),
        node(
            "_FusedConv2D", "x", "k", strides=[1] * 4, padding="SAME", fused_ops=["FusedBatchNorm"]
        ),
        node("Conv2D", "x", "k", strides=[1, 2, 2, 1], padding="SAME", dilations=[1, 2, 2, 1]),
        node("MaxPool", "x", ksize=[1, 1, 2, 1], strides=[1, 2, 2, 1], padding="SAME"),
        node("StridedSlice", "x", "flat", "flat", "flat", ellipsis_mask=1),
        node("StridedSlice", "x", "flat"),
        node("ArgMax", "x", "flat", output_type="DT_INT64"),
        node("Shape", "x", out_type="DT_INT64"),
        node("Unpack", "x", num="many"),
        node("ExpandDims", "x"),
        node("Fill", "huge", "one"),
        node("Tile", "x", "huge"),
        node("ResizeBilinear", "x", "huge"),
    ],
    ids=lambda made: f"{made.op} {list(made.attributes)}",
)
def test_what_is_not_known_is_one_error_that_names_it(made):
    huge = ints(2**31 - 1, 2**31 - 1)
    graph = graph_of(made, flat=ints(1), k=floats(3, 3, 4, 2), huge=huge, one=np.float32(1))
    with pytest.raises(BackendError, match=made.op) as caught:
        to_onnx(graph)
    assert "\n" not in caught.value.message


def test_open_sides_take_any_size(run_all):
    graph = graph_of(node("Shape", "x"))
    for shape in ((1, 3, 4, 2), (1, 9, 5, 2)):
        (found,) = run_all(graph, np.zeros(shape, np.int32), ["y"]).values()
        assert found.tolist() == list(shape)


@pytest.mark.parametrize(
    "name", [pytest.param("thunder", marks=pytest.mark.slow), pytest.param("multipose")]
)
def test_real_graphs_agree_in_all_their_layers(name, files_of, slow_graph, run_all):
    graph = read_graph(*files_of(name))
    size = (256, 256) if name == "thunder" else (96, 128)
    image = np.random.default_rng(0).integers(0, 256, (1, *size, 3)).astype(np.int32)
    expected = slow_graph.evaluate(graph, image)
    names = [one.name for one in graph.nodes]
    found = run_all(graph, image, names)
    for one in names:
        assert found[one].shape == expected[one].shape, one
        largest = max(1, np.abs(expected[one]).max(initial=0))
        np.testing.assert_allclose(
            found[one] / largest, expected[one] / largest, atol=2e-4, err_msg=one
        )


@pytest.mark.parametrize("name", ["thunder", "lightning", "multipose"])
def test_the_result_is_that_of_another_converter(name, files_of, shared_data):
    reference = shared_data / "models" / f"movenet_{name}.onnx"
    if not reference.is_file():
        pytest.skip(f"the other conversion, {reference.name}, is not on this machine")
    graph = read_graph(*files_of(name))
    cpu = {"providers": ["CPUExecutionProvider"]}
    ours = onnxruntime.InferenceSession(to_onnx(graph), **cpu)
    other = onnxruntime.InferenceSession(str(reference), **cpu)
    side = graph.input_shape[1]
    for height, width in [(side, side)] if side else [(256, 256), (160, 256), (320, 192)]:
        image = np.random.default_rng(height).integers(0, 256, (1, height, width, 3), np.int32)
        (found,) = ours.run(None, {graph.input: image})
        (expected,) = other.run(None, {other.get_inputs()[0].name: image})
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(expected) > 0.1, "the answer is no constant"


def test_values_of_one_name_do_not_disturb_each_other(run_all):
    """Unused constants are left out, and a constant may be read by several nodes."""
    graph = graph_of(node("AddV2", "a", "a"), a=floats(3), unused=floats(1000))
    (found,) = run_all(graph, np.zeros((1, 2, 2, 1), np.int32), ["y"]).values()
    np.testing.assert_array_equal(found, 2 * graph.weights["a"])
    with_it = len(to_onnx(replace(graph, weights={**graph.weights, "more": floats(1000)})))
    assert with_it == len(to_onnx(graph))
