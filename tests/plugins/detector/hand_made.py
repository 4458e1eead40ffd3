"""Tiny ONNX networks whose outputs follow from their inputs by a rule, in place of weights."""

from pathlib import Path

import numpy as np


def simcc_network(
    path: Path, joints: int = 17, width: int = 48, height: int = 64, outputs: str = "simcc"
) -> Path:
    """Write a network with RTMPose's inputs and outputs that finds pure colours.

    Joints 0, 3, 6, ... are where a crop is most red, 1, 4, ... green and 2, 5, ... blue; the
    score is how much so, from 0 (grey) to 1. The input is RGB, normalised as RTMPose wants it.
    """
    import onnx
    from onnx import helper, numpy_helper

    mean, std = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
    nearest = {"mode": "nearest", "nearest_mode": "floor"}
    nearest["coordinate_transformation_mode"] = "asymmetric"
    weights = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])[np.arange(joints) % 3] / 255
    constants = {
        "kernels": (weights * std)[:, :, None, None].astype(np.float32),
        "bias": (weights @ mean).astype(np.float32),
        "twice": np.array([1, 1, 2], np.float32),
    }
    x, y, value = f"{outputs}_x", f"{outputs}_y", helper.make_tensor_value_info
    nodes = [
        helper.make_node("Conv", ["input", "kernels", "bias"], ["raw"]),
        helper.make_node("Relu", ["raw"], ["colour"]),
        helper.make_node("ReduceMax", ["colour"], ["columns"], axes=[2], keepdims=0),
        helper.make_node("ReduceMax", ["colour"], ["rows"], axes=[3], keepdims=0),
        helper.make_node("Resize", ["columns", "", "twice"], [x], **nearest),
        helper.make_node("Resize", ["rows", "", "twice"], [y], **nearest),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [value("input", onnx.TensorProto.FLOAT, ["N", 3, height, width])],
        [
            value(x, onnx.TensorProto.FLOAT, ["N", "open", 2 * width]),  # as exporters leave it
            value(y, onnx.TensorProto.FLOAT, ["N", "open", 2 * height]),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return _saved(graph, path)


def boxed_network(path: Path, size: int, boxes: np.ndarray, **others: np.ndarray) -> Path:
    """Write a network that gives fixed boxes, with scores in proportion to how red its input is.

    The input is BGR from 0 to 255, as YOLOX and RTMO want it.

    Args:
        path: the file.
        size: side of the input.
        boxes: (n, 5).
        others: further outputs by name, without their leading 1.
    """
    import onnx
    from onnx import helper, numpy_helper

    constants = {
        "redness": (np.array([-1, -1, 1]) / 255)[None, :, None, None].astype(np.float32),
        "corners": boxes[None, :, :4].astype(np.float32),
        "scores": boxes[None, :, 4:].astype(np.float32),
        **{f"fixed_{name}": value[None] for name, value in others.items()},
    }
    nodes = [
        helper.make_node("Conv", ["input", "redness"], ["raw"]),
        helper.make_node("Relu", ["raw"], ["red"]),
        helper.make_node("ReduceMax", ["red"], ["most"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["scores", "most"], ["scored"]),
        helper.make_node("Concat", ["corners", "scored"], ["dets"], axis=2),
        *(helper.make_node("Identity", [f"fixed_{name}"], [name]) for name in others),
    ]
    value, kinds = helper.make_tensor_value_info, helper.np_dtype_to_tensor_dtype
    graph = helper.make_graph(
        nodes,
        "boxed",
        [value("input", onnx.TensorProto.FLOAT, [1, 3, size, size])],
        [
            value("dets", onnx.TensorProto.FLOAT, [1, "n", 5]),
            *(value(k, kinds(v.dtype), [1, "n", *"ab"[: v.ndim - 1]]) for k, v in others.items()),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return _saved(graph, path)


def _saved(graph: object, path: Path) -> Path:
    import onnx
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
