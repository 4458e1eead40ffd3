"""Files that real tools wrote: the number of people in each frame."""

import json

import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read

FILES = [  # name, skeleton, frames, how many frames have 0, 1, 2 ... people
    ("keypoints2d/alphapose_cmu.json", "openpose18", [0, 122]),
    ("keypoints2d/alphapose_default_coco17.json", "coco17", [0, 122]),
    ("keypoints2d/alphapose_default_halpe26.json", "halpe26", [0, 249, 1]),
    ("keypoints2d/alphapose_default_people.json", "coco17", [0, 45, 40, 115]),
    ("keypoints2d/alphapose_open.json", "openpose18", [0, 122]),
    ("keypoints2d/alphapose_open_sep-json.zip", "openpose18", [0, 122]),
    ("keypoints2d/balancing_openpose_cam03_body25b.zip", "body25b", [0, 100]),
    ("keypoints2d/coco_results_keypoints.json", "coco17", [1246, 20, 9, 7, 4, 2, 1, 1, 2, 0, 0, 1]),
    ("keypoints2d/data_2d_custom_myvideos.npz", "coco17", [0, 287]),
    ("keypoints2d/detectron2_infer_video_raw.npz", "coco17", [0, 106]),
    ("keypoints2d/three_people_openpose_body25.zip", "body25", [0, 0, 0, 125]),
    ("keypoints2d/waist_up_seated_openpose_body25.zip", "body25", [0, 125]),
    ("videopose3d/dance_full_body_detectron2_raw.npz", "coco17", [0, 0, 384, 342, 284, 1]),
    ("videopose3d/dance_indoor_short_detectron2_raw.npz", "coco17", [0, 106]),
    ("videopose3d/gestures_standing_detectron2_raw.npz", "coco17", [0, 529, 3]),
    ("videopose3d/gestures_standing_short_detectron2_raw.npz", "coco17", [0, 78]),
    ("videopose3d/legs_out_of_frame_detectron2_raw.npz", "coco17", [0, 303]),
    ("videopose3d/several_people_detectron2_raw.npz", "coco17", [0, 251, 45, 6]),
    ("videopose3d/with_empty_frames_detectron2_raw.npz", "coco17", [84, 219]),
]


def counted(recording):
    return [len(recording.people(int(frame))) for frame in recording.index]


@pytest.mark.parametrize(("name", "skeleton", "frames"), FILES, ids=[name for name, *_ in FILES])
def test_people_in_the_frames(shared_data, name, skeleton, frames):
    recording = read(shared_data / name, KeypointFilesConfig())
    people = counted(recording)
    assert recording.skeleton.name == skeleton
    assert [people.count(number) for number in range(max(people) + 1)] == frames


def test_every_file_is_among_them(shared_data):
    there = [*(shared_data / "keypoints2d").iterdir(), *(shared_data / "videopose3d").glob("*.npz")]
    names = {path.relative_to(shared_data).as_posix() for path in there}
    assert names == {name for name, *_ in FILES}


def test_gaps_are_where_they_are_in_the_file(shared_data):
    path = shared_data / "videopose3d" / "with_empty_frames_detectron2_raw.npz"
    people = counted(read(path, KeypointFilesConfig()))
    assert people == [0] * 84 + [1] * 219
    results = shared_data / "keypoints2d" / "coco_results_keypoints.json"
    numbers = {entry["image_id"] for entry in json.loads(results.read_text())}
    people = counted(read(results, KeypointFilesConfig()))
    assert {frame for frame, count in enumerate(people) if count} == numbers
