"""Where people and the camera stand."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.renderer.viewer.scene import placed


def lowest(scene):
    return (scene.joints + scene.roots[:, :, None])[..., 1].min(-1)


def test_people_stand_on_the_floor_where_they_were(make_scene):
    scene = placed(make_scene(people=2, rows=50, roots=True))
    assert scene.has_places and np.abs(np.median(lowest(scene), axis=1) - 0.08).max() < 0.06
    np.testing.assert_allclose(scene.roots[1, 0] - scene.roots[0, 0], [1.1, 0, -0.5], atol=1e-5)


def test_a_floor_that_rises_with_distance_is_made_level(make_scene):
    result = make_scene(people=3, rows=50, roots=True)
    tilt = np.radians(20)
    sin, cos = np.sin(tilt), np.cos(tilt)
    # The camera looks down: in its axes (y down, z away) the scene turns about x.
    turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    poses = []
    for number, pose in enumerate(result.poses):
        root = pose.root + np.array([0, 0, 2.0 * number])
        poses.append(
            replace(
                pose,
                joints=(pose.joints @ turn.T).astype(np.float32),
                root=(root @ turn.T).astype(np.float32),
            )
        )
    scene = placed(replace(result, poses=tuple(poses)))
    assert np.degrees(scene.tilt_rad) == pytest.approx(20, abs=2)
    assert np.abs(np.median(lowest(scene), axis=1) - 0.08).max() < 0.1


def test_nobody_stands_below_the_floor(make_scene):
    result = make_scene(people=2, rows=50, roots=True)
    raised = replace(result.poses[0], root=result.poses[0].root - np.float32([0, 2, 0]))
    scene = placed(replace(result, poses=(raised, result.poses[1])))
    heights = np.median(lowest(scene), axis=1)
    assert heights[0] == pytest.approx(2, abs=0.1) and heights[1] == pytest.approx(0.08, abs=0.06)


def test_people_without_places_are_side_by_side(make_scene):
    scene = placed(make_scene(people=2, rows=10, missing=slice(3, 5)))
    assert not scene.has_places and np.isnan(scene.roots[:, 3]).all()
    assert scene.roots[1, 0, 0] - scene.roots[0, 0, 0] == pytest.approx(1.25)
    np.testing.assert_allclose(np.delete(lowest(scene), [3, 4], axis=1), 0.05, atol=1e-6)


def test_nobody_has_an_extent(make_scene):
    about = placed(make_scene(people=0)).described()
    assert np.isfinite([*about["low"], *about["high"]]).all()
