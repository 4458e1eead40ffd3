"""The tables of what is read: each kind has a reader, and nothing has two."""

import pytest

from framework.plugins.detector.keypoints import formats, reading
from framework.plugins.detector.keypoints.formats import (
    DOCUMENTS,
    FILES,
    FRAMES,
    kind_of,
    of_document,
    of_documents,
)

PEOPLE = {"people": [{"pose_keypoints_2d": [9.0] * 75}]}
MARKS = [{"x": 0.5, "y": 0.5}] * 33
INSTANCE = {"keypoints": [[9.0, 9.0]] * 17, "keypoint_scores": [1.0] * 17}
DETECTION = {"box": {}, "keypoints": {"x": [9.0] * 17, "y": [9.0] * 17}}
CLIPS = {
    "MMPose": [{"frame_id": 0, "instances": [INSTANCE]}],
    "COCO annotations": {"images": [], "annotations": []},
    "AlphaPose, COCO results": [{"image_id": 0, "keypoints": [9.0] * 51}],
    "AlphaPose cmu and open": {"0.jpg": PEOPLE},
    "ultralytics": [[DETECTION], []],
    "MediaPipe": [MARKS, None],
    "OpenPifPaf, TensorFlow.js": [{"predictions": [{"keypoints": [9.0] * 51}]}],
    "lists within lists": [[[9.0, 9.0]] * 17],
}
SINGLE = {
    "OpenPose": PEOPLE,
    "MMPose": [INSTANCE],
    "ultralytics": [DETECTION],
    "MediaPipe": {"pose_landmarks": MARKS},
    "OpenPifPaf, TensorFlow.js": [{"keypoints": [9.0] * 51}],
}


def first(forms, document):
    return next(form.name for form in forms if form.recognises(document))


def test_every_kind_of_file_has_a_reader():
    assert {kind.name for kind in FILES} == reading._READERS.keys()


@pytest.mark.parametrize("name", [form.name for form in DOCUMENTS])
def test_each_document_is_recognised_as_its_own_form(name):
    assert first(DOCUMENTS, CLIPS[name]) == name
    of_document(CLIPS[name])


@pytest.mark.parametrize("name", [form.name for form in FRAMES])
def test_each_frame_is_recognised_as_its_own_form(name):
    assert first(FRAMES, SINGLE[name]) == name
    assert len(of_documents({"0.json": SINGLE[name], "1.json": SINGLE[name]}).images) == 2


def test_the_content_counts_and_not_the_suffix(tmp_path):
    path = tmp_path / "clip.csv"
    path.write_bytes(b"\x93NUMPY\x01\x00")
    assert kind_of(path).name == "npy"
    path.write_bytes(b"\x00")
    assert kind_of(path).name == "table"
    other = tmp_path / "clip.mp4"
    other.write_bytes(b"\x00")
    assert kind_of(other) is None
    assert formats.HEAD > 1000
