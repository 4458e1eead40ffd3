"""Boxes around landmarks."""

import numpy as np

from framework.plugins.detector._blazepose.boxes import box_around
from framework.plugins.detector._blazepose.landmarks import PoseLandmarks


def test_a_person_visible_only_outside_the_frame_has_a_box_of_the_joints_inside():
    keypoints = np.full((33, 2), 700.0)
    keypoints[:2] = (630, 470), (640, 480)
    pose = PoseLandmarks(
        square=np.array([690.0, 470, 200, 0]),
        presence=0.6,
        keypoints=keypoints,
        visibility=np.where(np.arange(33) < 2, 0.1, 0.9),
        world=np.zeros((33, 3)),
    )
    box = box_around(pose, 0.5, (640, 480))
    np.testing.assert_allclose(box, [620, 460, 640, 480])
