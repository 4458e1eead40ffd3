"""Frames of real clips, the real weights, and hand-made networks whose outputs are known."""

import importlib.util
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest

from framework import results
from framework.errors import BackendError
from framework.plugins.detector._blazepose.files import DETECTOR, LANDMARKS
from framework.types import FrameBatch, RunResult, VideoInfo
from framework.weights import locate


def _load(name: str) -> ModuleType:
    """A helper module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hand_made = _load("hand_made")
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
    """What a command printed, its result, and the number of rendered frames."""

    said: str
    complained: str
    result: RunResult
    drawn: int


@pytest.fixture
def render(shared_data: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Run the program on the first frames of a real clip, up to the rendered video."""

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
        with av.open(str(tmp_path / "out" / "dance_480p_pose3d.mp4")) as rendered:
            drawn = sum(1 for _ in rendered.decode(video=0))
        result = results.load(tmp_path / "out" / "dance_480p.npz")
        return Ran(done.stdout, done.stderr, result, drawn)

    return run


@pytest.fixture
def video() -> VideoInfo:
    """A clip to start a detector with; it only marks the beginning."""
    return VideoInfo(path=Path("clip.mp4"), size_wh=(640, 480), fps=Fraction(30))


@pytest.fixture(scope="session")
def dotted() -> Callable[..., np.ndarray]:
    """A grey (480, 640) image with blurred dots ``x, y, colour``, from the corner of pixel 0."""
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
    """Write a network with RTMPose's inputs and outputs; see `hand_made.simcc_network`."""
    pytest.importorskip("onnx", reason="hand-made networks need onnx, a dev dependency")

    def make(joints: int = 17, width: int = 48, height: int = 64, outputs: str = "simcc") -> Path:
        path = tmp_path_factory.mktemp("simcc") / f"colours{joints}.onnx"
        return hand_made.simcc_network(path, joints, width, height, outputs)

    return make


@pytest.fixture(scope="session")
def boxed_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a network that gives fixed boxes; see `hand_made.boxed_network`."""
    pytest.importorskip("onnx", reason="hand-made networks need onnx, a dev dependency")

    def make(size: int, boxes: np.ndarray, **others: np.ndarray) -> Path:
        path = tmp_path_factory.mktemp("boxed") / "boxed.onnx"
        return hand_made.boxed_network(path, size, boxes, **others)

    return make


@pytest.fixture
def batch_of() -> Callable[..., FrameBatch]:
    """Make a batch of images (H, W, 3), 30 per second."""

    def make(*images: np.ndarray) -> FrameBatch:
        return batch(np.stack(images), np.arange(len(images)) / 30)

    return make


@pytest.fixture(scope="session")
def detectron2_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """R-50 of detectron2's zoo with random weights that keep activations finite, as the zoo's."""
    import torch

    from framework.plugins.detector._detectron2 import network
    from framework.plugins.detector._detectron2.library import import_library

    torch.manual_seed(0)
    built = network.build(import_library(None), network.ZOO["r50"], "cpu", 0.5)
    tensors = {
        name: (0.1 * tensor if name.endswith("conv3.norm.weight") else tensor).numpy()
        for name, tensor in built.state_dict().items()
    }
    path = tmp_path_factory.mktemp("weights") / "model_final.pkl"
    content = {"model": tensors, "__author__": "nobody"}
    path.write_bytes(pickle.dumps(content, protocol=4))
    return path
