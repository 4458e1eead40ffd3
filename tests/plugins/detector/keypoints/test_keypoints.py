"""The stage: keypoints of a file, frame by frame, with and without a video."""

import json
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError, StageError
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.keypoints import KeypointFiles
from framework.skeletons import BODY25
from framework.stages import FileDetector, Runtime
from framework.types import FrameBatch, VideoInfo

CLIP = VideoInfo(path=Path("clips/dance.mp4"), size_wh=(640, 480), fps=Fraction(25))


def frames_of(index, made=()):
    index = np.array(index, np.int64)
    return FrameBatch(
        images=np.zeros((len(index), 48, 64, 3), np.uint8),
        index=index,
        time_s=np.arange(len(index)) / 25,
        is_source=~np.isin(np.arange(len(index)), made),
    )


@pytest.fixture
def results_file(tmp_path, flat):
    """COCO results of one person in frames 1, 2 and 4."""

    def make(name="dance.json", frames=(1, 2, 4), **person):
        path = tmp_path / name
        entries = [
            {"image_id": k, "category_id": 1, "keypoints": flat(score=0.9, **person), "score": 0.9}
            for k in frames
        ]
        path.write_text(json.dumps(entries))
        return path

    return make


def detector(**settings):
    return KeypointFiles(KeypointFilesConfig(**settings), Runtime())


def counts(stage, frames):
    return [len(people) for people in stage.detect(frames)]


def test_frames_of_a_video_have_their_people_by_number(results_file):
    stage = detector(file=results_file())
    stage.start(CLIP)
    assert counts(stage, frames_of(range(6))) == [0, 1, 1, 0, 1, 0]
    assert counts(stage, frames_of([4, 8])) == [1, 0]  # a stride, and beyond the file
    assert "coco17: one person, in 3 of 5 frames" in stage.notes[0]


def test_interpolated_frames_are_refused(results_file):
    stage = detector(file=results_file())
    stage.start(CLIP)
    with pytest.raises(ConfigurationError, match="for interpolated frames"):
        stage.detect(frames_of([1, 1, 2, 2], made=[1, 3]))


def test_one_setting_serves_many_videos(results_file, tmp_path):
    results_file("dance.json"), results_file("jump.mp4.json", frames=(0,))
    for pattern, clip, first in (("{stem}", "dance.mp4", 0), ("{name}", "jump.mp4", 1)):
        stage = detector(file=tmp_path / f"{pattern}.json")
        stage.start(VideoInfo(path=Path(clip), size_wh=(640, 480), fps=Fraction(25)))
        assert counts(stage, frames_of([0])) == [first]


def test_skeleton_and_threshold_are_those_of_the_file(tmp_path, flat):
    frame = {"version": 1.3, "people": [{"pose_keypoints_2d": flat("body25")}]}
    (tmp_path / "0_keypoints.json").write_text(json.dumps(frame))
    stage = detector(file=tmp_path)
    stage.start(CLIP)
    [people] = stage.detect(frames_of([0]))
    assert stage.skeleton is people.skeleton is BODY25
    assert stage.score_threshold == people.score_threshold == 0.3


def test_keypoints_of_larger_images_are_scaled_to_the_video(results_file, person):
    stage = detector(file=results_file(), image_size_wh=[1280, 960])
    stage.start(CLIP)
    [people] = stage.detect(frames_of([1]))
    np.testing.assert_allclose(people.keypoints[0], person() / 2, rtol=1e-6)
    assert "scaled from 1280x960" in " ".join(stage.notes)


def test_keypoints_of_images_of_another_aspect_ratio_are_refused(results_file):
    stage = detector(file=results_file(), image_size_wh=[640, 640])
    with pytest.raises(InputError, match=r"dance\.json' is of images of 640x640.*640x480"):
        stage.start(CLIP)


def test_keypoints_mostly_outside_the_frame_are_refused(results_file):
    stage = detector(file=results_file(x=900.0))
    with pytest.raises(
        InputError, match=r"mp4' do not fit it.*outside the 640x480 pixels.*image_s"
    ):
        stage.start(CLIP)


def test_shares_of_the_image_take_the_size_of_the_video(results_file, person):
    path = results_file()
    entries = json.loads(path.read_text())
    for entry in entries:
        numbers = np.array(entry["keypoints"]).reshape(-1, 3) / [640, 480, 1]
        entry["keypoints"] = numbers.ravel().tolist()
    path.write_text(json.dumps(entries))
    stage = detector(file=path)
    stage.start(CLIP)
    [people] = stage.detect(frames_of([1]))
    np.testing.assert_allclose(people.keypoints[0], person(), rtol=1e-5)
    assert "shares of the image, taken for 640x480" in " ".join(stage.notes)
    with pytest.raises(InputError, match=r"give detector\.image_size_wh=\[WIDTH,HEIGHT\]$"):
        try:
            detector(fps=25.0).open_clip(path)
        except InputError as error:
            raise InputError(error.message) from None
    clip = detector(fps=25.0, image_size_wh=[640, 480]).open_clip(path)
    assert clip.video.size_wh == (640, 480)


def test_keypoints_after_the_end_of_the_video_cause_a_note(results_file):
    stage = detector(file=results_file())
    stage.start(CLIP)
    stage.detect(frames_of(range(4)))
    assert "go on to frame 4, but the video ends with frame 3" in stage.notes[-1]
    stage.detect(frames_of([4]))
    assert "go on" not in stage.notes[-1]


def test_a_video_needs_a_file_and_a_file_needs_no_other(results_file):
    with pytest.raises(ConfigurationError, match=r"needs the keypoints of 'clips/dance\.mp4'"):
        detector().start(CLIP)
    path = results_file()
    with pytest.raises(ConfigurationError, match=r"and so does detector\.file"):
        detector(file=path).open_clip(path)
    with pytest.raises(StageError, match="start"):
        detector(file=path).detect(frames_of([0]))


def test_a_file_stands_for_a_clip(results_file):
    path = results_file()
    stage = detector(image_size_wh=[640, 480], fps=29.97)
    assert isinstance(stage, FileDetector)
    clip = stage.open_clip(path)
    assert (clip.video.size_wh, clip.video.fps) == ((640, 480), Fraction(2997, 100))
    assert not clip.video.has_frames
    assert clip.index.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(clip.time_s, np.arange(5) / 29.97)
    stage.start(clip.video)
    assert counts(stage, frames_of(clip.index)) == [0, 1, 1, 0, 1]


def test_a_video_stands_for_no_clip(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"\x00\x00\x00 ftypisom")
    assert detector().open_clip(tmp_path / "clip.mp4") is None
    assert detector().open_clip(tmp_path / "lost.mp4") is None


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, r"image_size_wh=\[WIDTH,HEIGHT\] detector\.fps=N"),
        ({"fps": 30.0}, r"give detector\.image_size_wh=\[WIDTH,HEIGHT\]$"),
        ({"image_size_wh": [9, 9]}, r"give detector\.fps=N$"),
    ],
)
def test_missing_size_and_frame_rate_are_asked_for(results_file, told, asked):
    with pytest.raises(InputError) as caught:
        detector(**told).open_clip(results_file())
    assert "dance.json' holds keypoints (COCO)" in caught.value.message
    assert re.search(asked, caught.value.message)
