"""The lifter's poses come out as they went in."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from framework.plugins.refiner.none.config import NoRefinerConfig
from framework.plugins.refiner.none.none import NoRefiner
from framework.skeletons import H36M17
from framework.stages import Runtime
from framework.types import Pose3D, VideoInfo


def test_poses_pass_unchanged():
    video = VideoInfo(path=Path("clip.mp4"), size_wh=(640, 480), fps=Fraction(30))
    joints = np.random.default_rng(0).normal(0, 1, (5, 17, 3)).astype(np.float32)
    pose = Pose3D(track_id=1, skeleton=H36M17, joints=joints, valid=np.ones(5, bool))
    with NoRefiner(NoRefinerConfig(), Runtime()) as refiner:
        assert refiner.refine([pose], [], video) == [pose]
        assert refiner.refine([], [], video) == []
