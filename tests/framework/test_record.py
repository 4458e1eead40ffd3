"""The record of a run: counts, licences, focal lengths."""

import json
from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest
import yaml

from framework.config import compose_config
from framework.record import count, describe, focal_lengths, is_whole, licences, write_record
from framework.skeletons import COCO17
from framework.testing.sample import Sample
from framework.types import State


def test_a_saved_configuration_keeps_folders_and_data_files_do_not(tmp_path, result):
    """A run is repeated from the one; the others are passed on to other people."""
    config = compose_config(["lifter=videopose3d", "lifter.checkpoint=some/folder/x.bin"])
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    video = replace(result.video, path=clip)
    meta = describe(video, (), Namespace(skeleton=COCO17, score_threshold=0.5), config)
    assert meta["config"]["lifter"]["checkpoint"] == "x.bin"
    whole = replace(result, video=video, meta={**meta, "focal_length": {}})
    saved, record = write_record(whole, config, tmp_path / "clip")
    values = yaml.safe_load(saved.read_text())
    assert values["lifter"]["checkpoint"] == "some/folder/x.bin"
    assert is_whole(tmp_path, "clip", clip, config)
    other = compose_config(["lifter=videopose3d", "lifter.checkpoint=other/x.bin"])
    assert not is_whole(tmp_path, "clip", clip, other)
    # A record that vouches for nothing, and a file that is another than it was.
    described = json.loads(record.read_text())
    record.write_text(json.dumps({**described, "sha256": {}}))
    assert not is_whole(tmp_path, "clip", clip, config)
    record.write_text(json.dumps(described))
    assert is_whole(tmp_path, "clip", clip, config)
    saved.write_text(f"{saved.read_text()}\n")
    assert not is_whole(tmp_path, "clip", clip, config)


@pytest.fixture
def result():
    return Sample.make(rows=8, people=2).result


def test_rows_are_counted_once_however_many_people_are_in_them(result):
    first, second = result.tracks
    state = first.state.copy()
    state[:] = [1, 1, 1, 2, 0, 0, 0, 0]
    other = np.array([1, 0, 0, 0, 0, 0, 1, 0], np.uint8)
    complete = np.arange(8) < 1
    tracks = (
        replace(first, state=state, complete=complete, exchanged=other),
        replace(second, state=other, complete=complete[::-1].copy()),
    )
    poses = tuple(replace(pose, valid=np.arange(8) < 2 + n) for n, pose in enumerate(result.poses))
    counted = count(replace(result, tracks=tracks, poses=poses), np.array([2, 1, 0, 0, 3, 0, 0, 0]))
    assert counted == {
        "frames": 8,
        "detected": 3,
        "found": 6,
        "people": 2,
        "observed": 4,
        "complete": 2,
        "exchanged": 2,
        "filled": 1,
        "valid": 3,
        "coverage": 3 / 8,
    }
    assert State.FILLED == 2


def test_nobody_and_no_frame_are_counted_too(result):
    nobody = replace(result, tracks=(), poses=())
    counted = count(nobody, np.zeros(8, np.int64))
    assert (counted["observed"], counted["valid"], counted["coverage"]) == (0, 0, 0)


def test_stages_with_the_same_focal_length_share_a_line(result):
    used = {
        "temporal": {"longer_sides": 0.95, "source": "default"},
        "root": {"longer_sides": 0.95, "source": "default"},
        "other": {"longer_sides": 0.8, "source": "setting"},
    }
    assert focal_lengths(replace(result, meta={**result.meta, "focal_length": used})) == [
        "focal length 0.95 of the longer side (default): temporal, root",
        "focal length 0.8 of the longer side (setting): other",
    ]
    assert focal_lengths(result) == []


def test_only_licences_that_are_stated_are_listed(result):
    stages = [
        {"stage": "detector", "name": "a", "licence": "MIT"},
        {"stage": "lifter", "name": "b", "licence": ""},
    ]
    assert licences(replace(result, meta={"stages": stages})) == {"detector a": "MIT"}
