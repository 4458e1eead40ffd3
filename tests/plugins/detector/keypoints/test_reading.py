"""Untrusted and damaged files are read, or refused with one clear error."""

import io
import json
import os
import pickle
import struct
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framework import npz
from framework.errors import InputError
from framework.plugins.detector.keypoints import reading as reading_module
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import COCO17

FUZZ = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
KEYS = st.sampled_from(
    "image_id keypoints score box bbox idx category_id people bodies joints pose_keypoints_2d "
    "version person_id annotations images id width height file_name schema_version rows 0.jpg "
    "1.jpg instances keypoint_scores instance_info meta_info keypoint_id2name frame_id landmarks "
    "pose_landmarks frames x y visible class track_id predictions name part position".split()
)
JSON = st.recursive(
    NUMBERS | st.lists(st.floats(width=32) | st.integers(0, 2), min_size=51, max_size=54),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)


def read_or_refuse(path):
    try:
        recording = read(path, KeypointFilesConfig())
    except InputError as error:
        assert error.hint and path.name in error.message and "\n" not in error.message
    else:
        for frame in recording.index[:3].tolist():
            people = recording.people(frame)
            assert np.isfinite(people.boxes).all() and np.isfinite(people.keypoint_scores).all()


@FUZZ
@given(document=JSON)
def test_any_json_is_read_or_refused(document):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.json"
        path.write_text(json.dumps(document))
        read_or_refuse(path)


@FUZZ
@given(entries=st.lists(st.dictionaries(KEYS, JSON | NUMBERS, max_size=8), min_size=1, max_size=3))
def test_lists_that_look_like_results_are_read_or_refused(flat, entries):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.json"
        whole = {"image_id": "0.jpg", "category_id": 1, "keypoints": flat(), "score": 3, "idx": 0}
        path.write_text(json.dumps([whole, *({**whole, **entry} for entry in entries)]))
        read_or_refuse(path)


@FUZZ
@given(data=st.data())
def test_damaged_archives_are_read_or_refused(data, flat):
    content = io.BytesIO()
    frames, boxes = np.empty((2, 2), object), np.empty((2, 2), object)
    for frame in range(2):
        frames[frame] = [[], np.ones((1, 4, 17))]
        boxes[frame] = [[], np.ones((1, 5))]
    if data.draw(st.booleans()):
        np.savez(content, keypoints=frames, boxes=boxes)
    else:
        with zipfile.ZipFile(content, "w") as archive:
            person = {"people": [{"pose_keypoints_2d": flat("body25")}]}
            archive.writestr("0.json", json.dumps(person))
    damaged = bytearray(content.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.npz"
        path.write_bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
        read_or_refuse(path)


def numpy_array(person):
    content = io.BytesIO()
    np.save(content, np.stack([person()] * 3))
    return content.getvalue()


def deeplabcut_table(person):
    joints = [name for name in COCO17.joints for _ in "xy"]
    rows = [["scorer", *["me"] * 34], ["bodyparts", *joints], ["coords", *["x", "y"] * 17]]
    rows += [[frame, *person().ravel()] for frame in range(2)]
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def table(person):
    names = [f"{name}_{axis}" for name in COCO17.joints for axis in "xy"]
    rows = [["frame", "person", *names], [0, "a", *person().ravel()], [1, "b", *person().ravel()]]
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def markers(person):
    numbers = "\t".join(f"{x}\t{y}\t0" for x, y in person())
    lines = ["PathFileType\t4\t(X/Y/Z)\ta", "DataRate\tUnits", "30\tm"]
    lines += ["Frame#\tTime\t" + "\t\t\t".join(COCO17.joints), "\t\tX1\tY1\tZ1"]
    return "\n".join([*lines, *(f"{k}\t{k / 30}\t{numbers}" for k in range(2))]).encode()


def pose(person):
    def text(value):
        return struct.pack("<H", len(value)) + value.encode()

    header = struct.pack("<f3HH", 0.2, 640, 480, 0, 1) + text("BODY") + text("XYC")
    header += struct.pack("<3H", 17, 0, 0) + b"".join(map(text, COCO17.joints))
    points = np.concatenate([np.tile(person().ravel(), 3), np.ones(51)])
    return header + struct.pack("<fIH", 25, 3, 1) + points.astype("<f4").tobytes()


@FUZZ
@given(data=st.data(), make=st.sampled_from([numpy_array, deeplabcut_table, table, markers, pose]))
def test_damaged_files_of_any_kind_are_read_or_refused(data, make, person):
    content = make(person)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people"
        path.write_bytes(content)
        assert len(read(path, KeypointFilesConfig()).frame) >= 2
        damaged = bytearray(content)
        for _ in range(data.draw(st.integers(1, 4))):
            # Headers are a small part, so half of the damage is done there.
            end = data.draw(st.sampled_from([min(200, len(damaged)), len(damaged)])) - 1
            damaged[data.draw(st.integers(0, end))] = data.draw(st.integers(0, 255))
        path.write_bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
        read_or_refuse(path)


OBJECTS = st.recursive(
    NUMBERS
    | st.just(np.ones((2, 4, 17)))
    | st.just(np.ones((3, 17, 2)))
    | st.just(np.ones((2, 5))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["custom", "clip", "w", "h", "video_metadata"]), inner)
    ),
    max_leaves=6,
)


