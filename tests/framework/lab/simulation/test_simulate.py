"""``python -m framework.simulate``, and training on the files that it writes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from framework import simulate
from framework.errors import ConfigurationError
from framework.lab.motion.recipe import WindowRecipe
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.config import compose_train
from framework.plugins.lifter.temporal.training.run import train

SMALL = "recipe.frames=27"


@pytest.fixture
def recordings(tmp_path, packed):
    """A folder as the motion files of ``conf/recordings`` lie in it, with only one of them."""
    split = {"splits": {"train": {"anna": 1}, "validation": {"ben": 1}}}
    (tmp_path / "split.json").write_text(json.dumps(split))
    return f"motion_root={tmp_path}", f"motion=[{{path: '{packed}', licence: none}}]"


def test_a_simulation_goes_on_where_it_stopped_and_is_trained_on(recordings, tmp_path):
    root, motion = recordings
    output = tmp_path / "simulation"
    for part in ("train", "validation"):
        command = [
            root,
            motion,
            SMALL,
            f"output={output}",
            "windows=1",
            f"part={part}",
            "threads=1",
        ]
        assert simulate.main(command) == 0
    first = output / "train_0_0000.npz"
    written = first.stat().st_mtime_ns
    assert simulate.main([root, motion, SMALL, f"output={output}", "windows=1"]) == 0
    assert first.stat().st_mtime_ns == written

    pairs = Pairs.load([first])
    assert pairs.keypoints.shape == (1, 27, 17, 2)
    assert (pairs.scores > 0).mean() > 0.8, "the detector did not find the figure"
    assert np.isfinite(pairs.own).mean() > 0.8

    run = compose_train(
        [
            *(root, motion, SMALL, f"rehearsal={output}", f"output={tmp_path / 'run'}"),
            *("recipe.windows=4", "schedule.steps=2", "threads=1"),
            *("network.channels=16", "network.hidden=16", "network.dilations=[1]"),
        ]
    )
    train(run)
    with Path(run.output, "log.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["mpjpe_real"]) > 0


def test_a_folder_without_a_simulation_is_named(recordings, tmp_path):
    run = compose_train([*recordings, f"rehearsal={tmp_path}", f"output={tmp_path / 'run'}"])
    with pytest.raises(ConfigurationError, match=r"has no train_\*\.npz"):
        train(run)


def options_of(*arguments):
    own, rest = simulate.COMMAND.split_run(arguments)
    return simulate.COMMAND.read(own), rest


def test_options_of_the_simulation_and_of_a_run_are_told_apart(tmp_path):
    root = f"motion_root={tmp_path}"
    options, rest = options_of(root, "output=my (1),x", "recipe.bodies.turned=0.3", "detector=rtmo")
    assert rest == ["detector=rtmo"]
    assert options.output == Path("my (1),x")
    assert options.split == tmp_path / "split.json"
    assert options.recipe.bodies.turned == 0.3
    assert options.recipe.cameras == WindowRecipe().cameras
    assert [source.weight for source in options.motion][:3] == [1.0, 1.5, 0.7]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["motion_root=x"], "output is missing"),
        (["output=x"], "motion_root is missing"),
        (["motion_root=x", "output=y", "windows=many"], "could not be converted to Integer"),
        (["motion_root=x", "output=y", "windows=-1"], "windows is -1, but must be from 0"),
        (["motion_root=x", "output=y", "faster"], "'faster' is not an option"),
        (["motion_root=x", "output=y", "recipe.frame=3"], "did you mean 'frames'"),
        (["motion_root=x", "output=y", "window=3"], "did you mean 'windows'"),
        (["motion_root=x", "output=y", "recipe.cameras.distance_m=[2]"], "must have 2 elements"),
        (["motion_root=x", "output=y", "recipe.bodies.turned=2"], "recipe.bodies.turned is 2.0"),
        (["motion_root=x", "output=y", "-m"], "runs no sweep"),
    ],
)
def test_mistakes_are_named(arguments, said, capsys):
    assert simulate.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_help_names_the_options_with_their_defaults(capsys):
    assert simulate.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "  windows=256 " in text
    assert "  recipe.cameras.distance_m=[1.6,10.0] " in text
