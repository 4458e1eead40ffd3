"""Frames of real clips, the real weights, and hand-made networks whose answers are known."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from framework import results
from framework.errors import BackendError
from framework.plugins.detector._blazepose.files import DETECTOR, LANDMARKS
from framework.types import FrameBatch, RunResult, VideoInfo
from framework.weights import locate

ReadFrames = Callable[..., FrameBatch]


def batch(images: np.ndarray, times: np.ndarray) -> FrameBatch:
    count = len(images)
    return FrameBatch(
        images=images,
        index=np.arange(count),
        time_s=times,
        is_source=np.ones(count, bool),
    )


@pytest.fixture(scope="session")
def weights() -> None:
    """The two default files, fetched into the cache once."""
    try:
        locate(DETECTOR)
        locate(LANDMARKS["full"])
    except BackendError as error:
        pytest.skip(f"no source of the weights can be reached: {error.message}")


@pytest.fixture(scope="session")
def read_frames(shared_data: Path) -> ReadFrames:
    """Read ``count`` upright frames of a shared clip."""

    def read(name: str, count: int, start: int = 0) -> FrameBatch:
        with av.open(str(shared_data / "videos" / name)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            frames = list(islice(container.decode(stream), start, start + count))
        images = [np.rot90(f.to_ndarray(format="rgb24"), f.rotation // 90) for f in frames]
        return batch(np.ascontiguousarray(images), np.array([f.time for f in frames]))

    return read


@dataclass(frozen=True)
class Ran:
    """What a command left: what it printed, its result and how many frames its picture has."""

    said: str
    complained: str
    result: RunResult
    drawn: int


@pytest.fixture
def render(shared_data: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Run the program on the first frames of a real clip, from the command line to the picture."""

    def run(*options: str) -> Ran:
        clip = f"input={shared_data}/videos/dance_480p.mp4"
        brief = ("end_s=0.1", "output=out", "threads=1", "renderer.height_px=120")
        done = subprocess.run(
            [sys.executable, "-m", "framework", clip, *brief, *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        with av.open(str(tmp_path / "out" / "dance_480p_pose3d.mp4")) as picture:
            drawn = sum(1 for _ in picture.decode(video=0))
        result = results.load(tmp_path / "out" / "dance_480p.npz")
        return Ran(done.stdout, done.stderr, result, drawn)

    return run


@pytest.fixture
def video() -> VideoInfo:
    """What a detector is told before a clip; it only marks the beginning."""
    return VideoInfo(path=Path("clip.mp4"), size_wh=(640, 480), fps=Fraction(30))


@pytest.fixture(scope="session")
def dotted() -> Callable[..., np.ndarray]:
    """A grey (480, 640) picture with blurred dots ``x, y, colour``, from the corner of pixel 0."""
    y, x = np.mgrid[:480, :640] + 0.5

    def draw(*dots: tuple[float, float, tuple[int, int, int]]) -> np.ndarray:
        image = np.full((480, 640, 3), 60.0)
        for dot_x, dot_y, colour in dots:
            share = np.exp(-((x - dot_x) ** 2 + (y - dot_y) ** 2) / 72)[..., None]
            image = image * (1 - share) + np.array(colour) * share
        return image.round().astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def simcc_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A network with RTMPose's inputs and outputs that sees pure colours.

    Joints 0, 3, 6, ... are where a crop is most red, 1, 4, ... green and 2, 5, ... blue; the
    score is how much so, from 0 (grey) to 1. The input is RGB, normalised as RTMPose wants it.
    """
    onnx = pytest.importorskip("onnx", reason="hand-made networks need onnx, a dev dependency")
    from onnx import helper, numpy_helper

    mean, std = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])
    nearest = {"mode": "nearest", "nearest_mode": "floor"}
    nearest["coordinate_transformation_mode"] = "asymmetric"

    def make(joints: int = 17, width: int = 48, height: int = 64, outputs: str = "simcc") -> Path:
        path = tmp_path_factory.mktemp("simcc") / f"colours{joints}.onnx"
        sees = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])[np.arange(joints) % 3] / 255
        constants = {
            "kernels": (sees * std)[:, :, None, None].astype(np.float32),
            "bias": (sees @ mean).astype(np.float32),
            "twice": np.array([1, 1, 2], np.float32),
        }
        x, y, value = f"{outputs}_x", f"{outputs}_y", helper.make_tensor_value_info
        nodes = [
            helper.make_node("Conv", ["input", "kernels", "bias"], ["raw"]),
            helper.make_node("Relu", ["raw"], ["seen"]),
            helper.make_node("ReduceMax", ["seen"], ["columns"], axes=[2], keepdims=0),
            helper.make_node("ReduceMax", ["seen"], ["rows"], axes=[3], keepdims=0),
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
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path

    return make


@pytest.fixture(scope="session")
def boxed_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A one-look network: fixed boxes and keypoints, whose scores are how red its input is.

    The input is BGR from 0 to 255, as YOLOX and RTMO want it.
    """
    onnx = pytest.importorskip("onnx", reason="hand-made networks need onnx, a dev dependency")
    from onnx import helper, numpy_helper

    def make(size: int, boxes: np.ndarray, **others: np.ndarray) -> Path:
        """``boxes`` (n, 5); ``others`` are outputs by name, without their leading 1."""
        path = tmp_path_factory.mktemp("boxed") / "boxed.onnx"
        constants = {
            "redness": (np.array([-1, -1, 1]) / 255)[None, :, None, None].astype(np.float32),
            "corners": boxes[None, :, :4].astype(np.float32),
            "scores": boxes[None, :, 4:].astype(np.float32),
            **{f"fixed_{name}": value[None] for name, value in others.items()},
        }
        nodes = [
            helper.make_node("Conv", ["input", "redness"], ["raw"]),
            helper.make_node("Relu", ["raw"], ["seen"]),
            helper.make_node("ReduceMax", ["seen"], ["most"], axes=[2, 3], keepdims=0),
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
                *(
                    value(k, kinds(v.dtype), [1, "n", *"ab"[: v.ndim - 1]])
                    for k, v in others.items()
                ),
            ],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path

    return make
