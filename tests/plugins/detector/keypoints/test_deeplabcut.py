"""Tables of DeepLabCut, as CSV and as the HDF5 that pandas writes."""

import pickle

import numpy as np
import pytest

from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import is_keypoints, read
from framework.skeletons import COCO17

COORDINATES = ("x", "y", "likelihood")


@pytest.fixture
def columns(person):
    """Header (columns, levels) and (3, columns) numbers of one person or of two."""

    def make(people=("",), coordinates=COORDINATES):
        header, values = [], []
        for number, individual in enumerate(people):
            for name, (x, y) in zip(COCO17.joints, person(x=200.0 + 100 * number), strict=True):
                for coordinate, value in zip(COORDINATES, (x, y, 0.9), strict=True):
                    if coordinate in coordinates:
                        level = ("DLC", individual, name, coordinate)
                        header.append(level if individual else (level[0], *level[2:]))
                        values.append([value, np.nan, value])
        return header, np.array(values).T

    return make


def as_csv(path, header, values, index=(0, 1, 2), before=1):
    names = ["scorer", "individuals", "bodyparts", "coords"]
    names = names if len(header[0]) == 4 else [names[0], *names[2:]]
    lines = [
        ",".join([name, *[""] * (before - 1), *level])
        for name, level in zip(names, zip(*header, strict=True), strict=True)
    ]
    for name, row in zip(index, values, strict=True):
        cells = ["" if np.isnan(value) else f"{value:.6f}" for value in row]
        lines.append(",".join([str(name), *cells]))
    path.write_text("\n".join(lines) + "\n")
    assert is_keypoints(path)
    return read(path, KeypointFilesConfig())


def test_one_animal(tmp_path, columns, per_frame, person):
    recording = as_csv(tmp_path / "a.csv", *columns())
    assert (recording.source, recording.skeleton) == ("DeepLabCut", COCO17)
    assert per_frame(recording) == [1, 0, 1]
    np.testing.assert_allclose(recording.people(2).keypoints[0], person(x=200.0), rtol=1e-5)
    np.testing.assert_allclose(recording.keypoint_scores, 0.9)


def test_several_individuals_keep_their_identities(tmp_path, columns, per_frame, person):
    recording = as_csv(tmp_path / "a.csv", *columns(["left", "right", "single"]))
    assert per_frame(recording) == [2, 0, 2]
    people = recording.people(2)
    assert people.hint_ids.tolist() == [0, 1]
    np.testing.assert_allclose(people.keypoints[1], person(x=300.0), rtol=1e-5)


def test_labels_by_hand_are_found_by_the_name_of_the_image(tmp_path, columns, per_frame):
    header, values = columns(coordinates=("x", "y"))
    index = [f"labeled-data,clip,img{k:03}.png" for k in (1, 4, 5)]
    recording = as_csv(tmp_path / "a.csv", header, values, index, before=3)
    assert per_frame(recording) == [0, 1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scorer,a,a\nbodyparts,nose,nose\n0,1,2\n", "no line 'coords'"),
        ("scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n0,1\n", "different numbers of cells"),
        ("scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n0,1,left\n", "could not convert"),
        ("scorer,a,b\nbodyparts,nose,nose\ncoords,x,y\n0,1,2\n", "several scorers"),
        ("scorer,a,a\nbodyparts,snout,snout\ncoords,x,y\n0,1,2\n", "not those of a person"),
    ],
)
def test_faulty_tables_are_refused(tmp_path, text, said, refusal):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert said in refusal(path)


@pytest.fixture
def hdf5():
    return pytest.importorskip("h5py")


def as_table(file, header, values, kind=None):
    """The form ``table`` of pandas: a compound array, and the header in a pickle."""
    group = file.create_group("df_with_missing")
    group.attrs["pandas_type"] = np.bytes_("frame_table")
    dtype = [("index", "<i8"), ("values_block_0", "<f8", (values.shape[1],))]
    rows = np.zeros(len(values), dtype)
    rows["index"], rows["values_block_0"] = range(len(values)), values
    table = group.create_dataset("table", data=rows)
    table.attrs["values_block_0_kind"] = np.void(kind or pickle.dumps(header, 0))


def as_fixed(file, header, values):
    """The form ``fixed`` of pandas: levels and labels of the header as arrays."""
    group = file.create_group("df_with_missing")
    group.attrs["pandas_type"] = np.bytes_("frame")
    group.attrs["nblocks"], group.attrs["block0_items_nlevels"] = 1, len(header[0])
    group["axis1"], group["block0_values"] = range(len(values)), values
    for number, level in enumerate(zip(*header, strict=True)):
        names = list(dict.fromkeys(level))
        group[f"block0_items_level{number}"] = [name.encode() for name in names]
        group[f"block0_items_label{number}"] = [names.index(name) for name in level]


@pytest.mark.parametrize("write", [as_table, as_fixed])
@pytest.mark.parametrize("people", [("",), ("left", "right")])
def test_hdf5_is_the_same_as_csv(tmp_path, columns, hdf5, write, people):
    header, values = columns(people)
    with hdf5.File(tmp_path / "a.h5", "w") as file:
        write(file, header, values)
    assert is_keypoints(tmp_path / "a.h5")
    recording = read(tmp_path / "a.h5", KeypointFilesConfig())
    expected = as_csv(tmp_path / "a.csv", header, values)
    np.testing.assert_allclose(recording.keypoints, expected.keypoints, rtol=1e-5)
    np.testing.assert_array_equal(recording.frame, expected.frame)


def test_a_header_that_asks_to_run_something_is_refused(tmp_path, columns, hdf5, refusal):
    class Attack:
        def __reduce__(self):
            return (tmp_path / "victim").mkdir, ()

    with hdf5.File(tmp_path / "a.h5", "w") as file:
        as_table(file, *columns(), kind=pickle.dumps(Attack(), 0))
    assert "asks to run" in refusal(tmp_path / "a.h5")
    assert not (tmp_path / "victim").exists()
