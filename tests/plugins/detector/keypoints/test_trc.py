"""TRC files of Sports2D in pixels: a file for each person."""

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read

NAMES = [f"{side}{part}" for part in ("Hip", "Knee", "Ankle", "Shoulder") for side in "RL"]


def written(points, scale=1.0, rate=30):
    """The text that ``make_trc_with_trc_data`` writes of (T, K, 2) pixels."""
    lines = [
        "PathFileType\t4\t(X/Y/Z)\tclip_px_person00.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame",
        f"{rate}\t{rate}\t{len(points)}\t{len(NAMES)}\tm\t{rate}\t0",
        "Frame#\tTime\t" + "\t\t\t".join(NAMES) + "\t\t\t",
        "\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in range(1, len(NAMES) + 1)),
    ]
    for number, frame in enumerate(points):
        cells = ["\t".join("" if np.isnan(v) else f"{v * scale}" for v in joint) for joint in frame]
        lines.append("\t".join([str(number), f"{number / rate}", *(f"{c}\t0.0" for c in cells)]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def points():
    return np.random.default_rng(0).uniform(100, 400, (4, len(NAMES), 2))


def test_a_person(tmp_path, points, per_frame):
    points[1] = np.nan
    path = tmp_path / "clip.trc"
    path.write_text(written(points))
    assert is_keypoints(path)
    recording = read(path, KeypointFilesConfig())
    assert (per_frame(recording), recording.fps) == ([1, 0, 1, 1], 30)
    knee = recording.people(3).keypoints[0, recording.skeleton.index("left_knee")]
    np.testing.assert_allclose(knee, points[3, 3], rtol=1e-6)


def test_a_folder_holds_the_people_of_a_clip(tmp_path, points, per_frame):
    for number, part in enumerate((points, points[:2] + 50)):
        (tmp_path / f"clip_px_person{number:02}.trc").write_text(written(part))
    recording = read(tmp_path, KeypointFilesConfig())
    assert per_frame(recording) == [2, 2, 1, 1]
    assert recording.people(1).hint_ids.tolist() == [0, 1]


def test_positions_in_metres_and_in_3d_are_refused(tmp_path, points, refusal):
    path = tmp_path / "clip.trc"
    path.write_text(written(points, scale=0.005))
    assert "in 3D or in metres" in refusal(path)
    path.write_text(written(points).replace("\t0.0\t", "\t7.5\t"))
    assert "in 3D or in metres" in refusal(path)


def test_what_is_no_whole_file_is_refused(tmp_path, points, refusal):
    path = tmp_path / "clip.trc"
    for text in ("PathFileType\t4\n", written(points[:0]), written(points) + "4\t0.1\t5\n"):
        path.write_text(text)
        refusal(path)


def test_files_of_different_clips_are_refused(tmp_path, points, refusal):
    for rate in (25, 30):
        (tmp_path / f"clip_{rate}.trc").write_text(written(points, rate=rate))
    assert "different markers or rates" in refusal(tmp_path)
