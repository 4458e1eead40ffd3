"""What an output frame shows, pixel by pixel where it matters; no video file is involved."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.renderer.video.composer import FrameComposer, panel_sizes_wh
from framework.plugins.renderer.video.config import Floor, VideoConfig
from framework.plugins.renderer.video.palette import LEFT, PEOPLE, RIGHT, shades
from framework.skeletons import Skeleton
from framework.types import State

STILL = VideoConfig()


def drawn(result, image, row=5, config=STILL, fill=0) -> tuple[np.ndarray, np.ndarray]:
    """The source panel and the 3D panel of a row."""
    composer = FrameComposer(result, config)
    width, height = composer.size_wh
    canvas = np.full((height, width, 3), fill, np.uint8)
    composer.draw(image, row, canvas)
    return canvas[:, : width - height], canvas[:, width - height :]


def middle_of(panel: np.ndarray, colour: tuple[int, int, int], near: float = 40) -> np.ndarray:
    """(x, y) of the pixels whose colour is close, the caption at the bottom aside."""
    figure = panel[: int(len(panel) * 0.9)].astype(int)
    rows, columns = np.nonzero(np.abs(figure - colour).sum(-1) < near)
    assert len(rows), f"nothing has the colour {colour}"
    return np.array([columns.mean(), rows.mean()])


def test_panels_have_the_source_s_height_within_reason_and_even_sides():
    assert panel_sizes_wh((864, 480), None) == ((864, 480), (480, 480))
    assert panel_sizes_wh((1920, 1080), None) == ((1280, 720), (720, 720))
    assert panel_sizes_wh((480, 852), None) == ((406, 720), (720, 720))
    assert panel_sizes_wh((64, 48), None) == ((320, 240), (240, 240))
    for sizes in (panel_sizes_wh((321, 241), None), panel_sizes_wh((321, 241), 333)):
        assert all(side % 2 == 0 for size in sizes for side in size)
    assert panel_sizes_wh((1000, 10), 64)[0] == (6400, 64)


def test_left_is_warm_and_right_is_cool_where_the_joints_are(make_scene, make_backdrop):
    result = make_scene()
    source, panel = drawn(result, make_backdrop(), config=VideoConfig(azimuth_deg=0))
    [track] = result.tracks
    for side, colour in (("left", LEFT), ("right", RIGHT)):
        knee, ankle = (
            track.keypoints[5, track.skeleton.index(f"{side}_{joint}")]
            for joint in ("knee", "ankle")
        )
        x, y = np.rint((knee + ankle) / 2).astype(int)
        assert np.abs(source[y, x].astype(int) - colour).max() < 20
    # Seen from the camera's side, a facing person's left is at the right: in both panels.
    assert middle_of(panel, LEFT, 90)[0] > middle_of(panel, RIGHT, 90)[0]
    assert middle_of(source, LEFT)[0] > middle_of(source, RIGHT)[0]


def test_seen_from_behind_left_and_right_change_places(make_scene, make_backdrop):
    _, panel = drawn(make_scene(), make_backdrop(), config=VideoConfig(azimuth_deg=180))
    assert middle_of(panel, LEFT, 90)[0] < middle_of(panel, RIGHT, 90)[0]


def test_a_row_without_a_person_is_the_source_frame_with_a_note(make_scene, make_backdrop):
    image, result = make_backdrop(), make_scene(missing=slice(10, 20))
    source, panel = drawn(result, image, row=12)
    assert not np.array_equal(source[:60, :200], image[:60, :200])
    np.testing.assert_array_equal(source[60:], image[60:])
    empty, _ = drawn(make_scene(people=0), image, row=12)
    np.testing.assert_array_equal(empty, source)
    for colour in (LEFT, RIGHT):
        with pytest.raises(AssertionError, match="nothing has the colour"):
            middle_of(panel, colour, 90)


def test_keypoints_without_a_pose_show_in_the_source_only(make_scene, make_backdrop):
    result = make_scene()
    pose = result.poses[0]
    invalid = replace(
        pose, valid=np.zeros_like(pose.valid), joints=np.full_like(pose.joints, np.nan)
    )
    source, panel = drawn(replace(result, poses=(invalid,)), make_backdrop())
    assert middle_of(source, LEFT).any()
    with pytest.raises(AssertionError, match="nothing has the colour"):
        middle_of(panel, LEFT, 90)


def test_joints_below_the_threshold_are_not_drawn(make_scene, make_backdrop):
    result, image = make_scene(), make_backdrop()
    [track] = result.tracks
    unsure = replace(track, keypoint_scores=track.keypoint_scores * 0.4, score_threshold=0.5)
    source, _ = drawn(replace(result, tracks=(unsure,)), image)
    box = track.boxes[5].astype(int)
    inside = np.s_[box[1] + 60 : box[3] - 60, box[0] + 30 : box[2] - 30]
    np.testing.assert_array_equal(source[inside], image[inside])


def test_several_people_have_a_colour_each_in_both_panels(make_scene, make_backdrop):
    source, panel = drawn(make_scene(people=2), make_backdrop())
    for panels in (source, panel):
        assert middle_of(panels, PEOPLE[0])[0] < middle_of(panels, PEOPLE[1])[0]
    assert len({tuple(shades(person, 9)[0]) for person in range(len(PEOPLE))}) == len(PEOPLE)


def test_a_filled_row_is_marked_by_a_grey_box(make_scene, make_backdrop):
    result = make_scene()
    [track] = result.tracks
    filled = replace(track, state=np.full_like(track.state, State.FILLED))
    one, _ = drawn(result, make_backdrop())
    other, _ = drawn(replace(result, tracks=(filled,)), make_backdrop())
    corner = np.rint(track.boxes[5, :2]).astype(int)
    near = np.s_[corner[1] - 3 : corner[1] + 4, corner[0] - 3 : corner[0] + 12]
    assert one[near].max() > other[near].max() + 30


def test_every_pixel_is_painted_and_no_earlier_frame_shows(make_scene, make_backdrop):
    result, image = make_scene(people=2), make_backdrop()
    kept = image.copy()
    composer = FrameComposer(result, STILL)
    width, height = composer.size_wh
    canvas = np.full((height, width, 3), 255, np.uint8)
    for row in (40, 3, 5):  # back and forth across chunks
        composer.draw(image, row, canvas)
    fresh = np.concatenate(drawn(result, image, fill=0), 1)
    np.testing.assert_array_equal(canvas, fresh)
    np.testing.assert_array_equal(image, kept)


def test_an_orbit_turns_the_figure_and_the_grid_by_the_clock(make_scene, make_backdrop):
    image, result = make_backdrop(), make_scene()
    orbit = VideoConfig(azimuth_deg=10, orbit_deg_per_s=50)
    _, turned = drawn(result, image, row=5, config=orbit)  # 0.2 s
    _, still = drawn(result, image, row=5, config=VideoConfig(azimuth_deg=20))
    np.testing.assert_array_equal(turned, still)


@pytest.mark.parametrize("size_wh", [(321, 241), (480, 854), (64, 48), (1920, 1080)])
def test_frames_of_any_size_are_drawn(make_scene, make_backdrop, size_wh):
    source, panel = drawn(make_scene(size_wh=size_wh, rows=6), make_backdrop(size_wh))
    assert source.shape[:2][::-1] == panel_sizes_wh(size_wh, None)[0]
    middle_of(panel, LEFT, 90)


def test_a_person_may_leave_the_frame_and_numbers_may_be_huge(make_scene, make_backdrop):
    result = make_scene(people=2)
    first, second = result.tracks
    outside = replace(first, keypoints=first.keypoints - 2000, boxes=first.boxes - 2000)
    wild = np.where(np.arange(17)[:, None] % 2, np.float32(3e38), np.float32(np.nan))
    broken = replace(
        second,
        keypoints=np.broadcast_to(wild, second.keypoints.shape).astype(np.float32),
        boxes=np.full_like(second.boxes, np.inf),
    )
    drawn(replace(result, tracks=(outside, broken)), make_backdrop())


def test_a_pose_of_another_skeleton_is_drawn(make_scene, make_backdrop):
    chain = Skeleton(
        name="chain", joints=("root", "left_a", "right_b"), bones=((0, 1), (0, 2)), root=0
    )
    result = make_scene()
    joints = result.poses[0].joints[:, :3].copy()
    pose = replace(result.poses[0], skeleton=chain, joints=joints)
    _, panel = drawn(replace(result, poses=(pose,)), make_backdrop())
    middle_of(panel, LEFT, 90)


@pytest.mark.parametrize("floor", Floor)
def test_a_clip_of_one_frame_is_drawn(make_scene, make_backdrop, floor):
    _, panel = drawn(make_scene(rows=1), make_backdrop(), row=0, config=VideoConfig(floor=floor))
    middle_of(panel, LEFT, 90)


def test_the_figure_casts_a_shadow(make_scene, make_backdrop):
    result = make_scene(missing=slice(10, 20))
    (_, person), (_, empty) = (drawn(result, make_backdrop(), row=row) for row in (8, 12))
    darker = (person.astype(int) - empty).sum(-1) < -25
    assert darker[300:].sum() > 800
