"""Tables with a line of column names."""

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import BLAZEPOSE33, COCO17


@pytest.fixture
def of_table(tmp_path):
    def make(header, rows, delimiter=",", **settings):
        path = tmp_path / "clip.csv"
        lines = [delimiter.join(map(str, row)) for row in (header, *rows)]
        path.write_text("\n".join(lines) + "\n")
        assert is_keypoints(path)
        return read(path, KeypointFilesConfig(**settings))

    return make


@pytest.mark.parametrize("form", ["{}_x {}_y {}_score", "{}.x {}.y {}.conf", "{}_X {}_Y {}_C"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_of_named_joints(of_table, person, per_frame, form, delimiter):
    header = ["frame", *(form.format(*[joint] * 3).split() for joint in COCO17.joints)]
    header = [header[0], *(name for names in header[1:] for name in names)]
    numbers = np.insert(person(), 2, 0.8, axis=1).ravel().tolist()
    recording = of_table(header, [[0, *numbers], [3, *numbers]], delimiter)
    assert (recording.skeleton, per_frame(recording)) == (COCO17, [1, 0, 0, 1])
    np.testing.assert_allclose(recording.people(3).keypoints[0], person(), rtol=1e-6)
    np.testing.assert_allclose(recording.keypoint_scores, 0.8)


def test_a_line_for_each_person(of_table, person, per_frame):
    names = [f"{joint}_{axis}" for joint in COCO17.joints for axis in "xy"]
    rows = [[frame, who, *person(x=x).ravel()] for frame, who, x in ((0, "a", 200), (0, "b", 400))]
    rows.append([2, "b", *[""] * 34])
    rows.append([3, "b", *person(x=400.0).ravel()])
    recording = of_table(["frame_idx", "track", *names], rows)
    assert per_frame(recording) == [2, 0, 0, 1]
    assert recording.people(3).hint_ids.tolist() == [1]


def test_numbered_landmarks_in_shares_of_the_image(of_table, person, per_frame):
    header = [f"{axis}{k}" for k in range(33) for axis in "xyzv"]
    shares = np.insert(person("blazepose33") / [640, 480], 2, [[-0.1], [0.9]], axis=1)
    recording = of_table(header, [shares.ravel()] * 2, image_size_wh=[640, 480])
    assert (recording.skeleton, per_frame(recording)) == (BLAZEPOSE33, [1, 1])
    np.testing.assert_allclose(recording.keypoints[0], person("blazepose33"), rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n", "its columns (a, b, c) are not those of keypoints"),
        ("frame,nose_x,nose_y\n", "are not those of keypoints"),
        ("frame,nose_x,nose_y\n0,1\n", "different numbers of cells"),
        ("frame,nose_x,nose_y\n0,1,left\n", "could not convert"),
        ("frame,nose_x,nose_y\nfirst,1,2\n", "could not convert"),
        ("frame,nose_x,nose_y,nose_z\n0,100,200,300\n", "positions in 3D"),
        ("frame,nose_x,nose_y\n0,100,200\n", "not those of a person"),
        ("", "it is empty"),
        ("hello\n", "are not those of keypoints"),
        ("\n\n", "are not those of keypoints"),
        ("frame,nose_x,nose_y\n" + "1" * 200_000 + ",1,2\n", "no table (field larger"),
        ("\x00\x01\x02", ""),
    ],
)
def test_other_tables_are_refused_and_are_never_videos(tmp_path, text, said, refusal):
    path = tmp_path / "clip.csv"
    path.write_text(text)
    assert is_keypoints(path)
    assert said in refusal(path)
