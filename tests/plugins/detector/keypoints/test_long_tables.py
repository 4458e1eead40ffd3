"""Tables with a line for each joint."""

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read
from framework.skeletons import BLAZEPOSE33, COCO17


def written(path, names, people, column="keypoint"):
    """A file of people, each with frame, identity and (K, 2) joints; NaN joints have no line."""
    lines = [f"frame,person,{column},x,y,score"]
    for frame, who, points in people:
        for name, (x, y) in zip(names, points, strict=True):
            if np.isfinite(x):
                lines.append(f"{frame},{who},{name},{x},{y},0.8")
    path.write_text("\n".join(lines) + "\n")
    return read(path, KeypointFilesConfig())


def test_a_line_for_each_joint(tmp_path, person, per_frame):
    hidden = person()
    hidden[3] = np.nan
    people = [(0, "a", person()), (0, "b", person(x=400.0)), (3, "b", hidden)]
    recording = written(tmp_path / "a.csv", COCO17.joints, people)
    assert (recording.skeleton, per_frame(recording)) == (COCO17, [2, 0, 0, 1])
    last = recording.people(3)
    np.testing.assert_allclose(last.keypoints[0], hidden, rtol=1e-6)
    np.testing.assert_allclose(np.delete(last.keypoint_scores[0], 3), 0.8, rtol=1e-6)
    assert last.hint_ids.tolist() == [1]


def test_joints_with_numbers(tmp_path, person, per_frame):
    people = [(k, "a", person("blazepose33")) for k in range(2)]
    recording = written(tmp_path / "a.csv", range(33), people, "landmark_index")
    assert (recording.skeleton, per_frame(recording)) == (BLAZEPOSE33, [1, 1])
    np.testing.assert_allclose(recording.keypoints[0], person("blazepose33"), rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("frame,joint,x,y\n0,nose,1,2\n0,nose,3,4\n", "the joint 'nose' twice in a frame"),
        ("frame,joint,x,y\n0,nose,1\n", "different numbers of cells"),
        ("frame,keypoint,x,y,z\n0,nose,100,200,300\n", "positions in 3D"),
        ("frame,joint,x,y\n", "are not those of keypoints"),
    ],
)
def test_other_tables_are_refused(tmp_path, text, said, refusal):
    (tmp_path / "a.csv").write_text(text)
    assert said in refusal(tmp_path / "a.csv")
