"""NumPy archives of VideoPose3D and the projects around it."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.skeletons import COCO17, H36M17


def objects(*items):
    array = np.empty(len(items), object)
    array[:] = items
    return array


def nothing(value):
    array = np.empty((), object)
    array[()] = value
    return array


@pytest.fixture
def raw(person):
    """``infer_video_d2`` over three frames: one person, nobody, two people."""

    def make(as_lists=False, probability=0.2, logit=0.0):
        keypoints, boxes = np.empty((3, 2), object), np.empty((3, 2), object)
        for frame, count in enumerate((1, 0, 2)):
            people = [
                np.stack([*person().T + n, np.full(17, logit), np.full(17, probability)])
                for n in range(count)
            ]
            found = people if as_lists or not count else np.stack(people)
            keypoints[frame] = [[], found]
            boxes[frame] = [[], np.array([[10, 20, 300, 400, 0.97]] * count) if count else []]
        metadata = nothing({"w": 640, "h": 480})
        return {
            "boxes": boxes,
            "keypoints": keypoints,
            "segments": nothing(None),
            "metadata": metadata,
        }

    return make


@pytest.mark.parametrize("as_lists", [False, True])
def test_raw_detections_of_videopose3d(reading, raw, per_frame, person, as_lists):
    recording = reading(raw(as_lists), "clip.mp4.npz")
    assert per_frame(recording) == [1, 0, 2]
    assert recording.size_wh == (640, 480)
    people = recording.people(2)
    np.testing.assert_allclose(people.keypoints[1], person() + 1, rtol=1e-6)
    np.testing.assert_allclose(people.keypoint_scores, 0.2)  # row 3, not the logit
    assert people.box_scores.tolist() == pytest.approx([0.97] * 2)
    np.testing.assert_allclose(people.boxes[0], [10, 20, 300, 400])


def test_detectron_and_detectron2_score_on_scales_of_their_own(reading, raw):
    second, first = raw(), raw(logit=3.0, probability=0.005)
    assert reading(second, "a.npz").score_threshold == 0.05
    assert reading(first, "b.npz").score_threshold == 0.001
    assert reading(first, "b.npz", score_threshold=0.01).score_threshold == 0.01


def prepared(**videos):
    """``prepare_data_2d_custom``."""
    sizes = {name: {"w": 640, "h": 480} for name in videos}
    content = {name: {"custom": [points]} for name, points in videos.items()}
    metadata = {"layout_name": "coco", "num_joints": 17, "video_metadata": sizes}
    return {"positions_2d": nothing(content), "metadata": nothing(metadata)}


def test_prepared_keypoints_of_videopose3d(reading, person, per_frame):
    points = np.stack([person()] * 3).astype(np.float32)
    recording = reading(prepared(clip=points), "data_2d_custom_myvideos.npz")
    assert (per_frame(recording), recording.size_wh) == ([1, 1, 1], (640, 480))
    assert (recording.keypoint_scores == 1).all()


def test_one_of_several_prepared_videos_is_chosen_by_name(reading, person):
    one, two = (np.stack([person()] * length).astype(np.float32) for length in (3, 5))
    videos = prepared(**{"a.mp4": one, "b.mp4": two})
    assert len(reading(videos, "data.npz", entry="b.mp4").index) == 5
    assert len(reading(videos, "a.mp4.npz").index) == 3
    with pytest.raises(
        InputError, match=r"none of its 2 videos is named like the input.*a\.mp4, b\.mp4"
    ):
        reading(videos, "data.npz")
    with pytest.raises(InputError, match="none of its 2 videos has the name 'c'"):
        reading(videos, "data.npz", entry="c")


def test_detections_with_the_wrong_layout_in_their_metadata_are_coco(reading, person):
    scored = np.insert(np.stack([person()] * 4), 2, 0.005, axis=2).astype(np.float32)
    content = {
        "positions_2d": nothing({"S1": {"Directions 1": [scored]}}),
        "metadata": nothing({"layout_name": "h36m", "num_joints": 17}),
    }
    recording = reading(content, "data_2d_detections.npz")
    assert recording.skeleton is COCO17
    assert (recording.keypoint_scores >= recording.score_threshold).all()


def test_keypoints_in_the_order_of_human36m_are_told_apart(reading, person):
    points = np.stack([person("h36m17")] * 4).astype(np.float32)
    assert reading(prepared(clip=points), "data_2d_h36m_cpn.npz").skeleton is H36M17


def test_kpts_of_the_project_that_wraps_videopose3d(reading, person, per_frame):
    recording = reading({"kpts": np.stack([person()] * 6).astype(np.float32)}, "clip.npz")
    assert (per_frame(recording), recording.skeleton) == ([1] * 6, COCO17)


def test_arrays_of_an_unknown_tool_are_refused(tmp_path, refusal):
    cases = [
        ({"a": np.zeros(3)}, r"(a) are not those of a known tool"),
        ({"kpts": np.zeros((4, 16, 2))}, "(4, 16, 2)"),
        ({"kpts": np.array("text")}, "could not convert"),
        ({"boxes": np.zeros(3), "keypoints": np.zeros(3)}, "not (frames, classes)"),
        ({"positions_2d": np.zeros(3)}, ""),
    ]
    for number, (arrays, said) in enumerate(cases):
        path = tmp_path / f"{number}.npz"
        np.savez(path, **arrays)
        assert said in refusal(path)
