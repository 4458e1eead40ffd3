"""The networks learn, and a run ends, continues and fails as the command says."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from framework.errors import ConfigurationError, InputError
from framework.lab.sample.clip import render
from framework.lab.sample.scene import Camera, View, default_scene
from framework.plugins.interpolator.super_slomo.config import SuperSloMoConfig
from framework.plugins.interpolator.super_slomo.network import load_networks
from framework.plugins.interpolator.super_slomo.super_slomo import SuperSloMoInterpolator
from framework.plugins.interpolator.super_slomo.training.config import SuperSloMoTrainConfig
from framework.plugins.interpolator.super_slomo.training.run import (
    Training,
    find_clips,
    random_networks,
    state_path,
    train,
)
from framework.stages import Runtime
from framework.video.decode import FrameReader
from framework.video.probe import probe

SPAN = 8


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds of the sample, recorded by a camera that turns with the person."""
    path = tmp_path_factory.mktemp("clips") / "sample.mp4"
    views = (
        View(0.0, (0.0, -4.0, 1.3), (-0.6, 0.0, 0.9)),
        View(2.0, (0.0, -4.0, 1.3), (0.5, 0.0, 0.9)),
    )
    scene = default_scene(seconds=2, fps=Fraction(30), size_wh=(32, 32))
    render(replace(scene, camera=Camera(views=views)), path, path.with_name("truth.npz"))
    return path


def small(clip, output, **options):
    """Settings of a run that takes seconds."""
    settings = {"steps": 1, "batch_size": 1, "side": 32, "crop": 32, "width": 2, "device": "cpu"}
    return SuperSloMoTrainConfig(clips=clip.parent, output=output, **{**settings, **options})


def errors(clip, checkpoint) -> np.ndarray:
    """(W, 2) mean error in grey levels of interpolated frames, and of the mean of neighbours."""
    found = []
    config = SuperSloMoConfig(checkpoint=checkpoint)
    with (
        SuperSloMoInterpolator(config, Runtime(threads=1)) as stage,
        FrameReader(probe(clip), batch_size=SPAN + 1) as reader,
    ):
        for frames in reader:
            if len(frames) == SPAN + 1:
                interpolated = stage.interpolate(frames.images[0], frames.images[-1], 2)[0].astype(
                    float
                )
                blended = frames.images[[0, -1]].mean(0)
                true = frames.images[SPAN // 2]
                found.append([np.abs(image - true).mean() for image in (interpolated, blended)])
    return np.array(found)


def test_two_seconds_are_learnt(clip, tmp_path):
    output = tmp_path / "mine.ckpt"
    train(small(clip, output, steps=150, batch_size=4, learning_rate=8e-3, flips=0.0, width=4))
    interpolated, blended = errors(clip, output).T
    moving = blended > 4  # the camera turns; at both ends of the clip it stands nearly still
    assert moving.sum() >= 3
    assert interpolated[moving].mean() < 0.95 * blended[moving].mean()


def test_training_starts_from_a_given_checkpoint(clip, checkpoint, tmp_path):
    output = tmp_path / "next.ckpt"
    train(small(clip, output, learning_rate=1e-9, width=7, initial=checkpoint))
    for name, value in load_networks(checkpoint).state_dict().items():
        torch.testing.assert_close(
            load_networks(output).state_dict()[name], value, atol=1e-6, rtol=0
        )


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(clip, tmp_path):
    weights = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(small(clip, tmp_path / name / "x.ckpt", steps=2, seed=seed, threads=1))
        weights.append(load_networks(tmp_path / name / "x.ckpt").flow.conv1.weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_the_learning_rate_falls_evenly_to_a_fiftieth(clip, tmp_path):
    config = small(clip, tmp_path / "x.ckpt", steps=4, learning_rate=1e-3, threads=1)
    training, rates = Training(config), []
    batch = one_batch(clip)
    for _ in range(4):
        rates.append(training._optimizer.param_groups[0]["lr"])
        training.run_step(batch)
    rates.append(training._optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([1e-3, 7.55e-4, 5.1e-4, 2.65e-4, 2e-5])


def one_batch(clip):
    from framework.plugins.interpolator.super_slomo.training.triplets import read_triplets

    random = np.random.default_rng(0)
    return [next(read_triplets([clip], span=8, side=32, crop=32, flips=0.0, random=random))]


def test_an_interrupted_run_continues_with_its_optimizer(clip, tmp_path):
    config = small(clip, tmp_path / "x.ckpt", steps=3, threads=1)
    batch = one_batch(clip)
    whole, first = Training(config), Training(config)
    for _ in range(2):
        whole.run_step(batch)
        first.run_step(batch)
    first.save()
    continued = Training(config)
    assert continued.step == 2
    assert continued.run_step(batch) == whole.run_step(batch)
    for name, value in whole.networks.state_dict().items():
        assert torch.equal(continued.networks.state_dict()[name], value)


def test_a_finished_run_does_nothing_more(clip, tmp_path):
    config = small(clip, tmp_path / "x.ckpt", steps=2)
    train(config)
    written = config.output.stat().st_mtime_ns
    train(config)
    assert config.output.stat().st_mtime_ns == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.ckpt", "x.last.pt"]


def test_a_run_with_another_number_of_steps_is_another_run(clip, tmp_path):
    train(small(clip, tmp_path / "x.ckpt", steps=1))
    with pytest.raises(ConfigurationError) as error:
        train(small(clip, tmp_path / "x.ckpt", steps=2))
    path = state_path(tmp_path / "x.ckpt")
    assert error.value.message == f"steps is 2, but the run of {path} has 1"


def test_random_networks_keep_the_size_of_signals():
    torch.manual_seed(0)
    signal = torch.randn(1, 6, 64, 64)
    with torch.inference_mode():
        flow = random_networks(8).flow(signal)
    assert 0.2 < flow.std() < 5
    assert all(
        (layer == 0).all()
        for name, layer in random_networks(2).named_parameters()
        if "bias" in name
    )


def test_videos_are_found_in_subfolders_and_by_their_suffix(tmp_path, counting):
    with pytest.raises(InputError, match="holds no video"):
        find_clips(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "notes.txt").write_text("no video")
    counting(tmp_path / "deep" / "a.mp4", 2)
    (tmp_path / "deep" / "a.mp4").rename(tmp_path / "deep" / "a.MP4")
    assert find_clips(tmp_path) == [tmp_path / "deep" / "a.MP4"]


def command(*arguments, cwd):
    call = [sys.executable, "-m", "framework.train", "interpolator=super_slomo", *arguments]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command_trains_and_leaves_only_the_checkpoint_and_its_state(clip, tmp_path):
    done = command(
        f"clips={clip.parent}", "output=mine.ckpt", "steps=1", "batch_size=1", "side=32",
        "crop=32", "width=2", "device=cpu", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "step 1: loss" in done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.ckpt", "mine.last.pt"]
    assert len(load_networks(tmp_path / "mine.ckpt").flow.conv1.weight) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["clips=.", "output=x.ckpt"], 3, "'.' holds no video"),
        (["clips=.", "output=x.ckpt", "crop=100"], 2, "crop is 100, but must be a multiple of 32"),
        (["clips=.", "output=x.ckpt", "step=3"], 2, "step"),
        (["clips=."], 2, "output"),
    ],
)
def test_the_command_explains_what_is_wrong(tmp_path, arguments, code, message):
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
