"""The networks learn, and what they are shown is cut out of clips as it should be."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.super_slomo import SuperSloMoFrames
from framework.plugins.interpolator.super_slomo.train import Settings, find_clips, main, train
from framework.plugins.interpolator.super_slomo.triplets import triplets
from framework.sample.clip import render
from framework.sample.scene import Camera, View, default_scene
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


def error(clip, checkpoint) -> float:
    """Mean error of frames made by the stage, in grey levels."""
    made = []
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with (
        SuperSloMoFrames(config, Runtime(threads=1)) as stage,
        FrameReader(probe(clip), batch_size=SPAN + 1) as reader,
    ):
        for frames in reader:
            if len(frames) == SPAN + 1:
                answer = stage.make(frames.images[0], frames.images[-1], 2)[0]
                made.append(np.abs(answer.astype(int) - frames.images[SPAN // 2]).mean())
    return float(np.mean(made))


def test_what_is_trained_on_two_seconds_makes_them_better(clip, tmp_path):
    settings = Settings(
        steps=1, batch_size=4, learning_rate=4e-3, span=SPAN, side=32, crop=32, width=4,
        device="cpu",
    )  # fmt: skip
    train([clip], tmp_path / "begun.ckpt", settings)
    history = train([clip], tmp_path / "mine.ckpt", replace(settings, steps=60))
    assert np.mean(history[-20:]) < 0.8 * np.mean(history[:10])
    assert error(clip, tmp_path / "mine.ckpt") < 0.7 * error(clip, tmp_path / "begun.ckpt")


def test_training_goes_on_from_a_checkpoint(clip, checkpoint, tmp_path):
    settings = Settings(steps=1, batch_size=1, learning_rate=1e-9, side=32, crop=32, device="cpu")
    train([clip], tmp_path / "next.ckpt", settings, start=checkpoint)
    assert error(clip, tmp_path / "next.ckpt") == pytest.approx(error(clip, checkpoint), abs=0.01)


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
