"""Images become frames by the numbers in their names, or by their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector.keypoints.config import FrameNumbering
from framework.plugins.detector.keypoints.numbering import frame_numbers, in_natural_order

TIMES = ["2018-07-04T12_06_23.253809.png", "2018-07-04T12_06_24.306951.png"]


def numbers(images, how=FrameNumbering.auto, first=0):
    return frame_numbers(images, how, first)


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.integers(0, 5000), min_size=20), st.integers(0, 12), st.text("ab._- 2é", max_size=6)
)
def test_names_of_tools_give_the_frame(frames, width, prefix):
    prefix = f"{prefix}_"  # digits right before the number would belong to it
    for form in ("{}.jpg", "{}", "{}_keypoints.json", "{}.png", "{}.jpeg"):
        names = [prefix + form.format(f"{frame:0{width}}") for frame in frames]
        assert numbers(names) == list(frames)


def test_names_of_real_tools():
    assert numbers(["0.jpg", "12.jpg"]) == [0, 12]
    assert numbers(["cam03.0000.json", "cam03.0099.json"]) == [0, 99]
    assert numbers(["video_000000000007_keypoints.json"]) == [7]
    assert numbers([136, 139]) == [136, 139]
    assert numbers(["img_1.jpg", "img_3.jpg"], first=1) == [0, 2]
    assert numbers(["2.a_0", "2.a_7"]) == [0, 7]  # a suffix has no underscore


def test_names_that_differ_in_more_than_a_number_are_taken_in_their_order():
    assert numbers(TIMES) is None
    assert numbers(["a.jpg", "b.jpg"]) is None
    assert numbers([136, "a.jpg"]) is None
    assert numbers(["0.jpg", "9.jpg"], FrameNumbering.order) is None


@pytest.mark.parametrize(
    ("images", "how", "first", "said"),
    [
        (TIMES, FrameNumbering.number, 0, "no number"),
        (["0.jpg", "1.jpg"], FrameNumbering.auto, 1, "number 0, before"),
        (["1.jpg", "01.jpg"], FrameNumbering.auto, 0, "same number"),
        ([397133, 397140], FrameNumbering.auto, 0, "from 397133 to 397140, hardly.*order"),
        ([10**30, 0], FrameNumbering.number, 0, "hardly"),
        ([*range(30_000), 9_999_999], FrameNumbering.auto, 0, "from 0 to 9999999, hardly"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(images, how, first, said):
    with pytest.raises(ValueError, match=said):
        numbers(images, how, first)


def test_large_numbers_can_be_counted_from_the_first():
    assert numbers([397133, 397140], first=397133) == [0, 7]
    assert numbers([397133], FrameNumbering.number) == [397133]


def test_natural_order():
    assert in_natural_order(["f10", "f9", "f1", "e2"]) == ["e2", "f1", "f9", "f10"]


def test_images_without_numbers_are_taken_in_order_with_a_note(reading, flat, per_frame):
    entries = [{"image_id": name, "keypoints": flat(), "score": 3} for name in (*TIMES, TIMES[1])]
    recording = reading(entries)
    assert per_frame(recording) == [1, 2]
    assert "frames 0 to 1 of the clip; frames without people are not in it" in recording.notes[-1]


def test_numbers_from_one_cause_a_note(reading, flat, per_frame):
    entries = [{"image_id": f"{k}.jpg", "keypoints": flat(), "score": 3} for k in (1, 2)]
    recording = reading(entries)
    assert per_frame(recording) == [0, 1, 1]
    assert "numbered from 1" in recording.notes[-1]
    assert per_frame(reading(entries, first_number=1)) == [1, 1]
