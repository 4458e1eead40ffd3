"""Keypoints of another tool in, 3D out: with the video, and without any."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from framework import results
from framework.types import State

Run = Callable[..., Any]
Clip = Callable[..., Path]
Listing = Callable[[Path], list[str]]
TOLD = ["detector=keypoints", "detector.image_size_wh=[160,120]", "detector.fps=25"]
STANDING = """
    80 20  82 18  78 18  85 19  75 19  90 35  70 35  95 50  65 50
    96 65  64 65  86 65  74 65  87 85  73 85  88 105  72 105
"""


def person(moved: float = 0.0) -> list[float]:
    """COCO-17 of somebody who stands in a picture of 160 x 120."""
    places = np.array(STANDING.split(), float).reshape(17, 2) + np.array([moved, 0])
    numbers: list[float] = np.insert(places, 2, 0.9, axis=1).ravel().tolist()
    return numbers


def coco(path: Path, frames: list[int]) -> Path:
    """COCO results of one person in some frames."""
    people = [
        {"image_id": k, "category_id": 1, "keypoints": person(0.2 * k), "score": 0.9}
        for k in frames
    ]
    path.write_text(json.dumps(people))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of AlphaPose, a file a frame; nobody was in frames 20 to 45."""
    path = tmp_path / "poses"
    path.mkdir()
    for k in [*range(20), *range(46, 60)]:
        numbers = person(0.2 * k)
        joints = [numbers[0:3], [80, 35, 0.9]]
        order = [6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]
        joints += [numbers[3 * joint : 3 * joint + 3] for joint in order]
        people = [{"pose_keypoints_2d": sum(joints, [])}]  # noqa: RUF017
        (path / f"{k}.json").write_text(json.dumps({"version": "AlphaPose v0.3", "people": people}))
    return path


def test_a_folder_of_keypoints_is_one_input_and_every_output_is_there(
    run: Run, folder: Path, listing: Listing
) -> None:
    ended = run("input=poses", "output=out", *TOLD, "exporter=[npz,json,csv]", render=True)
    assert (ended.code, ended.err) == (0, "")
    assert "poses: 160x120, 25 fps, 60 frames read" in ended.out
    assert "keypoints of AlphaPose, openpose18: one person, in 34 of 60 frames" in ended.out
    assert "without a video: the background of rendered frames is plain" in ended.out
    assert listing(folder.parent / "out") == [
        "poses.csv",
        "poses.json",
        "poses.npz",
        "poses_config.yaml",
        "poses_pose3d.mp4",
        "poses_summary.json",
    ]
    result = results.load(folder.parent / "out" / "poses.npz")
    assert result.frame_index.tolist() == list(range(60))
    np.testing.assert_allclose(result.time_s, np.arange(60) / 25)
    assert (result.video.size_wh, result.video.fps) == ((160, 120), Fraction(25))
    assert not result.video.has_frames
    seen = np.any([track.state == State.OBSERVED for track in result.tracks], axis=0)
    assert np.flatnonzero(seen).tolist() == [*range(20), *range(46, 60)]
    valid = np.any([pose.valid for pose in result.poses], axis=0)
    assert valid[seen].all() and not valid[20:46].all()
    with av.open(str(folder.parent / "out" / "poses_pose3d.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60


def test_frames_of_the_video_get_the_keypoints_of_their_number(
    run: Run, make_clip: Clip, tmp_path: Path
) -> None:
    make_clip(frames=12)
    coco(tmp_path / "other.json", [3, 4, 5, 6, 7, 8])
    ended = run(
        "input=clip.mp4", "output=out", "detector=keypoints", "detector.file=other.json",
        "start_s=0.2",
    )  # fmt: skip
    assert ended.code == 0
    result = results.load(tmp_path / "out" / "clip.npz")
    assert result.frame_index.tolist() == list(range(5, 12))
    assert result.tracks[0].state.tolist() == [1, 1, 1, 1, 0, 0, 0]
    np.testing.assert_allclose(result.tracks[0].keypoints[0, 0], [81, 20], atol=1e-4)


def test_a_result_is_an_input_again_and_says_all_it_needs(run: Run, tmp_path: Path) -> None:
    coco(tmp_path / "people.json", list(range(20)))
    run("input=people.json", "output=one", *TOLD)
    ended = run("input=one/people.npz", "output=two", "detector=keypoints", "stride=2")
    assert ended.code == 0
    first, again = (results.load(tmp_path / name / "people.npz") for name in ("one", "two"))
    assert again.frame_index.tolist() == list(range(0, 20, 2))
    np.testing.assert_array_equal(again.tracks[0].keypoints, first.tracks[0].keypoints[::2])
    assert (again.video.size_wh, again.video.fps) == ((160, 120), 25)


def test_videos_and_keypoints_can_be_mixed_in_a_list(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip(frames=6)
    coco(tmp_path / "clip.json", list(range(6)))
    coco(tmp_path / "alone.json", list(range(9)))
    (tmp_path / "bad.json").write_text("{}")
    ended = run(
        "input=[clip.mp4,alone.json,bad.json]", "output=out", *TOLD, "detector.file={stem}.json"
    )
    assert ended.code == 3
    assert "'bad.json' holds no keypoints that can be read: its keys () are not those" in ended.err
    frames = [len(results.load(tmp_path / "out" / f"{n}.npz").time_s) for n in ("clip", "alone")]
    assert frames == [6, 9]


def test_a_folder_that_is_done_is_skipped_and_one_that_changed_is_not(
    run: Run, folder: Path
) -> None:
    arguments = ("input=poses", "output=out", "resume=true", *TOLD)
    assert "60 frames read" in run(*arguments).out
    assert run(*arguments).out == ""
    (folder / "0.json").write_text((folder / "1.json").read_text())
    assert "60 frames read" in run(*arguments).out


def test_a_file_that_does_not_say_what_its_clip_was_asks_for_it(run: Run, tmp_path: Path) -> None:
    coco(tmp_path / "people.json", [0, 1])
    ended = run("input=people.json", "output=out", "detector=keypoints")
    assert ended.code == 3
    assert ended.err == (
        "error: 'people.json' holds keypoints (COCO), but does not describe its clip: give "
        "detector.image_size_wh=[WIDTH,HEIGHT] detector.fps=N\n"
        "  Or give the video as the input and this file as detector.file=FILE.\n"
    )
