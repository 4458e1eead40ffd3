"""Tracks and weights for the tests of lifters."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from framework.skeletons import COCO17, Skeleton
from framework.types import State, Track, VideoInfo


@pytest.fixture
def make_track() -> Callable[..., Track]:
    """Build a track from (T, J, 2) keypoints; all-NaN rows are missing."""

    def build(
        keypoints: np.ndarray, *, skeleton: Skeleton = COCO17, number: int = 0, **fields: object
    ) -> Track:
        rows = len(keypoints)
        missing = np.isnan(keypoints).all(axis=(1, 2))
        given = {
            "frame_index": np.arange(rows),
            "time_s": np.arange(rows) / 30,
            "boxes": np.zeros((rows, 4), np.float32),
            "keypoint_scores": np.full(keypoints.shape[:2], 0.9, np.float32),
            "state": np.where(missing, State.MISSING, State.OBSERVED).astype(np.uint8),
            "complete": ~missing,
        } | fields
        return Track(id=number, skeleton=skeleton, keypoints=keypoints.astype(np.float32), **given)

    return build


@pytest.fixture
def make_video() -> Callable[[int, int], VideoInfo]:
    def build(width: int, height: int) -> VideoInfo:
        return VideoInfo(path=Path("clip.mp4"), size_wh=(width, height), fps=Fraction(30))

    return build


@pytest.fixture
def make_weights() -> Callable[..., dict[str, torch.Tensor]]:
    """Random tensors of a VideoPose3D checkpoint, batch statistics included."""

    def build(
        widths: tuple[int, ...] = (3, 3, 3),
        *,
        channels: int = 12,
        inputs: int = 34,
        outputs: int = 51,
        seed: int = 0,
    ) -> dict[str, torch.Tensor]:
        draw = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> torch.Tensor:
            fan = max(1, int(np.prod(shape[1:])))
            return torch.randn(shape, generator=draw) / fan**0.5

        def norm(name: str) -> dict[str, torch.Tensor]:
            return {
                f"{name}.weight": 1 + 0.3 * normal(channels),
                f"{name}.bias": 0.2 * normal(channels),
                f"{name}.running_mean": 0.2 * normal(channels),
                f"{name}.running_var": 0.5 + torch.rand(channels, generator=draw),
                f"{name}.num_batches_tracked": torch.tensor(7),
            }

        tensors = {"expand_conv.weight": normal(channels, inputs, widths[0])} | norm("expand_bn")
        for block, width in enumerate(widths[1:]):
            for layer, taps in ((2 * block, width), (2 * block + 1, 1)):
                tensors[f"layers_conv.{layer}.weight"] = normal(channels, channels, taps)
                tensors |= norm(f"layers_bn.{layer}")
        return tensors | {
            "shrink.weight": normal(outputs, channels, 1),
            "shrink.bias": 0.1 * normal(outputs),
        }

    return build