@FUZZ
@given(
    content=st.dictionaries(
        st.sampled_from(["boxes", "keypoints", "metadata", "positions_2d", "kpts"]),
        st.tuples(OBJECTS, OBJECTS, OBJECTS, OBJECTS),
        min_size=1,
    ),
    nested=st.booleans(),
)
def test_archives_of_any_objects_are_read_or_refused(content, nested):
    arrays = {}
    for key, parts in content.items():
        arrays[key] = np.empty((2, 2) if nested else (), object)
        for place in np.ndindex(arrays[key].shape):
            arrays[key][place] = parts[sum(place)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.npz"
        np.savez(path, **arrays)
        read_or_refuse(path)


class Attack:
    def __init__(self, victim):
        self.victim = victim

    def __reduce__(self):
        return os.mkdir, (self.victim,)


@pytest.mark.parametrize("key", ["keypoints", "boxes", "metadata", "positions_2d", "kpts", "extra"])
def test_an_archive_that_asks_to_run_something_is_refused(tmp_path, key, refusal):
    victim, path = tmp_path / "victim", tmp_path / "clip.npz"
    content = np.empty((1, 2), object)
    content[0, 1] = Attack(str(victim))
    np.savez(path, **{key: content})
    assert "asks to run" in refusal(path)
    assert not victim.exists()


def test_an_archive_whose_objects_are_no_array_is_refused(tmp_path, refusal):
    path, header = tmp_path / "clip.npz", io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    for value in ({"a": 1}, np.zeros(1)):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("kpts.npy", header.getvalue() + pickle.dumps(value))
        assert "does not hold the objects" in refusal(path)


def test_what_would_unpack_to_too_much_is_refused(tmp_path, monkeypatch, refusal):
    monkeypatch.setattr(npz, "MAX_BYTES", 1000)
    monkeypatch.setattr(reading_module, "MAX_BYTES", 1000)
    np.savez(tmp_path / "a.npz", kpts=np.zeros((100, 17, 2)))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.json", " " * 5000)
    (tmp_path / "c.json").write_text("[" + " " * 5000 + "]")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "0.json").write_text(" " * 5000)
    for name, said in (
        ("a.npz", "unpack"),
        ("b.zip", "unpack"),
        ("c.json", "larger"),
        ("d", "lar"),
    ):
        assert said in refusal(tmp_path / name)


def test_a_faulty_folder_gets_a_specific_error(tmp_path, flat, refusal):
    out = tmp_path / "out"
    out.mkdir()
    assert "there is no .json in it" in refusal(out)
    frame = json.dumps({"people": [{"pose_keypoints_2d": flat("body25")}]})
    (out / "0.json").write_text(frame)
    (out / "1.json").write_text("{")
    assert "1.json is not complete JSON" in refusal(out)
    (out / "1.json").write_text("[]")
    assert "1.json does not hold the people of one frame" in refusal(out)
    (out / "1.json").write_text(json.dumps({"people": [{"pose_keypoints_2d": flat("halpe26")}]}))
    assert "75 and 78 numbers of keypoints" in refusal(out)
    (out / "1.json").write_text(json.dumps({"people": [{"face": []}]}))
    assert "no list of keypoints, only face" in refusal(out)
    (out / "1.json").unlink()
    (out / "b").mkdir()
    (out / "b" / "0.json").write_text(frame)
    assert "several folders (., b)" in refusal(out)


def test_a_missing_file_and_one_that_cannot_be_read(tmp_path, refusal):
    assert "does not exist" in refusal(tmp_path / "lost.json")
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    refusal(loop)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'  [{"a"', True),
        (b"\xef\xbb\xbf{}", True),
        (b"PK\x03\x04", True),
        (b"\x00\x00\x00 ftypisom", False),
        (b"RIFF", False),
        (b"", False),
        (b"hello", False),
        (b"#EXTM3U\n#EXTINF:1,a,b\nclip.ts", False),
        (b"ffconcat version 1.0\nfile clip.mp4\n", False),
        (b"\x93NUMPY", True),
        (b"\x89HDF\r\n\x1a\n", True),
        (b"PathFileType\t4\t(X/Y/Z)", True),
        (b"scorer,DLC,DLC\n", True),
        (b"frame,nose_x,nose_y\n", True),
        (b"0 0.5 0.5 0.2 0.4 " + b"0.5 " * 51, True),
        (b"1,", False),
    ],
)
def test_keypoints_are_told_from_videos_by_their_first_bytes(tmp_path, content, kind):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert is_keypoints(path) is kind
    assert is_keypoints(tmp_path)
    assert not is_keypoints(tmp_path / "lost")


@pytest.mark.parametrize("suffix", "csv tsv npy npz json h5 slp trc pose zip".split())
def test_damaged_files_of_keypoints_are_never_taken_for_videos(tmp_path, suffix, refusal):
    path = tmp_path / f"clip.{suffix}"
    for content in (b"", b"\x00\x01\xff" * 50):
        path.write_bytes(content)
        assert is_keypoints(path)
        refusal(path)


def test_the_file_of_an_alphapose_folder_is_read_and_not_what_it_repeats(reading, alphapose, flat):
    frame = {"version": "AlphaPose v0.3", "people": [{"pose_keypoints_2d": flat("openpose18")}]}
    files = {"alphapose-results.json": [alphapose("1.jpg")], "sep-json/0.json": frame}
    assert reading(files, "out").skeleton is COCO17
