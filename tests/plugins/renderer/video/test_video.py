"""Whole files: the frames, times and sound that were asked for, and nothing left after failures."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from framework.errors import ConfigurationError, StageError
from framework.plugins.renderer.video.config import OutputFormat, Preset, VideoConfig
from framework.plugins.renderer.video.video import VideoRenderer, shown_rows
from framework.stages import Runtime
from framework.types import FrameBatch
from framework.video.probe import probe

SMALL = {"height_px": 120, "preset": Preset.ultrafast}


def frames_of(result, image, rows) -> FrameBatch:
    return FrameBatch(
        images=np.repeat(image[None], len(result.frame_index[rows]), 0),
        index=result.frame_index[rows],
        time_s=result.time_s[rows],
        is_source=np.ones(len(result.frame_index[rows]), np.bool_),
    )


def render(result, image, target, **settings):
    """Draw the whole clip in uneven chunks; returns the path."""
    with VideoRenderer(VideoConfig(**{**SMALL, **settings}), Runtime()) as renderer:
        renderer.open(result, target)
        for start, end in ((0, 7), (7, 8), (8, 30), (30, None)):
            renderer.draw(frames_of(result, image, slice(start, end)))
        return renderer.close()


def times_of(path) -> list[float]:
    with av.open(str(path)) as file:
        return [float(frame.pts * frame.time_base) for frame in file.decode(video=0)]


def test_every_frame_is_there_at_its_time(make_scene, make_backdrop, tmp_path):
    result = make_scene(rows=40, size_wh=(160, 120))
    uneven = np.cumsum(np.where(np.arange(40) % 5, 0.04, 0.21)) + 3.0
    result = replace(result, time_s=uneven, tracks=(replace(result.tracks[0], time_s=uneven),))
    path = render(result, make_backdrop((160, 120)), tmp_path / "a clip")
    assert path == tmp_path / "a clip_pose3d.mp4"
    np.testing.assert_allclose(times_of(path), uneven - uneven[0], atol=2e-3)
    assert probe(path).size_wh == (280, 120)
    assert list(tmp_path.iterdir()) == [path]


def test_a_gif_is_written(make_scene, make_backdrop, tmp_path):
    result = make_scene(rows=35, size_wh=(160, 120))
    path = render(result, make_backdrop((160, 120)), tmp_path / "clip", format=OutputFormat.gif)
    assert path.read_bytes()[:6] == b"GIF89a" and len(times_of(path)) == 35


def test_shown_rows_are_limited_by_time_and_downsampled(make_scene):
    result = make_scene(rows=50)  # 25 frames a second
    rows = lambda **settings: np.flatnonzero(shown_rows(result, VideoConfig(**settings))).tolist()  # noqa: E731
    assert rows() == list(range(50))
    assert rows(skip_s=0.4) == list(range(10, 50))
    assert rows(skip_s=0.4, limit_s=0.2) == list(range(10, 15))
    assert rows(skip_s=0.4, limit_s=0.2, downsample=2) == [10, 12, 14]
    late = replace(result, time_s=result.time_s + 100)  # a run with start_s=100
    assert np.flatnonzero(shown_rows(late, VideoConfig(skip_s=1))).tolist() == list(range(25, 50))


def test_skip_limit_and_downsample_keep_image_and_pose_together(
    make_scene, make_backdrop, tmp_path
):
    result, image = make_scene(rows=40, size_wh=(160, 120)), make_backdrop((160, 120))
    path = render(result, image, tmp_path / "cut", skip_s=0.4, limit_s=0.4, downsample=3, crf=1)
    np.testing.assert_allclose(times_of(path), [0, 0.12, 0.24, 0.36], atol=2e-3)
    whole = render(result, image, tmp_path / "whole", crf=1)
    with av.open(str(path)) as one, av.open(str(whole)) as other:
        cut = [frame.to_ndarray(format="rgb24") for frame in one.decode(video=0)]
        all_of_them = [frame.to_ndarray(format="rgb24") for frame in other.decode(video=0)]
    for row, frame in zip((10, 13, 16, 19), cut, strict=True):
        away = [np.abs(frame.astype(int) - full).mean() for full in all_of_them]
        assert int(np.argmin(away)) == row


def test_the_sound_is_as_long_as_the_video(make_scene, make_backdrop, shared_data, tmp_path):
    clip = probe(shared_data / "videos" / "dance_480p.mp4")
    result = replace(make_scene(rows=50), video=clip)
    path = render(result, make_backdrop(), tmp_path / "dance", skip_s=0.4, limit_s=1.0)
    assert probe(path).has_audio
    with av.open(str(path)) as file:
        seconds = {s.type: float(s.duration * s.time_base) for s in file.streams}
    assert seconds["video"] == pytest.approx(1.0, abs=0.1)
    assert seconds["audio"] == pytest.approx(1.0, abs=0.1)


def test_nothing_is_left_of_a_video_that_failed(make_scene, make_backdrop, tmp_path):
    result, image = make_scene(rows=40, size_wh=(160, 120)), make_backdrop((160, 120))
    with (
        pytest.raises(RuntimeError, match="detector fell over"),
        VideoRenderer(VideoConfig(**SMALL), Runtime()) as renderer,
    ):
        renderer.open(result, tmp_path / "clip")
        renderer.draw(frames_of(result, image, slice(0, 20)))
        raise RuntimeError("the detector fell over")
    assert list(tmp_path.iterdir()) == []


def test_frames_that_are_not_those_of_the_result_are_refused(make_scene, make_backdrop, tmp_path):
    result, image = make_scene(rows=40, size_wh=(160, 120)), make_backdrop((160, 120))
    renderer = VideoRenderer(VideoConfig(**SMALL), Runtime())
    with pytest.raises(StageError, match="before it was opened"):
        renderer.draw(frames_of(result, image, slice(0, 2)))
    with renderer:
        renderer.open(result, tmp_path / "clip")
        with pytest.raises(StageError, match="frame 3 came where the result has row 0"):
            renderer.draw(frames_of(result, image, slice(3, 5)))


def test_a_skip_beyond_the_end_is_an_error_before_anything_is_written(make_scene, tmp_path):
    with pytest.raises(ConfigurationError, match=r"skip_s=99 leaves none of the 50 frames"):
        VideoRenderer(VideoConfig(skip_s=99), Runtime()).open(make_scene(), tmp_path / "clip")
    assert list(tmp_path.iterdir()) == []


def test_one_renderer_serves_one_clip_after_the_other(make_scene, make_backdrop, tmp_path):
    renderer = VideoRenderer(VideoConfig(**SMALL), Runtime())
    with renderer:
        for name, rows in (("one", 3), ("two", 5)):
            result = make_scene(rows=rows, size_wh=(160, 120))
            renderer.open(result, tmp_path / name)
            renderer.draw(frames_of(result, make_backdrop((160, 120)), slice(None)))
            assert len(times_of(renderer.close())) == rows


@pytest.mark.parametrize(
    "settings",
    [
        {"height_px": 10},
        {"elevation_deg": 100.0},
        {"camera_tilt_deg": 91.0},
        {"skip_s": -1.0},
        {"limit_s": 0.0},
        {"downsample": 0},
        {"crf": 99},
        {"bitrate_kbps": 0},
        {"skip_s": float("nan")},
    ],
)
def test_a_setting_out_of_range_is_named(settings):
    [key] = settings
    with pytest.raises(
        ConfigurationError, match=rf"^{key} is {settings[key]}, but must be"
    ) as caught:
        VideoConfig(**settings)
    explained = VideoConfig.__dataclass_fields__[key].metadata["help"]
    assert caught.value.hint == explained[0].upper() + explained[1:]


def test_the_frame_rate_follows_stride_and_downsample(make_scene, make_backdrop, tmp_path):
    result = make_scene(rows=40, size_wh=(160, 120))
    path = render(result, make_backdrop((160, 120)), tmp_path / "clip", downsample=5)
    assert probe(path).fps == Fraction(5)
