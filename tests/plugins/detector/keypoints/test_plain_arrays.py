"""Arrays without the conventions of a tool: npy, npz and lists within lists."""

import json
from pathlib import Path

import numpy as np
import pytest

from framework import npz
from framework.plugins.detector.keypoints import plain_arrays
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import SKELETONS


@pytest.fixture
def of_npy(tmp_path):
    def make(array, **settings):
        path = tmp_path / "clip.npy"
        np.save(path, array)
        assert is_keypoints(path)
        return read(path, KeypointFilesConfig(**settings))

    return make


@pytest.fixture
def clip(person):
    """(4, 2, 17, 2): two people in four frames; the second is not in frame 1."""
    points = np.stack([np.stack([person(x=200.0 + k), person(x=400.0)]) for k in range(4)])
    points[1, 1] = np.nan
    return points


@pytest.mark.parametrize("dtype", ["f4", ">f8", "f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_people_of_each_frame(of_npy, clip, per_frame, dtype, order):
    recording = of_npy(np.asarray(clip, dtype, order=order))
    assert per_frame(recording) == [2, 1, 2, 2]
    assert "no scores" in recording.notes[0]
    found = recording.people(2).keypoints
    np.testing.assert_allclose(found, clip[2], rtol=1e-3 if dtype == "f2" else 1e-6)


def test_one_person_with_scores(of_npy, clip, per_frame):
    recording = of_npy(np.insert(clip[:, 0], 2, 0.7, axis=2))
    assert per_frame(recording) == [1, 1, 1, 1]
    np.testing.assert_allclose(recording.keypoint_scores, 0.7)


def test_names_as_a_setting(of_npy, clip, person):
    names = list(SKELETONS["coco17"].joints)[::-1]
    recording = of_npy(clip[:, 0, ::-1], joints=names)
    np.testing.assert_allclose(recording.people(0).keypoints[0], clip[0, 0], rtol=1e-6)


def test_an_npz_with_scores_names_size_and_rate(reading, clip):
    order = np.random.default_rng(0).permutation(17)
    content = {
        "keypoints": clip[:, :, order],
        "scores": np.full((4, 2, 17), 0.6),
        "joint_names": np.array(SKELETONS["coco17"].joints)[order],
        "image_size_wh": np.array([640, 480]),
        "fps": np.float64(30),
    }
    recording = reading(content, "clip.npz")
    np.testing.assert_allclose(recording.people(3).keypoints, clip[3], rtol=1e-6)
    np.testing.assert_allclose(recording.keypoint_scores, 0.6, rtol=1e-6)
    assert (recording.size_wh, recording.fps) == ((640, 480), 30)


def test_an_array_under_any_name_if_there_is_one(reading, clip, per_frame):
    content = {"whatever": clip, "ids": np.arange(2)}
    assert per_frame(reading(content, "clip.npz")) == [2, 1, 2, 2]
    assert per_frame(reading({"kpts": clip}, "clip.npz")) == [2, 1, 2, 2]


def test_lists_within_lists(reading, clip, per_frame):
    assert per_frame(reading(np.nan_to_num(clip).tolist())) == [2, 1, 2, 2]
    assert per_frame(reading(clip[:, 0].tolist())) == [1] * 4


def test_freemocaps_cameras(of_npy, tmp_path, refusal, per_frame):
    rng = np.random.default_rng(0)
    cameras = rng.uniform(100, 400, (2, 5, 553, 3))
    recording = of_npy(cameras, entry="1")
    assert (per_frame(recording), recording.skeleton.name) == ([1] * 5, "blazepose33")
    np.testing.assert_allclose(recording.keypoints[0], cameras[1, 0, :33, :2], rtol=1e-6)
    for entry in (None, "2", "left"):
        said = refusal(tmp_path / "clip.npy", entry=entry)
        assert "holds 2 cameras, not frames" in said and "detector.entry=N, from 0 to 1" in said


def test_cameras_are_known_by_more_frames_than_people_find_room(of_npy, person, per_frame):
    cameras = np.tile(person(), (3, 40, 1, 1))
    assert per_frame(of_npy(cameras, entry="2")) == [1] * 40
    assert per_frame(of_npy(cameras[:, :20])) == [20] * 3


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((4, 17)), "it has shape (4, 17), not (frames"),
        (np.zeros((4, 17, 4)), "it has shape (4, 17, 4)"),
        (np.zeros((4, 0, 2)), "it has shape (4, 0, 2)"),
        (np.ones((4, 16, 2)), "people have 16 joints"),
        (np.full((4, 17, 3), 5.0) * [1, 1, -1], "is no score: keypoints are 2D"),
        (np.full((4, 17, 2), "a"), "values of type <U1, not numbers"),
        (np.zeros((4, 17, 2), bool), "not numbers"),
    ],
)
def test_other_arrays_are_refused(tmp_path, array, said, refusal):
    path = tmp_path / "clip.npy"
    np.save(path, array)
    assert said in refusal(path)


def test_python_objects_are_refused_unread(tmp_path, refusal):
    class Attack:
        def __reduce__(self):
            return Path.mkdir, (tmp_path / "victim",)

    np.save(tmp_path / "clip.npy", np.array([Attack()], object))
    assert "Python objects" in refusal(tmp_path / "clip.npy")
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("length", [0, 5, 60, 200])
def test_a_damaged_array_is_refused_as_keypoints(tmp_path, clip, length, refusal):
    path = tmp_path / "clip.npy"
    np.save(path, clip)
    path.write_bytes(path.read_bytes()[:length])
    assert is_keypoints(path)
    refusal(path)


def test_what_declares_more_than_it_holds_is_refused(tmp_path, refusal, monkeypatch):
    path = tmp_path / "clip.npy"
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (10**12, 17, 2)}
        np.lib.format.write_array_header_1_0(file, header)
    assert "does not hold the 34,000,000,000,000 values" in refusal(path)
    monkeypatch.setattr(plain_arrays, "MAX_BYTES", 10)
    assert npz.MAX_BYTES > 10 and "larger than 10 bytes" in refusal(path)


def test_scores_of_another_shape_are_refused(tmp_path, clip, refusal):
    np.savez(tmp_path / "clip.npz", keypoints=clip, scores=np.zeros((4, 17)))
    assert "its scores have shape (4, 17)" in refusal(tmp_path / "clip.npz")


def test_lists_of_several_lengths_are_refused(tmp_path, refusal):
    (tmp_path / "a.json").write_text(json.dumps([[[1, 2], [3]]]))
    refusal(tmp_path / "a.json")
