"""Results read back as they were, and nothing is believed of a file that is broken or hostile."""

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from framework import result_files
from framework.errors import InputError
from framework.plugins.exporter.json.config import JsonConfig
from framework.plugins.exporter.json.json import JsonExporter
from framework.results import TABLE, load, to_arrays
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17, Skeleton
from framework.stages import Runtime
from framework.types import Pose3D, RunResult, Track, VideoInfo

HAND = Skeleton(
    name="hand",
    joints=("left_wrist", "left_thumb", "left_index"),
    bones=((0, 1), (0, 2)),
    root=0,
    keypoint_sigmas=(0.1, 0.2, 0.3),
)
SOME = st.floats(width=32, allow_infinity=False)


def floats(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float32, shape, elements=SOME)


@st.composite
def results(draw: st.DrawFn) -> RunResult:
    """Any result that the types allow."""
    n, t = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    seen, posed = (
        draw(st.sampled_from([COCO17, BLAZEPOSE33, HAND])),
        draw(st.sampled_from([H36M17, HAND])),
    )
    frame_index = np.arange(t, dtype=np.int64) + draw(st.integers(0, 9))
    gaps = draw(hnp.arrays(np.float64, t, elements=st.floats(1e-3, 10)))
    time_s = np.cumsum(gaps)
    flags = hnp.arrays(np.bool_, t)
    ids = draw(st.lists(st.integers(0, 2**40), min_size=n, max_size=n, unique=True))
    tracks, poses = [], []
    for number in ids:
        track = Track(
            id=number,
            skeleton=seen,
            frame_index=frame_index,
            time_s=time_s,
            boxes=draw(floats(t, 4)),
            keypoints=draw(floats(t, len(seen.joints), 2)),
            keypoint_scores=draw(floats(t, len(seen.joints))),
            state=draw(hnp.arrays(np.uint8, t, elements=st.integers(0, 2))),
            complete=draw(flags),
            score_threshold=0.25,
        )
        root, sigmas = (
            None if values is None or np.isnan(values).all() else values
            for values in (
                draw(st.none() | floats(t, 3)),
                draw(st.none() | floats(t, len(posed.joints))),
            )
        )
        joints = draw(floats(t, len(posed.joints), 3))
        valid = draw(flags)
        tracks.append(track)
        poses.append(
            Pose3D(
                track_id=number,
                skeleton=posed,
                joints=joints,
                valid=valid,
                root=root,
                joint_sigmas=sigmas,
            )
        )
    return RunResult(
        video=VideoInfo(
            path=Path(draw(st.sampled_from(["clip.mp4", "ü, ${x}.mov"]))),
            size_wh=(draw(st.integers(1, 8000)), 480),
            fps=draw(st.fractions(Fraction(1, 100), 1000)),
            n_frames=draw(st.none() | st.integers(0, 10**6)),
            duration_s=draw(st.none() | st.floats(0, 1e6)),
            rotation_deg=90,
            has_audio=draw(st.booleans()),
            focal=draw(st.none() | st.floats(0.3, 20)),
            notes=draw(st.sampled_from([(), ("odd",)])),
            end_s=draw(st.none() | st.floats(0, 100)),
            stride=2,
        ),
        frame_index=frame_index,
        time_s=time_s,
        tracks=tuple(tracks),
        poses=tuple(poses),
        counts={"frames": t, "coverage": 0.5},
        meta={"input": {"name": "clip.mp4"}, "stages": [{"stage": "tracker"}], "note": "«ä»"},
        warnings=("one", "two"),
    )


def saved(result: RunResult, folder: str | Path, **changed: object) -> Path:
    """The result as an npz, with some arrays replaced (None: left out)."""
    arrays = {**to_arrays(result), **changed}
    path = Path(folder) / "clip.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


@settings(deadline=None, max_examples=40)
@given(results())
def test_what_is_written_reads_back_the_same(result):
    with tempfile.TemporaryDirectory() as folder:
        again = load(saved(result, folder))
    assert again.video == result.video
    assert (again.meta, again.counts, again.warnings) == (
        result.meta,
        result.counts,
        result.warnings,
    )
    first, second = to_arrays(result), to_arrays(again)
    for key in (
        TABLE.keys()
        - {"meta"}
        - ({"keypoint_names", "joint_names"} if not result.tracks else set())
    ):
        np.testing.assert_array_equal(first[key], second[key], err_msg=key)
    for one, other in zip(result.tracks, again.tracks, strict=True):
        assert (one.skeleton, one.score_threshold) == (other.skeleton, other.score_threshold)
    for one, other in zip(result.poses, again.poses, strict=True):
        assert (one.skeleton, one.root is None) == (other.skeleton, other.root is None)
        assert (one.joint_sigmas is None) == (other.joint_sigmas is None)


