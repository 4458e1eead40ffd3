"""Every format of true poses becomes H36M-17 with times."""

import json

import numpy as np
import pytest

from framework import results
from framework.errors import InputError
from framework.lab.evaluation.truth import load_truth
from framework.skeletons import H36M17


def column(truth, joint):
    return truth.joints[0, :, H36M17.index(joint)]


def test_markers_are_known_by_name_and_the_pelvis_lies_between_the_hips(tmp_path):
    names = ["RHip", "LHip", "LBigToe", "Neck", "Nose"]
    head = "\t\t\t".join(names)
    row = "1\t0.0\t" + "\t".join("1 0 0 3 0 0 9 9 9 2 4 0 2 5 1".split())
    path = tmp_path / "clip.trc"
    path.write_text(
        "PathFileType\t4\t(X/Y/Z)\tx\nDataRate\tNumFrames\tNumMarkers\tUnits\n"
        f"60\t1\t5\tm\nFrame#\tTime\t{head}\n\n{row}\n"
    )
    truth = load_truth(path)
    assert not truth.in_camera_axes
    assert truth.time_s.tolist() == [0]
    width = column(truth, "left_hip") - column(truth, "right_hip")
    np.testing.assert_allclose(width, [[2, 0, 0]], atol=1e-6)
    middle = (column(truth, "left_hip") + column(truth, "right_hip")) / 2
    np.testing.assert_allclose(column(truth, "pelvis"), middle, atol=1e-6)
    up = column(truth, "thorax") - column(truth, "pelvis")
    np.testing.assert_allclose(up, [[0, 4, 0]], atol=1e-6)
    assert np.isnan(column(truth, "left_wrist")).all()


def test_arrays_with_names_keep_millimetres_far_from_the_origin(tmp_path, standing):
    names = [joint.replace("left_", "L").replace("right_", "R") for joint in H36M17.joints]
    names = [n[0] + n[1:].capitalize() if n[0] in "LR" else n for n in names]
    far = standing(3).astype(np.float64) + 5000
    np.savez(tmp_path / "named.npz", joints=np.array(names), positions_m=far, fps=50.0)
    truth = load_truth(tmp_path / "named.npz")
    assert truth.time_s.tolist() == [0, 0.02, 0.04]
    assert not truth.in_camera_axes
    about_pelvis = truth.joints[0] - truth.joints[0, :, :1]
    np.testing.assert_allclose(about_pelvis, standing(3), atol=1e-5)


def test_plain_arrays_are_in_camera_axes_and_have_frames_or_times(tmp_path, standing):
    np.savez(tmp_path / "frames.npz", joints=standing(4))
    truth = load_truth(tmp_path / "frames.npz")
    assert truth.in_camera_axes
    assert truth.frame_index.tolist() == [0, 1, 2, 3]
    np.savez(tmp_path / "times.npz", joints=standing(2), time_s=[0.5, 1.0])
    truth = load_truth(tmp_path / "times.npz")
    assert truth.frame_index is None
    assert truth.time_s.tolist() == [0.5, 1.0]


def test_poses_as_videopose3d_exports_them_are_a_truth(tmp_path, standing):
    np.save(tmp_path / "predictions.npy", standing(4))
    truth = load_truth(tmp_path / "predictions.npy")
    assert truth.in_camera_axes
    assert truth.frame_index.tolist() == [0, 1, 2, 3]
    about_pelvis = truth.joints[0] - truth.joints[0, :, :1]
    np.testing.assert_allclose(about_pelvis, standing(4), atol=1e-5)


