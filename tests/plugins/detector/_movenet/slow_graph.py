"""A slow evaluation of TF.js graphs in numpy, one function an operator, in float64.

Written from TensorFlow's operator definitions; it knows nothing of ONNX.
"""

import math

import numpy as np

KINDS = {"DT_FLOAT": np.float64, "DT_INT32": np.int32, "DT_BOOL": np.bool_}


def evaluate(graph, image):
    """Every value of the graph by name, for an input image."""
    values = {name: _wide(value) for name, value in graph.weights.items()}
    values[graph.input] = image
    for node in graph.nodes:
        inputs = [values[name.removesuffix(":0")] for name in node.inputs]
        outputs = OPERATORS[node.op](node.attributes, *inputs)
        if not isinstance(outputs, list):
            outputs = [outputs]
        for number, output in enumerate(outputs):
            values[f"{node.name}:{number}" if number else node.name] = output
    return values


def _wide(value):
    return value.astype(np.float64) if value.dtype.kind == "f" else value


def _before(length, kernel, stride, dilation, padding):
    """Length of the output, and pixels before and after the input."""
    reach = (kernel - 1) * dilation + 1
    if padding == "VALID":
        return (length - reach) // stride + 1, 0, 0
    count = math.ceil(length / stride)
    missing = max(0, (count - 1) * stride + reach - length)
    return count, missing // 2, missing - missing // 2


def _windows(attributes, image, kernel_hw, fill):
    """Yield row, column and window (N, kh, kw, C) of each output pixel; first the output's size."""
    strides, padding = attributes["strides"], attributes["padding"]
    dilations = attributes.get("dilations") or [1, 1, 1, 1]
    sides = [
        _before(image.shape[axis], kernel_hw[axis - 1], strides[axis], dilations[axis], padding)
        for axis in (1, 2)
    ]
    (rows, *pad_y), (columns, *pad_x) = sides
    padded = np.pad(image, [(0, 0), pad_y, pad_x, (0, 0)], constant_values=fill)
    yield rows, columns
    for row in range(rows):
        for column in range(columns):
            ys = [row * strides[1] + k * dilations[1] for k in range(kernel_hw[0])]
            xs = [column * strides[2] + k * dilations[2] for k in range(kernel_hw[1])]
            yield row, column, padded[:, ys][:, :, xs]


def _convolved(attributes, image, kernel, depthwise):
    windows = _windows(attributes, image, kernel.shape[:2], 0)
    channels = kernel.shape[2] * kernel.shape[3] if depthwise else kernel.shape[3]
    result = np.zeros((len(image), *next(windows), channels))
    flat = kernel.reshape(-1, kernel.shape[-1])
    for row, column, window in windows:
        if depthwise:
            products = (window[..., None] * kernel).sum((1, 2))  # (N, channels, multiplier)
            result[:, row, column] = products.reshape(len(image), -1)
        else:
            result[:, row, column] = window.reshape(len(image), -1) @ flat
    return result


def _fused(attributes, result, rest):
    for name in attributes.get("fused_ops", []):
        if name == "BiasAdd":
            result = result + rest[0]
        elif name == "Relu":
            result = np.where(result > 0, result, 0)
        elif name == "Relu6":
            result = np.where(result > 6, 6, np.where(result > 0, result, 0))
        else:
            raise AssertionError(name)
    return result


def convolution(attributes, image, kernel, *rest):
    return _fused(attributes, _convolved(attributes, image, kernel, False), rest)


def depthwise(attributes, image, kernel, *rest):
    return _fused(attributes, _convolved(attributes, image, kernel, True), rest)


def max_pool(attributes, image):
    windows = _windows(attributes, image, attributes["ksize"][1:3], -np.inf)
    result = np.zeros((len(image), *next(windows), image.shape[3]))
    for row, column, window in windows:
        result[:, row, column] = window.max((1, 2))
    return result


def _sources(count, length, attributes):
    """For each output index: the two input indices, and the share of the second."""
    corners, half = attributes.get("align_corners"), attributes.get("half_pixel_centers")
    scale = (length - 1) / (count - 1) if corners and count > 1 else length / count
    for index in range(count):
        place = (index + 0.5) * scale - 0.5 if half else index * scale
        low = math.floor(place)
        yield max(low, 0), min(max(low + 1, 0), length - 1), place - low


def resize(attributes, image, size):
    result = np.zeros((len(image), *size, image.shape[3]))
    for row, (top, bottom, down) in enumerate(_sources(size[0], image.shape[1], attributes)):
        for column, (left, right, along) in enumerate(
            _sources(size[1], image.shape[2], attributes)
        ):
            upper = image[:, top, left] * (1 - along) + image[:, top, right] * along
            lower = image[:, bottom, left] * (1 - along) + image[:, bottom, right] * along
            result[:, row, column] = upper * (1 - down) + lower * down
    return result


