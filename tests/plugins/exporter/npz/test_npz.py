"""The npz archive: documented keys, types and shapes."""

import numpy as np
import pytest

from framework.plugins.exporter.npz.config import NpzConfig
from framework.plugins.exporter.npz.npz import NpzExporter
from framework.stages import Runtime


def test_it_holds_the_documented_keys_types_and_shapes(make_clip, tmp_path):
    exporter = NpzExporter(NpzConfig(), Runtime())
    [path] = exporter.export(make_clip(people=2, rows=5), tmp_path / "clip")
    with np.load(path, allow_pickle=False) as file:
        found = {key: (file[key].dtype.str.lstrip("|<"), file[key].shape) for key in file.files}
        texts = {key: found.pop(key)[1] for key in ("keypoint_names", "joint_names", "meta")}
        names = file["joint_names"].tolist()
    assert found == {
        "schema_version": ("i8", ()),
        "frame_index": ("i8", (5,)),
        "time_s": ("f8", (5,)),
        "track_id": ("i8", (2,)),
        "keypoints": ("f4", (2, 5, 17, 2)),
        "keypoint_scores": ("f4", (2, 5, 17)),
        "boxes": ("f4", (2, 5, 4)),
        "complete": ("b1", (2, 5)),
        "state": ("u1", (2, 5)),
        "exchanged": ("u1", (2, 5)),
        "joints": ("f4", (2, 5, 17, 3)),
        "valid": ("b1", (2, 5)),
        "joint_sigmas": ("f4", (2, 5, 17)),
        "root": ("f4", (2, 5, 3)),
        "image_size_wh": ("i8", (2,)),
        "fps": ("f8", ()),
    }
    assert texts == {"keypoint_names": (17,), "joint_names": (17,), "meta": ()}
    assert names[:2] == ["pelvis", "right_hip"]


@pytest.mark.parametrize("compress", [False, True])
def test_compression_changes_the_size_and_not_the_arrays(make_clip, tmp_path, compress):
    result = make_clip(people=1, rows=200)
    [path] = NpzExporter(NpzConfig(compress=compress), Runtime()).export(result, tmp_path / "clip")
    with np.load(path) as file:
        np.testing.assert_array_equal(file["joints"][0], result.poses[0].joints)
        raw_bytes = sum(file[key].nbytes for key in file.files)
    assert (path.stat().st_size < raw_bytes) is compress