def test_a_result_is_a_truth_with_pixels(tmp_path, standing, result_of):
    arrays = results.to_arrays(result_of(standing(3), standing(3), first=7))
    np.savez(tmp_path / "clip.npz", **arrays)
    truth = load_truth(tmp_path / "clip.npz")
    assert truth.in_camera_axes
    assert truth.joints.shape == (2, 3, 17, 3)
    np.testing.assert_allclose(np.diff(truth.time_s), 1 / 30, atol=1e-6)
    apart = np.nanmedian(truth.pixels[1] - truth.pixels[0], axis=(0, 1))
    np.testing.assert_allclose(apart, [100, 0], atol=1e-3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros(3)}, "no 'joints'"),
        ({"joints": np.zeros((4, 16, 3))}, "not "),
        ({"joints": np.zeros((4, 17, 3), int)}, "int64"),
        ({"joints": np.zeros((4, 17, 3)), "time_s": [0.0, 1, 1, 2]}, "increasing"),
        ({"joints": np.zeros((4, 17, 3)), "time_s": [0.0, 1]}, "4 increasing"),
        ({"joints": np.array(["a", "b"]), "positions_m": np.zeros((1, 2, 3))}, "fewer than three"),
        (
            {"joints": np.array(["Hip", "MidHip", "Nose"]), "positions_m": np.zeros((1, 3, 3))},
            "names a joint twice",
        ),
        ({"joints": np.array([{}], object)}, "Object arrays"),
    ],
)
def test_arrays_that_say_nothing_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(InputError, match=message):
        load_truth(tmp_path / "bad.npz")


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "a.json").write_text(json.dumps({"joints": []}))
    np.save(tmp_path / "whole.npy", np.zeros((3, 17, 3)))
    (tmp_path / "a.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:-1])
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    for name in ("a.npz", "a.json", "a.npy", "objects.npy", "nowhere.npz"):
        with pytest.raises(InputError, match=name):
            load_truth(tmp_path / name)


def trc(path, frame, time_s, rate=60):
    """A TRC file with rows of these numbers and times."""
    names = ["RHip", "LHip", "Nose"]
    cells = "\t".join("1 0 0 3 0 0 2 5 1".split())
    rows = "\n".join(f"{f}\t{t:.9f}\t{cells}" for f, t in zip(frame, time_s, strict=True))
    path.write_text(
        "PathFileType\t4\t(X/Y/Z)\tx\nDataRate\tNumFrames\tNumMarkers\tUnits\n"
        f"{rate}\t{len(frame)}\t3\tm\nFrame#\tTime\t" + "\t\t\t".join(names) + f"\n\n{rows}\n"
    )
    return path


@pytest.mark.parametrize(
    ("first", "begin_s", "expected_s", "said"),
    [
        (1, 0, 0, ""),  # OpenSim
        (0, 0, 0, ""),  # Pose2Sim
        (25, 0, 0, "rows begin with number 25 at 0 s"),
        (25, 25 / 60, 25 / 60, "rows begin with number 25"),  # a range of frames
        (0, 1, 1, "rows begin with number 0 at 1 s"),  # Sports2D's range of time
        (1, 1 / 60, 0, "taken for the first frame"),  # earlier Pose2Sim
        (1, 1, 1, "rows begin with number 1 at 1 s"),
    ],
)
def test_the_times_of_a_trc_file_count(tmp_path, first, begin_s, expected_s, said):
    rows = np.arange(10)
    truth = load_truth(trc(tmp_path / "a.trc", first + rows, begin_s + rows / 60))
    np.testing.assert_allclose(truth.time_s, expected_s + rows / 60, atol=1e-6)
    assert truth.frame_index is None
    assert (said in " ".join(truth.notes)) if said else truth.notes == ()


def test_a_trc_file_that_contradicts_itself_says_so(tmp_path):
    rows = np.arange(10)
    truth = load_truth(trc(tmp_path / "rate.trc", rows + 1, rows / 30))
    assert "DataRate is 60, but its times are 30 a second" in truth.notes[0]
    truth = load_truth(trc(tmp_path / "rows.trc", [1, 2, 3, 7, 8], np.arange(5) / 60))
    assert "do not go together" in truth.notes[0]