def strided_slice(attributes, value, begin, end, strides):
    def is_set(mask, bit):
        return attributes.get(f"{mask}_mask", 0) & (1 << bit)

    index = []
    for bit, (first, last, step) in enumerate(zip(begin, end, strides, strict=True)):
        if is_set("new_axis", bit):
            index.append(None)
        elif is_set("shrink_axis", bit):
            index.append(int(first))
        else:
            start = None if is_set("begin", bit) else int(first)
            stop = None if is_set("end", bit) else int(last)
            index.append(slice(start, stop, int(step)))
    return value[tuple(index)]


def top_k(attributes, value, count):
    order = np.argsort(-value, axis=-1, kind="stable")[..., : int(count)]
    return [np.take_along_axis(value, order, -1), order.astype(np.int32)]


def gather_nd(attributes, value, indices):
    result = np.zeros((*indices.shape[:-1], *value.shape[indices.shape[-1] :]), value.dtype)
    for place in np.ndindex(*indices.shape[:-1]):
        result[place] = value[tuple(indices[place])]
    return result


def cast(attributes, value):
    kind = KINDS[attributes["DstT"]]
    return np.trunc(value).astype(kind) if kind is np.int32 else value.astype(kind)


def unpack(attributes, value):
    axis = attributes.get("axis", 0)
    return [np.take(value, index, axis) for index in range(attributes["num"])]


def reduced(function):
    def reduce(attributes, value, axes):
        axes = tuple(int(axis) for axis in np.atleast_1d(axes))
        return function(value, axis=axes, keepdims=attributes.get("keep_dims", False))

    return reduce


def plain(function):
    return lambda attributes, *inputs: function(*inputs)


OPERATORS = {
    "Identity": plain(lambda x: x),
    "Sqrt": plain(np.sqrt),
    "Sigmoid": plain(lambda x: 1 / (1 + np.exp(-x))),
    "Abs": plain(np.abs),
    "Exp": plain(np.exp),
    "Reciprocal": plain(lambda x: 1 / x),
    "AddV2": plain(lambda x, y: x + y),
    "Sub": plain(lambda x, y: x - y),
    "Mul": plain(lambda x, y: x * y),
    "RealDiv": plain(lambda x, y: x / y),
    "FloorDiv": plain(lambda x, y: x // y),
    "SquaredDifference": plain(lambda x, y: (x - y) ** 2),
    "Maximum": plain(np.maximum),
    "Minimum": plain(np.minimum),
    "Less": plain(lambda x, y: x < y),
    "Greater": plain(lambda x, y: x > y),
    "GreaterEqual": plain(lambda x, y: x >= y),
    "Equal": plain(lambda x, y: x == y),
    "LogicalAnd": plain(lambda x, y: x & y),
    "AddN": plain(lambda *parts: sum(parts[1:], parts[0])),
    "Select": plain(np.where),
    "Range": plain(lambda first, last, step: np.arange(first, last, step, first.dtype)),
    "Cast": cast,
    "ExpandDims": plain(lambda x, axis: np.expand_dims(x, int(np.reshape(axis, ())))),
    "Squeeze": lambda attributes, x: np.squeeze(
        x, tuple(attributes.get("squeeze_dims") or ()) or None
    ),
    "Reshape": plain(lambda x, shape: x.reshape(shape)),
    "Pack": lambda attributes, *parts: np.stack(parts, attributes.get("axis", 0)),
    "Unpack": unpack,
    "ConcatV2": plain(lambda *parts: np.concatenate(parts[:-1], int(parts[-1]))),
    "Split": lambda attributes, axis, x: np.split(x, attributes["num_split"], int(axis)),
    "GatherNd": gather_nd,
    "ArgMax": plain(lambda x, axis: x.argmax(int(axis)).astype(np.int32)),
    "TopKV2": top_k,
    "Shape": plain(lambda x: np.array(x.shape, np.int32)),
    "Size": plain(lambda x: np.array(x.size, np.int32)),
    "Tile": plain(np.tile),
    "Fill": plain(np.full),
    "Sum": reduced(np.sum),
    "Max": reduced(np.max),
    "StridedSlice": strided_slice,
    "Conv2D": convolution,
    "_FusedConv2D": convolution,
    "DepthwiseConv2dNative": depthwise,
    "FusedDepthwiseConv2dNative": depthwise,
    "MaxPool": max_pool,
    "ResizeBilinear": resize,
}
