"""The body of 23 points: a tree of bones, and a face in its place."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.lab.motion.body import BODY, COCO, ancestry, bones_of


@given(seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=20)
def test_bones_add_up_to_the_points_they_came_from(seed):
    points = np.random.default_rng(seed).normal(size=(4, 23, 3)).astype(np.float32)
    np.testing.assert_allclose(ancestry() @ bones_of(points), points, atol=1e-5)


def test_the_tree_reaches_every_point_from_the_pelvis():
    assert ancestry()[:, 0].all()
    assert sorted(child for _, child in BODY.bones) == list(range(1, 23))


def test_the_face_looks_ahead_and_the_left_ear_is_on_the_left(person):
    face = person.points[0]
    skull = face[BODY.index("skull")]
    assert face[BODY.index("nose"), 2] > skull[2] + 0.08
    assert face[BODY.index("left_ear"), 0] > skull[0] + 0.05
    assert face[BODY.index("right_eye"), 0] < skull[0] - 0.02
    assert face[BODY.index("head"), 1] > skull[1] + 0.1


def test_coco_joints_are_found_by_name():
    assert [BODY.joints[point] for point in COCO[:3]] == ["nose", "left_eye", "right_eye"]
    assert BODY.joints[COCO[16]] == "right_ankle"
