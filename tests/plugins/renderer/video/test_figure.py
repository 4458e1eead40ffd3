"""The limbs of the 3D figure."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.renderer.video.figure import SHIFT, Figure
from framework.skeletons import H36M17, Skeleton

STICK = Skeleton(name="stick", joints=("left_elbow", "left_wrist"), bones=((0, 1),))


def shapes_of(pixels, nearness, scale=100.0, skeleton=STICK):
    pixels, nearness = np.float32(pixels), np.float32(nearness)
    scales = np.full(pixels.shape[:-1], scale, np.float32)
    return Figure(skeleton, pixels.shape[1]).shapes(pixels, scales, nearness)


@settings(deadline=None, max_examples=40)
@given(
    ends=st.tuples(*[st.floats(50, 350)] * 4),
    scale=st.floats(20, 300),
)
def test_the_outline_of_a_limb_keeps_its_radius_from_the_line_between_its_ends(ends, scale):
    a, b = np.array(ends).reshape(2, 2)
    shapes = shapes_of([[[a, b]]], [[[0.5, 0.5]]], scale)
    body = shapes.outlines[0, 0, 1] / (1 << SHIFT)
    along = b - a
    share = np.clip((body - a) @ along / max(along @ along, 1e-9), 0, 1)
    distance = np.linalg.norm(body - (a + share[:, None] * along), axis=1)
    assert 0.026 * scale - 0.2 <= distance.min() and distance.max() <= 0.034 * scale + 0.2


def test_what_is_near_is_drawn_last_and_missing_people_not_at_all():
    pixels = np.tile(np.float32([[100, 100], [150, 150]]), (1, 3, 1, 1))
    nearness = np.float32([[[0.9, 0.9], [np.nan, np.nan], [0.1, 0.1]]])
    shapes = shapes_of(pixels, nearness)
    assert shapes.count.tolist() == [6]
    person = shapes.order[0] // 3  # a limb and two joints a person
    assert person.tolist() == [2, 2, 2, 0, 0, 0, 1, 1, 1]


def test_far_limbs_are_darker_than_near_ones():
    pixels = np.tile(np.float32([[100, 100], [150, 150]]), (2, 1, 1, 1))
    shapes = shapes_of(pixels, [[[0.0, 0.0]], [[1.0, 1.0]]])
    far, near = shapes.colours[:, 0, 1].sum(-1)
    assert far < near - 50


def test_filled_pixels_lie_at_the_limb():
    shapes = shapes_of([[[[50, 60], [150, 60]]]], [[[0.5, 0.5]]])
    panel = np.zeros((120, 200, 3), np.uint8)
    shapes.draw(panel, 0)
    rows, columns = np.nonzero(panel.any(-1))
    assert panel[60, 100].any()
    assert columns.min() > 40 and columns.max() < 160 and abs(rows.mean() - 60) < 1


def test_the_skull_lies_between_nose_and_crown():
    figure = Figure(H36M17, 1)
    joints = np.zeros((1, 17, 3), np.float32)
    nose, crown = H36M17.index("neck"), H36M17.index("head")
    joints[0, nose], joints[0, crown] = [0, 0, 1.5], [0, 0, 1.7]
    posed = figure.posed(joints)
    assert 1.5 < posed[0, crown, 2] < 1.7
    assert joints[0, crown, 2] == np.float32(1.7)  # the input stays
    assert not (figure.bones == nose).any()  # no limb ends at the nose
