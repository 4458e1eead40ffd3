"""Every format is recognised by what is in it, and means what its tool meant."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.skeletons import BODY25, COCO17, H36M17, HALPE26, OPENPOSE18

LEFT_WRIST = COCO17.index("left_wrist")


def objects(*items):
    array = np.empty(len(items), object)
    array[:] = items
    return array


def nothing(value):
    array = np.empty((), object)
    array[()] = value
    return array


@pytest.fixture
def alphapose(flat):
    """An entry of AlphaPose's default form; its detector was sure of the person to 0.9."""

    def make(image, skeleton="coco17", idx=0, **parts):
        keypoints = flat(skeleton, **parts)
        scores = np.array(keypoints[2::3])
        return {
            "image_id": image,
            "category_id": 1,
            "keypoints": keypoints,
            "score": scores.mean() + 0.9 + 1.25 * scores.max(),
            "box": [200, 50, 150, 300],
            "idx": idx,
        }

    return make


def test_alphapose_leaves_out_frames_without_people(reading, alphapose, per_frame, person):
    entries = [alphapose(f"{k}.jpg") for k in (10, 2, 3, 3)]  # text would sort 10 before 2
    recording = reading(entries)
    assert per_frame(recording) == [0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1]
    assert (recording.skeleton, recording.source) == (COCO17, "AlphaPose")
    people = recording.people(10)
    np.testing.assert_allclose(people.keypoints[0], person(), rtol=1e-6)
    np.testing.assert_allclose(people.boxes[0], [200, 50, 350, 350])
    assert people.box_scores[0] == pytest.approx(0.9)


def test_halpe_26_is_known_by_its_joints(reading, alphapose):
    recording = reading([alphapose("0.jpg", "halpe26")])
    assert recording.skeleton is HALPE26


def test_alphapose_numbers_people_only_where_it_followed_them(reading, alphapose):
    alone = [alphapose("0.jpg", idx=[0.0]), alphapose("0.jpg", idx=[[0.0], [0.0]])]
    assert reading(alone).ids is None
    followed = [alphapose("0.jpg", idx=3), alphapose("0.jpg", idx=[[7.0], [3.0]])]
    assert reading(followed).people(0).hint_ids.tolist() == [3, 7]


@pytest.mark.parametrize(
    ("outer", "inner"), [("bodies", "joints"), ("people", "pose_keypoints_2d")]
)
def test_alphapose_cmu_and_open_in_one_file_and_in_many(reading, flat, per_frame, outer, inner):
    def frame():
        return {"version": "AlphaPose v0.3", outer: [{inner: flat("openpose18")}]}

    whole = reading({"0.jpg": frame(), "3.jpg": frame()})
    apart = reading({"sep-json/0.json": frame(), "sep-json/3.json": frame()}, "folder")
    zipped = reading({"sep-json/0.json": frame(), "sep-json/3.json": frame()}, "folder.zip")
    for recording in (whole, apart, zipped):
        assert recording.skeleton is OPENPOSE18
        assert per_frame(recording) == [1, 0, 0, 1]
        assert recording.source == "AlphaPose"


def test_the_neck_of_alphapose_lies_between_the_shoulders_whatever_it_wrote(reading, flat, person):
    numbers = flat("openpose18")
    numbers[3:6] = [1.0, 2.0, 0.3]  # with Halpe's model it writes the top of the head there
    frames = {"0.jpg": {"version": "AlphaPose v0.3", "people": [{"pose_keypoints_2d": numbers}]}}
    people = reading(frames).people(0)
    np.testing.assert_allclose(people.keypoints[0], person("openpose18"), rtol=1e-6)
    assert people.keypoint_scores[0, 1] == pytest.approx(0.8)


def test_the_file_of_an_alphapose_folder_is_read_and_not_what_it_repeats(reading, alphapose, flat):
    frame = {"version": "AlphaPose v0.3", "people": [{"pose_keypoints_2d": flat("openpose18")}]}
    files = {"alphapose-results.json": [alphapose("1.jpg")], "sep-json/0.json": frame}
    assert reading(files, "out").skeleton is COCO17


