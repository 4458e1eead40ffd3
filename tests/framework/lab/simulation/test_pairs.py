"""Files of detections beside the truth."""

import numpy as np
import pytest

from framework.errors import InputError
from framework.lab.simulation.pairs import Pairs


def pairs(seed, windows=2, frames=3):
    random = np.random.default_rng(seed)
    shapes = {"keypoints": (17, 2), "scores": (17,), "points": (23, 3), "own": (17, 3)}
    return Pairs(
        **{
            name: random.normal(size=(windows, frames, *shape)).astype(np.float32)
            for name, shape in shapes.items()
        }
    )


def test_files_are_read_back_one_after_the_other(tmp_path):
    one, two = pairs(1), pairs(2, windows=1)
    one.save(tmp_path / "a.npz")
    two.save(tmp_path / "b.npz")
    both = Pairs.load([tmp_path / "a.npz", tmp_path / "b.npz"])
    for name in ("keypoints", "scores", "points", "own"):
        expected = np.concatenate([getattr(one, name), getattr(two, name)])
        np.testing.assert_array_equal(getattr(both, name), expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_keys_are_those_of_every_version(tmp_path):
    pairs(1).save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        assert file.files == ["keypoints", "scores", "points", "own"]


@pytest.mark.parametrize("content", [b"", b"no zip file"])
def test_other_files_are_refused_by_name(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.npz holds no simulated detections"):
        Pairs.load([tmp_path / "x.npz"])


def test_a_file_with_a_key_missing_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", keypoints=np.zeros((1, 1, 17, 2)))
    with pytest.raises(InputError, match="scores"):
        Pairs.load([tmp_path / "x.npz"])
