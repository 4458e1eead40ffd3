"""Recorded people as figures, and their pictures."""

import numpy as np
import pytest

from framework.lab.motion.body import COCO
from framework.lab.sample.body import joints
from framework.lab.simulation.actor import posed, size_of
from framework.lab.simulation.film import film, framed
from framework.skeletons import COCO17, H36M17

LIMBS = [
    f"{s}_{j}"
    for s in ("left", "right")
    for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


@pytest.fixture
def before_the_camera(person):
    """(40, 23, 3) the person 4 m before a camera at the height of the hips, facing it."""
    points = person.points.astype(float) - [0.6, 1.0, 0]
    return points * [1, -1, -1] + [0, 0, 4.0]


def test_the_figure_has_its_limbs_where_the_person_has_them(before_the_camera):
    pose = posed(before_the_camera)
    drawn = joints(pose, size_of(before_the_camera), H36M17)
    rows = [H36M17.index(joint) for joint in LIMBS]
    np.testing.assert_allclose(drawn[:, rows], before_the_camera[:, rows], atol=1e-9)


def test_the_figures_face_is_where_the_persons_is(before_the_camera):
    drawn = joints(posed(before_the_camera), size_of(before_the_camera), COCO17)[:, :5]
    assert np.linalg.norm(drawn - before_the_camera[:, COCO[:5]], axis=-1).max() < 0.02


def test_no_part_of_the_figure_is_mirrored(before_the_camera):
    pose = posed(before_the_camera)
    for axes in (pose.pelvis_axes, pose.chest_axes, pose.head_axes, pose.hand_axes, pose.foot_axes):
        assert (np.linalg.det(axes) > 0).all()
    # Who faces the camera looks along -z and has the left side at +x.
    np.testing.assert_allclose(pose.head_axes[0] @ [1, 0, 0], [0, 0, -1], atol=1e-9)
    assert (pose.chest_axes[:, 0, 1] > 0).all()


def test_the_picture_shows_the_person_and_stands_still_elsewhere(before_the_camera):
    frame = framed(before_the_camera, np.random.default_rng(1))
    two = before_the_camera[[0, 39]]
    looks = [np.stack(list(film(two, frame, np.random.default_rng(n)))) for n in range(8)]
    assert looks[0].shape == (2, frame.size_wh[1], frame.size_wh[0], 3)
    changed = np.mean(
        [np.abs(np.diff(look.astype(int), axis=0)).max(axis=-1)[0] for look in looks], 0
    )
    for x, y in frame.to_pixels(two[:, 0, :2] / two[:, 0, 2:]).astype(int):
        assert changed[y - 3 : y + 4, x - 3 : x + 4].min() > 30
    assert changed[:8, :8].max() < 15


def test_most_frames_hold_the_whole_way_and_some_cut_a_part_off(before_the_camera):
    image = before_the_camera[..., :2] / before_the_camera[..., 2:]
    whole = 0
    for seed in range(60):
        frame = framed(before_the_camera, np.random.default_rng(seed))
        pixels = frame.to_pixels(image)
        whole += bool(((pixels >= 0) & (pixels < frame.size_wh)).all())
        np.testing.assert_allclose(frame.to_image(pixels), image, atol=1e-9)
    assert 40 <= whole < 60