@pytest.fixture
def openpose(flat):
    def make(*people, key="pose_keypoints_2d"):
        return {"version": 1.3, "people": [{"person_id": [-1], key: each} for each in people]}

    return make


def test_openpose_has_a_file_for_every_frame(reading, openpose, flat, per_frame):
    one = openpose(flat("body25"))
    files = {f"clip_{k:012}_keypoints.json": one for k in range(5)}
    files["clip_000000000002_keypoints.json"] = openpose()
    recording = reading(files, "out/deep")
    assert per_frame(recording) == [1, 1, 0, 1, 1]
    assert (recording.skeleton, recording.source, recording.ids) == (BODY25, "OpenPose", None)


def test_what_openpose_did_not_see_is_missing_and_scores_nothing(reading, openpose, flat):
    numbers = flat("body25")
    numbers[0:3] = [0, 0, 0]
    people = reading({"a_0_keypoints.json": openpose(numbers, [0] * 75)}, "out").people(0)
    assert len(people) == 1  # nobody without a joint
    assert np.isnan(people.keypoints[0, 0]).all()
    assert people.keypoint_scores[0, 0] == 0
    assert np.isfinite(people.keypoints[0, 1:]).all()
    assert (people.boxes[:, :2] < people.boxes[:, 2:]).all()


def test_openpose_before_version_1_1_and_numbers_of_its_tracker(reading, openpose, flat):
    document = openpose(flat("openpose18"), key="pose_keypoints")
    document["people"][0]["person_id"] = [4]
    recording = reading({"0.json": document}, "out")
    assert recording.skeleton is OPENPOSE18
    assert recording.people(0).hint_ids.tolist() == [4]


def test_openpose_without_anybody_is_a_clip_of_nobody(reading, openpose, per_frame):
    recording = reading({f"{k}.json": openpose() for k in range(3)}, "out")
    assert per_frame(recording) == [0, 0, 0]


def test_face_and_hands_alone_are_nobody(reading, openpose):
    assert len(reading({"0.json": openpose([])}, "out").people(0)) == 0


@pytest.mark.parametrize(("third", "scores"), [(2, 1.0), (1, 1.0), (0.7, 0.7)])
def test_coco_results(reading, flat, per_frame, third, scores):
    entries = [
        {"image_id": k, "category_id": 1, "keypoints": flat(score=third), "score": 0.6}
        for k in (4, 1)
    ]
    entries.append({**entries[0], "category_id": 2})
    recording = reading(entries)
    assert per_frame(recording) == [0, 1, 0, 0, 1]
    people = recording.people(1)
    np.testing.assert_allclose(people.keypoint_scores, scores)
    assert people.box_scores[0] == pytest.approx(0.6)
    assert scores >= people.score_threshold


def test_a_flag_of_coco_says_absent_hidden_or_seen(reading, flat):
    numbers = flat(score=2)
    numbers[2], numbers[5] = 0, 1
    people = reading([{"image_id": 0, "keypoints": numbers, "score": 1}]).people(0)
    assert np.isnan(people.keypoints[0, 0]).all()
    assert people.keypoint_scores[0, :3].tolist() == [0, 0.5, 1]


def test_coco_annotations_tell_the_size_and_the_names(reading, flat, per_frame):
    recording = reading(
        {
            "images": [
                {"id": 900 + k, "file_name": f"frame_{k:04}.jpg", "width": 640, "height": 480}
                for k in range(4)
            ],
            "annotations": [{"image_id": 902, "category_id": 1, "keypoints": flat(score=2)}],
            "categories": [],
        }
    )
    assert per_frame(recording) == [0, 0, 1, 0]
    assert recording.size_wh == (640, 480)


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
    with pytest.raises(InputError, match=r"2 videos none called.*a\.mp4, b\.mp4"):
        reading(videos, "data.npz")
    with pytest.raises(InputError, match="none called 'c'"):
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


def test_whole_bodies_are_cut_to_the_body(reading, flat):
    entry = {"image_id": 0, "score": 1, "keypoints": flat() + [5.0] * 3 * (133 - 17)}
    assert reading([entry]).skeleton is COCO17