@pytest.fixture
def result() -> RunResult:
    """One person in two frames."""
    t = 2
    index, time_s = np.arange(t, dtype=np.int64), np.array([0.0, 0.04])
    track = Track(
        id=3,
        skeleton=COCO17,
        frame_index=index,
        time_s=time_s,
        boxes=np.zeros((t, 4), np.float32),
        keypoints=np.ones((t, 17, 2), np.float32),
        keypoint_scores=np.ones((t, 17), np.float32),
        state=np.ones(t, np.uint8),
        complete=np.ones(t, np.bool_),
    )
    joints = np.zeros((t, 17, 3), np.float32)
    pose = Pose3D(track_id=3, skeleton=H36M17, joints=joints, valid=np.ones(t, np.bool_))
    video = VideoInfo(path=Path("clip.mp4"), size_wh=(64, 48), fps=Fraction(30000, 1001))
    return RunResult(video=video, frame_index=index, time_s=time_s, tracks=(track,), poses=(pose,))


def test_a_fraction_of_a_frame_rate_survives(result, tmp_path):
    assert load(saved(result, tmp_path)).video.fps == Fraction(30000, 1001)


@pytest.mark.parametrize("focal", [-1.0, 1e9, float("nan"), "wide"])
def test_a_focal_length_that_no_lens_has_is_refused(result, tmp_path, focal):
    odd = replace(result, video=replace(result.video, focal=focal))
    with pytest.raises(InputError, match="not a whole results file"):
        load(saved(odd, tmp_path))


def test_with_nobody_the_names_are_those_of_the_detector(result, tmp_path):
    nobody = replace(result, tracks=(), poses=(), meta={"skeleton": "blazepose33"})
    assert to_arrays(nobody)["keypoint_names"].tolist() == list(BLAZEPOSE33.joints)
    assert to_arrays(nobody)["joints"].shape == (0, 2, 17, 3)
    assert load(saved(nobody, tmp_path)).tracks == ()


def test_a_setting_of_infinity_does_not_spoil_the_file(result, tmp_path):
    endless = replace(result, meta={"config": {"limit_s": float("inf")}})
    assert load(saved(endless, tmp_path)).meta == {"config": {"limit_s": "Infinity"}}


def test_people_with_different_skeletons_are_refused(result):
    [track] = result.tracks
    strange = replace(
        track,
        skeleton=HAND,
        keypoints=np.zeros((2, 3, 2), np.float32),
        keypoint_scores=np.zeros((2, 3), np.float32),
    )
    two = replace(result, tracks=(track, strange), poses=result.poses * 2)
    with pytest.raises(ValueError, match="share a skeleton"):
        to_arrays(two)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.hint and path.name in caught.value.message
    return caught.value.message


def test_a_file_that_is_not_there_or_of_another_kind_is_named(tmp_path):
    assert "no such file" in refusal(tmp_path / "lost.npz")
    (tmp_path / "clip.mp4").write_bytes(b"")
    assert ".npz or .json" in refusal(tmp_path / "clip.mp4")
    (tmp_path / "folder.npz").mkdir()
    refusal(tmp_path / "folder.npz")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"joints": None, "root": None}, "lacks joints, root"),
        ({"joints": np.zeros((1, 2, 17, 2), np.float32)}, "joints has shape"),
        ({"keypoints": np.zeros((1, 3, 17, 2), np.float32)}, "keypoints has shape"),
        ({"keypoint_names": np.array(["nose"])}, "keypoint_names has shape"),
        ({"boxes": np.zeros((1, 2, 4), np.float64)}, "boxes is of type float64"),
        ({"meta": np.array({"a": 1}, dtype=object)}, "pickled"),
        ({"track_id": np.array([print], dtype=object)}, "pickled"),
        ({"time_s": np.array([1.0, 1.0])}, "times do not rise"),
        ({"time_s": np.array([0.0, np.nan])}, "times do not rise"),
        ({"fps": np.array(0.0)}, "frame rate"),
        ({"image_size_wh": np.array([0, 5])}, "pixels a side"),
        ({"state": np.full((1, 2), 9, np.uint8)}, "state other than"),
        ({"meta": np.array("{not json")}, "property name"),
        ({"meta": np.array("[]")}, ""),
        ({"meta": np.array('{"results": {"video": 3}}')}, ""),
        ({"schema_version": np.array(0)}, "schema version"),
    ],
)
def test_an_archive_that_does_not_fit_the_table_is_refused(result, tmp_path, changed, complaint):
    assert complaint in refusal(saved(result, tmp_path, **changed))


