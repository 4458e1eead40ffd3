"""People whose root and pose are exactly known, and noisy poses of them."""

from dataclasses import replace

import numpy as np
import pytest

from framework.testing.sample import FOCAL_PX, SIZE_WH, Sample

FOCAL = FOCAL_PX / max(SIZE_WH)


@pytest.fixture
def focal():
    """Of the camera of `people`, in lengths of the image's longer side."""
    return FOCAL


@pytest.fixture
def people():
    """Two walkers with their true poses; in some rows one or both are missing."""
    return Sample.make(rows=75, people=2)


@pytest.fixture
def noisy_poses():
    """A function that adds noise (metres) to poses and states it as ``joint_sigmas``."""

    def add_noise(poses, noise_m=0.03, seed=0):
        rng = np.random.default_rng(seed)
        return [
            replace(
                pose,
                joints=pose.joints + rng.normal(0, noise_m, pose.joints.shape).astype(np.float32),
                joint_sigmas=np.where(pose.valid[:, None], np.float32(noise_m), np.nan)
                .repeat(pose.joints.shape[1], 1)
                .astype(np.float32),
            )
            for pose in poses
        ]

    return add_noise
