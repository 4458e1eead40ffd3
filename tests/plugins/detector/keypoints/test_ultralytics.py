"""JSON and label files of ultralytics."""

import json

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read


@pytest.fixture
def detection(person):
    def make(x=300.0, **others):
        points = person(x=x)
        joints = {"x": points[:, 0].tolist(), "y": points[:, 1].tolist(), "visible": [0.8] * 17}
        box = {"x1": 100.0, "y1": 50.0, "x2": 500.0, "y2": 400.0}
        found = {"name": "person", "class": 0, "confidence": 0.9, "box": box, "keypoints": joints}
        return {**found, **others}

    return make


def test_a_list_of_results(reading, detection, per_frame, person):
    frames = [[detection(track_id=4)], [], [detection(track_id=4), detection(400.0, track_id=5)]]
    recording = reading(frames)
    assert (recording.source, per_frame(recording)) == ("ultralytics", [1, 0, 2])
    people = recording.people(2)
    np.testing.assert_allclose(people.keypoints[0], person(), rtol=1e-6)
    assert people.hint_ids.tolist() == [4, 5]
    assert people.boxes[0].tolist() == [100, 50, 500, 400]
    assert people.box_scores.tolist() == pytest.approx([0.9, 0.9])


def test_a_list_of_texts_and_a_file_for_each_frame(reading, detection, per_frame):
    frames = [[detection()], [], [detection(), detection(400.0), detection(**{"class": 2})]]
    assert per_frame(reading([json.dumps(frame) for frame in frames])) == [1, 0, 2]
    files = {f"clip_{k}.json": frame for k, frame in enumerate(frames)}
    assert per_frame(reading(files, "results")) == [1, 0, 2]


def test_models_without_visibility(reading, detection):
    person = detection()
    del person["keypoints"]["visible"], person["box"], person["confidence"]
    recording = reading([[person]])
    assert (recording.keypoint_scores == 1).all() and np.isfinite(recording.boxes).all()


def test_results_with_other_numbers_of_joints_are_refused(tmp_path, detection, refusal):
    other = detection(keypoints={"x": [1.0], "y": [2.0]})
    (tmp_path / "a.json").write_text(json.dumps([[detection(), other]]))
    assert "different numbers of joints" in refusal(tmp_path / "a.json")


@pytest.fixture
def labels(tmp_path, person):
    """A folder of label files: a person in frames 1 and 3 of a video of 640x480."""

    def make(width=3, tail="", frames=(1, 3)):
        folder = tmp_path / "labels"
        folder.mkdir(exist_ok=True)
        joints = person() / np.array([640, 480])
        joints = np.insert(joints, 2, 0.8, axis=1) if width == 3 else joints
        numbers = " ".join(f"{value:g}" for value in joints.ravel())
        for frame in frames:
            (folder / f"clip_{frame}.txt").write_text(f"0 0.5 0.5 0.25 0.5 {numbers}{tail}\n")
        return folder

    return make


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize(
    ("tail", "score", "identity"),
    [("", None, None), (" 0.75", 0.75, None), (" 7", None, 7), (" 0.75 7", 0.75, 7)],
)
def test_label_files(labels, person, per_frame, *, width, tail, score, identity):
    recording = read(labels(width, tail), KeypointFilesConfig(image_size_wh=[640, 480]))
    assert (recording.skeleton.name, per_frame(recording)) == ("coco17", [1, 0, 1])
    people = recording.people(0)
    np.testing.assert_allclose(people.keypoints[0], person(), rtol=1e-4)
    np.testing.assert_allclose(people.boxes[0], [240, 120, 400, 360], rtol=1e-5)
    assert score is None or people.box_scores[0] == pytest.approx(score)
    assert identity is None or people.hint_ids.tolist() == [identity]
    assert "counted from 1" in " ".join(recording.notes)


def test_label_files_that_are_counted_from_zero(labels, per_frame):
    folder = labels(frames=(0, 2))
    assert per_frame(read(folder, KeypointFilesConfig())) == [1, 0, 1]


def test_other_texts_beside_labels_are_passed_over(labels, per_frame):
    folder = labels()
    (folder / "classes.txt").write_text("person\nball\n")
    (folder / "clip_2.txt").write_text("1 0.5 0.5 0.1 0.1 " + "0.5 " * 51)
    assert per_frame(read(folder, KeypointFilesConfig())) == [1, 0, 1]


def test_a_label_file_alone_is_asked_for_its_folder(labels, refusal):
    path = labels() / "clip_1.txt"
    assert is_keypoints(path) and "a single frame; give the folder" in refusal(path)


def test_lines_of_several_lengths_are_refused(labels, refusal):
    folder = labels()
    (folder / "clip_2.txt").write_text("0 0.5 0.5 0.1 0.1 " + "0.5 " * 75)
    assert "differ in their number of values" in refusal(folder)
