"""A result of this program is a file of keypoints too."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointsConfig
from framework.plugins.detector.keypoints.keypoints import Keypoints
from framework.plugins.detector.keypoints.reading import read
from framework.plugins.exporter.json.config import JsonConfig
from framework.plugins.exporter.json.json import JsonExporter
from framework.plugins.exporter.npz.config import NpzConfig
from framework.plugins.exporter.npz.npz import NpzExporter
from framework.stages import Runtime
from framework.testing.sample import Sample
from framework.types import State


@pytest.fixture(scope="module")
def sample():
    return Sample.make(rows=24, people=2)


@pytest.mark.parametrize(
    "exporter", [NpzExporter(NpzConfig(), Runtime()), JsonExporter(JsonConfig(), Runtime())]
)
def test_people_times_size_and_identities_come_back(sample, tmp_path, exporter):
    filmed = replace(sample.result, video=replace(sample.video, focal=0.8))
    [path] = exporter.export(filmed, tmp_path / "clip")
    recording = read(path, KeypointsConfig())
    assert (recording.size_wh, recording.fps) == (sample.video.size_wh, sample.video.fps)
    clip = Keypoints(KeypointsConfig(), Runtime()).open_clip(path)
    assert clip.video.focal == recording.focal == 0.8
    np.testing.assert_allclose(recording.time_s, sample.frames.time_s)
    for row, truth in enumerate(sample.detections):
        people = recording.people(row)
        assert len(people) == len(truth)
        if len(truth):
            np.testing.assert_allclose(people.keypoints, truth.keypoints, atol=0.01)
            assert set(people.hint_ids.tolist()) <= {track.id for track in sample.tracks}


def test_rows_that_a_tracker_filled_were_not_seen(sample, tmp_path):
    for track in sample.tracks:
        track.state[5] = State.FILLED
    [path] = NpzExporter(NpzConfig(), Runtime()).export(sample.result, tmp_path / "clip")
    assert len(read(path, KeypointsConfig()).people(5)) == 0


def test_a_result_without_anybody_is_a_clip_of_nobody(tmp_path):
    nobody = Sample.make(rows=9, people=0)
    [path] = NpzExporter(NpzConfig(), Runtime()).export(nobody.result, tmp_path / "clip")
    recording = read(path, KeypointsConfig())
    assert len(recording.index) == 9
    assert len(recording.people(0)) == 0
