"""C3D files, read back by a reader of the test's own, which shares nothing with the library."""

import resource
import struct
import sys
from dataclasses import replace

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError
from framework.plugins.exporter.c3d.config import C3dConfig
from framework.registry import registry
from framework.skeletons import H36M17, Skeleton
from framework.stages import Runtime


@pytest.fixture
def export(tmp_path):
    pytest.importorskip("ezc3d", reason="C3D needs the extra c3d")
    from framework.plugins.exporter.c3d.c3d import C3dExporter

    def write(result, markers="pose2sim"):
        return C3dExporter(C3dConfig(markers=markers), Runtime()).export(result, tmp_path / "a.b")

    return write


@pytest.fixture
def result(make_clip):
    return on_grid(make_clip(people=2, rows=6))


def on_grid(found, first=4):
    """The clip at times of whole frames, people at a root, with sigmas."""
    rows = len(found.time_s)
    poses = [
        replace(
            pose,
            root=np.tile(np.float32([0.1, 0.2, 3]), (rows, 1)),
            joint_sigmas=np.tile(np.linspace(0.01, 0.2, 17, dtype=np.float32), (rows, 1)),
        )
        for pose in found.poses
    ]
    return replace(found, poses=tuple(poses), time_s=(first + np.arange(rows)) / 25)


def read(path):
    """Frame numbers, (T, M, 4) x y z residual, rate; as the C3D manual has header and points."""
    data = path.read_bytes()
    words = struct.unpack("<256H", data[:512])
    count, first, last, start = words[1], words[3], words[4], words[8]
    scale, rate = struct.unpack("<f", data[12:16])[0], struct.unpack("<f", data[20:24])[0]
    assert words[0] >> 8 == 0x50 and scale < 0  # the key of the format; floats
    points = np.frombuffer(data[512 * (start - 1) :], "<f4", count=4 * count * (last - first + 1))
    points = points.reshape(-1, count, 4).copy()
    # The high byte of a word is the residual, the low one names cameras; -1 is no point.
    words = points[..., 3].astype(int)
    points[..., 3] = np.where(words < 0, -1, (words >> 8) * -scale)
    return np.arange(first, last + 1), points, rate


def test_points_are_the_joints_in_millimetres_with_y_up(result, export):
    paths = export(result, "h36m")
    assert [path.name for path in paths] == ["a.b_person7.c3d", "a.b_person8.c3d"]
    for path, pose in zip(paths, result.poses, strict=True):
        frames, points, rate = read(path)
        assert rate == 25 and points.shape == (6, 17, 4)
        np.testing.assert_allclose((frames - 1) / rate, result.time_s, atol=1e-7)
        wanted = (pose.joints + pose.root[:, None]) * [1000, -1000, -1000]
        np.testing.assert_allclose(points[pose.valid, :, :3], wanted[pose.valid], atol=0.01)


def test_residuals_are_sigmas_and_minus_one_without_a_pose(result, export):
    _, points, _ = read(export(result, "h36m")[0])
    stated = np.minimum(np.round(result.poses[0].joint_sigmas[0] * 1000), 127)
    np.testing.assert_array_equal(points[0, :, 3], stated)
    np.testing.assert_array_equal(points[1, :, 3], -1)
    unknown = replace(result.poses[0], joint_sigmas=None)
    _, points, _ = read(export(replace(result, poses=(unknown,)), "h36m")[0])
    np.testing.assert_array_equal(points[:, 0, 3], [0, -1, 0, 0, 0, 0])


def test_labels_units_and_axes_are_named(result, export):
    import ezc3d

    point = ezc3d.c3d(str(export(result)[0]))["parameters"]["POINT"]
    labels = point["LABELS"]["value"]
    assert len(labels) == 15 and labels[:2] == ["Hip", "RHip"]
    assert (point["UNITS"]["value"], point["Y_SCREEN"]["value"]) == (["mm"], ["+Y"])


def test_uneven_times_become_even(make_clip, export):
    found = on_grid(make_clip(people=1, rows=5), first=0)
    uneven = replace(found, time_s=np.array([0, 1, 2, 3.5, 5]) / 25)
    frames, points, _ = read(export(uneven, "h36m")[0])
    np.testing.assert_array_equal(frames, [1, 2, 3, 4, 5, 6])
    own = (found.poses[0].joints + found.poses[0].root[:, None]) * [1000, -1000, -1000]
    np.testing.assert_allclose(points[2, :, :3], own[2], atol=0.01)
    np.testing.assert_allclose(points[3, :, :3], own[2] / 3 + own[3] * 2 / 3, atol=0.02)
    np.testing.assert_array_equal(points[1, :, 3], -1)  # row 1 has no pose


@pytest.mark.parametrize("rows", [1, 2])
def test_a_clip_of_a_frame(make_clip, export, rows):
    [path] = export(make_clip(people=1, rows=rows))
    assert len(read(path)[0]) == 1


def test_a_clip_beyond_the_format_is_refused(make_clip, export):
    found = on_grid(make_clip(people=1, rows=3), first=65533)
    with pytest.raises(ConfigurationError, match="ends at frame 65535"):
        export(found)


def test_joints_that_a_skeleton_lacks_are_no_points(result, export):
    legs = Skeleton(name="legs", joints=("left_knee", "left_ankle"), bones=())
    [pose, _] = result.poses
    columns = [H36M17.index(joint) for joint in legs.joints]
    few = replace(
        pose,
        skeleton=legs,
        joints=pose.joints[:, columns],
        joint_sigmas=pose.joint_sigmas[:, columns],
    )
    assert read(export(replace(result, poses=(few,)))[0])[1].shape == (6, 2, 4)
    tail = Skeleton(name="tail", joints=("tip",), bones=())
    none = replace(pose, skeleton=tail, joints=pose.joints[:, :1], joint_sigmas=None)
    with pytest.raises(ConfigurationError, match="'tail' have no joint that C3D files name"):
        export(replace(result, poses=(none,)))


def test_a_full_disk_is_an_error(make_clip, export):
    found = on_grid(make_clip(people=1, rows=600))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            export(found)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ezc3d", None)
    entry = registry().entries["exporter"]["c3d"]
    with pytest.raises(BackendError, match="ezc3d is not installed") as error:
        entry.create(C3dConfig(), Runtime())
    assert "framework[c3d]" in error.value.hint
