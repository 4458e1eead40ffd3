"""Archives of arrays, objects included, without executing anything."""

import io
import zipfile

import numpy as np
import pytest

from framework.npz import read_objects


def test_arrays_of_all_kinds_come_back(tmp_path):
    ragged = np.empty((2, 2), object)
    ragged[:] = [[[], np.ones((3, 5))], [None, {"w": 640}]]
    arrays = {
        "floats": np.arange(6, dtype=np.float32).reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.arange(3, dtype=">i4"),
        "names": np.array(["left", "right"]),
        "none": np.zeros((0, 17, 2)),
        "scalar": np.array(3),
        "ragged": ragged,
    }
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    read = read_objects(tmp_path / "a.npz")
    assert read.keys() == arrays.keys()
    for key in arrays.keys() - {"ragged"}:
        np.testing.assert_array_equal(read[key], arrays[key], err_msg=key)
        assert read[key].dtype.isnative
    np.testing.assert_array_equal(read["ragged"][0, 1], np.ones((3, 5)))
    assert read["ragged"][1].tolist() == [None, {"w": 640}]


def test_an_array_that_promises_more_than_there_is_is_refused(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**15, 17)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", header.getvalue())
    with pytest.raises(ValueError, match="does not hold"):
        read_objects(tmp_path / "a.npz")


@pytest.mark.parametrize("damaged", [b"{'descr': (", b"{'descr': '<f4', ", b"{'descr':\n  1\n 2"])
def test_a_damaged_header_is_refused(tmp_path, damaged):
    content = b"\x93NUMPY\x01\x00" + len(damaged).to_bytes(2, "little") + damaged
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(ValueError, match="header"):
        read_objects(tmp_path / "a.npz")
