"""Solids of a person: what is drawn, where, and in which colours."""

from dataclasses import replace

import numpy as np
import pytest

from framework.lab.sample.body import BodyDimensions, joints
from framework.lab.sample.figure import Outfit, person_solids
from framework.lab.sample.motion_script import MotionScript
from framework.skeletons import COCO17

BODY = BodyDimensions()


@pytest.fixture
def pose():
    return MotionScript(heading_deg=0.0, seconds=1).pose(BODY, np.array([0.5])).at(0)


def ends(solids):
    return np.stack([solids.origin, solids.origin + solids.axes[:, :, 2] * solids.length[:, None]])


def nearest(solids, point):
    """Least distance of a point from the balls of all solids."""
    return (np.linalg.norm(ends(solids) - point, axis=-1) - solids.radii.T).min()


def test_every_joint_is_inside_the_body(pose):
    solids = person_solids(pose, 1.0, Outfit())
    for name, point in zip(COCO17.joints, joints(pose, 1.0, COCO17), strict=True):
        assert nearest(solids, point) < 0.02, name


def test_nothing_is_below_the_floor_and_the_soles_are_on_it(pose):
    solids = person_solids(pose, 1.0, Outfit())
    assert solids.nearest.min() == pytest.approx(0, abs=0.005)


def test_the_figure_grows_with_its_size(pose):
    one, large = (person_solids(pose, size, Outfit()) for size in (1.0, 1.3))
    assert len(one) == len(large)
    assert (large.thickness > 1.15 * one.thickness).mean() > 0.9


def test_long_hair_adds_one_solid_of_the_hair(pose):
    outfit = Outfit(hair=(0.1, 0.7, 0.2))
    short, long = (
        person_solids(pose, 1.0, replace(outfit, long_hair=hair)) for hair in (False, True)
    )
    assert len(long) == len(short) + 1

    def of_hair(solids):
        return sum(material.colour == outfit.hair for material in solids.materials)

    assert of_hair(long) == of_hair(short) + 1


@pytest.mark.parametrize(("sleeve", "covered"), [(0.62, False), (2.0, True)])
def test_sleeves_end_above_the_elbow_or_at_the_wrist(pose, sleeve, covered):
    outfit = Outfit(shirt=(0.2, 0.9, 0.1), sleeve=sleeve)
    solids = person_solids(pose, 1.0, outfit)
    cloth = np.array([material.colour == outfit.shirt for material in solids.materials])
    below_the_elbow = pose.elbows[0] + 0.4 * (pose.wrists[0] - pose.elbows[0])
    starts, stops = ends(solids.take(cloth))
    # A cone of cloth from the elbow downwards covers the forearm.
    along = ((below_the_elbow - starts) * (stops - starts)).sum(-1)
    share = along / ((stops - starts) ** 2).sum(-1)
    nearest_points = starts + np.clip(share, 0, 1)[:, None] * (stops - starts)
    assert (np.linalg.norm(nearest_points - below_the_elbow, axis=-1).min() < 0.01) == covered


def test_left_and_right_are_mirror_images_of_each_other(pose):
    centres = person_solids(pose, 1.0, Outfit()).origin
    mirrored = centres * [1, -1, 1]
    distances = np.linalg.norm(centres[:, None] - mirrored[None], axis=-1).min(axis=1)
    # Solids from left to right, such as the hips, begin on one side only.
    assert (distances < 0.02).mean() > 0.9
