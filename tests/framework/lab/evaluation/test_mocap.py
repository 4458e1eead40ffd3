"""Held-out people under synthetic cameras."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.evaluation.mocap import VIDEO, excerpts, library, pairs, read_people
from framework.lab.motion.body import FPS
from framework.lab.motion.noise import PERFECT, Noise
from framework.skeletons import COCO17, H36M17
from framework.types import Pose3D


@pytest.fixture
def people(mocap):
    return read_people(mocap, "test")


def test_only_the_people_of_a_part_are_read(mocap, people):
    assert {motion.subject for motion in people} == {"ben"}
    assert {motion.subject for motion in read_people(mocap, "train")} == {"anna"}
    assert len(library(mocap).first) == 1


def test_the_split_may_lie_in_the_folder_above(mocap, tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "packed.npz").rename(tmp_path / "inner/packed.npz")
    assert len(read_people(tmp_path / "inner", "test")) == 1


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_folder_without_people_of_the_part_is_an_error(tmp_path, mocap, part):
    folder = mocap if part == "validation" else tmp_path / "none"
    with pytest.raises(InputError, match="no packed motion of the people"):
        read_people(folder, part)


def test_without_noise_keypoints_are_the_projection_in_pixels(people):
    (excerpt,) = excerpts(people, PERFECT, seed=0)
    assert excerpt.action == "wave"
    track = excerpt.track
    assert track.skeleton is COCO17
    np.testing.assert_allclose(np.diff(track.time_s), 1 / FPS)
    # The truth has H36M-17 joints; limbs are the same in COCO-17.
    joint = "left_wrist"
    point = excerpt.truth[:, H36M17.index(joint)]
    pixels = point[:, :2] / point[:, 2:] * 1920 + np.array(VIDEO.size_wh) / 2
    np.testing.assert_allclose(track.keypoints[:, COCO17.index(joint)], pixels, atol=0.05)
    assert track.complete.all()


def test_cameras_depend_on_the_seed_but_not_on_the_noise(people):
    clean, noisy = (excerpts(people, noise, seed=4)[0] for noise in (PERFECT, Noise()))
    np.testing.assert_array_equal(clean.truth, noisy.truth)
    other = excerpts(people, PERFECT, seed=5)[0]
    assert not np.allclose(clean.truth, other.truth)


def test_long_recordings_are_cut_and_short_rests_are_left_out(people):
    (motion,) = people
    long = type(motion)(
        name="long",
        subject="ben",
        action="wave",
        points=np.concatenate([motion.points] * 3)[: 81 + 26],
    )
    assert [len(e.truth) for e in excerpts([long], PERFECT, seed=0)] == [81]
    longer = type(motion)(
        name="x", subject="ben", action="", points=np.concatenate([motion.points] * 3)[: 81 + 27]
    )
    assert [len(e.truth) for e in excerpts([longer], PERFECT, seed=0)] == [81, 27]


def test_predictions_are_paired_with_their_truth(people):
    found = excerpts(people, PERFECT, seed=0)
    truth = found[0].truth
    pose = Pose3D(
        track_id=0,
        skeleton=H36M17,
        joints=(truth + 0.1).astype(np.float32),
        valid=np.ones(len(truth), bool),
    )
    (pair,) = pairs(found, [pose])
    assert pair.in_camera_axes
    np.testing.assert_allclose(pair.predicted - pair.truth, 0.1, atol=1e-5)
