"""Synthetic cameras turn people; they never mirror them."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.lab.motion.body import BODY
from framework.lab.motion.cameras import Cameras, place_cameras, project

LEVEL = Cameras(
    elevation_rad=[0.0, 0.0], distance_m=[4.0, 4.0], roll_rad=0.0, off_axis=0.0, shaking=0.0
)


def handedness(points: torch.Tensor) -> torch.Tensor:
    """Positive for a person, negative for a mirror image: (left x up) . forward."""
    left = points[..., BODY.index("left_hip"), :] - points[..., BODY.index("right_hip"), :]
    up = points[..., BODY.index("thorax"), :] - points[..., BODY.index("pelvis"), :]
    ahead = points[..., BODY.index("nose"), :] - points[..., BODY.index("skull"), :]
    return (torch.cross(left, up, dim=-1) * ahead).sum(-1)


@pytest.fixture
def windows(person):
    return torch.from_numpy(person.points)[None].repeat(64, 1, 1, 1)


def test_a_left_hand_stays_a_left_hand(windows):
    seen = place_cameras(windows, Cameras(), torch.Generator().manual_seed(0))
    assert (handedness(windows) > 0).all()
    assert (handedness(seen) > 0).all()


def test_up_is_negative_y_and_people_stand_before_the_camera(windows):
    seen = place_cameras(windows, LEVEL, torch.Generator().manual_seed(0))
    assert (seen[..., BODY.index("head"), 1] < seen[..., BODY.index("left_ankle"), 1]).all()
    assert seen[:, :, 0, 2].mean().item() == pytest.approx(4, abs=0.05)


def test_a_person_who_faces_the_camera_has_the_left_hand_at_the_right_of_the_image(windows):
    seen = place_cameras(windows, LEVEL, torch.Generator().manual_seed(1))
    nose, skull = (seen[..., BODY.index(point), :] for point in ("nose", "skull"))
    facing = (nose - skull)[..., 2] < -0.09
    hand, shoulder = (project(seen[..., BODY.index(f"left_{p}"), :]) for p in ("wrist", "shoulder"))
    assert facing.any()
    assert (hand[..., 0] > shoulder[..., 0])[facing].all()


def test_a_camera_above_sees_the_head_nearer_than_the_feet(windows):
    above = Cameras(elevation_rad=[0.7, 0.7], roll_rad=0.0, shaking=0.0)
    seen = place_cameras(windows, above, torch.Generator().manual_seed(2))
    assert (seen[..., BODY.index("head"), 2] < seen[..., BODY.index("left_ankle"), 2]).all()


@given(seed=st.integers(0, 1000), near=st.floats(0.3, 3))
@settings(deadline=None, max_examples=20)
def test_no_point_is_behind_the_camera(seed, near):
    points = 2 * torch.randn(8, 10, 23, 3, generator=torch.Generator().manual_seed(seed))
    cameras = Cameras(distance_m=[near, near + 0.1])
    seen = place_cameras(points, cameras, torch.Generator().manual_seed(seed))
    assert seen[..., 2].min() > 0.699
