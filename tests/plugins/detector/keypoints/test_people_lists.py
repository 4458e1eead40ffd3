"""Lists of people frame by frame, of OpenPifPaf and of TensorFlow.js."""

import json

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read
from framework.skeletons import COCO17


@pytest.fixture
def prediction(flat):
    def make(**others):
        return {"keypoints": flat(), "bbox": [9, 9, 9, 9], "score": 0.7, "category_id": 1, **others}

    return make


def test_a_line_for_each_frame(tmp_path, prediction, per_frame):
    frames = [[prediction(id_=3)], [], [prediction(id_=3), prediction(category_id=2)]]
    path = tmp_path / "clip.openpifpaf.json"
    lines = [json.dumps({"frame": k, "predictions": people}) for k, people in enumerate(frames)]
    path.write_text("\n".join(lines) + "\n")
    recording = read(path, KeypointFilesConfig())
    assert per_frame(recording) == [1, 0, 1]
    assert recording.people(2).hint_ids.tolist() == [3]
    assert recording.people(2).box_scores[0] == pytest.approx(0.7)


def test_a_file_for_each_image(reading, prediction, per_frame):
    files = {"img_0.json": [prediction()], "img_1.json": [], "img_2.json": [prediction()] * 2}
    assert per_frame(reading(files, "predictions")) == [1, 0, 2]


@pytest.mark.parametrize(
    "mark",
    [
        lambda name, x, y: {"name": name, "x": x, "y": y, "score": 0.8},
        lambda name, x, y: {"part": name, "position": {"x": x, "y": y}, "score": 0.8},
    ],
)
def test_joints_with_names(reading, person, per_frame, mark):
    joints = [
        mark(name, x, y) for name, (x, y) in zip(COCO17.joints, person().tolist(), strict=True)
    ]
    pose = {"score": 0.7, "keypoints": joints[::-1]}
    recording = reading([[pose], [], [pose, pose]])
    assert per_frame(recording) == [1, 0, 2]
    np.testing.assert_allclose(recording.people(0).keypoints[0], person(), rtol=1e-6)
    np.testing.assert_allclose(recording.keypoint_scores, 0.8, rtol=1e-6)
    assert per_frame(reading([{"frame": k, "poses": [pose]} for k in (0, 4)])) == [1, 0, 0, 0, 1]


def test_identities_of_posetracks_files(reading, flat):
    entries = [{"image_id": 0, "keypoints": flat(), "score": 1, "track_id": k} for k in (5, 2)]
    assert reading(entries).people(0).hint_ids.tolist() == [5, 2]


@pytest.mark.parametrize(
    "frame",
    [[{"keypoints": 3}], [{"keypoints": []}, {"keypoints": [{}]}], [{"keypoints": [{"x": 1}]}]],
)
def test_people_that_are_not_whole_are_refused(tmp_path, frame, refusal):
    (tmp_path / "a.json").write_text(json.dumps([frame, frame]))
    refusal(tmp_path / "a.json")