def test_newer_results_ask_for_a_newer_program(result, tmp_path):
    path = saved(result, tmp_path, schema_version=np.array(2))
    assert "schema version 2; this program reads 1" in refusal(path)


def test_an_archive_of_another_byte_order_reads_the_same(result, tmp_path):
    swapped = {
        key: array.astype(array.dtype.newbyteorder(">")) for key, array in to_arrays(result).items()
    }
    again = load(saved(result, tmp_path, **swapped))
    np.testing.assert_array_equal(again.time_s, result.time_s)


def test_an_archive_that_declares_too_much_is_not_unpacked(result, tmp_path, monkeypatch):
    path = saved(result, tmp_path)
    monkeypatch.setattr(result_files, "MAX_BYTES", 1000)
    assert "would unpack to" in refusal(path)


def test_a_header_that_promises_more_than_there_is_is_not_believed(result, tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (1, 10**15, 17, 3)}
    )
    path = saved(result, tmp_path, joints=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("joints.npy", header.getvalue())
    assert "does not hold" in refusal(path)


@settings(deadline=None, max_examples=120)
@given(data=st.data())
def test_damaged_archives_are_refused_or_read_but_never_crash(data):
    result = data.draw(st.shared(results(), key="one"))
    with tempfile.TemporaryDirectory() as folder:
        path = saved(result, folder)
        whole = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        try:
            load(path)
        except InputError as error:
            assert error.hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"rows": []}',
        "[" * 100_000,
        '{"rows": NaN}',
        '{"rows": [], "schema_version": 1}',
    ],
)
def test_foreign_json_is_refused(tmp_path, text):
    path = tmp_path / "clip.json"
    path.write_text(text)
    refusal(path)


def test_json_with_a_row_missing_or_spoilt_is_refused(result, tmp_path):
    [path] = JsonExporter(JsonConfig(), Runtime()).export(result, tmp_path / "clip")
    document = json.loads(path.read_text())
    row = document["rows"].pop()
    path.write_text(json.dumps(document))
    assert "make 2 rows" in refusal(path)
    document["rows"].append({**row, "joints": [[1, 2, "x"]] * 17})
    path.write_text(json.dumps(document))
    refusal(path)
    document["rows"][-1] = row
    path.write_text(json.dumps({**document, "schema_version": 5}))
    assert "schema version 5" in refusal(path)


def test_exchanged_sides_are_read_back_and_files_of_before_have_none(result, tmp_path):
    [track] = result.tracks
    assert load(saved(result, tmp_path)).tracks[0].exchanged is None
    exchanged = np.array([0, 3], np.uint8)
    again = load(saved(replace(result, tracks=(replace(track, exchanged=exchanged),)), tmp_path))
    np.testing.assert_array_equal(again.tracks[0].exchanged, exchanged)
    assert load(saved(result, tmp_path, exchanged=None)).tracks[0].exchanged is None


def test_json_of_before_has_no_exchanged_sides(result, tmp_path):
    [path] = JsonExporter(JsonConfig(), Runtime()).export(result, tmp_path / "clip")
    text = path.read_text(encoding="utf-8")
    assert text.count('"exchanged":0,') == 2
    path.write_text(text.replace('"exchanged":0,', ""), encoding="utf-8")
    assert load(path).tracks[0].exchanged is None


def test_rows_of_json_may_be_laid_out_in_any_way(tmp_path, result):
    """A file that another program has formatted anew holds the same."""
    path = tmp_path / "clip.json"
    JsonExporter(JsonConfig(), Runtime()).export(result, tmp_path / "clip")
    ours = to_arrays(load(path))
    for spaces in (None, 2):
        path.write_text(json.dumps(json.loads(path.read_text()), indent=spaces))
        again = to_arrays(load(path))
        for key, value in ours.items():
            np.testing.assert_array_equal(again[key], value)


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.99])
def test_json_that_breaks_off_is_refused(tmp_path, result, kept):
    path = tmp_path / "clip.json"
    JsonExporter(JsonConfig(), Runtime()).export(result, tmp_path / "clip")
    text = path.read_text()
    path.write_text(text[: int(kept * len(text))])
    with pytest.raises(InputError):
        load(path)
    path.write_text(text[: text.rindex("]")])
    with pytest.raises(InputError):
        load(path)
