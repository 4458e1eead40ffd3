"""HDF5 files need h5py, and are those of known tools."""

import importlib.util

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector.keypoints import hdf5 as module
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read

MARK = b"\x89HDF\r\n\x1a\n"


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "clip.h5"
    path.write_bytes(MARK + bytes(100))
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert is_keypoints(path)
    with pytest.raises(BackendError, match=r"pip install 'framework\[keypoints\]'"):
        read(path, KeypointFilesConfig())


@pytest.mark.skipif(importlib.util.find_spec("h5py") is None, reason="h5py is not installed")
class TestWithTheLibrary:
    def test_other_files_are_refused(self, tmp_path, refusal):
        import h5py

        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["weights"] = np.zeros(4)
        assert "its contents (weights) are not those" in refusal(tmp_path / "a.h5")

    def test_damaged_files_are_refused(self, tmp_path, refusal):
        (tmp_path / "a.slp").write_bytes(MARK + bytes(100))
        refusal(tmp_path / "a.slp")

    def test_what_would_unpack_to_too_much_is_refused(self, tmp_path, refusal):
        import h5py

        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.create_dataset("tracks", (1 << 31,), "f8", chunks=True)
        assert "would unpack to" in refusal(tmp_path / "a.h5")
