"""The networks learn, and what they are shown is cut out of clips as it should be."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError
from framework.lab.sample.clip import render
from framework.lab.sample.scene import Camera, View, default_scene
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.super_slomo import SuperSloMoInterpolator
from framework.plugins.interpolator.super_slomo.train import Settings, find_clips, main, train
from framework.plugins.interpolator.super_slomo.triplets import triplets
from framework.stages import Runtime
from framework.video.decode import FrameReader
from framework.video.encode import VideoWriter
from framework.video.probe import probe

SPAN = 8


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds of the sample, filmed by a camera that turns after the visitor."""
    path = tmp_path_factory.mktemp("clips") / "sample.mp4"
    views = (
        View(0.0, (0.0, -4.0, 1.3), (-0.6, 0.0, 0.9)),
        View(2.0, (0.0, -4.0, 1.3), (0.5, 0.0, 0.9)),
    )
    scene = default_scene(seconds=2, fps=Fraction(30), size_wh=(32, 32))
    render(replace(scene, camera=Camera(views=views)), path, path.with_name("truth.npz"))
    return path


def errors(clip, checkpoint) -> np.ndarray:
    """(W, 2) mean error in grey levels of a made frame, and of the mean of its neighbours."""
    found = []
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with (
        SuperSloMoInterpolator(config, Runtime(threads=1)) as stage,
        FrameReader(probe(clip), batch_size=SPAN + 1) as reader,
    ):
        for frames in reader:
            if len(frames) == SPAN + 1:
                made = stage.interpolate(frames.images[0], frames.images[-1], 2)[0].astype(float)
                mixed = frames.images[[0, -1]].mean(0)
                true = frames.images[SPAN // 2]
                found.append([np.abs(image - true).mean() for image in (made, mixed)])
    return np.array(found)


def test_two_seconds_are_learnt(clip, tmp_path):
    settings = Settings(
        steps=150, batch_size=4, learning_rate=8e-3, span=SPAN, side=32, crop=32, flips=0.0,
        width=4, device="cpu",
    )  # fmt: skip
    history = train([clip], tmp_path / "mine.ckpt", settings)
    assert np.mean(history[-20:]) < 0.8 * np.mean(history[:20])
    made, mixed = errors(clip, tmp_path / "mine.ckpt").T
    moving = mixed > 4  # the camera turns; at both ends of the clip it stands nearly still
    assert moving.sum() >= 3
    assert made[moving].mean() < 0.95 * mixed[moving].mean()


def test_training_goes_on_from_a_checkpoint(clip, checkpoint, tmp_path):
    settings = Settings(steps=1, batch_size=1, learning_rate=1e-9, side=32, crop=32, device="cpu")
    train([clip], tmp_path / "next.ckpt", settings, start=checkpoint)
    before, after = (errors(clip, path) for path in (checkpoint, tmp_path / "next.ckpt"))
    np.testing.assert_allclose(after, before, atol=0.05)


def counting(path, frames):
    """Frame n is grey 4 n, so that an example says where it comes from."""
    with VideoWriter(path, size_wh=(48, 40), fps=Fraction(25), crf=0) as writer:
        for number in range(frames):
            writer.write(np.full((40, 48, 3), 4 * number, np.uint8), number / 25)
    return path


def test_the_middle_frame_is_where_its_time_says(tmp_path):
    clips = [counting(tmp_path / "grey.mp4", 31)]
    found = triplets(clips, span=4, side=40, crop=32, flips=0.5, random=np.random.default_rng(0))
    times = set()
    for _ in range(40):
        example = next(found)
        assert example.images.shape == (3, 32, 32, 3)
        first, middle, last = example.images.mean((1, 2, 3))
        assert abs(last - first) == pytest.approx(16, abs=2.5)  # four frames apart, either way
        assert (middle - first) / (last - first) == pytest.approx(example.time, abs=0.15)
        times.add(round(example.time, 2))
    assert times == {0.25, 0.5, 0.75}


def test_clips_that_are_too_short_are_one_clear_error(tmp_path):
    clips = [counting(tmp_path / "short.mp4", 4)]
    with pytest.raises(InputError, match="no shot of the 1 clips is longer than 8 frames"):
        next(triplets(clips, span=8, side=40, crop=32, flips=0.5, random=np.random.default_rng(0)))


def test_a_folder_without_clips_ends_the_command(tmp_path, caplog):
    assert main([str(tmp_path), str(tmp_path / "out.ckpt")]) == InputError.exit_code
    assert "holds no clip" in caplog.text
    (tmp_path / "deep").mkdir()
    counting(tmp_path / "deep" / "a.mp4", 2)
    assert find_clips(tmp_path) == [tmp_path / "deep" / "a.mp4"]


@pytest.mark.parametrize("wrong", [{"crop": 100}, {"crop": 384}, {"span": 1}, {"steps": 0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigurationError, match=f"--{next(iter(wrong))}"):
        Settings(**wrong)
