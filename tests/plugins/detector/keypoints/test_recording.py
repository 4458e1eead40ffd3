"""Keypoints of a whole clip, also from a result of this program."""

from dataclasses import replace

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.keypoints import KeypointFiles
from framework.plugins.detector.keypoints.reading import read
from framework.plugins.detector.keypoints.recording import KeypointRecording, boxes_around
from framework.plugins.exporter.json.config import JsonConfig
from framework.plugins.exporter.json.json import JsonExporter
from framework.plugins.exporter.npz.config import NpzConfig
from framework.plugins.exporter.npz.npz import NpzExporter
from framework.skeletons import COCO17
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
    recording = read(path, KeypointFilesConfig())
    assert (recording.size_wh, recording.fps) == (sample.video.size_wh, sample.video.fps)
    clip = KeypointFiles(KeypointFilesConfig(), Runtime()).open_clip(path)
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
    assert len(read(path, KeypointFilesConfig()).people(5)) == 0


def test_a_result_without_anybody_is_a_clip_of_nobody(tmp_path):
    nobody = Sample.make(rows=9, people=0)
    [path] = NpzExporter(NpzConfig(), Runtime()).export(nobody.result, tmp_path / "clip")
    recording = read(path, KeypointFilesConfig())
    assert len(recording.index) == 9
    assert len(recording.people(0)) == 0


def recording_of(frames, people=2):
    """People at 100 * their number, in the frames given."""
    frame = np.repeat(np.array(frames, np.int64), people)
    number = np.tile(np.arange(people), len(frames))
    return KeypointRecording(
        source="a test",
        skeleton=COCO17,
        score_threshold=0.3,
        index=np.arange(max(frames) + 1),
        frame=frame,
        keypoints=(100 * number + 1)[:, None, None].repeat(17, 1).repeat(2, 2).astype(np.float32),
        keypoint_scores=np.ones((len(frame), 17), np.float32),
        boxes=np.tile(np.array([10, 20, 30, 60], np.float32), (len(frame), 1)),
        box_scores=np.ones(len(frame), np.float32),
        ids=number,
        size_wh=(640, 480),
    )


def test_the_people_of_a_frame_come_in_the_order_of_the_file():
    recording = recording_of([1, 3])
    assert [len(recording.people(frame)) for frame in range(5)] == [0, 2, 0, 2, 0]
    assert recording.people(3).keypoints[:, 0, 0].tolist() == [1, 101]
    assert recording.people(3).hint_ids.tolist() == [0, 1]


def test_arrays_of_a_frame_are_copies():
    recording = recording_of([0])
    recording.people(0).keypoints[:] = 0
    assert (recording.people(0).keypoints[0] == 1).all()


def test_another_size_scales_keypoints_and_boxes_alike():
    half = recording_of([0]).scaled((320, 120))
    np.testing.assert_allclose(half.keypoints[1, 0], [101 / 2, 101 / 4])
    np.testing.assert_allclose(half.boxes[0], [5, 5, 15, 15])
    assert half.size_wh == (320, 120)


def test_boxes_are_of_the_joints_seen_and_of_all_where_few_are():
    keypoints = np.array([[[0, 0], [100, 0], [0, 200], [900, 900], [np.nan, np.nan]]] * 2)
    seen = np.array([[True, True, True, False, True], [True, False, False, False, True]])
    boxes = boxes_around(keypoints, seen)
    np.testing.assert_allclose(boxes[0], [-10, -10, 110, 210])  # a margin of 5 % of 200 pixels
    np.testing.assert_allclose(boxes[1], [-45, -45, 945, 945])
    point = boxes_around(np.full((1, 3, 2), 50.0), np.ones((1, 3), bool))
    np.testing.assert_allclose(point, [[49, 49, 51, 51]])  # at least a pixel on each side
