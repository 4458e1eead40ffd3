"""The default detector finds the main person of the sample, with left and right as they are."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.errors import BackendError
from framework.lab.sample import default_scene, render_frame, truth
from framework.plugins.detector._blazepose.files import DETECTOR, LANDMARKS
from framework.plugins.detector.blazepose.blazepose import BlazePose
from framework.plugins.detector.blazepose.config import BlazePoseConfig
from framework.skeletons import BLAZEPOSE33, COCO17, map_joints
from framework.stages import Runtime
from framework.types import FrameBatch, VideoInfo
from framework.weights import locate

LIMBS = [
    COCO17.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


@pytest.fixture(scope="module")
def errors() -> np.ndarray:
    """(T, 2, 12) distance of limb joints, as they are and left for right, by the box's height."""
    for entry in (DETECTOR, LANDMARKS["full"]):
        try:
            locate(entry)
        except BackendError as error:
            pytest.skip(f"{entry.name} is not available: {error.message.splitlines()[0]}")
    scene = default_scene(fps=Fraction(4))
    known = truth(scene)
    heights = known["boxes"][0, :, 3] - known["boxes"][0, :, 1]
    rows = []
    with BlazePose(BlazePoseConfig(), Runtime(device="cpu", threads=1)) as detector:
        detector.start(VideoInfo(path=Path("sample.mp4"), size_wh=scene.size_wh, fps=scene.fps))
        for row, time_s in enumerate(scene.times):
            frame = FrameBatch(
                images=render_frame(scene, time_s)[None],
                index=np.array([row]),
                time_s=np.array([time_s]),
                is_source=np.array([True]),
            )
            found = map_joints(detector.detect(frame)[0].keypoints, BLAZEPOSE33, COCO17)
            right, mirrored = (
                np.linalg.norm(found[:, order] - known["coco_2d"][0, row, LIMBS], axis=-1)
                for order in (LIMBS, np.array(COCO17.mirror)[LIMBS])
            )
            pairs = np.stack([right, mirrored], 1) / heights[row]
            nobody = np.full((1, 2, len(LIMBS)), np.inf)
            pairs = np.concatenate([pairs, nobody])
            rows.append(pairs[pairs.mean(-1).min(-1).argmin()])
    return np.array(rows)


def test_the_main_person_is_found_in_at_least_95_percent_of_the_frames(errors) -> None:
    assert (errors[:, 0].mean(-1) < 0.05).mean() >= 0.95


def test_joints_are_within_a_few_percent_of_the_body(errors) -> None:
    assert np.median(errors[:, 0]) < 0.025
    assert np.percentile(errors[:, 0], 95) < 0.06


def test_no_person_is_mirrored(errors) -> None:
    assert (errors[:, 0].mean(-1) < errors[:, 1].mean(-1)).mean() >= 0.95
