"""Dumps of MediaPipe's landmarks."""

import json

import numpy as np
import pytest


@pytest.fixture
def landmarks(person):
    """The 33 landmarks of a person in an image of 640x480."""

    def make(x=300.0):
        shares = person("blazepose33", x) / np.array([640, 480])
        return [{"x": a, "y": b, "z": -0.1, "visibility": 0.9} for a, b in shares.tolist()]

    return make


FORMS = {
    "lists": lambda each: [*each],
    "protobuf": lambda each: [{"landmark": marks} if marks else None for marks in each],
    "keys": lambda each: [{"pose_landmarks": marks} for marks in each],
    "tasks": lambda each: [[marks] if marks else [] for marks in each],
    "numbers": lambda each: [
        {"frame": k, "landmarks": marks} for k, marks in enumerate(each) if marks
    ],
    "inside": lambda each: {"fps": 30, "frames": [{"poseLandmarks": marks} for marks in each]},
    "names": lambda each: {f"frame_{k:04}": marks for k, marks in enumerate(each)},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_dumps_of_a_clip(reading, landmarks, person, per_frame, form):
    document = form([landmarks(), [], landmarks(320.0)])
    recording = reading(document, image_size_wh=[640, 480])
    assert (recording.source, per_frame(recording)) == ("MediaPipe", [1, 0, 1])
    people = recording.people(2)
    np.testing.assert_allclose(people.keypoints[0], person("blazepose33", 320.0), rtol=1e-5)
    np.testing.assert_allclose(people.keypoint_scores, 0.9, rtol=1e-6)


def test_several_people_and_a_file_for_each_frame(reading, landmarks, per_frame):
    files = {"0.json": [landmarks(), landmarks(400.0)], "1.json": {"landmarks": landmarks()}}
    assert per_frame(reading(files, "dump")) == [2, 1]


def test_landmarks_without_visibility_are_seen(reading, landmarks):
    marks = [{"x": mark["x"], "y": mark["y"]} for mark in landmarks()]
    assert (reading([marks, marks]).keypoint_scores == 1).all()


def test_a_single_frame_is_asked_for_its_folder(tmp_path, landmarks, refusal):
    path = tmp_path / "frame.json"
    path.write_text(json.dumps({"pose_landmarks": landmarks()}))
    assert "a single frame" in refusal(path)


def test_a_landmark_that_is_no_number_is_refused(tmp_path, landmarks, refusal):
    marks = landmarks()
    marks[4]["x"] = "left"
    path = tmp_path / "frames.json"
    path.write_text(json.dumps([marks, marks]))
    refusal(path)
