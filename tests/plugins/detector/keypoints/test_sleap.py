"""Files of SLEAP: analysis files in any order of axes, and projects."""

import json

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import COCO17

h5py = pytest.importorskip("h5py")
AXES = ("frame", "track", "node", "xy")


@pytest.fixture
def tracks(person):
    """(3, 2, 17, 2): two people in three frames; the second is not in frame 1."""
    points = np.stack([np.stack([person(x=200.0), person(x=400.0 + k)]) for k in range(3)])
    points[1, 1] = np.nan
    return points


def analysis(path, tracks, order, dims=True):
    scores = np.where(np.isfinite(tracks[..., 0]), 0.7, np.nan)
    with h5py.File(path, "w") as file:
        file["tracks"] = tracks.transpose([AXES.index(axis) for axis in order])
        order_of_scores = [axis for axis in order if axis != "xy"]
        file["point_scores"] = scores.transpose([AXES.index(axis) for axis in order_of_scores])
        file["node_names"] = [name.encode() for name in COCO17.joints]
        if dims:
            file["tracks"].attrs["dims"] = json.dumps(order)
    assert is_keypoints(path)
    return read(path, KeypointFilesConfig())


@pytest.mark.parametrize(
    ("order", "dims"),
    [
        (("track", "xy", "node", "frame"), True),
        (("track", "xy", "node", "frame"), False),
        (("frame", "track", "node", "xy"), True),
    ],
)
def test_analysis_files(tmp_path, tracks, per_frame, order, dims):
    recording = analysis(tmp_path / "a.h5", tracks, order, dims)
    assert (recording.source, recording.skeleton) == ("SLEAP", COCO17)
    assert per_frame(recording) == [2, 1, 2]
    people = recording.people(2)
    np.testing.assert_allclose(people.keypoints, tracks[2], rtol=1e-6)
    np.testing.assert_allclose(people.keypoint_scores, 0.7)
    assert people.hint_ids.tolist() == [0, 1]


@pytest.fixture
def project(tmp_path, tracks):
    """A project: predictions in frames 0 and 5, and a label by hand in the latter."""

    def make(version=1.3, videos=(0, 0)):
        path = tmp_path / "a.slp"
        predicted = [(x, y, True, False, 0.7) for x, y in tracks[0, 0]]
        by_hand = [(x, y, k > 0, True) for k, (x, y) in enumerate(tracks[0, 1])]
        nodes = {
            "nodes": [{"name": name} for name in COCO17.joints],
            "skeletons": [{"nodes": [{"id": k} for k in range(17)]}],
        }
        point = [("x", "f8"), ("y", "f8"), ("visible", "?"), ("complete", "?")]
        frame = [("video", "u4"), ("frame_idx", "u8")]
        frame += [("instance_id_start", "u8"), ("instance_id_end", "u8")]
        instance = [("instance_type", "u1"), ("track", "i4")]
        instance += [("point_id_start", "u8"), ("point_id_end", "u8")]
        with h5py.File(path, "w") as file:
            file.create_group("metadata").attrs["json"] = np.bytes_(json.dumps(nodes))
            file["metadata"].attrs["format_id"] = version
            file["frames"] = np.array([(videos[0], 0, 0, 1), (videos[1], 5, 1, 3)], frame)
            people = [(1, 4, 0, 17), (1, 4, 0, 17), (0, -1, 0, 17)]
            file["instances"] = np.array(people, instance)
            file["points"] = np.array(by_hand, point)
            file["pred_points"] = np.array(predicted, [*point, ("score", "f8")])
        return path

    return make


def test_projects(project, tracks, per_frame):
    recording = read(project(), KeypointFilesConfig())
    assert per_frame(recording) == [1, 0, 0, 0, 0, 1]
    first, last = recording.people(0), recording.people(5)
    np.testing.assert_allclose(first.keypoints[0], tracks[0, 0], rtol=1e-6)
    np.testing.assert_allclose(last.keypoints[0, 1:], tracks[0, 1, 1:], rtol=1e-6)
    assert np.isnan(last.keypoints[0, 0]).all() and last.keypoint_scores[0, 1] == 1
    assert recording.ids.tolist() == [4, -1]


def test_early_projects_count_from_the_corner_of_a_pixel(project, tracks):
    recording = read(project(version=1.0), KeypointFilesConfig())
    np.testing.assert_allclose(recording.people(0).keypoints[0], tracks[0, 0] - 0.5, rtol=1e-6)


def test_a_project_of_several_videos_is_refused(project, refusal):
    assert "of several videos" in refusal(project(videos=(0, 1)))
