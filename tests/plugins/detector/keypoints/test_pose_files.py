"""Files of pose-format."""

import struct

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import BLAZEPOSE33


def text(value):
    return struct.pack("<H", len(value)) + value.encode()


def component(name, points, form="XYZC"):
    counts = struct.pack("<3H", len(points), 1, 1)
    return text(name) + text(form) + counts + b"".join(map(text, points)) + bytes(4 + 6)


@pytest.fixture
def pose(tmp_path, person):
    """A file with a hand and a body, whose person is not in frame 1."""

    def make(version=0.2, size=(640, 480), cut=None):
        names = [name.upper() for name in BLAZEPOSE33.joints]
        parts = component("HAND", ["WRIST", "THUMB"]), component("POSE_LANDMARKS", names)
        points = np.zeros((3, 1, 35, 3), np.float32)
        points[:, 0, 2:, :2] = person("blazepose33")
        scores = np.full((3, 1, 35), 0.8, np.float32)
        scores[1] = 0
        content = struct.pack("<f3HH", version, *size, 100, len(parts)) + b"".join(parts)
        rate = struct.pack("<HH", 25, 3) if version == 0.1 else struct.pack("<fI", 25.0, 3)
        content += rate + struct.pack("<H", 1) + points.tobytes() + scores.tobytes()
        path = tmp_path / "clip.pose"
        path.write_bytes(content[:cut])
        return path

    return make


@pytest.mark.parametrize("version", [0.1, 0.2])
def test_the_body_of_each_frame(pose, person, per_frame, version):
    assert is_keypoints(pose(version))
    recording = read(pose(version), KeypointFilesConfig())
    assert (recording.source, recording.skeleton) == ("pose-format", BLAZEPOSE33)
    assert (recording.size_wh, recording.fps) == ((640, 480), 25)
    assert per_frame(recording) == [1, 0, 1]
    np.testing.assert_allclose(recording.people(2).keypoints[0], person("blazepose33"), rtol=1e-6)
    np.testing.assert_allclose(recording.keypoint_scores, 0.8, rtol=1e-6)


def test_a_file_may_not_know_its_size(pose):
    assert read(pose(size=(0, 0)), KeypointFilesConfig()).size_wh is None


@pytest.mark.parametrize("cut", [8, 14, 40, 400, 700])
def test_what_is_cut_off_is_refused(pose, cut, refusal):
    path = pose(cut=cut)
    assert is_keypoints(path)
    refusal(path)
