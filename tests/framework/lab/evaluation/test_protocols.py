"""What is evaluated: a results file and held-out motion capture (videos: test_evaluate)."""

import numpy as np
import pytest

from framework import results
from framework.errors import BackendError, ConfigurationError, InputError
from framework.lab.evaluation.measures import LIMBS
from framework.lab.evaluation.protocols import evaluate_mocap, evaluate_result


@pytest.fixture
def saved(tmp_path, standing, result_of):
    path = tmp_path / "clip.npz"
    np.savez(path, **results.to_arrays(result_of(standing())))
    return path


def test_a_result_is_one_row_named_by_its_file(saved, tmp_path, standing):
    np.save(tmp_path / "truth.npy", standing())
    report = evaluate_result(saved, tmp_path / "truth.npy", joints=LIMBS)
    assert report.title == "clip.npz against truth.npy"
    assert report.notes == ()
    ((row,),) = (section.rows for section in report.sections)
    assert row.name == "clip.npz"
    assert row.measures.mpjpe == pytest.approx(0, abs=1e-3)


def test_a_truth_in_other_axes_is_noted(saved, tmp_path, standing):
    names = np.array(["LWrist", "RWrist", "LAnkle", "RAnkle", "Neck"])
    joints = standing()[:, [13, 16, 6, 3, 8]]
    np.savez(tmp_path / "truth.npz", joints=names, positions_m=joints, fps=30)
    report = evaluate_result(saved, tmp_path / "truth.npz", joints=LIMBS)
    assert "not in camera axes" in report.notes[0]
    (row,) = report.sections[0].rows
    assert np.isnan(row.measures.mpjpe)
    assert row.measures.p_mpjpe == pytest.approx(0, abs=0.1)


def test_motion_capture_is_evaluated_clean_and_noisy_beside_baselines(mocap):
    report = evaluate_mocap(mocap, ["lifter=temporal,detector3d", "threads=1"], joints=LIMBS)
    assert [section.name for section in report.sections] == ["clean 2D", "2D with detector noise"]
    assert report.title.startswith("held-out people in ")
    for section in report.sections:
        names = [row.name for row in section.rows]
        assert names == ["mean pose", "nearest neighbour", "temporal", "detector3d"]
        assert section.rows[3].measures is None


def test_the_error_of_the_only_candidate_ends_the_evaluation(mocap):
    with pytest.raises((BackendError, ConfigurationError), match="needs 3D from the detector"):
        evaluate_mocap(mocap, ["lifter=detector3d", "threads=1"])


def test_a_folder_without_motion_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no packed motion"):
        evaluate_mocap(tmp_path, ["lifter=temporal"])
