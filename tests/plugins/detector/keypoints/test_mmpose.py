"""Files of MMPose's inferencer and of its demos."""

import numpy as np
import pytest

from framework.skeletons import SKELETONS


@pytest.fixture
def instance(person):
    """A person as ``split_instances`` writes one; the box is nested in a list."""

    def make(x=300.0, skeleton="coco17"):
        points = person(skeleton, x)
        return {
            "keypoints": points.tolist(),
            "keypoint_scores": [0.8] * len(points),
            "bbox": [[100.0, 50.0, 500.0, 400.0]],
            "bbox_score": 0.9,
        }

    return make


def test_a_video(reading, instance, per_frame, person):
    people = [[instance()], [], [instance(), instance(400.0)]]
    recording = reading([{"frame_id": k, "instances": each} for k, each in enumerate(people)])
    assert (recording.source, per_frame(recording)) == ("MMPose", [1, 0, 2])
    found = recording.people(0)
    np.testing.assert_allclose(found.keypoints[0], person(), rtol=1e-6)
    np.testing.assert_allclose(found.keypoint_scores, 0.8)
    assert found.boxes[0].tolist() == [100, 50, 500, 400]
    assert found.box_scores[0] == pytest.approx(0.9)


def test_frames_and_joints_of_the_demos(reading, instance, per_frame):
    names = SKELETONS["halpe26"].joints
    document = {
        "meta_info": {"keypoint_id2name": {str(k): name for k, name in enumerate(names)}},
        "instance_info": [
            {"frame_id": k, "instances": [instance(skeleton="halpe26")]} for k in (1, 2, 4)
        ],
    }
    recording = reading(document)
    assert (recording.skeleton.name, per_frame(recording)) == ("halpe26", [1, 1, 0, 1])
    assert "counted from 1; give detector.first_number=0" in recording.notes[-1]
    assert per_frame(reading(document, first_number=0)) == [0, 1, 1, 0, 1]


def test_a_file_for_each_image(reading, instance, per_frame):
    files = {"img_000.json": [instance()], "img_001.json": [], "img_003.json": [instance()] * 2}
    assert per_frame(reading(files, "predictions")) == [1, 0, 0, 2]


def test_a_clip_without_anybody(reading, per_frame):
    document = [{"frame_id": k, "instances": []} for k in range(3)]
    assert per_frame(reading(document)) == [0, 0, 0]


def test_people_without_scores(reading, instance):
    person = {"keypoints": instance()["keypoints"]}
    recording = reading([{"frame_id": 0, "instances": [person]}])
    assert (recording.keypoint_scores == 1).all()


def test_a_single_image_is_asked_for_its_folder(tmp_path, instance, refusal):
    import json

    (tmp_path / "image.json").write_text(json.dumps([instance()]))
    assert "a single frame; give the folder" in refusal(tmp_path / "image.json")
