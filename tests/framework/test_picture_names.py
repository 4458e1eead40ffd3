from pathlib import Path

import pytest

from framework.errors import InputError
from framework.picture_names import one_series, picture_files, series_name


def folder(tmp_path, *names):
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def names(series):
    return [file.name for file in series.files]


def test_a_folder_is_one_series_in_the_order_of_its_numbers(tmp_path):
    where = folder(tmp_path, "f10.png", "f9.png", "f100.png", "notes.txt", ".f1.png")
    series = picture_files(where)
    assert names(series) == ["f9.png", "f10.png", "f100.png"]
    assert series.numbers == (9, 10, 100)


def test_a_folder_without_pictures_is_none(tmp_path):
    assert picture_files(folder(tmp_path, "a.json")) is None


def test_names_without_numbers_are_taken_in_natural_order(tmp_path):
    series = picture_files(folder(tmp_path, "b.jpg", "a.jpg", "a 2 left.jpg", "a 10 right.jpg"))
    assert names(series) == ["a 2 left.jpg", "a 10 right.jpg", "a.jpg", "b.jpg"]
    assert series.numbers is None


def test_several_series_in_a_folder_are_refused(tmp_path):
    where = folder(tmp_path, *(f"{camera}_{n}.png" for camera in ("left", "right") for n in (1, 2)))
    with pytest.raises(InputError, match=r"more than one series of pictures: left_%d, right_%d"):
        picture_files(where)


@pytest.mark.parametrize("pattern", ["f_%04d.png", "f_%d.png", "f_%4d.png"])
def test_a_pattern_takes_the_files_that_fit(tmp_path, pattern):
    folder(tmp_path, "f_0002.png", "f_0010.png", "g_0003.png", "f_0002.jpg", "f_x.png")
    series = picture_files(tmp_path / pattern)
    assert names(series) == ["f_0002.png", "f_0010.png"]
    assert series.numbers == (2, 10)


def test_a_pattern_that_fits_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file has a name like"):
        picture_files(tmp_path / "f_%04d.png")


def test_an_existing_file_is_that_file(tmp_path):
    assert picture_files(folder(tmp_path, "take%03d.png") / "take%03d.png") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/walk_%04d.png", "walk"), ("a/%04d.png", "a"), ("a/walk.mp4", "walk"), ("a/b", "b")],
)
def test_results_of_pictures_have_a_name_without_the_number(path, name):
    assert series_name(Path(path)) == name


def test_pictures_of_one_series_are_recognised():
    assert one_series([Path("a/f1.png"), Path("a/f2.png")]) == str(Path("a/f%d.png"))
    assert not one_series([Path("a/f1.png"), Path("b/f2.png")])
    assert not one_series([Path("a/f1.mp4"), Path("a/f2.mp4")])
    assert not one_series([Path("a/f1.png")])
