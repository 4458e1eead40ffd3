"""``python -m framework.rehearse``, and training on what it leaves."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from framework import rehearse
from framework.errors import ConfigurationError
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.config import compose_train
from framework.plugins.lifter.temporal.training.run import train

SMALL = "recipe.frames=27"


@pytest.fixture
def recordings(tmp_path, packed):
    """A folder as the motion files of ``conf/train.yaml`` lie in it; only one of them is there."""
    split = {"splits": {"train": {"anna": 1}, "validation": {"ben": 1}}}
    (tmp_path / "split.json").write_text(json.dumps(split))
    return f"motion_root={tmp_path}", f"motion=[{{path: '{packed}', licence: none}}]"


def test_a_rehearsal_goes_on_where_it_stopped_and_is_trained_on(recordings, tmp_path):
    root, motion = recordings
    output = tmp_path / "rehearsal"
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
        assert rehearse.main(command) == 0
    first = output / "train_0_0000.npz"
    written = first.stat().st_mtime_ns
    assert rehearse.main([root, motion, SMALL, f"output={output}", "windows=1"]) == 0
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


def test_a_folder_without_a_rehearsal_is_named(recordings, tmp_path):
    run = compose_train([*recordings, f"rehearsal={tmp_path}", f"output={tmp_path / 'run'}"])
    with pytest.raises(ConfigurationError, match=r"has no train_\*\.npz"):
        train(run)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["motion_root=x"], "output is missing"),
        (["output=x"], "motion_root is missing"),
        (["motion_root=x", "output=y", "windows=many"], "windows=many"),
        (["motion_root=x", "output=y", "faster"], "'faster' is not an option"),
        (["motion_root=x", "output=y", "recipe.frame=3"], "frame"),
    ],
)
def test_slips_of_the_pen_are_named(arguments, said, capsys):
    assert rehearse.main(arguments) == 2
    assert said in capsys.readouterr().err
