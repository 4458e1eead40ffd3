"""Packed motion capture."""

import json

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.motion.body import BODY
from framework.lab.motion.packed import read_packed, subjects_of


def test_clips_are_read_back_to_the_millimetre(packed, person):
    (clip, second) = list(read_packed(packed))
    assert (clip.name, clip.subject, clip.action) == ("steps_1", "anna", "walk")
    assert second.subject == "ben"
    assert len(clip.points) == len(person.points)
    np.testing.assert_allclose(clip.points, person.points, atol=2e-3)


def test_a_file_of_another_kind_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", joints=np.zeros(3))
    with pytest.raises(InputError, match=r"other\.npz is not packed motion capture"):
        list(read_packed(tmp_path / "other.npz"))


def test_a_split_names_people(tmp_path):
    (tmp_path / "split.json").write_text(json.dumps({"splits": {"train": {"anna": 1.0}}}))
    assert subjects_of(tmp_path / "split.json", "train") == {"anna"}
    with pytest.raises(InputError, match="no part 'test'"):
        subjects_of(tmp_path / "split.json", "test")


def test_recorded_people_keep_their_bones_and_walk_forwards(shared_data):
    clips = list(read_packed(shared_data / "mocap" / "permissive" / "cmu_native.npz"))
    assert len(clips) == 259
    walk = next(clip.points for clip in clips if clip.action == "walk")
    thigh = np.linalg.norm(
        walk[:, BODY.index("left_knee")] - walk[:, BODY.index("left_hip")], axis=1
    )
    assert thigh.std() < 0.002
    across = walk[:, BODY.index("left_hip")] - walk[:, BODY.index("right_hip")]
    ahead = np.cross(across.mean(axis=0), (0, 1, 0))
    travel = walk[-1, 0] - walk[0, 0]
    assert ahead @ travel > 0.9 * np.linalg.norm(ahead) * np.linalg.norm(travel)
