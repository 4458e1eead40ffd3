"""JSON of AlphaPose, OpenPose and COCO is recognised and read as its tool meant it."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.skeletons import BODY25, COCO17, HALPE26, OPENPOSE18


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


def test_categories_that_are_counted_from_zero(reading, flat, per_frame):
    entries = [
        {"image_id": k, "category_id": k % 2, "keypoints": flat(), "score": 0.6} for k in range(4)
    ]
    assert per_frame(reading(entries)) == [0, 1, 0, 1]
    assert per_frame(reading(entries[::2])) == [1, 0, 1]
    assert per_frame(reading([{**entry, "category_id": 7} for entry in entries])) == [1] * 4
    with pytest.raises(InputError, match="2 categories are not those of people"):
        reading([{**entry, "category_id": 7 + k} for k, entry in enumerate(entries[:2])])


def test_flags_of_coco_mean_absent_hidden_and_visible(reading, flat):
    numbers = flat(score=2)
    numbers[2], numbers[5] = 0, 1
    people = reading([{"image_id": 0, "keypoints": numbers, "score": 1}]).people(0)
    assert np.isnan(people.keypoints[0, 0]).all()
    assert people.keypoint_scores[0, :3].tolist() == [0, 0.5, 1]


def test_coco_annotations_give_the_size_and_the_names(reading, flat, per_frame):
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ("<html>", "Expecting value"),
        ('{"people": [', "Expecting"),
        ("[" * 100_000, ""),
        ("7", "neither a list nor an object"),
        ("[]", "nobody was found in any image"),
        ("[1, 2]", "without keypoints"),
        ('{"a": {"b": 1}}', "keys ('a') are not those of a known tool"),
        ('{"version": 1.3, "people": []}', "a single frame; give the folder"),
        ('[{"image_id": 1, "keypoints": [1, 2, 3]}]', "1 joints"),
        ('[{"image_id": 1, "keypoints": [1, 2]}]', "not 3 a joint"),
        ('[{"image_id": [], "keypoints": [1, 2, 3]}]', "neither a name nor a number"),
        ('[{"keypoints": [1, 2, 3]}]', "no 'image_id'"),
    ],
)
def test_a_faulty_document_gets_a_specific_error(tmp_path, text, said, refusal):
    path = tmp_path / "people.json"
    path.write_text(text)
    assert said in refusal(path)
