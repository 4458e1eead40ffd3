"""The files of the sample."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from framework.errors import StageError
from framework.lab.sample import default_scene, render, render_frame
from framework.lab.sample.ground_truth import truth


def test_the_video_shows_the_frames_and_the_truth_describes_them(tmp_path: Path) -> None:
    scene = default_scene(seconds=0.5, fps=Fraction(12), size_wh=(192, 108))
    steps: list[tuple[int, int]] = []
    video, arrays = tmp_path / "new" / "a.mp4", tmp_path / "new" / "b.npz"
    render(scene, video, arrays, lambda done, total: steps.append((done, total)))
    with av.open(video) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == 12
    assert steps == [(row + 1, 6) for row in range(6)]
    assert len(images) == 6
    for image, time_s in zip(images, scene.times, strict=True):
        apart = np.abs(image.astype(int) - render_frame(scene, time_s))
        assert apart.mean() < 6
    with np.load(arrays, allow_pickle=False) as stored:
        assert stored["schema_version"] == 1
        for name, array in truth(scene).items():
            assert (stored[name] == array).all(), name
    assert {path.name for path in video.parent.iterdir()} == {"a.mp4", "b.npz"}


def test_a_scene_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    video = tmp_path / "a.mp4"
    video.write_bytes(b"old")
    scene = default_scene(seconds=0.5, fps=Fraction(10), size_wh=(64, 36))
    with pytest.raises(KeyboardInterrupt):
        render(scene, video, tmp_path / "b.npz", stop)
    assert video.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    scene = replace(default_scene(size_wh=(64, 36)), seconds=0.1)
    with pytest.raises(StageError, match="could not be written"):
        render(scene, tmp_path / "file" / "a.mp4", tmp_path / "b.npz")
